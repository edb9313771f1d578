"""Topics as they are first written, without ids, and how they get them: one run of numbers over the whole forum."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from scraper.demo.forum import DemoEdit, DemoPost, DemoTopic

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence
    from datetime import datetime

    from scraper.demo.forum import Access, DemoAuthor, DemoBoard, DemoTag, Stickiness
    from scraper.demo.prose import Prose


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftEdit:
    """A later change of a post."""

    editor: DemoAuthor
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftPost:
    """A post to be numbered.

    Attributes:
        parent: the place in the topic's posts of the reply that it answers.
        numbered: when it got its id, where that was not when it was written (an import).
    """

    posted: datetime
    author: DemoAuthor
    body: Prose
    parent: int | None = None
    numbered: datetime | None = None
    edits: tuple[DraftEdit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftTopic:
    """A topic to be numbered."""

    title: str
    board: DemoBoard
    posts: tuple[DraftPost, ...]
    tags: tuple[DemoTag, ...] = ()
    sticky: Stickiness = "no"
    closed: bool = False
    access: Access = "public"


def slug_of(title: str) -> str:
    """A title as the last part of an address: foreign letters percent-encoded, as WordPress stores them."""
    words = re.sub(r"[^\w]+", "-", re.sub(r"[\"'’“”]", "", title.lower())).strip("-_")
    return quote(words).lower()[:190] or "untitled"


def numbered(
    drafts: Sequence[DraftTopic], rng: random.Random, first: int
) -> tuple[DemoTopic, ...]:
    """Give every post its id, in the order in which the site stored them."""
    order = sorted(
        (post.numbered or post.posted, topic_place, post_place)
        for topic_place, topic in enumerate(drafts)
        for post_place, post in enumerate(topic.posts)
    )
    ids = [[0] * len(topic.posts) for topic in drafts]
    free = first
    for _, topic_place, post_place in order:
        ids[topic_place][post_place] = free
        free += rng.choice((1, 1, 1, 2, 3))
    # Revisions are posts of WordPress's too: their ids are taken from the same run, here after all the others.
    builder = _Builder(free)
    return tuple(builder.topic(draft, own) for draft, own in zip(drafts, ids, strict=True))


class _Builder:
    """Turns drafts into topics, with slugs and revision ids that nothing else has."""

    def __init__(self, free: int) -> None:
        self._free = free
        self._slugs: dict[str, int] = {}

    def topic(self, draft: DraftTopic, ids: list[int]) -> DemoTopic:
        return DemoTopic(
            title=draft.title,
            slug=self._slug(draft.title),
            board=draft.board,
            posts=tuple(
                self._post(post, own, ids) for post, own in zip(draft.posts, ids, strict=True)
            ),
            tags=draft.tags,
            sticky=draft.sticky,
            closed=draft.closed,
            access=draft.access,
        )

    def _slug(self, title: str) -> str:
        slug = slug_of(title)
        uses = self._slugs[slug] = self._slugs.get(slug, 0) + 1
        return slug if uses == 1 else f"{slug}-{uses}"

    def _post(self, draft: DraftPost, post_id: int, ids: list[int]) -> DemoPost:
        return DemoPost(
            post_id=post_id,
            author=draft.author,
            posted=draft.posted,
            body=draft.body,
            parent=None if draft.parent is None else ids[draft.parent],
            edits=tuple(self._edit(edit) for edit in draft.edits),
        )

    def _edit(self, draft: DraftEdit) -> DemoEdit:
        self._free += 1
        return DemoEdit(edit_id=self._free, editor=draft.editor, at=draft.at, reason=draft.reason)

"""What a perfect archive of a demo forum would hold, from the forum itself: no page is rendered or read for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Literal

from scraper.demo.catalogue import Catalogue
from scraper.demo.members import seen_by
from scraper.demo.permalink import Links
from scraper.demo.view import view_of

if TYPE_CHECKING:
    from scraper.demo.forum import (
        DemoAuthor,
        DemoEdit,
        DemoForum,
        DemoPost,
        DemoTopic,
        Role,
        Stickiness,
    )
    from scraper.demo.layout import TopicLayout
    from scraper.demo.view import View


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedEdit:
    """One line of a revision log.

    Attributes:
        text: the whole line; compare it with white space collapsed.
    """

    text: str
    editor: str
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedPost:
    """One post, under the record format's names.

    Attributes:
        position: 1-based, by local time to the minute as shown, then by id; in lead mode the opening post is the first. Where only
            ages are shown, as they stand on the pages.
        author_slug: null for who has no profile, and with plain permalinks, whose addresses have numbers instead.
        user_id: null for guests, and where the theme shows no numbers.
        is_guest: null where the theme does not tell a guest from an account that is gone.
        published: UTC to the second; only a feed tells the seconds.
        body_html: as sent; a reader that writes it anew may write `<br>` for `<br />`.
        body_text: a line a paragraph, item or cell; compare it without white space.
    """

    post_id: int
    kind: Literal["topic", "reply"]
    position: int
    url: str
    author_name: str
    author_url: str | None
    author_slug: str | None
    user_id: int | None
    is_guest: bool | None
    is_deleted: bool | None
    role: str | None
    role_key: str | None
    published_text: str
    published_local: str
    published: str
    reply_to: int | None
    depth: int | None
    body_html: str
    body_text: str
    edits: tuple[ExpectedEdit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedTopic:
    """One topic and its posts by position; of a password-protected topic no posts can be had."""

    topic_id: int
    title: str
    url: str
    slug: str
    forum: tuple[str, ...]
    status: Literal["open", "closed"]
    sticky: Stickiness
    tags: tuple[str, ...]
    pages: int
    is_protected: bool
    posts: tuple[ExpectedPost, ...]


def expected_topics(
    forum: DemoForum, base: str = "", role: Role = "guest"
) -> tuple[ExpectedTopic, ...]:
    """Every topic that a visitor may know of, by id.

    Args:
        forum: the forum as it is now.
        base: where it is served, to get whole addresses instead of paths.
        role: the visitor's.
    """
    witness = _Witness(seen_by(forum, role), base)
    topics = sorted(witness.view.catalogue.topics, key=lambda topic: topic.topic_id)
    return tuple(witness.topic(topic) for topic in topics)


def expected_topic(forum: DemoForum, topic: DemoTopic, base: str = "") -> ExpectedTopic:
    """One topic of a forum; see `expected_topics`."""
    return _Witness(forum, base).topic(topic)


class _Witness:
    """States what each topic and post is."""

    def __init__(self, forum: DemoForum, base: str) -> None:
        links = Links(base=base, plain=forum.settings.plain_permalinks)
        self.view: View = view_of(Catalogue(forum), links)
        self._settings = forum.settings

    def topic(self, topic: DemoTopic) -> ExpectedTopic:
        layout = self.view.catalogue.layout(topic)
        protected = topic.access == "password"
        return ExpectedTopic(
            topic_id=topic.topic_id,
            title=self.view.title(topic),
            url=self.view.links.topic(topic),
            slug=topic.slug,
            forum=tuple(board.title for board in topic.board.lineage),
            status="closed" if topic.closed else "open",
            sticky=topic.sticky,
            tags=tuple(tag.name for tag in topic.tags),
            pages=layout.page_count,
            is_protected=protected,
            posts=() if protected else self._posts(layout),
        )

    def _posts(self, layout: TopicLayout) -> tuple[ExpectedPost, ...]:
        lead = layout.topic.opening.post_id if self._settings.lead else None
        in_order = list(layout.ordered)
        if not self._settings.relative_dates:
            in_order.sort(key=lambda post: (post.post_id != lead, self._local(post), post.post_id))
        return tuple(self._post(layout, post, place) for place, post in enumerate(in_order, 1))

    def _local(self, post: DemoPost) -> str:
        return self._settings.local(post.posted).strftime("%Y-%m-%dT%H:%M")

    def _post(self, layout: TopicLayout, post: DemoPost, position: int) -> ExpectedPost:
        author, view = post.author, self.view
        role = view.role(author) or None
        reply_to, depth = layout.nesting[post.post_id] if self._settings.threaded else (None, None)
        return ExpectedPost(
            post_id=post.post_id,
            kind="topic" if post is layout.topic.opening else "reply",
            position=position,
            url=view.links.post(layout, post),
            author_name=view.name(author),
            author_url=view.links.user(author) if author.has_profile else author.website or None,
            author_slug=None if self._settings.plain_permalinks else author.nicename or None,
            user_id=None if author.is_guest or self._settings.theme == "table" else author.user_id,
            is_guest=self._told(author, told=author.is_guest),
            is_deleted=self._told(author, told=author.is_deleted),
            role=role,
            role_key=author.role if role else None,
            published_text=view.date(post),
            published_local=self._local(post),
            published=post.posted.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            reply_to=reply_to,
            depth=depth,
            body_html=view.whole(post.body),
            body_text=post.body.text,
            edits=tuple(self._edit(layout.topic, post, edit) for edit in post.edits),
        )

    def _told(self, author: DemoAuthor, *, told: bool) -> bool | None:
        """In tables nothing tells a guest from an account that is gone: both are a name without a link."""
        return None if self._settings.theme == "table" and not author.has_profile else told

    def _edit(self, topic: DemoTopic, post: DemoPost, edit: DemoEdit) -> ExpectedEdit:
        editor = self.view.name(edit.editor)
        line = self.view.edit_line(topic, post, edit, editor)
        return ExpectedEdit(text=line, editor=editor, reason=edit.reason or None)

"""How a topic's posts fall on its pages: their order, page numbers and threads; no markup."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from scraper.demo.forum import DemoPost, DemoSettings, DemoTopic


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A post on a threaded page, and what is shown under it."""

    post: DemoPost
    under: tuple[Branch, ...] = ()


class TopicLayout:
    """One topic as the site's settings lay it out.

    Attributes:
        ordered: every post in the order of a flat topic page: the site's wall clock, then the id.
        listed: the posts of the replies list; without the opening post in lead mode.
    """

    def __init__(self, topic: DemoTopic, settings: DemoSettings) -> None:
        self.topic = topic
        self.settings = settings
        self.ordered = tuple(sorted(topic.posts, key=self._moment))
        self.listed = tuple(
            post for post in self.ordered if not (settings.lead and post is topic.opening)
        )

    def _moment(self, post: DemoPost) -> tuple[datetime, int]:
        return self.settings.local(post.posted).replace(tzinfo=None), post.post_id

    @cached_property
    def _places(self) -> dict[int, int]:
        return {post.post_id: place for place, post in enumerate(self.listed, 1)}

    def place(self, post: DemoPost) -> int:
        """A post's 1-based place in the replies list; 0 for the opening post in lead mode."""
        return self._places.get(post.post_id, 0)

    @property
    def page_count(self) -> int:
        """How many pages the topic has, as its links count them."""
        return 1 if self.settings.threaded else self.flat_page_count

    @property
    def flat_page_count(self) -> int:
        """How many pages it would have without threads: what topic lists go by."""
        return max(1, -(-len(self.listed) // self.settings.per_page))

    def page(self, number: int) -> tuple[DemoPost, ...]:
        """The posts in a page's replies list; none past the end. A threaded topic is whole on every page."""
        if self.settings.threaded:
            return self.listed
        size = self.settings.per_page
        return self.listed[(number - 1) * size : number * size]

    def page_of(self, post: DemoPost) -> int:
        """The number of the page that a post is on."""
        if self.settings.threaded:
            return 1
        return max(1, -(-self.place(post) // self.settings.per_page))

    @cached_property
    def branches(self) -> tuple[Branch, ...]:
        """The posts as a threaded page nests them.

        What is deeper than the setting joins the last level; what answers a reply that is gone comes last.
        """
        answers: dict[int, list[DemoPost]] = {}
        roots: list[DemoPost] = []
        orphans: list[DemoPost] = []
        for post in self.listed:
            if post.parent is None:
                roots.append(post)
            elif post.parent in self._places:
                answers.setdefault(post.parent, []).append(post)
            else:
                orphans.append(post)
        return tuple(branch for post in roots + orphans for branch in self._nest(post, answers, 1))

    def _nest(
        self, post: DemoPost, answers: dict[int, list[DemoPost]], level: int
    ) -> list[Branch]:
        below = min(level + 1, self.settings.thread_depth)
        under = [
            branch
            for reply in answers.get(post.post_id, ())
            for branch in self._nest(reply, answers, below)
        ]
        if below > level:
            return [Branch(post=post, under=tuple(under))]
        return [Branch(post=post), *under]

    @cached_property
    def nesting(self) -> dict[int, tuple[int | None, int]]:
        """For every post of a threaded page, the post that it is shown under and how deep it is nested."""
        found: dict[int, tuple[int | None, int]] = {self.topic.topic_id: (None, 0)}
        open_branches: list[tuple[Branch, int | None, int]] = [
            (branch, None, 0) for branch in self.branches
        ]
        while open_branches:
            branch, above, depth = open_branches.pop()
            found[branch.post.post_id] = above, depth
            open_branches += [(lower, branch.post.post_id, depth + 1) for lower in branch.under]
        return found

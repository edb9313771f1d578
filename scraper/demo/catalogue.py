"""Looks things up in a demo forum as a visitor may see it: private topics are nowhere in it."""

from __future__ import annotations

import heapq
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import unquote

from scraper.demo.layout import TopicLayout

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scraper.demo.forum import DemoAuthor, DemoBoard, DemoForum, DemoPost, DemoTag, DemoTopic


class Catalogue:
    """A forum with indexes over it. Each is built when it is first needed."""

    def __init__(self, forum: DemoForum) -> None:
        self.forum = forum
        self.settings = forum.settings
        self.topics = tuple(topic for topic in forum.topics if topic.access != "private")
        self._layouts: dict[int, TopicLayout] = {}
        self._last_posts: dict[int, DemoPost] = {}

    def layout(self, topic: DemoTopic) -> TopicLayout:
        """How a topic's posts fall on its pages."""
        if topic.topic_id not in self._layouts:
            self._layouts[topic.topic_id] = TopicLayout(topic, self.settings)
        return self._layouts[topic.topic_id]

    def last_post(self, topic: DemoTopic) -> DemoPost:
        """A topic's newest post."""
        if topic.topic_id not in self._last_posts:
            self._last_posts[topic.topic_id] = max(
                topic.posts, key=lambda post: (post.posted, post.post_id)
            )
        return self._last_posts[topic.topic_id]

    @cached_property
    def topics_by_slug(self) -> dict[str, DemoTopic]:
        """Topics by their slug, decoded."""
        return {unquote(topic.slug): topic for topic in self.topics}

    @cached_property
    def topics_by_old_slug(self) -> dict[str, DemoTopic]:
        """Topics by a slug that they had before."""
        by_id = {topic.topic_id: topic for topic in self.topics}
        return {
            unquote(slug): by_id[topic_id]
            for slug, topic_id in self.forum.old_slugs
            if topic_id in by_id
        }

    @cached_property
    def boards_by_path(self) -> dict[str, DemoBoard]:
        """Boards by their path."""
        return {board.path: board for board in self.forum.boards}

    @cached_property
    def authors_by_nicename(self) -> dict[str, DemoAuthor]:
        """Accounts that have a profile."""
        return {author.nicename: author for author in self.forum.authors}

    @cached_property
    def authors_by_id(self) -> dict[int, DemoAuthor]:
        """The same by number."""
        return {author.user_id: author for author in self.forum.authors}

    @cached_property
    def tags(self) -> dict[str, tuple[DemoTag, list[DemoTopic]]]:
        """Tags by their slug, with their topics."""
        found: dict[str, tuple[DemoTag, list[DemoTopic]]] = {}
        for topic in self.topics:
            for tag in topic.tags:
                found.setdefault(unquote(tag.slug), (tag, []))[1].append(topic)
        return found

    def started_by(self, author: DemoAuthor) -> tuple[DemoTopic, ...]:
        """The topics that somebody started, the one last posted in first."""
        return self.freshest_first(
            topic for topic in self.topics if topic.opening.author == author
        )

    @cached_property
    def views(self) -> dict[str, tuple[DemoTopic, ...]]:
        """Topics that are in a view, by its name."""
        fresh = self.freshest_first(self.topics)
        return {
            "popular": tuple(sorted(fresh, key=lambda topic: len(topic.posts), reverse=True)),
            "no-replies": tuple(topic for topic in fresh if len(topic.posts) == 1),
        }

    @cached_property
    def posts_by_id(self) -> dict[int, tuple[DemoTopic, DemoPost]]:
        """Every post, with its topic."""
        return {post.post_id: (topic, post) for topic in self.topics for post in topic.posts}

    @cached_property
    def _topics_by_board(self) -> dict[int, tuple[DemoTopic, ...]]:
        found: dict[int, list[DemoTopic]] = {}
        for topic in self.topics:
            found.setdefault(topic.board.board_id, []).append(topic)
        return {board_id: self.freshest_first(topics) for board_id, topics in found.items()}

    def topics_of(self, board: DemoBoard) -> tuple[DemoTopic, ...]:
        """A board's own topics, the one last posted in first."""
        return self._topics_by_board.get(board.board_id, ())

    def freshest_first(self, topics: Iterable[DemoTopic]) -> tuple[DemoTopic, ...]:
        """Topics in the order of their lists."""
        return tuple(sorted(topics, key=lambda topic: self.last_post(topic).posted, reverse=True))

    @cached_property
    def super_stickies(self) -> tuple[DemoTopic, ...]:
        """The topics that are on top of every board's first page."""
        return tuple(topic for topic in self.topics if topic.sticky == "super")

    @cached_property
    def _boards_by_parent(self) -> dict[int, tuple[DemoBoard, ...]]:
        found: dict[int, list[DemoBoard]] = {}
        for board in self.forum.boards:
            found.setdefault(board.parent.board_id if board.parent else 0, []).append(board)
        return {parent: tuple(boards) for parent, boards in found.items()}

    def boards_under(self, board: DemoBoard | None) -> tuple[DemoBoard, ...]:
        """The boards directly under one, or at the root."""
        return self._boards_by_parent.get(board.board_id if board else 0, ())

    def topics_below(self, board: DemoBoard) -> tuple[DemoTopic, ...]:
        """The topics of a board and of all boards under it."""
        lower = [topic for child in self.boards_under(board) for topic in self.topics_below(child)]
        return (*self.topics_of(board), *lower)

    def freshest(self, topics: Iterable[DemoTopic]) -> DemoTopic | None:
        """The topic that was last posted in."""
        return max(topics, key=lambda topic: self.last_post(topic).posted, default=None)

    def newest_posts(
        self, topics: Iterable[DemoTopic], count: int
    ) -> list[tuple[DemoTopic, DemoPost]]:
        """The newest posts of some topics, the newest first."""
        entries = ((topic, post) for topic in topics for post in topic.posts)
        return heapq.nlargest(
            count, entries, key=lambda entry: (entry[1].posted, entry[1].post_id)
        )

    def written_by(self, author: DemoAuthor) -> tuple[int, int]:
        """How many topics somebody started and how many replies he or she wrote."""
        started = sum(topic.opening.author == author for topic in self.topics)
        posts = sum(post.author == author for topic in self.topics for post in topic.posts)
        return started, posts - started

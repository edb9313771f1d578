"""Turn threads into the rows of all tables, post by post; what becomes of a row is the sink's business."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, Protocol

from exporters.record import AUTHOR_FIELDS, POST_FIELDS
from exporters.tables.edge import ReplyGraph
from exporters.tables.person import People
from parsers.records import ForumLink
from parsers.revision import Revision

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from parsers.records import Post, Thread

Row = tuple[object, ...]
"""The values of a row, in the order of its table's columns."""


class Sink(Protocol):
    """What takes the rows of tables."""

    def add(self, table: str, row: Row) -> None:
        """Take a row; rows of several tables come in turns."""
        ...


@dataclass(slots=True)
class _Forum:
    key: int
    parent: int | None
    topics: int = 0


def write_tables(threads: Iterable[Thread], sink: Sink) -> int:
    """Give the rows of all tables to a sink.

    Returns:
        How many posts there were.
    """
    writer = _Writer(sink)
    count = sum(writer.add(thread) for thread in threads)
    writer.finish()
    return count


def post_row(post: Post, key: str) -> Row:
    """A post as a row of `posts`."""
    values: list[object] = []
    for name in POST_FIELDS:
        if name == "author":
            values.append(key)
            values += [getattr(post.author, part) for part in AUTHOR_FIELDS]
        else:
            values.append(getattr(post, name))
    return tuple(values)


class _Writer:
    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._people = People()
        self._forums: dict[tuple[ForumLink, ...], _Forum] = {}

    def add(self, thread: Thread) -> int:
        """Write a topic, and what is in it.

        Returns:
            How many posts it has.
        """
        graph = ReplyGraph()
        present = gone = 0
        for post in thread.posts:
            present += post.gone_at is None
            gone += post.gone_at is not None
            self._add_post(post, thread, graph)
        self._sink.add("topics", self._topic_row(thread, present, gone))
        return present + gone

    def finish(self) -> None:
        """Write the tables that are known at the end."""
        for path, forum in self._forums.items():
            titles = tuple(link.title for link in path)
            row = (forum.key, forum.parent, titles[-1], path[-1].url, titles, forum.topics)
            self._sink.add("forums", row)
        for key, person in self._people:
            author = person.author
            who = (author.name, author.url, author.slug, author.user_id, author.is_guest)
            role = (author.is_deleted, person.role, person.role_key)
            times = (person.first_published, person.last_published)
            self._sink.add("authors", (key, *who, *role, person.posts, person.topics, *times))

    def _add_post(self, post: Post, thread: Thread, graph: ReplyGraph) -> None:
        self._sink.add("posts", post_row(post, self._people.add(post)))
        for revision in _bodies(post, thread):
            self._sink.add("revisions", astuple(revision))
        for edge in graph.edges(post):
            target = (edge.target_post_id, edge.target_name, edge.target_url)
            row = (post.topic_id, post.post_id, edge.kind, *target, edge.evidence, edge.excerpt)
            self._sink.add("edges", row)

    def _topic_row(self, thread: Thread, present: int, gone: int) -> Row:
        forum = self._forum(_path(thread))
        if forum is not None:
            forum.topics += 1
        place = (thread.topic_id, thread.site, forum.key if forum else None, thread.forum)
        facts = (thread.title, thread.url, thread.status, thread.sticky, thread.tags)
        counts = (thread.expected_posts, present, gone, thread.gaps)
        seen = (thread.first_seen, thread.last_seen, thread.vanished_at, thread.vanished_reason)
        return (*place, *facts, *counts, *seen)

    def _forum(self, path: tuple[ForumLink, ...]) -> _Forum | None:
        """The forum at the end of a path, numbered with those around it when it is first met."""
        if not path:
            return None
        known = self._forums.get(path)
        if known is None:
            around = self._forum(path[:-1])
            known = _Forum(len(self._forums) + 1, around.key if around else None)
            self._forums[path] = known
        return known


def _path(thread: Thread) -> tuple[ForumLink, ...]:
    return thread.path or tuple(ForumLink(title=title) for title in thread.forum)


def _bodies(post: Post, thread: Thread) -> Iterator[Revision]:
    """Every body seen of a post; the newest alone where no more is known."""
    is_known = False
    for revision in thread.revisions(post.post_id):
        is_known = True
        yield revision
    if not is_known:
        yield Revision(
            post_id=post.post_id,
            revision=post.revision,
            seen_at=post.first_seen if post.revision == 1 else None,
            body_html=post.body_html,
            body_text=post.body_text,
            source_url=post.source_url,
            source_sha256=post.source_sha256,
        )

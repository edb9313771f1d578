"""Read topics out of an archive as threads of posts in record format version 1, one post at a time."""

from __future__ import annotations

from array import array
from functools import lru_cache, partial
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

from parsers.errors import DamagedArchiveError
from parsers.post_file import PostFile
from parsers.records import Author, Edit, Post, Thread
from parsers.revision import Revision
from scraper.archive.forum import forum_path, forum_titles
from scraper.archive.position import positions
from scraper.archive.stored_json import NONE, from_json, texts

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from scraper.archive.database import Archive

_TOPICS = """
SELECT topic_key FROM topics WHERE (:topic IS NULL OR topic_id = :topic) AND (:url IS NULL OR url = :url)
ORDER BY topic_id IS NULL, topic_id, topic_key
"""
_CHOSEN_TOPICS = """
SELECT topic_key FROM topics
WHERE EXISTS (SELECT 1 FROM posts JOIN temp.chosen_posts USING (post_id) WHERE posts.topic_key = topics.topic_key)
ORDER BY topic_id IS NULL, topic_id, topic_key
"""
_IS_CHOSEN = "SELECT 1 FROM temp.chosen_posts WHERE post_id = ?"
_TOPIC = "SELECT topics.*, (SELECT home FROM site) AS site FROM topics WHERE topic_key = ?"
_PLAIN = (
    *("kind", "url", "role", "role_key", "published_text", "published_local", "published"),
    *("published_source", "published_earliest", "published_latest", "reply_to", "depth"),
    *("body_html", "body_text", "first_seen", "last_seen", "gone_at", "gone_reason", "revision"),
    "source_sha256",
)
_POSTS = """
SELECT name, authors.url, slug, user_id, avatar_url, is_guest, is_deleted, edits, problems, pages.final_url,
    posts.kind, posts.url, role, role_key, published_text, published_local, published,
    published_source, published_earliest, published_latest, reply_to, depth,
    body_html, body_text, first_seen, last_seen, gone_at, gone_reason, posts.revision,
    pages.sha256
FROM posts JOIN revisions USING (post_id, revision) JOIN authors USING (author_id) JOIN pages ON pages.page_id = posts.page_id
WHERE post_id = ?
"""
_AUTHOR_AND_LISTS = 10
_BITS = 64  # of SQLite's integers, the sign among them
_AUTHORS_HELD = 4096
_BODIES = """
SELECT post_id, revision, seen_at, body_html, body_text, nullif(final_url, '') AS source_url, sha256 AS source_sha256
FROM revisions JOIN pages USING (page_id) WHERE post_id = ? ORDER BY revision
"""

_FILES = """
SELECT url, kind FROM media_links JOIN media_addresses USING (address_key)
WHERE post_id = ? AND status = 'kept' AND kind <> 'avatar' ORDER BY address_key
"""


def threads(
    archive: Archive, topic_id: int | None = None, *, url: str | None = None
) -> Iterator[Thread]:
    """Every topic by its number, or the one of a number or an address; posts are read while they are consumed."""
    found = archive.connection.execute(_TOPICS, {"topic": topic_id, "url": url})
    for key in array("q", (row[0] for row in found)):
        yield _thread(archive, archive.connection.execute(_TOPIC, (key,)).fetchone())


def topic_keys(archive: Archive, topic_ids: Iterable[int], urls: Iterable[str]) -> frozenset[int]:
    """The archive's own numbers of the topics of these numbers and addresses, as far as it holds them."""
    numbered = [(topic_id, None) for topic_id in topic_ids]
    wanted = [*numbered, *((None, url) for url in urls)]
    rows = (
        row
        for topic_id, url in wanted
        for row in archive.connection.execute(_TOPICS, {"topic": topic_id, "url": url})
    )
    return frozenset(row[0] for row in rows)


def chosen_threads(archive: Archive) -> Iterator[Thread]:
    """The posts that `choose_posts` chose, each at its place in its topic; topics without any are left out."""
    for key in archive.connection.execute(_CHOSEN_TOPICS).fetchall():
        row = archive.connection.execute(_TOPIC, tuple(key)).fetchone()
        yield _thread(archive, row, only_chosen=True)


def may_be_held(number: int) -> bool:
    """Whether a number is one that SQLite can hold: users ask for any."""
    return number.bit_length() < _BITS


def holds_topic(archive: Archive, topic_id: int) -> bool:
    """Whether the archive has a topic of this number."""
    if not may_be_held(topic_id):
        return False
    query = "SELECT 1 FROM topics WHERE topic_id = ?"
    return archive.connection.execute(query, (topic_id,)).fetchone() is not None


def posts_at(
    archive: Archive, topic_key: int, places: Iterable[tuple[int, int]]
) -> Iterator[Post]:
    """Some posts of a topic, read while they are consumed.

    Args:
        archive: opened to be read.
        topic_key: the archive's own number of the topic.
        places: numbers of posts, each with its position in the topic.
    """
    connection = archive.connection
    row = connection.execute(_TOPIC, (topic_key,)).fetchone()
    return _posts(connection, row, forum_titles(connection, row["forum_id"]), places)


def _thread(archive: Archive, row: sqlite3.Row, *, only_chosen: bool = False) -> Thread:
    connection = archive.connection
    places = positions(connection, row["topic_key"])
    key = (row["topic_key"],)
    gaps = connection.execute("SELECT detail FROM gaps WHERE topic_key = ? ORDER BY gap_id", key)
    path = forum_path(connection, row["forum_id"])
    forum = tuple(link.title for link in path)
    return Thread(
        site=row["site"],
        forum=forum,
        topic_id=row["topic_id"],
        title=row["title"],
        url=row["url"],
        status=row["status"],
        sticky=row["sticky"],
        tags=texts(row["tags"]),
        expected_posts=row["expected_posts"],
        gaps=tuple(gap[0] for gap in gaps),
        posts=_posts(
            connection, row, forum, _chosen(connection, places) if only_chosen else places
        ),
        path=path,
        first_seen=row["first_seen"],
        last_seen=row["last_seen"],
        vanished_at=row["vanished_at"],
        vanished_reason=row["vanished_reason"],
        revisions=partial(_revisions, connection),
        files=partial(_files, connection),
    )


def _revisions(connection: sqlite3.Connection, post_id: int) -> Iterator[Revision]:
    for row in connection.execute(_BODIES, (post_id,)):
        yield Revision(**dict(row))


def _files(connection: sqlite3.Connection, post_id: int) -> Iterator[PostFile]:
    for url, kind in connection.execute(_FILES, (post_id,)):
        yield PostFile(url=url, is_attachment=kind == "attachment")


def _chosen(
    connection: sqlite3.Connection, places: Iterable[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    for post_id, position in places:
        if connection.execute(_IS_CHOSEN, (post_id,)).fetchone() is not None:
            yield post_id, position


def _posts(
    connection: sqlite3.Connection,
    topic: sqlite3.Row,
    forum: tuple[str, ...],
    places: Iterable[tuple[int, int]],
) -> Iterator[Post]:
    shared = _Shared(topic, forum)
    for post_id, position in places:
        yield shared.post(_post_row(connection, post_id), post_id, position)


class _Shared:
    """What a topic's posts have in common, read once; an export may be of millions of posts."""

    def __init__(self, topic: sqlite3.Row, forum: tuple[str, ...]) -> None:
        self._fields: dict[str, Any] = {
            "site": topic["site"],
            "forum": forum,
            "topic_id": topic["topic_id"],
            "topic_title": topic["title"],
            "topic_url": topic["url"],
            "topic_status": topic["status"],
            "topic_sticky": topic["sticky"],
            "topic_tags": texts(topic["tags"]),
            "engine": topic["engine"],
        }

    def post(self, row: sqlite3.Row, post_id: int, position: int) -> Post:
        """One of them, out of a row of `_POSTS`; to look its columns up by name would take as long as all the rest."""
        name, url, slug, user_id, avatar_url, is_guest, is_deleted, edits, problems, source_url = (
            row[:_AUTHOR_AND_LISTS]
        )
        return Post(
            **self._fields,
            **dict(zip(_PLAIN, islice(row, _AUTHOR_AND_LISTS, None), strict=True)),
            post_id=post_id,
            position=position,
            author=_author(name, url, slug, user_id, avatar_url, is_guest, is_deleted),
            edits=() if edits == NONE else from_json(edits, tuple[Edit, ...]),
            problems=texts(problems),
            source_url=source_url or None,
        )


def _post_row(connection: sqlite3.Connection, post_id: int) -> sqlite3.Row:
    row: sqlite3.Row | None = connection.execute(_POSTS, (post_id,)).fetchone()
    if row is None:
        raise DamagedArchiveError(
            f"The archive is damaged: the body, the author or the page of post {post_id} is missing. Restore a copy of it, "
            "or try `threadkeep reparse`."
        )
    return row


@lru_cache(maxsize=_AUTHORS_HELD)
def _author(name: str, url: str | None, slug: str | None, *rest: int | str | None) -> Author:
    """Somebody; who writes much is made once."""
    user_id, avatar_url, is_guest, is_deleted = rest
    return Author(
        name=name,
        url=url,
        slug=slug,
        user_id=cast("int | None", user_id),
        avatar_url=cast("str | None", avatar_url),
        is_guest=bool(is_guest),
        is_deleted=None if is_deleted is None else bool(is_deleted),
    )

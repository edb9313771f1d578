"""Read topics out of an archive as threads of posts in record format version 1, one post at a time."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from parsers.errors import DamagedArchiveError
from parsers.records import Author, Edit, Post, Thread
from parsers.revision import Revision
from scraper.archive.forum import forum_path, forum_titles
from scraper.archive.position import positions
from scraper.archive.stored_json import from_json, texts

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
_POSTS = """
SELECT posts.*, body_html, body_text, pages.final_url AS source_url, pages.sha256 AS source_sha256,
       name, authors.url AS author_url, slug, user_id, avatar_url, is_guest, is_deleted
FROM posts JOIN revisions USING (post_id, revision) JOIN authors USING (author_id) JOIN pages ON pages.page_id = posts.page_id
WHERE post_id = ?
"""
_BODIES = """
SELECT post_id, revision, seen_at, body_html, body_text, nullif(final_url, '') AS source_url, sha256 AS source_sha256
FROM revisions JOIN pages USING (page_id) WHERE post_id = ? ORDER BY revision
"""


def threads(
    archive: Archive, topic_id: int | None = None, *, url: str | None = None
) -> Iterator[Thread]:
    """Every topic by its number, or the one of a number or an address; posts are read while they are consumed."""
    keys = archive.connection.execute(_TOPICS, {"topic": topic_id, "url": url}).fetchall()
    for key in keys:
        yield _thread(archive, archive.connection.execute(_TOPIC, tuple(key)).fetchone())


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


def holds_topic(archive: Archive, topic_id: int) -> bool:
    """Whether the archive has a topic of this number."""
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
    )


def _revisions(connection: sqlite3.Connection, post_id: int) -> Iterator[Revision]:
    for row in connection.execute(_BODIES, (post_id,)):
        yield Revision(**dict(row))


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
    for post_id, position in places:
        yield _post(_post_row(connection, post_id), topic, forum, position)


def _post(row: sqlite3.Row, topic: sqlite3.Row, forum: tuple[str, ...], position: int) -> Post:
    return Post(
        site=topic["site"],
        forum=forum,
        topic_id=topic["topic_id"],
        topic_title=topic["title"],
        topic_url=topic["url"],
        topic_status=topic["status"],
        topic_sticky=topic["sticky"],
        topic_tags=texts(topic["tags"]),
        post_id=row["post_id"],
        kind=row["kind"],
        position=position,
        url=row["url"],
        author=_author(row),
        role=row["role"],
        role_key=row["role_key"],
        published_text=row["published_text"],
        published_local=row["published_local"],
        published=row["published"],
        published_source=row["published_source"],
        published_earliest=row["published_earliest"],
        published_latest=row["published_latest"],
        reply_to=row["reply_to"],
        depth=row["depth"],
        body_html=row["body_html"],
        body_text=row["body_text"],
        edits=from_json(row["edits"], tuple[Edit, ...]),
        first_seen=row["first_seen"],
        last_seen=row["last_seen"],
        gone_at=row["gone_at"],
        gone_reason=row["gone_reason"],
        revision=row["revision"],
        engine=topic["engine"],
        problems=texts(row["problems"]),
        source_url=row["source_url"] or None,
        source_sha256=row["source_sha256"],
    )


def _post_row(connection: sqlite3.Connection, post_id: int) -> sqlite3.Row:
    row: sqlite3.Row | None = connection.execute(_POSTS, (post_id,)).fetchone()
    if row is None:
        raise DamagedArchiveError(
            f"The archive is damaged: the body, the author or the page of post {post_id} is missing. Restore a copy of it, "
            "or try `threadkeep reparse`."
        )
    return row


def _author(row: sqlite3.Row) -> Author:
    return Author(
        name=row["name"],
        url=row["author_url"],
        slug=row["slug"],
        user_id=row["user_id"],
        avatar_url=row["avatar_url"],
        is_guest=bool(row["is_guest"]),
        is_deleted=None if row["is_deleted"] is None else bool(row["is_deleted"]),
    )

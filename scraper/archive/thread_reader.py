"""Read topics out of an archive as threads of posts in record format version 1, one post at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parsers.errors import DamagedArchiveError
from parsers.records import Author, Edit, Post, Thread
from scraper.archive.forum import forum_titles
from scraper.archive.position import positions
from scraper.archive.stored_json import from_json, texts

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from scraper.archive.database import Archive

_TOPICS = """
SELECT topic_key FROM topics WHERE (:topic IS NULL OR topic_id = :topic) AND (:url IS NULL OR url = :url)
ORDER BY topic_id IS NULL, topic_id, topic_key
"""
_TOPIC = "SELECT topics.*, (SELECT home FROM site) AS site FROM topics WHERE topic_key = ?"
_POSTS = """
SELECT posts.*, body_html, body_text, pages.final_url AS source_url, pages.sha256 AS source_sha256,
       name, authors.url AS author_url, slug, user_id, avatar_url, is_guest, is_deleted
FROM posts JOIN revisions USING (post_id, revision) JOIN authors USING (author_id) JOIN pages ON pages.page_id = posts.page_id
WHERE post_id = ?
"""


def threads(
    archive: Archive, topic_id: int | None = None, *, url: str | None = None
) -> Iterator[Thread]:
    """Every topic by its number, or the one of a number or an address; posts are read while they are consumed."""
    keys = archive.connection.execute(_TOPICS, {"topic": topic_id, "url": url}).fetchall()
    for key in keys:
        yield _thread(archive, archive.connection.execute(_TOPIC, tuple(key)).fetchone())


def holds_topic(archive: Archive, topic_id: int) -> bool:
    """Whether the archive has a topic of this number."""
    query = "SELECT 1 FROM topics WHERE topic_id = ?"
    return archive.connection.execute(query, (topic_id,)).fetchone() is not None


def _thread(archive: Archive, row: sqlite3.Row) -> Thread:
    connection = archive.connection
    key = (row["topic_key"],)
    gaps = connection.execute("SELECT detail FROM gaps WHERE topic_key = ? ORDER BY gap_id", key)
    forum = forum_titles(connection, row["forum_id"])
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
        posts=_posts(connection, row, forum),
    )


def _posts(
    connection: sqlite3.Connection, topic: sqlite3.Row, forum: tuple[str, ...]
) -> Iterator[Post]:
    tags = texts(topic["tags"])
    for post_id, position in positions(connection, topic["topic_key"]):
        row = _post_row(connection, post_id)
        yield Post(
            site=topic["site"],
            forum=forum,
            topic_id=topic["topic_id"],
            topic_title=topic["title"],
            topic_url=topic["url"],
            topic_status=topic["status"],
            topic_sticky=topic["sticky"],
            topic_tags=tags,
            post_id=post_id,
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

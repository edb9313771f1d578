"""Keep what records that were imported say of posts and no page does: times as they were settled, numbers of revisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from parsers.records import Post

_TIMES = """
UPDATE posts SET published_local = ?, published = ?, published_source = ?, published_earliest = ?, published_latest = ?,
    first_seen = min(first_seen, coalesce(?, first_seen)), gone_at = coalesce(?, gone_at), gone_reason = coalesce(?, gone_reason)
WHERE post_id = ? AND page_id = ?
"""
# What was seen of it before is not known: its only body here keeps the number that it had there.
_NUMBER = """
UPDATE {table} SET revision = ?1 WHERE post_id = ?2 AND revision < ?1
    AND (SELECT count(*) FROM revisions WHERE post_id = ?2) = 1
    AND (SELECT page_id FROM posts WHERE post_id = ?2) = ?3
"""


def source_of(connection: sqlite3.Connection, posts: Iterable[Post]) -> int | None:
    """The page that the archive has itself, where records were read from pages that it has: nothing in them is new to it."""
    found: int | None = None
    for post in posts:
        row = connection.execute(_SOURCE, (post.source_sha256, post.source_url)).fetchone()
        if row is None:
            return None
        found = int(row[0])
    return found


_SOURCE = "SELECT max(page_id) FROM pages WHERE sha256 = ? AND final_url = ? HAVING count(*) > 0"


def keep_given(connection: sqlite3.Connection, page_id: int, posts: Iterable[Post]) -> None:
    """Keep it of posts whose newest page is the one that holds these records.

    Args:
        connection: inside a transaction.
        page_id: the page, which was saved.
        posts: the records on it.
    """
    for post in posts:
        times = (post.published_local, post.published, post.published_source)
        bounds = (post.published_earliest, post.published_latest)
        seen = (post.first_seen, post.gone_at, post.gone_reason)
        connection.execute(_TIMES, (*times, *bounds, *seen, post.post_id, page_id))
        if post.revision > 1:
            for table in ("posts", "revisions"):
                number = (post.revision, post.post_id, page_id)
                connection.execute(_NUMBER.format(table=table), number)

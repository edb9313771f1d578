"""Mark posts that have vanished from the site. They stay in the archive, and come back with the next page that shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3


def mark_gone(connection: sqlite3.Connection, topic_key: int, now: str) -> int:
    """Mark those posts of a topic as gone that none of its pages shows.

    Returns:
        How many were found gone by this.
    """
    return connection.execute(_MARK, {"now": now, "key": topic_key}).rowcount


_MARK = """
UPDATE posts SET gone_at = :now, gone_reason = 'no longer on the topic''s pages'
WHERE topic_key = :key AND gone_at IS NULL
    AND page_id NOT IN (SELECT page_id FROM topic_pages WHERE topic_key = :key)
"""

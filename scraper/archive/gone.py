"""Mark posts and topics that have vanished from the site. They stay in the archive, and come back with the next page that shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection


def posts_astray(connection: sqlite3.Connection, topic_key: int) -> list[int]:
    """Those posts of a topic that none of its pages shows any more, though their readers see as much as before, in their order."""
    return [row[0] for row in connection.execute(_ASTRAY, {"key": topic_key})]


def live_in(connection: sqlite3.Connection, topic_key: int) -> list[int]:
    """The posts of a topic that are there, as far as is known, in their order."""
    query = "SELECT post_id FROM posts WHERE topic_key = ? AND gone_at IS NULL ORDER BY kind = 'reply', number, part, ordinal"
    return [row[0] for row in connection.execute(query, (topic_key,))]


def mark_gone(connection: sqlite3.Connection, post_ids: Collection[int], now: str) -> int:
    """Mark posts as gone that no page of their topic shows.

    Returns:
        How many were found gone by this.
    """
    connection.executemany(_MARK, [(now, post_id) for post_id in post_ids])
    return len(post_ids)


def mark_topic_gone(connection: sqlite3.Connection, topic_key: int, reason: str, now: str) -> int:
    """Mark a topic as gone, with all posts that are still in it.

    Returns:
        How many posts were found gone by this.
    """
    values = {"now": now, "key": topic_key, "reason": reason}
    connection.execute(_TOPIC_CHANGE, values)
    connection.execute("DELETE FROM frontier WHERE topic_key = :key", values)
    connection.execute(
        "UPDATE topics SET vanished_at = :now, vanished_reason = :reason WHERE topic_key = :key",
        values,
    )
    return connection.execute(
        "UPDATE posts SET gone_at = :now, gone_reason = :reason WHERE topic_key = :key AND gone_at IS NULL",
        values,
    ).rowcount


def moved_to(connection: sqlite3.Connection, topic_key: int) -> int | None:
    """The topic that a topic's posts are in now, where all that were in it have moved there."""
    row = connection.execute(_MOVED_TO, {"key": topic_key}).fetchone()
    return row["topic_id"] if row["topics"] == 1 and not row["are_left"] else None


def live_posts(connection: sqlite3.Connection, topic_key: int) -> int:
    """How many posts of a topic are there, as far as is known."""
    query = "SELECT count(*) FROM posts WHERE topic_key = ? AND gone_at IS NULL"
    return int(connection.execute(query, (topic_key,)).fetchone()[0])


def vanished_at(connection: sqlite3.Connection, topic_key: int) -> str | None:
    """When a topic was found to be gone; None where it is there."""
    query = "SELECT vanished_at FROM topics WHERE topic_key = ?"
    found: str | None = connection.execute(query, (topic_key,)).fetchone()[0]
    return found


def topic_address(connection: sqlite3.Connection, topic_key: int) -> str | None:
    """The address of a topic's first page, as lists have it, else as the topic's own pages have it."""
    found: str | None = connection.execute(_ADDRESS, (topic_key,)).fetchone()[0]
    return found


# A post that was last seen by somebody who sees more than the readers of the topic's pages may just not be shown to them.
_ASTRAY = """
SELECT post_id FROM posts
WHERE topic_key = :key AND gone_at IS NULL
    AND page_id NOT IN (SELECT page_id FROM topic_pages WHERE topic_key = :key)
    AND (SELECT instr('guest member moderator', viewer) FROM pages WHERE pages.page_id = posts.page_id) <= coalesce((
        SELECT min(instr('guest member moderator', viewer)) FROM topic_pages JOIN pages USING (page_id)
        WHERE topic_key = :key
    ), 99)
ORDER BY number, part, ordinal
"""
_MARK = "UPDATE posts SET gone_at = ?, gone_reason = 'no longer on the topic''s pages' WHERE post_id = ?"
_MOVED_TO = """
SELECT count(DISTINCT to_topic_key) AS topics, max(topic_id) AS topic_id,
    EXISTS (SELECT 1 FROM posts WHERE topic_key = :key AND gone_at IS NULL) AS are_left
FROM post_moves JOIN topics ON to_topic_key = topics.topic_key WHERE from_topic_key = :key
"""
_ADDRESS = """
SELECT coalesce(max(listings.url) FILTER (WHERE listings.url NOT LIKE '%#%'), topics.url)
FROM topics LEFT JOIN listings USING (topic_key) WHERE topics.topic_key = ?
"""
_TOPIC_CHANGE = """
INSERT INTO topic_changes (topic_key, field, old_value, new_value, seen_at) VALUES (:key, 'gone', NULL, :reason, :now)
"""

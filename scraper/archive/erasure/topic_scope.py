"""Which topics an erasure reaches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scraper.archive.erasure.cleaning import topics_of_posts

if TYPE_CHECKING:
    import sqlite3


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicScope:
    """Topics of posts that go.

    Attributes:
        emptied: topics of which nothing is left.
        emptied_ids: the site's numbers of them.
        addresses: what led to them.
        opened: topics that stay, and whose opening post goes.
        opened_urls: the addresses of those of them that have no number.
        left: topics that stay.
    """

    emptied: tuple[int, ...]
    emptied_ids: frozenset[int]
    addresses: frozenset[str]
    opened: tuple[int, ...]
    opened_urls: frozenset[str]
    left: tuple[int, ...]


def topic_scope(connection: sqlite3.Connection) -> TopicScope:
    """The topics of the posts that are noted down."""
    emptied, opened = topics_of_posts(connection)
    rows = [connection.execute(_TOPIC, (key,)).fetchone() for key in emptied]
    addresses = {row[0] for key in emptied for row in connection.execute(_ADDRESSES, {"key": key})}
    all_emptied = frozenset(emptied)
    left = [key for (key,) in connection.execute(_OF_POSTS) if key not in all_emptied]
    return TopicScope(
        emptied=tuple(emptied),
        emptied_ids=frozenset(row["topic_id"] for row in rows if row["topic_id"] is not None),
        addresses=frozenset(addresses),
        opened=tuple(opened),
        opened_urls=frozenset(
            row[0] for key in opened for row in connection.execute(_NAMED, (key,))
        ),
        left=tuple(left),
    )


_TOPIC = "SELECT topic_id FROM topics WHERE topic_key = ?"
_NAMED = "SELECT url FROM topics WHERE topic_key = ? AND topic_id IS NULL AND url IS NOT NULL"
_ADDRESSES = """
SELECT url FROM addresses WHERE topic_key = :key UNION SELECT url FROM topics WHERE topic_key = :key AND url IS NOT NULL
UNION SELECT url FROM listings WHERE topic_key = :key UNION SELECT url FROM topic_pages WHERE topic_key = :key
"""
_OF_POSTS = "SELECT DISTINCT topic_key FROM posts JOIN temp.going USING (post_id)"

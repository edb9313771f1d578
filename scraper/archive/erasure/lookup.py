"""Have SQLite find what names a row that goes, while an erasure lasts, instead of reading whole tables for each row."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Generator

# What nothing but an erasure looks for: to keep these up would slow every sync.
_COLUMNS = (
    ("addresses", "topic_key"),
    ("author_changes", "user_id"),
    ("authors", "avatar_url"),
    ("closed_gaps", "topic_key"),
    ("contents", "base"),
    ("list_entries", "page_id"),
    ("list_pages", "page_id"),
    ("lists", "parent_key"),
    ("listings", "topic_key"),
    ("pages", "final_url"),
    ("pages", "sha256"),
    ("post_moves", "from_topic_key"),
    ("post_moves", "page_id"),
    ("post_moves", "to_topic_key"),
    ("posts", "author_id"),
    ("posts", "reply_to"),
    ("revisions", "page_id"),
    ("topic_pages", "moved_from"),
    ("topic_pages", "page_id"),
    ("topic_pages", "steady_since"),
)


@contextmanager
def quick_lookups(connection: sqlite3.Connection) -> Generator[None]:
    """Keep more indexes for a while.

    Args:
        connection: inside a transaction; where it is rolled back, so are they.
    """
    for table, column in _COLUMNS:
        connection.execute(f"CREATE INDEX erasure_{table}_{column} ON {table} ({column})")
    yield
    for table, column in _COLUMNS:
        connection.execute(f"DROP INDEX erasure_{table}_{column}")

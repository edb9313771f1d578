"""Keep the full-text index up with the posts: each body once, when it becomes the newest of its post."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from scraper.archive.search_text import searchable

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Generator


def index_post(connection: sqlite3.Connection, post_id: int) -> None:
    """Have a post found by its newest body, and an opening post by the topic's title too; by nothing older.

    Args:
        connection: inside a transaction.
        post_id: it is stored, with its newest body.
    """
    text = connection.execute(_TEXT, (post_id,)).fetchone()
    # A text cannot be taken out of an index that keeps none; a row that nothing names is found no more.
    # In two steps: SQLite prepares to undo a REPLACE, and writes the index out before, for every post.
    connection.execute("DELETE FROM search_entries WHERE post_id = ?", (post_id,))
    entry = connection.execute("INSERT INTO search_entries (post_id) VALUES (?)", (post_id,))
    values = (entry.lastrowid, searchable(text["title"]), searchable(text["body_text"]))
    connection.execute("INSERT INTO search_index (rowid, title, body) VALUES (?, ?, ?)", values)


def index_title(connection: sqlite3.Connection, topic_key: int) -> None:
    """Have a topic's opening post found by the title that the topic has now."""
    for row in connection.execute(_OPENING_POSTS, (topic_key,)).fetchall():
        index_post(connection, row["post_id"])


def forget_index(connection: sqlite3.Connection) -> None:
    """Empty the index."""
    connection.execute("INSERT INTO search_index (search_index) VALUES ('delete-all')")
    connection.execute("DELETE FROM search_entries")


@contextmanager
def vocabulary(
    connection: sqlite3.Connection, kind: Literal["row", "instance"] = "instance"
) -> Generator[None]:
    """The words of the index in a table `temp.vocabulary`, see https://sqlite.org/fts5.html#the_fts5vocab_virtual_table_module.

    It is this connection's own, and no part of the archive.

    Args:
        connection: to the archive.
        kind: a row a word, or one for each place that a word is at.
    """
    is_for_reading = connection.execute("PRAGMA query_only").fetchone()[0]
    connection.execute("PRAGMA query_only = OFF")
    try:
        connection.execute(
            f"CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab (main, search_index, {kind})"
        )
        yield
    finally:
        connection.execute("DROP TABLE IF EXISTS temp.vocabulary")
        connection.execute(f"PRAGMA query_only = {is_for_reading}")


def words_of_posts(connection: sqlite3.Connection) -> Counter[int]:
    """By which words at which places each post is found, as a number that others have only by chance."""
    found: Counter[int] = Counter()
    with vocabulary(connection):
        for post_id, *place in connection.execute(_PLACES):
            found[post_id] += hash(tuple(place))
    return found


_PLACES = """
SELECT post_id, term, col, "offset" FROM temp.vocabulary CROSS JOIN search_entries ON entry_id = doc
"""
_TEXT = """
SELECT CASE kind WHEN 'topic' THEN title ELSE '' END AS title, body_text
FROM posts JOIN revisions USING (post_id, revision) JOIN topics USING (topic_key) WHERE post_id = ?
"""
_OPENING_POSTS = "SELECT post_id FROM posts WHERE topic_key = ? AND kind = 'topic'"

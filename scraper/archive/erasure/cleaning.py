"""Take what was erased out of the tables: rows that are of it, and names in rows that are not."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from parsers.erasure import IN_TEXT
from parsers.records import Edit
from scraper.archive.erasure.lone_file import forget_lone_files
from scraper.archive.list_state import ListState
from scraper.archive.listing import RowState
from scraper.archive.search_index import forget_index, index_post
from scraper.archive.stored_json import from_json, to_json

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Iterable

    from scraper.archive.erasure.whom import Person


def note_posts(connection: sqlite3.Connection, post_ids: Iterable[int]) -> None:
    """Note down which posts go, for this connection alone.

    Args:
        connection: inside a transaction.
        post_ids: the posts.
    """
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS going (post_id INTEGER PRIMARY KEY)")
    connection.execute("DELETE FROM temp.going")
    rows = ((post_id,) for post_id in post_ids)
    connection.executemany("INSERT OR IGNORE INTO temp.going VALUES (?)", rows)


def topics_of_posts(connection: sqlite3.Connection) -> tuple[list[int], list[int]]:
    """The topics that the noted posts are in: those of which nothing will be left, and those whose opening post goes."""
    empty = dict.fromkeys(row[0] for row in connection.execute(_EMPTIED))
    opened = [row[0] for row in connection.execute(_OPENED)]
    return list(empty), [key for key in opened if key not in empty]


_EMPTIED = """
SELECT topic_key FROM posts GROUP BY topic_key HAVING count(*) = count(*) FILTER (WHERE post_id IN (SELECT post_id FROM temp.going))
"""
_OPENED = """
SELECT topic_key FROM topics WHERE topic_id IN (SELECT post_id FROM temp.going)
UNION SELECT topic_key FROM posts JOIN temp.going USING (post_id) WHERE kind = 'topic'
"""


def remove_posts(connection: sqlite3.Connection) -> int:
    """Remove the noted posts, and the files that they alone show.

    Returns:
        How many files went.
    """
    addresses = connection.execute(
        "SELECT DISTINCT address_key FROM media_links JOIN temp.going USING (post_id)"
    ).fetchall()
    for statement in _POSTS:
        connection.execute(statement)
    return forget_lone_files(connection, [row[0] for row in addresses])


_POSTS = (
    "DELETE FROM settled_times",
    "DELETE FROM unsettled_posts",
    "DELETE FROM media_links WHERE post_id IN (SELECT post_id FROM temp.going)",
    "DELETE FROM media_bodies WHERE post_id IN (SELECT post_id FROM temp.going)",
    "DELETE FROM post_moves WHERE post_id IN (SELECT post_id FROM temp.going)",
    "DELETE FROM post_absences WHERE post_id IN (SELECT post_id FROM temp.going)",
    "DELETE FROM search_entries WHERE post_id IN (SELECT post_id FROM temp.going)",
    "DELETE FROM revisions WHERE post_id IN (SELECT post_id FROM temp.going)",
    "DELETE FROM posts WHERE post_id IN (SELECT post_id FROM temp.going)",
    "UPDATE posts SET reply_to = NULL WHERE reply_to IN (SELECT post_id FROM temp.going)",
)


def remove_person(connection: sqlite3.Connection, person: Person) -> int:
    """Remove somebody whose posts are gone: their rows, what is known of changes, their pictures.

    Returns:
        How many files went.
    """
    pictures = connection.execute(
        f"SELECT address_key FROM media_addresses WHERE url IN (SELECT avatar_url FROM authors WHERE author_id IN {_many(person.author_ids)})",  # noqa: S608
        person.author_ids,
    ).fetchall()
    connection.execute(
        f"DELETE FROM authors WHERE author_id IN {_many(person.author_ids)}"  # noqa: S608
        " AND author_id NOT IN (SELECT author_id FROM posts)",
        person.author_ids,
    )
    for url in person.urls:
        connection.execute("DELETE FROM author_changes WHERE author_url = ?", (url,))
    for user_id in person.user_ids:
        connection.execute("DELETE FROM author_changes WHERE user_id = ?", (user_id,))
    return forget_lone_files(connection, [row[0] for row in pictures])


def _many(values: Collection[object]) -> str:
    return f"({', '.join('?' * len(values))})"


def remove_topics(connection: sqlite3.Connection, topic_keys: Iterable[int]) -> None:
    """Remove topics of which nothing is left, with all that names them; their stored pages are others' business."""
    for key in topic_keys:
        for statement in _TOPIC:
            connection.execute(statement, {"key": key})


_TOPIC = (
    "DELETE FROM addresses WHERE topic_key = :key",
    "DELETE FROM topic_pages WHERE topic_key = :key",
    "DELETE FROM topic_changes WHERE topic_key = :key",
    "DELETE FROM frontier WHERE topic_key = :key",
    "DELETE FROM gaps WHERE topic_key = :key",
    "DELETE FROM closed_gaps WHERE topic_key = :key",
    "DELETE FROM post_moves WHERE from_topic_key = :key OR to_topic_key = :key",
    "DELETE FROM topics WHERE topic_key = :key",
)


def rename_topics(connection: sqlite3.Connection, topic_keys: Iterable[int]) -> None:
    """Take the titles of topics away whose opening posts are gone."""
    for key in topic_keys:
        connection.execute("UPDATE topics SET title = ? WHERE topic_key = ?", (IN_TEXT, key))
        connection.execute(
            "DELETE FROM topic_changes WHERE topic_key = ? AND field = 'title'", (key,)
        )
        rows = connection.execute(
            "SELECT listing_key, state FROM listings WHERE topic_key = ?", (key,)
        ).fetchall()
        for row in rows:
            state = row["state"]
            if state is not None:
                state = to_json(replace(from_json(state, RowState), title=IN_TEXT))
            connection.execute(
                "UPDATE listings SET title = CASE WHEN title IS NULL THEN NULL ELSE ? END, state = ? WHERE listing_key = ?",
                (IN_TEXT, state, row["listing_key"]),
            )


def clean_titles(connection: sqlite3.Connection, scrub: Callable[[str], str]) -> None:
    """Take names out of the titles that other people gave to topics, wherever one is kept."""
    for table, column in _TITLES:
        for key, title in connection.execute(f"SELECT rowid, {column} FROM {table}").fetchall():  # noqa: S608
            if title is not None and (text := scrub(title)) != title:
                connection.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (text, key))  # noqa: S608
    rows = connection.execute("SELECT listing_key, state FROM listings WHERE state IS NOT NULL")
    for row in rows.fetchall():
        state = from_json(row["state"], RowState)
        if (text := scrub(state.title)) != state.title:
            changed = to_json(replace(state, title=text))
            _put(connection, "listings", "state", "listing_key", row["listing_key"], changed)


_TITLES = (("topics", "title"), ("listings", "title"))


def alias_listings(
    connection: sqlite3.Connection, topic_keys: Iterable[int], alias: Callable[[str], str]
) -> None:
    """Have lists name topics that are gone by what stands for them, so that their counts still fit."""
    for key in topic_keys:
        rows = connection.execute(
            "SELECT listing_key, url, state FROM listings WHERE topic_key = ?", (key,)
        ).fetchall()
        for row in rows:
            connection.execute(_ALIAS, (alias(row["url"]), IN_TEXT, row["listing_key"]))


_ALIAS = """
UPDATE OR REPLACE listings SET url = ?, title = ?, topic_id = NULL, state = NULL, reason = NULL, topic_key = NULL, modified = NULL,
    error = NULL, exit_code = NULL
WHERE listing_key = ?
"""


def clean_states(connection: sqlite3.Connection, scrub: Callable[[str], str]) -> None:
    """Take the noted posts out of what lists say of the newest post."""
    going = {row[0] for row in connection.execute("SELECT post_id FROM temp.going")}
    rows = connection.execute("SELECT listing_key, state FROM listings WHERE state IS NOT NULL")
    for row in rows.fetchall():
        row_state = _without_post(from_json(row["state"], RowState), going, scrub)
        if (text := to_json(row_state)) != row["state"]:
            _put(connection, "listings", "state", "listing_key", row["listing_key"], text)
    for column in ("row_state", "row_seen"):
        query = f"SELECT list_key, {column} FROM lists WHERE {column} IS NOT NULL"  # noqa: S608
        for row in connection.execute(query).fetchall():
            state = _without_post(from_json(row[column], ListState), going, scrub)
            _put(connection, "lists", column, "list_key", row["list_key"], to_json(state))


def _without_post(
    state: RowState | ListState, going: Collection[int], scrub: Callable[[str], str]
) -> RowState | ListState:
    url = scrub(state.last_post_url) if state.last_post_url is not None else None
    number = state.last_post_id if state.last_post_id not in going else None
    return replace(state, last_post_id=number, last_post_url=url)


def _put(  # one value of one row
    connection: sqlite3.Connection, table: str, column: str, key: str, number: int, value: str
) -> None:
    connection.execute(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (value, number))  # noqa: S608


# What we wrote ourselves, or asked for: nobody else's words.
_LINES = (
    ("requests", "url"),
    ("requests", "reason"),
    ("runs", "report"),
    ("frontier", "error"),
    ("questions", "url"),
    ("gaps", "detail"),
    ("closed_gaps", "detail"),
    ("list_gaps", "detail"),
    ("list_gaps", "place"),
    ("list_pages", "error"),
    ("lists", "error"),
    ("lists", "title"),
    ("listings", "error"),
    ("media_addresses", "error"),
    ("topics", "vanished_reason"),
    ("post_absences", "gone_reason"),
    ("topic_changes", "old_value"),
    ("topic_changes", "new_value"),
    ("topic_pages", "problems"),
    ("posts", "problems"),
    ("posts", "gone_reason"),
    ("pages", "headers"),
    ("pages", "redirects"),
)


# The same line is logged again and again, mostly soon after.
_LINES_HELD = 1 << 12


def clean_lines(connection: sqlite3.Connection, scrub: Callable[[str], str]) -> None:
    """Take names, sentences and titles out of all that is a log, a report or an address.

    Args:
        connection: inside a transaction.
        scrub: gives a text without them.
    """

    @lru_cache(maxsize=_LINES_HELD)
    def scrubbed(text: str | None) -> str | None:
        return scrub(text) if text is not None else None

    connection.create_function("scrubbed", 1, scrubbed, deterministic=True)
    for table, column in _LINES:
        connection.execute(
            f"UPDATE OR REPLACE {table} SET {column} = scrubbed({column}) WHERE {column} IS NOT scrubbed({column})"  # noqa: S608
        )


def clean_edits(connection: sqlite3.Connection, scrub: Callable[[Edit], Edit]) -> None:
    """Take names out of the logs of edits of other people's posts."""
    rows = connection.execute("SELECT post_id, edits FROM posts WHERE edits <> '[]'").fetchall()
    for row in rows:
        text = to_json([scrub(edit) for edit in from_json(row["edits"], tuple[Edit, ...])])
        if text != row["edits"]:
            connection.execute(
                "UPDATE posts SET edits = ? WHERE post_id = ?", (text, row["post_id"])
            )


def remove_lists(connection: sqlite3.Connection, is_theirs: Callable[[str], bool]) -> None:
    """Remove lists of what somebody started or wrote."""
    keys = [
        row["list_key"]
        for row in connection.execute("SELECT list_key, url FROM lists").fetchall()
        if is_theirs(row["url"])
    ]
    for key in keys:
        for statement in _LIST:
            connection.execute(statement, {"key": key})


_LIST = (
    "DELETE FROM list_entries WHERE list_key = :key",
    "DELETE FROM list_pages WHERE list_key = :key",
    "DELETE FROM list_gaps WHERE list_key = :key",
    "UPDATE lists SET parent_key = NULL WHERE parent_key = :key",
    "DELETE FROM lists WHERE list_key = :key",
)


def index_anew(connection: sqlite3.Connection) -> None:
    """Make the index anew: one that keeps no text holds what its rows were once of."""
    forget_index(connection)
    for row in connection.execute("SELECT post_id FROM posts ORDER BY post_id").fetchall():
        index_post(connection, row[0])

"""Tell what the rows of lists say of the lists below them, and by how much that is more than before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scraper.archive.stored_json import from_json

if TYPE_CHECKING:
    import sqlite3


@dataclass(frozen=True, slots=True, kw_only=True)
class ListState:
    """What the row of a forum says of it, the forums below it included.

    Attributes:
        topics: how many.
        replies: how many.
        last_post_id: the newest post, where the row names it.
        last_post_url: where the row's link to it leads.
    """

    topics: int | None = None
    replies: int | None = None
    last_post_id: int | None = None
    last_post_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """By how much a list says that it has more than before; None where it does not say."""

    topics: int | None
    replies: int | None


def growth_of(connection: sqlite3.Connection, list_key: int) -> Growth:
    """By how much a list says that it has more than when it was last read, what is in the lists below it left out."""
    own = connection.execute(
        "SELECT row_state, row_seen FROM lists WHERE list_key = ?", (list_key,)
    ).fetchone()
    below = connection.execute(
        "SELECT row_state, row_seen FROM lists WHERE parent_key = ?", (list_key,)
    ).fetchall()
    topics, replies = _growth(own)
    for row in below:
        topics, replies = _less(topics, _growth(row)[0]), _less(replies, _growth(row)[1])
    return Growth(topics=topics, replies=replies)


def own_topics(connection: sqlite3.Connection, list_key: int) -> int | None:
    """How many topics the rows of other lists say that a list has itself, without the lists below it; None where none say."""
    own = connection.execute(
        "SELECT row_seen FROM lists WHERE list_key = ?", (list_key,)
    ).fetchone()
    below = connection.execute("SELECT row_seen FROM lists WHERE parent_key = ?", (list_key,))
    rows = [row["row_seen"] for row in (own, *below.fetchall())]
    if None in rows:
        return None
    counts = [from_json(row, ListState).topics for row in rows]
    known = [count for count in counts if count is not None]
    return known[0] - sum(known[1:]) if len(known) == len(counts) else None


def has_row(connection: sqlite3.Connection, list_key: int) -> bool:
    """Whether a row of another list tells of a list, more than that it exists."""
    query = "SELECT row_seen IS NOT NULL FROM lists WHERE list_key = ?"
    return bool(connection.execute(query, (list_key,)).fetchone()[0])


def lists_without_numbers(connection: sqlite3.Connection) -> list[int]:
    """The lists below others whose row names neither a number nor a newest post, so that it never changes."""
    rows = connection.execute("SELECT list_key, row_seen FROM lists WHERE parent_key IS NOT NULL")
    blank = ListState()
    return [
        row["list_key"]
        for row in rows
        if row["row_seen"] is None or from_json(row["row_seen"], ListState) == blank
    ]


def _growth(row: sqlite3.Row) -> tuple[int | None, int | None]:
    if None in {row["row_state"], row["row_seen"]}:
        return None, None
    before, now = from_json(row["row_state"], ListState), from_json(row["row_seen"], ListState)
    return _difference(now.topics, before.topics), _difference(now.replies, before.replies)


def _less(whole: int | None, part: int | None) -> int | None:
    return whole - (part or 0) if whole is not None else None


def _difference(now: int | None, before: int | None) -> int | None:
    return now - before if now is not None and before is not None else None

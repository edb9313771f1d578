"""Choose an archive's posts by a selection: SQLite notes down which, on disk where they are many."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from parsers.errors import UsageError
from scraper.archive.language import check_language, language_of
from scraper.archive.post_filter import (
    MOMENT,
    first_moment,
    forum_ids,
    is_author,
    is_role,
    last_moment,
)
from scraper.archive.search_query import parse_query
from scraper.archive.search_text import folded, storable

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Sequence

    from parsers.selection import Selection
    from scraper.archive.database import Archive

_MAKE = "CREATE TABLE temp.chosen_posts (post_id INTEGER PRIMARY KEY)"
_CHOOSE = """
INSERT INTO temp.chosen_posts
SELECT post_id FROM posts JOIN revisions USING (post_id, revision) JOIN topics USING (topic_key) JOIN authors USING (author_id)
WHERE """
_IN_LONG_TOPIC = """topic_key IN (
    SELECT topic_key FROM posts GROUP BY topic_key HAVING count(*) FILTER (WHERE kind = 'reply' AND gone_at IS NULL) >= :min_replies
)"""
_IS_FOUND = """post_id IN (
    SELECT post_id FROM search_index JOIN search_entries ON entry_id = search_index.rowid WHERE search_index MATCH :query
)"""
_BY_LOT = " ORDER BY drawn(post_id) LIMIT :sample"
_AUTHORS = f"SELECT 1 FROM authors WHERE {is_author('?')} LIMIT 1"  # noqa: S608  no values in it
_ROLES = f"SELECT 1 FROM (SELECT DISTINCT role, role_key FROM posts) WHERE {is_role('?')} LIMIT 1"  # noqa: S608

_LARGEST = 2**63 - 1

Condition = tuple[str, dict[str, object]]


def check_selection(selection: Selection) -> None:
    """Find out what can be found out without an archive: whether a condition makes sense.

    Raises:
        UsageError: one makes none.
    """
    _when(selection)
    _size(selection)
    _at_least(1, selection.sample, "--sample")
    for code in selection.language:
        check_language(code)
    if selection.query is not None:
        parse_query(selection.query)


def choose_posts(archive: Archive, selection: Selection, *, is_one_of_many: bool = False) -> None:
    """Note down a selection's posts in `temp.chosen_posts`, which vanishes when the archive is closed.

    Args:
        archive: opened to be read.
        selection: which posts.
        is_one_of_many: a name that the archive does not hold is no mistake, since another one may.

    Raises:
        UsageError: a condition makes no sense, or names what the archive does not hold.
    """
    connection = archive.connection
    connection.create_function("folded", 1, folded, deterministic=True)
    connection.create_function("language_of", 1, language_of, deterministic=True)
    connection.create_function("drawn", 1, _lots(selection.seed), deterministic=True)
    conditions, values = ["1"], dict[str, object]()
    for condition, given in (
        *_who_and_where(connection, selection, is_strict=not is_one_of_many),
        *_when(selection),
        *_size(selection),
    ):
        conditions.append(condition)
        values.update(given)
    if selection.query is not None:
        conditions.append(_IS_FOUND)
        values["query"] = parse_query(selection.query).expression
    by_lot = _BY_LOT if selection.sample is not None else ""
    values["sample"] = _at_least(1, selection.sample, "--sample")
    _note(connection, _CHOOSE + " AND ".join(conditions) + by_lot, values)


def _note(connection: sqlite3.Connection, query: str, values: dict[str, object]) -> None:
    # A connection that only reads refuses tables of its own, too.
    connection.execute("PRAGMA query_only = OFF")
    try:
        connection.execute(_MAKE)
        connection.execute(query, values)
    finally:
        connection.execute("PRAGMA query_only = ON")


def _lots(seed: int) -> Callable[[int], bytes]:
    def drawn(post_id: int) -> bytes:
        """Where a post comes in the draw: by its number and the seed alone, so that new posts change few of a sample."""
        return hashlib.sha256(f"{seed}:{post_id}".encode()).digest()

    return drawn


def _who_and_where(
    connection: sqlite3.Connection, selection: Selection, *, is_strict: bool
) -> list[Condition]:
    found: list[Condition] = []
    if selection.topic:
        found.append(_any("topic_id", "topic", selection.topic))
    if selection.forum:
        inside = [
            one
            for title in selection.forum
            for one in forum_ids(connection, title, must_be_there=is_strict)
        ]
        found.append(_any("forum_id", "forum", inside))
    if selection.author:
        found.append(_any_name(is_author, "author", selection.author))
        if is_strict:
            _check_names(connection, _AUTHORS, "author", selection.author)
    if selection.role:
        found.append(_any_name(is_role, "role", selection.role))
        if is_strict:
            _check_names(connection, _ROLES, "role", selection.role)
    if selection.language:
        codes = [check_language(code) for code in selection.language]
        found.append(_any("language_of(body_text)", "language", codes))
    return found


def _any(what: str, name: str, wanted: Sequence[int | str]) -> Condition:
    values: dict[str, object] = {f"{name}{number}": one for number, one in enumerate(wanted)}
    places = ", ".join(f":{key}" for key in values)
    return f"{what} IN ({places})", values


def _any_name(condition: Callable[[str], str], name: str, wanted: tuple[str, ...]) -> Condition:
    values: dict[str, object] = {
        f"{name}{number}": storable(one) for number, one in enumerate(wanted)
    }
    return f"({' OR '.join(condition(f':{key}') for key in values)})", values


def _check_names(
    connection: sqlite3.Connection, query: str, what: str, wanted: tuple[str, ...]
) -> None:
    for name in wanted:
        if connection.execute(query, (storable(name),)).fetchone() is None:
            raise UsageError(
                f"No post of this archive has the {what} “{name}”; `threadkeep show ID` prints who wrote in a topic."
            )


def _when(selection: Selection) -> list[Condition]:
    since = "" if selection.since is None else first_moment(selection.since)
    until = "~" if selection.until is None else last_moment(selection.until)
    if until < since:
        raise UsageError(
            f"No day is both since {selection.since} and until {selection.until}; since takes the first day."
        )
    found: list[Condition] = []
    if selection.since is not None:
        found.append((f"{MOMENT} >= :since", {"since": since}))
    if selection.until is not None:
        found.append((f"{MOMENT} < :until", {"until": until}))
    return found


def _size(selection: Selection) -> list[Condition]:
    if selection.min_replies is None:
        return []
    wanted = _at_least(0, selection.min_replies, "--min-replies")
    return [(_IN_LONG_TOPIC, {"min_replies": wanted})]


def _at_least(least: int, number: int | None, name: str) -> int | None:
    if number is not None and number < least:
        raise UsageError(f"{name} takes a number from {least} on, not {number}.")
    # SQLite has no larger numbers, and no archive so many posts.
    return None if number is None else min(number, _LARGEST)

"""Keep the lists of a site that name its topics: forums, tags, views; how far each was read, and what its own row says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parsers.errors import NotFoundError
from scraper.archive.stored_json import to_json

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from scraper.archive.list_state import ListState


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicList:
    """A list.

    Attributes:
        list_key: the archive's number of it.
        url: the address of its first page.
        kind: what it lists.
        title: its heading.
        forum_id: the site's number of the forum that it is of.
        feed_url: the feed of the newest posts of what it lists.
        was_read: it was read to its end before.
        is_scope: the user asked for it.
        exit_code: why it could not be read the last time, as the command line exits; None where it could.
    """

    list_key: int
    url: str
    kind: str
    title: str
    forum_id: int | None
    feed_url: str | None
    was_read: bool
    is_scope: bool
    exit_code: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRow:
    """A list that another one names, or that the user asks for.

    Attributes:
        state: what the row says; None where there is none.
    """

    url: str
    kind: str
    title: str
    forum_id: int | None = None
    state: ListState | None = None


def note_list(
    connection: sqlite3.Connection, row: ListRow, *, parent_key: int | None = None
) -> int:
    """Note that a list exists; it becomes due where it is new, or its row says something else than when it was last read.

    Args:
        connection: inside a transaction.
        row: what is known of it.
        parent_key: the list that names it; None where the user asks for it.

    Returns:
        Its number.
    """
    known = _known(connection, row)
    state = to_json(row.state) if row.state is not None else None
    values = {
        "url": row.url,
        "kind": row.kind,
        "title": row.title,
        "forum_id": row.forum_id,
        "parent": parent_key,
        "is_scope": parent_key is None,
        "state": state,
    }
    if known is None:
        return connection.execute(_INSERT, values).lastrowid or 0
    values |= {"key": known["list_key"]}
    if known["url"] != row.url:
        _absorb(connection, values)
        connection.execute(
            "UPDATE list_pages SET url = :url WHERE list_key = :key AND number = 1", values
        )
    connection.execute(_UPDATE, values)
    return int(known["list_key"])


def want_list(connection: sqlite3.Connection, list_key: int) -> None:
    """Have a list read, from its first page on."""
    connection.execute("UPDATE lists SET is_due = 1 WHERE list_key = ?", (list_key,))


def name_list(
    connection: sqlite3.Connection, list_key: int, row: ListRow, feed: str | None
) -> None:
    """Note what a list says of itself."""
    connection.execute(
        "UPDATE lists SET kind = ?, title = ?, forum_id = coalesce(?, forum_id), feed_url = coalesce(?, feed_url)"
        " WHERE list_key = ?",
        (row.kind, row.title, row.forum_id, feed, list_key),
    )
    if row.state is not None:
        connection.execute(
            "UPDATE lists SET row_seen = ? WHERE list_key = ? AND parent_key IS NULL",
            (to_json(row.state), list_key),
        )


def end_list(
    connection: sqlite3.Connection, list_key: int, now: str, stated_topics: int | None
) -> None:
    """Note that a list was read as far as there was anything new."""
    connection.execute(
        "UPDATE lists SET is_due = 0, row_state = row_seen, crawled_at = ?, stated_topics = ?, error = NULL,"
        " exit_code = NULL WHERE list_key = ?",
        (now, stated_topics, list_key),
    )


def fail_list(connection: sqlite3.Connection, list_key: int, error: str, exit_code: int) -> None:
    """Note that a list could not be read to its end; it stays due."""
    connection.execute(
        "UPDATE lists SET error = ?, exit_code = ? WHERE list_key = ?",
        (error, exit_code, list_key),
    )


def withhold_list(connection: sqlite3.Connection, list_key: int) -> None:
    """Note that the site does not let a list be read; it is asked for again when its row changes."""
    connection.execute(
        "UPDATE lists SET is_due = 0, row_state = row_seen WHERE list_key = ? AND is_scope = 0",
        (list_key,),
    )


def part_with_list(connection: sqlite3.Connection, list_key: int) -> None:
    """Note that a list is not there, and that it is not asked for again unless its row says something else."""
    connection.execute(
        "UPDATE lists SET is_due = 0, row_state = row_seen, is_scope = is_scope AND crawled_at IS NOT NULL WHERE list_key = ?",
        (list_key,),
    )


def want_withheld_lists(connection: sqlite3.Connection) -> None:
    """Have every list asked for again that was not there for who asked, or that the site did not let be read.

    Args:
        connection: inside a transaction.
    """
    connection.execute("UPDATE lists SET is_due = 1 WHERE is_due = 0 AND error IS NOT NULL")


def due_lists(connection: sqlite3.Connection) -> tuple[TopicList, ...]:
    """The lists that are to be read, in the order in which they were found."""
    return _lists(connection, "WHERE is_due = 1 ORDER BY list_key", ())


def scopes(connection: sqlite3.Connection) -> tuple[TopicList, ...]:
    """The lists that the user asked for, the oldest first."""
    return _lists(connection, "WHERE is_scope = 1 ORDER BY list_key", ())


def list_of(connection: sqlite3.Connection, list_key: int) -> TopicList | None:
    """A list as it is known now; None where it proved to be another one at its new address."""
    return next(iter(_lists(connection, "WHERE list_key = ?", (list_key,))), None)


def address_of_list(connection: sqlite3.Connection, kind: str, forum_id: int | None) -> str | None:
    """Where the archive has the index, or the list of a forum of this number."""
    query = "SELECT url FROM lists WHERE kind = ?1 AND (forum_id = ?2 OR (kind = 'index' AND is_scope = 1)) ORDER BY list_key LIMIT 1"
    row = connection.execute(query, (kind, forum_id)).fetchone()
    return str(row[0]) if row is not None else None


def move_index(connection: sqlite3.Connection, url: str) -> None:
    """Note that the index that the user asked for once is at another address now; nothing where there is none."""
    row = connection.execute(
        "SELECT list_key FROM lists WHERE kind = 'index' AND is_scope = 1 ORDER BY list_key LIMIT 1"
    ).fetchone()
    if row is not None:
        connection.execute("DELETE FROM list_pages WHERE list_key = ?", tuple(row))
        connection.execute(
            "UPDATE lists SET url = ?, feed_url = NULL, error = NULL, exit_code = NULL WHERE list_key = ?",
            (url, row[0]),
        )


def move_lost_index(connection: sqlite3.Connection, url: str) -> bool:
    """The same where that address leads nowhere any more.

    Returns:
        Whether there was such an index.
    """
    query = "SELECT 1 FROM lists WHERE kind = 'index' AND is_scope = 1 AND exit_code = ?"
    if connection.execute(query, (NotFoundError.exit_code,)).fetchone() is None:
        return False
    move_index(connection, url)
    return True


def list_at(connection: sqlite3.Connection, url: str) -> TopicList | None:
    """The list at an address in normal form."""
    return next(iter(_lists(connection, "WHERE url = ?", (url,))), None)


def was_read_since(connection: sqlite3.Connection, list_key: int, run_id: int) -> bool:
    """Whether a list was read to its end by a run or one after it."""
    values = {"key": list_key, "run": run_id}
    return connection.execute(_WAS_READ_SINCE, values).fetchone() is not None


_WAS_READ_SINCE = """
SELECT 1 FROM lists WHERE list_key = :key AND is_due = 0 AND crawled_at IS NOT NULL AND EXISTS (
    SELECT 1 FROM list_pages JOIN pages USING (page_id) WHERE list_key = :key AND run_id >= :run
    UNION ALL
    SELECT 1 FROM list_entries JOIN pages USING (page_id) WHERE list_key = :key AND run_id >= :run
)
"""


def children_not_named(
    connection: sqlite3.Connection, list_key: int, named: set[int]
) -> list[int]:
    """The lists that another one named before, and does not any more; those known not to be there are left out."""
    rows = connection.execute(
        "SELECT list_key FROM lists WHERE parent_key = ? AND (error IS NULL OR is_due = 1)",
        (list_key,),
    )
    return [row[0] for row in rows if row[0] not in named]


def _absorb(connection: sqlite3.Connection, values: Mapping[str, object]) -> None:
    """Make one of two rows of a list, where something that shows no numbers has named it by its new address."""
    other = connection.execute(
        "SELECT list_key FROM lists WHERE url = :url AND list_key <> :key", values
    ).fetchone()
    if other is not None:
        for statement in _ABSORB:
            connection.execute(statement, {"kept": values["key"], "other": other["list_key"]})


def _known(connection: sqlite3.Connection, row: ListRow) -> sqlite3.Row | None:
    """A forum keeps its number when its address changes."""
    if row.forum_id is not None:
        by_number: sqlite3.Row | None = connection.execute(
            "SELECT * FROM lists WHERE forum_id = ?", (row.forum_id,)
        ).fetchone()
        if by_number is not None:
            return by_number
    by_url: sqlite3.Row | None = connection.execute(
        "SELECT * FROM lists WHERE url = ?", (row.url,)
    ).fetchone()
    return by_url


def _lists(
    connection: sqlite3.Connection, condition: str, values: tuple[object, ...]
) -> tuple[TopicList, ...]:
    rows = connection.execute(f"SELECT * FROM lists {condition}", values)  # noqa: S608  # conditions of this module
    return tuple(
        TopicList(
            list_key=row["list_key"],
            url=row["url"],
            kind=row["kind"],
            title=row["title"],
            forum_id=row["forum_id"],
            feed_url=row["feed_url"],
            was_read=row["crawled_at"] is not None,
            is_scope=bool(row["is_scope"]),
            exit_code=row["exit_code"],
        )
        for row in rows
    )


_ABSORB = (
    "UPDATE OR IGNORE list_entries SET list_key = :kept WHERE list_key = :other",
    "DELETE FROM list_entries WHERE list_key = :other",
    "DELETE FROM list_pages WHERE list_key = :other",
    "DELETE FROM list_gaps WHERE list_key = :other",
    "UPDATE lists SET parent_key = :kept WHERE parent_key = :other AND list_key <> :kept",
    "UPDATE lists SET parent_key = NULL WHERE list_key = :kept AND parent_key = :other",
    "DELETE FROM lists WHERE list_key = :other",
)
_INSERT = """
INSERT INTO lists (url, kind, title, forum_id, parent_key, is_scope, is_due, row_seen)
VALUES (:url, :kind, :title, :forum_id, :parent, :is_scope, 1, :state)
"""


# A forum is below the list that has a row for it; one that only names it in another forum's row may be further up.
_UPDATE = """
UPDATE lists SET url = :url, title = :title, forum_id = coalesce(:forum_id, forum_id),
    parent_key = CASE WHEN parent_key IS NULL OR :state IS NOT NULL THEN coalesce(:parent, parent_key) ELSE parent_key END,
    is_scope = max(is_scope, :is_scope),
    is_due = max(is_due, coalesce(:state IS NOT row_state AND :state IS NOT NULL, 0)),
    row_seen = coalesce(:state, row_seen)
WHERE list_key = :key
"""

"""Keep the pages of lists: which are to be read, which were, and the topics that they show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True, kw_only=True)
class ListTarget:
    """A page of a list that is to be read.

    Attributes:
        last: the list's last page, as far as known.
    """

    list_key: int
    number: int
    url: str
    last: int


def begin_list(connection: sqlite3.Connection, list_key: int, run_id: int) -> None:
    """Begin to read a list: its first page, and whatever that leads to."""
    row = connection.execute("SELECT url FROM lists WHERE list_key = ?", (list_key,)).fetchone()
    connection.execute("UPDATE lists SET crawl_run = ? WHERE list_key = ?", (run_id, list_key))
    connection.execute("UPDATE list_pages SET is_pending = 0 WHERE list_key = ?", (list_key,))
    want_pages(connection, list_key, [(1, row["url"])])


def resume_list(connection: sqlite3.Connection, list_key: int, since: str) -> bool:
    """Go on with a reading that was stopped or left pages out, if it began after a moment.

    Returns:
        Whether there is something to go on with.
    """
    connection.execute(_RETRY, {"key": list_key, "since": since})
    row = connection.execute(_IS_UNDER_WAY, {"key": list_key, "since": since}).fetchone()
    return bool(row[0])


def first_fresh_page(connection: sqlite3.Connection, list_key: int) -> int:
    """The first copy of a page that belongs to a list's newest reading; 0 where there is none."""
    return int(connection.execute(_FIRST_FRESH, (list_key,)).fetchone()[0])


_RETRY = """
UPDATE list_pages SET is_pending = 1, error = NULL, exit_code = NULL
WHERE list_key = :key AND error IS NOT NULL AND EXISTS (
    SELECT 1 FROM lists JOIN runs ON run_id = crawl_run WHERE list_key = :key AND is_due = 1 AND started_at >= :since
)
"""


# Pages are left to be read, or all were and the run was stopped before it could say so.
_IS_UNDER_WAY = """
SELECT EXISTS (
    SELECT 1 FROM lists JOIN runs ON run_id = crawl_run WHERE list_key = :key AND is_due = 1 AND started_at >= :since
    AND (
        EXISTS (SELECT 1 FROM list_pages WHERE list_key = :key AND is_pending = 1)
        OR (
            (ended_at IS NULL OR runs.exit_code = 130) AND error IS NULL AND started_at > coalesce(crawled_at, '')
            AND EXISTS (
                SELECT 1 FROM list_pages JOIN pages USING (page_id) WHERE list_key = :key AND run_id >= crawl_run
            )
        )
    )
)
"""


_FIRST_FRESH = """
SELECT coalesce(min(page_id), 0) FROM list_pages JOIN pages USING (page_id) JOIN lists USING (list_key)
WHERE list_key = ? AND run_id >= crawl_run
"""


def want_pages(
    connection: sqlite3.Connection, list_key: int, pages: Iterable[tuple[int, str]]
) -> None:
    """Have pages of a list read."""
    connection.executemany(
        "INSERT INTO list_pages (list_key, number, url, is_pending, last_number) VALUES (?1, ?2, ?3, 1, ?2)"
        " ON CONFLICT DO UPDATE SET is_pending = 1, url = ?3, error = NULL, exit_code = NULL",
        [(list_key, number, url) for number, url in pages],
    )


def want_pages_again(
    connection: sqlite3.Connection, list_key: int, numbers: Iterable[int]
) -> None:
    """Have pages of a list read that were read before."""
    connection.executemany(
        "UPDATE list_pages SET is_pending = 1 WHERE list_key = ? AND number = ?",
        [(list_key, number) for number in numbers],
    )


def keep_list_page(  # what a page of a list says of itself
    connection: sqlite3.Connection,
    target: ListTarget,
    *,
    page_id: int,
    last_number: int,
    stated_topics: int | None,
) -> None:
    """Note that a page of a list was read."""
    connection.execute(
        "UPDATE list_pages SET page_id = ?, last_number = ?, stated_topics = ?, is_pending = 0, error = NULL,"
        " exit_code = NULL WHERE list_key = ? AND number = ?",
        (page_id, last_number, stated_topics, target.list_key, target.number),
    )


def leave_page(connection: sqlite3.Connection, target: ListTarget) -> None:
    """Take a page of a list back from those that are to be read."""
    connection.execute(
        "UPDATE list_pages SET is_pending = 0 WHERE list_key = ? AND number = ?",
        (target.list_key, target.number),
    )


def fail_list_page(
    connection: sqlite3.Connection, target: ListTarget, error: str, exit_code: int
) -> None:
    """Note that a page of a list could not be read; the next run tries again."""
    connection.execute(
        "UPDATE list_pages SET is_pending = 0, error = ?, exit_code = ? WHERE list_key = ? AND number = ?",
        (error, exit_code, target.list_key, target.number),
    )


def pending_page(connection: sqlite3.Connection, list_key: int) -> ListTarget | None:
    """The next page of a list that is to be read."""
    row = connection.execute(
        "SELECT list_key, number, url, (SELECT max(last_number) FROM list_pages WHERE list_key = ?1) AS last"
        " FROM list_pages WHERE list_key = ?1 AND is_pending = 1 ORDER BY number LIMIT 1",
        (list_key,),
    ).fetchone()
    return ListTarget(**dict(row)) if row is not None else None


def pages_of_list(connection: sqlite3.Connection, list_key: int) -> list[sqlite3.Row]:
    """The pages of a list, by number."""
    return connection.execute(
        "SELECT number, page_id, is_pending, last_number, stated_topics, error, exit_code FROM list_pages"
        " WHERE list_key = ? ORDER BY number",
        (list_key,),
    ).fetchall()


def forget_pages_beyond(connection: sqlite3.Connection, list_key: int, last: int) -> None:
    """Drop the pages that a list no longer has."""
    connection.execute(
        "DELETE FROM list_pages WHERE list_key = ? AND number > ?", (list_key, last)
    )


def keep_entry(
    connection: sqlite3.Connection,
    target: ListTarget,
    listing_key: int,
    page_id: int,
    *,
    is_elsewhere: bool,
) -> None:
    """Note that a page of a list shows a topic."""
    connection.execute(
        "INSERT OR REPLACE INTO list_entries (list_key, listing_key, number, page_id, is_elsewhere) VALUES (?, ?, ?, ?, ?)",
        (target.list_key, listing_key, target.number, page_id, is_elsewhere),
    )


def drop_unlisted(connection: sqlite3.Connection, list_key: int, first_page_id: int) -> list[int]:
    """Forget that a list shows topics that it no longer does, now that all of it was read again.

    Args:
        connection: inside a transaction.
        list_key: the list.
        first_page_id: the first page that was read of it this time.

    Returns:
        Those topics of it that no list shows any more.
    """
    rows = connection.execute(
        "DELETE FROM list_entries WHERE list_key = ? AND page_id < ? RETURNING listing_key, is_elsewhere",
        (list_key, first_page_id),
    ).fetchall()
    return [
        row["listing_key"]
        for row in rows
        if not row["is_elsewhere"] and not _is_listed(connection, row["listing_key"])
    ]


def shown_topics(connection: sqlite3.Connection, list_key: int) -> int:
    """How many topics a list shows, those on top of all lists included."""
    query = "SELECT count(*) FROM list_entries WHERE list_key = ?"
    return int(connection.execute(query, (list_key,)).fetchone()[0])


def _is_listed(connection: sqlite3.Connection, listing_key: int) -> bool:
    query = "SELECT 1 FROM list_entries WHERE listing_key = ?"
    return connection.execute(query, (listing_key,)).fetchone() is not None

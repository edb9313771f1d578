"""Hold what a list shows against what it claims: its pages, and how many topics it says that it has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scraper.archive.gap import Gap
from scraper.archive.list_page import pages_of_list, shown_topics

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """How a list stands.

    Attributes:
        shown: topics that it shows.
        stated: topics that it claims; None where it does not say.
        open_gaps: what is missing and was not accepted.
    """

    shown: int
    stated: int | None
    open_gaps: tuple[Gap, ...]


def reconcile_list(connection: sqlite3.Connection, list_key: int, now: str) -> Reconciled:
    """Record what is missing of a list; what is no longer missing is forgotten, what was accepted stays so.

    Args:
        connection: inside a transaction.
        list_key: the list.
        now: the time.
    """
    pages = pages_of_list(connection, list_key)
    shown = shown_topics(connection, list_key)
    # Topics on top of all forums are counted on the first page alone.
    last = pages[-1]["stated_topics"] if pages else None
    gaps = (*_unread(pages), *_missing(shown, last))
    accepted = {
        (row["code"], row["place"]): row["missing"] or 0
        for row in connection.execute(
            "SELECT code, place, missing FROM list_gaps WHERE list_key = ? AND accepted_at IS NOT NULL",
            (list_key,),
        )
    }
    still_open = tuple(
        gap for gap in gaps if accepted.get((gap.code, gap.place), -1) < (gap.missing or 0)
    )
    _record(connection, list_key, gaps, still_open, now)
    return Reconciled(shown=shown, stated=last, open_gaps=still_open)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListStanding:
    """How far a list was read.

    Attributes:
        topics: topics that it shows.
        is_due: it is to be read, or was not read to its end.
    """

    list_key: int
    title: str
    url: str
    topics: int
    is_due: bool


def list_states(connection: sqlite3.Connection) -> tuple[ListStanding, ...]:
    """Every list of the archive."""
    rows = connection.execute("SELECT list_key, title, url, is_due FROM lists ORDER BY list_key")
    return tuple(
        ListStanding(
            list_key=row["list_key"],
            title=row["title"],
            url=row["url"],
            topics=shown_topics(connection, row["list_key"]),
            is_due=bool(row["is_due"]),
        )
        for row in rows
    )


def open_gaps_of_list(connection: sqlite3.Connection, list_key: int) -> tuple[Gap, ...]:
    """What is missing of a list and was not accepted."""
    rows = connection.execute(
        "SELECT code, place, detail, missing FROM list_gaps WHERE list_key = ? AND accepted_at IS NULL ORDER BY gap_id",
        (list_key,),
    )
    return tuple(Gap(**dict(row)) for row in rows)


def has_any_open_gap(connection: sqlite3.Connection) -> bool:
    """Whether anything at all is missing, of a topic or of a list, that nobody has accepted."""
    query = """
    SELECT EXISTS (SELECT 1 FROM gaps WHERE accepted_at IS NULL)
        OR EXISTS (SELECT 1 FROM list_gaps WHERE accepted_at IS NULL)
    """
    return bool(connection.execute(query).fetchone()[0])


def accept_list_gaps(connection: sqlite3.Connection, now: str) -> int:
    """Accept what is missing of lists now.

    Returns:
        How many gaps.
    """
    return connection.execute(
        "UPDATE list_gaps SET accepted_at = ? WHERE accepted_at IS NULL", (now,)
    ).rowcount


def _unread(pages: list[sqlite3.Row]) -> Iterator[Gap]:
    for page in pages:
        if page["error"] is not None:
            yield Gap(
                code="list-page-missing",
                place=f"page {page['number']}",
                detail=f"Page {page['number']} of the list could not be read: {page['error']}",
            )


def _missing(shown: int, stated: int | None) -> Iterator[Gap]:
    if stated is not None and shown < stated:
        yield Gap(
            code="topics-missing",
            detail=f"The list says that it has {stated} topics, and its pages show {shown}.",
            missing=stated - shown,
        )


def _record(
    connection: sqlite3.Connection,
    list_key: int,
    gaps: tuple[Gap, ...],
    still_open: tuple[Gap, ...],
    now: str,
) -> None:
    wanted = {(gap.code, gap.place) for gap in gaps}
    rows = connection.execute(
        "SELECT gap_id, code, place FROM list_gaps WHERE list_key = ?", (list_key,)
    ).fetchall()
    healed = [(row["gap_id"],) for row in rows if (row["code"], row["place"]) not in wanted]
    connection.executemany("DELETE FROM list_gaps WHERE gap_id = ?", healed)
    connection.executemany(
        _RECORD,
        [
            (list_key, gap.code, gap.place, gap.detail, gap.missing, now, gap in still_open)
            for gap in gaps
        ],
    )


_RECORD = """
INSERT INTO list_gaps (list_key, code, place, detail, missing, first_seen) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT DO UPDATE SET detail = ?4, missing = ?5, accepted_at = CASE WHEN ?7 THEN NULL ELSE accepted_at END
"""

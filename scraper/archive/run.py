"""Record runs: when each began and ended, what it asked for and what it changed."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scraper.archive.page import utc_text

if TYPE_CHECKING:
    import sqlite3

    from scraper.archive.database import Archive
    from scraper.archive.post_writer import Saved


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTotals:
    """What a run did.

    Attributes:
        report: what it found, as JSON.
    """

    requests: int
    pages: int
    saved: Saved
    gone: int
    report: str | None = None


def ensure_run(connection: sqlite3.Connection, archive: Archive, now: str) -> int:
    """The run that writes, begun with the first thing it writes: a run that keeps nothing leaves no trace.

    Args:
        connection: inside a transaction.
        archive: gets the run's number.
        now: the time.
    """
    if not archive.run_id:
        cursor = connection.execute(
            "INSERT INTO runs (command, process_id, started_at) VALUES (?, ?, ?)",
            (archive.command, os.getpid(), now),
        )
        archive.run_id = cursor.lastrowid or 0
    _keep_ledger(connection, archive)
    return archive.run_id


def _keep_ledger(connection: sqlite3.Connection, archive: Archive) -> None:
    """Keep what was asked of the site, with whatever is written next."""
    connection.executemany(
        "INSERT INTO requests (run_id, asked_at, url, reason, status, body_bytes) VALUES (?, ?, ?, ?, ?, ?)",
        [
            (
                archive.run_id,
                utc_text(one.asked_at),
                one.url,
                one.reason,
                one.status,
                one.body_bytes,
            )
            for one in archive.ledger()
        ],
    )


def end_run(archive: Archive, now: str, exit_code: int, totals: RunTotals) -> None:
    """Close the run, if one was begun."""
    if not archive.run_id:
        return
    with archive.transaction() as connection:
        _keep_ledger(connection, archive)
        connection.execute(
            "UPDATE runs SET ended_at = ?, exit_code = ?, requests = ?, pages = ?, new_posts = ?, changed_posts = ?,"
            " gone_posts = ?, report = ? WHERE run_id = ?",
            (
                now,
                exit_code,
                totals.requests,
                totals.pages,
                totals.saved.new,
                totals.saved.changed,
                totals.gone,
                totals.report,
                archive.run_id,
            ),
        )


def first_of_this(archive: Archive) -> int:
    """The first of the runs that the current one goes on with, since they were stopped before their end; itself if there is none."""
    row = archive.connection.execute(_FIRST_OF_THIS, {"this": archive.run_id}).fetchone()
    return int(row[0])


_FIRST_OF_THIS = """
SELECT coalesce(min(run_id), :this) FROM runs WHERE run_id > (
    SELECT coalesce(max(run_id), 0) FROM runs WHERE ended_at IS NOT NULL AND exit_code IS NOT 130
)
"""


def first_unfinished(archive: Archive) -> int | None:
    """The run that was stopped before its end, if nothing has been run to its end after it, and this one goes on with it.

    Where a run went on with a stopped one, and was stopped as well, it is the first of them. Runs are compared by their
    numbers: a machine's clock is put back now and then.
    """
    row = archive.connection.execute(_FIRST_UNFINISHED, {"this": archive.run_id}).fetchone()
    return row[0] if row else None


_FIRST_UNFINISHED = """
SELECT min(run_id) FROM runs
WHERE (:this = 0 OR run_id < :this) AND run_id > (
    SELECT coalesce(max(run_id), 0) FROM runs
    WHERE ended_at IS NOT NULL AND exit_code IS NOT 130 AND (:this = 0 OR run_id < :this)
)
"""

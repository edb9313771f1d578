"""List the runs of an archive, and tell what one of them asked the site for and reported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scraper.archive.database import Archive

_COLUMNS = """run_id, command, started_at, ended_at, exit_code, requests, pages, new_posts, changed_posts, gone_posts
FROM runs"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRun:
    """A run that kept something.

    Attributes:
        run_id: its number, from 1.
        command: as it was typed.
        started_at: when it began, in UTC.
        ended_at: None while it runs, and for good if it was killed.
        exit_code: as it ended.
        requests: requests made.
        pages: topic pages read.
        new_posts: posts met for the first time.
        changed_posts: posts whose body had changed.
        gone_posts: posts found to have vanished.
    """

    run_id: int
    command: str
    started_at: str
    ended_at: str | None
    exit_code: int | None
    requests: int
    pages: int
    new_posts: int
    changed_posts: int
    gone_posts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SentRequest:
    """A request that a run sent.

    Attributes:
        asked_at: when, in UTC.
        url: the address.
        reason: what it was asked for.
        status: the HTTP status of the answer; None where none came.
        body_bytes: of the body, decompressed.
    """

    asked_at: str
    url: str
    reason: str
    status: int | None
    body_bytes: int


def runs(archive: Archive, *, first: int = 0, count: int = -1) -> tuple[ListedRun, ...]:
    """The runs, newest first.

    Args:
        archive: opened to be read.
        first: how many are left out.
        count: how many at most; -1 is all.
    """
    query = f"SELECT {_COLUMNS} ORDER BY run_id DESC LIMIT ? OFFSET ?"
    return tuple(
        ListedRun(**dict(row)) for row in archive.connection.execute(query, (count, first))
    )


def run_numbered(archive: Archive, run_id: int) -> tuple[ListedRun, str | None] | None:
    """A run and its report as JSON; None where there is no such run."""
    query = f"SELECT {_COLUMNS} WHERE run_id = ?"
    row = archive.connection.execute(query, (run_id,)).fetchone()
    if row is None:
        return None
    report = archive.connection.execute("SELECT report FROM runs WHERE run_id = ?", (run_id,))
    return ListedRun(**dict(row)), report.fetchone()[0]


def count_runs(archive: Archive) -> int:
    """How many runs there are."""
    return int(archive.connection.execute("SELECT count(*) FROM runs").fetchone()[0])


def requests_of_run(
    archive: Archive, run_id: int, *, first: int, count: int
) -> tuple[SentRequest, ...]:
    """Some of the requests that a run sent, in the order of sending."""
    rows = archive.connection.execute(
        "SELECT asked_at, url, reason, status, body_bytes FROM requests WHERE run_id = ? "
        "ORDER BY request_id LIMIT ? OFFSET ?",
        (run_id, count, first),
    )
    return tuple(SentRequest(**dict(row)) for row in rows)

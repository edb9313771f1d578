"""Keep when each topic's newest crawl began and ended, and whether a new run goes on with it or begins another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scraper.archive.frontier import has_pending

if TYPE_CHECKING:
    import sqlite3


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlState:
    """A topic's newest crawl.

    Attributes:
        run_id: the run that began it; 0 where nobody has crawled the topic.
        began_at: when the run began that began it; None where nobody has crawled the topic.
        ended_at: when every page had been read or given up; None while it is under way or was stopped.
    """

    run_id: int
    began_at: str | None
    ended_at: str | None


def crawl_state(connection: sqlite3.Connection, topic_key: int) -> CrawlState:
    """The state of a topic's newest crawl."""
    row = connection.execute(
        "SELECT coalesce(crawl_run, 0) AS run_id, started_at, crawled_at FROM topics LEFT JOIN runs ON run_id = crawl_run WHERE topic_key = ?",
        (topic_key,),
    ).fetchone()
    return CrawlState(run_id=row["run_id"], began_at=row["started_at"], ended_at=row["crawled_at"])


def ensure_crawl(connection: sqlite3.Connection, topic_key: int, run_id: int) -> None:
    """Begin a topic's first crawl, if this run reads the first page of it."""
    connection.execute(
        "UPDATE topics SET crawl_run = ? WHERE topic_key = ? AND crawl_run IS NULL",
        (run_id, topic_key),
    )


def begin_crawl(connection: sqlite3.Connection, topic_key: int, run_id: int) -> None:
    """Begin a new crawl of a topic: what was read before this run is no longer fresh."""
    connection.execute(
        "UPDATE topics SET crawl_run = ?, crawled_at = NULL WHERE topic_key = ?",
        (run_id, topic_key),
    )


def end_crawl(connection: sqlite3.Connection, topic_key: int, now: str) -> None:
    """Close a topic's crawl."""
    connection.execute("UPDATE topics SET crawled_at = ? WHERE topic_key = ?", (now, topic_key))


def keep_expected(connection: sqlite3.Connection, topic_key: int, expected: int | None) -> None:
    """Record how many posts the site claims."""
    connection.execute(
        "UPDATE topics SET expected_posts = ? WHERE topic_key = ?", (expected, topic_key)
    )


def was_stopped(connection: sqlite3.Connection, topic_key: int) -> bool:
    """Whether a topic's crawl was stopped before its end, or is under way."""
    crawl = crawl_state(connection, topic_key)
    return (crawl.began_at is not None and crawl.ended_at is None) or has_pending(
        connection, topic_key
    )


def topic_keys(connection: sqlite3.Connection) -> list[int]:
    """Every topic of the archive, by the site's number."""
    rows = connection.execute("SELECT topic_key FROM topics ORDER BY topic_id, topic_key")
    return [row[0] for row in rows]

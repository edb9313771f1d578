"""Keep what is still to be fetched, so that a crawl goes on where it was stopped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An address to be fetched.

    Attributes:
        topic_key: the topic it belongs to.
        number: the page of the topic.
        part: the part of the page.
        reason: why it is asked for, in a word or two.
    """

    url: str
    topic_key: int
    number: int
    part: int
    reason: str


def add_targets(connection: sqlite3.Connection, targets: Iterable[Target], added_at: str) -> None:
    """Put addresses on the frontier; one that failed before is tried again."""
    connection.executemany(
        "INSERT INTO frontier (url, topic_key, number, part, reason, added_at) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (url) DO UPDATE SET state = 'pending', error = NULL, exit_code = NULL",
        [(one.url, one.topic_key, one.number, one.part, one.reason, added_at) for one in targets],
    )


def next_target(connection: sqlite3.Connection, topic_key: int) -> Target | None:
    """The next address of a topic, by page and part."""
    row = connection.execute(
        "SELECT url, topic_key, number, part, reason FROM frontier WHERE topic_key = ? AND state = 'pending'"
        " ORDER BY number, part LIMIT 1",
        (topic_key,),
    ).fetchone()
    return Target(**dict(row)) if row else None


def remove_target(connection: sqlite3.Connection, url: str) -> None:
    """Take an address off the frontier: it was read, or proved to be none."""
    connection.execute("DELETE FROM frontier WHERE url = ?", (url,))


def fail_target(connection: sqlite3.Connection, url: str, error: str, exit_code: int) -> None:
    """Record that an address could not be read; it stays until it can."""
    connection.execute(
        "UPDATE frontier SET state = 'failed', attempts = attempts + 1, error = ?, exit_code = ? WHERE url = ?",
        (error, exit_code, url),
    )


def retry_failed(connection: sqlite3.Connection, topic_key: int) -> None:
    """Put a topic's failed addresses back to be tried again."""
    connection.execute(
        "UPDATE frontier SET state = 'pending', error = NULL, exit_code = NULL WHERE topic_key = ?",
        (topic_key,),
    )


def has_pending(connection: sqlite3.Connection, topic_key: int) -> bool:
    """Whether a topic's crawl was stopped before its end."""
    query = "SELECT 1 FROM frontier WHERE topic_key = ? AND state = 'pending'"
    return connection.execute(query, (topic_key,)).fetchone() is not None


def has_failed(connection: sqlite3.Connection, topic_key: int) -> bool:
    """Whether a page of a topic could not be read."""
    query = "SELECT 1 FROM frontier WHERE topic_key = ? AND state = 'failed'"
    return connection.execute(query, (topic_key,)).fetchone() is not None


def known_places(connection: sqlite3.Connection, topic_key: int) -> set[tuple[int, int]]:
    """The pages and parts of a topic that were read, or are to be."""
    query = (
        "SELECT number, part FROM topic_pages WHERE topic_key = :key"
        " UNION SELECT number, part FROM frontier WHERE topic_key = :key"
    )
    return {(row[0], row[1]) for row in connection.execute(query, {"key": topic_key})}

"""Keep what is missing of each topic, and which of it somebody has accepted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something that the site claims and the archive lacks.

    Attributes:
        code: a short stable name.
        place: which page or post it is about; with the code it tells one gap of a topic from another.
        detail: one sentence.
        missing: how many posts, where known.
    """

    code: str
    place: str = ""
    detail: str
    missing: int | None = None


def record_gaps(
    connection: sqlite3.Connection, topic_key: int, gaps: Sequence[Gap], now: str
) -> tuple[Gap, ...]:
    """Make a topic's recorded gaps these and no others; what was accepted before stays accepted.

    Returns:
        Those that nobody has accepted.
    """
    still_open = open_gaps(connection, topic_key, gaps)
    known = "SELECT gap_id, code, place FROM gaps WHERE topic_key = ?"
    wanted = {(gap.code, gap.place) for gap in gaps}
    healed = [
        (row["gap_id"],)
        for row in connection.execute(known, (topic_key,))
        if (row["code"], row["place"]) not in wanted
    ]
    connection.executemany(_CLOSE, [(now, *gap) for gap in healed])
    connection.executemany("DELETE FROM gaps WHERE gap_id = ?", healed)
    values = [
        (topic_key, gap.code, gap.place, gap.detail, gap.missing, now, gap in still_open)
        for gap in gaps
    ]
    connection.executemany(_RECORD, values)
    return still_open


_CLOSE = """
INSERT INTO closed_gaps (topic_key, code, place, detail, missing, first_seen, closed_at)
SELECT topic_key, code, place, detail, missing, first_seen, ?1 FROM gaps WHERE gap_id = ?2
"""
_RECORD = """
INSERT INTO gaps (topic_key, code, place, detail, missing, first_seen) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT DO UPDATE SET detail = ?4, missing = ?5, accepted_at = CASE WHEN ?7 THEN NULL ELSE accepted_at END
"""


def open_gaps(
    connection: sqlite3.Connection, topic_key: int, gaps: Sequence[Gap]
) -> tuple[Gap, ...]:
    """Those of a topic's gaps that nobody has accepted; of what was accepted, fewer posts may be missing, but not more."""
    query = "SELECT code, place, missing FROM gaps WHERE topic_key = ? AND accepted_at IS NOT NULL"
    accepted = {
        (row["code"], row["place"]): row["missing"] or 0
        for row in connection.execute(query, (topic_key,))
    }
    return tuple(
        gap for gap in gaps if accepted.get((gap.code, gap.place), -1) < (gap.missing or 0)
    )


def recorded_gaps(connection: sqlite3.Connection, topic_key: int) -> tuple[Gap, ...]:
    """What was missing of a topic when it was last reconciled."""
    query = "SELECT code, place, detail, missing FROM gaps WHERE topic_key = ? ORDER BY gap_id"
    return tuple(Gap(**dict(row)) for row in connection.execute(query, (topic_key,)))


def has_open_gaps(connection: sqlite3.Connection, topic_key: int) -> bool:
    """Whether something recorded is missing that nobody has accepted."""
    query = "SELECT 1 FROM gaps WHERE topic_key = ? AND accepted_at IS NULL"
    return connection.execute(query, (topic_key,)).fetchone() is not None


def accept_gaps(connection: sqlite3.Connection, now: str) -> int:
    """Accept every gap that is open now.

    Returns:
        How many.
    """
    return connection.execute(
        "UPDATE gaps SET accepted_at = ? WHERE accepted_at IS NULL", (now,)
    ).rowcount

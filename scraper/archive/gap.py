"""Keep what is missing of each topic, and which of it somebody has accepted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something that the site claims and the archive lacks.

    Attributes:
        code: a short stable name.
        detail: one sentence.
        missing: how many posts, where known.
    """

    code: str
    detail: str
    missing: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownGap:
    """A gap as the archive keeps it."""

    topic_key: int
    title: str
    url: str | None
    gap: Gap
    first_seen: str
    is_accepted: bool


def record_gaps(
    connection: sqlite3.Connection, topic_key: int, gaps: Sequence[Gap], now: str
) -> tuple[Gap, ...]:
    """Make a topic's recorded gaps these and no others; what was accepted before stays accepted.

    Returns:
        Those that nobody has accepted.
    """
    wanted = {(gap.code, gap.detail): gap for gap in gaps}
    accepted: set[tuple[str, str]] = set()
    for row in connection.execute(
        "SELECT * FROM gaps WHERE topic_key = ?", (topic_key,)
    ).fetchall():
        key = (row["code"], row["detail"])
        if key not in wanted:
            connection.execute("DELETE FROM gaps WHERE gap_id = ?", (row["gap_id"],))
        elif row["accepted_at"]:
            accepted.add(key)
    connection.executemany(
        "INSERT INTO gaps (topic_key, code, detail, missing, first_seen) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [(topic_key, gap.code, gap.detail, gap.missing, now) for gap in wanted.values()],
    )
    return tuple(gap for key, gap in wanted.items() if key not in accepted)


def known_gaps(connection: sqlite3.Connection) -> Iterator[KnownGap]:
    """Every recorded gap, by topic."""
    query = "SELECT gaps.*, title, url FROM gaps JOIN topics USING (topic_key) ORDER BY topic_id, gap_id"
    for row in connection.execute(query):
        yield KnownGap(
            topic_key=row["topic_key"],
            title=row["title"],
            url=row["url"],
            gap=Gap(code=row["code"], detail=row["detail"], missing=row["missing"]),
            first_seen=row["first_seen"],
            is_accepted=row["accepted_at"] is not None,
        )


def accept_gaps(connection: sqlite3.Connection, now: str) -> int:
    """Accept every gap that is open now.

    Returns:
        How many.
    """
    return connection.execute(
        "UPDATE gaps SET accepted_at = ? WHERE accepted_at IS NULL", (now,)
    ).rowcount

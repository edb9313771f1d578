"""Number a topic's posts: by local time as shown, then id; pages that are missing keep their places free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping

_ORDER = """
SELECT post_id, kind, published_local, number, gone_at IS NOT NULL AS is_gone FROM posts
WHERE topic_key = ? ORDER BY number, part, ordinal, post_id
"""
_HAS_LEAD = "SELECT 1 FROM topic_pages WHERE topic_key = ? AND has_lead"
_RANGES = """
SELECT number, min(claim_first) AS first, max(claim_last) AS last, sum(json_array_length(post_ids)) AS shown, max(claim_unit = 'replies') AS is_lead
FROM topic_pages WHERE topic_key = ? GROUP BY number ORDER BY number
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    post_id: int
    local: str | None
    number: int
    is_gone: bool
    is_opening: bool


def positions(connection: sqlite3.Connection, topic_key: int) -> list[tuple[int, int]]:
    """Post ids with their 1-based positions, in the order of these.

    An opening post that its page shows above the replies (lead topic mode) is the first, whatever its date. A gone post has the position that it had between those that remain. Where a post shows no time, all are in page
    order, since a guess would put them out of it.
    """
    places = [
        _Place(
            post_id=row["post_id"],
            local=row["published_local"],
            number=row["number"],
            is_gone=bool(row["is_gone"]),
            is_opening=row["kind"] == "topic",
        )
        for row in connection.execute(_ORDER, (topic_key,))
    ]
    has_lead = bool(connection.execute(_HAS_LEAD, (topic_key,)).fetchone())
    if all(place.local for place in places):
        places.sort(
            key=lambda place: (
                not (has_lead and place.is_opening),
                (place.local or "")[:16],
                place.post_id,
            )
        )
    return list(_numbered(places, _missing_before(connection, topic_key, places)))


def _numbered(places: list[_Place], missing: Mapping[int, int]) -> Iterator[tuple[int, int]]:
    count = 0
    for place in places:
        position = count + 1 + (0 if place.is_opening else missing.get(place.number, 0))
        yield place.post_id, position
        count += not place.is_gone


def _missing_before(
    connection: sqlite3.Connection, topic_key: int, places: list[_Place]
) -> dict[int, int]:
    """How many posts are missing before each page, by the ranges that the pages claim."""
    missing: dict[int, int] = {}
    held = 0
    has_opening = any(place.is_opening for place in places)
    for row in connection.execute(_RANGES, (topic_key,)):
        if row["first"] is not None:
            lead = 1 if row["is_lead"] and not has_opening else 0
            missing[row["number"]] = max(0, row["first"] - 1 - held) + lead
        held += row["last"] - row["first"] + 1 if row["first"] and row["last"] else row["shown"]
    return missing

"""Number a topic's posts: by local time as shown, then id; pages that are missing keep their places free."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping

_TOPIC = """
SELECT EXISTS (SELECT 1 FROM topic_pages WHERE topic_key = :key AND has_lead) AS has_lead,
    EXISTS (SELECT 1 FROM posts WHERE topic_key = :key AND kind = 'topic') AS has_opening,
    EXISTS (SELECT 1 FROM posts WHERE topic_key = :key AND coalesce(published_local, '') = '') AS is_undated
"""
_BY_PAGE = """
SELECT post_id, kind, number, gone_at FROM posts WHERE topic_key = :key ORDER BY number, part, ordinal, post_id
"""
_BY_TIME = """
SELECT post_id, kind, number, gone_at FROM posts WHERE topic_key = :key
ORDER BY NOT (:has_lead AND kind = 'topic'), substr(published_local, 1, 16), post_id
"""
_RANGES = """
SELECT number, min(claim_first) AS first, max(claim_unit = 'replies') AS is_lead, total(hidden) AS hidden,
    (SELECT count(*) FROM posts AS held
        WHERE held.topic_key = here.topic_key AND held.number = here.number AND gone_at IS NULL AND kind = 'reply') AS replies,
    (SELECT count(*) FROM posts AS held
        WHERE held.topic_key = here.topic_key AND held.number = here.number AND gone_at IS NULL AND kind = 'topic') AS openings
FROM topic_pages AS here WHERE topic_key = ? GROUP BY number ORDER BY number
"""


def positions(connection: sqlite3.Connection, topic_key: int) -> Iterator[tuple[int, int]]:
    """Post ids with their 1-based positions, in the order of these; SQLite sorts, so that no number of posts fills memory.

    An opening post that its page shows above the replies (lead topic mode) is the first, whatever its date. A gone post has the position that it had between those that remain. Where a post shows no time, all are in page
    order, since a guess would put them out of it.
    """
    topic = connection.execute(_TOPIC, {"key": topic_key}).fetchone()
    missing = _missing_before(connection, topic_key, has_opening=bool(topic["has_opening"]))
    values = {"key": topic_key, "has_lead": topic["has_lead"]}
    count = 0
    for row in connection.execute(_BY_PAGE if topic["is_undated"] else _BY_TIME, values):
        is_opening = row["kind"] == "topic"
        yield row["post_id"], count + 1 + (0 if is_opening else missing.get(row["number"], 0))
        count += row["gone_at"] is None


def _missing_before(
    connection: sqlite3.Connection, topic_key: int, *, has_opening: bool
) -> Mapping[int, int]:
    """How many posts are missing before each page, by the ranges that the pages claim; pages that lack none are left out."""
    missing: dict[int, int] = {}
    held = 0
    for row in connection.execute(_RANGES, (topic_key,)):
        if row["first"] is not None:
            lead = 1 if row["is_lead"] and not has_opening else 0
            lacking = max(0, row["first"] - 1 - held) + lead
            if lacking:
                missing[row["number"]] = lacking
        # What is held, not what the page claims: of a page that is torn, some lack as well.
        held += row["replies"] + (0 if row["is_lead"] else row["openings"]) + int(row["hidden"])
    return missing

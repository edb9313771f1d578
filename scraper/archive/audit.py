"""Choose pages to be read again to find what announces itself nowhere: edits, deletions, closed and hidden topics."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from scraper.archive.page import utc_text
from scraper.archive.run import first_of_this

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from datetime import datetime

    from scraper.archive.database import Archive

# People edit what they have just written: half of an audit goes to topics in which somebody wrote so lately.
_LIVELY = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """Pages of one topic that are to be read again; the last page is read along with any.

    Attributes:
        topic_key: the topic.
        url: its address.
        numbers: the pages.
    """

    topic_key: int
    url: str
    numbers: frozenset[int]


def pages_to_audit(archive: Archive, share: float, now: datetime) -> tuple[Audited, ...]:
    """Choose pages to be read again.

    Args:
        archive: gives its pages; those that the current run has read are left out, and those of runs that it goes on with.
        share: how much of all pages, from 0 to 1.
        now: the time.
    """
    rows = archive.connection.execute(
        _PAGES, {"run": first_of_this(archive), "since": utc_text(now - _LIVELY)}
    ).fetchall()
    total = archive.connection.execute("SELECT count(*) FROM topic_pages").fetchone()[0]
    budget = math.ceil(total * min(share, 1.0))
    chosen: defaultdict[int, set[int]] = defaultdict(set)
    urls: dict[int, str] = {}
    spent = 0
    for row in _in_turn(rows):
        key = row["topic_key"]
        further = {row["number"], row["last"]} - chosen[key]
        if spent + len(further) <= budget:
            spent += len(further)
            chosen[key] |= further
            urls[key] = row["url"]
    return tuple(
        Audited(topic_key=key, url=urls[key], numbers=frozenset(numbers))
        for key, numbers in chosen.items()
        if numbers
    )


def list_pages_to_audit(archive: Archive, share: float) -> dict[int, frozenset[int]]:
    """Choose pages of lists to be read again, those first that were read longest ago.

    They tell of topics that nothing announces: one that was split off, or let through, while another went.

    Args:
        archive: gives its lists; see `pages_to_audit`.
        share: how much of all their pages, from 0 to 1.

    Returns:
        By the archive's numbers of lists, pages of them; the first is read along with any.
    """
    rows = archive.connection.execute(_LIST_PAGES, {"run": first_of_this(archive)}).fetchall()
    budget = math.ceil(len(rows) * min(share, 1.0))
    chosen: defaultdict[int, set[int]] = defaultdict(set)
    for row in rows:
        further = {1, row["number"]} - chosen[row["list_key"]]
        if len(further) <= budget:
            budget -= len(further)
            chosen[row["list_key"]] |= further
    return {key: frozenset(numbers) for key, numbers in chosen.items() if numbers}


def _in_turn(rows: list[sqlite3.Row]) -> Iterator[sqlite3.Row]:
    """A page of a lively topic and one of any, each time the one that was read longest ago."""
    lively = iter([row for row in rows if row["is_lively"]])
    seen: set[tuple[int, int]] = set()
    for row in rows:
        for one in (row, next(lively, None)):
            if one is not None and (one["topic_key"], one["number"]) not in seen:
                seen.add((one["topic_key"], one["number"]))
                yield one


_PAGES = """
WITH last AS (SELECT topic_key, max(number) AS number FROM topic_pages GROUP BY topic_key),
    lively AS (SELECT topic_key FROM posts GROUP BY topic_key HAVING max(coalesce(published, first_seen)) >= :since)
SELECT topic_pages.topic_key, topic_pages.number, topics.url AS url,
    last.number AS last, topic_pages.topic_key IN (SELECT topic_key FROM lively) AS is_lively
FROM topic_pages JOIN pages USING (page_id) JOIN topics USING (topic_key)
    JOIN last ON last.topic_key = topic_pages.topic_key
WHERE topics.url IS NOT NULL AND vanished_at IS NULL AND part = 1 AND kind = 'topic' AND pages.run_id < :run
ORDER BY fetched_at, topic_pages.topic_key, topic_pages.number
"""
_LIST_PAGES = """
SELECT list_key, number FROM list_pages JOIN lists USING (list_key) JOIN pages USING (page_id)
WHERE crawled_at IS NOT NULL AND lists.error IS NULL AND (run_id < :run OR :run = 0)
ORDER BY fetched_at, list_key, number
"""

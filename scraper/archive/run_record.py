"""Tell what a run did, out of what it left in the archive: its counts, its requests, and what is missing. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scraper.archive.database import Archive


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedRequest:
    """One request that a run sent.

    Attributes:
        asked_at: when, in UTC.
        url: the address.
        reason: what it was asked for.
        status: the HTTP status of the answer; None where no answer came.
        body_bytes: bytes of the body, decompressed.
    """

    asked_at: str
    url: str
    reason: str
    status: int | None
    body_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedGap:
    """Something that is missing, and of what.

    Attributes:
        of: the title of the topic or of the list.
        url: its address; None where no page says it.
        code: a short stable name.
        place: which page or post it is about.
        detail: one sentence.
        missing: how many posts or topics, where known.
    """

    of: str
    url: str | None
    code: str
    place: str
    detail: str
    missing: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """What runs left of themselves.

    Attributes:
        pages: pages read.
        new: posts met for the first time.
        changed: posts whose body had changed.
        gone: posts found to have vanished.
        requests: each request that they sent, in order.
    """

    pages: int
    new: int
    changed: int
    gone: int
    requests: tuple[AskedRequest, ...]


def newest_run(archive: Archive) -> int:
    """The number of the newest run; 0 where there was none."""
    row = archive.connection.execute("SELECT coalesce(max(run_id), 0) FROM runs").fetchone()
    return int(row[0])


def run_record(archive: Archive, after: int) -> RunRecord | None:
    """What was done since a run: by the one that followed, or by several where it was stopped and gone on with.

    Args:
        archive: the archive.
        after: the run that was the newest before; one that is no newer does not count.

    Returns:
        None where there is no such run: one that keeps nothing leaves no trace.
    """
    connection = archive.connection
    runs = connection.execute(_TOTALS, {"after": after}).fetchone()
    if not runs["runs"]:
        return None
    killed = connection.execute(_OF_KILLED, {"after": after}).fetchone()
    asked = connection.execute(
        "SELECT asked_at, url, reason, status, body_bytes FROM requests WHERE run_id > ? ORDER BY request_id",
        (after,),
    )
    return RunRecord(
        pages=runs["pages"] + killed["pages"],
        new=runs["new_posts"] + killed["new_posts"],
        changed=runs["changed_posts"] + killed["changed_posts"],
        gone=runs["gone_posts"],
        requests=tuple(AskedRequest(**dict(row)) for row in asked),
    )


_TOTALS = """
SELECT count(*) AS runs, coalesce(sum(pages), 0) AS pages, coalesce(sum(new_posts), 0) AS new_posts,
    coalesce(sum(changed_posts), 0) AS changed_posts, coalesce(sum(gone_posts), 0) AS gone_posts
FROM runs WHERE run_id > :after
"""
# A run that was killed could not write down its counts; the pages that it kept say what it did.
_OF_KILLED = """
WITH of_killed AS (
    SELECT page_id, kind FROM pages JOIN runs USING (run_id) WHERE run_id > :after AND ended_at IS NULL
)
SELECT (SELECT count(*) FROM of_killed WHERE kind IN ('topic', 'list')) AS pages,
    (SELECT count(*) FROM revisions JOIN of_killed USING (page_id) WHERE revision = 1) AS new_posts,
    (SELECT count(*) FROM revisions JOIN of_killed USING (page_id) WHERE revision > 1) AS changed_posts
"""


_OPEN_GAPS = """
SELECT title AS "of", topics.url AS url, code, place, detail, missing
FROM gaps JOIN topics USING (topic_key) WHERE accepted_at IS NULL
UNION ALL
SELECT title, lists.url, code, place, detail, missing
FROM list_gaps JOIN lists USING (list_key) WHERE accepted_at IS NULL
"""


def unaccepted_gaps(archive: Archive) -> tuple[RecordedGap, ...]:
    """What is missing and nobody has accepted, in topics and in lists of topics."""
    return tuple(
        RecordedGap(**dict(row)) for row in archive.connection.execute(_OPEN_GAPS).fetchall()
    )

"""Tell how an archive stands at a glance: how much it holds, what it lacks, and how its runs ended. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scraper.archive.database import Archive


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an archive stands.

    Attributes:
        host: the site's host; empty where no page says it.
        topics: topics kept.
        posts: posts kept, gone ones not among them.
        gone: posts that have vanished from the site.
        gaps: how many things are missing that nobody has accepted.
        last_run: when the newest run began that asked the site for something, in UTC.
        last_complete: when the newest run ended that was complete (exit code 0), in UTC.
        exit_code: how the newest run that came to its end ended; None where none did.
        is_unfinished: the newest run has no end: it is under way, or was killed.
        error: why the newest failed address failed; None where none did.
    """

    host: str
    topics: int
    posts: int
    gone: int
    gaps: int
    last_run: str | None
    last_complete: str | None
    exit_code: int | None
    is_unfinished: bool
    error: str | None


# What asked the site for nothing, as `verify --accept-gap` and `reparse`, says nothing about how old the archive is.
_VISITS = "FROM runs WHERE requests > 0 OR ended_at IS NULL"
_STANDING = f"""
SELECT
    (SELECT host FROM site) AS host,
    (SELECT count(*) FROM topics) AS topics,
    (SELECT count(*) FROM posts WHERE gone_at IS NULL) AS posts,
    (SELECT count(*) FROM posts WHERE gone_at IS NOT NULL) AS gone,
    (SELECT count(*) FROM gaps WHERE accepted_at IS NULL)
        + (SELECT count(*) FROM list_gaps WHERE accepted_at IS NULL) AS gaps,
    (SELECT max(started_at) {_VISITS}) AS last_run,
    (SELECT max(ended_at) FROM runs WHERE requests > 0 AND exit_code = 0) AS last_complete,
    (SELECT exit_code FROM runs WHERE requests > 0 AND ended_at IS NOT NULL ORDER BY run_id DESC LIMIT 1) AS exit_code,
    coalesce((SELECT ended_at IS NULL {_VISITS} ORDER BY run_id DESC LIMIT 1), 0) AS is_unfinished,
    (SELECT error FROM frontier WHERE state = 'failed' ORDER BY added_at DESC, url LIMIT 1) AS error
"""  # noqa: S608  # nothing in it comes from outside


def standing(archive: Archive) -> Standing:
    """Tell how an archive stands."""
    row = archive.connection.execute(_STANDING).fetchone()
    return Standing(
        host=row["host"] or "",
        topics=row["topics"],
        posts=row["posts"],
        gone=row["gone"],
        gaps=row["gaps"],
        last_run=row["last_run"],
        last_complete=row["last_complete"],
        exit_code=row["exit_code"],
        is_unfinished=bool(row["is_unfinished"]),
        error=row["error"],
    )

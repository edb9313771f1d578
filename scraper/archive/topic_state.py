"""Read how far a topic has been archived: its pages, what they claim, what was kept of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parsers.records import CountClaim

if TYPE_CHECKING:
    import sqlite3


@dataclass(frozen=True, slots=True, kw_only=True)
class PageState:
    """One archived page, or part of a page, of a topic.

    Attributes:
        number: page of the topic.
        part: part of the page.
        page_id: the stored page; higher is newer.
        url: its address.
        last_number: the highest page number it links.
        last_part: the highest part it links.
        shown: posts on it, a repeated opening post not among them.
        kept: of those, the ones that no newer page shows.
        top_level: of those, the replies nested under nothing.
        is_fresh: read in the run that asks.
    """

    number: int
    part: int
    page_id: int
    url: str
    last_number: int
    last_part: int
    shown: int
    kept: int
    top_level: int
    claim: CountClaim | None
    has_lead: bool
    is_threaded: bool
    is_fresh: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedPage:
    """A page that could not be read."""

    number: int
    part: int
    url: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicState:
    """How far a topic has been archived.

    Attributes:
        pages: by number and part.
        has_opening: an opening post is among what was kept.
        have: posts on the pages, each once.
        astray: posts seen before and on none of the pages now, not yet known to be gone.
        failed: pages that could not be read.
        cut_posts: posts whose rest is missing.
    """

    topic_key: int
    topic_id: int | None
    url: str | None
    title: str
    pages: tuple[PageState, ...]
    has_opening: bool
    have: int
    astray: int
    failed: tuple[FailedPage, ...]
    cut_posts: tuple[int, ...]
    stated_replies: int | None


def topic_state(connection: sqlite3.Connection, topic_key: int, run_id: int = 0) -> TopicState:
    """Read the state of a topic, as the run `run_id` sees it."""
    topic = connection.execute("SELECT * FROM topics WHERE topic_key = ?", (topic_key,)).fetchone()
    here = "FROM posts WHERE topic_key = :key AND page_id IN (SELECT page_id FROM topic_pages WHERE topic_key = :key)"
    values = {"key": topic_key, "run": run_id}
    cut = "SELECT post_id FROM posts JOIN revisions USING (post_id, revision) WHERE topic_key = :key AND is_cut = 1"
    failed = (
        "SELECT number, part, url, error FROM frontier WHERE topic_key = :key AND state = 'failed'"
    )
    return TopicState(
        topic_key=topic_key,
        topic_id=topic["topic_id"],
        url=topic["url"],
        title=topic["title"],
        pages=tuple(_page(row) for row in connection.execute(_PAGES, values)),
        has_opening=bool(
            connection.execute(f"SELECT 1 {here} AND kind = 'topic'", values).fetchone()
        ),
        astray=connection.execute(_ASTRAY, values).fetchone()[0],
        have=connection.execute(f"SELECT count(*) {here}", values).fetchone()[0],
        failed=tuple(FailedPage(**dict(row)) for row in connection.execute(failed, values)),
        cut_posts=tuple(row[0] for row in connection.execute(cut, values)),
        stated_replies=topic["stated_replies"],
    )


_ASTRAY = """
SELECT count(*) FROM posts
WHERE topic_key = :key AND gone_at IS NULL
    AND page_id NOT IN (SELECT page_id FROM topic_pages WHERE topic_key = :key)
"""
_PAGES = """
SELECT topic_pages.*, pages.run_id = :run AS is_fresh, count(post_id) FILTER (WHERE NOT (has_lead AND posts.kind = 'topic')) AS kept,
       count(post_id) FILTER (WHERE posts.kind = 'reply' AND posts.depth = 0) AS top_level
FROM topic_pages JOIN pages USING (page_id) LEFT JOIN posts USING (topic_key, page_id)
WHERE topic_key = :key GROUP BY topic_pages.number, topic_pages.part ORDER BY topic_pages.number, topic_pages.part
"""


def _page(row: sqlite3.Row) -> PageState:
    claim = None
    if row["claim_text"] is not None:
        claim = CountClaim(
            text=row["claim_text"],
            unit=row["claim_unit"],
            count=row["claim_count"],
            first=row["claim_first"],
            last=row["claim_last"],
            total=row["claim_total"],
        )
    return PageState(
        number=row["number"],
        part=row["part"],
        page_id=row["page_id"],
        url=row["url"],
        last_number=row["last_number"],
        last_part=row["last_part"],
        shown=row["shown"],
        kept=row["kept"],
        top_level=row["top_level"],
        claim=claim,
        has_lead=bool(row["has_lead"]),
        is_threaded=bool(row["is_threaded"]),
        is_fresh=bool(row["is_fresh"]),
    )

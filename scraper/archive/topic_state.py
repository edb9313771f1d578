"""Read how far a topic has been archived: its pages, what they claim, what was kept of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parsers.errors import NothingReadableError
from parsers.records import CountClaim
from scraper.archive.stored_json import numbers, texts

if TYPE_CHECKING:
    import sqlite3


@dataclass(frozen=True, slots=True, kw_only=True)
class PageState:
    """One archived page, or part of a page, of a topic.

    Attributes:
        number: page of the topic.
        part: part of the page.
        page_id: the newest stored copy of it; higher is newer.
        url: its address.
        last_number: the highest page number it links.
        last_part: the highest part it links.
        post_ids: posts on it in order, a repeated opening post not among them.
        kept: how many of those no newer page shows.
        top_level: how many of those are replies nested under nothing.
        hidden: posts that its claim counts and that guests do not see; None where it counts what guests see.
        erased: posts that its claim counts and that were erased from the archive.
        steady_since: the first copy since which it has listed these posts; more may have been added at its end.
        steady_total: the total that that copy claims.
        moved_from: the copy before that one, which listed others; None where there is none.
        is_fresh: read since the topic's newest crawl began.
        is_restless: it has moved while that crawl went on.
        problems: what its reader was unsure of, but for what is about a post that was kept.
    """

    number: int
    part: int
    page_id: int
    url: str
    last_number: int
    last_part: int
    post_ids: tuple[int, ...]
    kept: int
    top_level: int
    claim: CountClaim | None
    has_lead: bool
    is_threaded: bool
    hidden: int | None = None
    erased: int = 0
    steady_since: int
    steady_total: int | None
    moved_from: int | None
    is_fresh: bool
    is_restless: bool
    problems: tuple[str, ...] = ()

    @property
    def place(self) -> tuple[int, int]:
        """Page and part."""
        return self.number, self.part

    @property
    def total(self) -> int | None:
        """How many items the whole topic has, as this page says."""
        return self.claim.total if self.claim else None


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedPage:
    """A page that could not be read, and how the command line exits because of it."""

    number: int
    part: int
    url: str
    error: str
    exit_code: int

    @property
    def is_not_there(self) -> bool:
        """Whether the site answered, and with something else; it neither failed nor refused."""
        return self.exit_code == NothingReadableError.exit_code

    @property
    def place(self) -> str:
        """Page and part in words."""
        return f"page {self.number}" + (f", part {self.part}" if self.part > 1 else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicState:
    """How far a topic has been archived.

    Attributes:
        pages: by number and part.
        has_opening: an opening post is among what was kept.
        have: posts on the pages, each once.
        astray: posts seen before and on none of the pages now, not yet known to be gone.
        failed: pages that could not be read, or not again.
        cut_posts: posts whose rest is missing.
        is_vanished: the topic is no longer there.
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
    is_vanished: bool = False

    @property
    def newest(self) -> PageState | None:
        """The page that was read last."""
        return max(self.pages, key=lambda page: page.page_id, default=None)

    @property
    def last_number(self) -> int:
        """The topic's last page, as the newest page says; a page's further parts do not show the links."""
        whole = [page for page in self.pages if page.part == 1]
        return max(whole, key=lambda page: page.page_id).last_number if whole else 0


def topic_state(connection: sqlite3.Connection, topic_key: int) -> TopicState:
    """Read the state of a topic."""
    values = {"key": topic_key}
    topic = connection.execute(_TOPIC, values).fetchone()
    return TopicState(
        topic_key=topic_key,
        topic_id=topic["topic_id"],
        url=topic["url"],
        title=topic["title"],
        pages=tuple(_page(row) for row in connection.execute(_PAGES, values)),
        has_opening=bool(topic["has_opening"]),
        astray=topic["astray"],
        have=topic["have"],
        failed=tuple(FailedPage(**dict(row)) for row in connection.execute(_FAILED, values)),
        cut_posts=tuple(row[0] for row in connection.execute(_CUT, values)),
        stated_replies=topic["stated_replies"],
        is_vanished=topic["vanished_at"] is not None,
    )


def forget_lost_pages(connection: sqlite3.Connection, topic_key: int) -> None:
    """Drop what is known of pages that the topic no longer has, as the newest of its pages says.

    Args:
        connection: inside a transaction.
        topic_key: the topic.
    """
    last = topic_state(connection, topic_key).last_number
    if last:
        for statement in _LOST:
            connection.execute(statement, {"key": topic_key, "last": last})


_LOST = (
    "DELETE FROM topic_pages WHERE topic_key = :key AND number > :last",
    "DELETE FROM frontier WHERE topic_key = :key AND number > :last",
    """
    DELETE FROM topic_pages AS lost WHERE topic_key = :key AND part > (
        SELECT last_part FROM topic_pages WHERE topic_key = :key AND number = lost.number
        ORDER BY page_id DESC LIMIT 1
    )
    """,
)
_TOPIC = """
WITH here AS (
    SELECT kind, gone_at, page_id IN (SELECT page_id FROM topic_pages WHERE topic_key = :key) AS is_shown
    FROM posts WHERE topic_key = :key
)
SELECT topic_id, url, title, stated_replies, vanished_at,
    (SELECT count(*) FROM here WHERE is_shown AND gone_at IS NULL) AS have,
    (SELECT count(*) FROM here WHERE is_shown AND kind = 'topic') AS has_opening,
    (SELECT count(*) FROM here WHERE NOT is_shown AND gone_at IS NULL) AS astray
FROM topics WHERE topic_key = :key
"""
_FAILED = """
SELECT number, part, url, error, exit_code FROM frontier WHERE topic_key = :key AND state = 'failed' ORDER BY number, part
"""
_CUT = """
SELECT post_id FROM posts JOIN revisions USING (post_id, revision)
WHERE topic_key = :key AND is_cut = 1 AND gone_at IS NULL ORDER BY post_id
"""
_PAGES = """
SELECT topic_pages.*,
    pages.run_id >= coalesce(crawl_run, 0) AS is_fresh,
    coalesce(older.run_id >= coalesce(crawl_run, 0), 0) AS is_restless,
    count(post_id) FILTER (WHERE NOT (has_lead AND posts.kind = 'topic')) AS kept,
    count(post_id) FILTER (WHERE posts.kind = 'reply' AND posts.depth = 0) AS top_level
FROM topic_pages JOIN pages USING (page_id) JOIN topics USING (topic_key)
    LEFT JOIN pages AS older ON older.page_id = moved_from
    LEFT JOIN posts ON posts.page_id = topic_pages.page_id
WHERE topic_pages.topic_key = :key
GROUP BY topic_pages.number, topic_pages.part ORDER BY topic_pages.number, topic_pages.part
"""


def _page(row: sqlite3.Row) -> PageState:
    return PageState(
        number=row["number"],
        part=row["part"],
        page_id=row["page_id"],
        url=row["url"],
        last_number=row["last_number"],
        last_part=row["last_part"],
        post_ids=numbers(row["post_ids"]),
        kept=row["kept"],
        top_level=row["top_level"],
        claim=_claim(row),
        has_lead=bool(row["has_lead"]),
        is_threaded=bool(row["is_threaded"]),
        hidden=row["hidden"],
        erased=row["erased"],
        steady_since=row["steady_since"],
        steady_total=row["steady_total"],
        moved_from=row["moved_from"],
        is_fresh=bool(row["is_fresh"]),
        is_restless=bool(row["is_restless"]),
        problems=texts(row["problems"]),
    )


def topic_of_page(
    connection: sqlite3.Connection, page_id: int, topic_id: int | None
) -> int | None:
    """The topic that a stored page is of: by the topic's number where it is known, else where it is its page's newest copy."""
    row = connection.execute(_TOPIC_OF_PAGE, (topic_id, page_id)).fetchone()
    return int(row[0]) if row is not None else None


_TOPIC_OF_PAGE = """
SELECT topic_key FROM topics WHERE topic_id = ?1
UNION ALL SELECT topic_key FROM topic_pages WHERE page_id = ?2 LIMIT 1
"""


def _claim(row: sqlite3.Row) -> CountClaim | None:
    if row["claim_text"] is None:
        return None
    return CountClaim(
        text=row["claim_text"],
        unit=row["claim_unit"],
        count=row["claim_count"],
        first=row["claim_first"],
        last=row["claim_last"],
        total=row["claim_total"],
    )

"""Parse the stored pages anew, without one request: records are rebuilt from pages in the order these came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parsers.document import decode_text
from parsers.errors import ThreadkeepError
from parsers.feed import parse_feed
from parsers.text_dump import parse_text_dump
from scraper.archive.database import Archive, writing
from scraper.archive.page import stored_pages, utc_text
from scraper.archive.post_time import store_feed_times
from scraper.archive.rebuild import forget_records, restore_history
from scraper.archive.topic_writer import Source, save_topic_page
from scraper.sync.closing import close_topic
from scraper.sync.report import TopicOutcome, worst_exit_code
from scraper.sync.site_time import settle_times
from scraper.sync.topic_page import Elsewhere, read_topic_page

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from parsers.records import Page, TopicPage
    from scraper.politeness.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class ReparseReport:
    """What parsing anew did.

    Attributes:
        pages: topic pages read.
        problems: pages that today's parsers do not read, a sentence each; what they gave before is gone.
    """

    archive: Path
    pages: int
    posts: int
    topics: tuple[TopicOutcome, ...]
    problems: tuple[str, ...]
    exit_code: int


def reparse(
    path: Path, clock: Clock, *, timezone: str | None = None, command: str = "reparse"
) -> ReparseReport:
    """Parse every stored page anew and rebuild all records from them, in one transaction.

    Histories stay: revisions come from the pages they were seen on, what vanished stays marked.

    Raises:
        ArchiveError: the archive cannot be used, or a stored page is damaged; nothing is changed.
    """
    with writing(path, command=command) as archive:
        problems: list[str] = []
        with archive.transaction() as connection:
            history = forget_records(connection)
            pages = _replay(archive, connection, problems)
            restore_history(connection, history)
            keys = [
                row[0]
                for row in connection.execute(
                    "SELECT topic_key FROM topics ORDER BY topic_id, topic_key"
                )
            ]
            outcomes = [
                close_topic(connection, key, utc_text(clock.now()), source=str(path))
                for key in keys
            ]
            posts = connection.execute("SELECT count(*) FROM posts").fetchone()[0]
        settle_times(archive, None, clock, timezone)
    codes = [outcome.exit_code for outcome in outcomes]
    return ReparseReport(
        archive=path,
        pages=pages,
        posts=posts,
        topics=tuple(outcomes),
        problems=tuple(problems),
        exit_code=worst_exit_code([*codes, 5 if problems else 0]),
    )


def _replay(archive: Archive, connection: sqlite3.Connection, problems: list[str]) -> int:
    count = 0
    for page_id, kind, page in stored_pages(archive):
        if kind == "feed":
            store_feed_times(connection, parse_feed(page).items)
        if kind not in {"topic", "dump"}:
            continue
        try:
            found = _read(kind, page)
        except ThreadkeepError as error:
            problems.append(str(error))
            continue
        count += 1
        source = Source(page_id=page_id, seen_at=utc_text(page.fetched_at))
        save_topic_page(connection, found, source, url=page.final_url)
    return count


def _read(kind: str, page: Page) -> TopicPage:
    if kind == "dump":
        return parse_text_dump(decode_text(page.body), url=page.url or None)
    found = read_topic_page(page, may_archive=True)
    if isinstance(found, Elsewhere):
        raise ThreadkeepError(f"{page.final_url} reads as a single reply now.", url=page.final_url)
    return found

"""Parse the stored pages anew, without one request: records are rebuilt from pages in the order these came."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from parsers.document import decode_text
from parsers.erasure import topic_of_record
from parsers.errors import DamagedArchiveError, ThreadkeepError
from parsers.feed import parse_feed
from parsers.post_record import posts_on
from parsers.text_dump import parse_text_dump
from scraper.archive.crawl import topic_keys
from scraper.archive.damage import damage_of
from scraper.archive.database import Archive, writing
from scraper.archive.given import keep_given
from scraper.archive.page import stored_pages, utc_text
from scraper.archive.post_time import count_posts, store_feed_times
from scraper.archive.post_writer import Saved, Source
from scraper.archive.rebuild import forget_records, restore_history
from scraper.archive.run import RunTotals, end_run, ensure_run
from scraper.archive.topic_writer import save_topic_page
from scraper.sync.closing import close_topic
from scraper.sync.log import log_page
from scraper.sync.report import TimesOutcome, TopicOutcome, worst_exit_code
from scraper.sync.site_time import check_zone, settle_times
from scraper.sync.topic_page import Elsewhere, read_topic_page

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from parsers.records import Page, TopicPage
    from scraper.politeness.clock import Clock

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReparseReport:
    """What parsing anew did.

    Attributes:
        archive: the file.
        pages: topic pages read.
        posts: posts kept now, gone ones not among them.
        topics: one for each topic.
        times: how the posts' times were settled.
        problems: pages that today's parsers do not read, a sentence each; what they gave before is gone.
        exit_code: as the command line exits.
    """

    archive: Path
    pages: int
    posts: int
    topics: tuple[TopicOutcome, ...]
    times: TimesOutcome
    problems: tuple[str, ...]
    exit_code: int


@dataclass(slots=True)
class Replay:
    """What reading the stored pages anew gave.

    Attributes:
        pages: topic pages read.
        saved: what each of them changed, with its topic, by its number.
        problems: pages that cannot be read, a sentence each.
    """

    pages: int = 0
    saved: dict[int, tuple[int, Saved]] = field(default_factory=dict[int, "tuple[int, Saved]"])
    problems: list[str] = field(default_factory=list[str])


def reparse(
    path: Path, clock: Clock, *, timezone: str | None = None, command: str = "reparse"
) -> ReparseReport:
    """Parse every stored page anew and rebuild all records from them, in one transaction.

    Histories stay: revisions come from the pages they were seen on, what vanished stays marked.

    Raises:
        UsageError: there is no archive, or no zone of that name.
        ArchiveError: the archive cannot be used, or a stored page is damaged; nothing is changed.
    """
    check_zone(timezone)
    with writing(path, command=command) as archive:
        _refuse_damaged_pages(archive)
        with archive.transaction() as connection:
            now = utc_text(clock.now())
            ensure_run(connection, archive, now)
            replay = rebuild(archive, connection)
            keys = topic_keys(connection)
            outcomes = tuple(close_topic(connection, key, now, source=str(path)) for key in keys)
            posts = count_posts(connection)
            times = settle_times(archive, None, clock, timezone)
        codes = [outcome.exit_code for outcome in outcomes] + [5 if replay.problems else 0]
        code = worst_exit_code(codes)
        totals = RunTotals(requests=0, pages=replay.pages, saved=Saved(), gone=0)
        end_run(archive, utc_text(clock.now()), code, totals)
    return ReparseReport(
        archive=path,
        pages=replay.pages,
        posts=posts,
        topics=outcomes,
        times=times,
        problems=tuple(replay.problems),
        exit_code=code,
    )


def _refuse_damaged_pages(archive: Archive) -> None:
    """Where stored pages were lost, what is recorded of them is all that there is."""
    for damage in damage_of(archive):
        if not damage.is_rebuildable:
            raise DamagedArchiveError(
                f"{archive.path} is damaged: {damage.sentence} Restore a copy of it; reading its pages anew would lose more."
            )


def rebuild(archive: Archive, connection: sqlite3.Connection) -> Replay:
    """Rebuild all records from the stored pages.

    Args:
        archive: being written.
        connection: inside a transaction.
    """
    history = forget_records(connection)
    replay = Replay()
    for page_id, kind, page in stored_pages(archive):
        if kind == "feed":
            store_feed_times(connection, parse_feed(page).items)
        elif kind in {"topic", "dump"}:
            _replay_page(connection, replay, page_id, kind, page)
    restore_history(connection, history)
    return replay


def _replay_page(
    connection: sqlite3.Connection, replay: Replay, page_id: int, kind: str, page: Page
) -> None:
    try:
        found = _read(kind, page)
    except ThreadkeepError as error:
        replay.problems.append(str(error))
        logger.warning("not read any more: %s", error)
        return
    source = Source(page_id=page_id, seen_at=utc_text(page.fetched_at), is_dump=kind == "dump")
    replay.pages += 1
    topic_key, saved = save_topic_page(connection, found, source, url=page.final_url)
    keep_given(connection, page_id, posts_on(page))
    replay.saved[page_id] = (topic_key, saved)
    log_page(found, saved)


def _read(kind: str, page: Page) -> TopicPage:
    if kind == "dump":
        return topic_of_record(page) or parse_text_dump(
            decode_text(page.body), url=page.url or None
        )
    found = read_topic_page(page, may_archive=True)
    if isinstance(found, Elsewhere):
        raise ThreadkeepError(f"{page.final_url} reads as a single reply now.", url=page.final_url)
    return found

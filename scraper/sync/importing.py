"""Bring saved pages and text dumps into an archive, as if they had been fetched: same parsers, same reconciling."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from parsers.document import decode_text
from parsers.errors import NothingReadableError, ThreadkeepError, UsageError
from parsers.records import Page
from parsers.redaction import guest_address
from parsers.text_dump import parse_text_dump, redact_dump
from scraper.archive.database import Archive, writing
from scraper.archive.page import newest_page_time, store_page, utc_text
from scraper.archive.post_writer import Saved, Source
from scraper.archive.run import RunTotals, end_run, ensure_run
from scraper.archive.site import claim_site, note_site
from scraper.archive.topic_writer import save_topic_page
from scraper.fetch.folder import saved_file, saved_files
from scraper.sync.closing import close_topic
from scraper.sync.host import one_host
from scraper.sync.log import log_page
from scraper.sync.receipt import received
from scraper.sync.reparsing import rebuild
from scraper.sync.report import TimesOutcome, TopicOutcome, worst_exit_code
from scraper.sync.site_time import check_zone, settle_times
from scraper.sync.topic_page import Elsewhere, read_topic_page

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from parsers.records import Problem, TopicPage
    from scraper.fetch.folder import SavedFile
    from scraper.politeness.clock import Clock

logger = logging.getLogger(__name__)

_TEXT_SUFFIXES = (".txt", ".text", ".md", ".wet")
_MOST_TEXT = 64 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportJob:
    """What to import.

    Attributes:
        source: a text dump, a saved page, or a folder of saved pages.
        path: the archive.
        url: where the source is from, where the user knows it.
        timezone: the site's zone, where the user names it.
    """

    source: Path
    path: Path
    url: str | None = None
    timezone: str | None = None
    command: str = "import"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did.

    Attributes:
        archive: the file.
        topics: one for each topic that the source shows.
        times: how the posts' times were settled.
        problems: what could not be placed or read, a sentence each, with lines where there are lines.
        notices: what the pages say of themselves, e.g. that replying needs a login; how many posts were left out that
            guests do not see.
        exit_code: as the command line exits.
    """

    archive: Path
    topics: tuple[TopicOutcome, ...]
    times: TimesOutcome
    problems: tuple[str, ...]
    notices: tuple[str, ...]
    exit_code: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    page: Page
    found: TopicPage
    kind: str


def import_source(job: ImportJob, clock: Clock) -> ImportReport:
    """Import a text dump or saved pages.

    Everything is read before anything is written: a source without a post leaves no archive behind.

    Raises:
        UsageError: there is no such source, it is of another site than the archive or of several, or there is no zone
            of that name.
        NothingReadableError: there is no post in it.
        ArchiveError: the archive cannot be used.
        ExportError: the archive cannot be written.
    """
    check_zone(job.timezone)
    problems: list[str] = []
    read = _with_posts(list(_readings(job, problems)), problems)
    readings = sorted(read, key=lambda one: one.page.fetched_at)
    if not readings:
        because = f" ({problems[0]})" if problems else ""
        raise NothingReadableError(
            f"{job.source} holds no page of a topic that threadkeep reads{because}."
        )
    host = _host_of(readings)
    with writing(job.path, command=job.command, host=host) as archive:
        if host:
            claim_site(archive, host)
        with archive.transaction():
            outcomes = _save_all(archive, readings, job, clock)
            times = settle_times(archive, None, clock, job.timezone)
        code = worst_exit_code([outcome.exit_code for outcome in outcomes])
        saved = sum((outcome.saved for outcome in outcomes), Saved())
        totals = RunTotals(requests=0, pages=len(readings), saved=saved, gone=0)
        end_run(archive, utc_text(clock.now()), code, totals)
    return ImportReport(
        archive=job.path,
        topics=tuple(outcomes),
        times=times,
        problems=tuple(problems),
        notices=tuple(_notices(readings)),
        exit_code=code,
    )


def _host_of(readings: list[_Read]) -> str:
    """The site that the pages are of; empty where none of them says it."""
    urls = [one.page.final_url for one in readings]
    return one_host([url for url in urls if url.startswith(("http://", "https://"))]) or ""


def _readings(job: ImportJob, problems: list[str]) -> Iterator[_Read]:
    if job.source.is_dir():
        yield from _from_files(saved_files(job.source, base_url=job.url), problems)
    elif not job.source.exists():
        raise UsageError(f"There is no file or folder {job.source}.")
    elif job.source.suffix.lower() in _TEXT_SUFFIXES:
        yield _from_dump(job, problems)
    else:
        yield from _from_files([saved_file(job.source, url=job.url)], problems)


def _from_files(files: Iterable[SavedFile], problems: list[str]) -> Iterator[_Read]:
    for file in files:
        for problem in file.problems:
            _note(problems, str(problem))
        if file.page is None:
            continue
        try:
            page = received(file.page)
            found = read_topic_page(page, may_archive=True)
        except ThreadkeepError as error:
            _note(problems, f"{file.path}: {error}")
            continue
        if isinstance(found, Elsewhere):
            _note(problems, f"{file.path} is a single reply's page; its topic is at {found.url}.")
        else:
            problems.extend(_told(found.problems))
            yield _Read(page=page, found=found, kind="topic")


def _with_posts(readings: list[_Read], problems: list[str]) -> list[_Read]:
    """Only pages of topics of which something is left; a moderator's last page may hold nothing but hidden posts."""
    left = {one.found.topic_id for one in readings if one.found.posts}
    for one in readings:
        if one.found.topic_id not in left:
            sentence = f"{one.page.final_url} shows only posts that guests do not see; nothing of it is kept."
            _note(problems, sentence)
    return [one for one in readings if one.found.topic_id in left]


def _note(problems: list[str], sentence: str) -> None:
    problems.append(sentence)
    logger.warning("problem: %s", sentence)


def _from_dump(job: ImportJob, problems: list[str]) -> _Read:
    try:
        with job.source.open("rb") as file:
            body = file.read(_MOST_TEXT + 1)
            written_at = datetime.fromtimestamp(job.source.stat().st_mtime, UTC)
    except OSError as error:
        raise UsageError(f"{job.source} cannot be read: {error.strerror}.") from error
    if len(body) > _MOST_TEXT:
        raise UsageError(f"{job.source} is larger than {_MOST_TEXT // 2**20} MiB; split it.")
    url = guest_address(job.url or "")
    page = Page(url=url, final_url=url, status=200, body=body, fetched_at=written_at)
    try:
        found = parse_text_dump(decode_text(body), url=url or None)
    except NothingReadableError as error:
        raise NothingReadableError(f"{job.source}: {error}") from error
    problems.extend(_told(found.problems))
    return _Read(page=replace(page, body=redact_dump(body, found)), found=found, kind="dump")


def _told(problems: Iterable[Problem]) -> Iterator[str]:
    """Problems of pages as a whole; those of single posts are kept with the posts."""
    return (str(problem) for problem in problems if problem.post_id is None)


def _save_all(
    archive: Archive, readings: list[_Read], job: ImportJob, clock: Clock
) -> list[TopicOutcome]:
    now = utc_text(clock.now())
    with archive.transaction() as connection:
        run_id = ensure_run(connection, archive, now)
        newest = newest_page_time(connection)
        page_ids = [store_page(connection, run_id, one.kind, one.page) for one in readings]
        if newest is not None and utc_text(readings[0].page.fetched_at) < newest:
            # What is older than what the archive knows must not take its place: all is read anew, in order.
            changes = rebuild(archive, connection).saved
        else:
            changes = {
                page_id: _save_one(connection, one, page_id)
                for page_id, one in zip(page_ids, readings, strict=True)
            }
        note_site(connection, host=_host_of(readings))
        saved: dict[int, list[Saved]] = {}
        for page_id in page_ids:
            topic_key, change = changes[page_id]
            saved.setdefault(topic_key, []).append(change)
        return [
            close_topic(
                connection,
                topic_key,
                now,
                source=str(job.source),
                saved=sum(parts, Saved()),
                pages=len(parts),
            )
            for topic_key, parts in saved.items()
        ]


def _save_one(connection: sqlite3.Connection, one: _Read, page_id: int) -> tuple[int, Saved]:
    source = Source(
        page_id=page_id, seen_at=utc_text(one.page.fetched_at), is_dump=one.kind == "dump"
    )
    note_site(connection, home=one.found.home_url, api_url=one.found.api_url)
    topic_key, saved = save_topic_page(connection, one.found, source, url=one.page.final_url)
    log_page(one.found, saved)
    return topic_key, saved


def _notices(readings: list[_Read]) -> Iterator[str]:
    titles = {one.found.title for one in readings if one.found.replies_need_login}
    for title in sorted(titles):
        yield f"{title}: replying needs a login."
    places = {(one.found.title, one.found.pager.current, one.found.part): one for one in readings}
    for title in sorted({title for title, *_ in places}):
        count = sum(one.found.hidden or 0 for (own, *_), one in places.items() if own == title)
        if count:
            who = f"{count} posts" if count > 1 else "1 post"
            yield f"{title}: {who} that guests do not see, left out."

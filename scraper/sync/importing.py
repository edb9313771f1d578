"""Bring saved pages and text dumps into an archive, as if they had been fetched: same parsers, same reconciling."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from parsers.document import decode_text
from parsers.errors import NothingReadableError, ThreadkeepError, UsageError
from parsers.records import Page
from parsers.text_dump import parse_text_dump
from scraper.archive.database import Archive, writing
from scraper.archive.page import store_page, utc_text
from scraper.archive.run import RunTotals, end_run, ensure_run
from scraper.archive.topic_writer import Saved, Source, save_topic_page
from scraper.fetch.folder import saved_file, saved_files
from scraper.sync.closing import close_topic
from scraper.sync.report import TopicOutcome, worst_exit_code
from scraper.sync.site_time import settle_times
from scraper.sync.topic_page import Elsewhere, read_topic_page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from parsers.records import Problem, TopicPage
    from scraper.fetch.folder import SavedFile
    from scraper.politeness.clock import Clock

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
        problems: what could not be placed or read, a sentence each, with lines where there are lines.
        notices: what the pages say of themselves, e.g. that replying needs a login.
    """

    archive: Path
    topics: tuple[TopicOutcome, ...]
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
        UsageError: there is no such source.
        NothingReadableError: there is no post in it.
        ArchiveError: the archive cannot be used.
    """
    problems: list[str] = []
    readings = list(_readings(job, problems))
    if not readings:
        because = f" ({problems[0]})" if problems else ""
        raise NothingReadableError(
            f"{job.source} holds no page of a topic that threadkeep reads{because}."
        )
    with writing(job.path, command=job.command, host="") as archive:
        outcomes = _save_all(archive, readings, job, clock)
        settle_times(archive, None, clock, job.timezone)
        codes = [outcome.exit_code for outcome in outcomes]
        saved = sum((outcome.saved for outcome in outcomes), Saved())
        totals = RunTotals(requests=0, pages=len(readings), saved=saved, gone=0)
        end_run(archive, utc_text(clock.now()), worst_exit_code(codes), totals)
    return ImportReport(
        archive=job.path,
        topics=tuple(outcomes),
        problems=tuple(problems),
        notices=tuple(_notices(readings)),
        exit_code=worst_exit_code(codes),
    )


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
        problems.extend(str(problem) for problem in file.problems)
        if file.page is None:
            continue
        try:
            found = read_topic_page(file.page, may_archive=True)
        except ThreadkeepError as error:
            problems.append(f"{file.path}: {error}")
            continue
        if isinstance(found, Elsewhere):
            problems.append(f"{file.path} is a single reply's page; its topic is at {found.url}.")
        else:
            problems.extend(_told(found.problems))
            yield _Read(page=file.page, found=found, kind="topic")


def _from_dump(job: ImportJob, problems: list[str]) -> _Read:
    try:
        with job.source.open("rb") as file:
            body = file.read(_MOST_TEXT + 1)
            written_at = datetime.fromtimestamp(job.source.stat().st_mtime, UTC)
    except OSError as error:
        raise UsageError(f"{job.source} cannot be read: {error.strerror}.") from error
    if len(body) > _MOST_TEXT:
        raise UsageError(f"{job.source} is larger than {_MOST_TEXT // 2**20} MiB; split it.")
    page = Page(
        url=job.url or "", final_url=job.url or "", status=200, body=body, fetched_at=written_at
    )
    found = parse_text_dump(decode_text(body), url=job.url)
    problems.extend(_told(found.problems))
    return _Read(page=page, found=found, kind="dump")


def _told(problems: Iterable[Problem]) -> Iterator[str]:
    """Problems of pages as a whole; those of single posts are kept with the posts."""
    return (str(problem) for problem in problems if problem.post_id is None)


def _save_all(
    archive: Archive, readings: list[_Read], job: ImportJob, clock: Clock
) -> list[TopicOutcome]:
    saved: dict[int, Saved] = {}
    pages: dict[int, int] = {}
    with archive.transaction() as connection:
        run_id = ensure_run(connection, archive, utc_text(clock.now()))
        for one in readings:
            page_id = store_page(connection, run_id, one.kind, one.page)
            source = Source(page_id=page_id, seen_at=utc_text(one.page.fetched_at))
            key, change = save_topic_page(connection, one.found, source, url=one.page.final_url)
            saved[key] = saved.get(key, Saved()) + change
            pages[key] = pages.get(key, 0) + 1
        return [
            replace(
                close_topic(connection, key, utc_text(clock.now()), source=str(job.source)),
                saved=saved[key],
                pages=pages[key],
            )
            for key in saved
        ]


def _notices(readings: list[_Read]) -> Iterator[str]:
    titles = {one.found.title for one in readings if one.found.replies_need_login}
    for title in sorted(titles):
        yield f"{title}: replying needs a login."

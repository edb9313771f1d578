"""Run one job: archive or sync its site, then export and copy what is kept, and tell what changed; one thread, one host."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from exporters.exporter import ExportOptions
from parsers.errors import ExportError, ThreadkeepError
from scraper.archive.database import reading
from scraper.archive.header import is_archive
from scraper.archive.page import newest_pages, utc_text
from scraper.archive.retention import Retention
from scraper.archive.run_record import newest_run, run_record, unaccepted_gaps
from scraper.archive.snapshot import prune_snapshots, take_snapshot
from scraper.archive.standing import standing
from scraper.fetch.settings import FetchSettings
from scraper.politeness.robots import robots_from_page
from scraper.sync.crawl_options import CrawlOptions
from scraper.sync.pipeline import ArchiveJob, archive_topics
from scraper.sync.report import worst_exit_code
from threadkeep.exporting import check_output, export_archive, plan_export
from threadkeep.jobs.ledger import ledger_of
from threadkeep.jobs.login import login_of
from threadkeep.jobs.report import ExportedFile, JobReport

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scraper.archive.run_record import RecordedGap
    from scraper.politeness.clock import Clock
    from scraper.politeness.waiting import WaitHook
    from scraper.sync.listener import Listener
    from scraper.sync.pipeline import ArchiveReport
    from threadkeep.jobs.settings import Job

logger = logging.getLogger(__name__)

INTERRUPTED = 130
# “Done”, be it that something is missing: what was kept is as new as it can be.
_DONE = frozenset({0, 3})
_HELD_BACK = "gone-unconfirmed"
_ROBOTS_AGE = timedelta(hours=24)


class JobRun:
    """One job while it goes on."""

    def __init__(self, job: Job, clock: Clock, listener: Listener, on_wait: WaitHook) -> None:
        self._job = job
        self._clock = clock
        self._listener = listener
        self._on_wait = on_wait
        self._codes: list[int] = []
        self._problems: list[str] = []
        self._error: str | None = None
        self._exports: list[ExportedFile] = []
        self._snapshot: Path | None = None
        self._known_run = 0
        self._known_gaps: frozenset[tuple[str, str, str]] = frozenset()

    def run(self, command: str) -> JobReport:
        """Run it to its end, or to where it is stopped; what fails is in the report.

        Args:
            command: what is running, to be told to whoever finds the archive locked.
        """
        began, started_at = self._clock.now(), utc_text(self._clock.now())
        archived = self._archived(command)
        if archived is not None and archived.exit_code in _DONE:
            self._follow_up()
        return self._report(
            archived,
            started_at=started_at,
            seconds=round((self._clock.now() - began).total_seconds(), 3),
        )

    def _archived(self, command: str) -> ArchiveReport | None:
        job, settings = self._job, self._job.settings
        try:
            _make_folder(job.archive)
            self._look_before()
            report = archive_topics(
                ArchiveJob(
                    urls=job.urls,
                    path=job.archive,
                    fetch=FetchSettings(
                        contact=settings.contact,
                        delay=settings.delay,
                        respect_robots=not settings.my_site,
                    ),
                    crawl=CrawlOptions(may_archive=settings.my_site),
                    timezone=settings.timezone,
                    audit=job.audit,
                    media=job.media,
                    login=login_of(job),
                    as_guest=settings.as_guest,
                    command=command,
                ),
                listener=self._listener,
                on_wait=self._on_wait,
                clock=self._clock,
            )
        except ThreadkeepError as error:
            self._fail(error)
            self._error = str(error)
            self._problems.append(self._error)
            return None
        except KeyboardInterrupt:  # before the first request
            self._codes.append(INTERRUPTED)
            return None
        self._codes.append(report.exit_code)
        errors = (
            *(one.error for one in report.lists),
            *(one.error for one in report.topics),
            report.stopped,
        )
        self._problems += [error for error in errors if error]
        return report

    def _look_before(self) -> None:
        """Note what was known before the run, so that what is new can be told from it."""
        if is_archive(self._job.archive):
            with reading(self._job.archive) as archive:
                self._known_run = newest_run(archive)
                self._known_gaps = frozenset(map(_key, unaccepted_gaps(archive)))

    def _follow_up(self) -> None:
        """Export and copy what is kept now, until a stop is asked for."""
        exports = range(len(self._job.exports))
        steps: list[Callable[[], None]] = [partial(self._export, number) for number in exports]
        try:
            for step in (*steps, self._copy):
                self._clock.sleep(0)
                self._try(step)
        except KeyboardInterrupt:
            self._codes.append(INTERRUPTED)

    def _try(self, step: Callable[[], None]) -> None:
        """Take a step that fails for itself: what was archived stays archived."""
        try:
            step()
        except ThreadkeepError as error:
            self._fail(error)
            self._problems.append(str(error))

    def _fail(self, error: ThreadkeepError) -> None:
        logger.error("%s: %s", self._job.name, error)
        self._codes.append(error.exit_code)

    def _export(self, number: int) -> None:
        path, format_name = self._job.exports[number]
        plan = plan_export(path, format_name, ExportOptions())
        _make_folder(path)
        check_output(plan, archive=self._job.archive)
        written = export_archive(self._job.archive, plan)
        self._exports.append(ExportedFile(path=path, posts=written.posts))

    def _copy(self) -> None:
        folder, keep = self._job.snapshots, self._job.settings.retention
        if folder is None or keep is None:
            return
        now = self._clock.now()
        self._snapshot = take_snapshot(self._job.archive, folder, now).path
        numbers = Retention(
            daily=keep.keep_daily, weekly=keep.keep_weekly, monthly=keep.keep_monthly
        )
        prune_snapshots(folder, self._job.archive.stem, numbers, now)

    def _report(
        self, archived: ArchiveReport | None, *, started_at: str, seconds: float
    ) -> JobReport:
        job = self._job
        traffic = archived.traffic if archived is not None else None
        report = JobReport(
            name=job.name,
            urls=job.urls,
            archive=job.archive,
            started_at=started_at,
            seconds=seconds,
            requests=traffic.requests if traffic else 0,
            body_bytes=traffic.body_bytes if traffic else 0,
            held_back=archived.held_back if archived else 0,
            withheld=len(archived.withheld) if archived else 0,
            exports=tuple(self._exports),
            snapshot=self._snapshot,
            error=self._error,
        )
        try:
            report = self._with_record(report)
        except ThreadkeepError as error:
            self._fail(error)
            self._problems.append(str(error))
        return replace(
            report,
            problems=tuple(dict.fromkeys(self._problems)),
            exit_code=worst_exit_code(self._codes),
        )

    def _with_record(self, report: JobReport) -> JobReport:
        """What the archive says of the run, and of itself."""
        if not is_archive(self._job.archive):
            return report
        with reading(self._job.archive) as archive:
            record = run_record(archive, after=self._known_run)
            gaps = unaccepted_gaps(archive)
            now = standing(archive)
        new_gaps = tuple(gap for gap in gaps if _key(gap) not in self._known_gaps)
        asked = record.requests if record else ()
        return replace(
            report,
            pages=record.pages if record else 0,
            new=record.new if record else 0,
            changed=record.changed if record else 0,
            gone=record.gone if record else 0,
            topics=now.topics,
            posts=now.posts,
            # Once held back it stays so, also where this run read nothing that shows it.
            held_back=report.held_back or sum(_held_back(gap) for gap in gaps),
            new_gaps=new_gaps,
            known_gaps=len(gaps) - len(new_gaps),
            ledger=ledger_of(asked),
            asked=asked,
        )


def pause_after(job: Job, clock: Clock) -> float:
    """Seconds that a job's host is left alone before the next job asks it for something: as long as both wish."""
    delay = job.settings.delay
    if job.settings.my_site:
        return delay
    try:
        return max([delay, *_crawl_delays(job.archive, clock)])
    except ThreadkeepError:  # an archive that cannot be read says nothing of it; that was told when it was to be written
        return delay


def _crawl_delays(path: Path, clock: Clock) -> list[float]:
    """What the site's robots.txt asks for, as far as an archive has it."""
    if not is_archive(path):
        return []
    with reading(path) as archive:
        pages = list(newest_pages(archive, "robots", clock.now() - _ROBOTS_AGE))
    wishes = [robots_from_page(page).crawl_delay for page in pages]
    return [wish for wish in wishes if wish is not None]


def _held_back(gap: RecordedGap) -> int:
    return (gap.missing or 0) if gap.code == _HELD_BACK else 0


def _key(gap: RecordedGap) -> tuple[str, str, str]:
    return (gap.url or gap.of, gap.code, gap.place)


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ExportError(
            f"The folder “{path.parent}” cannot be made ({error.strerror}); choose another place."
        ) from error

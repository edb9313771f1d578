"""Run one job: archive or sync its site, and tell what changed; one thread, one host."""

from __future__ import annotations

import logging
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from parsers.errors import ThreadkeepError
from scraper.archive.database import reading
from scraper.archive.header import is_archive
from scraper.archive.page import newest_pages, utc_text
from scraper.archive.run_record import newest_run, run_record, unaccepted_gaps
from scraper.archive.standing import standing
from scraper.fetch.settings import FetchSettings
from scraper.politeness.robots import robots_from_page
from scraper.sync.crawl_options import CrawlOptions
from scraper.sync.pipeline import ArchiveJob, archive_topics
from scraper.sync.report import worst_exit_code
from threadkeep.jobs.follow_up import came_to_its_end, followed_up, make_folder
from threadkeep.jobs.ledger import ledger_of
from threadkeep.jobs.login import login_of
from threadkeep.jobs.report import JobReport

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from scraper.archive.run_record import RecordedGap
    from scraper.politeness.clock import Clock
    from scraper.politeness.waiting import WaitHook
    from scraper.sync.listener import Listener
    from scraper.sync.pipeline import ArchiveReport
    from threadkeep.jobs.settings import Job

logger = logging.getLogger(__name__)

INTERRUPTED = 130
_HELD_BACK = "gone-unconfirmed"
_ROBOTS_AGE = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What an archive held before a run, so that what is new can be told from it.

    Attributes:
        run: the newest run in it.
        gaps: what was missing.
    """

    run: int = 0
    gaps: frozenset[tuple[str, str, str]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Where a job is run, if it is not beside its archive.

    Attributes:
        place: held while the archive is looked at and written; what it raises is the job's failure. Out of it comes what
            the archive held before the run that this goes on with; None: it begins here.
        fetch: numbers and manners of fetching, as far as the job does not say them.
    """

    place: Callable[[], AbstractContextManager[Known | None]] = nullcontext
    fetch: FetchSettings = field(default_factory=FetchSettings)


class JobRun:
    """One job while it goes on.

    Attributes:
        known: what the archive held before.
    """

    def __init__(
        self,
        job: Job,
        clock: Clock,
        listener: Listener,
        on_wait: WaitHook,
        surroundings: Surroundings | None = None,
    ) -> None:
        self._job = job
        self._clock = clock
        self._listener = listener
        self._on_wait = on_wait
        self._surroundings = surroundings or Surroundings()
        self._codes: list[int] = []
        self._problems: list[str] = []
        self._error: str | None = None
        self.known = Known()

    def run(self, command: str) -> JobReport:
        """Run it to its end, exports and copies included, or to where it is stopped; what fails is in the report.

        Args:
            command: what is running, to be told to whoever finds the archive locked.
        """
        began = self._clock.now()
        report = self.archive(command)
        if came_to_its_end(report):
            report = followed_up(self._job, report, self._clock)
        return replace(report, seconds=round((self._clock.now() - began).total_seconds(), 3))

    def archive(self, command: str) -> JobReport:
        """Archive or sync its site, and nothing else.

        Args:
            command: see `run`.
        """
        began = self._clock.now()
        archived = self._archived(command)
        return self._report(
            archived,
            started_at=utc_text(began),
            seconds=round((self._clock.now() - began).total_seconds(), 3),
        )

    def _archived(self, command: str) -> ArchiveReport | None:
        try:
            with self._surroundings.place() as known:
                make_folder(self._job.archive)
                self.known = known or known_of(self._job.archive)
                report = archive_topics(
                    self._work(command),
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

    def _work(self, command: str) -> ArchiveJob:
        job, settings = self._job, self._job.settings
        return ArchiveJob(
            urls=job.urls,
            path=job.archive,
            fetch=replace(
                self._surroundings.fetch,
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
        )

    def _fail(self, error: ThreadkeepError) -> None:
        logger.error("%s: %s", self._job.name, error)
        self._codes.append(error.exit_code)

    def _report(
        self, archived: ArchiveReport | None, *, started_at: str, seconds: float
    ) -> JobReport:
        job = self._job
        traffic = archived.traffic if archived is not None else None
        report = JobReport(
            name=job.name,
            urls=job.urls,
            archive=str(job.archive),
            started_at=started_at,
            seconds=seconds,
            requests=traffic.requests if traffic else 0,
            body_bytes=traffic.body_bytes if traffic else 0,
            held_back=archived.held_back if archived else 0,
            withheld=len(archived.withheld) if archived else 0,
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
            record = run_record(archive, after=self.known.run)
            gaps = unaccepted_gaps(archive)
            now = standing(archive)
        new_gaps = tuple(gap for gap in gaps if _key(gap) not in self.known.gaps)
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


def known_of(path: Path) -> Known:
    """What an archive holds now, as far as what is new can be told from it.

    Raises:
        ArchiveError: it cannot be read.
    """
    if not is_archive(path):
        return Known()
    with reading(path) as archive:
        gaps = frozenset(map(_key, unaccepted_gaps(archive)))
        return Known(run=newest_run(archive), gaps=gaps)


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

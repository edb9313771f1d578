"""Run all jobs of a JOBS.toml: hosts side by side, each at its own pace and in a thread of its own, jobs of one host in turn."""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import replace
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import TYPE_CHECKING, Protocol

from parsers.errors import UsageError
from scraper.archive.page import utc_text
from scraper.politeness.clock import SystemClock
from scraper.sync.listener import Listener
from scraper.sync.report import worst_exit_code
from threadkeep.jobs.job_run import INTERRUPTED, JobRun, pause_after
from threadkeep.jobs.last_run import kept_last_run
from threadkeep.jobs.notification import notify
from threadkeep.jobs.report import JobReport, RunReport
from threadkeep.jobs.report_file import with_report_file
from threadkeep.jobs.stop import StoppableClock

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from scraper.politeness.clock import Clock
    from scraper.politeness.waiting import Wait
    from threadkeep.jobs.settings import Job, JobsFile

logger = logging.getLogger(__name__)

# How often the main thread looks up: where it only waited, some systems would not let Ctrl-C through.
_TICK = 0.5
BUG = "a bug of threadkeep's ended it, or a job before it on the same host; standard error tells more."


class JobListener(Listener, Protocol):
    """Whoever shows how one job is getting on; called from that job's thread."""

    def waiting(self, wait: Wait) -> None:
        """Nothing happens for a while."""
        ...


class RunListener(Protocol):
    """Whoever shows how a run is getting on."""

    def of_job(self, name: str) -> JobListener:
        """Who shows one job."""
        ...

    def job_ended(self, report: JobReport) -> None:
        """A job has ended; called from the main thread."""
        ...

    def stopping(self, hosts: int) -> None:
        """A stop was asked for; so many hosts are still being read."""
        ...


def run_jobs(
    file: JobsFile,
    shown: RunListener,
    *,
    command: str = "threadkeep run",
    clock: Clock | None = None,
) -> RunReport:
    """Run all jobs, write their reports, send the notifications that are due.

    What fails for one job is in its report; the others are run all the same. Ctrl-C stops all of them in order, each
    at its next request; pressed again, it ends everything at once.

    Args:
        file: the jobs.
        shown: is told how it is getting on.
        command: what is running, to be told to whoever finds an archive locked.
        clock: what is waited on.

    Raises:
        UsageError: an archive has its home elsewhere.
        ExportError: `shown` can show nothing any more.
    """
    clock = clock or SystemClock()
    started = clock.now()
    refuse_addresses(file)
    run = _Run(file, shown, command, clock)
    run.run_all()
    return concluded(file, run.reports(), started, clock, was_stopped=run.was_stopped)


def refuse_addresses(file: JobsFile) -> None:
    """Let no archive have its home elsewhere, where no worker works on a copy of it.

    Raises:
        UsageError: one has.
    """
    for job in file.jobs:
        if job.home is not None:
            raise UsageError(
                f"The archive of {job.name} has its home at {job.home}; that takes workers, who publish it there: run this"
                " with --workers 1 or --cluster."
            )


def concluded(
    file: JobsFile,
    jobs: tuple[JobReport, ...],
    started: datetime,
    clock: Clock,
    *,
    was_stopped: bool,
) -> RunReport:
    """Send the notifications that are due, and write down how a run ended.

    Args:
        file: the jobs.
        jobs: what each did, in the order of the file.
        started: when the run began.
        clock: tells when it ended.
        was_stopped: it was stopped from outside.
    """
    notices = notify(file, jobs)
    codes = [*(job.exit_code for job in jobs), *(notice.exit_code for notice in notices)]
    ended = clock.now()
    return kept_last_run(
        RunReport(
            jobs_file=file.path,
            started_at=utc_text(started),
            ended_at=utc_text(ended),
            seconds=round((ended - started).total_seconds(), 3),
            jobs=jobs,
            notices=notices,
            interrupted=was_stopped,
            exit_code=INTERRUPTED if was_stopped else worst_exit_code(codes),
        )
    )


class _Run:
    """All jobs while they go on."""

    def __init__(self, file: JobsFile, shown: RunListener, command: str, clock: Clock) -> None:
        self._file = file
        self._shown = shown
        self._command = command
        self._clock = clock
        self._stop = Event()
        self._reports: dict[str, JobReport] = {}
        self._ended: SimpleQueue[JobReport | None] = SimpleQueue()  # None: a host is done
        self._open = 0

    @property
    def was_stopped(self) -> bool:
        """Whether a stop was asked for."""
        return self._stop.is_set()

    def run_all(self) -> None:
        """Run the jobs of every host, and show them as they end."""
        try:
            self._begin()
        except KeyboardInterrupt:  # hosts that it came before are not asked for anything
            self._ask_to_stop()
        while self._open:
            try:
                self._follow()
            except KeyboardInterrupt:
                self._ask_to_stop()

    def reports(self) -> tuple[JobReport, ...]:
        """What every job did, in the order of the file."""
        return tuple(self._reports.get(job.name) or self._not_run(job) for job in self._file.jobs)

    def _begin(self) -> None:
        for host, jobs in jobs_by_host(self._file.jobs).items():
            # Daemons, so that Ctrl-C pressed again ends them: as a kill does, it loses but the page in flight.
            Thread(target=self._run_host, args=(jobs,), name=host, daemon=True).start()
            self._open += 1

    def _follow(self) -> None:
        while self._open:
            self._take_one()

    def _take_one(self) -> None:
        try:
            ended = self._ended.get(timeout=_TICK)
        except Empty:
            return
        if ended is None:
            self._open -= 1
        else:
            self._shown.job_ended(ended)

    def _ask_to_stop(self) -> None:
        if self._stop.is_set():
            raise KeyboardInterrupt
        self._stop.set()
        logger.warning("interrupted; every page read so far is kept")
        self._shown.stopping(self._open)

    def _run_host(self, jobs: Sequence[Job]) -> None:
        """Run the jobs of one host, one after the other; this is what its thread does."""
        clock = StoppableClock(self._clock, self._stop)
        try:
            for before, job in zip((None, *jobs), jobs, strict=False):
                if not self._is_turn(before, clock):
                    return
                shown = self._shown.of_job(job.name)
                run = JobRun(job, clock, shown, shown.waiting)
                report = with_report_file(job, run.run(f"{self._command} ({job.name})"))
                self._reports[job.name] = report
                self._ended.put(report)
        finally:
            self._ended.put(None)

    def _is_turn(self, before: Job | None, clock: Clock) -> bool:
        """Leave the host alone for as long as it asks for between two requests; false where a stop is asked for."""
        try:
            clock.sleep(pause_after(before, clock) if before is not None else 0)
        except KeyboardInterrupt:
            return False
        return True

    def _not_run(self, job: Job) -> JobReport:
        """The report of a job that was not begun, or whose thread ended with a bug."""
        report = JobReport(name=job.name, urls=job.urls, archive=job.place)
        if self.was_stopped:
            return replace(report, exit_code=INTERRUPTED)
        return replace(report, error=BUG, problems=(BUG,), exit_code=1)


def jobs_by_host(jobs: Sequence[Job]) -> dict[str, list[Job]]:
    """Jobs by the host that they ask, in the order of the file."""
    found: defaultdict[str, list[Job]] = defaultdict(list)
    for job in jobs:
        found[job.host].append(job)
    return dict(found)

"""What follows when a job is done on a cluster, here where the command runs: exports, copies and the job's report."""

from __future__ import annotations

import logging
import tempfile
import traceback
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from parsers.errors import ThreadkeepError
from scraper.sync.report import worst_exit_code
from threadkeep.cluster.claim import forget_claim, run_of_job
from threadkeep.home import home_at
from threadkeep.jobs.follow_up import came_to_its_end, followed_up
from threadkeep.jobs.report_file import with_report_file
from threadkeep.jobs.run import BUG
from threadkeep.jobs.stop import StoppableClock

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from threading import Event

    from scraper.politeness.clock import Clock
    from threadkeep.jobs.report import JobReport
    from threadkeep.jobs.settings import Job, JobsFile

logger = logging.getLogger(__name__)


class Aftermath:
    """Does it one job after the other, beside the run."""

    def __init__(
        self,
        run: str,
        file: JobsFile,
        clock: Clock,
        stop: Event,
        ended: Callable[[JobReport], None],
    ) -> None:
        """Begin with nothing to do.

        Args:
            run: the run's name.
            file: the jobs.
            clock: what is waited on.
            stop: is set when all is to end.
            ended: is told of each job when all is done for it; called from another thread.
        """
        self._run = run
        self._jobs = {job.name: job for job in file.jobs}
        self._clock = StoppableClock(clock, stop)
        self._told = ended
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="aftermath")
        self._open = 0

    @property
    def is_busy(self) -> bool:
        """Whether a job is not done, or its end was not taken note of."""
        return self._open > 0

    def follow(self, report: JobReport) -> None:
        """Have done what follows a job."""
        self._open += 1
        done = self._pool.submit(self._followed, report)
        done.add_done_callback(partial(self._ended, report))

    def noted(self) -> None:
        """The end of a job was taken note of."""
        self._open -= 1

    def close(self) -> None:
        """Begin nothing more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _ended(self, report: JobReport, done: Future[JobReport]) -> None:
        error = None if done.cancelled() else done.exception()
        if error is not None:
            traceback.print_exception(error)
            report = replace(report, error=BUG, problems=(*report.problems, BUG), exit_code=1)
        self._told(report if done.cancelled() or error is not None else done.result())

    def _followed(self, report: JobReport) -> JobReport:
        job = self._jobs[report.name]
        with suppress(ThreadkeepError):  # it is only litter, and says of itself that it is
            forget_claim(home_at(job.place), run_of_job(self._run, job.name))
        if came_to_its_end(report) and (job.exports or job.snapshots):
            report = self._exported(job, report)
        return with_report_file(job, report)

    def _exported(self, job: Job, report: JobReport) -> JobReport:
        try:
            with _at_hand(job) as path:
                return followed_up(replace(job, archive=path), report, self._clock)
        except ThreadkeepError as error:
            logger.error("%s: %s", job.name, error)  # noqa: TRY400  a sentence, and no trace
            return replace(
                report,
                problems=(*report.problems, str(error)),
                exit_code=worst_exit_code([report.exit_code, error.exit_code]),
            )


@contextmanager
def _at_hand(job: Job) -> Generator[Path]:
    """A job's archive as a file of this machine's: a copy, if its home is elsewhere."""
    if job.home is None:
        yield job.archive
        return
    home = home_at(job.home)
    with tempfile.TemporaryDirectory(prefix="threadkeep-") as folder:
        path = Path(folder) / home.name
        home.fetch(path)
        yield path

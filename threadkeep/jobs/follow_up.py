"""Do what follows when a job has come to its end: export what is kept now, and copy it; what fails is in the report."""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from parsers.errors import ExportError, ThreadkeepError
from scraper.archive.retention import Retention
from scraper.archive.snapshot import prune_snapshots, take_snapshot
from scraper.sync.report import worst_exit_code
from threadkeep.exporting import ExportJob
from threadkeep.jobs.report import ExportedFile, JobReport
from threadkeep.output import check_plan, plan_output, write_output
from threadkeep.pseudonym_key import read_or_make_key
from threadkeep.pseudonymity import Pseudonymity

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scraper.politeness.clock import Clock
    from threadkeep.jobs.settings import Job, JobExport

logger = logging.getLogger(__name__)

_INTERRUPTED = 130
# “Done”, be it that something is missing: what was kept is as new as it can be.
_DONE = frozenset({0, 3})


def came_to_its_end(report: JobReport) -> bool:
    """Whether a job did all that it could, so that exports and copies follow."""
    return report.error is None and report.exit_code in _DONE


def followed_up(job: Job, report: JobReport, clock: Clock) -> JobReport:
    """Export and copy what is kept now, until a stop is asked for.

    Args:
        job: the job, whose archive is the file to be exported.
        report: what it did.
        clock: what is waited on.

    Returns:
        The report, which says so.
    """
    return _FollowUp(job, clock).added_to(report)


class _FollowUp:
    def __init__(self, job: Job, clock: Clock) -> None:
        self._job = job
        self._clock = clock
        self._codes: list[int] = []
        self._problems: list[str] = []
        self._exports: list[ExportedFile] = []
        self._snapshot: Path | None = None

    def added_to(self, report: JobReport) -> JobReport:
        steps: list[Callable[[], None]] = [partial(self._export, one) for one in self._job.exports]
        try:
            for step in (*steps, self._copy):
                self._clock.sleep(0)
                self._try(step)
        except KeyboardInterrupt:
            self._codes.append(_INTERRUPTED)
        return replace(
            report,
            exports=tuple(self._exports),
            snapshot=self._snapshot,
            problems=tuple(dict.fromkeys((*report.problems, *self._problems))),
            exit_code=worst_exit_code([report.exit_code, *self._codes]),
        )

    def _try(self, step: Callable[[], None]) -> None:
        """Take a step that fails for itself: what was archived stays archived."""
        try:
            step()
        except ThreadkeepError as error:
            logger.error("%s: %s", self._job.name, error)  # noqa: TRY400  a sentence, and no trace
            self._codes.append(error.exit_code)
            self._problems.append(str(error))

    def _export(self, export: JobExport) -> None:
        plan = plan_output(export.path, export.format, export.options, media_dir=export.media_dir)
        make_folder(export.path)
        check_plan(plan, self._job.archive)
        if isinstance(plan, ExportJob) and export.hides:
            plan = replace(plan, pseudonymity=_pseudonymity(export))
        counts = write_output(self._job.archive, plan)
        self._exports.append(
            ExportedFile(
                path=export.path,
                posts=counts.posts,
                pages=counts.pages,
                pseudonyms=counts.pseudonyms,
            )
        )

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


def _pseudonymity(export: JobExport) -> Pseudonymity:
    if export.pseudonymize is None:
        return Pseudonymity(dates=export.dates)
    make_folder(export.pseudonymize)
    key, is_new = read_or_make_key(export.pseudonymize)
    if is_new:
        logger.warning("Made the key %s. Keep it, and never with an export.", export.pseudonymize)
    return Pseudonymity(key=key, dates=export.dates)


def make_folder(path: Path) -> None:
    """Make the folder of a file, if there is none.

    Raises:
        ExportError: it cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ExportError(
            f"The folder “{path.parent}” cannot be made ({error.strerror}); choose another place."
        ) from error

"""The schedule of one JOBS.toml, whoever keeps it: install, remove, look it up."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scraper.politeness.clock import SystemClock
from threadkeep.jobs.crontab import CronLine, environment_hint
from threadkeep.jobs.jobs_file import read_jobs
from threadkeep.jobs.last_run import last_run
from threadkeep.jobs.program import is_there
from threadkeep.jobs.schedule import Keeper, Schedule
from threadkeep.jobs.systemd import SystemdTimer
from threadkeep.jobs.when import when_of

if TYPE_CHECKING:
    from pathlib import Path


class Timetable:
    """What starts a JOBS.toml."""

    def __init__(self, jobs_file: Path) -> None:
        """Look after the schedule of a file.

        Args:
            jobs_file: its absolute path.
        """
        self._jobs_file = jobs_file

    def install(self, keeper: Keeper, at: str | None, every: str | None) -> Schedule:
        """Have it started.

        Args:
            keeper: by whom.
            at: see `when_of`.
            every: see `when_of`.

        Raises:
            UsageError: the file or the time cannot be meant, or there is no such keeper.
            ExportError: the schedule cannot be written.
        """
        jobs = read_jobs(self._jobs_file)
        when = when_of(at, every, self._jobs_file)
        if keeper == "cron":
            CronLine(self._jobs_file).install(when)
            hint = environment_hint(jobs.environment)
        else:
            timer = self._timer(keeper)
            timer.install(when)
            hint = timer.environment_hint(jobs.environment)
        known = self.schedule(keeper)
        return replace(known, notes=(*known.notes, hint)) if jobs.environment else known

    def remove(self, keeper: Keeper | None) -> Schedule:
        """Have it started no more.

        Args:
            keeper: by whom; None: by whoever does.

        Returns:
            What is left.

        Raises:
            UsageError: there is no such keeper.
            ExportError: the schedule cannot be taken away.
        """
        found = keeper or self._found()
        if found == "cron":
            CronLine(self._jobs_file).remove()
        elif found is not None:
            self._timer(found).remove()
        return Schedule(jobs_file=self._jobs_file, keeper=None)

    def schedule(self, keeper: Keeper | None) -> Schedule:
        """What is known of it.

        Args:
            keeper: who is asked; None: whoever keeps it.

        Raises:
            UsageError: there is no such keeper.
            ExportError: it does not answer.
        """
        found = keeper if keeper and self._is_kept_by(keeper) else None
        if keeper is None:
            found = self._found()
        if found is None:
            return Schedule(jobs_file=self._jobs_file, keeper=None)
        return self._with_last_run(self._asked(found))

    def _asked(self, keeper: Keeper) -> Schedule:
        if keeper == "cron":
            return CronLine(self._jobs_file).schedule(SystemClock().now().astimezone())
        return self._timer(keeper).schedule()

    def _with_last_run(self, known: Schedule) -> Schedule:
        """What its keeper has forgotten, or never knew: how the file last ran is written down beside it."""
        written = last_run(self._jobs_file)
        if known.last_run is not None or written is None:
            return known
        return replace(known, last_run=written.started_at, last_exit_code=written.exit_code)

    def _found(self) -> Keeper | None:
        keepers: tuple[Keeper, ...] = ("systemd-user", "systemd-system", "cron")
        for keeper in keepers:
            if (keeper != "cron" or is_there("crontab")) and self._is_kept_by(keeper):
                return keeper
        return None

    def _is_kept_by(self, keeper: Keeper) -> bool:
        if keeper == "cron":
            return CronLine(self._jobs_file).is_installed
        return self._timer(keeper).is_installed

    def _timer(self, keeper: Keeper) -> SystemdTimer:
        return SystemdTimer(self._jobs_file, is_system=keeper == "systemd-system")

"""A schedule that cron keeps: one line of the user's crontab, between marks; every other line stays as it is."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from parsers.errors import ExportError, UsageError
from scraper.archive.page import utc_text
from threadkeep.jobs.program import started, succeeded
from threadkeep.jobs.schedule import Schedule, run_command, schedule_name
from threadkeep.jobs.when import next_by_cron

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from threadkeep.jobs.when import When

_NOTHING_YET = "no crontab for"


class CronLine:
    """The line of one JOBS.toml."""

    def __init__(self, jobs_file: Path) -> None:
        self._jobs_file = jobs_file
        name = schedule_name(jobs_file)
        self._begin = f"# begin {name}: written by `threadkeep schedule install --cron`".encode()
        self._end = f"# end {name}".encode()
        self._block = re.compile(
            re.escape(self._begin.partition(b":")[0])
            + rb":[^\n]*\n(?P<line>.*?)"
            + re.escape(self._end)
            + rb"(?:\n|\Z)",
            re.DOTALL,
        )

    def install(self, when: When) -> None:
        """Write the line; one that is there is replaced.

        Raises:
            UsageError: there is no cron, or it has no words for when.
            ExportError: the crontab cannot be written.
        """
        if when.cron is None:
            raise UsageError(
                f"cron has no words for “{when.calendar}”: with --cron, --every takes hourly, daily, weekly or monthly."
            )
        before = _crontab()
        rest = self._block.sub(b"", before)
        if rest and not rest.endswith(b"\n"):
            rest += b"\n"
        line = f"{when.cron} {_shell_line(self._jobs_file)}".encode("utf-8", "surrogateescape")
        _write(rest + b"\n".join([self._begin, line, self._end, b""]), before)

    def remove(self) -> bool:
        """Take the line away.

        Returns:
            Whether it was there.

        Raises:
            UsageError: there is no cron.
            ExportError: the crontab cannot be written.
        """
        before = _crontab()
        after = self._block.sub(b"", before)
        _write(after, before)
        return after != before

    @property
    def is_installed(self) -> bool:
        """Whether it is there.

        Raises:
            UsageError: there is no cron.
        """
        return self._block.search(_crontab()) is not None

    def schedule(self, now: datetime) -> Schedule:
        """What is known of it.

        Args:
            now: the time, in the zone of this machine.
        """
        found = self._block.search(_crontab())
        line = found["line"].decode("utf-8", "replace").strip() if found else ""
        fields = " ".join(line.split()[:5])
        following = next_by_cron(fields, now)
        return Schedule(
            jobs_file=self._jobs_file,
            keeper="cron",
            is_active=bool(line) and not line.startswith("#"),
            when=fields or None,
            next_run=utc_text(following) if following else None,
        )


def environment_hint(names: tuple[str, ...]) -> str:
    """How environment variables get to the run."""
    return f"{', '.join(names)} must be set for cron: a line NAME=value above in `crontab -e`."


def _crontab() -> bytes:
    done = started("crontab", "-l")
    if done.code and _NOTHING_YET in done.complaint:
        return b""
    if done.code:
        reason = done.complaint or f"exit code {done.code}"
        raise ExportError(f"The crontab cannot be read ({reason}); nothing was changed.")
    return done.out


def _write(after: bytes, before: bytes) -> None:
    if after != before:
        succeeded("crontab", "-", given=after)


def _shell_line(jobs_file: Path) -> str:
    folder, command = shlex.quote(str(jobs_file.parent)), shlex.join(run_command(jobs_file))
    # To cron a bare % is the line's end. Results go nowhere, so that it mails errors only.
    return f"cd {folder} && {command} >/dev/null".replace("%", "\\%")

"""What a schedule is, whoever keeps it: the command that it starts, its name, and what is known of it."""

from __future__ import annotations

import hashlib
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from parsers.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

Keeper = Literal["systemd-user", "systemd-system", "cron"]

_UNSAFE = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """What is known of the schedule of a JOBS.toml.

    Attributes:
        jobs_file: the JOBS.toml.
        keeper: who keeps it: `systemd-user`, `systemd-system` or `cron`; None where nobody does.
        is_active: it waits for its time; false where it is installed and switched off.
        when: when it starts, as its keeper writes it.
        next_run: when it starts next, in UTC.
        last_run: when the newest run began, in UTC, as far as known.
        last_exit_code: how that ended.
        files: the files that it consists of.
        notes: what has to be done besides, one sentence each.
    """

    jobs_file: Path
    keeper: Keeper | None
    is_active: bool = False
    when: str | None = None
    next_run: str | None = None
    last_run: str | None = None
    last_exit_code: int | None = None
    files: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()


def schedule_name(jobs_file: Path) -> str:
    """The schedule's name: it tells whose it is, and is of this file only."""
    key = hashlib.sha256(str(jobs_file).encode("utf-8", "surrogateescape")).hexdigest()[:8]
    stem = _UNSAFE.sub("-", jobs_file.stem).strip("-").lower()
    return f"threadkeep-{stem or 'jobs'}-{key}"


def run_command(jobs_file: Path) -> tuple[str, ...]:
    """What is started: this Python, which does not look for modules in the folder that it is started in.

    Raises:
        UsageError: a path cannot be written into a schedule.
    """
    for path in (sys.executable, str(jobs_file)):
        if not path.isprintable():
            raise UsageError(
                f"The path {path!r} holds a character that no schedule can hold; choose another name."
            )
    return (sys.executable, "-P", "-m", "threadkeep", "run", str(jobs_file), "--quiet")

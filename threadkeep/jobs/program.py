"""Start a program of the system's and wait for it: `systemctl`, `crontab`; which one may be missing."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass

from parsers.errors import ExportError, UsageError

_LONGEST = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a program ended.

    Attributes:
        code: its exit code.
        out: what it printed.
        complaint: the first line of what it complained of; empty where it did not.
    """

    code: int
    out: bytes
    complaint: str


def is_there(program: str) -> bool:
    """Whether this machine has a program."""
    return shutil.which(program) is not None


def started(*command: str, given: bytes = b"") -> Ended:
    """Start a program, and wait until it has ended.

    Args:
        command: the program and its arguments.
        given: its standard input.

    Raises:
        UsageError: this machine does not have it.
        ExportError: it does not come to an end.
    """
    program = shutil.which(command[0])
    if program is None:
        raise UsageError(_absent(command[0]))
    try:
        done = subprocess.run(  # noqa: S603  # a fixed program, and no shell
            [program, *command[1:]],
            input=given,
            capture_output=True,
            check=False,
            timeout=_LONGEST,
            # So that what it prints can be read: in English, and its times in UTC.
            env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
        )
    except subprocess.TimeoutExpired as error:
        raise ExportError(
            f"“{' '.join(command)}” did not end within {_LONGEST:.0f} seconds; try it by hand."
        ) from error
    complaint = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
    return Ended(code=done.returncode, out=done.stdout, complaint=complaint)


def succeeded(*command: str, given: bytes = b"") -> bytes:
    """Start a program that has to succeed.

    Returns:
        What it printed.

    Raises:
        UsageError: this machine does not have it.
        ExportError: it failed.
    """
    done = started(*command, given=given)
    if done.code:
        reason = done.complaint.rstrip(".") or f"exit code {done.code}"
        raise ExportError(f"“{' '.join(command)}” failed: {reason}.")
    return done.out


def _absent(program: str) -> str:
    instead = {
        "systemctl": "this machine has no systemd; use --cron, or start `threadkeep run` by what it has",
        "crontab": "this machine has no cron; leave out --cron for a timer of systemd's",
    }
    return f"There is no program {program} here: {instead.get(program, 'install it')}."

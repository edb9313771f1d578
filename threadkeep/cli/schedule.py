"""`threadkeep schedule`: the timer that starts a JOBS.toml."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from parsers.errors import UsageError
from threadkeep.cli.completion import one_of
from threadkeep.cli.console import one_line, say, say_json, warn
from threadkeep.cli.option import JsonOption, QuietOption
from threadkeep.jobs.timetable import Timetable

if TYPE_CHECKING:
    from threadkeep.jobs.schedule import Keeper, Schedule

_ACTIONS = ("install", "remove", "status")
_KEEPERS = {
    "systemd-user": "a timer of systemd's",
    "systemd-system": "a timer of systemd's, of the whole machine",
    "cron": "a line in the crontab",
}


def command(
    action: Annotated[
        str,
        typer.Argument(
            metavar="install|remove|status",
            help="What to do.",
            autocompletion=one_of(_ACTIONS),
        ),
    ],
    jobs: Annotated[
        Path, typer.Argument(metavar="JOBS.toml", help="The jobs that are started.")
    ] = Path("JOBS.toml"),
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="install: every day at this time.")
    ] = None,
    every: Annotated[
        str | None,
        typer.Option(
            "--every",
            metavar="WHEN",
            help="install: hourly, daily, weekly, monthly, or systemd's OnCalendar.",
        ),
    ] = None,
    *,
    system: Annotated[
        bool, typer.Option("--system", help="A timer of the whole machine, not of the user.")
    ] = False,
    cron: Annotated[bool, typer.Option("--cron", help="A line in the user's crontab.")] = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> int:
    """Have `threadkeep run` start by itself.

    A timer of systemd's starts it, or cron. What is installed twice is replaced; what is not there is removed without
    complaint. Without --at and --every it starts at night.

    \b
    Examples:
      threadkeep schedule install JOBS.toml --at 03:00
      threadkeep schedule install JOBS.toml --every "Mon,Thu 04:30"
      threadkeep schedule install JOBS.toml --cron --every daily
      threadkeep schedule status JOBS.toml
      threadkeep schedule remove JOBS.toml

    Exit code 2: it cannot be meant, or there is neither systemd nor cron. 8: it cannot be written.
    """
    _check(action, at, every, cron=cron, system=system)
    place: Keeper | None = "cron" if cron else "systemd-system" if system else None
    timetable = Timetable(jobs.absolute())
    if action == "install":
        known = timetable.install(place or "systemd-user", at, every)
    elif action == "remove":
        known = timetable.remove(place)
    else:
        known = timetable.schedule(place)
    if as_json:
        say_json(known)
    else:
        _tell(known, quiet=quiet)
    return 0


def _check(action: str, at: str | None, every: str | None, *, cron: bool, system: bool) -> None:
    if action not in _ACTIONS:
        raise UsageError(f"threadkeep schedule takes {', '.join(_ACTIONS)}, not “{action}”.")
    if action != "install" and (at is not None or every is not None):
        raise UsageError(f"--at and --every are for install; `schedule {action}` takes neither.")
    if cron and system:
        raise UsageError("--cron is a line of the user's own; leave out --system.")


def _tell(known: Schedule, *, quiet: bool) -> None:
    if known.keeper is None:
        say(f"{known.jobs_file}: nothing starts it.")
        return
    state = "" if known.is_active else ", switched off"
    say(f"{known.jobs_file}: {_KEEPERS[known.keeper]} ({known.when or '-'}){state}")
    say(f"next run: {known.next_run or '-'}")
    ended = "" if known.last_exit_code is None else f", exit code {known.last_exit_code}"
    say(f"last run: {known.last_run or '-'}{ended}")
    for path in () if quiet else known.files:
        say(f"  {path}")
    for note in () if quiet else known.notes:
        warn(f"threadkeep: {one_line(note)}")

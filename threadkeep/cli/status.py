"""`threadkeep status`: how archives stand, many at a glance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from scraper.politeness.clock import SystemClock
from scraper.politeness.waiting import spoken
from threadkeep.cli.console import one_line, say, say_columns, say_json
from threadkeep.cli.option import JsonOption, QuietOption
from threadkeep.jobs.sentence import size_of
from threadkeep.jobs.status import status_of

if TYPE_CHECKING:
    from threadkeep.jobs.status import ArchiveStatus, StatusReport

_HEADS = ("name", "complete", "posts", "topics", "gaps", "size", "exit")


def command(
    place: Annotated[
        str,
        typer.Argument(
            metavar="JOBS.toml|FOLDER",
            help="Which archives, a path or an address; without it, those of this folder.",
        ),
    ] = ".",
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Exit as the worst of their newest runs did.")
    ] = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> int:
    """Show how archives stand, many at a glance.

    Of each: how long ago it was complete, what it holds, what it lacks, how its newest run ended, and what failed.

    \b
    Examples:
      threadkeep status
      threadkeep status JOBS.toml
      threadkeep status /srv/forums --json
      threadkeep status s3://bucket/forums
      threadkeep status JOBS.toml --check --quiet

    Exit code 0, whatever is found; with --check the worst exit code of their newest runs.
    """
    found = status_of(place, SystemClock().now(), check=check)
    if as_json:
        say_json(found)
    else:
        _tell(found, quiet=quiet)
    return found.exit_code


def _tell(found: StatusReport, *, quiet: bool) -> None:
    shown = [one for one in found.archives if not quiet or one.last_exit_code != 0]
    if shown:
        say_columns(_HEADS, map(_cells, shown))
    for one in shown:
        if one.error:
            say(f"{one_line(one.name)}: {one_line(one.error)}")


def _cells(one: ArchiveStatus) -> tuple[str, ...]:
    complete = "never" if one.age is None else f"{spoken(one.age)} ago"
    code = "-" if one.last_exit_code is None else str(one.last_exit_code)
    return (
        one.name,
        complete,
        str(one.posts),
        str(one.topics),
        str(one.gaps or ""),
        size_of(one.size),
        f"{code}, unfinished" if one.is_unfinished else code,
    )

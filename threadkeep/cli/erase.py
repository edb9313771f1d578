"""`threadkeep erase`: remove somebody or a post for good."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from parsers.errors import UsageError
from scraper.politeness.clock import SystemClock
from scraper.sync.erasing import ErasureJob, erase
from threadkeep.cli.console import counted, say, say_json, warn
from threadkeep.cli.location import only_archive
from threadkeep.cli.option import ArchiveOption, JsonOption, QuietOption

if TYPE_CHECKING:
    from scraper.sync.erasing import ErasureReport

Kind = Literal["author", "post"]


def command(  # each is an option
    whom: Annotated[
        str,
        typer.Argument(
            metavar="AUTHOR|POST",
            help="A profile's address, a user id or a name; a post's number or permalink.",
        ),
    ],
    archive: ArchiveOption = None,
    kind: Annotated[
        Kind | None,
        typer.Option("--as", help="What AUTHOR|POST is, where it can be either."),
    ] = None,
    *,
    mentions: Annotated[
        bool,
        typer.Option(
            "--mentions", help="Also take names and quotations out of what other people wrote."
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be erased.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("-y", "--yes", help="Do not ask; there is no way back.")
    ] = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> int:
    """Erase a person or a post from an archive, for good.

    Posts, stored pages, indexes, pictures and logs lose it, and it is kept out of the archive from then on.

    \b
    Examples:
      threadkeep erase https://forum.example/users/anna/ --dry-run
      threadkeep erase "Anna Example" -a forum.example.db --mentions
      threadkeep erase 4711 --as post --yes
    """
    path = archive or only_archive()
    job = ErasureJob(path=path, whom=whom, kind=kind, with_mentions=mentions, is_dry=dry_run)
    if not (dry_run or yes):
        _ask(job, quiet=quiet)
    report = erase(job, SystemClock())
    if as_json:
        say_json(report)
    elif not quiet:
        _tell(report)
    return report.exit_code


def _ask(job: ErasureJob, *, quiet: bool) -> None:
    """Show what would go, and have somebody say that it shall.

    Raises:
        UsageError: nobody can be asked, or whoever was asked says no.
    """
    if not sys.stdin.isatty():
        raise UsageError(
            "What is erased cannot be had again: say --yes to erase it, or --dry-run to see what would go."
        )
    planned = erase(
        ErasureJob(
            path=job.path,
            whom=job.whom,
            kind=job.kind,
            with_mentions=job.with_mentions,
            is_dry=True,
        ),
        SystemClock(),
    )
    if planned.was_erased_before:
        return
    if not quiet:
        for line in _lines(planned):
            warn(line)
    if not typer.confirm("Erase it for good?", err=True):
        raise UsageError("Nothing was erased.")


def _tell(report: ErasureReport) -> None:
    for line in _lines(report):
        say(line)


def _lines(report: ErasureReport) -> list[str]:
    if report.was_erased_before:
        return ["It was erased before, and is kept out; there is nothing left to erase."]
    verb = "would be erased" if report.is_dry else "erased"
    lines = [f"{report.archive}: {counted(report.posts, 'post')} {verb}."]
    figures = (
        (report.topics, "topic", "of which nothing is left"),
        (report.titles, "topic", "kept without a title"),
        (report.pages_cut, "stored page", "cut"),
        (report.pages_as_records, "stored page", "kept as what was read of it"),
        (report.pages_removed, "stored page", "removed"),
        (report.files, "file", "removed"),
    )
    lines += [f"  {counted(number, what)} {how}" for number, what, how in figures if number]
    if report.mentions_left:
        times = "once" if report.mentions_left == 1 else f"{report.mentions_left} times"
        lines.append(
            f"  named or quoted {times} in what others wrote, which stays; --mentions takes it out"
        )
    lines += [f"  not touched: {copy}" for copy in report.copies]
    lines.append(
        "  Snapshots, exports and other copies elsewhere are not reached: erase or remove them yourself."
    )
    return lines

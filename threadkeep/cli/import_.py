"""`threadkeep import`: saved pages, web archives, text dumps and exports into an archive."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from scraper.politeness.clock import SystemClock
from scraper.sync.importing import ImportJob, ImportReport, import_source
from threadkeep.cli.console import counted, one_line, say, say_json, warn
from threadkeep.cli.log_file import logged
from threadkeep.cli.option import ArchiveToImportOption, JsonOption, QuietOption, TimezoneOption


@logged
def command(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="PATH",
            help="A web archive, a folder of saved pages or a mirror, one page, a text dump (.txt), or an export (.jsonl).",
        ),
    ],
    archive: ArchiveToImportOption = None,
    url: Annotated[
        str | None, typer.Option("--url", metavar="URL", help="Where PATH is from.")
    ] = None,
    host: Annotated[
        str | None,
        typer.Option("--host", metavar="HOST", help="Only pages of HOST, where PATH has others."),
    ] = None,
    timezone: TimezoneOption = None,
    *,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> int:
    """Import saved pages, web archives, a text dump or an export.

    \b
    Examples:
      threadkeep import thread.txt
      threadkeep import crawl.warc.gz --host forum.example
      threadkeep import saved-pages/ -a forum.example.db
      threadkeep import page.html --url https://forum.example/forums/topic/hello/
      threadkeep import posts.jsonl -a forum.example.db

    Exit code 0: complete. 3: imported, but the source itself says that something is missing.
    """
    job = ImportJob(
        source=source,
        path=archive or _archive_for(source),
        url=url,
        host=host,
        timezone=timezone,
        command=f"threadkeep import {source}",
    )
    report = import_source(job, SystemClock())
    for problem in report.problems:
        warn(f"threadkeep: {one_line(problem)}")
    if as_json:
        say_json(report)
    else:
        _tell(report, quiet=quiet)
    return report.exit_code


def _archive_for(source: Path) -> Path:
    """A file's name without its ending, a folder's whole name: in the current folder, with `.db`."""
    whole = source.resolve()
    stem = whole.name if whole.is_dir() else whole.stem.removesuffix(".warc").removesuffix(".arc")
    return Path(f"{stem or 'import'}.db")


def _tell(report: ImportReport, *, quiet: bool) -> None:
    for outcome in report.topics:
        state = "INCOMPLETE" if outcome.gaps else "complete"
        expected = f" of {outcome.expected}" if outcome.expected is not None else ""
        say(
            f"{one_line(outcome.title or '')}: {outcome.posts}{expected} posts, {state} ({outcome.saved.new} new)"
        )
        for gap in outcome.gaps:
            say(f"  missing: {one_line(gap.detail)}")
    if not quiet:
        for notice in report.notices:
            say(one_line(notice))
        posts = sum(outcome.posts for outcome in report.topics)
        say(f"{report.archive}: {counted(posts, 'post')}")
    if any(outcome.gaps for outcome in report.topics):
        verify = f"`threadkeep verify -a {shlex.quote(str(report.archive))}`"
        warn(f"threadkeep: something is missing; {verify} says what, and how to repair it.")

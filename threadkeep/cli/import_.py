"""`threadkeep import`: saved pages and text dumps into an archive."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scraper.politeness.clock import SystemClock
from scraper.sync.importing import ImportJob, ImportReport, import_source
from threadkeep.cli.console import say, say_json, warn
from threadkeep.cli.option import ArchiveOption, JsonOption, QuietOption, TimezoneOption


def command(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="PATH", help="A folder of saved pages, one page, or a text dump (.txt)."
        ),
    ],
    archive: ArchiveOption = None,
    url: Annotated[
        str | None, typer.Option("--url", metavar="URL", help="Where PATH is from.")
    ] = None,
    timezone: TimezoneOption = None,
    *,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> int:
    """Import saved pages or a text dump of a topic; without -a into PATH's name with .db.

    \b
    Examples:
      threadkeep import thread.txt
      threadkeep import saved-pages/ -a forum.example.db
      threadkeep import page.html --url https://forum.example/forums/topic/hello/

    Exit code 0: complete. 3: imported, but the source itself says that something is missing.
    """
    path = archive or Path(f"{source.stem or 'import'}.db")
    job = ImportJob(source=source, path=path, url=url, timezone=timezone)
    report = import_source(job, SystemClock())
    for problem in report.problems:
        warn(f"threadkeep: {problem}")
    if as_json:
        say_json(report)
    else:
        _tell(report, quiet=quiet)
    return report.exit_code


def _tell(report: ImportReport, *, quiet: bool) -> None:
    for outcome in report.topics:
        state = "INCOMPLETE" if outcome.gaps else "complete"
        expected = f" of {outcome.expected}" if outcome.expected is not None else ""
        say(f"{outcome.title}: {outcome.posts}{expected} posts, {state} ({outcome.saved.new} new)")
        for gap in outcome.gaps:
            say(f"  missing: {gap.detail}")
    if not quiet:
        for notice in report.notices:
            say(notice)
        say(f"{report.archive}: {sum(outcome.posts for outcome in report.topics)} posts")

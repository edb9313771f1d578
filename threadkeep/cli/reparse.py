"""`threadkeep reparse`: read the stored pages anew."""

from __future__ import annotations

from scraper.politeness.clock import SystemClock
from scraper.sync.reparsing import reparse
from threadkeep.cli.console import one_line, say, say_json, warn
from threadkeep.cli.location import only_archive
from threadkeep.cli.log_file import logged
from threadkeep.cli.option import ArchiveOption, JsonOption, QuietOption, TimezoneOption


@logged
def command(
    archive: ArchiveOption = None,
    timezone: TimezoneOption = None,
    *,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> int:
    """Parse the stored pages anew, without one request.

    After an update of threadkeep, or with another --timezone.

    \b
    Examples:
      threadkeep reparse
      threadkeep reparse -a forum.example.db --timezone Europe/Amsterdam
    """
    path = archive or only_archive()
    report = reparse(path, SystemClock(), timezone=timezone, command="threadkeep reparse")
    for problem in report.problems:
        warn(f"threadkeep: {one_line(problem)}")
    if as_json:
        say_json(report)
    elif not quiet:
        say(
            f"{report.archive}: {report.posts} posts from {report.pages} stored pages; no request was made."
        )
    return report.exit_code

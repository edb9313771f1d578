"""`threadkeep diff`: what changed between two archives of a site, or between two moments of one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from parsers.errors import UsageError
from scraper.archive.comparison import (
    comparing_archives,
    comparing_moments,
    list_gap_differences,
    person_differences,
    topic_differences,
)
from scraper.archive.difference_report import Tally, difference_report
from threadkeep.cli.completion import archives
from threadkeep.cli.console import say, say_json
from threadkeep.cli.diff_text import (
    difference_heading,
    tell_list_gap,
    tell_people,
    tell_topic,
    tell_totals,
)
from threadkeep.cli.location import only_archive
from threadkeep.cli.option import ArchiveOption, JsonOption, QuietOption

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from scraper.archive.comparison import Comparison


def command(
    old: Annotated[
        Path | None,
        typer.Argument(metavar="OLD", help="The earlier archive.", autocompletion=archives),
    ] = None,
    new: Annotated[
        Path | None,
        typer.Argument(
            metavar="NEW",
            help="The later one; without it, that of -a, or the only one in this folder.",
            autocompletion=archives,
        ),
    ] = None,
    archive: ArchiveOption = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            metavar="DATE",
            help="Instead of OLD: the first day of what is compared, e.g. 2026-11-24, or a moment, 2026-11-24T03:00Z.",
        ),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="DATE", help="The last day or moment; without it, now."),
    ] = None,
    *,
    text: Annotated[
        bool, typer.Option("--text", help="Show how bodies changed, word by word.")
    ] = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> int:
    """Show what changed between two archives, or two dates.

    Two archives of one site, or one at two dates: posts that are new, changed, moved, gone or back, topics that
    were renamed, closed or opened, people under another name, gaps that opened or closed. Dates are those in UTC on
    which threadkeep saw it. The exit code is 0 whatever differs; is_same of --json says whether anything does.

    \b
    Examples:
      threadkeep diff snapshots/forum.example-2026-11-24T030000Z.db
      threadkeep diff old.db new.db --text
      threadkeep diff --since 2026-11-24
      threadkeep diff -a forum.example.db --since 2026-11 --until 2026-11-24T03:00Z --json

    Exit code 2: the archives are of two sites.
    """
    with _opened(old, new or archive, (since, until), with_text=text) as comparison:
        if as_json:
            say_json(difference_report(comparison))
        else:
            _tell(comparison, quiet=quiet)
    return 0


def _opened(
    old: Path | None,
    new: Path | None,
    moments: tuple[str | None, str | None],
    *,
    with_text: bool,
) -> AbstractContextManager[Comparison]:
    since, until = moments
    if old is not None and since is None and until is None:
        return comparing_archives(old, new or only_archive(), with_text=with_text)
    if old is None and since is not None:
        return comparing_moments(new or only_archive(), since, until, with_text=with_text)
    raise UsageError(
        "Say what to compare: an earlier archive (threadkeep diff OLD), or a date (threadkeep diff --since DATE)."
    )


def _tell(comparison: Comparison, *, quiet: bool) -> None:
    if not quiet:
        say(difference_heading(comparison))
    tally = Tally()
    for topic in topic_differences(comparison):
        tally.add_topic(topic)
        tell_topic(topic)
    people = tuple(person_differences(comparison))
    tell_people(people)
    list_gaps = tuple(list_gap_differences(comparison))
    for gap in list_gaps:
        tell_list_gap(gap)
    tally.add_rest(people, list_gaps)
    if not quiet:
        tell_totals(tally.totals)

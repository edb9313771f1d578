"""`threadkeep archive`: make or continue an archive of topics."""

from __future__ import annotations

import shlex
import sys
from typing import Annotated

import typer

from exporters.exporter import ExportOptions
from parsers.errors import UsageError
from scraper.fetch.address import parse_address
from scraper.fetch.network import is_loopback_host
from scraper.fetch.settings import FetchSettings
from scraper.sync.pipeline import ArchiveJob, ArchiveReport, archive_topics
from scraper.sync.report import TopicOutcome
from scraper.sync.topic_crawl import CrawlOptions
from threadkeep.cli.console import progress, say, say_json, warn
from threadkeep.cli.location import archive_for_url
from threadkeep.cli.option import (
    ArchiveOption,
    FormatOption,
    JsonOption,
    OutputOption,
    QuietOption,
    RawCellsOption,
    TimezoneOption,
    WithGoneOption,
)
from threadkeep.exporting import export_archive, plan_export

_LEAST_DELAY = 1.0


def command(
    urls: Annotated[
        list[str], typer.Argument(metavar="URL…", help="Addresses of topics of one site.")
    ],
    archive: ArchiveOption = None,
    output: OutputOption = None,
    format_name: FormatOption = None,
    delay: Annotated[
        float,
        typer.Option(
            "--delay", min=0, metavar="SECONDS", help="Pause between requests to a host."
        ),
    ] = _LEAST_DELAY,
    contact: Annotated[
        str | None,
        typer.Option(
            "--contact", metavar="TEXT", help="Your e-mail or web address, for the site's owner."
        ),
    ] = None,
    timezone: TimezoneOption = None,
    *,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Read every page again, not only what is new.")
    ] = False,
    my_site: Annotated[
        bool,
        typer.Option(
            "--my-site",
            help="You run the site or have its permission: robots.txt, noarchive and pace are yours.",
        ),
    ] = False,
    raw_cells: RawCellsOption = False,
    with_gone: WithGoneOption = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> int:
    """Archive topics: all of each, the rest of an interrupted run, or what is new since the last.

    \b
    Examples:
      threadkeep archive https://forum.example/forums/topic/hello/
      threadkeep archive https://forum.example/forums/topic/hello/ -o hello.md
      threadkeep archive -a forum.db URL1 URL2 --contact me@example.org

    Exit code 0: done and complete. 3: done, but something is missing. 4: the site failed. See docs/errors.md.
    """
    _refuse_haste(urls, delay, my_site=my_site)
    path = archive or archive_for_url(urls[0])
    job = ArchiveJob(
        urls=tuple(urls),
        path=path,
        fetch=FetchSettings(contact=contact, delay=delay, respect_robots=not my_site),
        crawl=CrawlOptions(refresh=refresh, may_archive=my_site),
        timezone=timezone,
        command=f"threadkeep {shlex.join(sys.argv[1:])}"[:200],
    )
    export = None
    if output is not None:
        export = plan_export(
            output, format_name, ExportOptions(raw_cells=raw_cells, with_gone=with_gone)
        )
    with progress(quiet=quiet) as shown:
        report = archive_topics(job, listener=shown, on_wait=shown.waiting)
    if as_json:
        say_json(report)
    else:
        _tell(report, quiet=quiet)
    if export is not None and any(outcome.topic_id for outcome in report.topics):
        topic_ids = tuple(outcome.topic_id for outcome in report.topics if outcome.topic_id)
        export_archive(path, export, topic_ids)
    return report.exit_code


def _refuse_haste(urls: list[str], delay: float, *, my_site: bool) -> None:
    """Be faster than one request a second on loopback or the user's own site only."""
    if (
        delay < _LEAST_DELAY
        and not my_site
        and not all(is_loopback_host(parse_address(url).host) for url in urls)
    ):
        raise UsageError(
            f"--delay {delay:g} is faster than one request a second; that takes --my-site."
        )


def _tell(report: ArchiveReport, *, quiet: bool) -> None:
    for outcome in report.topics:
        _tell_topic(outcome, quiet=quiet)
    if not quiet:
        say(_summary(report))
    if report.interrupted:
        warn(
            "threadkeep: interrupted; every page read so far is kept. Run the same command again to go on."
        )
    elif any(outcome.gaps or outcome.error for outcome in report.topics if outcome.title):
        repair = f"`threadkeep verify -a {report.archive}` says what, and how to repair it"
        warn(f"threadkeep: not everything was archived; {repair}.")


def _tell_topic(outcome: TopicOutcome, *, quiet: bool) -> None:
    if outcome.title is None:
        warn(f"threadkeep: {outcome.error}")
        return
    changes = f"{outcome.saved.new} new, {outcome.saved.changed} changed, {outcome.gone} gone"
    state = "INCOMPLETE" if outcome.gaps or outcome.error else "complete"
    say(f"{outcome.title}: {_of(outcome.posts, outcome.expected)}, {state} ({changes})")
    for gap in outcome.gaps:
        say(f"  missing: {gap.detail}")
    for note in () if quiet else outcome.notes:
        say(f"  note: {note}")


def _of(posts: int, expected: int | None) -> str:
    return f"{posts} of {expected} posts" if expected is not None else f"{posts} posts"


def _summary(report: ArchiveReport) -> str:
    zone = ""
    if report.times is not None and report.times.timezone:
        zone = f"; times by {report.times.timezone}"
    return f"{report.archive}: {report.traffic.requests} requests{zone}"

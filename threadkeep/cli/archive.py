"""`threadkeep archive`: make or continue an archive of topics."""

from __future__ import annotations

import math
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
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
from threadkeep.cli.console import counted, one_line, say, say_json, warn
from threadkeep.cli.location import archive_for_url
from threadkeep.cli.log_file import logged
from threadkeep.cli.option import (
    ArchiveToMakeOption,
    ContactOption,
    FormatOption,
    JsonOption,
    OutputOption,
    QuietOption,
    RawCellsOption,
    TimezoneOption,
    WithGoneOption,
)
from threadkeep.cli.progress import progress
from threadkeep.exporting import ExportJob, check_output, export_archive, plan_export

_LEAST_DELAY = 1.0
_INTERRUPTED = 130


@logged
def command(
    urls: Annotated[
        list[str], typer.Argument(metavar="URL", help="Addresses of topics of one site.")
    ],
    archive: ArchiveToMakeOption = None,
    output: OutputOption = None,
    format_name: FormatOption = None,
    delay: Annotated[
        float,
        typer.Option(
            "--delay", min=0, metavar="SECONDS", help="Pause between requests to a host."
        ),
    ] = _LEAST_DELAY,
    contact: ContactOption = None,
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
    """Archive topics, each whole or what is new of it.

    The first time all pages of each are read; after a run that was stopped, those that it did not get to; later what
    is new. The address may be a topic's, one of its pages', a reply's, or a shortlink.

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
    export = _plan(output, format_name, ExportOptions(raw_cells=raw_cells, with_gone=with_gone))
    if export is not None:
        check_output(export, archive=path)
    if as_json and _takes_stdout(export):
        raise UsageError("--json and -o - both write to stdout; choose one.")
    with progress(quiet=quiet) as shown:
        report = archive_topics(job, listener=shown, on_wait=shown.waiting)
    if as_json:
        say_json(report)
    else:
        _tell(report, quiet=quiet, tell=warn if _takes_stdout(export) else say)
    _export(report, export)
    return report.exit_code


def _refuse_haste(urls: list[str], delay: float, *, my_site: bool) -> None:
    """Be faster than one request a second on loopback or the user's own site only."""
    if not math.isfinite(delay):
        raise UsageError(f"--delay {delay} is no number of seconds.")
    if (
        delay < _LEAST_DELAY
        and not my_site
        and not all(is_loopback_host(parse_address(url).host) for url in urls)
    ):
        raise UsageError(
            f"--delay {delay:g} is faster than one request a second; that takes --my-site."
        )


def _plan(
    output: Path | None, format_name: str | None, options: ExportOptions
) -> ExportJob | None:
    if output is not None:
        return plan_export(output, format_name, options)
    if format_name is not None or options != ExportOptions():
        raise UsageError(
            "--format, --raw-cells and --with-gone say how -o writes; name a file with -o."
        )
    return None


def _takes_stdout(export: ExportJob | None) -> bool:
    return export is not None and export.output is None


def _export(report: ArchiveReport, export: ExportJob | None) -> None:
    """Export what was archived. A run that was stopped replaces no earlier output."""
    topic_ids = tuple(outcome.topic_id for outcome in report.topics if outcome.topic_id)
    unnumbered = (outcome for outcome in report.topics if outcome.topic_id is None)
    topic_urls = tuple(outcome.topic_url for outcome in unnumbered if outcome.topic_url)
    if export is not None and (topic_ids or topic_urls) and not report.interrupted:
        export_archive(report.archive, export, topic_ids, topic_urls)


def _tell(report: ArchiveReport, *, quiet: bool, tell: Callable[[str], None]) -> None:
    for outcome in report.topics:
        _tell_topic(outcome, quiet=quiet, tell=tell)
    if not quiet and (report.interrupted or any(outcome.title for outcome in report.topics)):
        tell(_summary(report))
    if report.interrupted:
        warn(
            "threadkeep: interrupted; every page read so far is kept. Run the same command again to go on."
        )
    elif any(outcome.gaps or outcome.error for outcome in report.topics if outcome.title):
        verify = f"`threadkeep verify -a {shlex.quote(str(report.archive))}`"
        warn(f"threadkeep: not everything was archived; {verify} says what, and how to repair it.")


def _tell_topic(outcome: TopicOutcome, *, quiet: bool, tell: Callable[[str], None]) -> None:
    if outcome.title is None:
        warn(f"threadkeep: {outcome.error}")
        return
    changes = f"{outcome.saved.new} new, {outcome.saved.changed} changed, {outcome.gone} gone"
    posts = _of(outcome.posts, outcome.expected)
    tell(f"{one_line(outcome.title)}: {posts}, {_state(outcome)} ({changes})")
    if outcome.exit_code == _INTERRUPTED:
        return
    for gap in outcome.gaps:
        tell(f"  missing: {one_line(gap.detail)}")
    for note in () if quiet else outcome.notes:
        tell(f"  note: {one_line(note)}")


def _state(outcome: TopicOutcome) -> str:
    if outcome.exit_code == _INTERRUPTED:
        return "interrupted"
    return "INCOMPLETE" if outcome.gaps or outcome.error else "complete"


def _of(posts: int, expected: int | None) -> str:
    return (
        f"{posts} of {counted(expected, 'post')}"
        if expected is not None
        else counted(posts, "post")
    )


def _summary(report: ArchiveReport) -> str:
    zone = ""
    if report.times is not None and report.times.timezone:
        zone = f"; times by {report.times.timezone}"
    return f"{report.archive}: {counted(report.traffic.requests, 'request')}{zone}"

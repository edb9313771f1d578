"""`threadkeep harvest`: posts out of web archives, at any scale."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from parsers.errors import UsageError
from parsers.selection import Selection
from scraper.fetch.address import normalise_url
from scraper.fetch.host import hosts_of
from scraper.politeness.clock import SystemClock
from threadkeep.cli.console import counted, one_line, say, say_json, warn
from threadkeep.cli.harvest_progress import harvest_progress
from threadkeep.cli.hiding import (
    CoarseDates,
    DatesOption,
    PseudonymizeOption,
    pseudonymity_of,
)
from threadkeep.cli.log_file import logged
from threadkeep.cli.option import JsonOption, QuietOption, TimezoneOption
from threadkeep.cli.selecting import (
    AuthorOption,
    ForumOption,
    LanguageOption,
    MinRepliesOption,
    QueryOption,
    RoleOption,
    SinceOption,
    UntilOption,
)
from threadkeep.harvest.harvesting import HarvestJob, harvest
from threadkeep.harvest.options import MIB, ReadOptions, WriteOptions
from threadkeep.harvest.workers import WorkerChoice

if TYPE_CHECKING:
    from threadkeep.harvest.report import HarvestReport


@logged
def command(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCES",
            help="Web archives (WARC, WET, WACZ), folders, patterns, addresses, @LIST, or indexes (.parquet).",
        ),
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FOLDER", help="Where the tables go.")
    ],
    *,
    base: Annotated[
        str,
        typer.Option(
            "--base", metavar="URL", help="What stands before the names of files in an index."
        ),
    ] = "",
    host: Annotated[
        list[str] | None,
        typer.Option(
            "--host", metavar="HOST", help="Only pages of this site; others are not read."
        ),
    ] = None,
    all_pages: Annotated[
        bool,
        typer.Option(
            "--all-pages", help="Parse every page, and read every row of an index: slower."
        ),
    ] = False,
    max_record: Annotated[
        int,
        typer.Option(
            "--max-record", metavar="MIB", min=1, max=64, help="Pass over larger records."
        ),
    ] = 16,
    workers: Annotated[
        int,
        typer.Option("--workers", metavar="N", min=1, help="So many processes of this machine."),
    ] = 1,
    cluster: Annotated[
        str | None,
        typer.Option("--cluster", metavar="ADDRESS", help="The workers of a dask scheduler."),
    ] = None,
    memory: Annotated[
        int,
        typer.Option("--memory", metavar="MIB", min=256, help="What a worker may take."),
    ] = 1024,
    timezone: TimezoneOption = None,
    forum: ForumOption = None,
    author: AuthorOption = None,
    role: RoleOption = None,
    language: LanguageOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    min_replies: MinRepliesOption = None,
    query: QueryOption = None,
    topic: Annotated[list[int] | None, typer.Option("--topic", hidden=True)] = None,
    sample: Annotated[int | None, typer.Option("--sample", hidden=True)] = None,
    seed: Annotated[int | None, typer.Option("--seed", hidden=True)] = None,
    pseudonymize: PseudonymizeOption = None,
    dates: DatesOption = CoarseDates.EXACT,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> int:
    """Harvest posts out of web archives.

    Writes tables in Parquet: posts, a folder a site, and the pages that were looked at. The same command again does
    what is missing. The options from --forum to --query select posts: each has to hold.

    \b
    Examples:
      threadkeep harvest crawl.warc.gz -o posts/
      threadkeep harvest 'crawl/*.warc.gz' @more.txt -o posts/ --workers 4
      threadkeep harvest index.parquet --base https://data.example/ -o posts/
      threadkeep harvest crawl.wacz -o posts/ --pseudonymize ~/forum.key --dates month

    Exit code 0: done. 3: parts of inputs are damaged. 5: no posts, or an input that is no web archive.
    """
    _refuse(topic, sample if seed is None else seed, workers, cluster)
    pseudonymity_of(pseudonymize, dates, output)  # says so where it makes a key
    selection = Selection(
        forum=tuple(forum or ()),
        author=tuple(author or ()),
        role=tuple(role or ()),
        language=tuple(language or ()),
        since=since,
        until=until,
        min_replies=min_replies,
        query=query,
    )
    write = WriteOptions(
        selection=selection, timezone=timezone, key=pseudonymize, dates=dates.value
    )
    job = HarvestJob(
        sources=tuple(sources),
        output=output,
        base=base,
        read=ReadOptions(
            hosts=tuple(sorted({_host(one) for one in host or ()})),
            most_bytes=max_record * MIB,
            is_unsifted=all_pages,
            is_nameless=write.is_changed,
            memory=memory * MIB,
        ),
        write=write,
        workers=WorkerChoice(count=workers, address=cluster, memory=memory * MIB),
    )
    with harvest_progress(quiet=quiet) as shown:
        report = harvest(job, SystemClock(), shown)
    for problem in report.problems:
        warn(f"threadkeep: {one_line(problem)}")
    if as_json:
        say_json(report)
    else:
        _tell(report, quiet=quiet)
    return report.exit_code


def _refuse(
    topic: list[int] | None, sample: int | None, workers: int, cluster: str | None
) -> None:
    if topic:
        raise UsageError(
            "--topic names a topic of one site by its number, and a harvest has many sites; leave it out."
        )
    if sample is not None:
        raise UsageError(
            "--sample draws from what one archive holds, and a harvest has many sites; draw from its table."
        )
    if cluster is not None and workers != 1:
        raise UsageError(
            "--workers starts workers on this machine, --cluster uses others; say one."
        )


def _host(text: str) -> str:
    """A host as pages have it, whether it was given as a name or as an address."""
    url = text if "://" in text else f"http://{text}"
    return hosts_of([normalise_url(url)])[0]


def _tell(report: HarvestReport, *, quiet: bool) -> None:
    if not quiet:
        counts, seconds = report.counts, report.seconds
        say(
            f"{counted(counts.records, 'record')}, {counted(counts.candidates, 'candidate')},"
            f" {counted(counts.topic_pages, 'topic page')}, {counted(counts.posts, 'post')} on them"
        )
        if seconds.total:
            say(
                f"{report.records_per_core_second:.0f} records and {report.posts_per_core_second:.0f} posts a second and core;"
                f" {report.bounded_by} took most of it"
            )
    say(
        f"{report.output}: {counted(report.posts, 'post')} of {counted(report.topics, 'topic')}"
        f" on {counted(report.hosts, 'site')}, {counted(report.inputs_done, 'input')} of {report.inputs} read now"
    )

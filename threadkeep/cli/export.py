"""`threadkeep export`: write an archive in a format of the user's choice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from exporters.destination import Written
from exporters.exporter import ExportOptions
from parsers.errors import UsageError
from parsers.selection import Selection
from threadkeep.cli.console import counted, say_json, warn
from threadkeep.cli.hiding import (
    CoarseDates,
    DatesOption,
    PseudonymizeOption,
    pseudonymity_of,
    refuse_for_pages,
    told_of,
)
from threadkeep.cli.location import only_archive
from threadkeep.cli.option import (
    ArchiveOption,
    FormatOption,
    JsonOption,
    MaxSizeOption,
    OutputOption,
    QuietOption,
    RawCellsOption,
    WarcSizeOption,
    WithGoneOption,
)
from threadkeep.cli.selecting import (
    AuthorOption,
    ForumOption,
    LanguageOption,
    MinRepliesOption,
    QueryOption,
    RoleOption,
    SampleOption,
    SeedOption,
    SinceOption,
    TopicOption,
    UntilOption,
    checked_seed,
)
from threadkeep.exporting import (
    ExportJob,
    check_output,
    check_pseudonymity,
    export_archive,
    plan_export,
)
from threadkeep.page_exporting import MIB, PageExportJob, export_pages, plan_page_export
from threadkeep.site_address import checked_site_url


def command(
    topics: Annotated[
        list[int] | None, typer.Argument(metavar="TOPIC_ID", help="Only these topics.")
    ] = None,
    archive: ArchiveOption = None,
    output: OutputOption = None,
    format_name: FormatOption = None,
    *,
    per_topic: Annotated[
        bool, typer.Option("--per-topic", help="One file a topic, in the folder that -o names.")
    ] = False,
    raw_cells: RawCellsOption = False,
    with_gone: WithGoneOption = False,
    media_dir: Annotated[
        Path | None,
        typer.Option(
            "--media-dir",
            metavar="FOLDER",
            help="Write the pictures and files that the posts show there, and link them.",
        ),
    ] = None,
    warc_size: WarcSizeOption = None,
    max_size: MaxSizeOption = None,
    licence: Annotated[
        str | None,
        typer.Option(
            "--license",
            metavar="TEXT",
            help="Data package: its licence, an SPDX identifier, an address or words; else unknown.",
        ),
    ] = None,
    site_url: Annotated[
        str | None,
        typer.Option(
            "--site-url",
            metavar="URL",
            help="Site: where it will stand; gives it feeds, a sitemap and tags for previews.",
        ),
    ] = None,
    topic: TopicOption = None,
    forum: ForumOption = None,
    author: AuthorOption = None,
    role: RoleOption = None,
    language: LanguageOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    min_replies: MinRepliesOption = None,
    query: QueryOption = None,
    sample: SampleOption = None,
    seed: SeedOption = None,
    pseudonymize: PseudonymizeOption = None,
    dates: DatesOption = CoarseDates.EXACT,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write an archive to a file, a folder or stdout.

    A folder gets one file a topic; in the format html, a whole site; in convokit, datapackage, parquet, tables and wxr, their files.
    The options from --topic to --sample select posts: each has to hold, and of one that is repeated, any value.

    \b
    Examples:
      threadkeep export -o posts.jsonl
      threadkeep export 1234 --format markdown
      threadkeep export --format markdown --per-topic -o threads/
      threadkeep export --format html -o site/
      threadkeep export -o forum.md --media-dir pictures/
      threadkeep export -o helpers.jsonl --forum Workshop --role moderator --since 2019
      threadkeep export --format parquet -o tables/
      threadkeep export -o posts.jsonl --pseudonymize ~/forum.key --dates month
      threadkeep export -o forum.warc.gz
      threadkeep export --format wxr -o restore/
    """
    selection = Selection(
        topic=tuple(dict.fromkeys((*(topics or ()), *(topic or ())))),
        forum=tuple(forum or ()),
        author=tuple(author or ()),
        role=tuple(role or ()),
        language=tuple(language or ()),
        since=since,
        until=until,
        min_replies=min_replies,
        query=query,
        sample=sample,
        seed=checked_seed(sample, seed),
    )
    most_bytes = None if warc_size is None else warc_size * MIB
    pages = plan_page_export(output, format_name, most_bytes=most_bytes)
    if pages is not None:
        if (
            selection.facts
            or per_topic
            or raw_cells
            or with_gone
            or media_dir
            or licence
            or site_url
            or max_size
        ):
            raise UsageError(
                "A web archive holds all pages as they came, with every post that is on them: selections, --per-topic, "
                "--raw-cells, --with-gone, --media-dir, --max-size, --license and --site-url are for other formats."
            )
        refuse_for_pages(pseudonymize, dates)
        _check_report(pages.output, as_json=as_json)
        _export_pages(pages, archive or only_archive(), quiet=quiet, as_json=as_json)
        return
    options = ExportOptions(
        raw_cells=raw_cells,
        with_gone=with_gone,
        selection=selection,
        licence=licence,
        site_url=None if site_url is None else checked_site_url(site_url),
        most_bytes=None if max_size is None else max_size * MIB,
    )
    job = plan_export(output, format_name, options, per_topic=per_topic, media_dir=media_dir)
    path = archive or only_archive()
    check_output(job, archive=path)
    _check_report(job.output, as_json=as_json)
    check_pseudonymity(job, is_wanted=pseudonymize is not None or dates is not CoarseDates.EXACT)
    job = replace(job, pseudonymity=pseudonymity_of(pseudonymize, dates, job.output))
    _say(job, export_archive(path, job), quiet=quiet, as_json=as_json)


def _check_report(output: Path | None, *, as_json: bool) -> None:
    if as_json and output is None:
        raise UsageError(
            "The export takes the standard output; name a file with -o for a report beside it."
        )


def _say(job: ExportJob, written: Written, *, quiet: bool, as_json: bool) -> None:
    if as_json:
        say_json(written)
    elif not quiet:
        if job.output is not None:
            warn(_told(job, written))
        if written.pseudonyms is not None:
            for line in told_of(written.pseudonyms):
                warn(line)


def _export_pages(job: PageExportJob, path: Path, *, quiet: bool, as_json: bool) -> None:
    written = export_pages(path, job)
    if as_json:
        say_json(written)
    elif job.output is not None and not quiet:
        pages = counted(written.pages, "page")
        shown = f" and {counted(written.media, 'file')} that posts show" if written.media else ""
        files = "" if len(written.files) == 1 else f" and {len(written.files) - 1} more"
        warn(
            f"{pages}{shown} written to {job.output}{files}, {written.repeated} of the pages as repetitions"
        )


def _told(job: ExportJob, written: Written) -> str:
    posts = counted(written.posts, "post")
    if written.renewed is not None:
        files = counted(written.files, "file")
        return (
            f"{posts} written to {files} in {job.output}, {written.renewed} of them new or changed"
        )
    if not job.per_topic and not job.is_dataset:
        return f"{posts} written to {job.output}"
    return f"{posts} written to {counted(written.files, 'file')} in {job.output}"

"""`threadkeep export`: write an archive in a format of the user's choice."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from exporters.destination import Written
from exporters.exporter import ExportOptions
from parsers.errors import UsageError
from parsers.selection import Selection
from threadkeep.cli.console import counted, warn
from threadkeep.cli.location import only_archive
from threadkeep.cli.option import (
    ArchiveOption,
    EveryFormatOption,
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
from threadkeep.exporting import ExportJob, check_output, export_archive, plan_export
from threadkeep.page_exporting import MIB, PageExportJob, export_pages, plan_page_export


def command(
    topics: Annotated[
        list[int] | None, typer.Argument(metavar="TOPIC_ID", help="Only these topics.")
    ] = None,
    archive: ArchiveOption = None,
    output: OutputOption = None,
    format_name: EveryFormatOption = None,
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
    quiet: QuietOption = False,
) -> None:
    """Write an archive to a file, a folder or stdout.

    A folder gets one file a topic; in the format html, a whole site; in convokit, datapackage, parquet and tables, their files.
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
      threadkeep export -o forum.warc.gz
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
        if selection.facts or per_topic or raw_cells or with_gone or media_dir:
            raise UsageError(
                "A web archive holds all pages as they came: selections, --per-topic, --raw-cells, --with-gone and "
                "--media-dir are for other formats."
            )
        _export_pages(pages, archive or only_archive(), quiet=quiet)
        return
    options = ExportOptions(raw_cells=raw_cells, with_gone=with_gone, selection=selection)
    job = plan_export(output, format_name, options, per_topic=per_topic, media_dir=media_dir)
    path = archive or only_archive()
    check_output(job, archive=path)
    written = export_archive(path, job)
    if job.output is not None and not quiet:
        warn(_told(job, written))


def _export_pages(job: PageExportJob, path: Path, *, quiet: bool) -> None:
    written = export_pages(path, job)
    if job.output is not None and not quiet:
        pages = counted(written.pages, "page")
        files = "" if len(written.files) == 1 else f" and {len(written.files) - 1} more"
        warn(f"{pages} written to {job.output}{files}, {written.repeated} of them as repetitions")


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

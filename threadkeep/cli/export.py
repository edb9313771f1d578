"""`threadkeep export`: write an archive in a format of the user's choice."""

from __future__ import annotations

from typing import Annotated

import typer

from exporters.destination import Written
from exporters.exporter import ExportOptions
from threadkeep.cli.console import counted, warn
from threadkeep.cli.location import only_archive
from threadkeep.cli.option import (
    ArchiveOption,
    FormatOption,
    OutputOption,
    QuietOption,
    RawCellsOption,
    WithGoneOption,
)
from threadkeep.exporting import ExportJob, check_output, export_archive, plan_export


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
    quiet: QuietOption = False,
) -> None:
    """Write an archive to a file, a folder or stdout.

    A folder gets one file a topic.

    \b
    Examples:
      threadkeep export -o posts.jsonl
      threadkeep export 1234 --format markdown
      threadkeep export --format markdown --per-topic -o threads/
    """
    options = ExportOptions(raw_cells=raw_cells, with_gone=with_gone)
    job = plan_export(output, format_name, options, per_topic=per_topic)
    path = archive or only_archive()
    check_output(job, archive=path)
    written = export_archive(path, job, tuple(topics or ()))
    if job.output is not None and not quiet:
        warn(_told(job, written))


def _told(job: ExportJob, written: Written) -> str:
    posts = counted(written.posts, "post")
    if not job.per_topic:
        return f"{posts} written to {job.output}"
    return f"{posts} written to {counted(written.files, 'file')} in {job.output}"

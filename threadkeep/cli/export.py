"""`threadkeep export`: write an archive in a format of the user's choice."""

from __future__ import annotations

from typing import Annotated

import typer

from exporters.exporter import ExportOptions
from threadkeep.cli.console import warn
from threadkeep.cli.location import only_archive
from threadkeep.cli.option import (
    ArchiveOption,
    FormatOption,
    OutputOption,
    QuietOption,
    RawCellsOption,
    WithGoneOption,
)
from threadkeep.exporting import export_archive, plan_export


def command(
    topics: Annotated[
        list[int] | None, typer.Argument(metavar="[TOPIC_ID…]", help="Only these topics.")
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
    """Write what an archive holds: to a file, to a folder with one file a topic, or to stdout.

    \b
    Examples:
      threadkeep export -o posts.jsonl
      threadkeep export 1234 --format markdown
      threadkeep export --format markdown --per-topic -o threads/
    """
    options = ExportOptions(raw_cells=raw_cells, with_gone=with_gone)
    job = plan_export(output, format_name, options, per_topic=per_topic)
    written = export_archive(archive or only_archive(), job, tuple(topics or ()))
    if job.output is not None and not quiet:
        files = f"{written.files} files in {job.output}" if job.per_topic else str(job.output)
        warn(f"{written.posts} posts written to {files}")

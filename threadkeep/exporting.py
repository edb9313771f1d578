"""Export an archive: which archive, which topics, which format, to where; the formats themselves are elsewhere."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from exporters.destination import Written, write_file, write_folder, write_stream
from exporters.exporter import Exporter, ExportOptions
from exporters.registry import exporter_for_path, exporter_named, exporters_by_name
from parsers.errors import UsageError
from scraper.archive.database import reading
from scraper.archive.thread_reader import holds_topic, threads

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from parsers.records import Thread
    from scraper.archive.database import Archive

_STDOUT = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportJob:
    """What to export.

    Attributes:
        exporter: the format.
        output: a file, a folder where `per_topic`, or None for stdout.
        per_topic: one file a topic.
    """

    exporter: Exporter
    output: Path | None
    per_topic: bool = False
    options: ExportOptions = field(default_factory=ExportOptions)


def plan_export(
    output: Path | None,
    format_name: str | None,
    options: ExportOptions,
    *,
    per_topic: bool = False,
) -> ExportJob:
    """Settle the format and the place of an export, before anything is done.

    Args:
        output: a file, a folder where `per_topic`; None or `-` is stdout.
        format_name: the format; without it the output's ending names one.
        options: what the format is asked for.
        per_topic: one file a topic.

    Raises:
        UsageError: the format is unknown or not named, or `per_topic` has no folder to write to.
    """
    is_stdout = output is None or str(output) == _STDOUT
    if per_topic and is_stdout:
        raise UsageError("--per-topic writes one file a topic; name a folder with -o.")
    if format_name is not None:
        exporter = exporter_named(format_name)
    elif is_stdout or per_topic:
        raise UsageError("Name the format with --format: " + ", ".join(exporters_by_name()) + ".")
    else:
        exporter = exporter_for_path(str(output))
    return ExportJob(
        exporter=exporter,
        output=None if is_stdout else output,
        per_topic=per_topic,
        options=options,
    )


def export_archive(path: Path, job: ExportJob, topic_ids: tuple[int, ...] = ()) -> Written:
    """Export an archive, or some topics of it.

    Raises:
        UsageError: it does not hold one of the topics.
        ArchiveError: it cannot be read.
        ExportError: the output cannot be written; an earlier one is as it was.
    """
    with reading(path) as archive:
        chosen = _chosen(archive, topic_ids)
        if job.output is None:
            return write_stream(sys.stdout.buffer, job.exporter, chosen, job.options)
        write = write_folder if job.per_topic else write_file
        return write(job.output, job.exporter, chosen, job.options)


def _chosen(archive: Archive, topic_ids: tuple[int, ...]) -> Iterator[Thread]:
    if not topic_ids:
        return threads(archive)
    for topic_id in topic_ids:
        if not holds_topic(archive, topic_id):
            raise UsageError(
                f"{archive.path} does not hold topic {topic_id}; `threadkeep show` lists what it holds."
            )
    return (thread for topic_id in sorted(set(topic_ids)) for thread in threads(archive, topic_id))

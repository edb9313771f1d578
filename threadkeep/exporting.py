"""Export an archive: which archive, which topics, which format, to where; the formats themselves are elsewhere."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from exporters.destination import Written, write_file, write_folder, write_stream
from exporters.exporter import Exporter, ExportOptions
from exporters.registry import exporter_for_path, exporter_named, exporter_names
from parsers.errors import ExportError, UsageError
from scraper.archive.database import reading
from scraper.archive.header import is_archive
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
        raise UsageError("Name the format with --format: " + ", ".join(exporter_names()) + ".")
    else:
        exporter = exporter_for_path(str(output))
    return ExportJob(
        exporter=exporter,
        output=None if is_stdout else output,
        per_topic=per_topic,
        options=options,
    )


def check_output(job: ExportJob, archive: Path) -> None:
    """Find out what can be found out before anything is fetched: whether an export's place can be written.

    Args:
        job: the export.
        archive: what will be exported, which may not be there yet.

    Raises:
        UsageError: the export would take the place of an archive.
        ExportError: the place cannot be written.
    """
    output = job.output
    if output is None or (output.exists() and not output.is_file() and not output.is_dir()):
        return  # a device or a pipe
    if output.absolute() == archive.absolute() or is_archive(output):
        raise UsageError(f"“{output}” is an archive; choose another name for the export.")
    if output.exists() and output.is_dir() != job.per_topic:
        what = "a file" if job.per_topic else "a folder"
        raise ExportError(f"Cannot write “{output}”, since there is {what} of this name.")
    _check_folder(output, output if job.per_topic else output.parent, may_be_made=job.per_topic)


def _check_folder(output: Path, folder: Path, *, may_be_made: bool) -> None:
    while may_be_made and not folder.exists():
        folder = folder.parent
    if not folder.is_dir():
        raise ExportError(f"Cannot write “{output}”, since there is no folder “{folder}”.")
    if not os.access(folder, os.W_OK):
        raise ExportError(
            f"Cannot write “{output}”, since you may not write in “{folder}”: choose another place."
        )


def export_archive(
    path: Path,
    job: ExportJob,
    topic_ids: tuple[int, ...] = (),
    topic_urls: tuple[str, ...] = (),
) -> Written:
    """Export an archive, or some topics of it.

    Args:
        path: the archive.
        job: what to write, and where to.
        topic_ids: the topics' numbers.
        topic_urls: the addresses of further topics, which no page numbers.

    Raises:
        UsageError: there is no archive, or it does not hold one of the topics.
        ArchiveError: it cannot be read.
        ExportError: the output cannot be written; an earlier one is as it was.
    """
    with reading(path) as archive:
        chosen = _chosen(archive, topic_ids, topic_urls)
        if job.output is None:
            return write_stream(sys.stdout.buffer, job.exporter, chosen, job.options)
        write = write_folder if job.per_topic else write_file
        return write(job.output, job.exporter, chosen, job.options)


def _chosen(
    archive: Archive, topic_ids: tuple[int, ...], topic_urls: tuple[str, ...]
) -> Iterator[Thread]:
    if not topic_ids and not topic_urls:
        return threads(archive)
    for topic_id in topic_ids:
        if not holds_topic(archive, topic_id):
            raise UsageError(
                f"{archive.path} does not hold topic {topic_id}; `threadkeep show` lists what it holds."
            )
    numbered = (threads(archive, topic_id) for topic_id in sorted(set(topic_ids)))
    named = (threads(archive, url=url) for url in dict.fromkeys(topic_urls))
    return chain.from_iterable(chain(numbered, named))

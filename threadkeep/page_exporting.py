"""Export an archive's pages as they came: which archive, which format, to where; the formats themselves are elsewhere."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING

from exporters.destination import discard_rest, split_file, told_plainly
from exporters.page_exporter import PageExportOptions, PagesWritten
from exporters.registry import page_exporter_named, page_exporter_names
from parsers.errors import ExportError, UsageError
from scraper.archive.database import reading
from scraper.archive.page_collection import page_collection
from scraper.politeness.agent import PRODUCT
from threadkeep.exporting import check_place

if TYPE_CHECKING:
    from pathlib import Path

    from exporters.page_exporter import PageExporter
    from parsers.page_records import PageCollection

MIB = 2**20
_STDOUT = "-"
_MOST_BYTES = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class PageExportJob:
    """What to export.

    Attributes:
        exporter: the format.
        output: the first file, or None for stdout.
        most_bytes: a file that is larger than this gets nothing more, and a further one begins.
    """

    exporter: PageExporter
    output: Path | None
    most_bytes: int = _MOST_BYTES


def plan_page_export(
    output: Path | None, format_name: str | None, *, most_bytes: int | None = None
) -> PageExportJob | None:
    """Settle an export of pages, if one is meant.

    Args:
        output: a file; None or `-` is stdout.
        format_name: the format; without it the output's ending names one.
        most_bytes: a file that is larger than this gets nothing more; None: a gigabyte.

    Returns:
        None where another format is meant.

    Raises:
        UsageError: a size is given, and another format or no file.
    """
    is_stdout = output is None or str(output) == _STDOUT
    exporter = _exporter(None if is_stdout else output, format_name)
    if exporter is None:
        if most_bytes is not None:
            raise UsageError(
                "--warc-size is for web archives; say --format warc, or leave it out."
            )
        return None
    if is_stdout and most_bytes is not None:
        raise UsageError(
            "--warc-size parts a web archive into files, and the standard output takes one; name a file with -o, or leave it out."
        )
    return PageExportJob(
        exporter=exporter,
        output=None if is_stdout else output,
        most_bytes=most_bytes or _MOST_BYTES,
    )


def _exporter(output: Path | None, format_name: str | None) -> PageExporter | None:
    names = page_exporter_names()
    if format_name is not None:
        return page_exporter_named(format_name) if format_name in names else None
    for exporter in map(page_exporter_named, names):
        if output is not None and output.name.lower().endswith(exporter.suffix):
            return exporter
    return None


def export_pages(path: Path, job: PageExportJob) -> PagesWritten:
    """Export the pages of an archive.

    Args:
        path: the archive.
        job: what to write, and where to.

    Raises:
        UsageError: there is no archive, or the output is one.
        ArchiveError: it cannot be read.
        ExportError: the output cannot be written; an earlier one is as it was.
    """
    with reading(path) as archive, page_collection(archive) as collection:
        if job.output is None:
            return _to_stdout(job.exporter, collection)
        check_pages_place(job, path)
        with split_file(job.output) as begin_file:
            options = PageExportOptions(
                name=os.fsencode(job.output.name).decode("utf-8", "replace"),
                begin_file=begin_file,
                most_bytes=job.most_bytes,
                software=_software(),
            )
            return job.exporter.write(collection, begin_file(job.output.name), options)


def _to_stdout(exporter: PageExporter, collection: PageCollection) -> PagesWritten:
    name = f"{collection.host.replace(':', '_') or PRODUCT}{exporter.suffix}"
    with told_plainly("the output"):
        options = PageExportOptions(name=name, software=_software())
        try:
            written = exporter.write(collection, sys.stdout.buffer, options)
            sys.stdout.buffer.flush()
        except BrokenPipeError:  # its reader has seen enough
            discard_rest(sys.stdout.buffer)
            return PagesWritten(pages=0, repeated=0, media=0, files=())
    return written


def check_pages_place(job: PageExportJob, archive: Path) -> None:
    """Find out before anything is fetched whether the place of an export can be written.

    Raises:
        UsageError: it is an archive.
        ExportError: it cannot be written.
    """
    output = job.output
    # Several files cannot be written to a device or a pipe.
    if output is not None and output.exists() and not output.is_file():
        raise ExportError(
            f"Cannot write “{output}”, since it is no file: name one in it, or - for the standard output."
        )
    check_place(output, archive, is_folder=False)


def _software() -> str:
    return f"{PRODUCT}/{metadata.version(PRODUCT)}"

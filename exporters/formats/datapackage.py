"""A data package: the tables as CSV, described for programs and for people, with where they are from."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from exporters.dataset_folder import write_zip
from exporters.package.about import about
from exporters.package.descriptor import citation, croissant, data_package
from exporters.package.measured import MeasuredTables, digest_of
from exporters.package.paper import codebook, datasheet
from exporters.record import json_of
from exporters.tables.writer import write_tables

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from exporters.exporter import ExportOptions, FolderExporter
    from parsers.origin import Origin
    from parsers.records import Thread


class DataPackageExporter:
    """CSV tables, Frictionless and Croissant descriptors, a codebook, a datasheet, a citation, and digests."""

    name = "datapackage"
    suffix = ".datapackage.zip"
    description = "CSV tables described and citable: Frictionless, Croissant, codebook, datasheet"
    is_for_reading = False

    def check(self) -> None:
        """See `FolderExporter.check`. Nothing is needed that threadkeep does not bring."""

    def write(self, threads: Iterable[Thread], out: BinaryIO, options: ExportOptions) -> int:
        """See `Exporter.write`."""
        return write_zip(out, self, threads, options)

    def write_files(self, threads: Iterable[Thread], folder: Path, options: ExportOptions) -> int:
        """See `FolderExporter.write_files`."""
        with MeasuredTables(folder) as tables:
            posts = write_tables(threads, tables)
            if options.origin is not None:
                _add_pages(tables, options.origin)
        _describe(tables, folder, options)
        return posts


def _add_pages(tables: MeasuredTables, origin: Origin) -> None:
    for page in origin.source_pages():
        if tables.holds_page(page.sha256):
            place = (page.sha256, page.url, page.final_url)
            tables.add("pages", (*place, page.status, page.fetched_at, page.viewer))


def _describe(tables: MeasuredTables, folder: Path, options: ExportOptions) -> None:
    facts, told = tables.facts(), about(options)
    files = {
        "datapackage.json": json_of(data_package(facts, told)) + b"\n",
        "croissant.json": json_of(croissant(facts, told)) + b"\n",
        "CODEBOOK.md": codebook(facts, told).encode(),
        "DATASHEET.md": datasheet(facts, told).encode(),
        "CITATION.cff": citation(told).encode(),
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    sums = [f"{digest_of(path)}  {path.name}\n" for path in sorted(folder.iterdir())]
    (folder / "SHA256SUMS").write_text("".join(sums), "utf-8", newline="\n")


EXPORTER: FolderExporter = DataPackageExporter()

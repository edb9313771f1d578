"""Tables: a CSV file each of posts, topics, forums, authors, revisions and edges, for statistics and databases."""

from __future__ import annotations

import csv
from contextlib import ExitStack
from typing import TYPE_CHECKING, BinaryIO

from exporters.csv_cell import Utf8Text, csv_cell
from exporters.dataset_folder import write_zip
from exporters.tables.column import TABLES
from exporters.tables.writer import write_tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from exporters.exporter import ExportOptions, FolderExporter
    from exporters.tables.writer import Row
    from parsers.records import Thread


class TablesExporter:
    """Six files with a header each, joined by their keys."""

    name = "tables"
    suffix = ".tables.zip"
    description = "CSV tables in a folder: posts, topics, forums, authors, revisions, edges"
    is_for_reading = False

    def check(self) -> None:
        """See `FolderExporter.check`. Nothing is needed that threadkeep does not bring."""

    def write(self, threads: Iterable[Thread], out: BinaryIO, options: ExportOptions) -> int:
        """See `Exporter.write`."""
        return write_zip(out, self, threads, options)

    def write_files(self, threads: Iterable[Thread], folder: Path, options: ExportOptions) -> int:
        """See `FolderExporter.write_files`."""
        with ExitStack() as files:
            outs = {
                name: files.enter_context((folder / f"{name}.csv").open("wb")) for name in TABLES
            }
            return write_tables(threads, _CsvSink(outs, options))


class _CsvSink:
    def __init__(self, outs: Mapping[str, BinaryIO], options: ExportOptions) -> None:
        self._is_raw = options.raw_cells
        self._writers = {name: csv.writer(Utf8Text(out)) for name, out in outs.items()}
        for name, writer in self._writers.items():
            writer.writerow(TABLES[name])

    def add(self, table: str, row: Row) -> None:
        """See `Sink.add`."""
        self._writers[table].writerow([csv_cell(value, is_raw=self._is_raw) for value in row])


EXPORTER: FolderExporter = TablesExporter()

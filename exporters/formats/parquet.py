"""Parquet: typed tables for pandas, polars, DuckDB and others; the posts alone in one file, or all tables in a folder."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, BinaryIO

from exporters.record import RECORD_FORMAT
from exporters.tables.column import TABLES
from exporters.tables.parquet import ParquetTable, check_parquet
from exporters.tables.person import author_key
from exporters.tables.writer import post_row, write_tables

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from exporters.exporter import ExportOptions, FolderExporter
    from exporters.tables.writer import Row
    from parsers.records import Thread


class ParquetExporter:
    """A file a table."""

    name = "parquet"
    suffix = ".parquet"
    description = "typed tables for data science: posts in a file; in a folder, all"
    is_for_reading = False

    def check(self) -> None:
        """See `FolderExporter.check`."""
        check_parquet()

    def write(self, threads: Iterable[Thread], out: BinaryIO, options: ExportOptions) -> int:
        """See `Exporter.write`. The posts alone."""
        check_parquet()
        count = 0
        with ParquetTable("posts", out, _about(options)) as table:
            for thread in threads:
                for post in thread.posts:
                    table.add(post_row(post, author_key(post.author)))
                    count += 1
            table.tell(options.pseudonym_facts)
        return count

    def write_files(self, threads: Iterable[Thread], folder: Path, options: ExportOptions) -> int:
        """See `FolderExporter.write_files`."""
        check_parquet()
        with ExitStack() as files:
            tables: dict[str, ParquetTable] = {}
            for name in TABLES:
                out = files.enter_context((folder / f"{name}.parquet").open("wb"))
                tables[name] = files.enter_context(ParquetTable(name, out, _about(options)))
            count = write_tables(threads, _ParquetSink(tables))
            for table in tables.values():
                table.tell(options.pseudonym_facts)
            return count


class _ParquetSink:
    def __init__(self, tables: dict[str, ParquetTable]) -> None:
        self._tables = tables

    def add(self, table: str, row: Row) -> None:
        """See `Sink.add`."""
        self._tables[table].add(row)


def _about(options: ExportOptions) -> dict[str, object]:
    about: dict[str, object] = {"record_format": RECORD_FORMAT}
    return {**about, "selection": options.selection_facts} if options.selection_facts else about


EXPORTER: FolderExporter = ParquetExporter()

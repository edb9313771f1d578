"""Write tables as CSV, and count what a description of them tells: rows, missing values, sizes, digests."""

from __future__ import annotations

import csv
import hashlib
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporters.csv_cell import Utf8Text, csv_cell
from exporters.tables.column import PAGES, TABLES

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from exporters.tables.column import Columns
    from exporters.tables.writer import Row

ALL_TABLES: dict[str, Columns] = {**TABLES, "pages": PAGES}


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFacts:
    """What is known of a table that was written.

    Attributes:
        name: the table's; its file is `NAME.csv`.
        columns: its columns and their kinds.
        rows: how many.
        missing: in how many rows each column is null.
        size: the file's, in bytes.
        sha256: of the file.
    """

    name: str
    columns: Columns
    rows: int
    missing: dict[str, int]
    size: int
    sha256: str


class MeasuredTables:
    """The tables' files in a folder; see `Sink`. `facts` is known when it was left."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = ExitStack()
        self._rows = dict.fromkeys(ALL_TABLES, 0)
        self._missing = {name: [0] * len(columns) for name, columns in ALL_TABLES.items()}
        self._writers = {
            name: csv.writer(Utf8Text(self._files.enter_context(self._path(name).open("wb"))))
            for name in ALL_TABLES
        }
        self._sources: set[bytes] = set()

    def __enter__(self) -> Self:
        for name, writer in self._writers.items():
            writer.writerow(ALL_TABLES[name])
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._files.close()

    def add(self, table: str, row: Row) -> None:
        """See `Sink.add`."""
        missing = self._missing[table]
        for place, value in enumerate(row):
            missing[place] += value is None or value == ""
        self._rows[table] += 1
        self._writers[table].writerow([csv_cell(value, is_raw=True) for value in row])
        if table in {"posts", "revisions"}:
            self._sources.add(bytes.fromhex(str(row[-1])))

    def holds_page(self, sha256: str) -> bool:
        """Whether a row was read from a page of this digest."""
        return bytes.fromhex(sha256) in self._sources

    def facts(self) -> tuple[TableFacts, ...]:
        """What was written."""
        return tuple(self._facts(name) for name in ALL_TABLES)

    def _facts(self, name: str) -> TableFacts:
        path = self._path(name)
        columns = ALL_TABLES[name]
        return TableFacts(
            name=name,
            columns=columns,
            rows=self._rows[name],
            missing=dict(zip(columns, self._missing[name], strict=True)),
            size=path.stat().st_size,
            sha256=digest_of(path),
        )

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.csv"


def digest_of(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

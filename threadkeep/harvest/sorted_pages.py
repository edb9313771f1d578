"""Files of harvested pages, sorted by host: written in pieces that fit memory, merged without being loaded."""

from __future__ import annotations

import heapq
import importlib
import os
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import msgspec

from parsers.first_use import prepared
from scraper.archive.page import utc_text
from scraper.sync.harvesting import HarvestedPage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

MOST_FILES = 64
"""How many files are open at a time."""
_BYTES_A_GROUP = 1 << 20
# What repetitions name comes first, then the pages of topics in the order of time, then what is beside them.
_SECTIONS = {"wish": "0", "topic": "1", "dump": "1", "repetition": "1"}
_BESIDE = "2"


class Row(NamedTuple):
    """A page as it waits to be put together with the others of its host."""

    host: str
    key: str
    page: bytes


def row_of(host: str, page: HarvestedPage, place: int) -> Row:
    """A page with what it is sorted by: whatever order inputs are read in, pages are put together in the same one.

    Args:
        host: its site.
        page: the page.
        place: of its record in the input, which tells pages apart that came in the same second.
    """
    section = _SECTIONS.get(page.kind, _BESIDE)
    came = utc_text(page.page.fetched_at)
    is_repeated = page.kind == "repetition"
    parts = (
        section,
        came,
        is_repeated,
        f"{place:012d}",
        page.page.final_url,
        page.sha256,
        page.kind,
    )
    return Row(host, "\n".join(map(str, parts)), msgspec.msgpack.encode(page))


def page_of_row(row: Row) -> HarvestedPage:
    """The page of a row."""
    return msgspec.msgpack.decode(row.page, type=prepared(HarvestedPage))


class SortedWriter:
    """Takes rows in any order and writes them sorted; holds no more of them than its limit."""

    def __init__(self, path: Path, most_bytes: int) -> None:
        """Begin.

        Args:
            path: the file, in a folder that others do not write in.
            most_bytes: of the rows that are held.
        """
        self._path = path
        self._most_bytes = most_bytes
        self._rows: list[Row] = []
        self._held = 0
        self._pieces: list[Path] = []
        self._count = 0

    def add(self, row: Row) -> None:
        """Take a row."""
        self._rows.append(row)
        self._held += len(row.page) + len(row.key)
        if self._held > self._most_bytes:
            self._write_piece()

    def close(self) -> None:
        """Write the file, which appears whole or not at all."""
        if not self._pieces:
            self._rows.sort()
            write_rows(self._path, self._rows)
            self._rows = []
            return
        self._write_piece()
        write_rows(self._path, merged(self._pieces))
        self._drop_pieces()

    def _write_piece(self) -> None:
        if len(self._pieces) == MOST_FILES:
            whole = self._next_piece()
            write_rows(whole, merged(self._pieces))
            self._drop_pieces()
            self._pieces.append(whole)
        self._rows.sort()
        piece = self._next_piece()
        write_rows(piece, self._rows)
        self._pieces.append(piece)
        self._rows, self._held = [], 0

    def _next_piece(self) -> Path:
        self._count += 1
        return self._path.with_name(f"{self._path.stem}.{self._count}.piece")

    def _drop_pieces(self) -> None:
        for piece in self._pieces:
            piece.unlink()
        self._pieces = []


def write_rows(path: Path, rows: Iterable[Row]) -> None:
    """Write sorted rows; of those that are the same, the first."""
    arrow = cast("Any", importlib.import_module("pyarrow"))
    parquet = cast("Any", importlib.import_module("pyarrow.parquet"))
    schema = arrow.schema(
        [("host", arrow.string()), ("key", arrow.string()), ("page", arrow.binary())]
    )
    partial = path.with_name(f"{path.name}.partial")
    with partial.open("wb") as file:
        with parquet.ParquetWriter(
            file, schema, compression="zstd", use_dictionary=["host"], write_statistics=["host"]
        ) as writer:
            for group in _groups(rows):
                columns = (list(column) for column in zip(*group, strict=True))
                writer.write_table(arrow.table(list(columns), schema=schema))
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def merged(paths: Sequence[Path], hosts: tuple[str, str] | None = None) -> Iterator[Row]:
    """The rows of sorted files, sorted; of those that are the same, the first.

    Args:
        paths: no more than `MOST_FILES`.
        hosts: the first and the last host that are wanted.
    """
    with ExitStack() as files:
        streams = [_rows(path, hosts, files) for path in paths]
        before: tuple[str, str] | None = None
        for row in heapq.merge(*streams):
            if (row.host, row.key) != before:
                yield row
            before = (row.host, row.key)


def _groups(rows: Iterable[Row]) -> Iterator[list[Row]]:
    group: list[Row] = []
    held = 0
    before: tuple[str, str] | None = None
    for row in rows:
        if (row.host, row.key) == before:
            continue
        before = (row.host, row.key)
        group.append(row)
        held += len(row.page)
        if held >= _BYTES_A_GROUP:
            yield group
            group, held = [], 0
    if group:
        yield group


def _rows(path: Path, hosts: tuple[str, str] | None, files: ExitStack) -> Iterator[Row]:
    parquet = cast("Any", importlib.import_module("pyarrow.parquet"))
    read = files.enter_context(parquet.ParquetFile(files.enter_context(path.open("rb"))))
    for group in range(read.num_row_groups):
        if hosts is not None and not _may_hold(read.metadata.row_group(group), hosts):
            continue
        table = read.read_row_group(group)
        for host, key, page in zip(*(one.to_pylist() for one in table.columns), strict=True):
            if hosts is None or hosts[0] <= host <= hosts[1]:
                yield Row(host, key, page)


def _may_hold(group: Any, hosts: tuple[str, str]) -> bool:  # noqa: ANN401  pyarrow has no types
    told = group.column(0).statistics
    return not told.has_min_max or (told.min <= hosts[1] and hosts[0] <= told.max)

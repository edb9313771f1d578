"""Write tables as Parquet files, a row group at a time; the only module that uses pyarrow, which is an extra."""

from __future__ import annotations

import importlib
import importlib.util
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from exporters.record import json_of, whole_text
from exporters.tables.column import TABLES
from parsers.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from exporters.tables.column import Kind
    from exporters.tables.writer import Row
    from parsers.records import Edit

_ABSENT = (
    "The format parquet needs pyarrow, which is not installed: install threadkeep with its extra, as in"
    " `uv tool install 'threadkeep[research]'`."
)
# Rows wait as Python's values up to the first, then as Arrow's up to the others: a row group is what a reader holds at once.
_BYTES_WAITING = 1 << 20
_BYTES_A_GROUP = 8 << 20
_ROWS_A_GROUP = 100_000
_BYTES_A_VALUE = 64


def check_parquet() -> None:
    """Find out whether Parquet can be written.

    Raises:
        UsageError: pyarrow is not installed.
    """
    if importlib.util.find_spec("pyarrow") is None:
        raise UsageError(_ABSENT)


class ParquetTable:
    """One table that is being written; `close` completes it."""

    def __init__(self, table: str, out: BinaryIO, about: Mapping[str, object]) -> None:
        """Begin it.

        Args:
            table: its name.
            out: where it is written to; stays open.
            about: what is told in the file's metadata, under `threadkeep`.
        """
        arrow = cast("Any", importlib.import_module("pyarrow"))
        self._arrow = arrow
        fields = [(name, _type(arrow, kind)) for name, kind in TABLES[table].items()]
        told = {b"threadkeep": json_of({"table": table, **about})}
        self._schema = arrow.schema(fields, metadata=told)
        self._values = [_VALUES.get(kind) for kind in TABLES[table].values()]
        parquet = cast("Any", importlib.import_module("pyarrow.parquet"))
        self._writer = parquet.ParquetWriter(_Counted(out), self._schema, compression="zstd")
        self._columns: list[list[object]] = [[] for _ in fields]
        self._batches: list[Any] = []
        self._waiting = self._bytes = self._rows = 0

    def add(self, row: Row) -> None:
        """Take a row."""
        for values, convert, value in zip(self._columns, self._values, row, strict=True):
            held = value if value is None or convert is None else convert(value)
            values.append(held)
            self._waiting += len(held) if isinstance(held, str) else _BYTES_A_VALUE
        if self._waiting >= _BYTES_WAITING:
            self._pack()
            if self._bytes >= _BYTES_A_GROUP or self._rows >= _ROWS_A_GROUP:
                self._write_group()

    def close(self) -> None:
        """Complete it."""
        self._pack()
        self._write_group()
        self._writer.close()

    def _pack(self) -> None:
        arrays = [
            self._arrow.array(values, field.type)
            for values, field in zip(self._columns, self._schema, strict=True)
        ]
        batch = self._arrow.RecordBatch.from_arrays(arrays, schema=self._schema)
        self._batches.append(batch)
        self._bytes += batch.nbytes
        self._rows += batch.num_rows
        self._columns = [[] for _ in self._columns]
        self._waiting = 0

    def _write_group(self) -> None:
        if self._rows:
            group = self._arrow.Table.from_batches(self._batches, schema=self._schema)
            self._writer.write_table(group, row_group_size=self._rows)
        self._batches = []
        self._bytes = self._rows = 0


class _Counted:
    """A stream that knows how much was written to it, as a pipe does not."""

    closed = False
    mode = "wb"

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._written = 0

    def write(self, data: bytes) -> int:
        """Write all of it."""
        self._out.write(data)
        self._written += len(data)
        return len(data)

    def tell(self) -> int:
        """How much was written."""
        return self._written

    def flush(self) -> None:
        """Hold nothing back."""
        self._out.flush()


def _type(arrow: Any, kind: Kind) -> object:  # noqa: ANN401  pyarrow has no types
    text = arrow.string()
    types = {
        "integer": arrow.int64(),
        "boolean": arrow.bool_(),
        "text": text,
        "utc": arrow.timestamp("us", tz="UTC"),
        "local": arrow.timestamp("us"),
        "texts": arrow.list_(text),
        "edits": arrow.list_(arrow.struct([("text", text), ("editor", text), ("reason", text)])),
    }
    return types[kind]


def _text(value: Any) -> str:  # noqa: ANN401  see `Kind`
    text: str = value
    try:
        text.encode()
    except UnicodeEncodeError:
        return whole_text(text)
    return text


def _texts(value: Any) -> list[str]:  # noqa: ANN401  see `Kind`
    return [_text(one) for one in value]


def _edits(value: Any) -> list[dict[str, str | None]]:  # noqa: ANN401  see `Kind`
    edits: tuple[Edit, ...] = value
    return [
        {
            "text": _text(edit.text),
            "editor": edit.editor and _text(edit.editor),
            "reason": edit.reason and _text(edit.reason),
        }
        for edit in edits
    ]


def _moment(value: Any) -> datetime:  # noqa: ANN401  see `Kind`
    return datetime.fromisoformat(value)


_VALUES: dict[Kind, Callable[[Any], object]] = {
    "text": _text,
    "texts": _texts,
    "edits": _edits,
    "utc": _moment,
    "local": _moment,
}

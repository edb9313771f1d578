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
    from typing import Self

    from exporters.tables.column import Columns, Kind
    from exporters.tables.writer import Row
    from parsers.records import Edit

_ABSENT = (
    "The format parquet needs pyarrow, which is not installed: install threadkeep with its extra, as in"
    " `uv tool install 'threadkeep[research]'`."
)
# Rows wait as Python's values up to the first, then as Arrow's up to the others: a row group is what a reader holds at once.
_BYTES_WAITING = 1 << 20
_BYTES_A_GROUP = 4 << 20
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

    def __init__(
        self,
        table: str,
        out: BinaryIO,
        about: Mapping[str, object],
        columns: Columns | None = None,
    ) -> None:
        """Begin it.

        Args:
            table: its name.
            out: where it is written to; stays open.
            about: what is told in the file's metadata, under `threadkeep`.
            columns: its columns, of a table that is none of `TABLES`.
        """
        kinds = TABLES[table] if columns is None else columns
        arrow = cast("Any", importlib.import_module("pyarrow"))
        self._arrow = arrow
        fields = [(name, _type(arrow, kind)) for name, kind in kinds.items()]
        told = {b"threadkeep": json_of({"table": table, **about})}
        self._schema = arrow.schema(fields, metadata=told)
        self._values = [_VALUES.get(kind) for kind in kinds.values()]
        self._texts = [place for place, kind in enumerate(kinds.values()) if kind == "text"]
        parquet = cast("Any", importlib.import_module("pyarrow.parquet"))
        self._out = _Counted(out)
        # The one that Arrow takes by itself holds on to half as much again.
        self._pool = arrow.system_memory_pool()
        self._writer = parquet.ParquetWriter(
            self._out, self._schema, compression="zstd", memory_pool=self._pool
        )
        self._held: list[Row] = []
        self._batches: list[Any] = []
        self._waiting = self._bytes = self._rows = 0

    def add(self, row: Row) -> None:
        """Take a row."""
        self._held.append(row)
        self._waiting += _BYTES_A_VALUE * len(row)
        for place in self._texts:
            text = row[place]
            if isinstance(text, str):
                self._waiting += len(text) - _BYTES_A_VALUE
        if self._waiting >= _BYTES_WAITING:
            self._pack()
            if self._bytes >= _BYTES_A_GROUP or self._rows >= _ROWS_A_GROUP:
                self._write_group()

    def tell(self, facts: Mapping[str, object]) -> None:
        """Tell more in the file's metadata, each under `threadkeep.NAME`: what is known at the end alone."""
        told = {f"threadkeep.{name}": json_of(value) for name, value in facts.items()}
        if told:
            self._writer.add_key_value_metadata(told)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Complete it, or give it up where something went wrong."""
        if kind is None:
            self.close()
            return
        # The writer would complete its file when it is thrown away, long after that was closed.
        self._out.is_given_up = True
        self._writer.close()

    def close(self) -> None:
        """Complete it."""
        self._pack()
        self._write_group()
        self._writer.close()

    def _pack(self) -> None:
        columns = zip(*self._held, strict=True) if self._held else [()] * len(self._schema)
        arrays = [
            self._array(values, convert, field.type)
            for values, convert, field in zip(columns, self._values, self._schema, strict=True)
        ]
        batch = self._arrow.RecordBatch.from_arrays(arrays, schema=self._schema)
        self._batches.append(batch)
        self._bytes += batch.nbytes
        self._rows += batch.num_rows
        self._held = []
        self._waiting = 0

    def _array(
        self, values: tuple[object, ...], convert: Callable[[Any], object] | None, kind: object
    ) -> Any:  # noqa: ANN401  pyarrow has no types
        """A column's values as Arrow holds them."""
        if convert is whole_text:
            try:
                return self._arrow.array(values, kind, memory_pool=self._pool)
            except (
                UnicodeEncodeError
            ):  # nearly all texts are whole: only where one is not, each is looked at
                pass
        if convert is not None:
            values = tuple(None if value is None else convert(value) for value in values)
        return self._arrow.array(values, kind, memory_pool=self._pool)

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
        self.is_given_up = False

    def write(self, data: bytes) -> int:
        """Write all of it, or none where the file is given up."""
        if not self.is_given_up:
            self._out.write(data)
        self._written += len(data)
        return len(data)

    def tell(self) -> int:
        """How much was written."""
        return self._written

    def flush(self) -> None:
        """Hold nothing back."""
        if not self.is_given_up:
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
        "utcs": arrow.list_(arrow.timestamp("us", tz="UTC")),
        "edits": arrow.list_(arrow.struct([("text", text), ("editor", text), ("reason", text)])),
    }
    return types[kind]


def _texts(value: Any) -> list[str]:  # noqa: ANN401  see `Kind`
    return [whole_text(one) for one in value]


def _edits(value: Any) -> list[dict[str, str | None]]:  # noqa: ANN401  see `Kind`
    edits: tuple[Edit, ...] = value
    return [
        {
            "text": whole_text(edit.text),
            "editor": edit.editor and whole_text(edit.editor),
            "reason": edit.reason and whole_text(edit.reason),
        }
        for edit in edits
    ]


def _moment(value: Any) -> datetime:  # noqa: ANN401  see `Kind`
    return datetime.fromisoformat(value)


def _moments(value: Any) -> list[datetime]:  # noqa: ANN401  see `Kind`
    return [datetime.fromisoformat(one) for one in value]


_VALUES: dict[Kind, Callable[[Any], object]] = {
    "text": whole_text,
    "texts": _texts,
    "edits": _edits,
    "utc": _moment,
    "local": _moment,
    "utcs": _moments,
}

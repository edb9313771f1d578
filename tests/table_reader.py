"""Read tables as others do: with pyarrow, pandas and DuckDB, none of which has types."""

from __future__ import annotations

import importlib
import io
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from pathlib import Path


def with_pyarrow(source: Path | bytes) -> Any:  # noqa: ANN401  a pyarrow.Table
    """A Parquet file as a table."""
    parquet = cast("Any", importlib.import_module("pyarrow.parquet"))
    return parquet.read_table(io.BytesIO(source) if isinstance(source, bytes) else str(source))


def parquet_file(source: Path) -> Any:  # noqa: ANN401  a pyarrow.parquet.ParquetFile
    """A Parquet file with what it says of itself."""
    parquet = cast("Any", importlib.import_module("pyarrow.parquet"))
    return parquet.ParquetFile(str(source))


def rows_of(source: Path | bytes) -> list[dict[str, Any]]:
    """The rows of a Parquet file."""
    rows: list[dict[str, Any]] = with_pyarrow(source).to_pylist()
    return rows


def with_pandas(source: Path) -> Any:  # noqa: ANN401  a pandas.DataFrame
    """A Parquet file as a frame."""
    return cast("Any", importlib.import_module("pandas")).read_parquet(source)


def with_duckdb(query: str) -> list[tuple[Any, ...]]:
    """What a query of DuckDB's finds; it names files as tables."""
    duckdb = cast("Any", importlib.import_module("duckdb"))
    with duckdb.connect() as connection:
        found: list[tuple[Any, ...]] = connection.sql(query).fetchall()
    return found

"""What others do with the data: pandas, polars and DuckDB find every post of every format that is made for them, word by word."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from exporters.exporter import ExportOptions
from tests.whole_forum import Site
from threadkeep.exporting import export_archive, plan_export

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Posts = dict[int, str]

# A format, the name that it is written to, and which of its files has the posts.
FILES = {
    "jsonl": ("posts.jsonl", "posts.jsonl"),
    "csv": ("posts.csv", "posts.csv"),
    "parquet": ("parquet", "parquet/posts.parquet"),
    "tables": ("tables", "tables/posts.csv"),
    "datapackage": ("package", "package/posts.csv"),
}
TABLES = ("posts", "topics", "forums", "authors", "revisions", "edges")


@pytest.fixture(scope="module")
def truth(showcase: Site) -> Posts:
    """The text of each post."""
    return {one["post_id"]: one["body_text"] for one in showcase.records()}


@pytest.fixture(scope="module")
def folder(showcase: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every format, with cells as they are: a program runs no formula."""
    folder = tmp_path_factory.mktemp("out")
    for name, (output, _) in FILES.items():
        options = ExportOptions(raw_cells=name in {"csv", "tables"})
        export_archive(showcase.path, plan_export(folder / output, name, options))
    return folder


def by_pandas(path: Path) -> Posts:
    pandas: Any = import_module("pandas")
    readers = {
        ".jsonl": lambda: pandas.read_json(path, lines=True, dtype=False),
        ".csv": lambda: pandas.read_csv(path, keep_default_na=False),
        ".parquet": lambda: pandas.read_parquet(path),
    }
    frame = readers[path.suffix]()
    return dict(zip(frame["post_id"].tolist(), frame["body_text"].tolist(), strict=True))


def by_polars(path: Path) -> Posts:
    polars: Any = import_module("polars")
    readers = {
        ".jsonl": lambda: polars.read_ndjson(path, infer_schema_length=None),
        ".csv": lambda: polars.read_csv(path, infer_schema_length=None).with_columns(polars.col("body_text").fill_null("")),
        ".parquet": lambda: polars.scan_parquet(path).select("post_id", "body_text").collect(),
    }  # fmt: skip
    frame = readers[path.suffix]()
    return dict(zip(frame["post_id"].to_list(), frame["body_text"].to_list(), strict=True))


def by_duckdb(path: Path) -> Posts:
    duckdb: Any = import_module("duckdb")
    with duckdb.connect() as connection:
        query = f"SELECT post_id, coalesce(body_text, '') FROM '{path}'"
        return dict(connection.sql(query).fetchall())


@pytest.mark.parametrize("read", [by_pandas, by_polars, by_duckdb])
@pytest.mark.parametrize("name", FILES)
def test_every_post_is_there_word_by_word(
    name: str, read: Callable[[Path], Posts], folder: Path, truth: Posts
) -> None:
    assert read(folder / FILES[name][1]) == truth


@pytest.mark.parametrize("table", TABLES)
def test_all_three_agree_on_each_typed_table(table: str, folder: Path) -> None:
    pandas, polars, duckdb = (import_module(name) for name in ("pandas", "polars", "duckdb"))
    path = folder / "parquet" / f"{table}.parquet"
    frame, lazy = pandas.read_parquet(path), polars.read_parquet(path)
    with duckdb.connect() as connection:
        found = connection.sql(f"SELECT * FROM '{path}'")
        assert list(frame.columns) == lazy.columns == found.columns
        assert len(frame) == lazy.height == len(found.fetchall())
    moments = [name for name in lazy.columns if str(lazy.schema[name]).startswith("Datetime")]
    for name in moments:
        is_utc = getattr(lazy.schema[name], "time_zone", None) == "UTC"
        assert is_utc == (name != "published_local")
        assert str(frame[name].dtype) == ("datetime64[us, UTC]" if is_utc else "datetime64[us]")


def test_polars_streams_a_question_over_the_joined_tables(folder: Path, truth: Posts) -> None:
    polars: Any = import_module("polars")
    posts, authors = (
        polars.scan_parquet(folder / "parquet" / f"{name}.parquet")
        for name in ("posts", "authors")
    )
    counted = posts.join(authors, on="author_key").group_by("name").len().collect()
    assert sum(counted["len"].to_list()) == len(truth)

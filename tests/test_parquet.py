"""Tables in Parquet and CSV: their types, their times, how they join, and that others read them."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import tracemalloc
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from exporters.exporter import ExportOptions, FolderExporter, NumberedExporter
from exporters.registry import exporters_by_name
from exporters.tables import parquet as tables_parquet
from exporters.tables.column import TABLES
from parsers.errors import ExportError, UsageError
from parsers.records import Author, Edit
from tests.archiving import World
from tests.table_reader import parquet_file, rows_of, with_duckdb, with_pandas, with_pyarrow
from tests.threads import FOLDER, load_thread, make_post, make_thread
from tests.whole_forum import Site
from threadkeep.exporting import check_output, export_archive, plan_export

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from parsers.records import Post, Thread
    from tests.conftest import CommandLine

OPTIONS = ExportOptions()
FOLDER_FORMATS = [one for one in exporters_by_name().values() if isinstance(one, FolderExporter)]


@pytest.fixture(scope="module")
def tables(showcase: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All its tables."""
    folder = tmp_path_factory.mktemp("out") / "tables"
    export_archive(showcase.path, plan_export(folder, "parquet", OPTIONS))
    return folder


def written(folder: Path, name: str, *threads: Thread) -> Path:
    exporter = exporters_by_name()[name]
    assert isinstance(exporter, FolderExporter)
    folder.mkdir(exist_ok=True)
    exporter.write_files(threads, folder, OPTIONS)
    return folder


class TestColumns:
    def test_there_is_a_file_a_table_with_its_columns(self, tables: Path) -> None:
        assert {path.name for path in tables.iterdir()} == {f"{name}.parquet" for name in TABLES}
        for name, columns in TABLES.items():
            assert with_pyarrow(tables / f"{name}.parquet").column_names == list(columns)

    def test_columns_are_typed(self, tables: Path) -> None:
        schema = with_pyarrow(tables / "posts.parquet").schema
        kinds = {name: str(schema.field(name).type) for name in schema.names}
        assert kinds["post_id"] == kinds["reply_to"] == "int64"
        assert kinds["published"] == kinds["gone_at"] == "timestamp[us, tz=UTC]"
        assert kinds["published_local"] == "timestamp[us]"
        assert kinds["author_is_guest"] == "bool"
        assert kinds["forum"] == kinds["problems"] == "list<element: string>"
        assert kinds["edits"].startswith("list<element: struct<text: string, editor: string")

    def test_they_are_typed_where_there_are_no_rows_too(
        self, tables: Path, tmp_path: Path
    ) -> None:
        empty = written(tmp_path / "empty", "parquet")
        for name in TABLES:
            of_none, of_some = (with_pyarrow(one / f"{name}.parquet") for one in (empty, tables))
            assert of_none.schema == of_some.schema
            assert of_none.num_rows == 0

    def test_what_is_not_known_is_null(self, tmp_path: Path) -> None:
        folder = written(tmp_path / "out", "parquet", make_thread([make_post()]))
        (row,) = rows_of(folder / "posts.parquet")
        nulls = ("role", "published", "published_local", "reply_to", "depth", "author_user_id")
        assert {name: row[name] for name in nulls} == dict.fromkeys(nulls)
        assert row["edits"] == row["problems"] == []

    def test_times_are_moments(self, tmp_path: Path) -> None:
        post = make_post(
            published="2021-03-01T09:00:00.250Z", published_local="2021-03-01T10:00:00.250"
        )
        folder = written(tmp_path / "out", "parquet", make_thread([post]))
        (row,) = rows_of(folder / "posts.parquet")
        assert row["published"] == datetime(2021, 3, 1, 9, 0, 0, 250_000, UTC)
        assert row["published_local"] == datetime(2021, 3, 1, 10, 0, 0, 250_000)  # noqa: DTZ001

    def test_text_that_is_no_text_elsewhere_is_kept(self, tmp_path: Path) -> None:
        post = make_post(body_text="a\0b\ud83d\ude00c\ud800", edits=(Edit(text="\udc00"),))
        folder = written(tmp_path / "out", "parquet", make_thread([post]))
        (row,) = rows_of(folder / "posts.parquet")
        assert row["body_text"] == "a\0b😀c\ufffd"
        assert row["edits"][0]["text"] == "\ufffd"


class TestRows:
    def test_the_posts_are_those_of_the_record_format(self, showcase: Site, tables: Path) -> None:
        records = showcase.records()
        rows = rows_of(tables / "posts.parquet")
        assert [row["post_id"] for row in rows] == [one["post_id"] for one in records]
        assert [row["body_text"] for row in rows] == [one["body_text"] for one in records]
        assert [row["author_name"] for row in rows] == [one["author"]["name"] for one in records]

    def test_csv_has_the_same_rows(self, showcase: Site, tables: Path, tmp_path: Path) -> None:
        folder = tmp_path / "csv"
        options = ExportOptions(raw_cells=True)
        export_archive(showcase.path, plan_export(folder, "tables", options))
        for name, columns in TABLES.items():
            rows = csv.DictReader(
                io.StringIO((folder / f"{name}.csv").read_bytes().decode(), newline="")
            )
            assert list(rows.fieldnames or ()) == list(columns)
            typed = rows_of(tables / f"{name}.parquet")
            assert list(rows) == [
                {key: _cell(value) for key, value in row.items()} for row in typed
            ]

    def test_topics_count_their_posts(self, showcase: Site, tables: Path) -> None:
        records = showcase.records()
        for row in rows_of(tables / "topics.parquet"):
            own = [one for one in records if one["topic_id"] == row["topic_id"]]
            assert row["posts"] == len(own)
            assert row["expected_posts"] in {None, len(own)}
            assert row["gone_posts"] == 0
            assert row["forum"] == own[0]["forum"]

    def test_forums_are_a_tree_and_topics_stand_in_it(self, tables: Path) -> None:
        forums = {row["forum_key"]: row for row in rows_of(tables / "forums.parquet")}
        topics = rows_of(tables / "topics.parquet")
        for key, row in forums.items():
            parent = forums.get(row["parent_key"])
            assert row["path"] == [*(parent["path"] if parent else []), row["title"]]
            assert row["topics"] == sum(topic["forum_key"] == key for topic in topics)
            assert row["url"].startswith("http")
        assert any(row["parent_key"] for row in forums.values())

    def test_authors_are_everybody_once(self, showcase: Site, tables: Path) -> None:
        records = showcase.records()
        authors = {row["author_key"]: row for row in rows_of(tables / "authors.parquet")}
        posts = rows_of(tables / "posts.parquet")
        assert {row["author_key"] for row in posts} == set(authors)
        assert sum(row["posts"] for row in authors.values()) == len(records)
        slugs = {one["author"]["slug"] for one in records if one["author"]["slug"]}
        assert {row["slug"] for row in authors.values() if row["slug"]} == slugs
        for key, row in authors.items():
            times = [one["published"] for one in posts if one["author_key"] == key]
            assert (row["first_published"], row["last_published"]) == (min(times), max(times))

    def test_parents_are_edges(self, showcase: Site, tables: Path) -> None:
        edges = [row for row in rows_of(tables / "edges.parquet") if row["kind"] == "parent"]
        nested = [
            (one["post_id"], one["reply_to"]) for one in showcase.records() if one["reply_to"]
        ]
        assert nested
        assert [(row["post_id"], row["target_post_id"]) for row in edges] == nested

    def test_every_body_that_was_seen_is_a_revision(self, tmp_path: Path) -> None:
        with World.of(tmp_path, posts=4) as world:
            world.archive()
            world.edit(2, "Changed.")
            world.archive()
            folder = tmp_path / "out"
            export_archive(world.path, plan_export(folder, "parquet", OPTIONS))
            edited = world.ids[2]
            counts = [
                (row["post_id"], row["revision"]) for row in rows_of(folder / "revisions.parquet")
            ]
            assert sorted(counts) == sorted([*((one, 1) for one in world.ids), (edited, 2)])
            first, second = (
                row for row in rows_of(folder / "revisions.parquet") if row["post_id"] == edited
            )
            assert (first["body_text"] != "Changed.", second["body_text"]) == (True, "Changed.")
            assert first["seen_at"] < second["seen_at"]

    def test_a_person_with_an_account_is_one_under_every_name(self, tmp_path: Path) -> None:
        url = "https://forum.test/users/anna/"
        posts = [
            make_post(post_id=1, author=Author(name="Anna", url=url, slug="anna"), published="2020-01-01T00:00:00Z"),
            make_post(post_id=2, author=Author(name="Anna K.", url=url, slug="anna"), published="2022-01-01T00:00:00Z"),
            make_post(post_id=3, author=Author(name="Anna", url=url, slug="anna"), published="2021-01-01T00:00:00Z"),
            make_post(post_id=4, author=Author(name="Anna", is_guest=True)),
            make_post(post_id=5, author=Author(name="Ben", user_id=5)),
            make_post(post_id=6, author=Author(name="Benny", user_id=5)),
        ]  # fmt: skip
        folder = written(tmp_path / "out", "parquet", make_thread(posts))
        found = [(row["name"], row["posts"]) for row in rows_of(folder / "authors.parquet")]
        assert sorted(found) == [("Anna", 1), ("Anna K.", 3), ("Benny", 2)]


def _cell(value: Any) -> str:  # noqa: ANN401  any value of a column
    """What docs/formats.md says of a value in CSV."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class TestOthers:
    def test_pandas_reads_it(self, showcase: Site, tables: Path) -> None:
        frame = with_pandas(tables / "posts.parquet")
        records = showcase.records()
        assert len(frame) == len(records)
        assert str(frame["published"].dtype) == "datetime64[us, UTC]"
        assert frame["published"].min().isoformat() == min(
            one["published"] for one in records
        ).replace("Z", "+00:00")

    def test_duckdb_joins_the_tables(self, showcase: Site, tables: Path) -> None:
        rows = with_duckdb(
            f"SELECT name, count(*) FROM '{tables}/posts.parquet' JOIN '{tables}/authors.parquet' USING (author_key)"
            " GROUP BY author_key, name"
        )
        assert sum(count for _, count in rows) == len(showcase.records())
        kinds = with_duckdb(f"SELECT DISTINCT typeof(published) FROM '{tables}/posts.parquet'")
        assert kinds == [("TIMESTAMP WITH TIME ZONE",)]

    def test_duckdb_reads_the_csv(self, showcase: Site, tmp_path: Path) -> None:
        folder = tmp_path / "csv"
        export_archive(showcase.path, plan_export(folder, "tables", OPTIONS))
        (row,) = with_duckdb(f"SELECT count(*), count(DISTINCT post_id) FROM '{folder}/posts.csv'")
        assert row == (len(showcase.records()),) * 2


class TestSize:
    def test_row_groups_are_small_enough_to_stream(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tables_parquet, "_BYTES_A_GROUP", 1 << 20)
        posts = (
            make_post(post_id=number, body_text=f"{number} " * 2_000) for number in range(1000)
        )
        folder = written(tmp_path / "out", "parquet", make_thread(posts))
        file = parquet_file(folder / "posts.parquet")
        assert file.num_row_groups > 3
        assert rows_of(folder / "posts.parquet")[999]["body_text"] == "999 " * 2_000

    @pytest.mark.parametrize("exporter", FOLDER_FORMATS, ids=lambda one: one.name)
    @pytest.mark.sweep
    def test_a_folder_takes_no_more_memory_for_more_posts(
        self, exporter: FolderExporter, tmp_path: Path
    ) -> None:
        def posts() -> Iterator[Post]:
            for number in range(500):
                text = f"{number} {'word ' * 4_000}"
                yield make_post(post_id=number, body_html=f"<p>{text}</p>", body_text=text)

        tracemalloc.start()
        exporter.write_files([make_thread(posts())], tmp_path, OPTIONS)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 20_000 * 500 / 2


@pytest.mark.parametrize("exporter", FOLDER_FORMATS, ids=lambda one: one.name)
class TestEveryFolderFormat:
    def test_the_same_records_give_the_same_files(
        self, exporter: FolderExporter, tmp_path: Path
    ) -> None:
        first, second = (
            written(tmp_path / name, exporter.name, load_thread(FOLDER / "basic.toml"))
            for name in ("first", "second")
        )
        assert files_in(first) == files_in(second)

    def test_without_posts_there_are_all_files(
        self, exporter: FolderExporter, tmp_path: Path
    ) -> None:
        of_none = written(tmp_path / "none", exporter.name)
        of_some = written(tmp_path / "some", exporter.name, load_thread(FOLDER / "basic.toml"))
        assert sorted(files_in(of_none)) == sorted(files_in(of_some))

    def test_a_name_with_the_suffix_is_a_file_and_any_other_a_folder(
        self, exporter: FolderExporter, showcase: Site, tmp_path: Path
    ) -> None:
        file, folder = tmp_path / f"it{exporter.suffix}", tmp_path / "new" / "folder"
        for output in (file, folder):
            job = plan_export(output, None if output is file else exporter.name, OPTIONS)
            check_output(job, showcase.path)
            assert export_archive(showcase.path, job).posts == len(showcase.records())
        assert (file.is_file(), folder.is_dir()) == (True, True)
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as bundle:
                held = {name: bundle.read(name) for name in bundle.namelist()}
            assert held == files_in(folder)

    def test_a_failure_leaves_the_earlier_files(
        self,
        exporter: FolderExporter,
        showcase: Site,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        folder = tmp_path / "out"
        job = plan_export(folder, exporter.name, OPTIONS)
        export_archive(showcase.path, job)
        (folder / "notes.txt").write_text("mine")
        before = files_in(folder)

        def fail(*_: object) -> int:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(type(exporter), "write_files", fail)
        with pytest.raises(ExportError, match="the disk is full"):
            export_archive(showcase.path, job)
        assert files_in(folder) == before

    def test_an_earlier_export_is_replaced_and_other_files_stay(
        self, exporter: FolderExporter, showcase: Site, tmp_path: Path
    ) -> None:
        folder = tmp_path / "out"
        job = plan_export(folder, exporter.name, OPTIONS)
        export_archive(showcase.path, job)
        fresh = files_in(folder)
        for path in folder.iterdir():
            path.write_bytes(b"old")
        (folder / "notes.txt").write_text("mine")
        (folder / ".threadkeep.part").mkdir()
        export_archive(showcase.path, job)
        assert files_in(folder) == {**fresh, "notes.txt": b"mine"}

    def test_one_a_topic(
        self, exporter: FolderExporter, threadkeep: CommandLine, showcase: Site
    ) -> None:
        ran = threadkeep(
            "export", "-a", showcase.path, "-f", exporter.name, "--per-topic", "-o", "out"
        )
        if isinstance(exporter, NumberedExporter):
            assert (ran.code, "belong together" in ran.sentence) == (2, True)
            return
        assert ran.code == 0
        topics = len({one["topic_id"] for one in showcase.records()})
        assert f"written to {topics} files in out" in ran.err

    def test_says_how_many_files(
        self, exporter: FolderExporter, threadkeep: CommandLine, showcase: Site
    ) -> None:
        ran = threadkeep("export", "-a", showcase.path, "-f", exporter.name, "-o", "out")
        count = {"convokit": 5, "datapackage": 13, "wxr": 1}.get(exporter.name, 6)
        files = "1 file" if count == 1 else f"{count} files"
        assert ran.err == f"{len(showcase.records())} posts written to {files} in out\n"


def files_in(folder: Path) -> dict[str, bytes]:
    assert all(path.is_file() for path in folder.iterdir())
    return {path.name: path.read_bytes() for path in folder.iterdir()}


class TestAbsent:
    def test_without_pyarrow_there_is_a_sentence_before_anything_is_done(
        self, threadkeep: CommandLine, showcase: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        found = importlib.util.find_spec

        def without(name: str, package: str | None = None) -> object:
            return None if name == "pyarrow" else found(name, package)

        monkeypatch.setattr(importlib.util, "find_spec", without)
        with pytest.raises(UsageError, match=r"needs pyarrow.*threadkeep\[research\]"):
            plan_export(None, "parquet", OPTIONS)
        ran = threadkeep("export", "-a", showcase.path, "-f", "parquet", "-o", "out")
        assert ran.code == 2
        assert "pyarrow" in ran.err
        assert threadkeep("export", "-a", showcase.path, "-f", "tables", "-o", "out").code == 0

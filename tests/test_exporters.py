"""What every export format must do, and what JSON, JSON Lines and CSV must do besides."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
import zipfile
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import exporters.formats
from exporters.exporter import Exporter, ExportOptions
from exporters.record import AUTHOR_FIELDS, POST_FIELDS
from exporters.registry import exporter_for_path, exporter_named, exporters_by_name
from parsers.errors import UsageError
from parsers.records import Author, Edit, Post, Thread
from tests.table_reader import rows_of, with_pyarrow
from tests.threads import FOLDER, exported, load_thread, make_post, make_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

BASIC = FOLDER / "basic.toml"


def bytes_of(exporter: Exporter, *threads: Thread, options: ExportOptions | None = None) -> bytes:
    out = io.BytesIO()
    exporter.write(threads, out, options or ExportOptions())
    return out.getvalue()


def files_of(exporter: Exporter, data: bytes) -> dict[str, object]:
    """What a format wrote, by name: of a ZIP archive its files. Parquet's bytes are pyarrow's; what they hold counts."""
    if exporter.name == "parquet":
        table = with_pyarrow(data)
        return {"columns": str(table.schema), "posts": table.to_pylist()}
    if not exporter.suffix.endswith(".zip"):
        return {f"basic{exporter.suffix}": data}
    with zipfile.ZipFile(io.BytesIO(data)) as bundle:
        assert bundle.testzip() is None
        return {name: bundle.read(name) for name in bundle.namelist()}


def golden_of(exporter: Exporter) -> dict[str, object]:
    folder = FOLDER / f"basic{exporter.suffix.removesuffix('.zip')}"
    if folder.is_dir():
        return {path.name: path.read_bytes() for path in folder.iterdir()}
    return files_of(exporter, (FOLDER / f"basic{exporter.suffix}").read_bytes())


def posts_of(path: Path) -> list[Post]:
    return list(load_thread(path).posts)


# What a format wrote, read back by something that is not threadkeep. A format without a reader is absent.


def read_json(data: bytes) -> list[Post]:
    return msgspec.convert(json.loads(data)["posts"], list[Post])


def read_jsonl(data: bytes) -> list[Post]:
    return [msgspec.convert(json.loads(line), Post) for line in data.split(b"\n")[:-1]]


def read_csv(data: bytes) -> list[Post]:
    rows = csv.DictReader(io.StringIO(data.decode(), newline=""))
    return [msgspec.convert(_from_row(row), Post, strict=False) for row in rows]


def _from_row(row: dict[str, str]) -> dict[str, Any]:
    cells = {name: _unguarded(text) or None for name, text in row.items()}
    author = {part: cells.pop(f"author_{part}") for part in AUTHOR_FIELDS}
    lists = ("forum", "topic_tags", "edits", "problems")
    parsed = {name: json.loads(row[name]) for name in lists}
    texts = {name: _unguarded(row[name]) for name in ("topic_title", "body_html", "body_text")}
    return {
        **cells,
        **parsed,
        **texts,
        "author": {**author, "name": _unguarded(row["author_name"])},
    }


def _unguarded(text: str) -> str:
    """The rule of docs/formats.md."""
    rest = text.removeprefix("'")
    bare = rest.lstrip(" \t\r\n'\ufeff\u200b\u00a0")
    begins = rest.lstrip("'")
    is_guarded = bare.startswith(tuple("=+-@＝＋－＠")) or begins.startswith(("\t", "\r", "\n"))
    return rest if is_guarded else text


def read_parquet(data: bytes) -> list[Post]:
    return [_from_parquet(row) for row in rows_of(data)]


def _from_parquet(row: dict[str, Any]) -> Post:
    assert row.pop("author_key")
    plain = {
        name: _time(value) if isinstance(value, datetime) else value for name, value in row.items()
    }
    author = {part: plain.pop(f"author_{part}") for part in AUTHOR_FIELDS}
    return msgspec.convert({**plain, "author": author}, Post)


def _time(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


READERS: dict[str, Callable[[bytes], list[Post]]] = {
    "csv": read_csv,
    "json": read_json,
    "jsonl": read_jsonl,
    "parquet": read_parquet,
}

# Halves of characters, control characters and what ends a line or a cell somewhere.
PIECES = st.characters() | st.sampled_from("\ud800\udc00\x00\x1a\r\n\t,;\"'\u2028=@")
ANY_TEXT = st.lists(PIECES, max_size=10).map("".join)
ANY_POST = st.builds(
    make_post,
    topic_title=ANY_TEXT,
    forum=st.tuples(ANY_TEXT),
    author=st.builds(Author, name=ANY_TEXT, url=st.none() | ANY_TEXT),
    role=ANY_TEXT,
    body_html=ANY_TEXT,
    body_text=ANY_TEXT,
    edits=st.tuples(st.builds(Edit, text=ANY_TEXT, reason=ANY_TEXT)),
    problems=st.tuples(ANY_TEXT),
)


@pytest.fixture(scope="module", params=sorted(exporters_by_name()))
def exporter(request: pytest.FixtureRequest) -> Exporter:
    return exporter_named(request.param)


class TestEveryFormat:
    def test_is_named_as_its_module(self, exporter: Exporter) -> None:
        assert type(exporter).__module__ == f"exporters.formats.{exporter.name}"

    def test_says_what_it_is(self, exporter: Exporter) -> None:
        assert exporter.name.isascii()
        assert exporter.name == exporter.name.lower()
        assert exporter.suffix.startswith(".")
        assert exporter.description
        assert "\n" not in exporter.description

    def test_golden_export_is_what_it_writes(self, exporter: Exporter) -> None:
        assert files_of(exporter, bytes_of(exporter, load_thread(BASIC))) == golden_of(exporter)

    def test_same_records_give_the_same_bytes(self, exporter: Exporter) -> None:
        first, second = (bytes_of(exporter, load_thread(BASIC)) for _ in range(2))
        assert first == second

    def test_text_is_utf_8_without_a_mark(self, exporter: Exporter) -> None:
        data = bytes_of(exporter, load_thread(BASIC))
        if b"\0" not in data:  # else no text format
            assert not data.decode().startswith("\ufeff")

    def test_out_stays_open(self, exporter: Exporter) -> None:
        out = io.BytesIO()
        exporter.write([load_thread(BASIC)], out, ExportOptions())
        assert not out.closed
        out.write(b"more")

    def test_says_how_many_posts_it_wrote(self, exporter: Exporter) -> None:
        assert exporter.write([load_thread(BASIC)], io.BytesIO(), ExportOptions()) == (
            5 if exporter.is_for_reading else 6
        )

    def test_gone_posts_are_counted_where_they_are_wanted(self, exporter: Exporter) -> None:
        options = ExportOptions(with_gone=True)
        assert exporter.write([load_thread(BASIC)], io.BytesIO(), options) == 6

    def test_no_threads_and_empty_threads_are_no_error(self, exporter: Exporter) -> None:
        assert exporter.write([], io.BytesIO(), ExportOptions()) == 0
        assert exporter.write([make_thread()], io.BytesIO(), ExportOptions()) == 0

    def test_a_thread_is_used_up_before_the_next_is_asked_for(self, exporter: Exporter) -> None:
        events: list[str] = []

        def posts(thread: int) -> Iterator[Post]:
            for position in (1, 2):
                events.append(f"post {thread}.{position}")
                yield make_post(topic_id=thread, position=position)
            events.append(f"end {thread}")

        def threads() -> Iterator[Thread]:
            for number in (1, 2):
                events.append(f"thread {number}")
                yield make_thread(posts(number), topic_id=number)

        exporter.write(threads(), io.BytesIO(), ExportOptions())
        assert events == [
            *("thread 1", "post 1.1", "post 1.2", "end 1"),
            *("thread 2", "post 2.1", "post 2.2", "end 2"),
        ]

    @pytest.mark.sweep
    def test_memory_does_not_grow_with_the_posts(self, exporter: Exporter) -> None:
        size, count = 20_000, 500
        text = "word " * (size // 5)
        posts = (
            make_post(body_html=f"<p>{number} {text}</p>", body_text=f"{number} {text}")
            for number in range(count)
        )
        exporter.write([make_thread([])], _Nowhere(), ExportOptions())  # what it loads is no post
        tracemalloc.start()
        exporter.write([make_thread(posts)], _Nowhere(), ExportOptions())
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < size * count / 2

    @settings(max_examples=20)
    @given(ANY_POST)
    def test_no_text_can_break_it(self, exporter: Exporter, post: Post) -> None:
        data = bytes_of(exporter, make_thread([post], title=post.topic_title))
        assert b"\0" in data or data.decode()

    def test_what_it_wrote_can_be_read_back(self, exporter: Exporter) -> None:
        if exporter.name in READERS:
            data = bytes_of(exporter, load_thread(BASIC))
            assert READERS[exporter.name](data) == posts_of(BASIC)


class _Nowhere(io.BytesIO):
    """Takes everything and keeps nothing."""

    def write(self, data: Any) -> int:  # noqa: ANN401 - what the base class takes has no public name
        return len(data)

    def writelines(self, lines: Iterable[Any]) -> None:
        """As files do: the base class would keep them."""
        for line in lines:
            self.write(line)


class TestRegistry:
    def test_a_module_in_the_folder_is_a_format(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "shouting.py").write_text(
            "class Shouting:\n"
            "    name, suffix, description, is_for_reading = 'shouting', '.loud', 'LOUD', True\n"
            "    def write(self, threads, out, options):\n"
            "        return out.write(b'!')\n"
            "EXPORTER = Shouting()\n"
        )
        monkeypatch.setattr(
            exporters.formats, "__path__", [*exporters.formats.__path__, str(tmp_path)]
        )
        monkeypatch.delitem(__import__("sys").modules, "exporters.formats.shouting", raising=False)
        assert "shouting" in exporters_by_name()
        assert exporter_for_path("a/b.LOUD").name == "shouting"

    def test_every_suffix_is_of_one_format(self) -> None:
        suffixes = [exporter.suffix for exporter in exporters_by_name().values()]
        assert len(suffixes) == len(set(suffixes))

    def test_an_unknown_name_is_told_the_known_ones(self) -> None:
        with pytest.raises(UsageError, match=r"“docx”.*csv, .*markdown"):
            exporter_named("docx")

    def test_an_unknown_ending_is_told_the_known_ones(self) -> None:
        with pytest.raises(UsageError, match=r"“a\.docx”.*\.csv.*--format"):
            exporter_for_path("a.docx")


class TestJson:
    def test_no_posts_make_a_document_all_the_same(self) -> None:
        assert json.loads(exported("json", [])) == {"record_format": 1, "posts": []}

    def test_a_line_separator_ends_no_line_of_json_lines(self) -> None:
        text = exported("jsonl", [make_thread([make_post(body_text="a\n\r\u2028b")] * 2)])
        assert text.count("\n") == 2


def cell_of(value: str, *, raw: bool = False) -> str:
    thread = make_thread([make_post(body_text=value)])
    text = exported("csv", [thread], ExportOptions(raw_cells=raw))
    return next(csv.DictReader(io.StringIO(text, newline="")))["body_text"]


class TestCsv:
    @pytest.mark.parametrize(
        "text",
        [
            *(
                "=1+1",
                "+1",
                "-1",
                "@SUM(A1)",
                "\t=1",
                "\r=1",
                "\n=1",
                " =1",
                "\u00a0=1",
                "\ufeff=1",
            ),
            *(
                "＝1+1",
                "＋1",
                "－1",
                "＠x",
                "'=1",
                "''+1",
                "\tx",
                "\rx",
                "'\tx",
                "-",
                "=cmd|'/C calc'!A0",
            ),
        ],
    )
    def test_what_a_spreadsheet_would_run_gets_an_apostrophe(self, text: str) -> None:
        assert cell_of(text) == f"'{text}"
        assert cell_of(text, raw=True) == text

    @pytest.mark.parametrize("text", ["a=1", "'quoted'", "1-1", "(=1)", "", '"=1"', "https://x"])
    def test_other_text_stays_as_it_is(self, text: str) -> None:
        assert cell_of(text) == text

    @pytest.mark.parametrize("text", ["\x00", "\x07", "\x0b", "\x1a", "\x1b", "\x7f", "\ud800"])
    def test_what_breaks_readers_is_replaced(self, text: str) -> None:
        assert cell_of(f"a{text}b") == "a\ufffdb"
        assert cell_of(f"a{text}b", raw=True) == "a\ufffdb"

    def test_numbers_stay_numbers_and_null_is_empty(self) -> None:
        post = make_post(
            reply_to=7, depth=None, author=Author(name="A", user_id=3, is_deleted=True)
        )
        row = next(csv.DictReader(io.StringIO(exported("csv", [make_thread([post])]), newline="")))
        assert (row["reply_to"], row["depth"], row["author_user_id"]) == ("7", "", "3")
        assert (row["author_is_guest"], row["author_is_deleted"]) == ("false", "true")

    def test_rows_end_as_rfc_4180_says_and_lines_in_cells_stay(self) -> None:
        text = exported(
            "csv", [make_thread([make_post(body_text="a\nb\r\nc", body_html='d,"e"')])]
        )
        assert text.count("\r\n") == 3
        assert '"d,""e""","a\nb\r\nc",' in text

    def test_the_header_is_there_without_posts(self) -> None:
        names = exported("csv", []).removesuffix("\r\n").split(",")
        assert len(names) == len(POST_FIELDS) - 1 + len(AUTHOR_FIELDS)
        assert names[names.index("url") + 1] == "author_name"

    @settings(max_examples=200)
    @given(st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("=+'\t\r\n ")))
    def test_no_text_is_lost(self, text: str) -> None:
        assert _unguarded(cell_of(text)) == text
        assert cell_of(text, raw=True) == text

"""Where a harvest reads from: files by every way of naming them, WACZ, texts of web archives, and rows of an index."""

from __future__ import annotations

import importlib
import io
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, cast

import pytest

from parsers.errors import FetchError, NothingReadableError, ThreadkeepError, UsageError
from scraper.sync.page_kind import understood
from tests.cases import cases
from tests.harvest_crawl import Crawl, Site, harvested, pages_of, posts_of
from threadkeep.harvest.evidence import may_be_topic
from threadkeep.harvest.options import ReadOptions
from threadkeep.harvest.source import find_inputs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.records import Page

arrow = cast("Any", importlib.import_module("pyarrow"))
parquet = cast("Any", importlib.import_module("pyarrow.parquet"))
fsspec = cast("Any", importlib.import_module("fsspec"))
SITE = Site("one.example")
COLUMNS = ("url", "warc_filename", "warc_record_offset", "warc_record_length")


def saved(path: Path, site: Site = SITE) -> Path:
    made = Crawl()
    made.site(site)
    return made.save(path)


def numbers(output: Path) -> set[int]:
    return {row["post_id"] for row in posts_of(output)}


def test_folders_patterns_and_lists_name_files(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for name in ("a.warc.gz", "b.warc.gz", "deep/c.warc.gz"):
        saved(tmp_path / name)
    (tmp_path / "list.txt").write_text(f"# mine\n{tmp_path}/a.warc.gz\n\n{tmp_path}/b.*\n")
    assert len(find_inputs([str(tmp_path)])) == 3
    assert len(find_inputs([f"{tmp_path}/*.warc.gz"])) == 2
    assert len(find_inputs([f"{tmp_path}/**/*.warc.gz"])) == 3
    assert len(find_inputs([f"@{tmp_path}/list.txt"])) == 2
    assert len(find_inputs([f"{tmp_path}/a.warc.gz", f"{tmp_path}/*.warc.gz"])) == 2


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("nothing.warc.gz", "There is no file"),
        ("none*.warc.gz", "No file is called"),
        ("@nothing.txt", "cannot be read"),
        ("@lists.txt", "is a list in a list"),
        ("empty", "holds no web archive"),
        ("wrong.parquet", "has no column warc_filename"),
        ("strange://a/b.warc.gz", "cannot be opened"),
    ],
)
def test_what_is_not_there_is_said_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "lists.txt").write_text("@lists.txt\n")
    parquet.write_table(arrow.table({"url": ["http://a.example/"]}), tmp_path / "wrong.parquet")
    with pytest.raises(UsageError, match=sentence):
        harvested(source, output=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_file_at_an_address_is_read(tmp_path: Path) -> None:
    data = saved(tmp_path / "a.warc.gz").read_bytes()
    with fsspec.open("memory://crawls/a.warc.gz", "wb") as file:
        file.write(data)
    harvested("memory://crawls/*.warc.gz", output=tmp_path / "out")
    assert numbers(tmp_path / "out") == set(SITE.posts())
    with pytest.raises(FetchError, match="cannot be read: it is not there"):
        harvested("memory://crawls/none.warc.gz", output=tmp_path / "none")


def test_a_listing_that_tells_no_sizes_is_asked_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = saved(tmp_path / "a.warc.gz").read_bytes()
    with fsspec.open("memory://sizes/a.warc.gz", "wb") as file:
        file.write(data)
    memory = "fsspec.implementations.memory"
    whole: Any = cast("Any", importlib.import_module(memory)).MemoryFileSystem.glob

    def sizeless(system: object, path: str, **options: object) -> dict[str, dict[str, object]]:
        found: dict[str, dict[str, object]] = whole(system, path, **options)
        return {name: {**told, "size": None} for name, told in found.items()}

    monkeypatch.setattr(f"{memory}.MemoryFileSystem.glob", sizeless)
    (one,) = find_inputs(["memory://sizes/*.warc.gz"])
    assert one.size == len(data)


def test_a_wacz_is_read_without_being_unpacked(tmp_path: Path) -> None:
    data = saved(tmp_path / "a.warc.gz").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.wacz", "w") as package:
        package.writestr("datapackage.json", "{}")
        package.writestr("archive/data.warc.gz", data)
    harvested(tmp_path / "a.wacz", output=tmp_path / "out")
    assert numbers(tmp_path / "out") == set(SITE.posts())
    assert {row["source"] for row in pages_of(tmp_path / "out")} == {
        f"{tmp_path}/a.wacz:archive/data.warc.gz"
    }


def test_texts_of_web_archives_go_through_the_reader_of_text_dumps(tmp_path: Path) -> None:
    text = Path("fixtures/text-dump/en-web-archive.txt").read_bytes().partition(b"-->")[2].strip()
    made = Crawl()
    made.put("http://shop.example/", b"Only # nails and # screws.", kind="conversion")
    made.put("http://board.example/forums/topic/old/", text, kind="conversion")
    report = harvested(made.save(tmp_path / "a.warc.wet.gz"), output=tmp_path / "out")
    rows = posts_of(tmp_path / "out")
    assert rows
    assert {row["engine"] for row in rows} == {"text-dump"}
    assert (report.counts.candidates, report.passed) == (1, {"no-marks": 1})


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """A Parquet index of a file with a site, noise, and another site between."""
    made = Crawl()
    urls: list[str] = []
    for url, body in SITE.pages():
        made.put(url, body)
        made.put(f"http://noise.example/{len(urls)}.html", b"<p>noise</p>" * 9000)
        urls += [url, f"http://noise.example/{len(urls)}.html"]
    (tmp_path / "segments").mkdir()
    made.save(tmp_path / "segments" / "a.warc.gz")
    rows = [
        (url, "segments/a.warc.gz", made.offset(number), len(made.records[number]))
        for number, url in enumerate(urls)
    ]
    columns = dict(zip(COLUMNS, map(list, zip(*rows, strict=True)), strict=True))
    parquet.write_table(arrow.table(columns), tmp_path / "index.parquet", row_group_size=4)
    return tmp_path / "index.parquet"


def test_only_the_wanted_records_of_an_index_are_read(index: Path, tmp_path: Path) -> None:
    report = harvested(index, output=tmp_path / "out", base=str(tmp_path))
    assert numbers(tmp_path / "out") == set(SITE.posts())
    assert report.counts.records == len(SITE.pages())
    assert report.inputs > 1
    assert {row["source"] for row in pages_of(tmp_path / "out")} == {"segments/a.warc.gz"}
    data = (tmp_path / "segments" / "a.warc.gz").read_bytes()
    assert all(data[row["offset"] :].startswith(b"\x1f\x8b") for row in pages_of(tmp_path / "out"))


def test_every_row_of_an_index_is_read_where_asked_for(index: Path, tmp_path: Path) -> None:
    read = ReadOptions(is_unsifted=True)
    report = harvested(index, output=tmp_path / "out", base=str(tmp_path), read=read)
    assert report.counts.records == 2 * len(SITE.pages())


def test_a_base_that_no_index_is_there_for_is_refused(tmp_path: Path) -> None:
    file = saved(tmp_path / "a.warc.gz")
    with pytest.raises(UsageError, match=r"--base stands before .* no source is one"):
        harvested(file, output=tmp_path / "out", base=str(tmp_path))
    assert not (tmp_path / "out").exists()


def of_rows(path: Path, *rows: tuple[object, ...]) -> Path:
    columns = dict(zip(COLUMNS, map(list, zip(*rows, strict=True)), strict=True))
    parquet.write_table(arrow.table(columns), path)
    return path


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (("segments/a.warc.gz", None, 900), "row 0 names no place in a file"),
        (("segments/a.warc.gz", 0, None), "row 0 names no place in a file"),
        (("segments/a.warc.gz", -7, 900), "row 0 names no place in a file"),
        (("segments/a.warc.gz", 0, -900), "row 0 names no place in a file"),
        ((None, 0, 900), "row 0 names no place in a file"),
        (("../a.warc.gz", 0, 900), "row 0 names a file that is not below --base"),
        (("file:///etc/hostname", 0, 900), "row 0 names a file that is not below --base"),
    ],
)
def test_a_row_of_an_index_that_names_no_record_is_told_and_the_others_are_read(
    index: Path, tmp_path: Path, row: tuple[object, ...], reason: str
) -> None:
    (good,) = parquet.read_table(index).slice(0, 1).to_pylist()
    bad = of_rows(
        tmp_path / "bad.parquet", (good["url"], *row), tuple(good[one] for one in COLUMNS)
    )
    report = harvested(bad, output=tmp_path / "out", base=str(tmp_path))
    assert (report.exit_code, report.counts.records, report.counts.damaged) == (3, 1, 1)
    assert report.problems == (f"{bad}, row group 0: {reason}.",)


def test_an_input_that_is_lost_half_way_is_tried_again_as_a_whole(
    index: Path, tmp_path: Path
) -> None:
    (good,) = parquet.read_table(index).slice(0, 1).to_pylist()
    found = tuple(good[one] for one in COLUMNS)
    lost = (good["url"], "segments/b.warc.gz", *found[2:])
    half = of_rows(tmp_path / "half.parquet", found, lost)
    whole = saved(tmp_path / "whole.warc.gz", Site("two.example"))
    report = harvested(half, whole, output=tmp_path / "out", base=str(tmp_path))
    assert (report.inputs_failed, report.hosts) == (1, 1)
    assert "segments/b.warc.gz cannot be read" in report.problems[0]
    data = (tmp_path / "segments" / "a.warc.gz").read_bytes()
    (tmp_path / "segments" / "b.warc.gz").write_bytes(data)
    again = harvested(half, whole, output=tmp_path / "out", base=str(tmp_path))
    assert (again.inputs_done, again.hosts, again.exit_code) == (1, 2, 0)


def test_an_index_whose_columns_are_of_other_kinds_is_refused(tmp_path: Path) -> None:
    path = of_rows(tmp_path / "odd.parquet", ("http://one.example/", "a.warc.gz", "0", "900"))
    with pytest.raises(UsageError, match="its column warc_record_offset holds no whole numbers"):
        harvested(path, output=tmp_path / "out")


@pytest.mark.parametrize("place", [40, -40, -200])
def test_a_damaged_index_is_said(index: Path, tmp_path: Path, place: int) -> None:
    data = bytearray(index.read_bytes())
    data[place : place + 20] = b"\xff" * 20
    index.write_bytes(data)
    try:
        sentences = harvested(index, output=tmp_path / "out", base=str(tmp_path)).problems
    except NothingReadableError as error:  # found before anything is begun
        sentences = (str(error),)
    assert "index.parquet" in sentences[0]
    assert "no whole Parquet file" in sentences[0]


@pytest.fixture
def failing_server(tmp_path: Path) -> Iterator[str]:
    """A server that says how large a file is, and breaks off whenever it is read."""
    data = saved(tmp_path / "far.warc.gz").read_bytes()

    class Answer(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.send_header("Accept-Ranges", "bytes")
            self.end_headers()

        def do_GET(self) -> None:
            self.do_HEAD()
            self.wfile.write(data[:100])

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  its own name
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/far.warc.gz"
        server.shutdown()


def test_a_file_that_breaks_off_on_its_way_is_tried_again_and_the_others_are_read(
    failing_server: str, tmp_path: Path
) -> None:
    good = saved(tmp_path / "good.warc.gz")
    for _ in range(2):
        report = harvested(failing_server, good, output=tmp_path / "out")
        assert (report.exit_code, report.inputs_failed) == (4, 1)
        assert f"{failing_server} cannot be read" in report.problems[0]
        assert numbers(tmp_path / "out") == set(SITE.posts())


def test_a_disk_that_fails_while_it_is_read_is_told_of_the_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = saved(tmp_path / "bad.warc.gz"), saved(tmp_path / "good.warc.gz")
    real: Any = Path.open

    def open_failing(path: Path, *arguments: object, **options: object) -> object:
        return Failing(path) if path == bad else real(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", open_failing)
    report = harvested(bad, good, output=tmp_path / "out")
    assert (report.exit_code, report.inputs_failed) == (4, 1)
    assert "bad.warc.gz cannot be read: Input/output error" in report.problems[0]
    assert numbers(tmp_path / "out") == set(SITE.posts())


class Failing(io.FileIO):
    """A file on a disk that gives its first bytes, and no more."""

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401  whatever has bytes
        if self.tell() > 0:
            raise OSError(5, "Input/output error")
        return super().readinto(memoryview(buffer)[:100])


def test_an_index_of_files_that_are_not_there_is_tried_again(index: Path, tmp_path: Path) -> None:
    failed = harvested(index, output=tmp_path / "out", base="memory://nowhere")
    assert (failed.exit_code, failed.inputs_failed) == (4, failed.inputs)
    assert "segments/a.warc.gz cannot be read" in failed.problems[0]
    again = harvested(index, output=tmp_path / "out", base="memory://nowhere")
    assert again.inputs_done == again.inputs


def is_topic(page: Page) -> bool:
    try:
        return understood(page).found is not None
    except ThreadkeepError:
        return False


@pytest.mark.parametrize("folder", ["bbpress", "bbpress-standalone", "structural"])
def test_the_filter_passes_every_page_that_an_engine_reads(folder: str) -> None:
    topics = [one for one in cases(folder) if is_topic(one.page)]
    assert len(topics) > 40
    missed = [one.name for one in topics if not may_be_topic(one.page.url, one.page.body)]
    assert missed == []

"""What every format must do, in every shape that it has, as somebody who types `threadkeep export` finds it.

What formats must do with records alone is in `test_exporters.py`.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import os
import re
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

import pytest
import yaml
from lxml import etree, html

from exporters.registry import exporter_named, exporter_names, page_exporter_names
from parsers.errors import DamagedArchiveError
from scraper.archive.database import writing
from scraper.archive.run import ensure_run
from scraper.demo import Written
from tests.archiving import rarely
from tests.documents import ROOT
from tests.export_shape import Shape, files_in, marks_in, shapes, text_in, texts_in
from tests.table_reader import rows_of
from tests.whole_forum import Site
from threadkeep.cli.main import run

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from scraper.demo import DemoTopic
    from tests.conftest import CommandLine

Record = dict[str, Any]
Condition = Callable[[Record], bool]

SHAPES = shapes()
JSONL = next(shape for shape in SHAPES if shape.name == "jsonl")
OF_POSTS = [shape for shape in SHAPES if not shape.is_of_pages]
SUFFIXES = {
    shape.format: shape.output.removeprefix("out")
    for shape in reversed(SHAPES)
    if shape.output.startswith("out.")
}
DEVICES = {
    "CON",
    "PRN",
    "AUX",
    "NUL",
    *(f"{name}{number}" for name in ("COM", "LPT") for number in range(1, 10)),
}
# What has no place where it could be told what was selected.
SILENT = {"jsonl", "csv", "tables"}
DUTCH = "Dat is een goede vraag, en ik weet het antwoord niet zeker; misschien weet iemand anders het wel."
ENGLISH = "That is a good question, and I am not sure of the answer; perhaps somebody else knows it better."
HOSTILE_TITLES = (
    "../../../outside",
    "..\\..\\outside",
    "/etc/passwd",
    "C:\\outside",
    "nul\x00byte",
    "\u202egnp.exe\u202c",
    "long " * 60,
    "宽" * 300,
    "CON",
    "com1.txt",
    "aux",
    "🍞🥖 ❤️",
    "-rf",
    "--output=x",
    "=1+1|cmd",
    "@SUM(A1)",
    "\t=2",
    "</script><script>alert(1)</script>",
    "]]><!--",
    "a\n---\nb: c",
    "- [ ] # *x* `y` | z",
    "'\": {[&anchor *alias !tag %",
    "line\u2028end\u0085next\r\nrow",
    "",
    "   ",
    ".",
    "..",
    "{{ 7*7 }}{% raw %}",
)


@pytest.fixture(params=SHAPES, ids=lambda shape: shape.name)
def shape(request: pytest.FixtureRequest) -> Shape:
    """Each shape, of posts and of pages."""
    chosen: Shape = request.param
    return chosen


# A ZIP archive has the same files as the folder of its format, which `make test` tries.
@pytest.fixture(
    params=[
        pytest.param(shape, marks=pytest.mark.sweep if shape.output.endswith(".zip") else ())
        for shape in OF_POSTS
    ],
    ids=lambda shape: shape.name,
)
def post_shape(request: pytest.FixtureRequest) -> Shape:
    """Each shape of posts."""
    chosen: Shape = request.param
    return chosen


@dataclass(frozen=True, slots=True)
class Kept:
    """A forum in which each post has a word that no other has, archived twice.

    Attributes:
        path: the archive; a post is gone, and posts of a topic were edited.
        earlier: as it was before that.
        records: every post, as an export has them.
    """

    path: Path
    earlier: Path
    records: list[Record]

    def marks(self, shape: Shape, holds: Condition = lambda _: True) -> set[str]:
        """The words of the posts that an export in a shape shows, of those for which something holds."""
        is_for_reading = exporter_named(shape.format).is_for_reading
        shown = (one for one in self.records if not (is_for_reading and one["gone_at"]))
        return {one["body_text"].split()[-1] for one in shown if holds(one)}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    folder = tmp_path_factory.mktemp("kept")
    with Site.of(folder, topics=5, posts=4, threaded=True) as site:
        numbers = itertools.count(1000)
        for place, topic in enumerate(site.forum.topics):
            short = replace(topic, posts=topic.posts[: 4 - place % 3])
            site.forum = site.forum.with_topic(_marked(short, numbers))
        assert site.archive().exit_code == 0
        earlier = folder / "earlier.db"
        shutil.copy(site.path, earlier)
        changing, shrinking = site.forum.topics[1], site.forum.topics[3]
        site.forum = site.forum.with_topic(_edited(changing))
        site.forum = site.forum.with_topic(replace(shrinking, posts=shrinking.posts[:-1]))
        site.archive()
        site.archive()
        records = site.records()
        assert sum(one["gone_at"] is not None for one in records) == 1
        _make_plain(site.path)
        yield Kept(site.path, earlier, records)


def _make_plain(path: Path) -> None:
    """Have SQLite write nothing beside the archive when it is read: these tests let nobody write."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")


def _marked(topic: DemoTopic, numbers: Iterator[int]) -> DemoTopic:
    return _rewritten(topic, lambda _: _words(next(numbers)))


def _words(number: int) -> str:
    return f"{(DUTCH, ENGLISH)[number % 2]} mark{number}x"


def _edited(topic: DemoTopic) -> DemoTopic:
    return _rewritten(topic, lambda text: f"Better: {text}")


def _rewritten(topic: DemoTopic, rewrite: Callable[[str], str]) -> DemoTopic:
    texts = [rewrite(post.body.text) for post in topic.posts]
    posts = (
        replace(post, body=Written(html=f"<p>{text}</p>", text=text))
        for post, text in zip(topic.posts, texts, strict=True)
    )
    return replace(topic, posts=tuple(posts))


def export(
    threadkeep: CommandLine, shape: Shape, archive: Path, folder: Path, *options: object
) -> None:
    """Export an archive in a shape, which goes well."""
    folder.mkdir(parents=True, exist_ok=True)
    ran = threadkeep(*shape.command(archive, folder, *options))
    assert (ran.code, ran.out, ran.err) == (0, "", "")


class TestSameBytes:
    """The same archive gives the same bytes, whatever else is not the same."""

    @pytest.mark.parametrize(
        "environment",
        [
            {"PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONUTF8": "0"},
            *rarely({"PYTHONHASHSEED": "2", "TZ": "America/Lima", "LC_ALL": "tr_TR.UTF-8"}),
        ],
        ids=lambda environment: environment["TZ"],
    )
    def test_whoever_exports_it_and_wherever(
        self, environment: dict[str, str], kept: Kept, tmp_path: Path
    ) -> None:
        first = _exported_here(kept.path, tmp_path / "here")
        second = _exported_by_another(kept.path, tmp_path / "there", environment)
        assert set(first) == set(second)
        assert [name for name in first if first[name] != second[name]] == []

    def test_in_whatever_order_sqlite_finds_rows(
        self,
        threadkeep: CommandLine,
        kept: Kept,
        shape: Shape,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        export(threadkeep, shape, kept.path, tmp_path / "one")
        connect = import_module("scraper.archive.database")._connect_to_read

        def upside_down(path: Path) -> sqlite3.Connection:
            connection: sqlite3.Connection = connect(path)
            connection.execute("PRAGMA reverse_unordered_selects = ON")
            return connection

        monkeypatch.setattr("scraper.archive.database._connect_to_read", upside_down)
        export(threadkeep, shape, kept.path, tmp_path / "two")
        assert files_in(tmp_path / "one") == files_in(tmp_path / "two")

    def test_again_into_the_same_place(
        self, threadkeep: CommandLine, kept: Kept, shape: Shape, tmp_path: Path
    ) -> None:
        export(threadkeep, shape, kept.earlier, tmp_path / "one")
        for name in ("one", "two"):
            export(threadkeep, shape, kept.path, tmp_path / name)
        assert files_in(tmp_path / "one") == files_in(tmp_path / "two")


def _commands(archive: Path, folder: Path) -> list[list[str]]:
    """What exports in every shape."""
    for shape in SHAPES:
        (folder / shape.name).mkdir(parents=True)
    return [shape.command(archive, folder / shape.name) for shape in SHAPES]


def _exported_here(archive: Path, folder: Path) -> dict[str, bytes]:
    assert {run(command) for command in _commands(archive, folder)} == {0}
    return files_in(folder)


def _exported_by_another(
    archive: Path, folder: Path, environment: Mapping[str, str]
) -> dict[str, bytes]:
    """What a process of its own exports in every shape."""
    commands = _commands(archive, folder)
    program = (
        "import json, sys\n"
        "from threadkeep.cli.main import run\n"
        "sys.exit(max(run(command) for command in json.loads(sys.argv[1])))\n"
    )
    subprocess.run(
        [sys.executable, "-c", program, json.dumps(commands)],
        env={**os.environ, **environment},
        cwd=ROOT,
        check=True,
        timeout=120,
    )
    return files_in(folder)


class TestAllOrNothing:
    """An export that fails leaves what was there, and nothing beside it."""

    def test_where_the_archive_turns_out_damaged_half_way(
        self,
        threadkeep: CommandLine,
        kept: Kept,
        shape: Shape,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        export(threadkeep, shape, kept.earlier, tmp_path / "out")
        before = files_in(tmp_path / "out")
        _break_after(monkeypatch, 8)
        ran = threadkeep(*shape.command(kept.path, tmp_path / "out"))
        assert (ran.code, ran.sentence) == (7, "It is broken.")
        assert files_in(tmp_path / "out") == before

    def test_where_the_first_export_fails_nothing_is_there(
        self,
        threadkeep: CommandLine,
        kept: Kept,
        shape: Shape,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        (tmp_path / "out").mkdir()
        _break_after(monkeypatch, 8)
        assert threadkeep(*shape.command(kept.path, tmp_path / "out")).code == 7
        assert files_in(tmp_path / "out") == {}

    @pytest.mark.parametrize("share", [1.0, *rarely(0.01, 0.25, 0.5, 0.75, 0.99)])
    def test_where_the_disk_takes_no_more(
        self,
        threadkeep: CommandLine,
        kept: Kept,
        shape: Shape,
        tmp_path: Path,
        share: float,
        tried: Counter[str],
    ) -> None:
        export(threadkeep, shape, kept.path, tmp_path / "whole")
        largest = max(map(len, files_in(tmp_path / "whole").values()))
        export(threadkeep, shape, kept.earlier, tmp_path / "out")
        before = files_in(tmp_path / "out")
        tried["exports to a disk that was full before the end"] += 1
        with no_file_larger_than(max(700, int(largest * share) - 1)):
            ran = threadkeep(*shape.command(kept.path, tmp_path / "out"))
        assert ran.code == 8
        assert "Cannot write" in ran.sentence
        assert files_in(tmp_path / "out") == before

    def test_where_only_the_folder_of_the_output_takes_files(
        self,
        threadkeep: CommandLine,
        kept: Kept,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        for shape in SHAPES:
            with monkeypatch.context() as patched:
                patched.setattr("exporters.formats.markdown._MOST_IN_MEMORY", 1)
                patched.setattr("exporters.wxr.topic._IN_MEMORY", 1)
                patched.setattr("exporters.warc.index._LINES_AT_A_TIME", 1)
                patched.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
                export(threadkeep, shape, kept.path, tmp_path / shape.name)

    def test_where_the_output_has_a_name_that_is_no_text_or_keeps_nothing(
        self, threadkeep: CommandLine, kept: Kept, tmp_path: Path
    ) -> None:
        for shape in SHAPES:
            odd = replace(shape, output=f"\udcff{shape.output}")
            export(threadkeep, odd, kept.path, tmp_path / shape.name)
            if "--per-topic" not in shape.options:
                to_nothing = ("export", "-a", kept.path, "-q", "-f", shape.format, "-o")
                assert threadkeep(*to_nothing, "/dev/null").code == (8 if shape.is_of_pages else 0)

    @pytest.mark.sweep
    def test_what_a_killed_export_left_goes_with_the_next(
        self,
        threadkeep: CommandLine,
        kept: Kept,
        shape: Shape,
        tmp_path: Path,
        tried: Counter[str],
    ) -> None:
        tried["exports that were killed"] += 1
        folder = tmp_path / "killed"
        folder.mkdir()
        _killed_in_the_middle(shape.command(kept.path, folder))
        assert list(folder.rglob("*")), "it was killed too early to prove anything"
        for name in ("killed", "other"):
            export(threadkeep, shape, kept.path, tmp_path / name)
        assert files_in(folder) == files_in(tmp_path / "other")


def _break_after(monkeypatch: pytest.MonkeyPatch, posts: int) -> None:
    """Have the archive turn out damaged after so many posts or pages."""
    for place in (
        "scraper.archive.thread_reader._post_row",
        "scraper.archive.page_collection.load_page",
    ):
        monkeypatch.setattr(place, _breaking(place, posts))


def _breaking(place: str, most: int) -> Callable[..., object]:
    module, _, name = place.rpartition(".")
    real = getattr(import_module(module), name)
    left = iter(range(most))

    def broken(*arguments: object) -> object:
        if next(left, None) is None:
            raise DamagedArchiveError("It is broken.")
        return real(*arguments)

    return broken


def _killed_in_the_middle(command: list[str]) -> None:
    """Run a command in a process of its own that dies as it reads the eighth post or page."""
    program = (
        "import json, os, signal, sys\n"
        "from importlib import import_module\n"
        "from threadkeep.cli.main import run\n"
        "left = iter(range(8))\n"
        "def dying(real):\n"
        "    def call(*arguments):\n"
        "        if next(left, None) is None:\n"
        "            os.kill(os.getpid(), signal.SIGKILL)\n"
        "        return real(*arguments)\n"
        "    return call\n"
        "for name, function in (('thread_reader', '_post_row'), ('page_collection', 'load_page')):\n"
        "    module = import_module(f'scraper.archive.{name}')\n"
        "    setattr(module, function, dying(getattr(module, function)))\n"
        "run(json.loads(sys.argv[1]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, json.dumps(command)], check=False, cwd=ROOT, timeout=60
    )
    assert done.returncode == -9


@contextmanager
def no_file_larger_than(size: int) -> Generator[None]:
    """Have the system take no more of any file, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def selections(records: list[Record]) -> list[tuple[tuple[object, ...], Condition]]:
    """Each option that selects posts, and of which records it holds."""
    topics = sorted({one["topic_id"] for one in records})
    author = next(one["author"]["slug"] for one in records if one["author"]["slug"])
    forum = records[0]["forum"][-1]
    role = records[-1]["role_key"]
    days = sorted(one["published"][:10] for one in records)
    since, until = days[len(days) // 3], days[-len(days) // 3]
    replies = {
        topic: sum(
            one["topic_id"] == topic and one["kind"] == "reply" and not one["gone_at"]
            for one in records
        )
        for topic in topics
    }
    return [
        (("--topic", topics[1], "--topic", topics[2]), lambda one: one["topic_id"] in topics[1:3]),
        (("--forum", forum), lambda one: forum in one["forum"]),
        (("--author", author), lambda one: one["author"]["slug"] == author),
        (("--role", role), lambda one: one["role_key"] == role),
        (("--language", "nl"), lambda one: DUTCH in one["body_text"]),
        (("--since", since), lambda one: one["published"][:10] >= since),
        (("--until", until), lambda one: one["published"][:10] <= until),
        (("--min-replies", 2), lambda one: replies[one["topic_id"]] >= 2),
        (("--query", "vraag"), lambda one: DUTCH in one["body_text"]),
        (
            ("--language", "nl", "--since", since, "--min-replies", "1"),
            lambda one: (
                DUTCH in one["body_text"]
                and one["published"][:10] >= since
                and replies[one["topic_id"]] >= 1
            ),
        ),
    ]


class TestSelection:
    def test_every_option_is_honoured(
        self, threadkeep: CommandLine, kept: Kept, post_shape: Shape, tmp_path: Path
    ) -> None:
        for number, (options, holds) in enumerate(selections(kept.records)):
            wanted = kept.marks(post_shape, holds)
            assert 0 < len(wanted) < len(kept.marks(post_shape)), "this would prove nothing"
            export(threadkeep, post_shape, kept.path, tmp_path / str(number), *options)
            assert marks_in(tmp_path / str(number)) == wanted, options

    def test_without_one_there_is_everything(
        self, threadkeep: CommandLine, kept: Kept, post_shape: Shape, tmp_path: Path
    ) -> None:
        export(threadkeep, post_shape, kept.path, tmp_path / "out")
        assert marks_in(tmp_path / "out") == kept.marks(post_shape)

    def test_a_sample_is_the_same_in_every_format(
        self, threadkeep: CommandLine, kept: Kept, post_shape: Shape, tmp_path: Path
    ) -> None:
        drawn = ("--sample", 5, "--seed", 3, "--topic", kept.records[0]["topic_id"])
        export(threadkeep, JSONL, kept.path, tmp_path / "one", *drawn)
        export(threadkeep, post_shape, kept.path, tmp_path / "two", *drawn)
        wanted = marks_in(tmp_path / "one")
        assert wanted
        assert marks_in(tmp_path / "two") == wanted & kept.marks(post_shape)

    def test_what_was_selected_is_told(
        self, threadkeep: CommandLine, kept: Kept, post_shape: Shape, tmp_path: Path
    ) -> None:
        export(threadkeep, post_shape, kept.path, tmp_path / "out", "--since", "2001-02-03")
        text = text_in(tmp_path / "out")
        assert ("2001-02-03" in text) == (post_shape.format not in SILENT)
        export(threadkeep, post_shape, kept.path, tmp_path / "all")
        assert "election" not in text_in(tmp_path / "all").replace("Selections", "")

    @pytest.mark.parametrize("name", page_exporter_names())
    def test_a_format_of_pages_says_why_it_cannot(
        self, threadkeep: CommandLine, kept: Kept, name: str, tmp_path: Path
    ) -> None:
        for options, _ in selections(kept.records):
            place = ("-o", tmp_path / "out", "-f", name)
            ran = threadkeep("export", "-a", kept.path, *place, *options)
            assert ran.code == 2
            assert "pages as they came, with every post that is on them" in ran.sentence
        assert not (tmp_path / "out").exists()


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive without a post."""
    path = tmp_path_factory.mktemp("empty") / "empty.db"
    with (
        writing(path, command="test", host="forum.example") as archive,
        archive.transaction() as connection,
    ):
        ensure_run(connection, archive, "2026-01-01T00:00:00Z")
    return path


class TestPseudonyms:
    def test_nobody_is_named_or_it_is_said_that_this_cannot_be(
        self, threadkeep: CommandLine, kept: Kept, shape: Shape, tmp_path: Path
    ) -> None:
        names = {one["author"]["name"] for one in kept.records}
        asked = ("--pseudonymize", tmp_path / "forum.key")
        (tmp_path / "one").mkdir()
        ran = threadkeep(*shape.command(kept.path, tmp_path / "one", *asked))
        if ran.code != 0:
            assert (ran.code, files_in(tmp_path / "one")) == (2, {})
            assert "pseudonym" in ran.sentence
            return
        text = text_in(tmp_path / "one")
        assert [name for name in names if name in text] == []
        assert marks_in(tmp_path / "one") == kept.marks(shape)
        (tmp_path / "two").mkdir()
        assert threadkeep(*shape.command(kept.path, tmp_path / "two", *asked)).code == 0
        assert files_in(tmp_path / "one") == files_in(tmp_path / "two")


class TestEmptyArchive:
    def test_it_is_exported_as_what_the_format_is(
        self, threadkeep: CommandLine, empty: Path, shape: Shape, tmp_path: Path
    ) -> None:
        export(threadkeep, shape, empty, tmp_path / "out")
        files = files_in(tmp_path / "out")
        assert files or "--per-topic" in shape.options
        check_all(files)

    def test_so_is_a_selection_in_which_nothing_is(
        self, threadkeep: CommandLine, kept: Kept, post_shape: Shape, tmp_path: Path
    ) -> None:
        export(threadkeep, post_shape, kept.path, tmp_path / "out", "--until", "1970")
        assert marks_in(tmp_path / "out") == set()
        check_all(files_in(tmp_path / "out"))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive whose topics, forums and people are called what breaks things."""
    path = tmp_path_factory.mktemp("hostile") / "hostile.db"
    with Site.of(path.parent, topics=len(HOSTILE_TITLES), posts=1) as site:
        assert site.archive().exit_code == 0
        shutil.copy(site.path, path)
    with closing(sqlite3.connect(path)) as connection, connection:
        for table, key, name in (
            ("topics", "topic_key", "title"),
            ("forums", "forum_id", "title"),
            ("authors", "author_id", "name"),
        ):
            keys = connection.execute(f"SELECT {key} FROM {table} ORDER BY 1").fetchall()
            named = zip(itertools.cycle(HOSTILE_TITLES), keys, strict=False)
            connection.executemany(
                f"UPDATE {table} SET {name} = ? WHERE {key} = ?",
                [(title, one) for title, (one,) in named],
            )
    return path


class TestHostileTitles:
    def test_files_stay_where_they_belong_under_names_that_are_safe_anywhere(
        self, threadkeep: CommandLine, hostile: Path, shape: Shape, tmp_path: Path
    ) -> None:
        export(threadkeep, shape, hostile, tmp_path / "in" / "out")
        assert {path.name for path in (tmp_path / "in").iterdir()} == {"out"}
        names = list(files_in(tmp_path / "in" / "out"))
        for part in {part for name in names for part in name.split("/")}:
            assert re.fullmatch(r"[\w][\w.-]*", part), part
            assert len(part.encode()) < 200
            assert part.partition(".")[0].upper() not in DEVICES

    def test_every_file_is_what_its_name_says(
        self, threadkeep: CommandLine, hostile: Path, shape: Shape, tmp_path: Path
    ) -> None:
        export(threadkeep, shape, hostile, tmp_path / "out")
        check_all(files_in(tmp_path / "out"))

    def test_data_has_them_as_they_are(
        self, threadkeep: CommandLine, hostile: Path, post_shape: Shape, tmp_path: Path
    ) -> None:
        export(threadkeep, post_shape, hostile, tmp_path / "out")
        found = set(_values_of(files_in(tmp_path / "out")))
        if found:
            as_written = found | {text.removeprefix("'") for text in found}
            wanted = {title.replace("\0", "\ufffd") for title in HOSTILE_TITLES}
            assert wanted - {text.replace("\0", "\ufffd") for text in as_written} == set()


def check_all(files: Mapping[str, bytes]) -> None:
    """Hold each file against what its ending says that it is."""
    for name, text in texts_in(dict(files)):
        check = CHECKS.get(name.rpartition(".")[2])
        if check is not None:
            check(text)


def _check_csv(text: str) -> None:
    header, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert header
    assert {len(row) for row in rows} <= {len(header)}


def _check_jsonl(text: str) -> None:
    for line in text.split("\n")[:-1]:
        assert isinstance(json.loads(line), dict)


def _check_html(text: str) -> None:
    page = html.document_fromstring(text.encode())
    assert page.findtext(".//title")
    assert not [one for one in page.iter("script") if "alert" in (one.text or "")]


def _check_script(text: str) -> None:
    """A script hands data over, and its data is JSON."""
    if text.startswith("threadkeepSearch."):
        for line in text.split("\n")[:-1]:
            json.loads(f"[{line.partition('(')[2].removesuffix(');')}]")


def _check_markdown(text: str) -> None:
    assert not re.search(r"(?<!\\)<script", text)
    if text.startswith("---\n"):
        facts = yaml.safe_load(text[4:].partition("\n---\n")[0])
        assert isinstance(facts["title"], str)


def _check_yaml(text: str) -> None:
    assert yaml.safe_load(text)["cff-version"]


def _check_xml(text: str) -> None:
    etree.fromstring(text.encode())


def _check_warc(text: str) -> None:
    assert text.startswith("WARC/1.1\r\n")


CHECKS: dict[str, Callable[[str], object]] = {
    "json": json.loads,
    "jsonl": _check_jsonl,
    "csv": _check_csv,
    "html": _check_html,
    "js": _check_script,
    "md": _check_markdown,
    "cff": _check_yaml,
    "xml": _check_xml,
    "gz": _check_warc,
}


def _values_of(files: Mapping[str, bytes]) -> Iterator[str]:
    """Every text that data holds, of formats that programs read."""
    for name, data in files.items():
        if name.endswith(".parquet"):
            yield from _texts_of(rows_of(data))
    for name, text in texts_in(dict(files)):
        if name.endswith(".json"):
            yield from _texts_of(json.loads(text))
        elif name.endswith(".jsonl"):
            yield from _texts_of([json.loads(line) for line in text.split("\n")[:-1]])
        elif name.endswith(".csv"):
            yield from itertools.chain(*csv.reader(io.StringIO(text, newline="")))


def _texts_of(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in cast("dict[str, object]", value).values():
            yield from _texts_of(one)
    elif isinstance(value, list):
        for one in cast("list[object]", value):
            yield from _texts_of(one)


@pytest.mark.parametrize("name", [*exporter_names(), *page_exporter_names()])
def test_a_format_has_a_page_with_an_example_that_runs(name: str) -> None:
    """The section of a format leads to a page, on which somebody types an export of it."""
    formats = (ROOT / "docs" / "formats.md").read_text("utf-8")
    section = re.split(rf"^## {name}$", formats, flags=re.MULTILINE)[1].split("\n## ")[0]
    pages = re.findall(r"\(([a-z-]+\.md)(?:#[a-z-]+)?\)", section)
    ending = re.escape(SUFFIXES[name])
    asked = re.compile(
        rf"^\$ threadkeep export (?=.*(?:(?:-f|--format) {name}\b|-o \S+{ending}(?:\s|$)))",
        re.MULTILINE,
    )
    examples = [
        block
        for page in pages
        for block in re.findall(
            r"^```console\n(.*?)^```",
            (ROOT / "docs" / page).read_text("utf-8"),
            re.DOTALL | re.MULTILINE,
        )
        if asked.search(block)
    ]
    assert examples, f"none of {pages} shows an export in the format {name}"

"""Where an export goes: whole files or none, names that are safe anywhere, and errors that say what to do."""

from __future__ import annotations

import errno
import io
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters.destination import Written, file_stem, write_file, write_folder, write_stream
from exporters.exporter import ExportOptions
from exporters.registry import exporter_named
from parsers.errors import ArchiveError, ExportError
from tests.threads import make_post, make_thread

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from parsers.records import Post, Thread

JSONL = exporter_named("jsonl")
OPTIONS = ExportOptions()
needs_posix = pytest.mark.skipif(
    os.name != "posix", reason="Windows has other permissions and devices"
)


def two_posts() -> Thread:
    return make_thread([make_post(post_id=1), make_post(post_id=2)])


def broken_posts(error: BaseException) -> Iterator[Post]:
    yield make_post()
    raise error


class _Failing:
    """A format whose output the disk does not take."""

    name, suffix, description, is_for_reading = "failing", ".failing", "", False

    def __init__(self, code: int) -> None:
        self._code = code

    def write(self, threads: Iterable[Thread], out: BinaryIO, options: ExportOptions) -> int:
        del threads, options  # the disk refuses whatever it is
        out.write(b"half")
        raise OSError(self._code, os.strerror(self._code))


class TestFile:
    def test_a_file_is_written_and_nothing_beside_it(self, tmp_path: Path) -> None:
        path = tmp_path / "posts.jsonl"
        assert write_file(path, JSONL, [two_posts()], OPTIONS) == Written(posts=2, files=1)
        assert path.read_bytes().count(b"\n") == 2
        assert list(tmp_path.iterdir()) == [path]

    def test_an_earlier_file_is_replaced(self, tmp_path: Path) -> None:
        path = tmp_path / "posts.jsonl"
        path.write_text("earlier, and longer than the new one " * 1000)
        write_file(path, JSONL, [], OPTIONS)
        assert path.read_bytes() == b""

    @pytest.mark.parametrize("error", [ArchiveError("damaged"), KeyboardInterrupt(), ValueError()])
    def test_an_earlier_file_outlives_any_failure(
        self, tmp_path: Path, error: BaseException
    ) -> None:
        path = tmp_path / "posts.jsonl"
        path.write_text("earlier")
        with pytest.raises(type(error)):
            write_file(path, JSONL, [make_thread(broken_posts(error))], OPTIONS)
        assert path.read_text() == "earlier"
        assert list(tmp_path.iterdir()) == [path]

    @pytest.mark.parametrize(
        ("code", "advice"),
        [
            (errno.ENOSPC, "the disk is full: free some space"),
            (errno.EDQUOT, "your share of the disk is used up"),
            (errno.EFBIG, "one file a topic"),
            (errno.EROFS, "can only be read"),
            (errno.EACCES, "not allowed"),
            (errno.EIO, f"{os.strerror(errno.EIO)}: choose another place"),
        ],
    )
    def test_an_error_says_what_to_do(self, tmp_path: Path, code: int, advice: str) -> None:
        path = tmp_path / "posts"
        path.write_text("earlier")
        with pytest.raises(ExportError) as raised:
            write_file(path, _Failing(code), [], OPTIONS)
        assert str(raised.value).startswith(f"Cannot write “{path}”, since ")
        assert advice in str(raised.value)
        assert raised.value.exit_code == 8
        assert [entry.read_text() for entry in tmp_path.iterdir()] == ["earlier"]

    def test_a_missing_folder_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(ExportError, match="the folder does not exist: create it first"):
            write_file(tmp_path / "no" / "posts.jsonl", JSONL, [], OPTIONS)

    def test_a_folder_is_no_file(self, tmp_path: Path) -> None:
        with pytest.raises(ExportError, match="there is a folder of this name"):
            write_file(tmp_path, JSONL, [], OPTIONS)

    def test_a_file_is_no_folder(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(ExportError, match="what should be its folder is a file"):
            write_file(tmp_path / "file" / "posts.jsonl", JSONL, [], OPTIONS)

    def test_a_name_may_be_as_long_as_the_disk_allows(self, tmp_path: Path) -> None:
        write_file(tmp_path / ("n" * 255), JSONL, [], OPTIONS)
        with pytest.raises(ExportError, match="the name is too long"):
            write_file(tmp_path / ("n" * 300), JSONL, [], OPTIONS)

    @needs_posix
    def test_permissions_are_those_of_any_new_file_or_of_the_earlier_one(
        self, tmp_path: Path
    ) -> None:
        plain, new, earlier = tmp_path / "plain", tmp_path / "new", tmp_path / "earlier"
        plain.write_text("")
        earlier.write_text("")
        earlier.chmod(0o640)
        write_file(new, JSONL, [], OPTIONS)
        write_file(earlier, JSONL, [], OPTIONS)
        assert new.stat().st_mode == plain.stat().st_mode
        assert stat.S_IMODE(earlier.stat().st_mode) == 0o640

    @needs_posix
    def test_a_link_stays_and_its_target_is_replaced(self, tmp_path: Path) -> None:
        (tmp_path / "there").mkdir()
        target, link = tmp_path / "there" / "posts.jsonl", tmp_path / "latest.jsonl"
        target.write_text("earlier")
        link.symlink_to(target)
        write_file(link, JSONL, [two_posts()], OPTIONS)
        assert link.is_symlink()
        assert target.read_bytes().count(b"\n") == 2

    @needs_posix
    def test_a_device_is_written_to_and_not_replaced(self, tmp_path: Path) -> None:
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        received: list[bytes] = []
        reader = threading.Thread(target=lambda: received.append(pipe.read_bytes()))
        reader.start()
        assert write_file(pipe, JSONL, [two_posts()], OPTIONS).posts == 2
        reader.join()
        assert received[0].count(b"\n") == 2
        assert stat.S_ISFIFO(pipe.stat().st_mode)

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk always full")
    def test_a_full_device_is_an_error(self) -> None:
        with pytest.raises(ExportError, match="the disk is full"):
            write_file(Path("/dev/full"), JSONL, [two_posts()], OPTIONS)


class TestFolder:
    def test_each_topic_gets_a_file(self, tmp_path: Path) -> None:
        threads = [
            make_thread([make_post()], topic_id=7, title="Hello, world!"),
            make_thread([make_post(), make_post()], topic_id=8, title="../../etc/passwd"),
            make_thread(topic_id=None, title="CON"),
        ]
        folder = tmp_path / "new" / "folder"
        written = write_folder(folder, JSONL, threads, OPTIONS)
        assert written == Written(posts=3, files=3)
        assert sorted(entry.name for entry in folder.iterdir()) == [
            "7-hello-world.jsonl",
            "8-etc-passwd.jsonl",
            "topic-con.jsonl",
        ]

    def test_topics_that_share_a_name_are_kept_apart(self, tmp_path: Path) -> None:
        threads = [make_thread(topic_id=None, title=title) for title in ("A", "a", "a!")]
        assert write_folder(tmp_path, JSONL, threads, OPTIONS).files == 3
        assert {entry.name for entry in tmp_path.iterdir()} == {
            *("topic-a.jsonl", "topic-a-2.jsonl", "topic-a-3.jsonl")
        }

    def test_a_second_export_replaces_the_first(self, tmp_path: Path) -> None:
        for _ in range(2):
            write_folder(tmp_path, JSONL, [two_posts()], OPTIONS)
        assert len(list(tmp_path.iterdir())) == 1

    def test_a_file_in_the_way_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "out").write_text("")
        with pytest.raises(ExportError, match="out”, since there is a file of this name"):
            write_folder(tmp_path / "out", JSONL, [], OPTIONS)


class TestNames:
    @pytest.mark.parametrize(
        ("title", "stem"),
        [
            ("Hello, World", "5-hello-world"),
            ("  --weird__title--  ", "5-weird-title"),
            ("C:\\Windows\\..\\nul", "5-c-windows-nul"),
            ("Straße & Übung", "5-straße-übung"),
            ("¿Qué? ¡Sí!", "5-qué-sí"),
            ("नमस्ते दुनिया", "5-नमस्ते-दुनिया"),
            ("مرحبا بالعالم", "5-مرحبا-بالعالم"),
            ("パンの作り方", "5-パンの作り方"),
            ("\u202eevil\u202c\u200b", "5-evil"),
            ("🍞🥖", "5"),
            ("I ❤️ bread", "5-i-bread"),
            ("\ud800 half", "5-half"),
            ("e\u0301", "5-é"),
            ("", "5"),
        ],
    )
    def test_titles_become_names_for_people(self, title: str, stem: str) -> None:
        assert file_stem(5, title) == stem

    def test_a_long_title_ends_with_a_whole_word(self) -> None:
        stem = file_stem(5, "word " * 100)
        assert stem.endswith("-word")
        assert 60 < len(stem) <= 82

    def test_a_long_word_ends_with_a_whole_character(self) -> None:
        assert file_stem(5, f"re {'パ' * 100}") == f"5-re-{'パ' * 25}"

    @given(st.text(), st.none() | st.integers(min_value=0))
    def test_any_name_is_safe_anywhere(self, title: str, topic_id: int | None) -> None:
        stem = file_stem(topic_id, title)
        assert len(stem.encode()) < 150
        assert not set(stem) & set('<>:"/\\|?*. \0\n')
        assert stem.isprintable()
        assert stem[0].isalnum()
        assert stem[-1] != "-"
        assert stem.split("-")[0].upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT1"}


class _Gone(io.BytesIO):
    """A pipe that nobody reads any more."""

    def flush(self) -> None:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")


class TestStream:
    def test_a_stream_is_written_and_stays_open(self) -> None:
        out = io.BytesIO()
        assert write_stream(out, JSONL, [two_posts()], OPTIONS) == Written(posts=2, files=0)
        assert out.getvalue().count(b"\n") == 2

    def test_a_reader_that_stops_early_is_no_error(self) -> None:
        written = write_stream(_Gone(), JSONL, [two_posts()], OPTIONS)
        assert written == Written(posts=0, files=0, is_whole=False)

    def test_another_failure_is_an_error(self) -> None:
        with pytest.raises(ExportError, match="Cannot write the output, since the disk is full"):
            write_stream(io.BytesIO(), _Failing(errno.ENOSPC), [], OPTIONS)

    @needs_posix
    def test_a_program_whose_reader_stopped_ends_quietly(self) -> None:
        program = (
            "import sys\n"
            "from exporters.destination import write_stream\n"
            "from exporters.exporter import ExportOptions\n"
            "from exporters.registry import exporter_named\n"
            "from tests.threads import make_post, make_thread\n"
            "thread = make_thread(make_post(body_text='x' * 10_000) for _ in range(100))\n"
            "done = write_stream(sys.stdout.buffer, exporter_named('jsonl'), [thread], ExportOptions())\n"
            "sys.exit(7 if done.is_whole else 0)\n"
        )
        child = subprocess.Popen(
            [sys.executable, "-c", program],
            cwd=Path(__file__).parent.parent,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        with child:
            assert child.stdout
            assert child.stderr
            child.stdout.read(10)
            child.stdout.close()
            assert child.stderr.read() == b""
            assert child.wait() == 0

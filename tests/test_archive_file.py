"""The archive as a file: made, opened, locked, refused, migrated, and left as it was when something goes wrong."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock

import pytest

from parsers.errors import (
    ArchiveError,
    ArchiveLockedError,
    DamagedArchiveError,
    ExportError,
    ForeignArchiveError,
    NewerArchiveError,
    ThreadkeepError,
    UsageError,
)
from scraper.archive import database, migration
from scraper.archive.database import VERSION, reading, remove_archive, writing
from scraper.archive.header import APPLICATION_ID, is_archive
from scraper.archive.run import ensure_run
from tests.archiving import World

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOW = "2026-01-01T00:00:00Z"


def make(path: Path, command: str = "test") -> None:
    """Make an archive in which something was kept."""
    with (
        writing(path, command=command, host="forum.test") as archive,
        archive.transaction() as connection,
    ):
        ensure_run(connection, archive, NOW)


def open_both_ways(path: Path) -> list[ThreadkeepError]:
    """The errors of reading and of writing."""
    errors: list[ThreadkeepError] = []
    for open_it in (reading, write):
        with pytest.raises(ThreadkeepError) as caught, open_it(path):
            pass
        errors.append(caught.value)
    return errors


def write(path: Path) -> Any:  # noqa: ANN401  a context manager
    return writing(path, command="test", host="forum.test")


def sqlite_file(path: Path, script: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)


# --- what it is ---


def test_an_archive_is_an_sqlite_file_that_says_whose_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    make(path)
    with closing(sqlite3.connect(path)) as connection:
        facts = {
            name: connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("application_id", "user_version", "journal_mode")
        }
        tables = connection.execute(
            "SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
            " AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'search_index%'"
        ).fetchall()
    assert facts == {
        "application_id": APPLICATION_ID,
        "user_version": VERSION,
        "journal_mode": "wal",
    }
    assert APPLICATION_ID.to_bytes(4) == b"thkp"
    assert tables
    assert all(strict for _, strict in tables)
    assert is_archive(path)


def test_every_key_that_names_another_table_has_an_index_to_be_found_by(tmp_path: Path) -> None:
    """Of the tables that grow with the posts: without one, each look-up would read all of them."""
    path = tmp_path / "a.db"
    make(path)
    queries = [
        "SELECT 1 FROM posts WHERE topic_key = 1",
        "SELECT 1 FROM posts WHERE page_id = 1",
        "SELECT 1 FROM posts JOIN revisions USING (post_id, revision) WHERE post_id = 1",
        "SELECT 1 FROM frontier WHERE topic_key = 1 AND state = 'pending' ORDER BY number, part",
        "SELECT 1 FROM topic_pages WHERE topic_key = 1",
        "SELECT 1 FROM topic_pages WHERE url IN ('a', 'b')",
        "SELECT 1 FROM addresses WHERE url IN ('a', 'b')",
        "SELECT 1 FROM gaps WHERE topic_key = 1",
        "SELECT 1 FROM topics WHERE topic_id = 1",
        "SELECT 1 FROM contents WHERE sha256 = 'a'",
        "SELECT 1 FROM search_entries WHERE post_id = 1",
        "SELECT max(page_id), * FROM pages WHERE kind = 'robots' GROUP BY url",
        (
            "SELECT 1 FROM authors WHERE name = 'a' AND coalesce(url, '') = '' AND coalesce(user_id, 0) = 0"
            " AND is_guest = 0 AND coalesce(is_deleted, -1) = -1"
        ),
    ]
    with reading(path) as archive:
        for query in queries:
            plan = " ".join(
                row["detail"] for row in archive.connection.execute(f"EXPLAIN QUERY PLAN {query}")
            )
            assert "SCAN" not in plan, (query, plan)


def test_nothing_lies_beside_an_archive_that_nobody_has_open(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    make(path)
    with reading(path):
        pass
    with writing(path, command="again"):
        pass
    assert list(tmp_path.iterdir()) == [path]


def test_reading_goes_on_while_another_run_writes(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    make(path)
    with writing(path, command="test") as archive, archive.transaction() as connection:
        ensure_run(connection, archive, NOW)
        with reading(path) as other:
            assert other.connection.execute("SELECT count(*) FROM runs").fetchone()[0] == 1
    with reading(path) as other:
        assert other.connection.execute("SELECT count(*) FROM runs").fetchone()[0] == 2


def test_what_is_opened_to_be_read_cannot_be_written(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    make(path)
    with pytest.raises(ArchiveError), reading(path) as archive:
        archive.connection.execute("DELETE FROM runs")


# --- what is refused ---


def another_program(path: Path) -> None:
    sqlite_file(path, "CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('mine')")


def another_program_with_id(path: Path) -> None:
    sqlite_file(path, "PRAGMA application_id = 1; CREATE TABLE notes (text TEXT)")


def newer(path: Path) -> None:
    make(path)
    sqlite_file(path, f"PRAGMA user_version = {VERSION + 1}")


def without_format(path: Path) -> None:
    make(path)
    sqlite_file(path, "PRAGMA user_version = 0")


REFUSED: dict[str, tuple[Callable[[Path], object], type[ThreadkeepError], str]] = {
    "a text": (lambda path: path.write_text("Dear diary"), ForeignArchiveError, "no SQLite file"),
    "a long text": (
        lambda path: path.write_text("Dear diary" * 500),
        ForeignArchiveError,
        "no SQLite file",
    ),
    "a folder": (lambda path: path.mkdir(), ArchiveError, "cannot be read"),
    "another program's": (another_program, ForeignArchiveError, "of another program"),
    "another program's, with its id": (
        another_program_with_id,
        ForeignArchiveError,
        "of another program",
    ),
    "a newer threadkeep's": (newer, NewerArchiveError, "update threadkeep"),
    "one of no format": (without_format, DamagedArchiveError, "names no format"),
    "the beginning of an SQLite file": (
        lambda path: path.write_bytes(b"SQLite format 3\0\x10\x00\x01"),
        ForeignArchiveError,
        "no SQLite file",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_archive_is_refused_and_left_as_it_is(name: str, tmp_path: Path) -> None:
    make_it, kind, words = REFUSED[name]
    path = tmp_path / "a.db"
    make_it(path)
    before = path.read_bytes() if path.is_file() else None
    for error in open_both_ways(path):
        assert type(error) is kind
        assert words in str(error)
        assert str(path) in str(error)
        assert error.exit_code == 7
    assert (path.read_bytes() if path.is_file() else None) == before
    assert list(tmp_path.iterdir()) == [path]


def test_there_is_nothing_to_read_in_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    for is_there in (False, True):
        if is_there:
            path.touch()
        with pytest.raises(UsageError, match="There is no archive at"), reading(path):
            pass
        with (
            pytest.raises(UsageError, match="There is no archive at"),
            writing(path, command="test"),
        ):
            pass
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == b""


def test_an_empty_file_becomes_an_archive_and_is_empty_again_if_nothing_is_kept(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.db"
    path.touch()
    with writing(path, command="test", host="forum.test"):
        pass
    assert path.read_bytes() == b""
    make(path)
    assert is_archive(path)


def test_an_archive_in_which_nothing_was_kept_is_gone_again(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with writing(path, command="test", host="forum.test"):
        assert is_archive(path), "if it is killed now, it can be seen what this is"
    assert list(tmp_path.iterdir()) == []

    def fail() -> None:
        with (
            writing(path, command="test", host="forum.test") as archive,
            archive.transaction() as connection,
        ):
            ensure_run(connection, archive, NOW)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert list(tmp_path.iterdir()) == [], "a run that was rolled back kept nothing"


def test_the_journal_of_an_archive_that_was_deleted_does_not_get_into_the_next(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.db"
    with writing(path, command="test", host="first.test") as archive:
        with archive.transaction() as connection:
            ensure_run(connection, archive, NOW)
        copies = {one: one.read_bytes() for one in tmp_path.glob("a.db-*")}
    assert copies
    path.unlink()
    for name, content in copies.items():  # as a run that was killed leaves them
        name.write_bytes(content)
    with writing(path, command="test", host="second.test") as archive:
        assert archive.connection.execute("SELECT host FROM site").fetchone()[0] == "second.test"
        assert archive.connection.execute("SELECT count(*) FROM runs").fetchone()[0] == 0


def test_remove_archive_takes_its_journal_along(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    make(path)
    for suffix in ("-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).touch()
    remove_archive(path)
    remove_archive(path)
    assert list(tmp_path.iterdir()) == []


# --- where it cannot be written ---


@pytest.mark.parametrize("place", ["nowhere/a.db", "file/a.db", "deep/er/a.db"])
def test_a_place_that_is_none_is_said_and_not_made(place: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("I am a file")
    with pytest.raises(ThreadkeepError) as caught, write(tmp_path / place):
        pass
    assert caught.value.exit_code in {7, 8}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file"]


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="needs a folder that nobody can write")  # noqa: PTH112
def test_a_folder_that_cannot_be_written_is_said() -> None:
    from pathlib import Path

    with pytest.raises(ExportError, match="cannot be written"), write(Path("/proc/self/a.db")):
        pass


def read_only(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None)
    connection.row_factory = sqlite3.Row
    return connection


def test_a_file_that_cannot_be_written_is_said_and_still_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.db"
    make(path)
    before = path.read_bytes()
    # The tests may run as root, whom no permission keeps from writing.
    monkeypatch.setattr(database, "connect", read_only)
    with pytest.raises(ExportError, match="cannot be written") as caught:
        make(path)
    assert caught.value.exit_code == 8
    assert path.read_bytes() == before
    with reading(path) as archive:
        assert archive.connection.execute("SELECT count(*) FROM runs").fetchone()[0] == 1


def test_an_archive_on_a_read_only_disk_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.db"
    make(path)
    monkeypatch.setattr(os, "access", Mock(return_value=False))
    with reading(path) as archive:
        assert archive.connection.execute("SELECT count(*) FROM runs").fetchone()[0] == 1
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_costs_the_page_in_flight_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = database.connect

    def on_a_small_disk(path: Path) -> sqlite3.Connection:
        connection = connect(path)
        used = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {used + 12}")
        return connection

    with World.of(tmp_path) as world:
        wanted = World(server=world.server, path=tmp_path / "wanted.db", slug=world.slug)
        wanted.archive()
        world.archive(world.url.replace(world.slug, world.server.forum.topics[0].slug))
        before = world.records()
        monkeypatch.setattr(database, "connect", on_a_small_disk)
        with pytest.raises(ExportError, match="disk"):
            world.archive()
        asked = world.pages_asked
        assert 1 < len(asked) < 10
        assert [record for record in world.records() if record in before] == before
        monkeypatch.undo()
        assert world.archive().exit_code == 0
        assert world.pages_asked == list(range(len(asked), 11)), "what was kept is not asked again"
        assert world.live() == wanted.live()


def test_a_disk_that_is_full_from_the_start_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = database.connect

    def on_no_disk(path: Path) -> sqlite3.Connection:
        connection = connect(path)
        connection.execute("PRAGMA max_page_count = 5")
        return connection

    monkeypatch.setattr(database, "connect", on_no_disk)
    with pytest.raises(ExportError), write(tmp_path / "a.db"):
        pass
    assert list(tmp_path.iterdir()) == []


# --- one at a time ---

HOLD = """
import sys
from pathlib import Path
from scraper.archive.database import writing
with writing(Path(sys.argv[1]), command="threadkeep archive https://forum.test/"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_run_says_who_holds_the_archive_and_a_third_gets_it(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    make(path)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(ArchiveLockedError) as caught, write(path):
            pass
        assert str(holder.pid) in str(caught.value)
        assert "`threadkeep archive https://forum.test/`" in str(caught.value)
        with reading(path) as archive:
            assert archive.connection.execute("SELECT count(*) FROM runs").fetchone()[0] == 1
        holder.communicate(timeout=30)
    make(path)
    assert list(tmp_path.iterdir()) == [path]


def test_who_only_reads_takes_the_lock_of_a_killed_run_away(tmp_path: Path) -> None:
    path, lock = tmp_path / "a.db", tmp_path / "a.db.lock"
    with writing(path, command="archive", host="forum.test") as archive:
        ensure_run(archive.connection, archive, "2026-01-01T00:00:00Z")
        with reading(path):
            assert lock.exists(), "this one is held"
    lock.write_text("process 1, `archive`\n")
    with reading(path):
        pass
    assert not lock.exists()


def test_the_lock_of_a_killed_run_holds_nobody_up(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    make(path)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        holder.kill()
        holder.communicate(timeout=30)
    assert (tmp_path / "a.db.lock").exists()
    make(path)
    assert list(tmp_path.iterdir()) == [path]


def test_another_program_that_writes_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.db"
    make(path)
    connect = database.connect

    def impatient(path: Path) -> sqlite3.Connection:
        connection = connect(path)
        connection.execute("PRAGMA busy_timeout = 0")
        return connection

    monkeypatch.setattr(database, "connect", impatient)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ArchiveLockedError, match="Another program is writing"):
            make(path)
        other.execute("ROLLBACK")


# --- from one format to the next ---


@pytest.fixture
def next_format(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A threadkeep whose formats are two further, and the folder of its steps."""
    steps = tmp_path / "migrations"
    steps.mkdir()
    (steps / f"{VERSION + 1:04d}-say-hello.sql").write_text(
        "ALTER TABLE site ADD COLUMN greeting TEXT; UPDATE site SET greeting = 'hello';"
    )
    (steps / f"{VERSION + 2:04d}-to-all.sql").write_text(
        "UPDATE site SET greeting = greeting || ', all';"
    )
    monkeypatch.setattr(migration, "MIGRATIONS", steps)
    monkeypatch.setattr(database, "VERSION", VERSION + 2)
    monkeypatch.setattr(database, "_schema_of_this_format", dict)
    return steps


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """An archive of this format."""
    folder = tmp_path / "archives"
    folder.mkdir()
    make(folder / "a.db")
    return folder / "a.db"


def contents(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


@pytest.mark.parametrize("how", ["reading", "writing"])
def test_an_older_archive_is_brought_up_to_date_after_a_copy(
    how: str, old: Path, next_format: Path
) -> None:
    assert next_format.is_dir()
    before = contents(old)
    open_it = reading(old) if how == "reading" else writing(old, command="test")
    with open_it as archive:
        row = archive.connection.execute("SELECT greeting FROM site").fetchone()
        version = archive.connection.execute("PRAGMA user_version").fetchone()[0]
    assert (row["greeting"], version) == ("hello, all", VERSION + 2)
    copy = old.with_name(f"a.db.format-{VERSION}")
    assert contents(copy) == before
    assert sorted(old.parent.iterdir()) == [old, copy]
    with reading(old):
        pass
    assert sorted(old.parent.iterdir()) == [old, copy]


@pytest.mark.parametrize(
    "step",
    [
        "UPDATE site SET greeting = no_such_function(greeting);",
        "this is no SQL",
        "DELETE FROM runs; INSERT INTO pages SELECT 1, 99, 'topic', '', '', 200, '', '', '', 'x';",
    ],
    ids=["fails", "is no SQL", "breaks a key"],
)
def test_a_step_that_fails_leaves_the_archive_as_it_was(
    step: str, old: Path, next_format: Path
) -> None:
    before = contents(old)
    (next_format / f"{VERSION + 2:04d}-to-all.sql").write_text(step)
    for _ in range(2):
        with pytest.raises((sqlite3.Error, DamagedArchiveError)), writing(old, command="test"):
            pass
        assert contents(old) == before
        assert list(old.parent.iterdir()) == [old]


def test_a_step_that_is_missing_is_a_mistake_that_changes_nothing(
    old: Path, next_format: Path
) -> None:
    before = contents(old)
    (next_format / f"{VERSION + 1:04d}-say-hello.sql").unlink()
    with pytest.raises(KeyError), writing(old, command="test"):
        pass
    assert contents(old) == before
    assert list(old.parent.iterdir()) == [old]


def test_an_older_archive_on_a_disk_without_room_is_left_as_it_was(
    old: Path, next_format: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert next_format.is_dir()
    before = contents(old)

    def no_room(*_: object) -> None:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    monkeypatch.setattr(migration, "back_up", no_room)
    with pytest.raises(ExportError, match="disk is full"), reading(old):
        pass
    assert contents(old) == before

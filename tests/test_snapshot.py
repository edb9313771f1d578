"""Snapshots: dated copies of an archive that somebody may be writing, whole or not there, and copied back."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from parsers.errors import (
    ArchiveLockedError,
    DamagedArchiveError,
    ExportError,
    ForeignArchiveError,
    UsageError,
)
from scraper.archive import snapshot
from scraper.archive.database import reading, writing
from scraper.archive.lock import locked
from scraper.archive.run import ensure_run
from scraper.archive.snapshot import take_snapshot
from scraper.archive.verify import verify
from tests.archiving import World, exported_bytes
from tests.children import Instants, Nursery, counting, killed_at, names

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator

    from tests.conftest import CommandLine

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
NAME = "forum-2026-11-24T030000Z.db"
SNAPSHOT = "scraper/archive/snapshot.py"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World.of(tmp_path, posts=13) as made:
        made.archive()
        yield made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "snapshots"


def runs(path: Path) -> int:
    with reading(path) as archive:
        return int(archive.connection.execute("SELECT count(*) FROM runs").fetchone()[0])


def write_run(path: Path) -> None:
    """Write something, as a run does that goes on meanwhile."""
    with writing(path, command="test") as archive, archive.transaction() as connection:
        ensure_run(connection, archive, "2026-01-01T00:00:00Z")


# --- what it is ---


def test_a_snapshot_is_the_whole_archive_in_one_file(world: World, folder: Path) -> None:
    taken = take_snapshot(world.path, folder, NOW)
    assert taken.path == folder / NAME
    assert (taken.posts, taken.topics) == (13, 1)
    assert taken.size == taken.path.stat().st_size
    assert names(folder) == [NAME]
    with reading(taken.path) as archive:
        assert verify(archive).exit_code == 0
    assert names(folder) == [NAME]
    assert exported_bytes(taken.path) == exported_bytes(world.path)


def test_what_is_still_in_the_log_is_in_it(world: World, folder: Path) -> None:
    with closing(sqlite3.connect(world.path)) as other:
        other.execute("PRAGMA wal_autocheckpoint = 0")
        other.execute("UPDATE topics SET title = 'Only in the log'")
        other.commit()
        assert world.path.with_name("forum.db-wal").stat().st_size
        taken = take_snapshot(world.path, folder, NOW)
    with closing(sqlite3.connect(f"{taken.path.as_uri()}?immutable=1", uri=True)) as alone:
        assert alone.execute("SELECT title FROM topics").fetchall() == [("Only in the log",)]


def test_it_is_one_moment_of_an_archive_that_is_being_written(
    world: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[int] = []

    def write_on(_status: int, remaining: int, _total: int) -> None:
        steps.append(remaining)
        write_run(world.path)

    monkeypatch.setattr(snapshot, "_PAGES_A_STEP", 16)
    monkeypatch.setattr(snapshot, "_heard", write_on)
    before = runs(world.path)
    taken = take_snapshot(world.path, folder, NOW)
    assert len(steps) > 3
    assert steps == sorted(steps, reverse=True), "it does not begin again"
    assert runs(taken.path) == before
    assert runs(world.path) == before + len(steps)


def test_a_run_that_holds_the_archive_is_not_in_its_way(world: World, folder: Path) -> None:
    with writing(world.path, command="test") as archive, archive.transaction() as connection:
        connection.execute("DELETE FROM gaps")
        connection.execute("UPDATE topics SET title = 'Not decided yet'")
        taken = take_snapshot(world.path, folder, NOW)
    with reading(taken.path) as copy:
        titles = copy.connection.execute("SELECT title FROM topics").fetchall()
    assert [row[0] for row in titles] == [world.truth.title]


def test_a_moment_of_another_zone_is_told_in_utc(world: World, folder: Path) -> None:
    moment = datetime.fromisoformat("2026-11-24T04:00:00+01:00")
    assert take_snapshot(world.path, folder, moment).path.name == NAME


@pytest.mark.skipif(os.name != "posix", reason="permissions are those of POSIX")
def test_it_may_be_read_by_whom_the_archive_may(world: World, folder: Path) -> None:
    world.path.chmod(0o640)
    taken = take_snapshot(world.path, folder, NOW)
    assert stat.S_IMODE(taken.path.stat().st_mode) == 0o640


def test_a_snapshot_of_the_same_second_takes_the_place_of_the_first(
    world: World, folder: Path
) -> None:
    take_snapshot(world.path, folder, NOW)
    write_run(world.path)
    taken = take_snapshot(world.path, folder, NOW)
    assert names(folder) == [NAME]
    assert runs(taken.path) == runs(world.path)


# --- what cannot be ---


def test_another_programs_file_of_the_name_is_left_alone(world: World, folder: Path) -> None:
    folder.mkdir()
    (folder / NAME).write_bytes(b"somebody's")
    with pytest.raises(ExportError, match="no snapshot of threadkeep's"):
        take_snapshot(world.path, folder, NOW)
    assert (folder / NAME).read_bytes() == b"somebody's"
    assert names(folder) == [NAME]


def test_two_at_a_time_the_second_says_so(world: World, folder: Path) -> None:
    folder.mkdir()
    with (
        locked(folder / ".forum", "threadkeep snapshot"),
        pytest.raises(ArchiveLockedError, match="threadkeep snapshot"),
    ):
        take_snapshot(world.path, folder, NOW)
    take_snapshot(world.path, folder, NOW)


@pytest.mark.parametrize("what", ["a file in its place", "a folder that takes none"])
def test_a_folder_that_cannot_be_written(
    what: str, world: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if what == "a file in its place":
        folder.touch()
    else:
        folder.mkdir()
        opened = os.open

        def refuse(path: Any, *arguments: Any, **options: Any) -> int:  # noqa: ANN401
            if Path(path).parent == folder:
                raise PermissionError(13, "Permission denied")
            return opened(path, *arguments, **options)

        monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(ExportError, match="snapshots cannot be written"):
        take_snapshot(world.path, folder, NOW)


def test_of_a_damaged_archive_none_is_made(world: World, folder: Path) -> None:
    with closing(sqlite3.connect(world.path)) as connection:
        connection.execute("UPDATE contents SET zstd = x'00' WHERE rowid = 2")
        connection.commit()
    with pytest.raises(DamagedArchiveError, match=r"forum\.db is damaged, and no snapshot"):
        take_snapshot(world.path, folder, NOW)
    assert names(folder) == []


def test_a_page_of_sqlites_that_is_broken_is_found(world: World, folder: Path) -> None:
    data = bytearray(world.path.read_bytes())
    for place in range(3 * 4096, len(data), 4096):
        data[place : place + 8] = b"\xff" * 8
    world.path.write_bytes(data)
    with pytest.raises(DamagedArchiveError, match="damaged"):
        take_snapshot(world.path, folder, NOW)
    assert not folder.exists() or names(folder) == []


def test_of_what_is_no_archive_none_is_made(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(UsageError, match="There is no archive"):
        take_snapshot(tmp_path / "none.db", folder, NOW)
    (tmp_path / "text.db").write_text("no archive, but long enough to be one " * 9)
    with pytest.raises(ForeignArchiveError):
        take_snapshot(tmp_path / "text.db", folder, NOW)
    assert not folder.exists()


# --- stopped ---


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    with Nursery(tmp_path_factory.mktemp("nursery")) as made:
        yield made


def snapshots(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("forum-*.db"))


def check_after_a_stop(world: World, folder: Path, nursery: Nursery) -> None:
    """What has a snapshot's name is whole; the next one is made, and clears away what was left."""
    for path in folder.glob("forum-*.db"):
        with reading(path) as archive:
            assert verify(archive).exit_code == 0
    assert nursery.run("snapshot", folder, "-a", world.path).code == 0
    left = [name for name in names(folder) if name not in snapshots(folder)]
    assert left == []
    shutil.rmtree(folder)


def test_killed_in_the_midst_of_copying_nothing_has_its_name(
    world: World, folder: Path, nursery: Nursery
) -> None:
    killed = Instants(
        at=((2, signal.SIGKILL),), watch="calls", within=("scraper/archive/damage.py",)
    )
    assert nursery.run("snapshot", folder, "-a", world.path, instants=killed).code == -9
    assert snapshots(folder) == []
    assert any(name.endswith(".part") for name in names(folder))
    check_after_a_stop(world, folder, nursery)


@pytest.mark.sweep
def test_killed_at_any_call_it_is_whole_or_not_there(
    world: World, folder: Path, nursery: Nursery, tried: Counter[str]
) -> None:
    whole = nursery.run("snapshot", folder, "-a", world.path, instants=counting("calls", SNAPSHOT))
    shutil.rmtree(folder)
    assert whole.count > 50
    for place in range(1, whole.count + 1, 3):
        instants = killed_at(place, "calls", SNAPSHOT)
        assert nursery.run("snapshot", folder, "-a", world.path, instants=instants).code == -9
        tried["kills of a snapshot"] += 1
        if folder.exists():
            check_after_a_stop(world, folder, nursery)


def test_interrupted_it_leaves_nothing(world: World, folder: Path, nursery: Nursery) -> None:
    instants = Instants(
        at=((2, signal.SIGINT),), watch="calls", within=("scraper/archive/damage.py",)
    )
    ended = nursery.run("snapshot", folder, "-a", world.path, instants=instants)
    assert ended.code == 130
    assert "Traceback" not in ended.output
    assert names(folder) == []


def test_a_disk_that_is_full(world: World, folder: Path, nursery: Nursery) -> None:
    size = world.path.stat().st_size
    ended = nursery.run("snapshot", folder, "-a", world.path, largest=size // 2)
    assert ended.code == 8
    assert ended.output.count("\n") == 1
    assert f"The snapshot cannot be written to {folder}" in ended.output
    assert names(folder) == []


# --- copied back ---


@pytest.fixture
def left_by_a_kill(world: World, folder: Path) -> Path:
    """An archive with a snapshot, of which a killed run left a log with changes, and its lock."""
    take_snapshot(world.path, folder, NOW)
    log = world.path.with_name("forum.db-wal")
    with closing(sqlite3.connect(world.path, isolation_level=None)) as run:
        run.execute("PRAGMA wal_autocheckpoint = 0")
        run.execute("UPDATE topics SET title = 'Spoiled'")
        run.execute("DELETE FROM search_entries")
        left = log.read_bytes()
        index = world.path.with_name("forum.db-shm").read_bytes()
    log.write_bytes(left)
    world.path.with_name("forum.db-shm").write_bytes(index)
    world.path.with_name("forum.db.lock").write_text("process 1, `threadkeep archive`\n")
    return world.path


def check_restored(path: Path, world: World) -> None:
    with reading(path) as archive:
        titles = [row[0] for row in archive.connection.execute("SELECT title FROM topics")]
        assert titles == [world.truth.title]
        assert verify(archive).exit_code == 0


def test_copied_back_the_log_and_lock_of_the_old_file_do_no_harm(
    left_by_a_kill: Path, world: World, folder: Path
) -> None:
    shutil.copyfile(folder / NAME, left_by_a_kill)
    check_restored(left_by_a_kill, world)
    assert not left_by_a_kill.with_name("forum.db-wal").exists()


def test_copied_back_the_next_run_writes_it(
    left_by_a_kill: Path, world: World, folder: Path
) -> None:
    before = world.server.forum
    shutil.copyfile(folder / NAME, left_by_a_kill)
    world.add()
    report = world.archive()
    assert (report.exit_code, report.topics[0].posts) == (0, 14)
    assert before is not world.server.forum
    check_restored(left_by_a_kill, world)
    with closing(sqlite3.connect(left_by_a_kill)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_copied_back_into_a_folder_that_can_only_be_read(
    left_by_a_kill: Path, world: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copyfile(folder / NAME, left_by_a_kill)
    before = names(world.path.parent)
    access = os.access

    def only_to_read(path: Any, mode: int, **options: Any) -> bool:  # noqa: ANN401
        return mode != os.W_OK and access(path, mode, **options)

    monkeypatch.setattr(os, "access", only_to_read)
    check_restored(left_by_a_kill, world)
    assert names(world.path.parent) == before


def test_a_log_that_cannot_be_removed_is_told(
    left_by_a_kill: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copyfile(folder / NAME, left_by_a_kill)
    unlink = Path.unlink

    def refuse(path: Path, *, missing_ok: bool = False) -> None:
        if path.name.endswith("-wal"):
            raise PermissionError(13, "Permission denied")
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    for open_it in (reading(left_by_a_kill), writing(left_by_a_kill, command="test")):
        with pytest.raises(ExportError, match="belongs to an earlier file"), open_it:
            pass


def test_the_log_of_an_archive_itself_is_read(world: World) -> None:
    """What a killed run wrote stays: only another file's log is taken away."""
    log = world.path.with_name("forum.db-wal")
    with closing(sqlite3.connect(world.path, isolation_level=None)) as run:
        run.execute("PRAGMA wal_autocheckpoint = 0")
        before = world.path.read_bytes()
        run.execute("UPDATE topics SET title = 'Written last'")
        left = log.read_bytes()
    world.path.write_bytes(before)
    log.write_bytes(left)
    with reading(world.path) as archive:
        row = archive.connection.execute("SELECT title FROM topics").fetchone()
    assert row[0] == "Written last"


def test_whoever_writes_a_restored_archive_keeps_the_log(
    left_by_a_kill: Path, world: World, folder: Path
) -> None:
    shutil.copyfile(folder / NAME, left_by_a_kill)
    with writing(left_by_a_kill, command="test") as archive:
        with archive.transaction() as connection:
            ensure_run(connection, archive, "2026-01-01T00:00:00Z")
        check_restored(left_by_a_kill, world)
        assert world.path.with_name("forum.db-wal").exists()
    assert runs(left_by_a_kill) == 2


# --- the command ---


def test_the_command_copies_and_says_what(
    world: World, folder: Path, threadkeep: CommandLine
) -> None:
    ran = threadkeep("snapshot", folder, "-a", world.path)
    assert ran.code == 0
    (name,) = snapshots(folder)
    first, second = ran.out.splitlines()
    assert first.startswith(f"{folder / name}: 13 posts in 1 topic, ")
    assert second == f"1 copy in {folder}"
    assert threadkeep("snapshot", folder, "-a", world.path, "--quiet").out == ""


def test_the_command_as_json(world: World, folder: Path, threadkeep: CommandLine) -> None:
    report = threadkeep("snapshot", folder, "-a", world.path, "--json").report
    (name,) = snapshots(folder)
    assert report["path"] == str(folder / name)
    assert (report["posts"], report["topics"], report["is_dry_run"]) == (13, 1, False)
    assert report["kept"] == [str(folder / name)]


def test_a_dry_run_writes_nothing(world: World, folder: Path, threadkeep: CommandLine) -> None:
    ran = threadkeep("snapshot", folder, "-a", world.path, "--dry-run")
    assert ran.code == 0
    assert ran.out.startswith(f"would copy {world.path} to {folder}/forum-")
    assert not folder.exists()
    report = threadkeep("snapshot", folder, "-a", world.path, "--dry-run", "--json").report
    assert (report["size"], report["is_dry_run"], len(report["kept"])) == (None, True, 1)


def test_beside_the_archive_is_no_place_for_copies(world: World, threadkeep: CommandLine) -> None:
    ran = threadkeep("snapshot", world.path.parent, "-a", world.path)
    assert ran.code == 2
    assert "would be taken for another archive" in ran.sentence


def test_the_only_archive_of_the_folder_is_meant(world: World, threadkeep: CommandLine) -> None:
    shutil.copyfile(world.path, "mine.db")
    assert threadkeep("snapshot", "copies").code == 0
    assert [path.name[:5] for path in Path("copies").iterdir()] == ["mine-"]
    assert threadkeep("verify", "--quiet").code == 0

"""Which snapshots stay, and what is never removed."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.errors import ExportError
from scraper.archive.header import APPLICATION_ID
from scraper.archive.retention import Retention, outdated, snapshot_moment, snapshot_name
from scraper.archive.snapshot import prune_snapshots
from tests.archiving import World
from tests.children import names
from tests.test_archive_file import make

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import CommandLine

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)  # a Tuesday


def moments(*texts: str) -> list[datetime]:
    return [datetime.fromisoformat(f"{text}+00:00") for text in texts]


def kept(keep: Retention, *texts: str) -> list[str]:
    given_ = moments(*texts)
    removed = outdated(given_, keep, NOW)
    return [text for text, moment in zip(texts, given_, strict=True) if moment not in removed]


# --- which stay ---


def test_of_each_day_the_newest_stays() -> None:
    assert kept(
        Retention(daily=2),
        "2026-11-22T03:00",
        "2026-11-23T03:00",
        "2026-11-23T23:59",
        "2026-11-24T03:00",
        "2026-11-24T04:00",
    ) == ["2026-11-23T23:59", "2026-11-24T04:00"]


def test_of_each_week_the_newest_stays_and_a_week_begins_on_monday() -> None:
    assert kept(
        Retention(weekly=3),
        "2026-11-08T03:00",  # Sunday, the week before the last but one
        "2026-11-09T03:00",
        "2026-11-15T03:00",
        "2026-11-16T03:00",
        "2026-11-22T03:00",
        "2026-11-23T03:00",
    ) == ["2026-11-15T03:00", "2026-11-22T03:00", "2026-11-23T03:00"]


def test_a_week_across_two_years_is_one() -> None:
    assert kept(
        Retention(weekly=2), "2025-12-28T03:00", "2025-12-29T03:00", "2026-01-04T03:00"
    ) == ["2025-12-28T03:00", "2026-01-04T03:00"]


def test_of_each_month_the_newest_stays() -> None:
    assert kept(
        Retention(monthly=2),
        "2025-11-30T03:00",
        "2026-10-01T03:00",
        "2026-10-31T03:00",
        "2026-11-01T03:00",
    ) == ["2026-10-31T03:00", "2026-11-01T03:00"]


def test_what_any_rule_keeps_stays() -> None:
    daily = [f"2026-11-{day:02}T03:00" for day in range(1, 25)]
    assert kept(
        Retention(daily=3, weekly=2, monthly=2), "2026-09-30T03:00", "2026-10-31T03:00", *daily
    ) == [
        "2026-10-31T03:00",
        "2026-11-22T03:00",
        "2026-11-23T03:00",
        "2026-11-24T03:00",
    ]


def test_a_pause_costs_none() -> None:
    texts = ("2025-01-01T03:00", "2025-01-02T03:00", "2026-03-01T03:00")
    assert kept(Retention(daily=3), *texts) == list(texts)


def test_the_newest_always_stays() -> None:
    assert kept(Retention(), "2026-11-22T03:00", "2026-11-23T03:00") == ["2026-11-23T03:00"]


def test_what_a_clock_gone_wrong_dated_stays_and_pushes_none_out() -> None:
    assert kept(
        Retention(daily=1), "2026-11-22T03:00", "2026-11-23T03:00", "2038-01-01T00:00"
    ) == ["2026-11-23T03:00", "2038-01-01T00:00"]


@given(
    st.lists(st.integers(0, 4000), unique=True, max_size=60),
    st.integers(0, 9),
    st.integers(0, 9),
    st.integers(0, 9),
)
def test_pruning_twice_is_pruning_once_and_each_rule_has_its_number(
    hours: list[int], daily: int, weekly: int, monthly: int
) -> None:
    taken = {NOW - timedelta(hours=hour) for hour in hours}
    keep = Retention(daily=daily, weekly=weekly, monthly=monthly)
    stay = taken - set(outdated(taken, keep, NOW))
    assert outdated(stay, keep, NOW) == ()
    assert not taken or max(taken) in stay
    days = {moment.date() for moment in taken}
    assert len({moment.date() for moment in stay}) >= min(daily, len(days))
    assert len(stay) <= max(daily + weekly + monthly, min(1, len(taken)))


@pytest.mark.parametrize(
    "name",
    [
        "forum.db",
        "forum-2026-11-24.db",
        "forum-2026-11-24T030000Z.db.format-2",
        "forum-2026-11-24T030000Z.db-wal",
        "forum-2026-13-24T030000Z.db",
        "forum-2026-11-24T030000Z.jsonl",
        "my-forum-2026-11-24T030000Z.db",
        "forum-old-2026-11-24T030000Z.db",
        "forum-٢٠٢٦-11-24T030000Z.db",
        ".forum-2026-11-24T030000Z.db.part",
    ],
)
def test_what_is_called_otherwise_is_no_snapshot(name: str) -> None:
    assert snapshot_moment("forum", name) is None


@pytest.mark.parametrize("stem", ["forum", "forum.example_8080", "a[b]*", "forum-2026"])
def test_a_snapshots_name_tells_its_moment(stem: str) -> None:
    assert snapshot_moment(stem, snapshot_name(stem, NOW)) == NOW


# --- what is removed ---


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Snapshots of three days, and of another archive."""
    made = tmp_path / "snapshots"
    made.mkdir()
    make(tmp_path / "forum.db")
    for day in (22, 23, 24):
        for stem in ("forum", "other"):
            name = snapshot_name(stem, datetime(2026, 11, day, 3, tzinfo=UTC))
            shutil.copyfile(tmp_path / "forum.db", made / name)
    return made


def test_only_this_archives_snapshots_are_removed(folder: Path) -> None:
    pruned = prune_snapshots(folder, "forum", Retention(daily=1), NOW)
    assert [path.name for path in pruned.removed] == [
        "forum-2026-11-22T030000Z.db",
        "forum-2026-11-23T030000Z.db",
    ]
    assert [path.name for path in pruned.kept] == ["forum-2026-11-24T030000Z.db"]
    assert names(folder) == [
        "forum-2026-11-24T030000Z.db",
        *(f"other-2026-11-{day}T030000Z.db" for day in (22, 23, 24)),
    ]


def test_what_it_did_not_make_stays(folder: Path, tmp_path: Path) -> None:
    foreign = folder / "forum-2026-11-01T030000Z.db"
    with closing(sqlite3.connect(foreign)) as connection:
        connection.execute("CREATE TABLE mine (thing)")
    (folder / "forum-2026-11-02T030000Z.db").write_text("a text")
    (folder / "forum-2026-11-03T030000Z.db").mkdir()
    (folder / "forum-2026-11-04T030000Z.db").symlink_to(tmp_path / "forum.db")
    (folder / "forum-notes.txt").write_text("mine")
    before = set(names(folder))
    pruned = prune_snapshots(folder, "forum", Retention(daily=1), NOW)
    assert before - set(names(folder)) == {path.name for path in pruned.removed}
    assert len(pruned.removed) == 2
    assert APPLICATION_ID.to_bytes(4) == b"thkp"


def test_what_stands_beside_a_snapshot_goes_with_it(folder: Path) -> None:
    for suffix in ("-wal", "-shm"):
        (folder / f"forum-2026-11-22T030000Z.db{suffix}").touch()
    prune_snapshots(folder, "forum", Retention(daily=2), NOW)
    assert not [name for name in names(folder) if "forum-2026-11-22" in name]


def test_a_folder_that_there_is_not_holds_none(tmp_path: Path) -> None:
    pruned = prune_snapshots(tmp_path / "none", "forum", Retention(daily=1), NOW)
    assert (pruned.kept, pruned.removed) == ((), ())


def test_one_that_cannot_be_removed_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_path: Path, *, missing_ok: bool) -> None:
        raise PermissionError(13, "Permission denied", missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(ExportError, match=r"11-22T030000Z\.db cannot be removed"):
        prune_snapshots(folder, "forum", Retention(daily=1), NOW)


# --- the command ---


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    (tmp_path / "world").mkdir()
    with World.of(tmp_path / "world", posts=6) as made:
        made.archive()
        yield made


def test_without_a_rule_none_is_removed(
    world: World, folder: Path, threadkeep: CommandLine
) -> None:
    ran = threadkeep("snapshot", folder, "-a", world.path)
    assert ran.out.splitlines()[1:] == [f"4 copies in {folder}"]


def test_with_a_rule_the_others_are_removed(
    world: World, folder: Path, threadkeep: CommandLine
) -> None:
    planned = threadkeep("snapshot", folder, "-a", world.path, "--keep-daily", 2, "--dry-run")
    assert len(names(folder)) == 6
    ran = threadkeep("snapshot", folder, "-a", world.path, "--keep-daily", 2)
    removed = [line.removeprefix("removed ") for line in ran.out.splitlines()[1:-1]]
    assert len(removed) >= 1
    assert [line.split()[-1] for line in planned.out.splitlines()[1:-1]] == removed
    assert not any(Path(path).exists() for path in removed)
    assert ran.out.endswith(f"2 copies in {folder}\n")


def test_where_no_snapshot_can_be_made_none_is_removed(
    world: World, folder: Path, threadkeep: CommandLine
) -> None:
    before = names(folder)
    with closing(sqlite3.connect(world.path)) as connection:
        connection.execute("UPDATE contents SET zstd = x'00' WHERE rowid = 1")
        connection.commit()
    assert threadkeep("snapshot", folder, "-a", world.path, "--keep-daily", 1).code == 7
    assert names(folder) == before


def test_a_number_below_zero_is_wrong_use(
    world: World, folder: Path, threadkeep: CommandLine
) -> None:
    assert threadkeep("snapshot", folder, "-a", world.path, "--keep-daily", -1).code == 2

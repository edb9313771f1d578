"""Archives that a disk, another program or a half-done copy has damaged: found, never made worse, mended where pages allow."""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from parsers.errors import DamagedArchiveError, ThreadkeepError
from scraper.archive.database import reading
from scraper.politeness.clock import FakeClock
from scraper.sync.deep_check import verify_deeply
from scraper.sync.reparsing import reparse
from tests.archiving import InterruptAfter, World, exported

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from scraper.archive.verify import Verdict
    from tests.conftest import CommandLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """An archive with edits and a post that is gone, and what it exports."""

    data: bytes
    records: list[dict[str, Any]]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    with World.of(tmp_path_factory.mktemp("whole"), posts=30) as world:
        world.edit(3, "Once.")
        world.archive()
        world.edit(4, "Twice.")
        world.delete(7)
        world.archive(refresh=True)
        return Whole(data=world.path.read_bytes(), records=world.records())


@pytest.fixture
def path(whole: Whole, tmp_path: Path) -> Path:
    found = tmp_path / "forum.db"
    found.write_bytes(whole.data)
    return found


def alter(path: Path, script: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(f"PRAGMA foreign_keys = OFF;{script}")


def mended(path: Path) -> None:
    reparse(path, FakeClock())


def check(path: Path) -> Verdict:
    with reading(path) as archive:
        return verify_deeply(archive, FakeClock())


# --- what an ordinary check cannot see ---


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE revisions SET body_text = 'x' || body_text WHERE post_id = 124", "Of 1 posts (124)"),
        ("UPDATE posts SET published = '2001-01-01T00:00:00Z' WHERE kind = 'topic'", "Of 1 posts (121)"),
        ("UPDATE posts SET role = 'Keymaster'", "something else is recorded"),
        ("UPDATE authors SET name = 'Mallory'", "something else is recorded"),
        ("UPDATE topics SET title = 'Another'", "something else is recorded"),
        ("DELETE FROM posts WHERE post_id = 126; DELETE FROM revisions WHERE post_id = 126", "Of 1 posts (126)"),
        ("UPDATE topic_pages SET claim_total = 12", "pages"),
        (
            "INSERT INTO search_index (rowid, title, body) VALUES (9999, '', 'else'); UPDATE search_entries SET entry_id = 9999 WHERE post_id = 124",
            "1 posts (124) are found by other words",
        ),
    ],
)  # fmt: skip
def test_a_deep_check_finds_records_that_pages_do_not_give(
    statement: str, sentence: str, path: Path, whole: Whole
) -> None:
    if "DELETE" in statement:
        statement += "; DELETE FROM search_entries WHERE post_id = 126"
    alter(path, statement)
    verdict = check(path)
    assert sentence in " ".join(verdict.damage)
    assert (verdict.exit_code, verdict.is_rebuildable) == (7, True)
    reparse(path, FakeClock())
    assert check(path).damage == ()
    assert exported(path) == whole.records


def test_where_stored_pages_are_damaged_reading_them_anew_is_refused(path: Path) -> None:
    alter(path, "UPDATE pages SET final_url = final_url || 'x' WHERE kind = 'topic'")
    verdict = check(path)
    assert "has two addresses" in verdict.damage[0]
    assert (verdict.exit_code, verdict.is_rebuildable) == (7, False)
    before = path.read_bytes()
    with pytest.raises(DamagedArchiveError, match="would lose more"):
        reparse(path, FakeClock())
    assert path.read_bytes() == before


def test_a_deep_check_leaves_the_archive_and_what_is_right_alone(path: Path, whole: Whole) -> None:
    verdict = check(path)
    assert (verdict.damage, verdict.exit_code) == ((), 0)
    assert path.read_bytes() == whole.data
    assert list(path.parent.iterdir()) == [path]


def test_the_command_says_how_to_have_it_mended(path: Path, threadkeep: CommandLine) -> None:
    alter(path, "UPDATE revisions SET body_text = 'x' WHERE post_id = 124")
    assert threadkeep("verify", "-a", path).code == 0
    ran = threadkeep("verify", "--deep", "-a", path)
    assert ran.code == 7
    assert f"`threadkeep reparse -a {path}`" in ran.err
    assert threadkeep.line(f"threadkeep reparse -a {path}").code == 0
    assert threadkeep("verify", "--deep", "-a", path).code == 0


# --- tables that are not those of the format ---


@pytest.mark.parametrize(
    "script",
    [
        "DROP TABLE gaps",
        "ALTER TABLE posts RENAME COLUMN ordinal TO place",
        "ALTER TABLE topic_pages DROP COLUMN claim_text",
        "DROP INDEX posts_by_topic",
        "DROP TABLE search_index",
        "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'NOT NULL', 'NOT NULA')",
        "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = CAST(x'ff' AS TEXT) WHERE name = 'site'",
    ],
)
def test_tables_that_are_not_those_of_the_format_are_refused(script: str, path: Path) -> None:
    alter(path, script)
    before = path.read_bytes()
    uses: tuple[Callable[[Path], object], ...] = (check, exported, mended)
    for use in uses:
        with pytest.raises(DamagedArchiveError, match="damaged"):
            use(path)
    assert path.read_bytes() == before


def test_an_archive_half_of_one_format_and_half_of_another_is_refused(path: Path) -> None:
    alter(path, "PRAGMA user_version = 1")
    before = path.read_bytes()
    with pytest.raises(DamagedArchiveError, match="damaged"):
        exported(path)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_views_and_indexes_of_ones_own_do_no_harm(path: Path, whole: Whole) -> None:
    alter(path, "CREATE VIEW mine AS SELECT * FROM posts; CREATE INDEX mine_too ON posts (role)")
    assert check(path).exit_code == 0
    assert exported(path) == whole.records


# --- the journal ---


@pytest.fixture
def stopped(tmp_path: Path) -> Iterator[tuple[World, Path]]:
    """A forum, and a copy of an archive's files at an instant while it was written, its journal among them."""
    with World.of(tmp_path) as world:
        copy = tmp_path / "copy" / "forum.db"
        copy.parent.mkdir()

        class CopyThenStop(InterruptAfter):
            def page_saved(self, event: Any) -> None:  # noqa: ANN401  handed on
                if self._left == 1:
                    for suffix in ("", "-wal"):
                        shutil.copy(f"{world.path}{suffix}", f"{copy}{suffix}")
                super().page_saved(event)

        world.archive(listener=CopyThenStop(5))
        yield World(server=world.server, path=copy, slug=world.slug, clock=world.clock), copy


def without_it(journal: Path) -> None:
    journal.unlink()


def half_of_it(journal: Path) -> None:
    journal.write_bytes(journal.read_bytes()[: journal.stat().st_size // 2])


def rubbish(journal: Path) -> None:
    journal.write_bytes(random.Random(1).randbytes(50_000))


@pytest.mark.parametrize("damage", [without_it, half_of_it, rubbish])
def test_a_journal_that_is_lost_costs_the_pages_in_it_only(
    damage: Callable[[Path], None], stopped: tuple[World, Path]
) -> None:
    world, copy = stopped
    damage(copy.with_name("forum.db-wal"))
    assert check(copy).damage == ()
    world.archive()
    assert world.live() == world.ids
    assert check(copy).exit_code == 0


def test_a_journal_that_is_there_holds_every_page_that_was_kept(
    stopped: tuple[World, Path],
) -> None:
    world, copy = stopped
    assert check(copy).damage == ()
    world.archive()
    assert world.pages_asked == list(range(6, 11))
    assert world.live() == world.ids


# --- anything, anywhere ---


def flip_a_bit(data: bytearray, rng: random.Random) -> None:
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def blank_some(data: bytearray, rng: random.Random) -> None:
    place, length = rng.randrange(len(data)), rng.choice([16, 256, 4096])
    data[place : place + length] = bytes(len(data[place : place + length]))


def overwrite_some(data: bytearray, rng: random.Random) -> None:
    place = rng.randrange(len(data))
    data[place : place + 64] = rng.randbytes(len(data[place : place + 64]))


def cut_off(data: bytearray, rng: random.Random) -> None:
    del data[rng.randrange(len(data)) :]


@pytest.mark.sweep
@pytest.mark.parametrize("damage", [flip_a_bit, blank_some, overwrite_some, cut_off])
@pytest.mark.parametrize("seed", range(10))
def test_whatever_happens_to_the_file_is_found_or_changes_nothing(
    damage: Callable[[bytearray, random.Random], None],
    seed: int,
    path: Path,
    whole: Whole,
    tried: Counter[str],
) -> None:
    rng = random.Random(seed)
    for _ in range(25):
        data = bytearray(whole.data)
        damage(data, rng)
        path.write_bytes(data)
        tried["damaged archives opened, checked, exported and read anew"] += 1
        if not is_found(path):
            assert changed_fields(exported(path), whole.records) == set()
            continue
        tried["damaged archives of which the damage was found"] += 1
        refused(path)
        if reread(path):
            assert check(path).damage == ()
            assert changed_fields(exported(path), whole.records) == set()
            tried["damaged archives that reparse mended"] += 1


def changed_fields(found: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> set[str]:
    assert len(found) == len(wanted)
    return {
        f"{new[name]!r} for {old[name]!r}"
        for new, old in zip(found, wanted, strict=True)
        for name in new
        if new[name] != old[name]
    }


def is_found(path: Path) -> bool:
    try:
        return bool(check(path).damage)
    except ThreadkeepError:
        return True


def refused(path: Path) -> None:
    """Export it, or have it refused; whatever else happens is a mistake."""
    try:
        exported(path)
    except ThreadkeepError:
        return


def reread(path: Path) -> bool:
    """Whether its pages were read anew; it may be refused."""
    try:
        reparse(path, FakeClock())
    except ThreadkeepError:
        return False
    return True

"""A run that ends at any instant, by a kill, a signal, a full disk or a power cut, and the same command again: the same end.

test_kill.py kills at each page and in the first instants; here it is any command, at instants that a seed draws.
"""

from __future__ import annotations

import gzip
import random
import re
import shutil
import signal
import sqlite3
import subprocess
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest

from exporters.registry import exporter_named, exporters_by_name
from scraper.archive import database
from scraper.archive.database import VERSION, reading
from scraper.archive.verify import verify
from scraper.sync.listener import SilentListener
from tests.archiving import SEEN, World, exported_bytes, save_pages
from tests.children import Ended, Instants, Nursery, counting, killed_at, names

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Generator, Iterator

    from scraper.sync.listener import PageSaved

pytestmark = pytest.mark.sweep

SETTINGS: dict[str, Any] = {"posts": 20, "per_page": 2}
KILLED = -signal.SIGKILL
PAST = Path(__file__).parent.parent / "fixtures" / "archives" / "format-1.db.gz"
# Beside an archive while it is written, and until the next run after a kill.
BESIDE = frozenset({"", "-wal", "-shm", "-journal", ".lock"})


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    with Nursery(tmp_path_factory.mktemp("nursery")) as made:
        yield made


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    (tmp_path / "here").mkdir()
    with World.of(tmp_path / "here", **SETTINGS) as made:
        yield made


@pytest.fixture
def wanted(world: World, tmp_path: Path) -> list[dict[str, Any]]:
    """What an undisturbed run exports."""
    other = World(server=world.server, path=tmp_path / "undisturbed.db", slug=world.slug)
    other.archive()
    return other.records(*SEEN)


def archiving(world: World) -> tuple[object, ...]:
    return ("archive", world.url, "-a", world.path, "--delay", "0", "--quiet")


@contextmanager
def copied(path: Path) -> Generator[Path]:
    """A copy of an archive with its journal: to look at the archive itself would tidy up what the next run has to."""
    with TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        for suffix in ("", "-wal"):
            if path.with_name(path.name + suffix).exists():
                shutil.copy(path.with_name(path.name + suffix), Path(folder))
        yield copy


def kept(path: Path) -> dict[int, str]:
    """The pages of the topic that an archive holds, each with its bytes' digest."""
    if not path.exists() or not path.stat().st_size:
        return {}
    with copied(path) as copy, closing(sqlite3.connect(copy)) as connection:
        try:
            rows = connection.execute(
                "SELECT number, sha256 FROM topic_pages JOIN pages USING (page_id)"
            )
            return dict(rows.fetchall())
        except sqlite3.OperationalError:  # the schema is not there yet
            return {}


def run_is_over(path: Path) -> bool:
    """Whether the newest run came to its end; earlier ones may have been killed."""
    with copied(path) as copy, closing(sqlite3.connect(copy)) as connection:
        query = "SELECT ended_at FROM runs ORDER BY run_id DESC LIMIT 1"
        return connection.execute(query).fetchone()[0] is not None


def sound(path: Path) -> None:
    """Nothing in the file contradicts itself."""
    with copied(path) as copy, reading(copy) as archive:
        assert verify(archive).damage == ()


def exported_copy(path: Path) -> bytes:
    """What an archive exports."""
    with copied(path) as copy:
        return exported_bytes(copy)


def went_well(ended: Ended) -> None:
    assert ended.code == 0, ended.output
    assert "Traceback" not in ended.output


def drawn(seed: str, most: int, number: int) -> list[int]:
    """Instants, of which a fifth are the last ones: what is written is put in its place then."""
    chance = random.Random(seed)
    late = [chance.randint(most - most // 20, most) for _ in range(number // 5)]
    return [*(chance.randint(1, most) for _ in range(number - len(late))), *late]


# --- archiving ---


def goes_on(world: World, nursery: Nursery, wanted: list[dict[str, Any]]) -> None:
    """The same command again gets there, and asks for nothing that is kept."""
    before = kept(world.path)
    was_over = len(before) == 10 and run_is_over(world.path)
    world.server.forget_requests()
    went_well(nursery.run(*archiving(world)))
    assert set(world.pages_asked) & set(before) <= ({10} if was_over else set())
    assert {number: kept(world.path)[number] for number in before if number < 10} == {
        number: digest for number, digest in before.items() if number < 10
    }
    assert names(world.path.parent) == [world.path.name]
    assert differences(world.records(*SEEN), wanted) == []
    assert not world.verdict().is_open
    world.path.with_suffix(".jsonl").unlink()


def differences(found: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> list[object]:
    """In what one export differs from another."""
    if len(found) != len(wanted):
        return [(len(found), len(wanted))]
    return [
        (one["post_id"], name, one.get(name), other.get(name))
        for one, other in zip(found, wanted, strict=True)
        for name in sorted(one.keys() | other.keys())
        if one.get(name) != other.get(name)
    ]


def again_from_nothing(world: World) -> None:
    database.remove_archive(world.path)


@pytest.mark.parametrize("way", ["by the clock on the wall", "at a call", "at a statement"])
def test_killed_while_archiving_it_goes_on(
    way: str, world: World, wanted: list[dict[str, Any]], nursery: Nursery, tried: Counter[str]
) -> None:
    chance = random.Random(way)
    watch = {"at a call": "calls", "at a statement": "statements"}.get(way, "")
    whole = [nursery.run(*archiving(world), instants=counting(watch))]
    again_from_nothing(world)
    if not watch:
        whole.append(nursery.run(*archiving(world)))
    for number in drawn(way, whole[0].count or 1, 16):
        again_from_nothing(world)
        instants = (
            killed_at(number, watch)
            if watch
            else Instants(after=chance.random() * min(one.seconds for one in whole))
        )
        ended = nursery.run(*archiving(world), instants=instants)
        assert ended.code in {0, KILLED}
        beside = {name.removeprefix(world.path.name) for name in names(world.path.parent)}
        assert beside <= BESIDE
        tried[f"kills while archiving, {way}"] += ended.code == KILLED
        if world.path.exists() and kept(world.path):
            sound(world.path)
        goes_on(world, nursery, wanted)


def test_killed_again_and_again_it_gets_there_and_leaves_nothing_that_grows(
    world: World, wanted: list[dict[str, Any]], nursery: Nursery, tried: Counter[str]
) -> None:
    chance, asked = random.Random(7), 0
    seconds = nursery.run(*archiving(world)).seconds
    again_from_nothing(world)
    for _ in range(12):
        before = kept(world.path)
        world.server.forget_requests()
        ended = nursery.run(*archiving(world), instants=Instants(after=seconds * chance.random()))
        if ended.code != KILLED:
            break
        asked += len(world.pages_asked)
        assert before.items() <= kept(world.path).items()
        assert len(names(world.path.parent)) <= len(BESIDE)
        tried["kills while archiving, one after the other"] += 1
    goes_on(world, nursery, wanted)


# --- what has no network: exporting, reparsing, importing, migrating ---


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A command, and a folder in which it is given.

    Attributes:
        folder: where everything lies; it is made anew for each kill.
        arguments: the command.
    """

    folder: Path
    arguments: tuple[object, ...]

    def again(self, original: Path) -> None:
        shutil.rmtree(self.folder)
        shutil.copytree(original, self.folder)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def exports(folder: Path) -> dict[str, bytes]:
    """What lies in a folder besides an archive and what belongs to it."""
    return {
        name: content for name, content in contents(folder).items() if not name.startswith("a.db")
    }


def kill_all_over(
    scene: Scene,
    nursery: Nursery,
    check: Callable[[], None],
    *,
    watch: str,
    within: tuple[str, ...] = (),
    number: int = 8,
) -> int:
    """Kill a command at instants that are drawn, and see each time what is there after the kill, and that it goes well again.

    Returns:
        How often it was killed.
    """
    original = scene.folder.with_name("original")
    shutil.copytree(scene.folder, original)
    whole = nursery.run(*scene.arguments, instants=counting(watch, *within))
    went_well(whole)
    after = names(scene.folder)
    kills = 0
    for instant in drawn(f"{scene.arguments[0]}", whole.count, number):
        scene.again(original)
        # A second kill finds what the first has left.
        for at in (instant, max(1, instant // 2)):
            ended = nursery.run(*scene.arguments, instants=killed_at(at, watch, *within))
            kills += ended.code == KILLED
            assert ended.code in {0, KILLED}, ended.output
            check()
        went_well(nursery.run(*scene.arguments))
        # The lock of a run that was killed holds nobody up; the next one that writes takes it away.
        assert names(scene.folder, without=["a.db.lock"]) == after
    return kills


@pytest.fixture
def folder(world: World, tmp_path: Path) -> Path:
    """A folder with a complete archive of both topics."""
    other = world.url.replace(world.slug, world.server.forum.topics[0].slug)
    world.archive(world.url, other)
    made = tmp_path / "scene"
    made.mkdir()
    shutil.copy(world.path, made / "a.db")
    return made


@pytest.mark.parametrize("per_topic", [False, True], ids=["one file", "a file a topic"])
@pytest.mark.parametrize("name", exporters_by_name())
def test_killed_while_exporting_every_file_is_the_earlier_or_the_new_one(
    name: str, per_topic: bool, folder: Path, nursery: Nursery, tried: Counter[str]
) -> None:
    if per_topic and name == "wxr":
        pytest.skip("its files belong together")
    output = folder / ("out" if per_topic else f"out{exporter_named(name).suffix}")
    way = ("--per-topic",) if per_topic else ()
    command = ("export", "-a", folder / "a.db", "--format", name, "-o", output, "--quiet", *way)
    went_well(nursery.run(*command))
    new = exports(folder)
    outputs = [output] if not per_topic else sorted(output.iterdir())
    for path in outputs:
        path.write_bytes(b"an earlier export, longer than the new one " * 2000)
    earlier = exports(folder)
    assert len(outputs) == (2 if per_topic else 1)

    def check() -> None:
        there = exports(folder)
        assert all(there[file] in {earlier[file], new[file]} for file in earlier)
        litter = there.keys() - earlier.keys()
        assert all(re.search(r"(^|/)\.threadkeep[-.]", file) for file in litter), litter
        # What a ZIP file is made of waits in a folder beside it; files in a folder have their own names in there.
        folders = {file.partition(".files/")[0] for file in litter if ".files/" in file}
        files = [file for file in litter if ".files/" not in file]
        assert len(files) <= len(outputs), "each takes the place of the one before"
        assert len(folders) <= 1, "each takes the place of the one before"

    within = ("exporters", "threadkeep/exporting")
    kills = kill_all_over(
        Scene(folder=folder, arguments=command), nursery, check, watch="calls", within=within
    )
    assert exports(folder) == new
    tried["kills while exporting"] += kills


@pytest.mark.parametrize("watch", ["calls", "statements"])
def test_killed_while_reparsing_the_records_are_the_earlier_or_the_new_ones(
    watch: str, folder: Path, nursery: Nursery, tried: Counter[str]
) -> None:
    path = folder / "a.db"
    before = exported_copy(path)

    def check() -> None:
        sound(path)
        assert exported_copy(path) == before

    scene = Scene(folder=folder, arguments=("reparse", "-a", path))
    tried["kills while reparsing"] += kill_all_over(scene, nursery, check, watch=watch)
    check()


@pytest.mark.parametrize("watch", ["calls", "statements"])
def test_killed_while_importing_nothing_or_everything_is_there(
    watch: str, world: World, tmp_path: Path, nursery: Nursery, tried: Counter[str]
) -> None:
    save_pages(world, tmp_path / "saved", *range(1, 11))
    folder = tmp_path / "scene"
    folder.mkdir()
    path = folder / "a.db"

    def check() -> None:
        if kept(path):
            sound(path)
        assert len(kept(path)) in {0, 10}

    command = ("import", tmp_path / "saved", "-a", path, "--timezone", "Europe/Amsterdam")
    scene = Scene(folder=folder, arguments=command)
    tried["kills while importing"] += kill_all_over(scene, nursery, check, watch=watch)
    here = World(server=world.server, path=path, slug=world.slug)
    assert here.live() == world.ids
    assert not here.verdict().is_open


@pytest.mark.parametrize("watch", ["calls", "statements"])
@pytest.mark.parametrize("command", [("show",), ("reparse",)], ids=["reading", "writing"])
def test_killed_while_an_older_archive_is_brought_up_to_date_nothing_is_lost(
    command: tuple[str, ...], watch: str, tmp_path: Path, nursery: Nursery, tried: Counter[str]
) -> None:
    folder = tmp_path / "scene"
    folder.mkdir()
    path = folder / "a.db"
    path.write_bytes(gzip.decompress(PAST.read_bytes()))
    reference = tmp_path / "reference.db"
    shutil.copy(path, reference)
    old = dumped(path)
    wanted = exported_bytes(reference)

    def check() -> None:
        sound(path)
        assert exported_copy(path) == wanted
        if version_of(path) == VERSION:
            assert dumped(folder / "a.db.format-1") == old

    scene = Scene(folder=folder, arguments=(*command, "-a", path))
    within = ("scraper/archive",) if watch == "calls" else ()
    tried["kills while migrating"] += kill_all_over(
        scene, nursery, check, watch=watch, within=within, number=6
    )
    assert names(folder, without=["a.db.lock"]) == ["a.db", "a.db.format-1"]
    assert dumped(folder / "a.db.format-1") == old
    check()


def dumped(path: Path) -> list[str]:
    with copied(path) as copy, closing(sqlite3.connect(copy)) as connection:
        return list(connection.iterdump())


def version_of(path: Path) -> int:
    with copied(path) as copy, closing(sqlite3.connect(copy)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


# --- Ctrl-C and SIGTERM ---


SIGNALS = {
    "SIGINT once": (signal.SIGINT,),
    "SIGTERM once": (signal.SIGTERM,),
    "SIGINT twice": (signal.SIGINT, signal.SIGINT),
    "SIGTERM, then SIGINT": (signal.SIGTERM, signal.SIGINT),
}


@pytest.mark.parametrize("name", SIGNALS)
def test_a_run_that_is_told_to_end_does_and_goes_on_later(
    name: str, world: World, wanted: list[dict[str, Any]], nursery: Nursery, tried: Counter[str]
) -> None:
    within = ("scraper",)
    whole = nursery.run(*archiving(world), instants=counting("calls", *within))
    chance = random.Random(name)
    for first in drawn(name, whole.count, 7):
        again_from_nothing(world)
        # The next one comes while the run closes what it has open.
        later = [first + sum(chance.randint(1, 400) for _ in range(place)) for place in range(2)]
        at = tuple(zip(later, SIGNALS[name], strict=False))
        ended = nursery.run(
            *archiving(world), instants=Instants(at=at, watch="calls", within=within)
        )
        assert ended.code in {0, 130}, ended.output
        assert "Traceback" not in ended.output
        assert "interrupted" in ended.output or ended.code == 0
        tried[f"runs told to end by {name}"] += 1
        if world.path.exists():
            sound(world.path)
        goes_on(world, nursery, wanted)


# --- a disk that is full, or can only be read ---


@contextmanager
def small_disk(folder: Path, size: int) -> Generator[Path]:
    """A disk of so many bytes, in memory; skips where nobody may make one."""
    folder.mkdir(exist_ok=True)
    if not mounted("-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder):
        pytest.skip("this system lets nobody mount a disk in memory, which takes root on Linux")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True, capture_output=True)


def mounted(*arguments: object) -> bool:
    command = shutil.which("mount")
    words = [str(argument) for argument in arguments]
    return command is not None and (
        subprocess.run([command, *words], check=False, capture_output=True).returncode == 0
    )


def test_a_disk_that_fills_up_costs_the_page_in_flight_and_room_mends_it(
    world: World,
    wanted: list[dict[str, Any]],
    tmp_path: Path,
    nursery: Nursery,
    tried: Counter[str],
) -> None:
    stopped = 0
    for pages in range(8, 240, 14):
        with small_disk(tmp_path / "disk", pages * 4096) as disk:
            there = World(server=world.server, path=disk / "forum.db", slug=world.slug)
            ended = nursery.run(*archiving(there))
            assert ended.code in {0, 8}, ended.output
            assert "Traceback" not in ended.output
            stopped += ended.code == 8
            if ended.code == 8:
                assert "full" in ended.output or "disk" in ended.output
            assert mounted("-o", "remount,size=64m", disk)
            if kept(there.path):
                sound(there.path)
            goes_on(there, nursery, wanted)
            tried["sizes of a disk that fills up"] += 1
    assert stopped > 5


@pytest.mark.parametrize("name", exporters_by_name())
def test_an_export_for_which_there_is_no_room_leaves_the_earlier_one(
    name: str, folder: Path, tmp_path: Path, nursery: Nursery, tried: Counter[str]
) -> None:
    for pages in range(2, 8):
        with small_disk(tmp_path / "disk", pages * 4096) as disk:
            output = disk / f"out{exporter_named(name).suffix}"
            output.write_bytes(b"earlier")
            ended = nursery.run(
                "export", "-a", folder / "a.db", "--format", name, "-o", output, "--quiet"
            )
            assert ended.code in {0, 8}, ended.output
            assert (output.read_bytes() == b"earlier") == (ended.code == 8)
            assert names(disk) == [output.name]
            tried["exports to a disk that fills up"] += 1


def test_a_file_that_may_not_grow_is_as_a_full_disk(
    world: World, wanted: list[dict[str, Any]], nursery: Nursery, tried: Counter[str]
) -> None:
    for largest in range(40_000, 400_000, 45_000):
        again_from_nothing(world)
        ended = nursery.run(*archiving(world), largest=largest)
        assert ended.code in {0, 8}, ended.output
        assert "Traceback" not in ended.output
        if world.path.exists():
            sound(world.path)
        goes_on(world, nursery, wanted)
        tried["sizes that a file may not outgrow"] += 1


@pytest.mark.parametrize("was_killed", [False, True], ids=["closed", "killed"])
def test_on_a_disk_that_can_only_be_read_it_is_read_and_not_written(
    was_killed: bool, world: World, tmp_path: Path, nursery: Nursery, tried: Counter[str]
) -> None:
    with small_disk(tmp_path / "disk", 2**24) as disk:
        there = World(server=world.server, path=disk / "forum.db", slug=world.slug)
        instants = killed_at(300, "statements") if was_killed else None
        ended = nursery.run(*archiving(there), instants=instants)
        assert ended.code == (KILLED if was_killed else 0)
        before, pages = contents(disk), kept(there.path)
        if was_killed:
            assert 0 < len(pages) < 10
        assert mounted("-o", "remount,ro", disk)
        for command in (archiving(there), ("reparse", "-a", there.path)):
            refused = nursery.run(*command)
            assert refused.code == 8, refused.output
            assert "Traceback" not in refused.output
        for command in (("show",), ("verify",), ("export", "-o", tmp_path / "out.jsonl")):
            read = nursery.run(*command, "-a", there.path)
            assert read.code == (3 if was_killed and command == ("verify",) else 0), read.output
            tried["commands on a disk that can only be read"] += 1
        assert mounted("-o", "remount,rw", disk)
        assert {name: contents(disk)[name] for name in before if not name.endswith("-shm")} == {
            name: content for name, content in before.items() if not name.endswith("-shm")
        }


# --- a power cut, as far as it can be imitated ---


class Photographer(SilentListener):
    """Copies an archive's files whenever a page has been committed, and at every so many statements in between.

    Attributes:
        pictures: each with the pages that were committed by then.
        sizes: how long the journal was when each page had been committed.
    """

    def __init__(self, path: Path, folder: Path) -> None:
        self.pictures: list[tuple[Path, int]] = []
        self.sizes: list[tuple[int, int]] = [(0, 0)]
        self._path = path
        self._folder = folder
        self._committed = 0
        self._statements = 0

    def page_saved(self, event: PageSaved) -> None:  # noqa: ARG002  a listener is called so
        self._committed += 1
        self.sizes.append((journal(self._path).stat().st_size, self._committed))
        self.take()

    def statement(self, _: str) -> None:
        self._statements += 1
        if self._statements % 41 == 0 and journal(self._path).exists():
            self.take()

    def take(self) -> None:
        """Copy the file and its journal, but not the index of the journal, which is in memory as good as."""
        picture = self._folder / f"{len(self.pictures)}" / self._path.name
        picture.parent.mkdir(parents=True)
        shutil.copy(self._path, picture)
        shutil.copy(journal(self._path), journal(picture))
        self.pictures.append((picture, self._committed))


def journal(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


@pytest.fixture
def photographed(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Photographer:
    """Pictures of an archive from all over an undisturbed run."""
    photographer = Photographer(world.path, tmp_path / "pictures")
    connect = database.connect

    def watched(path: Path) -> sqlite3.Connection:
        connection = connect(path)
        connection.set_trace_callback(photographer.statement)
        return connection

    monkeypatch.setattr(database, "connect", watched)
    assert world.archive(listener=photographer).exit_code == 0
    monkeypatch.undo()
    return photographer


def finished(world: World, path: Path, wanted: list[dict[str, Any]], least: int) -> None:
    """An archive after a power cut: nothing wrong in it, so many pages at least, and the same end."""
    before = kept(path)
    assert len(before) >= least
    if before:
        sound(path)
    there = World(server=world.server, path=path, slug=world.slug, clock=world.clock)
    assert there.archive().exit_code == 0
    assert set(there.pages_asked) & set(before) <= ({10} if len(before) == 10 else set())
    assert differences(there.records(*SEEN), wanted) == []
    assert not there.verdict().is_open


def test_after_a_power_cut_every_page_is_there_that_was_committed(
    world: World,
    photographed: Photographer,
    wanted: list[dict[str, Any]],
    tried: Counter[str],
) -> None:
    assert len(photographed.pictures) > 20
    for picture, committed in photographed.pictures:
        finished(world, picture, wanted, committed)
        tried["power cuts"] += 1


def test_after_a_power_cut_that_tears_the_journal_every_page_before_the_tear_is_there(
    world: World,
    photographed: Photographer,
    wanted: list[dict[str, Any]],
    tmp_path: Path,
    tried: Counter[str],
) -> None:
    chance = random.Random(11)
    picture, _ = photographed.pictures[-1]
    whole = journal(picture).read_bytes()
    assert sorted(photographed.sizes) == photographed.sizes, "the journal only grew"
    for number in range(24):
        torn_at = chance.randrange(len(whole) + 1)
        copy = tmp_path / f"torn-{number}" / picture.name
        copy.parent.mkdir()
        shutil.copy(picture, copy)
        # What was not written yet is nothing, or whatever lay there before.
        rest = chance.randbytes(len(whole) - torn_at) if number % 2 else b""
        journal(copy).write_bytes(whole[:torn_at] + rest)
        least = max(pages for size, pages in photographed.sizes if size <= torn_at)
        finished(world, copy, wanted, least)
        tried["power cuts that tear the journal"] += 1

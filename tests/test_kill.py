"""`kill -9`, and the same command again: at most the page in flight is lost, and the end is the same."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING
from unittest.mock import Mock

import pytest

from scraper.demo import DemoAnswer
from scraper.sync import importing, reparsing
from scraper.sync.importing import ImportJob, import_source
from scraper.sync.reparsing import reparse
from tests.archiving import SEEN, World, rarely, save_pages

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scraper.demo import DemoRequest

# Ten pages, as the topic of 137 replies in the definition of done.
SETTINGS = {"posts": 138, "per_page": 15}
PAGES = range(1, 11)

# Ends the process, as by a power cut, at a certain statement that SQLite runs.
KILL_AT_STATEMENT = """
import os, signal, sqlite3, sys
from scraper.archive import database
connect, left = database.sqlite3.connect, int(sys.argv.pop(1))
class Fatal(sqlite3.Connection):
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.set_trace_callback(self.count)
    def count(self, statement):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
database.sqlite3.connect = lambda *arguments, **options: connect(*arguments, factory=Fatal, **options)
from threadkeep.cli.main import main
main()
"""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World.of(tmp_path, **SETTINGS) as made:
        yield made


def command(world: World, *start: str) -> subprocess.Popen[bytes]:
    arguments = ["archive", world.url, "-a", str(world.path), "--delay", "0", "--quiet"]
    return subprocess.Popen(
        [sys.executable, *(start or ("-m", "threadkeep")), *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def finish(process: subprocess.Popen[bytes]) -> int:
    _, errors = process.communicate(timeout=60)
    assert b"Traceback" not in errors, errors.decode()
    return process.returncode


def killed_at(world: World, page: int) -> None:
    """Run the command until it asks for a page."""
    processes: list[subprocess.Popen[bytes]] = []

    def kill(request: DemoRequest) -> None:
        if request.path == world.page(page):
            os.kill(processes[0].pid, signal.SIGKILL)

    world.server.forget_requests()
    world.server.intercept = kill
    processes.append(command(world))
    assert finish(processes[0]) == -signal.SIGKILL
    world.server.intercept = None


def undisturbed(world: World) -> list[dict[str, object]]:
    other = World(
        server=world.server, path=world.path.with_name("undisturbed.db"), slug=world.slug
    )
    other.archive()
    return other.records(*SEEN)


@pytest.mark.parametrize("pages", rarely(3, 10))
def test_killed_at_every_page_in_turn_it_gets_there(pages: int, tmp_path: Path) -> None:
    with World.of(tmp_path, posts=138, per_page=-(-138 // pages)) as world:
        check_every_page(world, range(1, pages + 1))


def check_every_page(world: World, numbers: range) -> None:
    wanted = undisturbed(world)
    asked: list[str] = []
    for page in numbers:
        killed_at(world, page)
        asked += world.asked
    world.server.forget_requests()
    assert finish(command(world)) == 0
    asked += world.asked
    # Each page is asked for by the run that was killed over it, and by the next one; robots.txt until a page is kept.
    pages = [world.page(page) for page in numbers for _ in range(2)]
    assert asked == ["/robots.txt", pages[0], "/robots.txt", *pages[1:], "/wp-json/"]
    assert world.records(*SEEN) == wanted
    assert not world.verdict().is_open
    assert sorted(path.suffix for path in world.path.parent.glob("forum.*")) == [".db", ".jsonl"]


@pytest.mark.sweep
@pytest.mark.parametrize("page", PAGES)
def test_killed_at_one_page_only_that_one_is_asked_for_again(page: int, world: World) -> None:
    wanted = undisturbed(world)
    killed_at(world, page)
    assert world.pages_asked == list(range(1, page + 1))
    world.server.forget_requests()
    assert finish(command(world)) == 0
    assert world.pages_asked == list(range(page, 11))
    assert ("/robots.txt" in world.asked) == (page == 1)
    assert world.records(*SEEN) == wanted


def killed_at_statement(world: World, number: int) -> bool:
    world.server.forget_requests()
    code = finish(command(world, "-c", KILL_AT_STATEMENT, str(number)))
    assert code in {0, -signal.SIGKILL}
    return code != 0


def check_any_instant(world: World, number: int) -> bool:
    wanted = undisturbed(world)
    was_killed = killed_at_statement(world, number)
    first = set(world.pages_asked)
    world.server.forget_requests()
    assert finish(command(world)) == 0
    again = first & set(world.pages_asked)
    assert len(again) <= 1, "at most the page in flight"
    assert world.records(*SEEN) == wanted
    assert not world.verdict().is_open
    return was_killed


# The first instants make the file and its schema, the later ones keep a page, close the crawl and settle the times.
@pytest.mark.parametrize("number", rarely(4, 20, 40))
def test_killed_at_the_first_instants_the_next_run_makes_the_archive(
    number: int, tmp_path: Path
) -> None:
    with World.of(tmp_path, posts=6) as world:
        assert check_any_instant(world, number)


@pytest.mark.sweep
@pytest.mark.parametrize("number", [2, *rarely(*range(30, 420, 28))])
def test_killed_at_any_instant_nothing_else_is_lost(number: int, tmp_path: Path) -> None:
    with World.of(tmp_path, posts=12) as world:
        check_any_instant(world, number)


def test_stopped_before_times_are_settled_again_they_are_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with World.of(tmp_path, posts=6) as world:
        world.archive()
        before = world.records()
        save_pages(world, tmp_path / "saved", 1, 2)
        stopped = Mock(side_effect=KeyboardInterrupt)
        monkeypatch.setattr(reparsing, "settle_times", stopped)
        monkeypatch.setattr(importing, "settle_times", stopped)
        with pytest.raises(KeyboardInterrupt):
            reparse(world.path, world.clock)
        assert world.records() == before
        with pytest.raises(KeyboardInterrupt):
            import_source(ImportJob(source=tmp_path / "saved", path=world.path), world.clock)
        assert world.records() == before


@pytest.mark.parametrize(
    "signals",
    [
        *rarely(
            (signal.SIGINT, signal.SIGINT),
            (signal.SIGINT,),
            (signal.SIGTERM,),
            (signal.SIGTERM, signal.SIGTERM),
        ),
    ],
    ids=lambda signals: " ".join(one.name for one in signals),
)
def test_told_to_end_while_the_site_keeps_it_waiting_it_ends_at_once(
    signals: tuple[signal.Signals, ...], world: World
) -> None:
    processes: list[subprocess.Popen[bytes]] = []

    def tell(request: DemoRequest) -> DemoAnswer | None:
        if request.path != world.page(4):
            return None
        for one in signals:
            processes[0].send_signal(one)
        return DemoAnswer(delay=600)

    wanted = undisturbed(world)
    world.server.intercept = tell
    processes.append(command(world))
    assert finish(processes[0]) == 130, "it has not waited for the answer"
    world.server.intercept = None
    assert len(world.live()) == 45
    world.server.forget_requests()
    assert finish(command(world)) == 0
    assert world.pages_asked == list(range(4, 11))
    assert world.records(*SEEN) == wanted

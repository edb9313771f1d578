"""Pictures and files when something goes wrong: limits, failures, interrupts, kills, and every fault at a picture."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from scraper.archive.database import reading
from scraper.archive.verify import verify
from scraper.demo import (
    DemoAnswer,
    Fault,
    FaultRule,
    FaultScript,
)
from scraper.demo.gallery import FOLDER
from scraper.demo.gallery import file_at as demo_file
from scraper.demo.machine import picture
from scraper.sync.listener import SilentListener
from tests.archiving import World, failing
from tests.gallery import SHOWN, answering, fetch, files_asked, gallery_world, rows, run, statuses

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator
    from pathlib import Path

    from scraper.demo import DemoRequest
    from scraper.sync.listener import MediaTried


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with gallery_world(tmp_path) as made:
        yield made


class InterruptAtFile(SilentListener):
    """Presses Ctrl-C when so many files were tried."""

    def __init__(self, files: int) -> None:
        self._files = files
        self.tried: list[MediaTried] = []

    def media_tried(self, event: MediaTried) -> None:
        self.tried.append(event)
        if len(self.tried) == self._files:
            raise KeyboardInterrupt


# What fails


def test_a_host_that_fails_is_left_alone_and_tried_again(world: World) -> None:
    broken = failing(*(f"{FOLDER}{name}" for name in SHOWN))
    world.server.intercept = broken
    outcome = fetch(world)
    assert len(files_asked(world)) == 3  # then nobody asks any further
    assert (outcome.failed, outcome.kept) == (3, 0)
    assert outcome.waiting > 3
    world.server.intercept = None
    assert fetch(world).kept == len(SHOWN)


def test_what_fails_each_time_is_given_up(world: World) -> None:
    world.server.intercept = failing(f"{FOLDER}bench.png")
    asked = 0
    for _ in range(8):
        fetch(world)
        asked += files_asked(world).count("bench.png")
    assert asked == 5
    (row,) = rows(
        world, "SELECT status, attempts FROM media_addresses WHERE url LIKE '%/bench.png'"
    )
    assert row == ("failed", 5)


def test_a_failure_changes_no_exit_code(world: World) -> None:
    world.server.intercept = failing(*(f"{FOLDER}{name}" for name in SHOWN))
    assert run(world).exit_code == 0


# How much


def test_a_file_above_its_limit_is_left_until_the_limit_is_raised(world: World) -> None:
    large = picture("large") + bytes(5000)
    world.server.intercept = answering(f"{FOLDER}bench.png", DemoAnswer(body=large))
    assert fetch(world, file_limit=4000).unfit == 2
    fetch(world, file_limit=4000)
    assert "bench.png" not in files_asked(world)
    fetch(world, file_limit=9000)
    assert statuses(world)["bench.png"] == "kept"


def test_an_archive_keeps_no_more_than_its_limit(world: World) -> None:
    size = len(picture(f"{FOLDER}bench.png"))
    outcome = fetch(world, total_limit=3 * size + 10)
    assert (outcome.is_full, outcome.files, outcome.bytes) == (True, 3, 3 * size)
    assert outcome.waiting > 3
    assert fetch(world, total_limit=3 * size).is_full
    assert files_asked(world) == []
    rest = fetch(world)
    assert (rest.is_full, rest.files) == (False, len(SHOWN) - 1)


# Stopped


@pytest.mark.parametrize("files", [1, 4, 9])
def test_an_interrupt_loses_no_file(world: World, files: int) -> None:
    listener = InterruptAtFile(files)
    report = run(world, listener=listener)
    assert report.exit_code == 130
    first = files_asked(world)
    assert len(first) == files
    assert [event.number for event in listener.tried] == list(range(1, files + 1))
    fetch(world)
    again = set(first) & set(files_asked(world))
    assert again <= {"gone.png", "page.png"}
    assert {name for name, status in statuses(world).items() if status == "kept"} == SHOWN


@pytest.mark.parametrize("name", ["bench.png", "lathe.png"])
def test_a_kill_loses_the_file_in_flight_only(world: World, name: str) -> None:
    processes: list[subprocess.Popen[bytes]] = []

    def kill(request: DemoRequest) -> None:
        if request.path == f"{FOLDER}{name}":
            os.kill(processes[0].pid, signal.SIGKILL)

    world.server.intercept = kill
    words = ["archive", world.url, "-a", str(world.path), "--delay", "0", "--media", "images"]
    processes.append(
        subprocess.Popen(
            [sys.executable, "-m", "threadkeep", *words, "--quiet"], stderr=subprocess.PIPE
        )
    )
    processes[0].communicate(timeout=60)
    assert processes[0].returncode == -signal.SIGKILL
    first = files_asked(world)
    world.server.intercept = None
    fetch(world)
    assert set(first) & set(files_asked(world)) <= {name, "gone.png", "page.png"}
    assert {one for one, status in statuses(world).items() if status == "kept"} == SHOWN
    with reading(world.path) as archive:
        assert verify(archive).exit_code == 0


# Whatever goes wrong

OF_PAGES = {fault for fault in Fault if fault.value.startswith(("charset", "cut-", "other-"))}


@pytest.mark.sweep
@pytest.mark.parametrize("name", ["bench.png", "vice.png", "plane.png"])
@pytest.mark.parametrize("fault", [fault for fault in Fault if fault not in OF_PAGES])
def test_no_fault_makes_anything_else_of_a_file(
    world: World, tried: Counter[str], fault: Fault, name: str
) -> None:
    rule = FaultRule(fault=fault, path=f"{FOLDER}{name}", seconds=None, first=1)
    world.server.intercept = FaultScript([rule])
    report = run(world)
    assert report.exit_code == 0
    assert report.media is not None
    assert _kept(world) | {name} == SHOWN
    run(world)
    assert _kept(world) == SHOWN
    tried["faults at a picture"] += 1


def _kept(world: World) -> set[str]:
    """The pictures that are kept and are what the site has."""
    found = rows(
        world,
        "SELECT url, bytes FROM media_addresses JOIN media USING (sha256) WHERE kind = 'image'",
    )
    names = {url.rpartition("/")[2]: data for url, data in found}
    assert all(
        (demo_file(f"{FOLDER}{name}") or ("", b""))[1] == data for name, data in names.items()
    )
    return set(names)

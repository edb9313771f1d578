"""The command line and what it is connected to: terminals, pipes, full disks, signals."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scraper.demo import DemoAnswer
from tests.archiving import World, failing, rarely

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scraper.demo import DemoRequest
    from tests.conftest import CommandLine

COMMAND = (sys.executable, "-m", "threadkeep")
EVIL = "Evil \x1b]0;owned\x07\x1b[31m title \x9b2J \u202eesrever\nsecond line"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World.of(tmp_path, posts=13) as made:
        yield made


@pytest.fixture
def archived(world: World, threadkeep: CommandLine) -> World:
    assert threadkeep("archive", world.url, "--delay", "0", "-q", "-a", "forum.db").code == 0
    return world


# --- what reaches a terminal ---


def test_a_title_cannot_talk_to_the_terminal(world: World, threadkeep: CommandLine) -> None:
    world.server.forum = world.server.forum.with_topic(
        replace(world.topic, title=EVIL.replace("\x1b", "&#27;").replace("\n", " "))
    )
    page = world.page(1)

    def raw(request: DemoRequest) -> DemoAnswer:
        answer = world.server.ordinary(request.path)
        return replace(answer, body=answer.body.replace(b"&amp;#27;", b"\x1b"))

    world.server.intercept = raw
    assert page
    outputs = [
        threadkeep("archive", world.url, "--delay", "0", "-a", "forum.db"),
        threadkeep("archive", world.url, "--delay", "0", "-a", "forum.db", "--json"),
        threadkeep("show"),
        threadkeep("show", world.ids[0]),
        threadkeep("show", world.ids[0], "--json"),
        threadkeep("verify"),
        threadkeep("inspect", world.url),
    ]
    for ran in outputs:
        for character in "\x1b\x07\x9b\u202e\x7f":
            assert character not in ran.out + ran.err


def test_json_says_what_is_there_all_the_same(threadkeep: CommandLine) -> None:
    from threadkeep.cli.console import say_json

    ran = threadkeep("--version")
    assert ran.code == 0
    import contextlib
    import io

    with contextlib.redirect_stdout(io.StringIO()) as out:
        say_json({"title": EVIL})
    assert json.loads(out.getvalue()) == {"title": EVIL}
    assert out.getvalue().isprintable() or "\n" in out.getvalue()
    assert "\u202e" not in out.getvalue()


def test_lines_elsewhere_and_a_bar_on_a_terminal(world: World, tmp_path: Path) -> None:
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, "archive", world.url, "--delay", "0", "-a", str(tmp_path / "a.db")],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "100"},
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            data = os.read(ours, 65536)
        except OSError:  # Linux says so that the other side has closed
            break
        if not data:
            break
        shown += data
    out, _ = process.communicate(timeout=60)
    os.close(ours)
    assert process.returncode == 0
    assert b"13 of 13 posts, complete" in out
    assert b"\x1b[" not in out
    assert b"\x1b[" in shown
    assert world.truth.title.encode() in shown
    assert b"page 1 of 3" not in shown


# --- pipes and disks ---


def piped(arguments: list[str], head: list[str], folder: Path) -> tuple[int, bytes, bytes]:
    """Run a command with its output going to another one, which may end early."""
    with (
        subprocess.Popen(
            [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder
        ) as first,
        subprocess.Popen(head, stdin=first.stdout, stdout=subprocess.PIPE) as second,
    ):
        assert first.stdout is not None
        assert first.stderr is not None
        first.stdout.close()
        out, _ = second.communicate(timeout=60)
        errors = first.stderr.read()
        return first.wait(timeout=60), out, errors


@pytest.mark.parametrize(
    "command", ["export -f jsonl", "show ID", *rarely("export -f markdown", "show", "show --json")]
)
def test_a_reader_that_has_seen_enough_ends_it_quietly(command: str, archived: World) -> None:
    arguments = command.replace("ID", str(archived.ids[0])).split()
    archived.edit(3, "long " * 60_000)
    code, out, errors = piped(arguments, ["head", "-c", "20"], Path())
    assert (code, errors) == (0, b"")
    assert len(out) == 20


def test_a_reader_that_is_gone_hides_no_exit_code(archived: World) -> None:
    archived.server.intercept = failing(archived.page(3), status=404)
    code, _, errors = piped(
        ["archive", archived.url, "--delay", "0", "-q", "-a", "forum.db"], ["true"], Path()
    )
    assert code == 3
    assert b"Traceback" not in errors


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize(
    "command", ["show", "--help", *rarely("show --json", "export -f jsonl", "verify")]
)
def test_a_full_disk_behind_stdout_is_said(command: str, archived: World) -> None:
    assert archived.asked
    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run(
            [*COMMAND, *command.split()],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
        )
    assert ran.returncode == 8
    assert ran.stderr.startswith(b"threadkeep: ")
    assert ran.stderr.count(b"\n") == 1


def test_closed_streams_stop_nothing(archived: World) -> None:
    assert archived.asked
    line = f"'{sys.executable}' -m threadkeep verify >&- 2>&-"
    ran = subprocess.run(["sh", "-c", line], check=False, timeout=60, stdout=subprocess.PIPE)
    assert ran.returncode == 0


def test_an_encoding_without_the_signs_is_no_obstacle(archived: World) -> None:
    ran = subprocess.run(
        [*COMMAND, "show", str(archived.ids[0])],
        capture_output=True,
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
    )
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert b"Community ? Tools & Techniques" in ran.stdout


# --- being stopped ---


def stopping(
    process: list[subprocess.Popen[str]], path: str, name: signal.Signals
) -> Callable[[DemoRequest], None]:
    """Stop a run when it asks for something; what it asked for is answered all the same."""

    def intercept(request: DemoRequest) -> None:
        if request.path == path:
            process[0].send_signal(name)

    return intercept


def start(world: World, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, "archive", world.url, "--delay", "0", "-a", str(world.path), *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("name", [signal.SIGINT, *rarely(signal.SIGTERM, signal.SIGHUP)])
def test_a_run_that_is_stopped_says_what_was_kept_and_goes_on(
    name: signal.Signals, world: World
) -> None:
    process: list[subprocess.Popen[str]] = []
    world.server.intercept = stopping(process, world.page(3), name)
    process.append(start(world))
    out, errors = process[0].communicate(timeout=60)
    assert process[0].returncode == 130
    first, second = out.splitlines()
    posts = len(world.live())
    assert posts in {10, 13}  # the answer may have come before the signal
    assert (
        first
        == f"{world.truth.title}: {posts} of 13 posts, interrupted ({posts} new, 0 changed, 0 gone)"
    )
    assert second.startswith(f"{world.path}: ")
    assert errors.splitlines()[-1] == (
        "threadkeep: interrupted; every page read so far is kept. Run the same command again to go on."
    )
    world.server.intercept = None
    world.server.forget_requests()
    again = start(world)
    out, _ = again.communicate(timeout=60)
    assert again.returncode == 0
    assert "13 of 13 posts, complete" in out
    assert world.asked in ([world.page(3), "/wp-json/"], ["/wp-json/"])


def test_a_stop_while_times_are_settled_and_with_json(world: World) -> None:
    process: list[subprocess.Popen[str]] = []
    world.server.intercept = stopping(process, "/wp-json/", signal.SIGINT)
    process.append(start(world, "--json", "-o", str(world.path.with_name("thread.md"))))
    out, _ = process[0].communicate(timeout=60)
    report = json.loads(out)
    assert process[0].returncode == report["exit_code"] == 130
    assert report["interrupted"]
    assert report["topics"][0]["posts"] == 13
    assert not world.path.with_name("thread.md").exists()


def test_a_stop_before_anything_was_kept_leaves_nothing(world: World) -> None:
    process: list[subprocess.Popen[str]] = []
    world.server.intercept = stopping(process, "/robots.txt", signal.SIGINT)
    process.append(start(world))
    _, errors = process[0].communicate(timeout=60)
    assert process[0].returncode == 130
    assert "interrupted" in errors
    assert "Traceback" not in errors
    if world.asked == ["/robots.txt"]:
        assert list(world.path.parent.iterdir()) == []


def test_what_is_told_to_ignore_hang_ups_does(world: World) -> None:
    process: list[subprocess.Popen[str]] = []
    world.server.intercept = stopping(process, world.page(2), signal.SIGHUP)
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does for what it starts
    try:
        process.append(start(world))
    finally:
        signal.signal(signal.SIGHUP, before)
    out, _ = process[0].communicate(timeout=60)
    assert process[0].returncode == 0
    assert "complete" in out

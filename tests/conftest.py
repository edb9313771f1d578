"""Fixtures that several test modules share."""

from __future__ import annotations

import gc
import json
import os
import shlex
import signal
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock

import pytest
from hypothesis import HealthCheck, settings

from scraper.archive import database
from scraper.politeness.clock import SystemClock
from tests.erasing import planted_and_archived
from tests.report import check_report
from tests.whole_forum import Site
from threadkeep.cli.main import run

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from tests.erasing import Planted

_FIGURES = pytest.StashKey[Counter[str]]()


# A machine with much else to do is no failure.
settings.register_profile(
    "ordinary", max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ordinary")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_FIGURES] = Counter()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Spare the garbage collector the tests, which stay to the end: it would look through them hundreds of times."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand over what the sweeps of this process tried, where the run has several."""
    output: Any = getattr(session.config, "workeroutput", None)
    if output is not None:
        figures = session.config.stash[_FIGURES]
        output["tried"] = dict(figures)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:  # noqa: ANN401  xdist has no types for it
    """Take over what the sweeps of another process tried."""
    config: pytest.Config = node.config
    config.stash[_FIGURES].update(getattr(node, "workeroutput", {}).get("tried", {}))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Make what a test printed fit to be sent: letters that are none stay between the processes of a run otherwise."""
    report = yield
    report.sections = [
        (name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections
    ]
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what the sweeps tried: `400 faults at a page`."""
    figures = terminalreporter.config.stash[_FIGURES]
    if figures:
        terminalreporter.section("what the sweeps tried")
        for what, number in sorted(figures.items()):
            terminalreporter.line(f"{number} {what}")


@pytest.fixture(scope="session")
def tried(pytestconfig: pytest.Config) -> Counter[str]:
    """What a sweep has tried so far, counted by its name; the run's end prints it."""
    return pytestconfig.stash[_FIGURES]


@pytest.fixture(scope="session", autouse=True)
def _no_waiting_for_the_disk() -> Iterator[None]:
    """Leave it to the system when it writes what this process has written: no test pulls the plug."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "DURABLE", "PRAGMA synchronous = OFF")
        patch.setattr(os, "fsync", Mock())
        yield


@pytest.fixture(scope="session")
def showcase(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A forum with everything that posts can hold, and an archive of it; no test changes either."""
    with Site.of(tmp_path_factory.mktemp("showcase"), showcase=True, threaded=True) as site:
        assert site.archive().exit_code == 0
        yield site


@pytest.fixture(scope="session")
def planted_forum(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planted]:
    with planted_and_archived(tmp_path_factory.mktemp("planted")) as forum:
        yield forum


@pytest.fixture
def forum(planted_forum: Planted, tmp_path: Path) -> Iterator[Planted]:
    """A forum in which somebody is planted all over, and an archive of it, both for this test alone."""
    with planted_forum.as_it_is(tmp_path) as forum:
        yield forum


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def report(self) -> Any:  # noqa: ANN401  JSON
        """What it printed as JSON."""
        return json.loads(self.out)

    @property
    def sentence(self) -> str:
        """The one sentence that it printed on stderr, and nothing else anywhere."""
        assert self.out == ""
        assert self.err.startswith("threadkeep: ")
        assert self.err.count("\n") == 1
        assert self.err.endswith("\n")
        assert "Traceback" not in self.err
        return self.err.removeprefix("threadkeep: ").strip()


class CommandLine:
    """Runs commands of threadkeep's in this process, in a folder of their own."""

    def __init__(self, capfd: pytest.CaptureFixture[str]) -> None:
        self._capfd = capfd

    def __call__(self, *arguments: object) -> Ran:
        self._capfd.readouterr()
        words = [str(argument) for argument in arguments]
        code = run(words)
        out, err = self._capfd.readouterr()
        check_report(words, code, out)
        return Ran(code=code, out=out, err=err)

    def line(self, line: str) -> Ran:
        """Run a line as somebody would copy it from the screen."""
        name, *arguments = shlex.split(line)
        assert name == "threadkeep"
        return self(*arguments)


@pytest.fixture
def threadkeep(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[CommandLine]:
    """The command line, in an empty folder; what it waits for is there at once."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setattr(SystemClock, "sleep", Mock())
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield CommandLine(capfd)
    for number, handler in handlers.items():
        signal.signal(number, handler)

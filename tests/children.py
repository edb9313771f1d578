"""Runs commands of threadkeep's in processes of their own that can be ended at any instant; none has to import it all anew.

A nursery is one process that has everything imported. For each command it forks a child, which it lets nobody else
take the number of until the test has done with it.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterable

_ROOT = Path(__file__).parent.parent
_PATIENCE = 60.0

# The child counts every call that the packages make, and SQLite's statements, and has a signal sent to itself at some.
_NURSERY = """
import json, os, resource, signal, sys, traceback
import sqlite3
import threadkeep.cli.archive, threadkeep.cli.export, threadkeep.cli.import_, threadkeep.cli.reparse
import threadkeep.cli.erase, threadkeep.cli.show, threadkeep.cli.verify
from exporters.registry import exporters_by_name
from parsers.registry import engines
from threadkeep.cli.main import run

exporters_by_name(), engines()
ROOT = sys.argv[1]
OURS = tuple(os.path.join(ROOT, name) for name in ("exporters", "parsers", "scraper", "threadkeep"))
count = 0

def counting(signals):
    def count_one(*_):
        global count
        count += 1
        if count in signals:
            os.kill(os.getpid(), signals[count])
    return count_one

def watch_calls(count_one, within):
    paths = tuple(os.path.join(ROOT, name) for name in within) or OURS
    def see(frame, event, _):
        if event in ("call", "c_call", "return") and frame.f_code.co_filename.startswith(paths):
            count_one()
    sys.setprofile(see)

def watch_statements(count_one):
    connect = sqlite3.connect
    class Watched(sqlite3.Connection):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            self.set_trace_callback(count_one)
    sqlite3.connect = lambda *arguments, **options: connect(*arguments, factory=Watched, **options)

def be_child(order):
    out = os.open(order["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(out, 1), os.dup2(out, 2)
    os.chdir(order["folder"])
    sys.argv = ["threadkeep", *order["arguments"]]
    if order["largest"]:
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["largest"], order["largest"]))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    count_one = counting({int(at): number for at, number in order["signals"].items()})
    if order["watch"] == "statements":
        watch_statements(count_one)
    elif order["watch"] == "calls":
        watch_calls(count_one, order["within"])
    code = 1
    try:
        code = run(order["arguments"])
    except BaseException:
        sys.setprofile(None)
        traceback.print_exc()
    sys.setprofile(None)
    sys.stdout.flush(), sys.stderr.flush()
    os.write(order_count(order), str(count).encode())
    os._exit(code)

def order_count(order):
    return os.open(order["output"] + ".count", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)

print("ready", flush=True)
for line in sys.stdin:
    pid = os.fork()
    if not pid:
        be_child(json.loads(line))
    print(pid, flush=True)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    print("ended", flush=True)
    sys.stdin.readline()
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instants:
    """When signals reach a child.

    Attributes:
        after: seconds after it began at which it is killed, by the clock on the wall.
        at: which signal it gets at which call or statement, counted from 1.
        watch: what is counted: `calls` or `statements`; nothing where it is empty.
        within: the packages or modules whose calls count; all of threadkeep's where there is none.
    """

    after: float | None = None
    at: tuple[tuple[int, signal.Signals], ...] = ()
    watch: str = ""
    within: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a child ended.

    Attributes:
        code: its exit code; of one that a signal ended, the negative number of that.
        output: what it printed.
        seconds: how long it took.
        count: how much was counted; 0 for one that was killed.
    """

    code: int
    output: str
    seconds: float
    count: int


class Nursery:
    """Has children, one after the other."""

    def __init__(self, folder: Path) -> None:
        self._output = folder / "output"
        self._process = subprocess.Popen(
            [sys.executable, "-c", _NURSERY, str(_ROOT)],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._reader, selectors.EVENT_READ)
        assert self._line() == "ready"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._selector.close()
        self._writer.close()
        self._process.wait(_PATIENCE)
        self._reader.close()

    def run(self, *arguments: object, instants: Instants | None = None, largest: int = 0) -> Ended:
        """Run a command to its end, or until it is killed.

        Args:
            arguments: what stands behind `threadkeep`.
            instants: when signals reach it.
            largest: the most bytes that it may write into a file, as on a disk that is full.
        """
        instants = instants or Instants()
        order: dict[str, Any] = {
            "arguments": [str(argument) for argument in arguments],
            "output": str(self._output),
            "folder": str(self._output.parent),
            "signals": dict(instants.at),
            "watch": instants.watch,
            "within": instants.within,
            "largest": largest,
        }
        counted = self._output.with_name(f"{self._output.name}.count")
        counted.unlink(missing_ok=True)
        self._write(json.dumps(order))
        pid, began = int(self._line()), time.monotonic()
        if instants.after is not None and not self._selector.select(instants.after):
            # It cannot be another process's number: nobody has taken its end yet.
            os.kill(pid, signal.SIGKILL)
        assert self._line() == "ended"
        seconds = time.monotonic() - began
        self._write("")
        return Ended(
            code=int(self._line()),
            output=self._output.read_text(),
            seconds=seconds,
            count=int(counted.read_text()) if counted.exists() else 0,
        )

    def _line(self) -> str:
        assert self._selector.select(_PATIENCE), "the child does not end"
        return self._reader.readline().decode().strip()

    def _write(self, line: str) -> None:
        self._writer.write(f"{line}\n".encode())
        self._writer.flush()

    @property
    def _reader(self) -> IO[bytes]:
        assert self._process.stdout is not None
        return self._process.stdout

    @property
    def _writer(self) -> IO[bytes]:
        assert self._process.stdin is not None
        return self._process.stdin


def killed_at(count: int, watch: str, *within: str) -> Instants:
    """Killed at a call or a statement."""
    return Instants(at=((count, signal.SIGKILL),), watch=watch, within=within)


def counting(watch: str, *within: str) -> Instants:
    """Not killed, but counted."""
    return Instants(watch=watch, within=within)


def names(folder: Path, without: Iterable[str] = ()) -> list[str]:
    """What lies in a folder."""
    return sorted(path.name for path in folder.iterdir() if path.name not in without)

"""What a worker knows of a run: which hosts are whose, whether it is to stop, and what it has done since it last told."""

from __future__ import annotations

import pickle
from collections import defaultdict
from threading import Event, Lock
from typing import TYPE_CHECKING

from distributed import WorkerPlugin

from scraper.politeness.clock import SystemClock
from threadkeep.cluster.engine import distributed

if TYPE_CHECKING:
    from distributed import Worker

    from threadkeep.cluster.engine import SharedLock
    from threadkeep.cluster.piece import PieceEnd

_TELL_EVERY = 1.0
_MOST_FAILURES = 20


class RunOnWorker:
    """One run, on one worker.

    Attributes:
        run: its name.
        hosts: those that its jobs are of.
        stop: is set when all is to end.
        is_crowded: hosts wait for their turn, so that a slice ends when its time is over.
    """

    def __init__(self, run: str, hosts: frozenset[str], worker: Worker) -> None:
        self.run = run
        self.hosts = hosts
        self.stop = Event()
        self.is_crowded = True
        self._worker = worker
        self._lock = Lock()
        self._locks: dict[str, SharedLock] = {}
        self._clock = SystemClock()
        self._told_at = self._clock.monotonic()
        self._counts: defaultdict[str, int] = defaultdict(int)
        self._failed: list[tuple[str, str]] = []
        self._begun: list[str] = []

    def lock_of(self, host: str) -> SharedLock:
        """The lock of a host, which the scheduler keeps."""
        with self._lock:
            if host not in self._locks:
                self._locks[host] = distributed().Lock(lock_name(host))
            return self._locks[host]

    def begun(self, host: str) -> None:
        """A host has been taken up."""
        with self._lock:
            self._begun.append(host)
        self.tell(at_once=True)

    def ended(self, piece: str, end: PieceEnd) -> None:
        """A piece is done: told at once, since its result lies on this worker, and is lost with it."""
        self._worker.log_event(topic_of(self.run), {"ended": [piece, pickle.dumps(end)]})
        self.tell(at_once=True)

    def counted(self, **counts: int) -> None:
        """Something was done."""
        with self._lock:
            for name, count in counts.items():
                self._counts[name] += count
        self.tell()

    def failed(self, job: str, sentence: str) -> None:
        """Something failed."""
        with self._lock:
            if len(self._failed) < _MOST_FAILURES:
                self._failed.append((job, sentence))
        self.tell()

    def tell(self, *, at_once: bool = False) -> None:
        """Tell the command what was done since it was told last, once a second at most."""
        now = self._clock.monotonic()
        with self._lock:
            if not at_once and now - self._told_at < _TELL_EVERY:
                return
            self._told_at = now
            message = {"failed": self._failed, "begun": self._begun, **self._counts}
            self._counts = defaultdict(int)
            self._failed, self._begun = [], []
        self._worker.log_event(topic_of(self.run), message)


class RunPlugin(WorkerPlugin):
    """Makes a run known to each worker, those that come later among them."""

    def __init__(self, run: str, hosts: frozenset[str]) -> None:
        self._run = run
        self._hosts = hosts

    def setup(self, worker: Worker) -> None:
        """Make it known."""
        _RUNS[self._run, worker.address] = RunOnWorker(self._run, self._hosts, worker)

    def teardown(self, worker: Worker) -> None:
        """Forget it, and end what is still going on for it."""
        found = _RUNS.pop((self._run, worker.address), None)
        if found is not None:
            found.stop.set()


# One process may have several workers, as in a cluster of threads.
_RUNS: dict[tuple[str, str], RunOnWorker] = {}


def run_on(run: str, worker: str) -> RunOnWorker:
    """A run, on the worker of this address."""
    return _RUNS[run, worker]


def stop_run(run: str) -> None:
    """Have all that this process does for a run end at its next request."""
    for found in _known(run):
        found.stop.set()


def set_crowded(run: str, is_crowded: bool) -> None:
    """Have slices end when their time is over, or not."""
    for found in _known(run):
        found.is_crowded = is_crowded


def topic_of(run: str) -> str:
    """Under which topic workers tell of a run."""
    return f"threadkeep-{run}"


def lock_name(host: str) -> str:
    """The name of a host's lock; runs of several JOBS.toml on one cluster share it."""
    return f"threadkeep-{host}"


def runs_here() -> list[RunOnWorker]:
    """All runs that the workers of this process know."""
    return list(_RUNS.values())


def _known(run: str) -> list[RunOnWorker]:
    return [found for found in runs_here() if found.run == run]

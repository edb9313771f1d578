"""Runs jobs on clusters for tests: threads of this process, or a scheduler and workers that are processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import ExitStack, contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Self

from scraper.demo import DemoServer, DemoSettings, generate
from tests.archiving import exported
from threadkeep.cluster.connection import ClusterChoice
from threadkeep.cluster.run import run_jobs_on_cluster
from threadkeep.jobs.jobs_file import read_jobs

if TYPE_CHECKING:
    from collections.abc import Generator

    from threadkeep.cluster.connection import Cluster
    from threadkeep.cluster.progress import Progress
    from threadkeep.jobs.report import JobReport, RunReport

_ROOT = Path(__file__).parent.parent
_PATIENCE = 60.0
THREADS = ClusterChoice(workers=0, threads=4, with_dashboard=False)
# When a page was read is never the same twice, nor is what a server on another port says of itself.
_OF_THE_TIME = ("first_seen", "last_seen")


class Shown:
    """Notes what is shown of a run."""

    def __init__(self) -> None:
        self.ended: list[str] = []
        self.progress: list[Progress] = []
        self.failed: list[str] = []
        self.dashboard: str | None = None

    def opened(self, cluster: Cluster) -> None:
        self.dashboard = cluster.dashboard

    def progressed(self, progress: Progress) -> None:
        self.progress.append(progress)

    def page_failed(self, job: str, sentence: str) -> None:
        self.failed.append(f"{job}: {sentence}")

    def job_ended(self, report: JobReport) -> None:
        self.ended.append(report.name)

    def stopping(self, hosts: int) -> None: ...


def run_in_threads(path: Path, shown: Shown | None = None, *, seconds: float = 60.0) -> RunReport:
    """Run a JOBS.toml on a cluster of this process."""
    return run_jobs_on_cluster(read_jobs(path), THREADS, shown or Shown(), slice_seconds=seconds)


@contextmanager
def forums(count: int, *, topics: int = 2, posts: int = 13) -> Generator[list[DemoServer]]:
    """Small forums, each at a port of its own."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(DemoServer(generate(_settings(seed, topics, posts))))
            for seed in range(1, count + 1)
        ]


def _settings(seed: int, topics: int, posts: int) -> DemoSettings:
    return DemoSettings(seed=seed, showcase=False, topics=topics, posts=posts, per_page=5)


def posts_of(path: Path) -> list[dict[str, object]]:
    """The posts of an archive, but for when they were read."""
    return exported(path, *_OF_THE_TIME)


class Processes:
    """A scheduler and workers, each a process of its own, whose logs are in files beside their disks.

    Attributes:
        scheduler: the scheduler.
        address: where it is reached.
        workers: the workers, by their number.
    """

    def __init__(self, folder: Path, *, workers: int, threads: int) -> None:
        self._folder = folder
        self._threads = threads
        with ExitStack() as stack:
            self._stack = stack
            self.scheduler = self._started("scheduler", "--host", "127.0.0.1", "--port", "0")
            self.address = self.scheduler.line_with("Scheduler at:").split()[-1]
            self.workers = [self._worker(number) for number in range(workers)]
            self._stack = stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def kill(self, number: int) -> None:
        """End a worker at once, as a power cut does."""
        self.workers[number].end()

    def _worker(self, number: int) -> Process:
        disk = self._folder / f"disk-{number}"
        worker = self._started(
            "worker", self.address, "--nthreads", str(self._threads), "--no-nanny",
            "--host", "127.0.0.1", "--local-directory", str(disk), "--memory-limit", "0",
        )  # fmt: skip
        worker.line_with("Registered to:")
        return worker

    def _started(self, *arguments: str) -> Process:
        number = len(list(self._folder.glob("*.log")))
        process = Process(self._folder / f"{arguments[0]}-{number}.log", arguments)
        self._stack.callback(process.end)
        return process


class Process:
    """One process, whose log is read all the time: a pipe that nobody empties would stop it."""

    def __init__(self, log: Path, arguments: tuple[str, ...]) -> None:
        self._log = log
        self._lines: SimpleQueue[str] = SimpleQueue()
        # A worker that died is not waited for as long as on a network.
        locks = "DASK_DISTRIBUTED__SCHEDULER__LOCKS__LEASE_"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "dask", *arguments, "--no-dashboard"],
            cwd=_ROOT,
            env={**os.environ, f"{locks}TIMEOUT": "2s", f"{locks}VALIDATION_INTERVAL": "500ms"},
            stderr=subprocess.STDOUT,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def poll(self) -> int | None:
        """Its exit code; None while it runs."""
        return self._process.poll()

    def line_with(self, words: str) -> str:
        """Wait for a line of its log."""
        while words not in (line := self._lines.get(timeout=_PATIENCE)):
            pass
        return line

    def end(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.wait(_PATIENCE)
        self._reader.join(_PATIENCE)

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines, self._log.open("w", encoding="utf-8") as log:
            for line in lines:
                log.write(line)
                log.flush()
                self._lines.put(line)

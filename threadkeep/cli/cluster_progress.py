"""Show how a run on a cluster is getting on: a line that changes on a terminal, one now and then elsewhere."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.status import Status

from scraper.politeness.clock import SystemClock
from threadkeep.cli.console import counted, one_line, warn
from threadkeep.cli.jobs_progress import JobsProgress

if TYPE_CHECKING:
    from threadkeep.cluster.connection import Cluster
    from threadkeep.cluster.progress import Progress

_LINE_EVERY = 10.0


class QuietClusterProgress(JobsProgress):
    """Shows which jobs have ended, and nothing of those that go on."""

    def opened(self, cluster: Cluster) -> None:
        """See `ClusterListener.opened`."""

    def progressed(self, progress: Progress) -> None:
        """See `ClusterListener.progressed`."""

    def page_failed(self, job: str, sentence: str) -> None:
        """See `ClusterListener.page_failed`."""


class PlainClusterProgress(QuietClusterProgress):
    """A line every ten seconds, for logs and pipes."""

    def __init__(self, *, tell_lines: bool) -> None:
        """See `QuietClusterProgress`."""
        super().__init__(tell_lines=tell_lines)
        self._clock = SystemClock()
        self._told_at: float | None = None
        self._told = ""

    def opened(self, cluster: Cluster) -> None:
        """See `ClusterListener.opened`."""
        at_once = counted(cluster.threads, "host")
        self.tell(f"{counted(cluster.workers, 'worker')}, {at_once} at a time")
        if cluster.dashboard:
            self.tell(f"dashboard: {cluster.dashboard}")

    def progressed(self, progress: Progress) -> None:
        """See `ClusterListener.progressed`."""
        now, line = self._clock.monotonic(), _line(progress)
        is_over = progress.done == progress.hosts
        is_due = self._told_at is None or now - self._told_at >= _LINE_EVERY
        if (is_due or is_over) and line != self._told:
            self._told_at, self._told = now, line
            self.tell(line)

    def page_failed(self, job: str, sentence: str) -> None:
        """See `ClusterListener.page_failed`."""
        self.tell(f"{job}: failed: {one_line(sentence)}")

    def tell(self, text: str) -> None:
        """Show a line."""
        warn(text)


class LiveClusterProgress(PlainClusterProgress):
    """A line that changes, for terminals."""

    def __init__(self, *, tell_lines: bool) -> None:
        """See `QuietClusterProgress`."""
        super().__init__(tell_lines=tell_lines)
        self._status = Status("opening the cluster", console=Console(stderr=True))

    def __enter__(self) -> Self:
        self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._status.stop()

    def progressed(self, progress: Progress) -> None:
        """See `ClusterListener.progressed`."""
        self._status.update(_line(progress))

    def tell(self, text: str) -> None:
        """See `PlainClusterProgress.tell`."""
        self._status.console.print(one_line(text), markup=False, highlight=False)


def cluster_progress(*, quiet: bool, tell_lines: bool) -> QuietClusterProgress:
    """The progress that suits where stderr goes."""
    if quiet:
        return QuietClusterProgress(tell_lines=tell_lines)
    kind = LiveClusterProgress if sys.stderr.isatty() else PlainClusterProgress
    return kind(tell_lines=tell_lines)


def _line(progress: Progress) -> str:
    hosts = f"hosts: {progress.running} running, {progress.waiting} waiting, {progress.done} done"
    read = f"{counted(progress.pages, 'page')}, {counted(progress.posts, 'post')}"
    return f"{hosts}; {read}, {progress.pages_per_second:.1f} pages/s"

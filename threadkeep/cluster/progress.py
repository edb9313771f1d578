"""Tell how a run on a cluster is getting on: what workers tell of it, added up, for whoever shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from threadkeep.cluster.connection import Cluster
    from threadkeep.jobs.report import JobReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How a run on a cluster is getting on.

    Attributes:
        hosts: how many hosts there are.
        waiting: how many of them were not taken up yet.
        done: with how many all is done.
        workers: how many workers there are.
        pages: pages kept so far.
        posts: posts on them.
        pages_per_second: since the first was told of.
    """

    hosts: int
    waiting: int
    done: int
    workers: int
    pages: int
    posts: int
    pages_per_second: float

    @property
    def running(self) -> int:
        """How many hosts were taken up, and have something left to be done."""
        return self.hosts - self.waiting - self.done


class ClusterListener(Protocol):
    """Whoever shows how a run on a cluster is getting on; called from the main thread."""

    def opened(self, cluster: Cluster) -> None:
        """The cluster is there."""
        ...

    def progressed(self, progress: Progress) -> None:
        """Some time has passed."""
        ...

    def page_failed(self, job: str, sentence: str) -> None:
        """A page of a job could not be read."""
        ...

    def job_ended(self, report: JobReport) -> None:
        """A job has ended."""
        ...

    def stopping(self, hosts: int) -> None:
        """A stop was asked for; so many hosts are still being read."""
        ...


class Count:
    """Adds up what workers tell.

    Attributes:
        workers: how many there are.
    """

    def __init__(self, hosts: frozenset[str]) -> None:
        """Begin with nothing done.

        Args:
            hosts: all that there are.
        """
        self.workers = 0
        self._hosts = len(hosts)
        self._waiting = set(hosts)
        self._done = self._pages = self._posts = 0
        self._began: float | None = None

    @property
    def running(self) -> int:
        """How many hosts were taken up, and have something left to be done."""
        return self._hosts - len(self._waiting) - self._done

    def add(self, message: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Add what a worker told.

        Returns:
            What failed: jobs and sentences.
        """
        self._pages += int(message.get("pages", 0))
        self._posts += int(message.get("posts", 0))
        self._waiting.difference_update(message.get("begun", ()))
        return [(str(job), str(sentence)) for job, sentence in message.get("failed", ())]

    def done(self, hosts: int) -> None:
        """So many hosts more are done."""
        self._done += hosts

    def progress(self, now: float) -> Progress:
        """How it is getting on."""
        if self._began is None and self._pages:
            self._began = now - 1.0  # what is told of was done in the second before
        seconds = now - self._began if self._began is not None else 1.0
        return Progress(
            hosts=self._hosts,
            waiting=len(self._waiting),
            done=self._done,
            workers=self.workers,
            pages=self._pages,
            posts=self._posts,
            pages_per_second=self._pages / seconds,
        )

"""Keep requests of several workers to one host apart, wherever a redirect or a picture leads: one of them at a time."""

from __future__ import annotations

import logging
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from parsers.errors import ArchiveLockedError, FetchError
from scraper.fetch.host import hosts_of

if TYPE_CHECKING:
    from collections.abc import Generator

    from scraper.fetch.address import Address
    from threadkeep.cluster.on_worker import RunOnWorker
    from threadkeep.cluster.piece_clock import PieceClock

logger = logging.getLogger(__name__)

_TICK = 1.0


class Gate:
    """What each request of a piece passes.

    Attributes:
        met: the host of other jobs that a request was led to; None where none was.
    """

    def __init__(
        self, hosts: tuple[str, ...], run: RunOnWorker, clock: PieceClock, *, patience: float
    ) -> None:
        """Make one.

        Args:
            hosts: those that the piece holds.
            run: the run.
            clock: what is waited on.
            patience: how many seconds it waits for a host that somebody else holds.
        """
        self.met: str | None = None
        self._hosts = frozenset(hosts)
        self._run = run
        self._clock = clock
        self._patience = patience

    @contextmanager
    def held(self) -> Generator[None]:
        """Hold the piece's hosts.

        Raises:
            ArchiveLockedError: somebody else on this cluster holds one, and does not let go of it.
        """
        taken: list[str] = []
        try:
            for host in sorted(self._hosts):  # in one order, so that no two wait for each other
                self._take(host)
                taken.append(host)
            yield
        finally:
            for host in taken:
                self._let_go(host)

    @contextmanager
    def __call__(self, address: Address) -> Generator[None]:
        """Let a request pass: at once to the piece's hosts, in turn to hosts that are nobody's, and not to other jobs' hosts.

        Raises:
            FetchError: somebody else on this cluster holds the host, and does not let go of it.
            KeyboardInterrupt: the piece is to end, or the host is of other jobs, which this piece's are to be joined with.
        """
        (host,) = hosts_of([address.url])
        self._clock.heed()
        self._clock.requests += 1
        if host in self._hosts:
            yield
            return
        if host in self._run.hosts:
            self.met = host
            self._clock.end("join")
        try:
            self._take(host)
        except ArchiveLockedError as error:
            raise FetchError(str(error), url=address.url) from error
        try:
            yield
        finally:
            self._let_go(host)

    def _take(self, host: str) -> None:
        lock, until = self._run.lock_of(host), self._clock.monotonic() + self._patience
        while not lock.acquire(timeout=_TICK):
            self._clock.heed()
            if self._clock.monotonic() > until:
                raise ArchiveLockedError(
                    f"Another run on this cluster reads {host}; wait for it to end, and run this again."
                )

    def _let_go(self, host: str) -> None:
        # Where the scheduler is gone, so is the lock; where it took the lock away, somebody else has it.
        with suppress(OSError, RuntimeError):
            self._run.lock_of(host).release()

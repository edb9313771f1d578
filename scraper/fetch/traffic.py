"""What was asked of the network, counted: every attempt, by the status that came back; no network itself."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """The requests made so far.

    Attributes:
        requests: requests sent, further attempts and redirects included.
        retries: how many of them were further attempts.
        by_status: how many answers came with each HTTP status, sorted by status.
        broken: requests that brought no complete answer.
        body_bytes: bytes of the bodies, decompressed.
    """

    requests: int = 0
    retries: int = 0
    by_status: tuple[tuple[int, int], ...] = ()
    broken: int = 0
    body_bytes: int = 0


class TrafficLog:
    """Counts while fetching goes on."""

    def __init__(self) -> None:
        self._statuses: Counter[int] = Counter()
        self._retries = 0
        self._broken = 0
        self._body_bytes = 0

    def answered(self, status: int, size: int, *, attempt: int) -> None:
        """Note an answer and which attempt, from 1, brought it."""
        self._statuses[status] += 1
        self._body_bytes += size
        self._retries += attempt > 1

    def broke(self, *, attempt: int) -> None:
        """Note a request that brought no complete answer."""
        self._broken += 1
        self._retries += attempt > 1

    def snapshot(self) -> Traffic:
        """The counts of this moment."""
        return Traffic(
            requests=self._statuses.total() + self._broken,
            retries=self._retries,
            by_status=tuple(sorted(self._statuses.items())),
            broken=self._broken,
            body_bytes=self._body_bytes,
        )

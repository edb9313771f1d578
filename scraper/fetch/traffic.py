"""What was asked of the network, counted: every attempt, by the status that came back; no network itself."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request that was sent.

    Attributes:
        asked_at: when.
        url: the address.
        reason: what it was asked for.
        status: the HTTP status of the answer; None where no complete answer came.
        body_bytes: bytes of the body, decompressed.
    """

    asked_at: datetime
    url: str
    reason: str
    status: int | None = None
    body_bytes: int = 0


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
    """Counts while fetching goes on, and keeps what was asked until somebody takes it over."""

    def __init__(self) -> None:
        self._statuses: Counter[int] = Counter()
        self._retries = 0
        self._broken = 0
        self._body_bytes = 0
        self._asked: list[Asked] = []

    def note(self, asked: Asked, *, attempt: int) -> None:
        """Note a request and which attempt, from 1, it was."""
        if asked.status is None:
            self._broken += 1
        else:
            self._statuses[asked.status] += 1
        self._body_bytes += asked.body_bytes
        self._retries += attempt > 1
        self._asked.append(asked)

    def take_asked(self) -> tuple[Asked, ...]:
        """What was asked since this was called last."""
        asked = tuple(self._asked)
        self._asked.clear()
        return asked

    def snapshot(self) -> Traffic:
        """The counts of this moment."""
        return Traffic(
            requests=self._statuses.total() + self._broken,
            retries=self._retries,
            by_status=tuple(sorted(self._statuses.items())),
            broken=self._broken,
            body_bytes=self._body_bytes,
        )

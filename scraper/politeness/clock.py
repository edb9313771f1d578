"""The clock behind everything that waits or tells the time; nothing else may sleep or read the machine's clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What waits and tells the time."""

    def now(self) -> datetime:
        """The time of day, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds since some moment; never goes back."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let this much time pass."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """See `Clock.now`."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """See `Clock.monotonic`."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """See `Clock.sleep`."""
        time.sleep(seconds)


class FakeClock:
    """A clock on which time passes only by sleeping; for tests, which then never wait.

    Attributes:
        sleeps: how long each sleep was, in order.
    """

    def __init__(self, start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self.sleeps: list[float] = []
        self._start = start
        self._passed = 0.0

    def now(self) -> datetime:
        """See `Clock.now`."""
        return self._start + timedelta(seconds=self._passed)

    def monotonic(self) -> float:
        """See `Clock.monotonic`."""
        return self._passed

    def sleep(self, seconds: float) -> None:
        """See `Clock.sleep`."""
        self.sleeps.append(seconds)
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Let time pass that nobody slept, e.g. that a slow answer took."""
        self._passed += seconds

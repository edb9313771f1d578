"""When a request is made again and after how long: urllib3's `Retry`, with our clock and chance; it never sleeps."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from random import random
from typing import TYPE_CHECKING, Self

from urllib3.util.retry import Retry

from scraper.politeness.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from urllib3.response import BaseHTTPResponse

    from scraper.fetch.settings import FetchSettings
    from scraper.politeness.clock import Clock

RETRIED_STATUSES = frozenset({429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
# “Come back in more than a year” is read as a year; nobody waits for either.
_LONGEST = 366 * 86400


class RetryPolicy(Retry):
    """Attempts left, and the pause before the next one.

    Attributes:
        clock: tells the time that a Retry-After date is compared with.
        chance: gives a number from 0 to 1, so that many archivers do not come back in the same instant.
    """

    clock: Clock = SystemClock()
    chance: Callable[[], float] = staticmethod(random)

    @classmethod
    def from_settings(
        cls, settings: FetchSettings, clock: Clock, chance: Callable[[], float]
    ) -> Self:
        """A policy with all its attempts left."""
        policy = cls(
            total=settings.attempts - 1,
            backoff_factor=settings.backoff,
            backoff_max=settings.backoff_max,
            status_forcelist=RETRIED_STATUSES,
        )
        return policy.timed(clock, chance)

    def new(self, **kw: object) -> Self:
        """See `Retry.new`."""
        return super().new(**kw).timed(self.clock, self.chance)

    def get_backoff_time(self) -> float:
        """Seconds that threadkeep waits by itself: doubling, between half and all of it, as chance has it."""
        if not self.history:
            return 0.0
        whole = min(self.backoff_max, self.backoff_factor * 2.0 ** (len(self.history) - 1))
        return whole * (1 + self.chance()) / 2

    def parse_retry_after(self, retry_after: str) -> float:
        """Seconds that a `Retry-After` header asks for, in either of its forms; 0 where it is neither."""
        bare = retry_after.strip()
        if bare.isascii() and bare.isdigit():
            return float(_LONGEST if len(bare) > 8 else min(int(bare), _LONGEST))
        try:
            moment = parsedate_to_datetime(bare)
        except ValueError:
            return 0.0
        return min(max(self._seconds_until(moment), 0.0), _LONGEST)

    def pause(self, response: BaseHTTPResponse | None) -> float:
        """Seconds until the next attempt: our own pause, or longer where the answer asks for it."""
        asked = self.get_retry_after(response) if response is not None else None
        return max(self.get_backoff_time(), asked or 0.0)

    def _seconds_until(self, moment: datetime) -> float:
        now = self.clock.now()
        return (moment - (now if moment.tzinfo else now.replace(tzinfo=None))).total_seconds()

    def timed(self, clock: Clock, chance: Callable[[], float]) -> Self:
        """The same policy, on this clock and with this chance."""
        self.clock = clock
        self.chance = chance
        return self

"""Stop threads in order: a clock that ends a job at its next request or pause; what was read by then is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from threading import Event

    from scraper.politeness.clock import Clock

# How long somebody who pressed Ctrl-C waits at most for a pause to end.
_SLICE = 0.5


class StoppableClock:
    """A clock for a job in a thread of its own, where no Ctrl-C arrives.

    Whatever asks a site for something looks at the time first; once a stop is asked for, it meets what Ctrl-C would
    be in the main thread. `now` only tells the time, so that the end of a run can be written down.
    """

    def __init__(self, clock: Clock, stop: Event) -> None:
        """Wrap a clock.

        Args:
            clock: what tells the time and waits.
            stop: is set when the job is to end.
        """
        self._clock = clock
        self._stop = stop

    def now(self) -> datetime:
        """See `Clock.now`."""
        return self._clock.now()

    def monotonic(self) -> float:
        """See `Clock.monotonic`.

        Raises:
            KeyboardInterrupt: a stop is asked for.
        """
        self._heed()
        return self._clock.monotonic()

    def sleep(self, seconds: float) -> None:
        """See `Clock.sleep`.

        Raises:
            KeyboardInterrupt: a stop is asked for.
        """
        left = seconds
        while left > 0:
            self._heed()
            self._clock.sleep(min(left, _SLICE))
            left -= _SLICE
        self._heed()

    def _heed(self) -> None:
        if self._stop.is_set():
            raise KeyboardInterrupt

"""The clock of a piece of work: before each request, and while it waits, it may be told to end, or publish what it has."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from parsers.errors import ThreadkeepError
from scraper.politeness.clock import SystemClock
from threadkeep.cluster.claim import SupersededError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from threadkeep.cluster.piece import Ending

logger = logging.getLogger(__name__)

# How long somebody who pressed Ctrl-C waits at most for a pause to end.
_SLICE = 0.5


class PieceClock:
    """Ends a piece at its next request or pause, as Ctrl-C does a command: what was read by then is kept.

    Attributes:
        ending: why it ends; None while it goes on.
        requests: how many requests it has begun.
    """

    def __init__(self, why: Callable[[PieceClock], Ending | None]) -> None:
        """Begin.

        Args:
            why: says why it is to end; None: it is not.
        """
        self.requests = 0
        self.ending: Ending | None = None
        self._why = why
        self._clock = SystemClock()
        self._began = self._clock.monotonic()
        self._publish: Callable[[], None] | None = None
        self._every = self._due = 0.0

    @property
    def seconds(self) -> float:
        """How long it has gone on."""
        return self._clock.monotonic() - self._began

    def publish_by(self, publish: Callable[[], None] | None, every: float = 0.0) -> None:
        """Have something called between two requests, each time that so many seconds have passed; None: nothing."""
        self._publish, self._every = publish, every
        self._due = self._clock.monotonic() + every

    def end(self, ending: Ending) -> None:
        """End the piece, here and now.

        Raises:
            KeyboardInterrupt: always.
        """
        self.ending = self.ending or ending
        raise KeyboardInterrupt

    def now(self) -> datetime:
        """See `Clock.now`."""
        return self._clock.now()

    def monotonic(self) -> float:
        """See `Clock.monotonic`."""
        return self._clock.monotonic()

    def sleep(self, seconds: float) -> None:
        """See `Clock.sleep`.

        Raises:
            KeyboardInterrupt: the piece is to end.
        """
        left = seconds
        while left > 0:
            self.heed()
            self._clock.sleep(min(left, _SLICE))
            left -= _SLICE
        self.heed()

    def heed(self) -> None:
        """Look whether there is something to be done, or the piece is to end; called where no page is in hand.

        Raises:
            KeyboardInterrupt: the piece is to end.
        """
        ending = self.ending or self._why(self)
        if ending is not None:
            self.end(ending)
        if self._publish is not None and self._clock.monotonic() >= self._due:
            self._publish_now(self._publish)

    def _publish_now(self, publish: Callable[[], None]) -> None:
        try:
            publish()
        except SupersededError as error:
            logger.warning("%s", error)
            self.end("superseded")
        except ThreadkeepError as error:
            # It is tried again next time, and at the end, where it counts.
            logger.warning("not published yet: %s", error)
        self._due = self._clock.monotonic() + self._every

"""Waiting that says why: every pause goes through one `Waiter`, which tells whoever watches about the long ones."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scraper.politeness.clock import Clock

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """A pause that is about to begin.

    Attributes:
        seconds: how long it will be.
        reason: why, to be read after “waiting 30 s: ”.
        url: the address that is asked for after it.
    """

    seconds: float
    reason: str
    url: str


WaitHook = Callable[[Wait], None]


class Waiter:
    """Sleeps on a clock and announces what takes long.

    Attributes:
        clock: what it sleeps on.
        waited: seconds slept so far.
    """

    def __init__(
        self, clock: Clock, *, on_wait: WaitHook | None = None, notice_after: float = 3.0
    ) -> None:
        self.clock = clock
        self.waited = 0.0
        self._on_wait = on_wait
        self._notice_after = notice_after

    def wait(self, seconds: float, *, reason: str, url: str, is_usual: bool = False) -> None:
        """Sleep, having called the hook where it takes `notice_after` seconds or longer.

        Args:
            seconds: how long; not at all where it is not above zero.
            reason: see `Wait.reason`.
            url: see `Wait.url`.
            is_usual: it is the pause between any two requests, of which a log need not tell.
        """
        if seconds <= 0:
            return
        level = logging.DEBUG if is_usual else logging.INFO
        logger.log(level, "waiting %s before %s: %s", spoken(seconds), url, reason)
        if self._on_wait is not None and seconds >= self._notice_after:
            self._on_wait(Wait(seconds=seconds, reason=reason, url=url))
        self.clock.sleep(seconds)
        self.waited += seconds


def spoken(seconds: float) -> str:
    """A length of time in words: `45 s`, `10 min`, `2.5 h`, `3 days`."""
    for size, unit in ((86400.0, "days"), (3600.0, "h"), (60.0, "min")):
        if seconds >= 2 * size:
            return f"{round(seconds / size, 1):g} {unit}"
    return f"{round(seconds, 1):g} s"

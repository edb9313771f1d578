"""The pace towards each host: how long to wait between the end of one request and the start of the next; no network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scraper.politeness.waiting import Waiter

DEFAULT_DELAY = 1.0
MAX_CRAWL_DELAY = 60.0
MAX_INTERVAL = 120.0
_SLOW_ANSWER = 1.0
_GROWTH = 2.0
_RECOVERY = 0.75
_USUAL = "the pause between two requests"
_OVERLOADED = frozenset({429, 503})


@dataclass(slots=True)
class _Host:
    """What is known of one host: its wish, how strained it is, and when it may be asked again."""

    crawl_delay: float = 0.0
    strain: float = 1.0
    last_took: float = 0.0
    ended_at: float | None = None
    ready_at: float = 0.0


class Pace:
    """Keeps requests to a host apart; one request at a time, so it serves one thread.

    The pause runs from the end of an answer to the start of the next request, so that a slow site is never asked
    more often than one that answers at once. A delay of 0 switches the pause off, but not its growth on slow answers.
    """

    def __init__(self, waiter: Waiter, *, delay: float = DEFAULT_DELAY) -> None:
        self._waiter = waiter
        self._delay = delay
        self._hosts: dict[str, _Host] = {}

    def heed(self, host: str, crawl_delay: float | None) -> None:
        """Take over a Crawl-delay, which can raise the pause and never lowers it; more than a minute counts as one."""
        known = self._host(host)
        known.crawl_delay = min(crawl_delay or 0.0, MAX_CRAWL_DELAY)
        if known.ended_at is not None:  # it binds from the request that brought it on
            known.ready_at = max(known.ready_at, known.ended_at + self.interval(host))

    def interval(self, host: str) -> float:
        """Seconds that lie between two requests to this host just now."""
        known = self._host(host)
        base = max(self._delay, known.crawl_delay) * known.strain
        slow = known.last_took if known.last_took > _SLOW_ANSWER else 0.0
        return min(max(base, slow), MAX_INTERVAL)

    def wait(self, host: str, *, url: str) -> None:
        """Wait until this host may be asked again."""
        known = self._host(host)
        remaining = known.ready_at - self._waiter.clock.monotonic()
        reason = self._reason(known)
        self._waiter.wait(remaining, reason=reason, url=url, is_usual=reason == _USUAL)

    def finished(self, host: str, *, took: float, status: int | None) -> None:
        """Note that a request to this host just ended: after how many seconds, with which status if any came."""
        known = self._host(host)
        known.last_took = took
        if status in _OVERLOADED:
            known.strain = min(known.strain * _GROWTH, MAX_INTERVAL)
        elif status is not None:
            known.strain = max(known.strain * _RECOVERY, 1.0)
        known.ended_at = self._waiter.clock.monotonic()
        known.ready_at = known.ended_at + self.interval(host)

    def _host(self, host: str) -> _Host:
        return self._hosts.setdefault(host, _Host())

    def _reason(self, known: _Host) -> str:
        if known.last_took > max(_SLOW_ANSWER, self._delay, known.crawl_delay):
            return "the site answers slowly"
        if known.strain > 1.0:
            return "the site said it was overloaded"
        return "the site asks for it" if known.crawl_delay > self._delay else _USUAL

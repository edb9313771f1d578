"""How the live fetcher behaves: every number in one value, with the defaults that docs/politeness.md states."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scraper.politeness.pace import DEFAULT_DELAY

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from scraper.fetch.address import Address


def _no_gate(_address: Address) -> AbstractContextManager[None]:
    """Let everything pass."""
    return nullcontext()


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchSettings:
    """Numbers and manners of live fetching; seconds and bytes.

    Attributes:
        contact: an e-mail or web address for the User-Agent.
        respect_robots: false only where the user runs the site or has its permission.
        delay: least pause between the end of one request to a host and the start of the next.
        attempts: how often one address is asked for before giving up.
        backoff: the pause before the second attempt; it doubles with each further one.
        backoff_max: the longest pause that threadkeep chooses itself.
        request_seconds: the most time for one request with all its attempts, pauses and redirects. WordPress asks for
            ten minutes while it updates itself, so it is a little more than that.
        connect_seconds: the most time for a connection to come about.
        read_seconds: the most time without a single byte.
        answer_seconds: the most time for one answer, however steadily it trickles.
        max_body: the largest body, as sent and as decompressed.
        max_redirects: the most redirects one after the other.
        notice_after: pauses from this length on are announced.
        gate: is passed by each request, and held while it is in flight: where others ask the same host, it has them take
            turns. What it raises is raised instead of asking.
    """

    contact: str | None = None
    respect_robots: bool = True
    delay: float = DEFAULT_DELAY
    attempts: int = 5
    backoff: float = 2.0
    backoff_max: float = 60.0
    request_seconds: float = 900.0
    connect_seconds: float = 10.0
    read_seconds: float = 30.0
    answer_seconds: float = 120.0
    max_body: int = 64 * 2**20
    max_redirects: int = 10
    notice_after: float = 3.0
    gate: Callable[[Address], AbstractContextManager[None]] = field(default=_no_gate, repr=False)

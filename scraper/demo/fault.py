"""Scripts what goes wrong on a demo forum: which fault strikes which request, by path, by count and by seed."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from parsers.errors import UsageError
from scraper.demo.fault_answer import Case, faulty_answer
from scraper.demo.fault_kind import DETAILS, Fault
from scraper.demo.prose import dice
from scraper.demo.target import EVERYTHING, bare, check_pattern, is_meant

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scraper.demo.exchange import Alteration, AnsweringSite, DemoAnswer, DemoRequest


_LONGEST = 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRule:
    """One fault, and which requests it strikes: those to its path for which all that is said of their count holds.

    Attributes:
        path: an exact path with its query, or with `*` at its end all that begin so, or after `~` a regular expression.
        after: leave so many requests alone before anything else is counted.
        first: strike the first so many, then none.
        nth: strike this one only.
        every: strike each one whose number this divides.
        share: strike about this share of them; which ones, the script's seed decides.
        each: count every path by itself, rather than all that the rule's path means together.
        seconds: what `Retry-After` says; how long an answer waits; what is between two pieces of a slow body.
        size: bytes that are sent (of a body that breaks off, of compressed data) or that a length is wrong by;
            the number of pieces of a slow body.
        to: where a redirect leads; the path whose page is sent instead.
    """

    fault: Fault
    path: str = EVERYTHING
    after: int = 0
    first: int | None = None
    nth: int | None = None
    every: int | None = None
    share: float = 1.0
    each: bool = False
    seconds: float | None = None
    size: int | None = None
    to: str | None = None

    def __post_init__(self) -> None:
        check_pattern(self.path)
        if (
            min(
                self.after + 1,
                *(1 if n is None else n for n in (self.first, self.nth, self.every)),
            )
            < 1
        ):
            raise UsageError("first, nth and every count from 1, after from 0")
        if not 0 <= self.share <= 1:
            raise UsageError(f"share is between 0 and 1, not {self.share}")
        self._check_details()

    def _check_details(self) -> None:
        given = {"seconds": self.seconds, "size": self.size, "to": self.to}
        for name, value in given.items():
            if value is not None and name not in DETAILS.get(self.fault, ()):
                raise UsageError(f"the fault {self.fault} takes no {name}")
        least = 1 if self.fault is Fault.SLOW_BODY else 0
        if not 0 <= (self.seconds or 0) <= _LONGEST or (
            self.size is not None and self.size < least
        ):
            raise UsageError(
                "seconds and size are not negative, and a body has at least one piece"
            )

    def counts_in(self, number: int) -> bool:
        """Whether the rule strikes the request of this number among those to its path, if the dice are for it."""
        number -= self.after
        return (
            number > 0
            and (self.first is None or number <= self.first)
            and (self.nth is None or number == self.nth)
            and (self.every is None or number % self.every == 0)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike:
    """A fault that was sent.

    Attributes:
        number: the request's, see `DemoRequest`.
    """

    number: int
    path: str
    fault: Fault


def _present() -> datetime:
    return datetime.now(UTC)


class FaultScript:
    """An `intercept` for `DemoServer`: the first rule that strikes a request answers it.

    Every rule counts all requests to its path, also those that an earlier rule answered. What the seed decides for a
    request depends on its path and on how often that was asked for, not on what is asked for besides or meanwhile.
    """

    def __init__(
        self,
        rules: Sequence[FaultRule],
        *,
        seed: int = 0,
        now: Callable[[], datetime] = _present,
    ) -> None:
        self.rules = tuple(rules)
        self._seed = seed
        self._now = now
        self._counts: Counter[tuple[int, str]] = Counter()
        self._strikes: list[Strike] = []
        self._lock = threading.Lock()

    @property
    def strikes(self) -> tuple[Strike, ...]:
        """The faults that were sent so far."""
        with self._lock:
            return tuple(self._strikes)

    def __call__(self, request: DemoRequest) -> Alteration | None:
        """See `Intercept`."""
        with self._lock:
            struck = [
                rule
                for place, rule in enumerate(self.rules)
                if self._strikes_at(place, rule, request)
            ]
            if not struck:
                return None
            fault = struck[0].fault
            self._strikes.append(Strike(number=request.number, path=request.path, fault=fault))
        return partial(self._answer, struck[0], request.path)

    def _strikes_at(self, place: int, rule: FaultRule, request: DemoRequest) -> bool:
        if not is_meant(rule.path, request.path):
            return False
        path = bare(request.path)
        # The dice go by the path's own count whatever the rule counts, so that concurrent requests cannot change them.
        for key in {(place, ""), (place, path)}:
            self._counts[key] += 1
        number = self._counts[place, path if rule.each else ""]
        return rule.counts_in(number) and self._drawn(place, path) < rule.share

    def _drawn(self, place: int, path: str) -> float:
        return dice(f"{self._seed}/fault/{place}/{path}/{self._counts[place, path]}").random()

    def _answer(self, rule: FaultRule, path: str, site: AnsweringSite) -> DemoAnswer:
        case = Case(
            path=path,
            site=site,
            now=self._now(),
            seconds=rule.seconds,
            size=rule.size,
            to=rule.to,
        )
        return faulty_answer(rule.fault, case)

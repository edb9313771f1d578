"""Which feed to ask next, so that a site's clock is settled with the fewest; asks nothing itself."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol, TypeVar

from parsers.zones.candidates import local_seconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from parsers.zones.candidates import Zone
    from parsers.zones.clock import SiteClock
    from parsers.zones.rules import Rules

Key = TypeVar("Key")


class _Doubt(Protocol):
    """Something that keeps local times from a UTC value."""

    def left_by(self, times: Sequence[datetime]) -> float:
        """How much of it is expected to be left when posts with these local times have been asked for."""
        ...


def best_question(
    clock: SiteClock, options: Mapping[Key, Iterable[datetime]], wanted: Iterable[datetime]
) -> Key | None:
    """Choose the feed whose answer is expected to leave the least open.

    Args:
        clock: what is known so far (`infer(())` at the start).
        options: for each feed that can be asked, the local times that its posts show.
        wanted: the local times that need a UTC value; those that are settled do no harm.

    Returns:
        The best option's key, the first of equals in the mapping's order; null if no answer could settle anything.
    """
    doubts = _doubts(clock, sorted(set(wanted)))
    least, best = sum(doubt.left_by(()) for doubt in doubts), None
    for key, times in options.items():
        distinct = sorted(set(times))
        left = sum(doubt.left_by(distinct) for doubt in doubts)
        if left < least:
            least, best = left, key
    return best


def _doubts(clock: SiteClock, wanted: Sequence[datetime]) -> list[_Doubt]:
    by_place: dict[tuple[int, ...], list[datetime]] = {}
    for local in wanted:
        by_place.setdefault(clock.periods_at(local), []).append(local)
    doubts: list[_Doubt] = []
    for place, times in by_place.items():
        if len(place) < 2:
            doubts.append(_ZoneDoubt(clock, place, times))
        else:
            unsettled = [local for local in times if not clock.agrees_on(local)]
            doubts.append(_BoundaryDoubt(clock=clock, place=place, unsettled=unsettled))
    return doubts


class _ZoneDoubt:
    """Which of several clocks held in one period."""

    def __init__(
        self, clock: SiteClock, place: tuple[int, ...], wanted: Sequence[datetime]
    ) -> None:
        self._clock = clock
        self._place = place
        self._zones = clock.zones_at(wanted[0])
        self._classes = _classes(clock.candidates.members(self._zones), wanted)
        self._is_open = len(set(self._classes)) > 1
        self._columns: dict[int, tuple[int, ...]] = {}

    def left_by(self, times: Sequence[datetime]) -> float:
        """How many classes beside the right one are left, averaged over the clocks that may be right.

        A class is the clocks that do not differ at any wanted time.
        """
        if not self._is_open:
            return 0
        told_apart: dict[tuple[int, ...], list[int]] = {}
        for *answer, kind in zip(*self._answers(times), self._classes, strict=True):
            told_apart.setdefault(tuple(answer), []).append(kind)
        left = sum(len(kinds) * (len(set(kinds)) - 1) for kinds in told_apart.values())
        return left / len(self._classes)

    def _answers(self, times: Sequence[datetime]) -> Iterable[tuple[int, ...]]:
        """What each clock left would answer; once for times that cannot differ."""
        relevant = [local for local in times if self._clock.periods_at(local) == self._place]
        moments = {self._clock.candidates.moment(local): local for local in relevant}
        return (self._column(moment, local) for moment, local in moments.items())

    def _column(self, moment: int, local: datetime) -> tuple[int, ...]:
        if moment not in self._columns:
            having = self._clock.candidates.having(self._zones, local)
            self._columns[moment] = _column(self._zones, having)
        return self._columns[moment]


@dataclass(frozen=True, slots=True, kw_only=True)
class _BoundaryDoubt:
    """When, between two periods, the clock was changed."""

    clock: SiteClock
    place: tuple[int, ...]
    unsettled: Sequence[datetime]

    def left_by(self, times: Sequence[datetime]) -> float:
        """The most local times that can be left between two answers."""
        telling = [local for local in times if self._tells(local)] if self.unsettled else []
        edges = [0]
        for local in telling:
            edges += bisect_left(self.unsettled, local), bisect_right(self.unsettled, local)
        return max(end - start for start, end in pairwise((*edges, len(self.unsettled))))

    def _tells(self, local: datetime) -> bool:
        return self.clock.periods_at(local) == self.place and not self.clock.agrees_on(local)


def _column(mask: int, having: Iterable[tuple[int, int]]) -> tuple[int, ...]:
    """For each zone of a set a number that says which offsets it has."""
    numbers = dict.fromkeys(_places(mask), 0)
    for number, (_, zones) in enumerate(having, start=1):
        for place in _places(zones):
            numbers[place] = numbers[place] << 10 | number  # two in a repeated hour
    return tuple(numbers.values())


def _places(mask: int) -> Iterator[int]:
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length()
        mask ^= lowest


def _classes(zones: Sequence[Zone], wanted: Sequence[datetime]) -> tuple[int, ...]:
    """For each zone a number, shared by those that do not differ at any wanted time."""
    seconds = [local_seconds(local) for local in wanted]
    numbers: dict[tuple[tuple[int, int, int], ...], int] = {}
    return tuple(
        numbers.setdefault(tuple(_signature(zone.rules, seconds)), len(numbers)) for zone in zones
    )


def _signature(rules: Rules, seconds: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Which of the local times have which offset, as ranges of places."""
    first, last, held = 0, 0, 0
    for span in rules.local_spans():
        start, end = bisect_left(seconds, span.start), bisect_left(seconds, span.end)
        if start == end:
            continue
        if (start, span.offset) != (last, held):
            yield first, last, held
            first = start
        last, held = end, span.offset
    yield first, last, held

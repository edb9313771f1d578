"""A site's clock, stated or inferred: local times in, UTC out, and nothing where the evidence leaves a choice."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import TYPE_CHECKING, NamedTuple

from parsers.errors import UsageError
from parsers.zones.candidates import (
    Pair,
    ZoneCandidates,
    fixed_zone,
    is_offered,
    named_zone,
    offset_of,
    seconds_of,
    zone_names,
)
from parsers.zones.rules import HORIZON, NAIVE_EPOCH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from parsers.records import PublishedSource
    from parsers.zones.candidates import Zone

_ALWAYS = NAIVE_EPOCH, NAIVE_EPOCH + timedelta(seconds=HORIZON)
_OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+−-])(\d{1,2})(?::?([0-5]\d))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A stretch of a site's life in which one clock held, as far as pairs show it.

    Attributes:
        first: the earliest local time that surely belongs to it.
        last: the latest one.
        zones: the clocks that may have held then, as a bit mask of the candidates.
        is_between: this is a single pair that fits the period before as well as the one after.
    """

    first: datetime
    last: datetime
    zones: int
    is_between: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteClock:
    """What is known of a site's clock. Make one with `infer` or `from_name`.

    Attributes:
        candidates: the clocks that were considered.
        periods: none says that nothing is known, several that the site changed its clock.
        is_configured: the user stated the zone.
        ignored: pairs that no clock in the world explains.
    """

    candidates: ZoneCandidates
    periods: tuple[Period, ...] = ()
    is_configured: bool = False
    ignored: tuple[Pair, ...] = ()

    @staticmethod
    def from_name(name: str, *, configured: bool) -> SiteClock:
        """The clock of a site whose zone is stated: by the site itself, or (`configured`) by the user.

        Args:
            name: an IANA name (`Europe/Amsterdam`, in any case) or an offset that WordPress offers (`+05:30`, `UTC-3`).
            configured: the user stated it.

        Raises:
            UsageError: there is no such zone.
        """
        candidates = ZoneCandidates.only(_zone(name))
        period = Period(first=_ALWAYS[0], last=_ALWAYS[1], zones=candidates.everything)
        return SiteClock(candidates=candidates, periods=(period,), is_configured=configured)

    @property
    def names(self) -> tuple[tuple[str, ...], ...]:
        """For each period the clocks that are left, by their best-known name."""
        return tuple(
            tuple(zone.name for zone in self.candidates.members(period.zones))
            for period in self.periods
            if not period.is_between
        )

    def utc(
        self, local: datetime, feed_utc: datetime | None = None
    ) -> tuple[datetime, PublishedSource] | None:
        """The UTC time of a post that shows `local`, with where it comes from; null where more than one is possible.

        A local time in an hour that the clock repeats has two, in one that it skips none.

        Args:
            local: the time shown (naive).
            feed_utc: the post's time by a reply-type feed (aware). It adds the seconds and settles a repeated hour; where
                it contradicts the clock, the clock wins.
        """
        if not self.periods:
            return None if feed_utc is None else (feed_utc.astimezone(UTC), "feed")
        zones = self.zones_at(local)
        if feed_utc is not None and self._is_confirmed(zones, Pair(utc=feed_utc, local=local)):
            return feed_utc.astimezone(UTC), "feed"
        offsets = self.candidates.agreed_offsets(zones, local)
        if offsets is None or len(offsets) != 1:
            return None
        utc = local.replace(tzinfo=UTC) - timedelta(seconds=offsets[0])
        return utc, "configured" if self.is_configured else "zone"

    def is_settled(self, local_times: Iterable[datetime]) -> bool:
        """Say whether all clocks left agree on all these local times, so that no feed can tell more.

        An hour that they all repeat or all skip is settled: it stays null, but by the clock's nature.
        """
        return all(self.agrees_on(local) for local in local_times)

    def agrees_on(self, local: datetime) -> bool:
        """Say whether all clocks left agree on one local time."""
        return (
            bool(self.periods)
            and self.candidates.agreed_offsets(self.zones_at(local), local) is not None
        )

    def zones_at(self, local: datetime) -> int:
        """The clocks that may have held at a local time: its period's, or those of the periods before and after."""
        mask = 0
        for index in self.periods_at(local):
            mask |= self.periods[index].zones
        return mask if self.periods else self.candidates.everything

    def periods_at(self, local: datetime) -> tuple[int, ...]:
        """The places in `periods` of those that may hold a local time."""
        if len(self.periods) < 2:
            return tuple(range(len(self.periods)))
        minute = local.replace(second=0, microsecond=0)
        inside = [
            i for i, period in enumerate(self.periods) if period.first <= minute <= period.last
        ]
        if inside:
            return tuple(inside)
        before = [
            (period.last, i) for i, period in enumerate(self.periods) if period.last < minute
        ]
        after = [
            (period.first, i) for i, period in enumerate(self.periods) if period.first > minute
        ]
        nearest = ([max(before)] if before else []) + ([min(after)] if after else [])
        return tuple(i for _, i in nearest)

    def _is_confirmed(self, zones: int, pair: Pair) -> bool:
        """Say whether a feed's time can be taken as it is: some clock shows it so, and none would have shifted it."""
        direct, shifted = self.candidates.explaining(pair)
        return zones & direct == zones or (zones & direct != 0 and zones & shifted == 0)


def infer(pairs: Iterable[Pair], candidates: ZoneCandidates | None = None) -> SiteClock:
    """Find the clocks that explain all pairs; where none does, the fewest periods that each have one.

    Where a period ends is known only between two pairs. Pairs that would fit the period before as well as the one after
    may belong to either, so that what lies among them is decided only where both agree. A pair that no clock in the world
    explains (an imported post that is minutes off, or a day) is set aside. A lone pair that contradicts both its
    neighbours is a period of its own, but does not keep those from being one clock.
    """
    candidates = candidates or ZoneCandidates.all()
    explained: list[_Explained] = []
    ignored: list[Pair] = []
    for pair in _by_minute(pairs):
        direct, shifted = candidates.explaining(pair)
        if direct | shifted:
            explained.append(_Explained(pair, direct | shifted))
        else:
            ignored.append(pair)
    periods = tuple(_periods(explained, candidates.everything))
    return SiteClock(candidates=candidates, periods=periods, ignored=tuple(ignored))


class _Explained(NamedTuple):
    """A pair with the clocks that explain it."""

    pair: Pair
    zones: int


def _by_minute(pairs: Iterable[Pair]) -> list[Pair]:
    """One pair for each minute and offset, in time order."""
    distinct = {(seconds_of(pair.utc) // 60, offset_of(pair)): pair for pair in pairs}
    return [distinct[key] for key in sorted(distinct)]


def _periods(explained: Sequence[_Explained], everything: int) -> Iterator[Period]:
    runs = _cores([entry.zones for entry in explained], everything)
    cores = [explained[start:end] for start, end in runs]
    masks = _shared([_common(core) for core in cores], [len(core) == 1 for core in cores])
    for index, core in enumerate(cores):
        if index:
            between = explained[runs[index - 1][1] : runs[index][0]]
            yield from _between(between, masks[index - 1], masks[index])
        yield _period(core, masks[index])


def _cores(masks: Sequence[int], everything: int) -> list[tuple[int, int]]:
    """Split pairs into the fewest runs with a common clock; of each only the pairs that every such split puts there."""
    if not masks:
        return []
    starts = _run_starts(masks, everything)  # as late as each run can begin
    backwards = _run_starts(masks[::-1], everything)
    ends = sorted(len(masks) - start for start in backwards)  # as early as each can end
    return list(zip(starts, ends, strict=True))


def _between(pairs: Sequence[_Explained], before: int, after: int) -> Iterator[Period]:
    """The clocks at pairs of which it is open whether they end one period or begin the next."""
    for index, entry in enumerate(pairs):
        ending = before & _common(pairs[: index + 1])
        beginning = after & _common(pairs[index:])
        yield _period([entry], ending | beginning or entry.zones, is_between=True)


def _run_starts(masks: Sequence[int], everything: int) -> list[int]:
    """Where runs begin that are each as long as they can be; that makes them the fewest."""
    starts = [0]
    common = everything
    for index, mask in enumerate(masks):
        common &= mask
        if not common:
            starts.append(index)
            common = mask
    return starts


def _common(core: Sequence[_Explained]) -> int:
    return reduce(lambda common, entry: common & entry.zones, core, -1)


def _shared(masks: Sequence[int], is_lone: Sequence[bool]) -> list[int]:
    """Let neighbours with only a lone pair between them be the same clock, if one explains both."""
    shared = list(masks)
    group: list[int] = []
    for index, mask in enumerate(masks):
        if is_lone[index]:
            continue
        common = shared[group[-1]] & mask if group and group[-1] == index - 2 else 0
        group = [*group, index] if common else [index]
        for member in group if common else ():
            shared[member] = common
    return shared


def _period(core: Sequence[_Explained], zones: int, *, is_between: bool = False) -> Period:
    minutes = [entry.pair.local.replace(second=0, microsecond=0) for entry in core]
    return Period(first=min(minutes), last=max(minutes), zones=zones, is_between=is_between)


def _zone(name: str) -> Zone:
    known = zone_names().get(name.strip().lower())
    if known is not None:
        return named_zone(known)
    match = _OFFSET.fullmatch(name.strip())
    if match is not None:
        size = int(match[2]) * 3600 + int(match[3] or 0) * 60
        offset = size if match[1] == "+" else -size
        if is_offered(offset):
            return fixed_zone(offset)
    raise UsageError(
        f"There is no time zone {name!r}: write a name such as Europe/Amsterdam or an offset such as +05:30."
    )

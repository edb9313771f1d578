"""Every clock that a WordPress site can be set to, and which of them show a given time; decides nothing.

The rules come from the `tzdata` package and never from the machine, so that all machines agree.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import accumulate
from typing import TYPE_CHECKING

from parsers.zones.rules import EPOCH, NAIVE_EPOCH, Rules, Span, fixed_rules, read_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

# Which of several names for the same rules people know best.
_AREAS = (
    "Europe", "America", "Asia", "Australia", "Africa", "Pacific", "Atlantic", "Indian", "Antarctica", "Arctic",
)  # fmt: skip
_FIRST_OFFSET, _LAST_OFFSET, _OFFSET_STEP = -12 * 3600, 14 * 3600, 900


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One post's true time as a feed gives it (aware) and its time as its page shows it (naive)."""

    utc: datetime
    local: datetime

    def __post_init__(self) -> None:
        if self.utc.tzinfo is None or self.local.tzinfo is not None:
            raise ValueError("a pair joins an aware time and a naive one")


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """One clock.

    Attributes:
        name: the name of its rules that people know best; a fixed offset is called by its value (`+05:30`).
        names: all its names: zones that never differed since 1970 are one.
    """

    name: str
    names: tuple[str, ...]
    rules: Rules


class OffsetIndex:
    """Which zones have a given offset at a given time. Sets of zones are bit masks, by place in the candidates."""

    def __init__(self, spans: Iterable[tuple[int, Span]]) -> None:
        changes: dict[int, dict[int, int]] = {}
        for bit, span in spans:
            times = changes.setdefault(span.offset, {})
            times[span.start] = times.get(span.start, 0) ^ bit
            times[span.end] = times.get(span.end, 0) ^ bit
        self._times = {offset: sorted(times) for offset, times in changes.items()}
        self._masks = {
            offset: list(accumulate((changes[offset][time] for time in times), _toggle, initial=0))
            for offset, times in self._times.items()
        }

    def edges(self) -> list[int]:
        """Every time at which some zone's offset changes."""
        return sorted({time for times in self._times.values() for time in times})

    def zones(self, time: int, offset: int) -> int:
        """The zones that have this offset at this time."""
        times = self._times.get(offset)
        return self._masks[offset][bisect_right(times, time)] if times else 0


class ZoneCandidates:
    """The clocks that are considered, with what is needed to compare them quickly."""

    def __init__(self, zones: Iterable[Zone]) -> None:
        self.zones = tuple(zones)
        self.everything = (1 << len(self.zones)) - 1
        self._utc = OffsetIndex(self._spans(Rules.spans))
        self._local = OffsetIndex(self._spans(Rules.local_spans))
        self._shifted = OffsetIndex(self._spans(Rules.shifted_feed_spans))
        self._edges = self._local.edges()
        self._offsets: dict[int, tuple[int, ...]] = {}
        self._having: dict[tuple[int, int], tuple[tuple[int, int], ...]] = {}

    @staticmethod
    @cache
    def all() -> ZoneCandidates:
        """Every IANA zone and every offset that WordPress offers by hand, in an order that is always the same."""
        return ZoneCandidates(_all_zones())

    @staticmethod
    def only(zone: Zone) -> ZoneCandidates:
        """A single zone, where it is known."""
        return ZoneCandidates((zone,))

    def members(self, mask: int) -> tuple[Zone, ...]:
        """The zones of a set."""
        return tuple(zone for index, zone in enumerate(self.zones) if mask >> index & 1)

    def explaining(self, pair: Pair) -> tuple[int, int]:
        """The zones that show the pair's local minute at its UTC time, and those where WordPress shifted the feed's."""
        utc, offset = seconds_of(pair.utc), offset_of(pair)
        return self._utc.zones(utc, offset), self._shifted.zones(utc, offset)

    def moment(self, local: datetime) -> int:
        """A number that local times share between which no zone's offset changes."""
        return bisect_right(self._edges, local_seconds(local))

    def having(self, mask: int, local: datetime) -> tuple[tuple[int, int], ...]:
        """Each offset that some zones of a set have at a local time, with these zones; two each in a repeated hour."""
        key = mask, self.moment(local)
        known = self._having.get(key)
        if known is None:
            time = local_seconds(local)
            found = (
                (offset, mask & self._local.zones(time, offset))
                for offset in self._offsets_of(mask)
            )
            known = self._having[key] = tuple((offset, zones) for offset, zones in found if zones)
        return known

    def agreed_offsets(self, mask: int, local: datetime) -> tuple[int, ...] | None:
        """The offsets that all zones of a set have at a local time, or null where they differ.

        One is the usual; two say that the hour is repeated, none that it is skipped, in all of them.
        """
        found = self.having(mask, local)
        return (
            tuple(offset for offset, _ in found)
            if all(zones == mask for _, zones in found)
            else None
        )

    def _offsets_of(self, mask: int) -> tuple[int, ...]:
        if mask not in self._offsets:
            offsets = {offset for zone in self.members(mask) for offset in zone.rules.offsets}
            self._offsets[mask] = tuple(sorted(offsets))
        return self._offsets[mask]

    def _spans(self, of: Callable[[Rules], Iterator[Span]]) -> Iterator[tuple[int, Span]]:
        for index, zone in enumerate(self.zones):
            for span in of(zone.rules):
                yield 1 << index, span


def _toggle(mask: int, change: int) -> int:
    return mask ^ change


def seconds_of(instant: datetime) -> int:
    """An aware time in whole seconds since 1970."""
    return int((instant - EPOCH).total_seconds() // 1)


def local_seconds(local: datetime) -> int:
    """A wall clock's time, counted as if it were UTC."""
    return int((local - NAIVE_EPOCH).total_seconds() // 1)


def offset_of(pair: Pair) -> int:
    """How far the shown local minute is ahead of the feed's UTC minute, in seconds."""
    return (local_seconds(pair.local) // 60 - seconds_of(pair.utc) // 60) * 60


@cache
def zone_names() -> dict[str, str]:
    """Every IANA name, by its lower case."""
    lines = (files("tzdata") / "zones").read_text(encoding="utf-8").split()
    return {name.lower(): name for name in lines if name != "Factory"}


def named_zone(name: str) -> Zone:
    """The zone of an IANA name as `zone_names` spells it."""
    return Zone(
        name=name,
        names=(name,),
        rules=read_rules((files("tzdata") / "zoneinfo" / name).read_bytes()),
    )


def fixed_zone(offset: int) -> Zone:
    """The clock that is always `offset` seconds ahead of UTC."""
    name = offset_name(offset)
    return Zone(name=name, names=(name,), rules=fixed_rules(offset))


def is_offered(offset: int) -> bool:
    """Say whether WordPress lets a site be set to this offset."""
    return _FIRST_OFFSET <= offset <= _LAST_OFFSET and offset % _OFFSET_STEP == 0


def offset_name(offset: int) -> str:
    """An offset in seconds as ISO 8601 writes it."""
    hours, minutes = divmod(abs(offset) // 60, 60)
    return f"{'-' if offset < 0 else '+'}{hours:02}:{minutes:02}"


def _all_zones() -> Iterator[Zone]:
    """Join the names that have the same rules."""
    zones = [named_zone(name) for name in zone_names().values()]
    zones += [
        fixed_zone(offset) for offset in range(_FIRST_OFFSET, _LAST_OFFSET + 1, _OFFSET_STEP)
    ]
    groups: dict[Rules, list[str]] = {}
    for zone in zones:
        groups.setdefault(zone.rules, []).append(zone.name)
    merged = (
        Zone(name=names[0], names=tuple(names), rules=rules)
        for rules, names in ((rules, sorted(names, key=_fame)) for rules, names in groups.items())
    )
    yield from sorted(merged, key=lambda zone: _fame(zone.name))


def _fame(name: str) -> tuple[int, str]:
    """A sort key: offsets (they claim least), then the great zones of today, then other names in use, then old ones."""
    if name[0] in "+-":
        return -1, name
    for rank, table in enumerate(("zonenow.tab", "zone.tab")):
        if name in _names_in(table):
            return rank * len(_AREAS) + _AREAS.index(name.partition("/")[0]), name
    return 2 * len(_AREAS), name


@cache
def _names_in(table: str) -> frozenset[str]:
    lines = (files("tzdata") / "zoneinfo" / table).read_text(encoding="utf-8").splitlines()
    names = (line.split("\t")[2] for line in lines if not line.startswith("#"))
    return frozenset(name for name in names if "/" in name)

"""What one time zone's clock shows when, read from a compiled time zone file (TZif, RFC 9636); compares no zones."""

from __future__ import annotations

import struct
from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, pairwise
from typing import TYPE_CHECKING, NamedTuple

from parsers.zones.posix import yearly_changes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NAIVE_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  # a local time has no zone yet
FLOOR = -86400  # nothing on the web is older than 1970; a day more for clocks behind UTC
HORIZON = int(
    (datetime(2038, 1, 1, tzinfo=UTC) - EPOCH).total_seconds()
)  # nobody knows the rules of later years


class _Header(NamedTuple):
    """The six counts that open each of the two blocks of a TZif file, in the file's order."""

    universal: int
    standard: int
    leaps: int
    times: int
    types: int
    letters: int

    def size(self, time_size: int) -> int:
        """How many bytes of data follow the header."""
        times = self.times * (time_size + 1) + self.types * 6 + self.letters
        return times + self.leaps * (time_size + 4) + self.standard + self.universal


_HEADER = struct.Struct(">4s16x6l")


class Span(NamedTuple):
    """A stretch of time with one offset, from `start` up to `end`; all in seconds."""

    start: int
    end: int
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """A zone's offsets from UTC between `FLOOR` and `HORIZON`.

    Attributes:
        starts: the instants, in seconds since 1970, from which each offset holds; the first is `FLOOR`.
        offsets: the offsets in seconds; neighbours differ.
    """

    starts: tuple[int, ...]
    offsets: tuple[int, ...]

    def spans(self) -> Iterator[Span]:
        """The stretches of one offset, in UTC."""
        for (start, end), offset in zip(
            pairwise((*self.starts, HORIZON)), self.offsets, strict=True
        ):
            yield Span(start, end, offset)

    def local_spans(self) -> Iterator[Span]:
        """The same on the zone's own clock: they overlap in a repeated hour and leave a skipped one out."""
        for span in self.spans():
            yield Span(span.start + span.offset, span.end + span.offset, span.offset)

    def shifted_feed_spans(self) -> Iterator[Span]:
        """When WordPress prints a feed time too late, and what the difference to the local time then looks like.

        A feed's UTC text is read as if it were the site's own wall clock. Where that clock skips an hour, PHP moves the
        time ahead by what was skipped.
        """
        for start, (old, new) in zip(self.starts[1:], pairwise(self.offsets), strict=True):
            gap = new - old
            if gap > 0:
                for part in self._within(start + old, start + new):
                    yield Span(part.start + gap, part.end + gap, part.offset - gap)

    def _within(self, start: int, end: int) -> Iterator[Span]:
        """The stretches between two instants."""
        edges = (start, *(edge for edge in self.starts if start < edge < end), end)
        for first, last in pairwise(edges):
            yield Span(first, last, self.offsets[max(bisect_right(self.starts, first) - 1, 0)])


def fixed_rules(offset: int) -> Rules:
    """The rules of a clock that is always `offset` seconds ahead of UTC."""
    return Rules(starts=(FLOOR,), offsets=(offset,))


def read_rules(data: bytes) -> Rules:
    """Read a zone's rules from its TZif file (version 2 or later, as every maker of them has written since 2005)."""
    changes = _explicit_changes(data)
    *_, footer = data.rstrip(b"\n").rpartition(b"\n")
    last = changes[-1][0]
    last_year = max(1970 + last // 31_556_952 - 1, 1969)
    tail = yearly_changes(footer.decode("ascii"), range(last_year, 2038))
    return _rules(chain(changes, (change for change in tail if change[0] > last)))


def _explicit_changes(data: bytes) -> list[tuple[int, int]]:
    """The changes that the file's second block, of 64-bit times, spells out; first what held before them."""
    start = _HEADER.size + _header(data, 0).size(4)
    header = _header(data, start)
    at = start + _HEADER.size
    instants: tuple[int, ...] = struct.unpack_from(f">{header.times}q", data, at)
    kinds: tuple[int, ...] = struct.unpack_from(f">{header.times}B", data, at + header.times * 8)
    at += header.times * 9
    offsets = [
        int(struct.unpack_from(">l", data, at + index * 6)[0]) for index in range(header.types)
    ]
    changes = [(instant, offsets[kind]) for instant, kind in zip(instants, kinds, strict=True)]
    return [(-(2**63), offsets[0]), *changes]


def _header(data: bytes, at: int) -> _Header:
    return _Header(*_HEADER.unpack_from(data, at)[1:])


def _rules(changes: Iterable[tuple[int, int]]) -> Rules:
    """Keep what lies between floor and horizon, and only changes of the offset (not of a zone's abbreviation)."""
    starts, offsets = [FLOOR], [0]
    for instant, offset in changes:
        if instant <= FLOOR:
            offsets[0] = offset
        elif instant < HORIZON and offset != offsets[-1]:
            starts.append(instant)
            offsets.append(offset)
    return Rules(starts=tuple(starts), offsets=tuple(offsets))

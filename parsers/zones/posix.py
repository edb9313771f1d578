"""Turns the last line of a time zone file, a POSIX rule, into the changes of each year; knows no zone by name."""

from __future__ import annotations

import re
from calendar import isleap
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAME = r"(?:<[^>]+>|[A-Za-z]+)"
_RULE = re.compile(rf"{_NAME}([-+\d:]+){_NAME}([-+\d:]+)?,([^,]+),([^,]+)")
_EPOCH = date(1970, 1, 1).toordinal()
_TWO_O_CLOCK = 7200


def yearly_changes(rule: str, years: range) -> Iterator[tuple[int, int]]:
    """The changes of the clock that a rule such as `CET-1CEST,M3.5.0,M10.5.0/3` makes in some years.

    Yields:
        The instant in seconds since 1970 and the offset from UTC, in seconds, that holds from then on. A rule without
        daylight saving yields nothing.
    """
    match = _RULE.fullmatch(rule)
    if match is None:
        return
    standard = -_seconds(match[1])
    summer = -_seconds(match[2]) if match[2] else standard + 3600
    for year in years:
        begin = _wall_clock(year, match[3]) - standard, summer
        end = _wall_clock(year, match[4]) - summer, standard
        yield from sorted((begin, end))


def _wall_clock(year: int, moment: str) -> int:
    day, _, time = moment.partition("/")
    return (_day(year, day) - _EPOCH) * 86400 + (_seconds(time) if time else _TWO_O_CLOCK)


def _day(year: int, rule: str) -> int:
    if rule[0] == "M":
        month, week, weekday = map(int, rule[1:].split("."))
        return _weekday_of_month(date(year, month, 1), week, weekday)
    new_year = date(year, 1, 1).toordinal()
    if rule[0] == "J":  # counts from 1 and never counts 29 February
        number = int(rule[1:])
        return new_year + number - 1 + (isleap(year) and number >= 60)
    return new_year + int(rule)


def _weekday_of_month(first: date, week: int, weekday: int) -> int:
    start = first.toordinal()
    day = start + (weekday - start) % 7 + 7 * (week - 1)
    if date.fromordinal(day).month != first.month:  # week 5 means the last one, be it the fourth
        day -= 7
    return day


def _seconds(text: str) -> int:
    sign = -1 if text[0] == "-" else 1
    parts = [int(part) for part in text.lstrip("+-").split(":")]
    return sign * sum(part * unit for part, unit in zip(parts, (3600, 60, 1), strict=False))

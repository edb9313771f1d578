"""Reads how long ago a post was written, as bounds; what it cannot bound is nothing."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from parsers.dates.lexicon import alternatives
from parsers.dates.text import fold, fold_part

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from parsers.locale import DateWords

# bbPress's arithmetic: a month is 30 days, a year 365.
_UNITS = {
    "year": timedelta(days=365), "month": timedelta(days=30), "week": timedelta(days=7), "day": timedelta(days=1),
    "hour": timedelta(hours=1), "minute": timedelta(minutes=1), "second": timedelta(seconds=1),
}  # fmt: skip
_ORDER = tuple(_UNITS)
_ENGLISH = {unit: (unit, f"{unit}s") for unit in _UNITS} | {
    "minute": ("minute", "minutes", "min", "mins"),
    "second": ("second", "seconds", "sec", "secs"),
}
_LONGEST = 100  # characters
_NOW = timedelta(minutes=1)
_COMMA = re.compile(r" ?[,،、] ?")


def read_relative(
    text: str, words: DateWords | None, fetched_at: datetime
) -> tuple[datetime, datetime] | None:
    """The earliest and the latest UTC time that a text such as `3 years, 2 months ago` can mean.

    bbPress prints at most two units, the second the next smaller one, both rounded down: two units bound the time to one
    of the smaller. A single unit may be WordPress's own rounding to the nearest, so half a unit less is possible too.
    `right now` is the last minute. `sometime` (a time ahead), units that are not neighbours and unknown words are null.

    Args:
        text: as displayed, with or without `ago`.
        words: the words of the page's language; English is always tried beside it.
        fetched_at: when the server made the page (aware). A page from a cache is older than it seems: then only the latest
            time holds.
    """
    if len(text) > _LONGEST:
        return None
    folded, now = fold(text), fetched_at.astimezone(UTC)
    if folded in {
        fold(html.unescape(word)) for word in (*(words.now if words else ()), "right now")
    }:
        return now - _NOW, now
    amounts = _amounts(_without_ago(folded, words), _meanings(words))
    bounds = _bounds(amounts) if amounts else None
    if bounds is None:
        return None
    try:
        return now - bounds[1], now - bounds[0]
    except OverflowError:
        return None


def _without_ago(folded: str, words: DateWords | None) -> str:
    """What `ago` is said of. Translations say it twice at times (`vor vor 4 Jahren`)."""
    for template in (*(words.ago if words else ()), "%s ago"):
        before, _, after = (
            part.strip() for part in fold_part(html.unescape(template)).partition("%s")
        )
        rest = folded.removesuffix(after).rstrip()
        while before and rest.startswith(before):
            rest = rest[len(before) :].lstrip()
        if rest != folded:
            return rest
    return folded


def _meanings(words: DateWords | None) -> dict[str, str]:
    """The unit that each word means; a word of the language before an English one."""
    english = _unambiguous(_ENGLISH)
    return english | _unambiguous(words.units) if words else english


def _unambiguous(units: Mapping[str, Iterable[str]]) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for unit, forms in units.items():
        for form in forms:
            found.setdefault(fold(html.unescape(form)).rstrip("."), set()).add(unit)
    return {form: min(meant) for form, meant in found.items() if form and len(meant) == 1}


def _amounts(folded: str, meanings: Mapping[str, str]) -> list[tuple[str, int]] | None:
    names = alternatives(meanings)
    pattern = re.compile(rf"(?:(\d{{1,4}}) ?({names})|({names}) ?(\d{{1,4}}))\.?")
    amounts: list[tuple[str, int]] = []
    for part in _COMMA.split(folded):
        match = pattern.fullmatch(part)
        if match is None:
            return None
        amounts.append((meanings[match[2] or match[3]], int(match[1] or match[4])))
    return amounts


def _bounds(amounts: list[tuple[str, int]]) -> tuple[timedelta, timedelta] | None:
    """The shortest and the longest time that the amounts can stand for."""
    if any(count == 0 for _, count in amounts):
        return None
    (unit, count), *rest = amounts
    size = _UNITS[unit]
    if not rest:
        at_least = (
            timedelta() if (unit, count) == ("minute", 1) else (count - 0.5) * size
        )  # WordPress has no `0 mins`
        return at_least, (count + 1) * size
    smaller, smaller_count = rest[0]
    if len(rest) > 1 or _ORDER.index(smaller) != _ORDER.index(unit) + 1:
        return None
    least = count * size + smaller_count * _UNITS[smaller]
    return least, min(least + _UNITS[smaller], (count + 1) * size)

"""Reads how long ago a post was written, as bounds; what it cannot bound is nothing."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from parsers.dates.attribute import read_attribute
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
_LONGEST_KEPT = timedelta(days=60)  # by a cache
# What stands between two units, besides what the language's table has.
_SEPARATORS = (",", "،", "、", ".", " ")


def read_relative(
    text: str, words: DateWords | None, fetched_at: datetime
) -> tuple[datetime, datetime] | None:
    """The earliest and the latest UTC time that a text such as `3 years, 2 months ago` can mean.

    bbPress prints at most two units, the second the next smaller one, both rounded down: two units bound the time to one
    of the smaller. A single unit may be WordPress's own rounding to the nearest, so half a unit less is possible too.
    `right now` is the last minute. `sometime` (a time ahead), units that are not neighbours, more of a unit than the
    larger one holds, and unknown words are null.

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
    amounts = _amounts(_without_ago(folded, words), words)
    bounds = _bounds(amounts) if amounts else None
    if bounds is None:
        return None
    try:
        return now - bounds[1], now - bounds[0]
    except OverflowError:
        return None


def page_made_at(headers: Iterable[tuple[str, str]], came: datetime) -> datetime:
    """When a server made a page that came at a moment (aware): from then on `3 years ago` is counted.

    Caches hand on the `Date` of the server and say in `Age` for how long they have kept the page. A server whose clock is
    ahead, or that tells a time from long before, is not believed.
    """
    told = {name.lower(): value.strip() for name, value in headers}
    age = told.get("age", "")
    made = came - timedelta(seconds=int(age)) if re.fullmatch(r"\d{1,8}", age) else came
    dated = read_attribute(told.get("date", ""))
    if dated is not None and dated.tzinfo is not None:
        made = min(made, dated.astimezone(UTC))
    return made if came - made <= _LONGEST_KEPT else came


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


def _numberless(words: DateWords | None) -> dict[str, tuple[str, int]]:
    """The unit and the number that a word says together (`O lună`, `سنتين`)."""
    if words is None:
        return {}
    ones = {form: (unit, 1) for form, unit in _unambiguous(words.ones).items()}
    return ones | {form: (unit, 2) for form, unit in _unambiguous(words.twos).items()}


def _unambiguous(units: Mapping[str, Iterable[str]]) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for unit, forms in units.items():
        for form in forms:
            found.setdefault(_word(form), set()).add(unit)
    return {form: min(meant) for form, meant in found.items() if form and len(meant) == 1}


def _word(text: str) -> str:
    return fold(html.unescape(text)).rstrip(".")


def _amounts(folded: str, words: DateWords | None) -> list[tuple[str, int]] | None:
    """The one or two units with their numbers; null where anything else is said."""
    meanings, numberless = _meanings(words), _numberless(words)
    names, alone = alternatives(meanings), alternatives(numberless) or "(?!)"
    amount = rf"(?:(\d{{1,4}}) ?({names})|({names}) ?(\d{{1,4}})|({alone}))\.?"
    between = alternatives(_separators(words))
    match = re.fullmatch(f"{amount}(?: ?(?:{between}) ?{amount})?", folded)
    if match is None:
        return None
    parts = match.groups()
    return [
        numberless[alone] if alone else (meanings[before or after], int(first or last))
        for first, before, after, last, alone in (parts[:5], parts[5:])
        if before or after or alone
    ]


def _separators(words: DateWords | None) -> set[str]:
    own = words.separators if words else ()
    return {fold_part(html.unescape(text)).strip() or " " for text in (*_SEPARATORS, *own)}


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
    most = (count + 1) * size
    return (least, min(least + _UNITS[smaller], most)) if least < most else None

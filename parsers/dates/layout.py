"""Finds out how a date is laid out: which date format, time format and joiner explain a text; settles no order."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from parsers.dates.formats import (
    JOINERS,
    NAMED_DATES,
    NUMERIC_DATES,
    OPENERS,
    TIMES,
    WEEKDAY_FRAMES,
    family,
)
from parsers.dates.lexicon import Lexicon, alternatives
from parsers.dates.php_format import Matcher, escape, parse
from parsers.dates.text import fold_part
from parsers.locale import DateWords

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

_PLACEHOLDER = re.compile(r"%([12])\$s")
# So many languages' finders are kept, and of each so many formats: what they have compiled takes milliseconds to compile.
_MOST_FINDERS = 16
_MOST_MATCHERS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a site lays its dates out, but for the order of day and month.

    Attributes:
        before: what stands before the date, as a PHP format.
        dates: the date formats that one text of this layout may be in, see `family`.
        after: what stands after the date.
    """

    before: str
    dates: tuple[str, ...]
    after: str

    def format(self, date_format: str) -> str:
        """The whole format, with one of the date formats."""
        return f"{self.before}{date_format}{self.after}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Joiner:
    """A translation of `%1$s at %2$s`, taken apart; its literals are folded."""

    before: str
    between: str
    after: str
    date_first: bool

    @staticmethod
    def parse(template: str) -> Joiner | None:
        """Take a template apart, or refuse it (null) if it does not have both places once."""
        pieces = _PLACEHOLDER.split(fold_part(template).strip())
        if pieces[1::2] not in (["1", "2"], ["2", "1"]):
            return None
        return Joiner(
            before=pieces[0], between=pieces[2], after=pieces[4], date_first=pieces[1] == "1"
        )

    def splits(self, folded: str) -> Iterator[tuple[str, str]]:
        """Every way to see a text as date and time that are joined so."""
        end = len(folded) - len(self.after)
        if not folded.startswith(self.before) or not folded.endswith(self.after):
            return
        start = folded.find(self.between, len(self.before))
        while 0 <= start <= end:
            left, right = folded[len(self.before) : start], folded[start + len(self.between) : end]
            is_inside_number = not self.between and left[-1:].isdigit() and right[:1].isdigit()
            if not is_inside_number:
                yield (left, right) if self.date_first else (right, left)
            start = folded.find(self.between, start + 1)

    def layout(self, dates: tuple[str, ...], time_format: str) -> Layout:
        """The layout of dates and times that are joined so."""
        before, between, after = escape(self.before), escape(self.between), escape(self.after)
        if self.date_first:
            return Layout(before=before, dates=dates, after=f"{between}{time_format}{after}")
        return Layout(before=f"{before}{time_format}{between}", dates=dates, after=after)


class LayoutFinder:
    """Explains texts by the formats of a language and those that sites use everywhere."""

    def __init__(self, words: DateWords | None, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._matchers: dict[str, Matcher] = {}
        own = words or DateWords()
        joiners = map(Joiner.parse, (*own.joiners, *JOINERS))
        self._joiners = [joiner for joiner in dict.fromkeys(joiners) if joiner is not None]
        dates = _readable((*own.date_formats, *NAMED_DATES, *NUMERIC_DATES))
        families = list(dict.fromkeys(map(family, dates)))
        self._named = [dates for dates in families if _has_name(dates[0])]
        self._numeric = [dates for dates in families if not _has_name(dates[0])]
        self._times = _readable((*own.time_formats, *TIMES))
        self._month = re.compile(alternatives(lexicon.months))
        self._weekday = re.compile(alternatives(lexicon.weekdays))

    def matcher(self, php_format: str) -> Matcher:
        """The matcher of a format, compiled once."""
        matcher = self._matchers.get(php_format)
        if matcher is None:
            matcher = Matcher(php_format, self._lexicon)
            if len(self._matchers) >= _MOST_MATCHERS:
                self._matchers.clear()
            self._matchers[php_format] = matcher
        return matcher

    def readings(self, layout: Layout, folded: str) -> dict[str, datetime]:
        """What a text says by each of a layout's date formats that can read it."""
        read = ((date, self.matcher(layout.format(date)).read(folded)) for date in layout.dates)
        return {date: value for date, value in read if value is not None}

    def layouts(self, folded: str) -> list[Layout]:
        """The layouts that explain a text; of those that say the same of it only the first."""
        found = self._layouts(folded)
        if not found:
            found = [
                layout for opener in _openers(folded) for layout in self._opened(opener, folded)
            ]
        return found

    def _opened(self, opener: str, folded: str) -> Iterator[Layout]:
        """The layouts of a text that a word opens."""
        for layout in self._layouts(folded[len(opener) :]):
            opened = replace(layout, before=escape(opener) + layout.before)
            if self.readings(opened, folded):
                yield opened

    def _layouts(self, folded: str) -> list[Layout]:
        time_of, dates_of = cache(self._time), cache(self._dates)
        found: dict[frozenset[datetime], Layout] = {}
        for joiner in self._joiners:
            for date_text, time_text in joiner.splits(folded):
                time_format = time_of(time_text)
                for dates in dates_of(date_text) if time_format else ():
                    layout = joiner.layout(dates, time_format or "")
                    found.setdefault(frozenset(self.readings(layout, folded).values()), layout)
        return [layout for values, layout in found.items() if values]

    def _time(self, text: str) -> str | None:
        return next((time for time in self._times if self._says_time(time, text)), None)

    def _says_time(self, time_format: str, text: str) -> bool:
        fields = self.matcher(time_format).fields(text)
        return fields is not None and fields.hour is not None and fields.minute is not None

    def _dates(self, text: str) -> tuple[tuple[str, ...], ...]:
        found = self._dates_without_weekday(text)
        if not found and self._weekday.search(text):
            found = tuple(self._dates_with_weekday(text))
        return found

    def _dates_without_weekday(self, text: str) -> tuple[tuple[str, ...], ...]:
        numeric = tuple(dates for dates in self._numeric if self._says_date(dates, text))
        if not self._month.search(text):
            return numeric
        named = (dates for dates in self._named if self._says_date(dates, text))
        return (*numeric, *islice(named, 1))

    def _dates_with_weekday(self, text: str) -> Iterator[tuple[str, ...]]:
        for frame in WEEKDAY_FRAMES:
            before, after = frame.split("{}")
            match = re.fullmatch(f"{self._framed(before)}(.+){self._framed(after)}", text)
            for dates in self._dates_without_weekday(match[1]) if match else ():
                yield tuple(f"{before}{date}{after}" for date in dates)

    def _framed(self, frame: str) -> str:
        return re.escape(frame).replace("l", rf"(?:{self._weekday.pattern})\.?")

    def _says_date(self, dates: tuple[str, ...], text: str) -> bool:
        read = (self.matcher(date).fields(text) for date in dates)
        return any(fields is not None and None not in fields[:3] for fields in read)


@lru_cache(maxsize=_MOST_FINDERS)
def finder_for(words: DateWords | None, language: str | None) -> LayoutFinder:
    """The finder of a language, which others may be using, too."""
    return LayoutFinder(words, Lexicon.of(words, language))


def _openers(folded: str) -> Iterator[str]:
    """The words of `OPENERS` that a text begins with, each with its blank."""
    return (f"{word} " for word in OPENERS if folded.startswith(f"{word} "))


def _readable(formats: Iterable[str]) -> tuple[str, ...]:
    """The formats that say a local time; a site's table may hold others."""
    return tuple(dict.fromkeys(php_format for php_format in formats if _is_readable(php_format)))


def _is_readable(php_format: str) -> bool:
    try:
        return bool(list(parse(php_format)))
    except ValueError:
        return False


def _has_name(date_format: str) -> bool:
    return any(token.text in ("F", "M") for token in parse(date_format) if not token.is_literal)

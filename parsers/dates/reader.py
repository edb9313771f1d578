"""Learns from many displayed dates how a site writes them, then reads each into local time; never guesses an order."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from parsers.dates.fallback import Fallback
from parsers.dates.formats import order_of
from parsers.dates.layout import Layout, LayoutFinder
from parsers.dates.lexicon import Lexicon
from parsers.dates.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from parsers.dates.formats import Order
    from parsers.locale import DateWords

_LONGEST = 100  # characters; what is longer is no date, and would take long to find so
_WIDEST_OFFSET = timedelta(hours=15)  # no clock is further from UTC


class DateReader:
    """Reads the dates of one site. Make one with `learn`.

    Attributes:
        formats: the PHP formats that the site was seen to use, the commonest first; several of one layout where the order
            of its numbers is open.
        is_ambiguous: some text that was learnt from reads as null because nothing settles the order of its numbers. True
            times of some posts (`pairs`) can settle it.
    """

    def __init__(
        self, finder: LayoutFinder, fallback: Fallback, learnt: Mapping[Layout, _Learnt]
    ) -> None:
        self._finder = finder
        self._fallback = fallback
        self._order: Order | None = _only_order(learnt)
        self.formats = tuple(
            layout.format(date)
            for layout, what in learnt.items()
            for date in _in_order(what.dates, self._order)
        )
        self._matchers = [finder.matcher(php_format) for php_format in self.formats]
        self._others: dict[str, datetime | None] = {}
        self.is_ambiguous = any(
            len(self._known(text)) > 1 for what in learnt.values() for text in what.texts
        )

    @staticmethod
    def learn(
        texts: Iterable[str],
        *,
        words: DateWords | None,
        language: str | None = None,
        pairs: Mapping[str, datetime] | None = None,
        not_after: datetime | None = None,
    ) -> DateReader:
        """Find out how a site writes its dates.

        Args:
            texts: dates as displayed, the more the better.
            words: the words of the site's language; English is always tried beside it.
            language: the page's language tag, for what `words` does not cover.
            pairs: the true time (aware) of some of the texts, from feeds; evidence for the order of day and month.
            not_after: when the pages were fetched (aware): no post is younger, which is evidence for the order too.
        """
        lexicon = Lexicon.of(words, language)
        finder = LayoutFinder(words, lexicon)
        learnt: dict[Layout, _Learnt] = {}
        for text in dict.fromkeys(fold(text) for text in texts if len(text) <= _LONGEST):
            known = [layout for layout in learnt if finder.readings(layout, text)]
            for layout in known or finder.layouts(text):
                learnt.setdefault(layout, _Learnt(dates=layout.dates)).texts.append(text)
        evidence = _Evidence(
            pairs={fold(text): _naive(utc) for text, utc in (pairs or {}).items()},
            not_after=not_after,
        )
        _settle(learnt, finder, evidence)
        by_use = sorted(learnt.items(), key=lambda entry: -len(entry[1].texts))
        return DateReader(finder, Fallback(language), dict(by_use))

    def read(self, text: str) -> datetime | None:
        """The local time (naive) that a text says, or null if it is not a whole date or can mean two."""
        if len(text) > _LONGEST:
            return None
        folded = fold(text)
        values = self._known(folded)
        if values:
            return values.pop() if len(values) == 1 else None
        if folded not in self._others:
            self._others[folded] = self._read_other(folded)
        return self._others[folded]

    def _known(self, folded: str) -> set[datetime]:
        read = [matcher.read(folded) for matcher in self._matchers]
        return {value for value in read if value is not None}

    def _read_other(self, folded: str) -> datetime | None:
        layouts = self._finder.layouts(folded)
        if not layouts:
            return self._fallback.read(folded, self._order)
        values = {
            value
            for layout in layouts
            for date, value in self._finder.readings(layout, folded).items()
            if date in _in_order(layout.dates, self._order)
        }
        return values.pop() if len(values) == 1 else None


@dataclass(slots=True, kw_only=True)
class _Learnt:
    """What is known of a layout: the date formats that are left, and the texts it explains."""

    dates: tuple[str, ...]
    texts: list[str] = field(default_factory=list[str])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Evidence:
    """What speaks for one reading of a text and against another. Times are naive UTC."""

    pairs: Mapping[str, datetime]
    not_after: datetime | None

    def allowed(self, text: str, readings: Mapping[str, datetime]) -> set[str]:
        """The date formats whose reading can be true; evidence against all of them is none."""
        allowed = set(readings)
        true = self.pairs.get(text)
        if true is not None:
            allowed = {
                date for date in allowed if abs(readings[date] - true) <= _WIDEST_OFFSET
            } or allowed
        if self.not_after is not None:
            latest = _naive(self.not_after) + _WIDEST_OFFSET
            allowed = {date for date in allowed if readings[date] <= latest} or allowed
        return allowed


def _settle(learnt: Mapping[Layout, _Learnt], finder: LayoutFinder, evidence: _Evidence) -> None:
    """Leave of each family of date formats those that every text of it allows; all, if the texts contradict each other."""
    left: dict[tuple[str, ...], set[str]] = {}
    for layout, what in learnt.items():
        for text in what.texts if len(layout.dates) > 1 else ():
            allowed = evidence.allowed(text, finder.readings(layout, text))
            left[layout.dates] = left.get(layout.dates, set(layout.dates)) & allowed
    for layout, what in learnt.items():
        what.dates = (
            tuple(date for date in layout.dates if date in left.get(layout.dates, ()))
            or layout.dates
        )


def _only_order(learnt: Mapping[Layout, _Learnt]) -> Order | None:
    """The order of numbers that the site's dates settled, if they settled one and the same wherever they did."""
    settled = [
        what.dates[0]
        for layout, what in learnt.items()
        if len(layout.dates) > 1 == len(what.dates)
    ]
    # A short year beside a named month has no such order.
    orders: set[Order] = {order for date in settled if (order := order_of(date)) is not None}
    return orders.pop() if len(orders) == 1 else None


def _in_order(dates: tuple[str, ...], order: Order | None) -> tuple[str, ...]:
    """Those of a family in the site's order, if it has one and the family knows it."""
    return tuple(date for date in dates if order_of(date) == order) or dates


def _naive(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(tzinfo=None)

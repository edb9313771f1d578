"""Learns from many displayed dates how a site writes them, then reads each into local time; never guesses an order."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from parsers.dates.fallback import Fallback
from parsers.dates.formats import order_of
from parsers.dates.layout import Layout, finder_for
from parsers.dates.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from parsers.dates.formats import Order
    from parsers.dates.layout import LayoutFinder
    from parsers.locale import DateWords

_LONGEST = 100  # characters; what is longer is no date, and would take long to find so
_WIDEST_OFFSET = timedelta(hours=15)  # no clock is further from UTC
# How often an order must lead back in time to be none: imported posts may do so once or twice.
_ENOUGH = 3


class DateReader:
    """Reads the dates of one site. Make one with `learn`.

    Attributes:
        formats: the PHP formats that the site was seen to use, the commonest first; several of one layout where the order
            of its numbers is open.
        is_ambiguous: some text that was learnt from reads as null because nothing settles the order of its numbers. True
            times of some posts (`pairs`) can settle it.
    """

    def __init__(
        self,
        finder: LayoutFinder,
        fallback: Fallback,
        learnt: Mapping[Layout, _Learnt],
        doubtful: Iterable[str],
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
        self.is_ambiguous = any(len(self._known(text)) > 1 for text in doubtful)

    @staticmethod
    def learn(
        texts: Iterable[str],
        *,
        words: DateWords | None,
        language: str | None = None,
        pairs: Mapping[str, datetime] | None = None,
        successions: Iterable[tuple[str, str]] = (),
        not_after: datetime | None = None,
    ) -> DateReader:
        """Find out how a site writes its dates.

        Args:
            texts: dates as displayed, the more the better; gone through once, and not kept.
            words: the words of the site's language; English is always tried beside it.
            language: the page's language tag, for what `words` does not cover.
            pairs: the true time (aware) of some of the texts, from feeds; evidence for the order of day and month.
            successions: texts of which the second was displayed by the post after the first's, in a topic by number; gone
                through only where nothing else settles the order.
            not_after: when the pages were fetched (aware): no post is younger, which is evidence for the order too.
        """
        evidence = _Evidence(
            pairs={fold(text): _naive(utc) for text, utc in (pairs or {}).items()},
            not_after=not_after,
        )
        lesson = _Lesson(finder_for(words, language), evidence)
        for text in texts:
            if len(text) <= _LONGEST:
                lesson.take(fold(text))
        lesson.follow(successions)
        by_use = sorted(lesson.learnt().items(), key=lambda entry: -entry[1].uses)
        return DateReader(lesson.finder, Fallback(language), dict(by_use), lesson.doubtful)

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
    """What is known of a layout: the date formats that are left, and how many texts it explains."""

    dates: tuple[str, ...]
    uses: int = 0


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


class _Lesson:
    """What a site's texts teach, one after the other; of thousands that teach the same it holds one."""

    def __init__(self, finder: LayoutFinder, evidence: _Evidence) -> None:
        self.finder = finder
        self._evidence = evidence
        self._learnt: dict[Layout, _Learnt] = {}
        self._left: dict[tuple[str, ...], set[str]] = {}
        self._doubtful: dict[frozenset[frozenset[str]], str] = {}

    def take(self, text: str) -> None:
        """Learn from one text, which is folded."""
        known = ((layout, self.finder.readings(layout, text)) for layout in self._learnt)
        explained = [(layout, readings) for layout, readings in known if readings] or [
            (layout, self.finder.readings(layout, text)) for layout in self.finder.layouts(text)
        ]
        for layout, readings in explained:
            self._learnt.setdefault(layout, _Learnt(dates=layout.dates)).uses += 1
            if len(layout.dates) > 1:
                allowed = self._evidence.allowed(text, readings)
                left = self._left.get(layout.dates, set(layout.dates))
                self._left[layout.dates] = left & allowed
        self._doubt(text, explained)

    def _doubt(
        self, text: str, explained: Iterable[tuple[Layout, Mapping[str, datetime]]]
    ) -> None:
        """Hold a text that can mean several times, unless one is held that can in the same way."""
        formats: dict[datetime, list[str]] = {}
        for layout, readings in explained:
            for date, value in readings.items():
                formats.setdefault(value, []).append(layout.format(date))
        if len(formats) > 1:
            self._doubtful.setdefault(frozenset(map(frozenset, formats.values())), text)

    def follow(self, successions: Iterable[tuple[str, str]]) -> None:
        """Give up orders by which later posts would be older, if there is one by which none is."""
        if not self._open_layouts():
            return
        backwards: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
        for earlier, later in successions:
            if max(len(earlier), len(later)) <= _LONGEST:
                for dates, back in self._leading_back(fold(earlier), fold(later)):
                    backwards[dates].update(back)
        for dates, counts in backwards.items():
            steady = self._left[dates] - counts.keys()
            if steady and all(count >= _ENOUGH for count in counts.values()):
                self._left[dates] = steady

    def _open_layouts(self) -> list[Layout]:
        return [layout for layout in self._learnt if len(self._left.get(layout.dates, ())) > 1]

    def _leading_back(
        self, earlier: str, later: str
    ) -> Iterator[tuple[tuple[str, ...], set[str]]]:
        """The date formats by which time runs back between two posts, where by others it does not."""
        for layout in self._open_layouts():
            first, second = (self.finder.readings(layout, one) for one in (earlier, later))
            both = self._left[layout.dates] & first.keys() & second.keys()
            back = {date for date in both if first[date] > second[date]}
            if back != both:
                yield layout.dates, back

    def learnt(self) -> dict[Layout, _Learnt]:
        """Every layout, with those date formats that every text of it allows; all, if the texts contradict each other."""
        for layout, what in self._learnt.items():
            left = self._left.get(layout.dates, ())
            what.dates = tuple(date for date in layout.dates if date in left) or layout.dates
        return self._learnt

    @property
    def doubtful(self) -> Iterable[str]:
        """Texts that more than one format explains, each differently."""
        return self._doubtful.values()


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

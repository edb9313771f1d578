"""Choose the place in a page's units that shows when each was written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parsers.bbpress.byline import after_byline, before_byline
from parsers.dates.reader import DateReader
from parsers.dates.relative import read_relative
from parsers.structural.slot import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from parsers.element import Element
    from parsers.locale import Locale
    from parsers.structural.slot import Piece, Slot

_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(r"#?\d+$")
_DATING = re.compile(
    r"date|time|posted|published|created|(?<![a-z])(?:ago|when)(?![a-z])", re.IGNORECASE
)
_OTHER_DATES = re.compile(
    r"join|regist|member|since|edit|modif|updat|activ|visit|seen", re.IGNORECASE
)
_LONGEST = 60
_SHARE = 0.8
_LEVELS = 3
# So many of a place's texts tell whether they are dates: finding out that a text is none takes long.
_SAMPLE = 20
_UNORDERED = -2


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """When each unit was written.

    Attributes:
        slot: where it stands; None where several places do and none is it for certain.
        locale: the page's language.
        places: every place with a date.
    """

    slot: Slot | None
    locale: Locale | None
    places: tuple[Slot, ...]

    def text(self, place: int) -> str | None:
        """A unit's date as displayed."""
        piece = self.slot.pieces.get(place) if self.slot is not None else None
        return _date_in(piece, self.locale) if piece is not None else None

    def attribute(self, place: int) -> str | None:
        """A unit's date for machines."""
        piece = self.slot.pieces.get(place) if self.slot is not None else None
        if piece is None:
            return None
        values = (inner.get("datetime") for inner in piece.element.iter("time"))
        around = piece.element.getparent()
        outer = around.get("datetime") if around is not None and around.tag == "time" else None
        return next(filter(None, values), outer)


class DateFinder:
    """Tells dates of one page by their words."""

    def __init__(self, locale: Locale | None, fetched_at: datetime) -> None:
        """Take the page's language and when it came."""
        self._locale = locale
        self._words = locale.dates if locale is not None else None
        self._language = locale.language if locale is not None else None
        self._fetched_at = fetched_at

    def find(self, slots: Sequence[Slot], count: int) -> Dates | None:
        """The place with the dates; None where nothing repeats that is one."""
        rated = [(rate, slot) for slot in slots if (rate := self._rate(slot, count)) is not None]
        if not rated:
            return None
        best = max(rate for rate, _ in rated)
        first = [slot for rate, slot in rated if rate == best]
        shortest = min(first, key=lambda slot: (sum(map(len, slot.texts)), slot.order))
        # A wide and a narrow layout may show the same date twice.
        is_certain = all(_says(slot, shortest) for slot in first)
        # Answers that are nested do not stand in the order of time.
        least = _UNORDERED if len(rated) == 1 else 0
        return Dates(
            slot=shortest if is_certain and best >= least else None,
            locale=self._locale,
            places=tuple(slot for _, slot in rated),
        )

    def _rate(self, slot: Slot, count: int) -> int | None:
        """How much speaks for a place's dates being the posts'; None where they are no dates."""
        dated = (_date_in(piece, self._locale) for piece in slot.pieces.values())
        texts = [text for text in dated if text is not None]
        if len(texts) < count * _SHARE:
            return None
        texts = texts[:: len(texts) // _SAMPLE + 1]
        known = self._moments(texts)
        if known is None:
            return None
        pieces = list(slot.pieces.values())
        is_time = all(_has_time(piece) for piece in pieces)
        is_called = all(_is_called(piece.element, _DATING) for piece in pieces)
        is_other = any(_is_called(piece.element, _OTHER_DATES) for piece in pieces)
        is_rising = known == sorted(known) or known == sorted(known, reverse=True)
        return (
            2 * is_time + 2 * is_called + is_rising - 5 * is_other + _UNORDERED * (not is_rising)
        )

    def _moments(self, texts: list[str]) -> list[datetime] | None:
        """What texts say, without the few that are no dates; None where too many are none, as soon as that is known."""
        reader = DateReader.learn(
            texts, words=self._words, language=self._language, not_after=self._fetched_at
        )
        known: list[datetime] = []
        for read, text in enumerate(texts, start=1):
            value = reader.read(text) or self._relative(text)
            if value is not None:
                known.append(value)
            elif len(known) + len(texts) - read < len(texts) * _SHARE:
                return None
        return known

    def _relative(self, text: str) -> datetime | None:
        bounds = read_relative(text, self._words, self._fetched_at)
        return bounds[0].replace(tzinfo=None) if bounds is not None else None


def _date_in(piece: Piece, locale: Locale | None) -> str | None:
    """What may be a date: a text with a number in it that is no number; bare texts have words before and after it."""
    text = piece.text
    if piece.is_bare:
        text = before_byline(after_byline(text, locale), locale)
    return text if _may_be_date(text) else None


def _may_be_date(text: str) -> bool:
    return len(text) <= _LONGEST and bool(_DIGIT.search(text)) and _NUMBER.match(text) is None


def _has_time(piece: Piece) -> bool:
    around = piece.element.getparent()
    return piece.element.tag == "time" or (around is not None and around.tag == "time")


def _is_called(element: Element, pattern: re.Pattern[str]) -> bool:
    return any(pattern.search(words_of(one)) for one in _around(element))


def _around(element: Element) -> Iterator[Element]:
    yield element
    outer = element.getparent()
    for _ in range(_LEVELS - 2):
        if outer is not None:
            yield outer
            outer = outer.getparent()


def _says(slot: Slot, other: Slot) -> bool:
    """Whether two places say the same of each unit, one perhaps with words around it."""
    return all(
        place in slot.pieces and other.pieces[place].text in slot.pieces[place].text
        for place in other.pieces
    )

"""The words that dates of one language are written with, folded, English beside them; no formats."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parsers.dates.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from parsers.locale import DateWords

_ENGLISH_MONTHS = (
    ("january", "jan"), ("february", "feb"), ("march", "mar"), ("april", "apr"), ("may",), ("june", "jun"),
    ("july", "jul"), ("august", "aug"), ("september", "sep", "sept"), ("october", "oct"), ("november", "nov"),
    ("december", "dec"),
)  # fmt: skip
_ENGLISH_WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_ENGLISH_HALVES = (("am", 0), ("a.m.", 0), ("a. m.", 0), ("pm", 12), ("p.m.", 12), ("p. m.", 12))


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """What the words in a date mean. Sites are often half translated, so English is always among them.

    Attributes:
        months: the number of each month by each of its names.
        weekdays: names of days, with their usual abbreviations.
        halves: 0 for each spelling of `am`, 12 for `pm`; neither these nor months end in a full stop.
        is_buddhist: years are counted from 543 BC.
    """

    months: Mapping[str, int]
    weekdays: frozenset[str]
    halves: Mapping[str, int]
    is_buddhist: bool = False

    @staticmethod
    def of(words: DateWords | None, language: str | None = None) -> Lexicon:
        """Take the words of a language, or English alone where there is no table for it.

        Where a word of the language is also English with another meaning, the language wins.
        """
        months = _unambiguous(_numbered(_ENGLISH_MONTHS))
        halves = _unambiguous(_ENGLISH_HALVES)
        weekdays: list[tuple[str, ...]] = [_ENGLISH_WEEKDAYS]
        if words is not None:
            months |= _unambiguous([*_numbered(words.months), *_numbered(words.months_short)])
            halves |= _unambiguous(
                [(word, 0) for word in words.am] + [(word, 12) for word in words.pm]
            )
            weekdays += words.weekdays
        return Lexicon(
            months=months,
            weekdays=frozenset(
                short for names in weekdays for name in names for short in _abbreviations(name)
            ),
            halves=halves,
            is_buddhist=(language or "").lower().startswith("th"),
        )


def alternatives(words: Iterable[str]) -> str:
    """A pattern for any of some folded words, the longer ones first; a space in them may be missing."""
    escaped = (
        re.escape(word).replace(r"\ ", " ?")
        for word in sorted(words, key=lambda word: (-len(word), word))
    )
    return "|".join(escaped)


def _numbered(rows: Iterable[Iterable[str]]) -> Iterator[tuple[str, int]]:
    return ((name, number) for number, row in enumerate(rows, start=1) for name in row)


def _unambiguous(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    """The words that have one meaning; a table may have errors, or no words at all for `am` and `pm`."""
    meanings: dict[str, set[int]] = {}
    for word, meaning in pairs:
        folded = fold(html.unescape(word)).rstrip(".")
        if folded:
            meanings.setdefault(folded, set()).add(meaning)
    return {word: min(numbers) for word, numbers in meanings.items() if len(numbers) == 1}


def _abbreviations(name: str) -> Iterable[str]:
    folded = fold(html.unescape(name)).rstrip(".")
    shortest = 2 if folded.isascii() else 1
    return {folded, *(folded[:length] for length in range(shortest, 5))} - {""}

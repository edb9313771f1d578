"""Tell whether a text is a displayed date, by a language's date words; it reads none."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from parsers.locale import fold

if TYPE_CHECKING:
    from parsers.locale import Locale

_LONGEST = 80
_LETTERS = re.compile(r"[^\W\d_]+")
_DIGITS = re.compile(r"\d+")
_ODD = re.compile(r"[?!#\"<>=;{}]")
_TIME = re.compile(r"\d{1,2}[:.h]\d\d")
_YEAR = re.compile(r"(?<!\d)(?:1[345]|19|20|25)\d\d(?!\d)")
# The letters of PHP date formats that print letters of their own: those of English ordinals.
_ORDINALS = ("st", "nd", "rd", "th")


@cache
def date_words(locale: Locale) -> frozenset[str]:
    """Every word that can stand in a date of a language, its letters folded."""
    dates = locale.dates
    lists = (dates.am, dates.pm, dates.ago, dates.now, dates.joiners, *dates.months)
    texts = [text for group in (*lists, *dates.months_short, *dates.weekdays) for text in group]
    texts += [text for forms in dates.units.values() for text in forms]
    texts += [_literals(text) for text in (*dates.date_formats, *dates.time_formats)]
    words = {word for text in texts for word in _words(re.sub(r"%(\d\$)?s", " ", text))}
    return frozenset(words.union(_ORDINALS))


def is_date(text: str, words: frozenset[str]) -> bool:
    """Whether a text is a date, absolute or relative, all of whose words are date words."""
    if not text or len(text) > _LONGEST or _ODD.search(text):
        return False
    numbers = len(_DIGITS.findall(text))
    found = _words(text)
    if not all(_is_known(word, words) for word in found):
        return False
    return numbers > 1 or (bool(found) and (numbers == 1 or len(found) > 1))


def is_full(text: str) -> bool:
    """Whether a date names its day: with a year, and more numbers or words."""
    return bool(_YEAR.search(text)) and len(text.split()) > 1


def looks_dated(text: str) -> bool:
    """Whether a text in an unknown language has a year and a time of day, and little else."""
    is_short = len(text) <= 60 and not _ODD.search(text)
    return is_short and bool(_TIME.search(text) and _YEAR.search(text))


def _is_known(word: str, words: frozenset[str]) -> bool:
    """Whether a word is known, or two known ones written as one (`日下午`, `בדצמבר`)."""
    if word in words:
        return True
    if word.isascii() or len(word) > 16:
        return False
    return any(word[:at] in words and word[at:] in words for at in range(1, len(word)))


def _words(text: str) -> list[str]:
    return _LETTERS.findall(fold(text))


def _literals(php_format: str) -> str:
    r"""What a PHP date format prints as it is: escaped letters (`\d\e`) and what is no ASCII letter."""
    escaped = re.sub(r"(?<!\\)[A-Za-z]", " ", php_format)
    return escaped.replace("\\", "")

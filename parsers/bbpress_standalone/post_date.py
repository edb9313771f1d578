"""Find the date in the line under a post: an age or a date, among words such as “Posted” and the links of moderators."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING

from parsers.bbpress.class_token import class_tokens
from parsers.bbpress.text import shown, squeeze
from parsers.dates.attribute import read_attribute
from parsers.dates.layout import LayoutFinder
from parsers.dates.lexicon import Lexicon
from parsers.dates.relative import read_relative
from parsers.dates.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.bbpress_standalone.item import Item
    from parsers.element import Element
    from parsers.locale import Locale

_DIGIT, _NUMBER = re.compile(r"\d"), re.compile(r"\d+")
_FEWEST_NUMBERS = 3  # of a date with a time: day, year and hour
_LONGEST = 100  # characters; what is longer is no date
# How many words are left out in front of a date and after it, the fewest first.
_CUTS = tuple(sorted((cut for cut in product(range(4), repeat=2) if sum(cut) < 4), key=sum))
# A line has few links and marks; more are looked at in none.
_MOST_MARKS = 20
_AROUND = " -–—·•|#,;:()[]"
# Whether a text is an age does not depend on when it is read.
_ANY_TIME = datetime(2025, 1, 1, tzinfo=UTC)
_OPENINGS = ("posted on ", "posted ")


def read_date(item: Item, locale: Locale | None) -> tuple[str | None, str | None]:
    """The date as displayed, and what the page attaches to it for machines."""
    lines = [one for one in item.frame() if "poststuff" in class_tokens(one)]
    elements = [one for line in lines for one in line.iter("*")] or _beside(item)
    del elements[_MOST_MARKS:]
    texts = [_own_text(line) for line in lines]
    texts += (shown(one) if lines else _bare_text(one) for one in elements if one not in lines)
    dates = (_date_in(text, locale) for text in texts if len(text) <= _LONGEST)
    date = next(filter(None, dates), None)
    if date is None:
        date = next((_without_opening(text) for text in texts[:1] if _DIGIT.search(text)), None)
    return date, next(_attributes(elements, locale), None)


def _beside(item: Item) -> list[Element]:
    """What stands beside a body where a theme gives the line's class up; an author's cell tells other dates."""
    cell = set(item.cell.iter("*")) if item.cell is not None else set[object]()
    return [one for one in item.frame() if one not in cell and one is not item.content]


def _own_text(line: Element) -> str:
    """The text of a line without that of its links, which lead to the post or are moderators'."""
    parts = [line.text]
    for child in line:
        if child.tag != "a":
            parts.append(_own_text(child) if isinstance(child.tag, str) else None)
        parts.append(child.tail)
    return squeeze("".join(filter(None, parts)))


def _bare_text(element: Element) -> str:
    """The text of an element without that of the elements in it."""
    return squeeze("".join(filter(None, (element.text, *(child.tail for child in element)))))


def _attributes(elements: list[Element], locale: Locale | None) -> Iterator[str]:
    for element in elements:
        for value in (element.get("datetime"), element.get("title")):
            if value and _DIGIT.search(value) and _is_moment(value, locale):
                yield value


def _is_moment(text: str, locale: Locale | None) -> bool:
    return read_attribute(text) is not None or _is_date(text, locale)


# The posts of a forum say the same again and again.
@lru_cache(maxsize=1024)
def _date_in(text: str, locale: Locale | None) -> str | None:
    """The date in a line, whatever few words a language puts in front of it and after it."""
    words = text.strip(_AROUND).split(" ")
    parts = (_part(words, before, after) for before, after in _CUTS)
    found = next((one for one in parts if one and _is_shown_time(one, locale)), None)
    return _without_opening(found) if found is not None else None


def _part(words: list[str], before: int, after: int) -> str | None:
    """A line without some words at its ends; None where a number is among the last of them, which the date may need."""
    kept, behind = words[before : len(words) - after], words[len(words) - after :]
    return None if any(map(_DIGIT.search, behind)) else " ".join(kept).strip(_AROUND)


def _is_shown_time(text: str, locale: Locale | None) -> bool:
    return _DIGIT.search(text) is not None and (_is_age(text, locale) or _is_date(text, locale))


def _is_age(text: str, locale: Locale | None) -> bool:
    return read_relative(text, locale.dates if locale else None, _ANY_TIME) is not None


def _is_date(text: str, locale: Locale | None) -> bool:
    if len(text) > _LONGEST or len(_NUMBER.findall(text)) < _FEWEST_NUMBERS:
        return False
    return bool(_finder(locale).layouts(fold(text)))


@lru_cache(maxsize=8)
def _finder(locale: Locale | None) -> LayoutFinder:
    words = locale.dates if locale else None
    return LayoutFinder(words, Lexicon.of(words, locale.language if locale else None))


def _without_opening(text: str) -> str:
    """A date without the words that open it in English."""
    opening = next((one for one in _OPENINGS if text.lower().startswith(one)), "")
    return text[len(opening) :].strip(_AROUND)

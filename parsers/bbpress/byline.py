"""Read bare text beside a post's number, and take off the words that part a name, a date and a number (`McKing op #53901`)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from parsers.bbpress.text import squeeze
from parsers.locale import english, fold

if TYPE_CHECKING:
    from parsers.element import Element
    from parsers.locale import Locale

_MOST_WORDS = 3


def text_before(link: Element) -> str:
    """The bare text right before a link."""
    before, parent = link.getprevious(), link.getparent()
    if before is not None:
        return squeeze(before.tail)
    return squeeze(parent.text) if parent is not None else ""


def before_byline(text: str, locale: Locale | None) -> str:
    """A text without such words at its end."""
    words = text.split(" ")
    for length in range(min(_MOST_WORDS, len(words)), 0, -1):
        if _is_byline(words[-length:], locale):
            return " ".join(words[:-length])
    return text


def after_byline(text: str, locale: Locale | None) -> str:
    """A text without such words at its beginning."""
    words = text.split(" ")
    for length in range(min(_MOST_WORDS, len(words)), 0, -1):
        if _is_byline(words[:length], locale):
            return " ".join(words[length:])
    return text


def _is_byline(words: list[str], locale: Locale | None) -> bool:
    return fold(" ".join(words)).removesuffix(":") in _bylines(locale)


@lru_cache(maxsize=64)
def _bylines(locale: Locale | None) -> frozenset[str]:
    own = locale.labels.byline if locale is not None else ()
    return frozenset(map(fold, (*own, *english().labels.byline)))

"""Find the count sentence of a page of unknown markup: wherever one stands in the words of a known language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parsers.count_sentence import read_count_words
from parsers.structural.slot import short_text

if TYPE_CHECKING:
    from parsers.bbpress.enclosure import Enclosure
    from parsers.element import Element
    from parsers.locale import Locale
    from parsers.records import CountClaim

_HOLDERS = ("div", "p", "span", "li", "td", "small", "strong", "em", "b")


def find_claim(root: Element, posts: Enclosure, locale: Locale | None) -> CountClaim | None:
    """The first count sentence outside the posts.

    Args:
        root: the page.
        posts: everything that is in a post.
        locale: the page's language.
    """
    for element in root.iter(*_HOLDERS):
        text = short_text(element)
        if not text or not any(map(str.isdecimal, text)) or posts.encloses(element):
            continue
        claim = read_count_words(text, locale)
        if claim is not None:
            return claim
    return None

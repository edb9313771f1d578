"""Find the date that a post shows, wherever a theme has put it and whatever it calls it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from parsers.bbpress.byline import after_byline, before_byline, text_before
from parsers.bbpress.post_part import scopes_of
from parsers.bbpress.text import shown, squeeze
from parsers.dates import read_relative
from parsers.visible_text import visible_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from parsers.bbpress.candidate import Candidate
    from parsers.element import Element
    from parsers.locale import Locale

_DIGIT = re.compile(r"\d")
_NUMBERS = re.compile(r"\d+")
_DATING = re.compile(
    r"(?:^|[\s_-])(?:date|dateline|time|timestamp|timeago|posted|published|created|duration)(?=$|[\s_-])",
    re.IGNORECASE,
)
# Authors' cells say since when somebody is a member, themes when somebody edited.
_OTHER_DATES = re.compile(
    r"join|regist|member|since|edit|modif|updat|activ|visit|seen|birth", re.IGNORECASE
)
_NUMBER = re.compile(r"#?\s?[\d.,]+$")
_YEAR_OR_TIME = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|(?<!\d)\d{1,2}:\d\d(?!\d)")
_LONGEST = 80
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)


def read_date(
    one: Candidate, parts: Mapping[str, Element], name: str, locale: Locale | None
) -> tuple[str | None, str | None]:
    """Read the date as displayed, and what the page attaches to it for machines.

    Args:
        one: the post.
        parts: its known parts.
        name: its author's, which is no date.
        locale: the page's language.
    """
    element = parts.get("date")
    if element is None:
        element = next((time for scope in scopes_of(one) for time in scope.iter("time")), None)
    if element is None:
        element = _first(one, is_called_date)
    if element is not None:
        return _without_number(element, parts.get("permalink")) or None, _attribute(element)
    permalink = parts.get("permalink")
    bare = _bare_date(permalink, name, locale) or _beside(one, permalink, locale)
    if bare is not None:
        return bare, None
    element = _unnamed_date(one, permalink, locale)
    return (shown(element) or None, _attribute(element)) if element is not None else (None, None)


def _without_number(element: Element, permalink: Element | None) -> str:
    """A date without the post's number, where the link that shows it is the last in its element."""
    text = _in_one_line(element)
    if permalink is None or permalink.getparent() is not element or permalink.tail:
        return text
    number = shown(permalink)
    return text.removesuffix(number).rstrip() if number.startswith("#") else text


def _in_one_line(element: Element) -> str:
    """A date as shown; lines of it are parted by a blank."""
    if not len(element) or next(element.iterdescendants("br", "div", "p"), None) is None:
        return shown(element)
    return " ".join(filter(None, visible_text(element).split("\n")))


def _first(one: Candidate, is_wanted: Callable[[Element], bool]) -> Element | None:
    return next(
        (inner for scope in scopes_of(one) for inner in scope.iter("*") if is_wanted(inner)), None
    )


def is_called_date(element: Element) -> bool:
    """Whether a theme calls an element a date, and it shows one; what holds more than a date is none."""
    classes = element.get("class")
    if not classes or not _names_date(classes):
        return False
    text = shown(element)
    is_short = len(text) <= _LONGEST and sum(map(_says, element)) <= 1
    is_other = _NUMBER.match(text) or _OTHER_DATES.match(text)
    return is_short and _DIGIT.search(text) is not None and not is_other


def _says(element: Element) -> bool:
    return isinstance(element.tag, str) and bool(shown(element))


@lru_cache(maxsize=1024)
def _names_date(classes: str) -> bool:
    return _DATING.search(classes) is not None and _OTHER_DATES.search(classes) is None


def _unnamed_date(
    one: Candidate, permalink: Element | None, locale: Locale | None
) -> Element | None:
    """What shows when without being called so: the post's link to itself, else a theme's small print beside the body."""
    own = _first(one, lambda inner: _is_dated_link(inner, one.post_id, locale))
    if own is not None:
        return own
    if permalink is not None and _says_how_long_ago(shown(permalink), locale):
        return permalink
    small = (inner for inset in one.insets for inner in inset.iter("small"))
    return next((inner for inner in small if _DIGIT.search(shown(inner))), None)


def _is_dated_link(element: Element, post_id: int, locale: Locale | None) -> bool:
    """Whether an element is a post's link to itself with a date for its text."""
    if element.tag != "a" or not (element.get("href") or "").endswith(f"#post-{post_id}"):
        return False
    text = shown(element)
    is_date = len(text) <= _LONGEST and _YEAR_OR_TIME.search(text) is not None
    return is_date or _says_how_long_ago(text, locale)


def _says_how_long_ago(text: str, locale: Locale | None) -> bool:
    words = locale.dates if locale is not None else None
    return read_relative(text, words, _ANY_TIME) is not None


def _attribute(element: Element) -> str | None:
    for inner in element.iter("*"):
        for value in (inner.get("datetime"), inner.get("title")):
            # A theme's `title` may be the post's number.
            if value and _DIGIT.search(value) and not value.startswith("#"):
                return value
    return None


def _bare_date(permalink: Element | None, name: str, locale: Locale | None) -> str | None:
    """The date of bbPress 2.0 and 2.1: bare text before the permalink. A text without a number is none, nor is a name."""
    text = text_before(permalink) if permalink is not None else ""
    if permalink is not None and permalink.getprevious() is not None:
        text = after_byline(text, locale)
    text = before_byline(text, locale)
    return text if _DIGIT.search(text) and text != name else None


def _beside(one: Candidate, permalink: Element | None, locale: Locale | None) -> str | None:
    """The date that stands bare behind the permalink, or in an element without a name beside it."""
    around = permalink.getparent() if permalink is not None else None
    if permalink is None or around is None:
        return None
    # What holds more than a part of the post's head holds its body.
    if not any(scope is around or scope in around.iterancestors() for scope in scopes_of(one)):
        return None
    bare = (
        shown(child)
        for child in around.iterchildren("*")
        if not (len(child) or child.get("class"))
    )
    texts = (squeeze(permalink.tail), *bare)
    return next((text for text in texts if _is_dated(text, locale)), None)


def _is_dated(text: str, locale: Locale | None) -> bool:
    """Whether a text is a date with its year or a time, or says how long ago something was."""
    if len(text) > _LONGEST:
        return False
    is_date = _YEAR_OR_TIME.search(text) is not None and len(_NUMBERS.findall(text)) > 1
    return is_date or _says_how_long_ago(text, locale)

"""Read what a list's page says besides its rows: which list it is, what its columns count, claims, notices, closed."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Literal

from parsers.bbpress.class_token import class_tokens
from parsers.bbpress.enclosure import Enclosure
from parsers.bbpress.number import read_numbers
from parsers.bbpress.text import shown
from parsers.count_sentence import read_count, read_list_count
from parsers.locale import all_locales, english, fold, template_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from parsers.bbpress.landmark import Landmarks
    from parsers.bbpress.list_mark import ListMarks
    from parsers.element import Element
    from parsers.list_records import ListKind
    from parsers.locale import Locale
    from parsers.records import CountClaim

_Counts = Literal["posts", "replies"]

# Which list a page is, by ids of its parts, those of profiles first, since they say it most exactly; by names of `body`.
_OF_PERSON: dict[str, ListKind] = {
    "bbp-user-topics-started": "started",
    "bbp-author-topics-started": "started",
    "bbp-user-replies-created": "replies",
    "bbp-user-engagements": "engagements",
    "bbp-user-favorites": "favorites",
    "bbp-user-subscriptions": "subscriptions",
}
_BY_ID: dict[str, ListKind] = {
    **_OF_PERSON,
    "bbp-search-results": "search",
    "forum-front": "index",
    "topic-front": "topics",
    "topic-tag": "tag",
}
_BY_CLASS: dict[str, ListKind] = {
    "bbp-search-results": "search",
    "bbp-search": "search",
    "bbp-view": "view",
    "topic-tag": "tag",
    "topic-archive": "topics",
    "forum-archive": "index",
    "single-forum": "forum",
    "forum": "forum",
}
_COUNT_CELLS = frozenset(("bbp-topic-reply-count", "bbp-forum-reply-count"))
_HEADS = frozenset(("bbp-header", "forum-titles"))
_NOTICES = frozenset(("bbp-template-notice", "bp-feedback"))
# Notices that say something of the forum, or of who may write, not of the list.
_DESCRIPTIONS = frozenset(("bbp-forum-description", "bbp-topic-description"))
_CLOSED = frozenset(("bbp-forum-closed",))
_FORMS = frozenset(("bbp-no-topic", "bbp-no-reply", "bbp-topic-form", "bbp-login-form", *_CLOSED))
_FORM_ID = re.compile(r"(?:no-topic|no-reply|forum-closed|new-topic|new-post)(?:-\d+)?$")
_SCANNED = ("div", "aside", "p", "form", "fieldset", "ul", "li")
_PRIVATE_IDS = frozenset(("forum-private", "topic-private"))


def read_kind(root: Element, classes: frozenset[str], marks: ListMarks) -> ListKind:
    """Read which list a page is, by itself: its address may promise another one.

    Args:
        root: the page.
        classes: the class names of `body`.
        marks: its lists.
    """
    names = {element.get("id") or "" for element in root.iter("div", "ul", "table", "section")}
    by_part: ListKind | None = next((_BY_ID[one] for one in _BY_ID if one in names), None)
    by_page: ListKind | None = next((_BY_CLASS[one] for one in _BY_CLASS if one in classes), None)
    if by_part is not None or by_page is not None:
        return by_part or by_page or "other"
    if any(name.startswith("bbp-view-") for name in names):
        return "view"
    if marks.forum_id is not None:
        return "forum"
    is_root = any(one.get("id") == "forums-list-0" for one in marks.lists)
    return "index" if is_root else "other"


def read_counts(root: Element, locale: Locale | None) -> _Counts | None:
    """Read what the column of posts counts, by the words of its heading; None where no known words tell."""
    heading = next((text for text in _headings(root) if text), None)
    if heading is None:
        return None
    own = [english()] if locale is None else [locale, english()]
    return _meaning(heading, own) or _meaning(heading, all_locales())


def _headings(root: Element) -> Iterator[str]:
    heads = Enclosure(
        lambda outer: outer.tag == "thead" or not _HEADS.isdisjoint(class_tokens(outer))
    )
    for element in root.iter("li", "th", "td", "div"):
        if not _COUNT_CELLS.isdisjoint(class_tokens(element)) and heads.encloses(element):
            yield fold(shown(element))


def _meaning(heading: str, tables: Iterable[Locale]) -> _Counts | None:
    means: set[_Counts] = {
        meaning for table in tables for meaning in _columns(table).get(heading, ())
    }
    return means.pop() if len(means) == 1 else None


@cache
def _columns(table: Locale) -> dict[str, set[_Counts]]:
    """A language's headings of the column, each with what it can mean."""
    found: dict[str, set[_Counts]] = {}
    for word in table.labels.post_column:
        found.setdefault(fold(word), set()).add("posts")
    for word in table.labels.reply_column:
        found.setdefault(fold(word), set()).add("replies")
    return found


def read_list_claim(marks: Landmarks, locale: Locale | None, kind: ListKind) -> CountClaim | None:
    """Read the count sentence of a list; what somebody replied is counted as posts are."""
    text = shown(marks.named.get("count"))
    if not text:
        return None
    if kind == "replies":
        return read_count(text, locale)
    return read_list_count(text, locale, "results" if kind == "search" else "topics")


def read_description(root: Element) -> tuple[int | None, int | None]:
    """Read the counts of topics and of replies in a forum's description; None where there are not just those two."""
    element = _description(root)
    numbers = read_numbers(_said(element)) if element is not None else []
    return (numbers[0], numbers[1]) if len(numbers) == 2 else (None, None)


def says_empty(root: Element) -> bool:
    """Whether a forum's description counts nothing, or no topics (`This forum is empty.`)."""
    element = _description(root)
    if element is None:
        return False
    said = _said(element)
    return read_numbers(said)[:1] == [0] or not any(letter.isdecimal() for letter in said)


def _description(root: Element) -> Element | None:
    described = (
        one for one in root.iter("li", "p") if "bbp-forum-description" in class_tokens(one)
    )
    return next(described, None)


def _said(element: Element) -> str:
    """A description without its links, which hold names and times."""
    return " ".join(filter(None, (element.text, *(one.tail for one in element))))


def read_notice(root: Element, texts: Enclosure) -> str | None:
    """Read what a page says in the place of a list.

    Args:
        root: the page.
        texts: what people wrote, in which such a notice may be quoted.
    """
    forms = Enclosure(_is_form)
    for element in root.iter("div", "aside", "p"):
        if _NOTICES.isdisjoint(class_tokens(element)) or _is_form(element):
            continue
        is_other = forms.encloses(element) or texts.encloses(element) or _describes(element)
        if not is_other and shown(element):
            return shown(element)
    return _bare_notice(root)


def _bare_notice(root: Element) -> str | None:
    """The notice in a list of somebody's up to 2.5, a paragraph of its own."""
    for section in root.iter("div"):
        if "bbp-user-section" in class_tokens(section) and _is_list_of_person(section):
            children = list(section)
            return shown(section) or None if [one.tag for one in children] == ["p"] else None
    return None


def _is_list_of_person(section: Element) -> bool:
    parent = section.getparent()
    return parent is not None and parent.get("id") in _OF_PERSON


def is_closed(root: Element, locale: Locale | None) -> bool:
    """Whether a page says that its forum is closed."""
    for element in root.iter(*_SCANNED):
        names = class_tokens(element)
        if not _CLOSED.isdisjoint(names) or (element.get("id") or "").startswith("forum-closed-"):
            return True
        if not _NOTICES.isdisjoint(names):
            said = shown(element)
            if any(one.search(said) for one in _closings(locale)):
                return True
    return False


def is_private(root: Element) -> bool:
    """Whether a page says that its forum is not for guests."""
    return any(element.get("id") in _PRIVATE_IDS for element in root.iter("div"))


@lru_cache(maxsize=64)
def _closings(locale: Locale | None) -> tuple[re.Pattern[str], ...]:
    own = locale.notices.forum_closed if locale is not None else ()
    sources = dict.fromkeys((*own, *english().notices.forum_closed))
    return tuple(
        re.compile(template_pattern(one, {"s": ".+", "1$s": ".+"}), re.IGNORECASE)
        for one in sources
    )


def _is_form(element: Element) -> bool:
    if element.tag not in _SCANNED:
        return False
    identity = element.get("id") or ""
    return not _FORMS.isdisjoint(class_tokens(element)) or _FORM_ID.fullmatch(identity) is not None


def _describes(element: Element) -> bool:
    return any(
        not _DESCRIPTIONS.isdisjoint(class_tokens(inner))
        for inner in element.iter("li", "p", "div")
    )

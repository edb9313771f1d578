"""Read one topic's row in a list."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, get_args

from parsers.bbpress.address import absolute, without_fragment
from parsers.bbpress.author import user_number
from parsers.bbpress.class_token import class_tokens
from parsers.bbpress.number import read_number
from parsers.bbpress.pager import read_pager
from parsers.bbpress.row_part import (
    find_row_parts,
    find_title,
    read_last_post,
    read_linked_post,
    read_row_author,
)
from parsers.bbpress.text import shown
from parsers.list_records import TopicRow, Withheld
from parsers.records import ForumLink, Pager

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from parsers.bbpress.list_mark import Row
    from parsers.element import Element
    from parsers.locale import Locale
    from parsers.records import Stickiness, TopicStatus

_PARENT = re.compile(r"bbp-parent-forum-(?<!\Sbbp-parent-forum-)0*([1-9]\d{0,17})(?!\S)")
_AUTHORS = frozenset(("bbp-author-link", "bbp-author-name"))
_NUMBERS = re.compile(r"\d{1,3}(?:[.,'\u00a0\u202f]\d{3})+(?!\d)|\d{1,12}")
_BOTH = 2
_COUNTS = frozenset(("bbp-topic-voice-count", "bbp-topic-reply-count"))
_WITHHELD: tuple[Withheld, ...] = get_args(Withheld)


def read_topic_row(
    row: Row, others: Container[Element], url: str, locale: Locale | None
) -> TopicRow | None:
    """Read a row; None where it leads nowhere.

    Args:
        row: the row.
        others: the elements of all rows.
        url: the page's address.
        locale: the page's language.
    """
    element = row.element
    parts = find_row_parts(element, others)
    title, href = find_title(element, parts)
    if href is None:
        return None
    own_url = without_fragment(absolute(url, href))
    tokens = class_tokens(element)
    parent = parent_number(element)
    pages = parts.get("pages")
    voices, count = _counts(parts)
    return TopicRow(
        topic_id=row.number,
        title=title,
        url=own_url,
        author=read_row_author(
            _starter(parts), user_number(element), url, locale, is_labelled=True
        ),
        forum=_forum(parts.get("place"), url),
        forum_id=parent,
        voices=voices,
        count=count,
        last_post=(
            read_last_post(parts, None, url, locale)
            if "freshness" in parts
            else read_linked_post(element, parts.get("text"), title, own_url, url, locale)
        ),
        status=_status(element, tokens),
        sticky=_stickiness(tokens),
        withheld=next((one for one in _WITHHELD if f"status-{one}" in tokens), None),
        is_protected="post-password-required" in tokens,
        pager=read_pager(pages, own_url) if pages is not None else Pager(urls=((1, own_url),)),
    )


def _starter(parts: Mapping[str, Element]) -> Element | None:
    """What names who started a topic: marked so, else the author's link in the title's cell."""
    if "starter" in parts or "title" not in parts:
        return parts.get("starter")
    links = parts["title"].iter("a", "span")
    named = (one for one in links if not _AUTHORS.isdisjoint(class_tokens(one)))
    return next(filter(shown, named), None)


def _counts(parts: Mapping[str, Element]) -> tuple[int | None, int | None]:
    """The numbers of people and of posts; some themes print both into one cell, or the second alone."""
    voices, count = parts.get("voices"), parts.get("count")
    sentence = parts.get("counts") if count is None else None
    joined = next((cell for cell in (voices, count) if _is_joined(cell)), sentence)
    if joined is None:
        return read_number(shown(voices)), read_number(shown(count))
    numbers = [read_number(found) for found in _NUMBERS.findall(shown(joined))]
    if len(numbers) == 1:
        return None, numbers[0]
    return (numbers[0], numbers[1]) if len(numbers) == _BOTH else (None, None)


def _is_joined(cell: Element | None) -> bool:
    return cell is not None and class_tokens(cell) >= _COUNTS


def parent_number(element: Element) -> int | None:
    """The forum that a row's class names tell."""
    found = _PARENT.search(element.get("class") or "")
    return int(found[1]) if found else None


def _forum(place: Element | None, url: str) -> ForumLink | None:
    link = next(place.iter("a"), None) if place is not None else None
    if link is None or not link.get("href"):
        return None
    return ForumLink(title=shown(link), url=absolute(url, link.get("href") or ""))


def _status(element: Element, tokens: frozenset[str]) -> TopicStatus | None:
    """Whether a topic takes replies; some themes say it of a box in the row."""
    boxes = (class_tokens(box) for box in element.iterchildren("div"))
    if "status-closed" in tokens or any({"bs-item-wrap", "closed"} <= box for box in boxes):
        return "closed"
    return "open" if "status-publish" in tokens else None


def _stickiness(tokens: frozenset[str]) -> Stickiness:
    if "super-sticky" in tokens:
        return "super"
    return "sticky" if "sticky" in tokens else "no"

"""Find an opening post that a theme prints above the list of replies, in boxes that carry none of a post's classes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parsers.bbpress.class_token import class_tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from parsers.element import Element

_CONTENT = re.compile(
    r"(?:^|[\s_-])(?:topic|opening|question)[_-]{1,2}(?:content|body|text|entry|message)(?=$|\s)"
)
_HOLDERS = ("div", "section", "article", "td")
_HEADINGS = frozenset(("bbp-header", "bbp-footer"))
_BYLINE = re.compile(r"author|user|member|poster", re.IGNORECASE)
_DATING = re.compile(r"(?:^|[\s_-])(?:date|time|timestamp|posted|published)(?=$|[\s_-])")
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningBox:
    """Where an opening post is.

    Attributes:
        element: what holds all of it, `content` itself where its parts stand side by side.
        content: what holds its body.
        head: what stands in front of it then.
    """

    element: Element
    content: Element
    head: Element | None


def find_opening_box(
    root: Element, replies: Element, is_foreign: Callable[[Element], bool]
) -> OpeningBox | None:
    """Find the opening post before the list of replies; what names no author and no date is none.

    Args:
        root: the page.
        replies: the list.
        is_foreign: tells what lies in posts and in lists of other topics.
    """
    around = set(replies.iterancestors())
    content = next(_contents(root, replies, around, is_foreign), None)
    if content is None:
        return None
    element, parent = content, content.getparent()
    while parent is not None and parent not in around:
        element, parent = parent, parent.getparent()
    head = None
    if element is content:
        head = next(content.itersiblings("*", preceding=True), None)
    signs = head if head is not None else element
    return (
        OpeningBox(element=element, content=content, head=head)
        if _is_signed(signs, content)
        else None
    )


def _contents(
    root: Element,
    replies: Element,
    around: set[Element],
    is_foreign: Callable[[Element], bool],
) -> Iterator[Element]:
    for element in root.iter(*_HOLDERS, str(replies.tag)):
        if element is replies:
            return
        classes = element.get("class")
        is_named = bool(classes) and element not in around and _CONTENT.search(classes or "")
        if is_named and not (_is_heading(element) or is_foreign(element)):
            yield element


def _is_heading(element: Element) -> bool:
    parent = element.getparent()
    return parent is not None and not _HEADINGS.isdisjoint(class_tokens(parent))


def _is_signed(outer: Element, content: Element) -> bool:
    """Whether an author and a date stand in an element, outside the body."""
    inside = set(content.iter())
    own = [element for element in outer.iter("*") if element not in inside]
    is_by_somebody = any(_BYLINE.search(element.get("class") or "") for element in own)
    return is_by_somebody and any(map(_is_date, own))


def _is_date(element: Element) -> bool:
    if element.tag != "time" and not _DATING.search(element.get("class") or ""):
        return False
    return _DIGIT.search("".join(element.itertext())) is not None

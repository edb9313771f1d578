"""Find the posts of themes that give bbPress's classes up, and keep its numbers: elements with the `id` of a post."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from parsers.bbpress.candidate import Candidate
from parsers.bbpress.content import find_content, find_theme_content, holds_mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from parsers.element import Element

_POST_ID = re.compile(r"post-0*([1-9]\d{0,17})$")
_HOLDERS = ("div", "li", "article", "section", "tr")
_OPENING = frozenset(("type-topic",))
_REPLY = frozenset(("type-reply",))


def by_number(
    found: list[Candidate], lists: Iterable[Element], topic_id: int | None
) -> list[Candidate]:
    """The posts that elements of the lists name by their `id` alone, where that is more than was found by classes.

    Args:
        found: what carries a post's classes.
        lists: the lists of posts, or what bbPress wraps around all it prints.
        topic_id: the number of the opening post.
    """
    if any(one.is_marked for one in found):
        return found
    posts = [one for outer in lists for one in _numbered(outer, topic_id)]
    return posts if len(posts) > len(found) else found


def _numbered(outer: Element, topic_id: int | None) -> Iterator[Candidate]:
    """Posts by number; where it cannot be told what holds a body, what is called as that of most others does."""
    found: dict[int, tuple[Element, Candidate | None]] = {}
    for element in outer.iterdescendants(*_HOLDERS):
        match = _POST_ID.match(element.get("id") or "")
        if match is not None and found.get(int(match[1]), (None, None))[1] is None:
            found[int(match[1])] = element, _candidate(element, int(match[1]), topic_id)
    names = Counter(_name(one.content) for _, one in found.values() if one is not None)
    usual = names.most_common(1)[0][0] if names else None
    for post_id, (element, one) in found.items():
        if one is not None:
            yield one
            continue
        alike = (inner for inner in element.iterdescendants() if _name(inner) == usual)
        content = next(alike, None)
        if content is not None and usual is not None and usual[1]:
            yield _of(element, post_id, topic_id, content)


def _name(element: Element | None) -> tuple[object, str | None] | None:
    return None if element is None else (element.tag, element.get("class"))


def _candidate(element: Element, post_id: int, topic_id: int | None) -> Candidate | None:
    """A post in an element, or in the one after it, whose header the element is then."""
    head: Element | None = None
    usual = find_content(element)
    content = usual if usual is not None else find_theme_content(element)
    after = next(element.itersiblings("*"), None)
    if content is None and after is not None and after.get("id") is None:
        usual = content = find_content(after)
        head, element = element, after
    if content is None or not (usual is not None or holds_mark(element)):
        return None
    found = _of(element, post_id, topic_id, content)
    return found._replace(usual=usual, head=head)


def _of(element: Element, post_id: int, topic_id: int | None, content: Element) -> Candidate:
    return Candidate(
        element=element,
        post_id=post_id,
        tokens=_OPENING if post_id == topic_id else _REPLY,
        is_marked=False,
        content=content,
        usual=None,
        head=None,
    )

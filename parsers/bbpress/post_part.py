"""Find the known parts of a post outside its body: names, role, date, permalink, wherever a theme has put them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.bbpress.candidate import Candidate
    from parsers.element import Element

_PARTS = {
    "bbp-reply-author": "cell",
    "bbp-topic-author": "cell",
    "bbp-author-link": "link",
    "bbp-author-name": "name",
    "bbp-author-avatar": "avatar",
    "bbp-author-role": "role",
    "bbp-author-title": "title",
    "bbp-reply-post-date": "date",
    "bbp-topic-post-date": "date",
    "bbp-reply-permalink": "permalink",
    "bbp-topic-permalink": "permalink",
}


def find_parts(one: Candidate) -> dict[str, Element]:
    """The first element of each part: `cell`, `link`, `name`, `avatar`, `role`, `title`, `date`, `permalink`."""
    found: dict[str, Element] = {}
    for scope in scopes_of(one):
        for element in scope.iter("*"):
            classes = element.get("class")
            if classes is not None and (part := _part(classes)) is not None:
                found.setdefault(part, element)
    return found


def scopes_of(one: Candidate) -> Iterator[Element]:
    """What belongs to a post besides its body: its header, its other children, what shares a numbered box with it."""
    if one.head is not None:
        yield one.head
    if one.content is None:
        yield one.element
        return
    if one.content is one.element:
        return
    yield from _around(one.content, one.element, one)
    box = one.element.getparent()
    if box is not None and box.get("id") == f"post-{one.post_id}":
        yield from _around(one.element, box, one)


def _around(inner: Element, outer: Element, one: Candidate) -> Iterator[Element]:
    """Everything in `outer` that is not in `inner`, in document order, up to where other posts begin."""
    path = [inner]
    while (parent := path[-1].getparent()) is not None and parent is not outer:
        path.append(parent)
    for step in reversed(path):
        yield from _elder_siblings(step)
    for step in path:
        for part in step.itersiblings("*"):
            if _begins_another(part, one):
                return
            yield part


def _elder_siblings(element: Element) -> Iterator[Element]:
    parent = element.getparent()
    for child in parent.iterchildren("*") if parent is not None else ():
        if child is element:
            return
        yield child


def _begins_another(part: Element, one: Candidate) -> bool:
    """Whether other posts begin here: the list of answers in an item, or what a box left open in a body swallowed."""
    if one.element.tag == "li" and part.tag in {"ul", "ol"}:
        return True
    identity = part.get("id")
    return identity is not None and part is not one.head and identity.startswith("post-")


@lru_cache(maxsize=1024)
def _part(classes: str) -> str | None:
    return next((_PARTS[token] for token in classes.split() if token in _PARTS), None)

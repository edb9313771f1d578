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
            if classes is not None and "bbp-" in classes:
                # Most have that one class.
                part = _PARTS.get(classes) or _part(classes)
                if part is not None and (part not in found or _is_better(element, found[part])):
                    found[part] = element
    return found


def _is_better(element: Element, known: Element) -> bool:
    """Whether an element is a reply's link to itself where one to the topic was found, which a theme may name beside it."""
    classes = element.get("class") or ""
    is_own = "bbp-reply-permalink" in classes and classes != known.get("class")
    return is_own and "bbp-topic-permalink" in (known.get("class") or "")


def scopes_of(one: Candidate) -> list[Element]:
    """What belongs to a post besides its body: its header, its other children, what shares a numbered box with it.

    Comments among its children count as parts that hold nothing.
    """
    element, content, head = one.element, one.content, one.head
    scopes = [] if head is None else [head]
    if content is None:
        return [*scopes, element, *one.insets]
    if content is element:
        return [*scopes, *one.insets]
    scopes += _around(content, element, one)
    box = element.getparent()
    if box is not None and box.get("id") == f"post-{one.post_id}":
        scopes += _around(element, box, one)
    scopes += one.insets
    return scopes


def _around(inner: Element, outer: Element, one: Candidate) -> list[Element]:
    """Everything in `outer` that is not in `inner`, in document order, up to where other posts begin."""
    elder: list[Element] = []
    path: list[Element] = []
    step: Element | None = inner
    while step is not None and step is not outer:
        path.append(step)
        sibling = step.getprevious()
        while sibling is not None:
            elder.append(sibling)
            sibling = sibling.getprevious()
        step = step.getparent()
    elder.reverse()
    return [*elder, *_younger_siblings(path, one)]


def _younger_siblings(path: list[Element], one: Candidate) -> Iterator[Element]:
    for step in path:
        part = step.getnext()
        while part is not None:
            if _begins_another(part, one):
                return
            yield part
            part = part.getnext()


def _begins_another(part: Element, one: Candidate) -> bool:
    """Whether other posts begin here: the list of answers in an item, or what a box left open in a body swallowed."""
    if one.element.tag == "li" and part.tag in {"ul", "ol"}:
        return True
    identity = part.get("id")
    if identity is None or part is one.head:
        return False
    return identity.startswith("post-") or identity.endswith("-replies")


@lru_cache(maxsize=1024)
def _part(classes: str) -> str | None:
    return next((_PARTS[token] for token in classes.split() if token in _PARTS), None)

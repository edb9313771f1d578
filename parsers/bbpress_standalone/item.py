"""Take one post's item apart: number, place, author's cell, and the element that holds its body."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from parsers.bbpress.class_token import class_tokens

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from parsers.element import Element

_NUMBER = re.compile(r"post-0*([1-9][0-9]{0,17})$")
_PLACE = re.compile(r"position-0*([1-9][0-9]{0,8})$")
_LINK = re.compile(
    r"#post-0*([1-9][0-9]{0,17})$|/(?:edit|delete-post)\.php\?(?:[^#]*&)?id=0*([1-9][0-9]{0,17})(?=[&#]|$)"
)
# What a theme may put into the body's element that is none of the body's.
NO_BODY = frozenset(("poststuff", "threadauthor"))
_BOXES = frozenset(("li", "tr", "article", "dd"))


class Item(NamedTuple):
    """A post.

    Attributes:
        element: what holds all of it.
        number: 0 where nothing tells it.
        place: its 1-based place in the topic, where the page tells it.
        cell: what stands there of the author.
        post: what holds the body and the line with date and links.
        content: what holds the body: in `post`, or `post` itself.
    """

    element: Element
    number: int
    place: int | None
    cell: Element | None
    post: Element
    content: Element

    def frame(self) -> Iterator[Element]:
        """Every element of the post outside its body."""
        return outside(self.element, self.content)


def make_item(
    post: Element, thread: Element | None, cell: Element | None, shared: Container[Element]
) -> Item:
    """Make out a post by its `.threadpost`.

    Args:
        post: that element.
        thread: the list of posts; what is around it is no post's.
        cell: the author's cell that came before it.
        shared: what holds posts before it: an element around several is none's.
    """
    element = _element_of(post, thread, shared)
    content = next((one for one in post.iter("*") if _is_content(one, post)), post)
    inner = list(outside(element, content))
    if element is post:
        inner += cell.iter("*") if cell is not None else ()
        inner += post.iterancestors("div")
    return Item(
        element=element,
        number=_number((post, element), inner),
        place=_place(inner),
        cell=cell,
        post=post,
        content=content,
    )


def outside(element: Element, content: Element) -> Iterator[Element]:
    """An element and everything in it but a body, and but what in the body's element is none of the body's."""
    inner = set(content.iter("*"))
    for child in content:
        if not NO_BODY.isdisjoint(class_tokens(child)):
            inner.difference_update(child.iter("*"))
    return (one for one in element.iter("*") if one not in inner)


def _element_of(post: Element, thread: Element | None, shared: Container[Element]) -> Element:
    """The nearest element around a post that carries a number, else the nearest item of a list or a table."""
    box: Element | None = None
    for outer in post.iterancestors():
        if outer is thread or outer.tag in {"body", "html"} or outer in shared:
            break
        if _NUMBER.match(outer.get("id") or ""):
            return outer if thread is not None or _is_single(outer) else box or post
        if box is None and outer.tag in _BOXES:
            box = outer
    return post if box is None else box


def _is_single(outer: Element) -> bool:
    """Whether one post at most is in an element: WordPress's frame around a page carries a post's number as well."""
    return sum("threadpost" in class_tokens(one) for one in outer.iter("*")) == 1


def _is_content(element: Element, post: Element) -> bool:
    return element is not post and "post" in class_tokens(element)


def _number(named: tuple[Element, ...], inner: list[Element]) -> int:
    """A post's number: by the names of its elements, else by its links to itself and those that moderators have."""
    for element in (*named, *inner):
        for name in (element.get("id"), element.get("name")):
            match = _NUMBER.match(name or "")
            if match:
                return int(match[1])
    links = (_LINK.search(one.get("href") or "") for one in inner if one.tag == "a")
    return next((int(match[1] or match[2]) for match in links if match), 0)


def _place(elements: list[Element]) -> int | None:
    matches = (_PLACE.match(one.get("id") or "") for one in elements)
    return next((int(match[1]) for match in matches if match), None)

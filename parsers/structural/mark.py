"""Find what numbers posts on a page of unknown markup: `id`s, class names, data attributes and links of one pattern."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from parsers.bbpress.class_token import class_tokens
from parsers.bbpress.enclosure import Enclosure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.element import Element

_WORDS = r"(?:posts?|reply|replies|topic|message|msg|answer|response|entry|pid|p)"
_NUMBERED = re.compile(rf"(|.{{0,40}}[-_]){_WORDS}[-_]?0*([1-9]\d{{0,17}})$", re.IGNORECASE)
_DATA = re.compile(r"data-(?:[a-z]+-){0,3}(?:id|post|reply|pid|message)$")
_NUMBER = re.compile(r"0*([1-9]\d{0,17})$")
_LINK = re.compile(r"(\?p=|[?&]p=|/reply/|/post/|/permalink/)0*([1-9]\d{0,17})/?$", re.IGNORECASE)
# Numbers of something else that posts carry as well.
_FOREIGN = re.compile(
    r"parent|forum|user|author|member|avatar|page|position|thumb|menu|widget|form|nonce|count|comment",
    re.IGNORECASE,
)
_FRAMES = frozenset(("nav", "aside", "head"))
_DIGITS = re.compile(r"\d+")
_FEWEST = 2


class Mark(NamedTuple):
    """An element that carries a number."""

    element: Element
    number: int


class Series(NamedTuple):
    """Marks of one pattern, in document order; a number may be there more than once.

    Attributes:
        kind: where the numbers are: `class`, `id`, `data` or `link`.
        marks: the elements.
    """

    kind: str
    marks: tuple[Mark, ...]

    @property
    def numbers(self) -> tuple[int, ...]:
        """The different numbers, in document order."""
        return tuple(dict.fromkeys(mark.number for mark in self.marks))


def find_series(root: Element) -> tuple[Series, ...]:
    """Every pattern that gives two different numbers or more, outside menus and widgets."""
    found: dict[tuple[str, ...], list[Mark]] = {}
    frames = Enclosure(is_of_site)
    for element in root.iter("*"):
        numbered = list(_numbers_of(element))
        if numbered and not frames.encloses(element):
            for key, number in numbered:
                found.setdefault(key, []).append(Mark(element, number))
    every = (Series(key[0], tuple(marks)) for key, marks in found.items())
    return tuple(one for one in every if len(one.numbers) >= _FEWEST)


def is_of_site(element: Element) -> bool:
    """Whether an element is the site's frame: a menu, a side bar, a widget, the page's footer."""
    if element.tag in _FRAMES:
        return True
    if element.tag == "footer":
        parent = element.getparent()
        return parent is not None and parent.tag == "body"
    return element.tag not in {"body", "html"} and any(
        "widget" in token or "sidebar" in token for token in class_tokens(element)
    )


def _numbers_of(element: Element) -> Iterator[tuple[tuple[str, ...], int]]:
    """The numbers that an element carries, each with the pattern that it is written in."""
    for name, value in element.attrib.items():
        if name == "id":
            yield from _in_name("id", str(value))
        elif name == "class":
            for token in str(value).split():
                yield from _in_name("class", token)
        elif name == "href":
            yield from _in_link(element, str(value))
        elif str(name).startswith("data-"):
            yield from _in_data(str(name), str(value))


def _in_name(kind: str, name: str) -> Iterator[tuple[tuple[str, ...], int]]:
    match = _NUMBERED.match(name)
    if match is not None and not _FOREIGN.search(name):
        yield (kind, match[1]), int(match[2])


def _in_data(name: str, value: str) -> Iterator[tuple[tuple[str, ...], int]]:
    match = _NUMBER.match(value) if _DATA.match(name) else None
    if match is not None and not _FOREIGN.search(name):
        yield ("data", name), int(match[1])


def _in_link(element: Element, href: str) -> Iterator[tuple[tuple[str, ...], int]]:
    """A link's number; links inside bodies look otherwise than permalinks, so they make another pattern."""
    if element.tag != "a":
        return
    address, _, fragment = href.partition("#")
    match = _NUMBERED.match(fragment) if fragment else _LINK.search(address)
    if match is None or _FOREIGN.search(match[1]):
        return
    parent = element.getparent()
    around = str(parent.tag) if parent is not None else ""
    where = "#" if fragment else match[1]
    yield ("link", f"{where}{match[1]}", shape_of(element), around), int(match[2])


def shape_of(element: Element) -> str:
    """An element's name and its class names without numbers, for comparing it with others."""
    return " ".join((str(element.tag), *sorted(_plain(element))))


def are_alike(one: Element, other: Element) -> bool:
    """Whether two elements have the same name, and a class name in common if they have any."""
    if one.tag != other.tag:
        return False
    first, second = _plain(one), _plain(other)
    return first == second or not first.isdisjoint(second)


def _plain(element: Element) -> set[str]:
    return {_DIGITS.sub("", token) for token in class_tokens(element)} - {"odd", "even"}

"""Find the opening post that stands apart from its answers: with parts of other names, and perhaps without a number."""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from parsers.bbpress.class_token import class_tokens
from parsers.structural.unit import Cut, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from parsers.element import Element

    _Path = tuple[tuple[str, int], ...]

# What tells the name of an opening post's part from that of an answer's.
_KIND = re.compile(
    r"\d+|(?<![a-z])(?:topic|reply|replies|post|question|answer|comment|lead|opening|op|thread|message|item)(?![a-z])",
    re.IGNORECASE,
)
_SEPARATORS = re.compile(r"[\W_]+")
_SHARE = 0.8
# An opening post stands near; each box is gone through, and a page may be made to have thousands.
_MOST_BOXES = 12
_HOLDERS = frozenset(("div", "section", "article", "header", "li", "ul", "ol", "table"))


def is_apart(units: Sequence[Unit]) -> bool:
    """Whether the first post stands elsewhere than the others."""
    first, second = units[0].start, units[1].start
    is_beside = first.getparent() is second.getparent()
    return len(units) > 2 and not is_beside and first not in second.iterancestors()


def with_lead(cut: Cut, number: int) -> Iterator[Cut]:
    """The page cut with an opening post in front that has no number of its own: each way, the nearest box first."""
    for box in islice(_boxes_before(cut.units[0].start), _MOST_BOXES):
        lead = Unit(number=number, start=box, roots=(box,))
        yield Cut(units=(lead, *cut.units), unnumbered=cut.unnumbered)


def _boxes_before(start: Element) -> Iterator[Element]:
    """What stands before the first post, and before what holds the posts, up to the page's body."""
    inner: Element | None = start
    while inner is not None and inner.tag not in {"body", "html"}:
        for sibling in inner.itersiblings("*", preceding=True):
            if sibling.tag in _HOLDERS:
                yield sibling
        inner = inner.getparent()


def aliases(
    own: Mapping[_Path, Element], others: Sequence[Mapping[_Path, Element]]
) -> Iterator[tuple[_Path, Element]]:
    """The places that the others have and a post that stands apart lacks, with what is called the same in it.

    Args:
        own: the insides of the post.
        others: those of the others.
    """
    called = list(_names_of(own.values()))
    counts = Counter(path for elements in others for path in elements)
    for path, count in counts.items():
        if path not in own and count >= len(others) * _SHARE:
            found = _look_up(path, called)
            if found is not None:
                yield path, found


def _names_of(elements: Iterable[Element]) -> Iterator[tuple[Element, frozenset[str]]]:
    for element in elements:
        names = frozenset(map(_stem, class_tokens(element))) - {""}
        if names:
            yield element, names


def _look_up(path: _Path, called: list[tuple[Element, frozenset[str]]]) -> Element | None:
    """What the last named step of a path is called, and from there on the rest of the path; None where there are several."""
    for length in range(len(path), 0, -1):
        _, *tokens = path[length - 1][0].split(" ")
        names = {_stem(token) for token in tokens} - {""}
        if names:
            found = [element for element, own in called if names <= own]
            return _below(found[0], path[length:]) if len(found) == 1 else None
    return None


def _below(element: Element, steps: _Path) -> Element | None:
    found: Element | None = element
    for name, place in steps:
        alike = list(found.iterchildren(name)) if found is not None and name != "#text" else []
        found = alike[place] if place < len(alike) else None
    return found


def _stem(token: str) -> str:
    return _SEPARATORS.sub(" ", _KIND.sub("", token)).strip().casefold()

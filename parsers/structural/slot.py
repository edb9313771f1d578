"""Line up the insides of a page's units: what stands at the same place in each of them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from parsers.bbpress.class_token import class_tokens
from parsers.bbpress.text import squeeze
from parsers.structural.lead import aliases, is_apart

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from parsers.element import Element
    from parsers.structural.unit import Cut, Unit

_DIGITS = re.compile(r"\d+")
_HIDDEN = frozenset(("script", "style", "template", "noscript", "head"))
# Characters: neither a name nor a date is longer.
_LONGEST = 120
_USUAL_SHARE = 0.8
_LEAST_SHARE = 0.6

# Where something is in a unit: for each level its name, its usual class names, and which of those alike it is.
_Path = tuple[tuple[str, int], ...]


class Piece(NamedTuple):
    """A short text of a unit.

    Attributes:
        element: what holds it.
        text: what it shows.
        is_bare: it stands directly in the element, beside other elements.
    """

    element: Element
    text: str
    is_bare: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A place that the units have in common.

    Attributes:
        path: where it is in a unit.
        pieces: what is there, by the unit's place on the page.
        order: how early it comes in a unit.
    """

    path: _Path
    pieces: dict[int, Piece]
    order: int

    @property
    def texts(self) -> list[str]:
        """What the units have there."""
        return [piece.text for piece in self.pieces.values()]


class Table:
    """The insides of all units."""

    def __init__(self, cut: Cut) -> None:
        """Walk through every unit once."""
        self.units: Sequence[Unit] = cut.units
        self._starts = cut.starts
        # Everything that a unit lies in; where it is a part of another unit, that one goes on around it.
        self._around = frozenset(outer for start in cut.starts for outer in start.iterancestors())
        self._usual = self._usual_names()
        self.elements: list[dict[_Path, Element]] = [dict(self._walk(unit)) for unit in cut.units]
        if is_apart(cut.units):
            first, *others = self.elements
            first.update(list(aliases(first, others)))

    def holds_another(self, element: Element) -> bool:
        """Whether another unit begins in an element of a unit."""
        return element in self._around

    def slots(self) -> list[Slot]:
        """Every place with a short text that most units have, in the order of the page."""
        found: dict[_Path, dict[int, Piece]] = {}
        for place, elements in enumerate(self.elements):
            for path, element in elements.items():
                for step, piece in _pieces(element):
                    found.setdefault((*path, *step), {})[place] = piece
        least = max(2.0, len(self.units) * _LEAST_SHARE)
        kept = ((path, pieces) for path, pieces in found.items() if len(pieces) >= least)
        return [
            Slot(path=path, pieces=pieces, order=order)
            for order, (path, pieces) in enumerate(kept)
        ]

    def _usual_names(self) -> dict[tuple[str, str], int]:
        """The class names that most units have in them, each with the number of units."""
        counts: Counter[tuple[str, str]] = Counter()
        units = self.units[1:] if is_apart(self.units) else self.units
        for unit in units:
            counts.update(
                {
                    (str(element.tag), _DIGITS.sub("", token))
                    for root in unit.roots
                    for element in self._inside(root, unit)
                    for token in class_tokens(element)
                }
            )
        least = len(units) * _USUAL_SHARE
        return {name: count for name, count in counts.items() if count >= least}

    def _inside(self, root: Element, unit: Unit) -> Iterator[Element]:
        """A root and what is in it, without other units."""
        pending = [root]
        while pending:
            element = pending.pop()
            yield element
            pending.extend(
                child
                for child in element.iterchildren("*", reversed=True)
                if child.tag not in _HIDDEN and not self._is_foreign(child, unit)
            )

    def _is_foreign(self, element: Element, unit: Unit) -> bool:
        return element in self._starts and element not in unit.roots

    def _walk(self, unit: Unit) -> Iterator[tuple[_Path, Element]]:
        """Every element of a unit with its path, outer ones first."""
        first = unit.roots.index(unit.start)
        pending: list[tuple[_Path, Element]] = []
        for place, root in reversed(list(enumerate(unit.roots))):
            pending.append(((("", place - first),), root))
        while pending:
            path, element = pending.pop()
            yield path, element
            seen: Counter[str] = Counter()
            below: list[tuple[_Path, Element]] = []
            for child in element.iterchildren("*"):
                if child.tag in _HIDDEN or self._is_foreign(child, unit):
                    continue
                name = self._name(child)
                below.append(((*path, (name, seen[name])), child))
                seen[name] += 1
            pending.extend(reversed(below))

    def _name(self, element: Element) -> str:
        tag = str(element.tag)
        tokens = {_DIGITS.sub("", token) for token in class_tokens(element)}
        counts = {one: self._usual[tag, one] for one in tokens if (tag, one) in self._usual}
        # Of an element's names those that the most units have: `topic` and `reply` do not part a first post from others.
        most = max(counts.values(), default=0)
        return " ".join((tag, *sorted(one for one, count in counts.items() if count == most)))


def short_text(element: Element) -> str | None:
    """All text of an element; None where there is too much of it."""
    length, parts = 0, list[str]()
    for text in element.itertext():
        parts.append(text)
        length += len(text.strip())
        if length > _LONGEST:
            return None
    return squeeze("".join(parts))


def words_of(element: Element) -> str:
    """What markup calls an element: its class names, `id` and what says of it what it is."""
    names = ("class", "id", "itemprop", "rel", "data-label")
    return " ".join(filter(None, (element.get(name) for name in names)))


def _pieces(element: Element) -> Iterator[tuple[_Path, Piece]]:
    """An element's whole text, and each text that stands in it beside other elements, where they are short."""
    whole = short_text(element)
    if whole:
        yield (), Piece(element, whole, is_bare=False)
    if not len(element) or not isinstance(element.tag, str):
        return
    bare = (squeeze(text) for text in (element.text, *(child.tail for child in element)))
    for place, text in enumerate(text for text in bare if text and len(text) <= _LONGEST):
        if text != whole:
            yield (("#text", place),), Piece(element, text, is_bare=True)

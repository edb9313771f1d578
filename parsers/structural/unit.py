"""Cut a page into its repeating units: what belongs to each number, from where it begins to where the next one does."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parsers.bbpress.class_token import class_tokens
from parsers.structural.mark import Mark, are_alike

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from parsers.element import Element
    from parsers.structural.mark import Series

_FRAGMENT = re.compile(r"#[a-z_-]*0*(\d{1,18})$", re.IGNORECASE)
_SEVERAL = 0
_MOST = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """What belongs to one post.

    Attributes:
        number: the post's number.
        start: the element that stands for it.
        roots: the elements that hold all of it, side by side; other posts may be nested in them.
    """

    number: int
    start: Element
    roots: tuple[Element, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A page cut into units.

    Attributes:
        units: in document order.
        unnumbered: how many parts between them look like one and have no number.
    """

    units: tuple[Unit, ...]
    unnumbered: int

    @property
    def starts(self) -> frozenset[Element]:
        """Every element that a unit's insides end at, where units are nested."""
        return frozenset(root for unit in self.units for root in unit.roots)


def cut_page(series: Series) -> Cut | None:
    """Cut a page by a series of numbers; None where that can be done in two ways."""
    owners = _owners(series.marks)
    marks = _one_each(series.marks, owners)
    if len(marks) < 2:
        return None
    owners = _owners(marks)
    height = min(_height(mark, owners) for mark in marks)
    starts = [Mark(_above(mark.element, height), mark.number) for mark in marks]
    return _Cutter(starts, frozenset(owners)).cut()


def _owners(marks: Sequence[Mark]) -> dict[Element, int]:
    """Whose number an element has in it, for every element that has one or several in it."""
    owners: dict[Element, int] = {}
    for element, number in marks:
        owners[element] = number if owners.get(element, number) == number else _SEVERAL
        for outer in element.iterancestors():
            owners[outer] = number if owners.get(outer, number) == number else _SEVERAL
    return owners


def _one_each(marks: Sequence[Mark], owners: dict[Element, int]) -> list[Mark]:
    """One mark for each number; a frame around other posts that has a post's number is none."""
    found: dict[int, Mark] = {}
    for mark in marks:
        known = found.get(mark.number)
        if known is None or (
            owners[known.element] == _SEVERAL and owners[mark.element] != _SEVERAL
        ):
            found[mark.number] = mark
    counts = Counter(token for mark in found.values() for token in _names(mark.element))
    usual = {token for token, count in counts.items() if count >= len(found) * _MOST}
    kept = [
        mark
        for mark in found.values()
        if owners[mark.element] != _SEVERAL
        or (usual & _names(mark.element) and not _is_frame(mark.element, found))
    ]
    order = {mark.element: place for place, mark in enumerate(marks)}
    return sorted(kept, key=lambda mark: order[mark.element])


def _is_frame(element: Element, found: dict[int, Mark]) -> bool:
    """Whether an element is around all posts; only items of lists hold answers to themselves."""
    within = set(element.iter("*"))
    inside = sum(mark.element in within for mark in found.values())
    return element.tag != "li" and inside == len(found)


def _names(element: Element) -> frozenset[str]:
    """What an element has in common with others like it: class names, else its own name."""
    tokens = {token for token in class_tokens(element) if not any(map(str.isdigit, token))}
    return frozenset(tokens or {str(element.tag)})


def _height(mark: Mark, owners: dict[Element, int]) -> int:
    """How many levels up a mark's element is still alone with its number."""
    if owners[mark.element] == _SEVERAL:
        return 0
    height = 0
    for outer in mark.element.iterancestors():
        if owners[outer] != mark.number:
            break
        height += 1
    return height


def _above(element: Element, height: int) -> Element:
    for _ in range(height):
        parent = element.getparent()
        if parent is None:
            break
        element = parent
    return element


def is_shifted(cut: Cut) -> bool:
    """Whether links to a post's own place stand in other units than its own: it was cut at the wrong places."""
    numbers = {unit.number for unit in cut.units}
    linked = [set(_linked(unit)) & numbers for unit in cut.units]
    own = sum(unit.number in links for unit, links in zip(cut.units, linked, strict=True))
    return own < sum(bool(links) for links in linked) / 2


def _linked(unit: Unit) -> Iterator[int]:
    """The numbers that links of a unit lead to on a page."""
    for root in unit.roots:
        for link in root.iter("a"):
            match = _FRAGMENT.search(link.get("href") or "")
            if match is not None:
                yield int(match[1])


class _Cutter:
    """Gives each start what stands beside it."""

    def __init__(self, starts: Sequence[Mark], taken: frozenset[Element]) -> None:
        self._starts = starts
        self._taken = taken
        self._after = [self._beside(mark.element, is_before=False) for mark in starts]
        self._before = [self._beside(mark.element, is_before=True) for mark in starts]

    def _beside(self, start: Element, *, is_before: bool) -> list[Element]:
        """The siblings on one side, up to the next one that holds another post; the nearest first."""
        found: list[Element] = []
        for sibling in start.itersiblings("*", preceding=is_before):
            if sibling in self._taken:
                break
            found.append(sibling)
        return found

    def cut(self) -> Cut | None:
        gaps = [
            self._after[place] for place in range(len(self._starts)) if self._is_bounded(place)
        ]
        ahead = self._length_ahead(gaps)
        if ahead is None:
            return None
        usual = _commonest([gap[: len(gap) - ahead] for gap in gaps])
        units = tuple(
            Unit(number=mark.number, start=mark.element, roots=self._roots(place, ahead, usual))
            for place, mark in enumerate(self._starts)
        )
        return Cut(units=units, unnumbered=self._unnumbered(units))

    def _is_bounded(self, place: int) -> bool:
        """Whether another post follows among the siblings."""
        last = self._after[place][-1] if self._after[place] else self._starts[place].element
        return next(last.itersiblings("*"), None) is not None

    def _length_ahead(self, gaps: list[list[Element]]) -> int | None:
        """How many siblings before its start belong to a unit; None where either side may be meant."""
        lead = self._before[0]
        if not lead or not gaps:
            return 0
        length = min(_common(lead, gap[::-1]) for gap in gaps)
        if not length:
            return 0
        goes_on = any(_common(self._after[-1], gap) for gap in gaps)
        return None if goes_on else length

    def _roots(self, place: int, ahead: int, usual: list[Element] | None) -> tuple[Element, ...]:
        after = self._after[place]
        if self._is_bounded(place):
            after = after[: len(after) - ahead]
        elif usual is not None:
            after = after[: _common(after, usual)]
        before = self._before[place][:ahead]
        return (*before[::-1], self._starts[place].element, *after)

    def _unnumbered(self, units: tuple[Unit, ...]) -> int:
        """How many siblings look like a start and are none, beyond what every unit has beside it."""
        starts = [unit.start for unit in units]
        expected = min(
            sum(are_alike(root, unit.start) for root in unit.roots if root is not unit.start)
            for unit in units
        )
        around = {
            one
            for place in range(len(units))
            for one in (*self._before[place], *self._after[place])
            if any(are_alike(one, start) for start in (starts[place], starts[0], starts[-1]))
        }
        alike = max(0, len(around) - expected * len(units))
        return alike or self._leftovers(units)

    def _leftovers(self, units: tuple[Unit, ...]) -> int:
        """How many units have more beside them than the others, or parts of a post behind the last one."""
        last = units[-1]
        lengths = Counter(len(unit.roots) for unit in units)
        usual = lengths.most_common(1)[0][0]
        longer = sum(len(unit.roots) > usual for unit in units) if len(units) > 2 else 0
        parts = [part for part in last.start.iterchildren("*") if part.get("class")]
        behind = (one for one in self._after[-1] if one not in last.roots)
        return longer + any(are_alike(one, part) for one in behind for part in parts)


def _common(first: Sequence[Element], second: Sequence[Element]) -> int:
    """How many of their first entries are alike in two lists."""
    length = 0
    for one, other in zip(first, second, strict=False):
        if not are_alike(one, other):
            break
        length += 1
    return length


def _commonest(gaps: list[list[Element]]) -> list[Element] | None:
    """One of the gaps that are as long as most are."""
    counts = Counter(len(gap) for gap in gaps)
    usual = counts.most_common(1)[0][0] if counts else 0
    return next((gap for gap in gaps if len(gap) == usual), None)

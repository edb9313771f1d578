"""Tell whether elements lie in an element of some kind, whatever it is; each element around them is looked at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from parsers.element import Element


class Enclosure:
    """All elements of some kind, for pages on which many elements lie deep in one another."""

    def __init__(self, is_outer: Callable[[Element], bool]) -> None:
        """Take what tells an element of the kind."""
        self._is_outer = is_outer
        # Elements whose insides are known to lie in one, or in none.
        self._known: dict[Element, bool] = {}

    def encloses(self, element: Element) -> bool:
        """Whether an element lies in one of the kind; itself does not count."""
        known, answer = self._known, False
        path: list[Element] = []
        for outer in element.iterancestors():
            if outer in known:
                answer = known[outer]
                break
            path.append(outer)
            if self._is_outer(outer):
                answer = True
                break
        known.update(dict.fromkeys(path, answer))
        return answer

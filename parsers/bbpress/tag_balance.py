"""Count how many elements of each name a stretch of a page opens more than it closes."""

from __future__ import annotations

import re
from bisect import bisect_left

FLAT_TAGS = ("div", "table", "td", "tr", "article", "section", "ul", "ol", "li", "span", "a")
_TAG = re.compile(rf"<(/?(?:{'|'.join(FLAT_TAGS)}))[\s>]".encode())


class Markup:
    """A page's markup, and how many elements of each name any stretch of it opens more than it closes.

    Attributes:
        body: the bytes, in lower case, without comments and scripts.
    """

    def __init__(self, body: bytes) -> None:
        self.body = body
        # Of each name, where its tags begin, and how many elements are open before each of them and after the last.
        self._places: dict[str, list[int]] = {tag: [] for tag in FLAT_TAGS}
        self._open: dict[str, list[int]] = {tag: [0] for tag in FLAT_TAGS}
        of_names = {
            f"{slash}{tag}".encode(): (self._places[tag], self._open[tag], step)
            for tag in FLAT_TAGS
            for slash, step in (("", 1), ("/", -1))
        }
        for found in _TAG.finditer(body):
            places, are_open, step = of_names[found[1]]
            places.append(found.start())
            are_open.append(are_open[-1] + step)

    def balance(self, start: int, end: int, tags: tuple[str, ...]) -> tuple[int, ...]:
        """How many elements of each name a stretch opens more than it closes."""
        return tuple(
            self._open[tag][bisect_left(self._places[tag], end)]
            - self._open[tag][bisect_left(self._places[tag], start)]
            for tag in tags
        )

    def counts(self, tag: str) -> tuple[int, int]:
        """How often elements of a name are closed, and opened."""
        total, more = len(self._places[tag]), self._open[tag][-1]
        return (total - more) // 2, (total + more) // 2

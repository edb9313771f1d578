"""Cut out of a text the place where a search found something, and say which letters it found."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scraper.archive.search_text import folded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scraper.archive.search_query import Term

_LENGTH = 160
# Of the characters before what was found, so many are shown.
_BEFORE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """A piece of a text on one line.

    Attributes:
        text: begins or ends with … where the whole goes on.
        found: where in it something was found: first character, and the one after the last.
    """

    text: str
    found: tuple[tuple[int, int], ...]


def snippet(text: str, terms: Sequence[Term]) -> Snippet:
    """The first place in a text where any term is found, else its beginning."""
    line = unicodedata.normalize("NFC", " ".join(text.split()))
    found = sorted(set(_found(line, terms)))
    first, last = _window(line, found[0] if found else (0, 0))
    begin, end = "…" if first else "", "…" if last < len(line) else ""
    shift = len(begin) - first
    return Snippet(
        text=f"{begin}{line[first:last]}{end}",
        found=tuple(
            (start + shift, min(stop, last) + shift)
            for start, stop in found
            if first <= start < last
        ),
    )


def _window(line: str, around: tuple[int, int]) -> tuple[int, int]:
    """From a word's beginning to a word's end, as far as words are short."""
    first = max(0, around[0] - _BEFORE)
    if first:
        space = line.find(" ", first, around[0])
        first = space + 1 if space >= 0 else first
    last = min(len(line), max(first + _LENGTH, around[1]))
    if last < len(line):
        space = line.rfind(" ", around[1], last)
        last = space if space > first else last
    return first, last


def _found(line: str, terms: Sequence[Term]) -> Iterator[tuple[int, int]]:
    plain, origins = _folded_with_origins(line)
    for term in terms:
        for match in term.pattern.finditer(plain):
            yield origins[match.start()], origins[match.end() - 1] + 1


def _folded_with_origins(line: str) -> tuple[str, Sequence[int]]:
    """A line folded, and for each letter of that where it came from; folding can make two of one, or none."""
    if line.isascii():
        return folded(line), range(len(line))
    pieces = [folded(letter) for letter in line]
    origins = [place for place, piece in enumerate(pieces) for _ in piece]
    return "".join(pieces), origins

"""Find names of erased people and sentences of theirs among the words of a page."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

from parsers.erasure.erased import PHRASE
from parsers.erasure.word import are_joined, texts_of, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.erasure.erased import Erased
    from parsers.erasure.word import Word

Found = Literal["name", "own", "phrase", "title", "heading"]


class Match(NamedTuple):
    """Words that say who or what was erased.

    Attributes:
        kind: a name; one that others have too (`own`); a sentence; the title of a topic that is known to be meant, or of
            one that may be (`heading`).
        start: the first byte.
        end: behind the last.
        length: how many words.
    """

    kind: Found
    start: int
    end: int
    length: int


def find_matches(
    data: bytes, erased: Erased, titles: frozenset[tuple[str, ...]] = frozenset()
) -> list[Match]:
    """All of them, in the order of their beginnings, none inside another.

    Args:
        data: a page.
        erased: says what is looked for.
        titles: of topics that erased people opened.
    """
    texts = texts_of(data)
    words: list[Word] = []
    lengths = {len(title) for title in titles} - {0} | erased.lengths
    found: list[Match] = []
    for length in lengths | ({PHRASE} if erased.has_phrases else set[int]()):
        windows = list(zip(*(texts[place:] for place in range(length)), strict=False))
        known = erased.words_among(windows) | titles.intersection(windows)
        kinds = {window: list(_kinds(window, erased, titles)) for window in known}
        words = words or (words_of(data) if known else [])
        for at, window in enumerate(windows) if known else ():
            if window in known and _are_joined(data, words[at : at + length]):
                start, end = words[at].start, words[at + length - 1].end
                found += [Match(kind, start, end, length) for kind in kinds[window]]
    found.sort(key=lambda match: (match.start, -match.end, _ORDER.index(match.kind)))
    return list(_outermost(found))


_ORDER: tuple[Found, ...] = ("title", "name", "own", "heading", "phrase")


def _kinds(
    window: tuple[str, ...], erased: Erased, titles: frozenset[tuple[str, ...]]
) -> Iterator[Found]:
    if window in titles:
        yield "title"
    if erased.has_name(window):
        yield "name"
    if erased.has_own_name(window):
        yield "own"
    if erased.has_title(window):
        yield "heading"
    if len(window) == PHRASE and erased.has_phrase(window):
        yield "phrase"


def _are_joined(data: bytes, words: list[Word]) -> bool:
    return all(are_joined(data, one, other) for one, other in pairwise(words))


def _outermost(found: list[Match]) -> Iterator[Match]:
    """Sentences that overlap become one; of what lies in another one, only the outer counts."""
    held: Match | None = None
    for match in found:
        if held is None or match.start >= held.end:
            if held is not None:
                yield held
            held = match
        elif match.kind == held.kind == "phrase":
            held = held._replace(end=max(held.end, match.end))
        elif match.end > held.end and match.kind != "phrase":
            yield held
            held = match._replace(start=held.end)
    if held is not None:
        yield held

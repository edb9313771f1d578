"""Find names of erased people and sentences of theirs among the words of a page."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

from parsers.erasure.erased import PHRASE
from parsers.erasure.word import Rows, are_joined, texts_of, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
    known = erased.rows_in(texts) | titles
    places = list(Rows(known).places_in(texts))
    words = words_of(data) if places else []
    kinds = {row: tuple(_kinds(row, erased, titles)) for row in {row for _, row in places}}
    found: list[Match] = []
    for at, row in places:
        own = words[at : at + len(row)]
        if _are_joined(data, own):
            found += [Match(kind, own[0].start, own[-1].end, len(row)) for kind in kinds[row]]
    found.sort(key=lambda match: (match.start, -match.end, _ORDER.index(match.kind)))
    return list(_outermost(found))


def find_rows(data: bytes, rows: Iterable[tuple[str, ...]]) -> list[tuple[int, int]]:
    """Where rows of words stand, each as its first byte and the one behind its last."""
    places = list(Rows(rows).places_in(texts_of(data)))
    words = words_of(data) if places else []
    found = [words[at : at + len(row)] for at, row in places]
    return [(own[0].start, own[-1].end) for own in found if _are_joined(data, own)]


def may_match(data: bytes, erased: Erased) -> bool:
    """Whether a page has any such words at all; that they are in one text is not asked for."""
    return bool(erased.rows_in(texts_of(data)))


_ORDER: tuple[Found, ...] = ("title", "name", "own", "heading", "phrase")


def _kinds(
    row: tuple[str, ...], erased: Erased, titles: frozenset[tuple[str, ...]]
) -> Iterator[Found]:
    if row in titles:
        yield "title"
    if erased.has_name(row):
        yield "name"
    if erased.has_own_name(row):
        yield "own"
    if erased.has_title(row):
        yield "heading"
    if len(row) == PHRASE and erased.has_phrase(row):
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

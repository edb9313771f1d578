"""Compare two texts word by word: what stayed, what was taken out, what came in. Pure; no text takes for ever."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Literal

from scraper.archive.search_text import UNSPACED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

PieceKind = Literal["same", "removed", "added"]
# A line break is a word of its own, and so is each letter of a script that sets no spaces; else what blanks part. The
# blanks before a word are carried with it, and make no difference.
_TOKEN = re.compile(rf"\n|[^\S\n]*(?:[{UNSPACED}]|[^\s{UNSPACED}]+)")
# The most comparisons of one word with another that a stretch may take; beyond, lines are compared, and then nothing.
_MOST_COMPARISONS = 4_000_000
_MOST_OF_LINES = 25_000_000  # of lines few are alike, and those that are are not looked for


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPiece:
    """A stretch of two texts that are compared.

    Attributes:
        kind: it stayed (`same`), is in the earlier text only (`removed`), or in the later one only (`added`).
        text: the stretch, with the blanks before it.
    """

    kind: PieceKind
    text: str


def difference(earlier: str, later: str) -> tuple[TextPiece, ...]:
    """How one text became another, in reading order; what was removed stands before what was added in its place."""
    before, after = words(earlier), words(later)
    return tuple(_joined(_compared(before, after)))


def changed_words(pieces: Iterable[TextPiece]) -> tuple[int, int]:
    """How many words came in, and how many were taken out; line breaks are none."""
    added = removed = 0
    for piece in pieces:
        if piece.kind != "same":
            number = sum(word != "\n" for word in words(piece.text))
            added += number * (piece.kind == "added")
            removed += number * (piece.kind == "removed")
    return added, removed


def words(text: str) -> list[str]:
    """The words of a text, each with the blanks before it; a line break is a word."""
    return _TOKEN.findall(text)


def _bare(word: str) -> str:
    return word if word == "\n" else word.lstrip()


def _compared(before: list[str], after: list[str]) -> Iterator[TextPiece]:
    """Pieces a word or more long, those of a kind not joined yet."""
    start, end = _common_ends(before, after)
    yield from _same(before[:start], after[:start])
    yield from _middle(before[start : len(before) - end], after[start : len(after) - end])
    yield from _same(before[len(before) - end :], after[len(after) - end :])


def _common_ends(before: list[str], after: list[str]) -> tuple[int, int]:
    """How many words two texts begin with alike, and how many of the rest they end with alike."""
    shorter = min(len(before), len(after))
    start = 0
    while start < shorter and _bare(before[start]) == _bare(after[start]):
        start += 1
    end = 0
    while end < shorter - start and _bare(before[-1 - end]) == _bare(after[-1 - end]):
        end += 1
    return start, end


def _middle(before: list[str], after: list[str]) -> Iterator[TextPiece]:
    if not before or not after or len(before) * len(after) > _MOST_COMPARISONS:
        yield from _by_line(before, after)
        return
    for kind, old, new in _steps([_bare(one) for one in before], [_bare(one) for one in after]):
        yield from _replaced(kind, before[old], after[new])


def _by_line(before: list[str], after: list[str]) -> Iterator[TextPiece]:
    """The same for what is too long to be compared by word: lines first, then the words of those that differ."""
    lines = _lines(before), _lines(after)
    is_small = len(lines[0]) * len(lines[1]) <= _MOST_OF_LINES
    if not before or not after or not is_small or 1 in {len(lines[0]), len(lines[1])}:
        yield from _replaced("replace", before, after)
        return
    keys = [tuple(_bare(word) for word in line) for line in lines[0]]
    other = [tuple(_bare(word) for word in line) for line in lines[1]]
    for kind, old, new in _steps(keys, other):
        gone = [word for line in lines[0][old] for word in line]
        came = [word for line in lines[1][new] for word in line]
        if kind == "replace" and len(gone) * len(came) <= _MOST_COMPARISONS:
            yield from _compared(gone, came)
        else:
            yield from _replaced(kind, gone, came)


def _lines(tokens: list[str]) -> list[list[str]]:
    lines: list[list[str]] = [[]]
    for word in tokens:
        lines[-1].append(word)
        if word == "\n":
            lines.append([])
    return lines


def _steps(
    before: Sequence[object], after: Sequence[object]
) -> Iterator[tuple[str, slice, slice]]:
    matcher = SequenceMatcher(None, before, after)
    for kind, old, old_end, new, new_end in matcher.get_opcodes():
        yield kind, slice(old, old_end), slice(new, new_end)


def _replaced(kind: str, before: list[str], after: list[str]) -> Iterator[TextPiece]:
    if kind == "equal":
        yield from _same(before, after)
    else:
        yield from _pieces("removed", before)
        yield from _pieces("added", after)


def _same(before: list[str], after: list[str]) -> Iterator[TextPiece]:
    """Words that are in both texts, with the later one's blanks; what was taken out in front would stick to one without."""
    pairs = zip(before, after, strict=True)
    return _pieces("same", [new if new[0].isspace() else old for old, new in pairs])


def _pieces(kind: PieceKind, tokens: list[str]) -> Iterator[TextPiece]:
    if tokens:
        yield TextPiece(kind=kind, text="".join(tokens))


def _joined(pieces: Iterable[TextPiece]) -> Iterator[TextPiece]:
    """Neighbours of a kind as one; between two that stayed, all that was removed stands before all that was added."""
    same: list[str] = []
    removed: list[str] = []
    added: list[str] = []
    for piece in pieces:
        if piece.kind == "same":
            yield from _pieces("removed", removed)
            yield from _pieces("added", added)
            removed, added = [], []
            same.append(piece.text)
            continue
        yield from _pieces("same", same)
        same = []
        (removed if piece.kind == "removed" else added).append(piece.text)
    yield from _pieces("same", same)
    yield from _pieces("removed", removed)
    yield from _pieces("added", added)

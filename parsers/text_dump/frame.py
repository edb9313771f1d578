"""Read the lines around the posts: count sentence, breadcrumb, notices, headings, page links; what is none is left over."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from parsers.count_sentence import read_count_words
from parsers.text_dump.wording import phrase

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from parsers.records import CountClaim
    from parsers.text_dump.line import Line
    from parsers.text_dump.wording import Wording

PieceKind = Literal[
    "count",
    "heading",
    "pager",
    "login",
    "closed",
    "described",
    "tags",
    "posted_in",
    "breadcrumb",
    "reply_title",
]

# A text browser breaks long sentences: a piece may take so many lines.
_MOST_LINES = 3
_LONGEST = 1000
_STEP = re.compile(r"\s+(?:[›»→▸▶>/]|::)(?:\s+|$)")
# Marks between steps that stand nowhere else; others are taken for such only behind a first step that is known.
_STEP_MARKS = frozenset("›»→▸▶")
_PAGE_WORD = re.compile(r"\d{1,7}|[←→«»‹›…]|\.\.\.")
_COMMA = re.compile(r"\s*[,،、，]\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Something that a page's frame says.

    Attributes:
        start: the first of its lines.
        end: the line after its last.
        texts: what it says: steps of a breadcrumb, tags, a title, a number of replies, words of a pager.
        claim: what a count sentence says.
    """

    kind: PieceKind
    start: int
    end: int
    texts: tuple[str, ...] = ()
    claim: CountClaim | None = None


def read_frame(lines: Sequence[Line], start: int, end: int, words: Wording) -> list[Piece]:
    """Read the pieces among some lines, in order."""
    pieces: list[Piece] = []
    at = start
    while at < end:
        piece = _piece_at(lines, at, end, words)
        if piece is not None:
            pieces.append(piece)
        at = piece.end if piece is not None else at + 1
    return pieces


def left_over(lines: Sequence[Line], start: int, end: int, pieces: Sequence[Piece]) -> list[int]:
    """The lines with text that belong to no piece."""
    taken = {at for piece in pieces for at in range(piece.start, piece.end)}
    return [at for at in range(start, end) if lines[at].text and at not in taken]


def steps(text: str) -> tuple[str, ...]:
    """The steps of a breadcrumb; the last is empty for a topic without a title."""
    return tuple(part.strip() for part in _STEP.split(text))


def _piece_at(lines: Sequence[Line], at: int, end: int, words: Wording) -> Piece | None:
    """The piece that begins at a line, if one does: the fewest lines that make one."""
    text = ""
    for after in range(at + 1, min(at + _MOST_LINES, end) + 1):
        line = lines[after - 1]
        text = f"{text} {line.text}".strip()
        if not line.is_short or len(text) > _LONGEST:
            return None
        kind, texts, claim = _read(text, words, is_broken=after > at + 1)
        if kind == "breadcrumb":
            return _whole_breadcrumb(lines, at, end, words)
        if kind is not None:
            return Piece(kind=kind, start=at, end=after, texts=texts, claim=claim)
    return None


def _whole_breadcrumb(lines: Sequence[Line], at: int, end: int, words: Wording) -> Piece:
    """A breadcrumb with the lines below that go on with it: behind a mark, or with further marks."""
    text, after = lines[at].text, at + 1
    while after < min(at + _MOST_LINES, end) and lines[after].is_short:
        below = lines[after].text
        goes_on = bool(_STEP_MARKS.intersection(below))
        if text[-1] in _STEP_MARKS and not goes_on:
            goes_on = _read(below, words, is_broken=False)[0] is None
        if not goes_on:
            break
        text, after = f"{text} {below}", after + 1
    return Piece(kind="breadcrumb", start=at, end=after, texts=steps(text))


def _read(
    text: str, words: Wording, *, is_broken: bool
) -> tuple[PieceKind | None, tuple[str, ...], CountClaim | None]:
    """What a text is; only sentences are read out of several lines."""
    if claim := _claim(text, words):
        return "count", (), claim
    if pages := _pager(text):
        return "pager", pages, None
    for kind, read in (_SENTENCES if is_broken else _READERS).items():
        if (texts := read(text, words)) is not None:
            return kind, texts, None
    return None, (), None


def _claim(text: str, words: Wording) -> CountClaim | None:
    has_number = any(character.isdecimal() for character in text)
    return read_count_words(text, words.locales[0]) if has_number else None


def _heading(text: str, words: Wording) -> tuple[str, ...] | None:
    return (text,) if phrase(text) in words.headings else None


def _pager(text: str) -> tuple[str, ...]:
    parts = tuple(text.split())
    return parts if len(parts) > 1 and all(map(_PAGE_WORD.fullmatch, parts)) else ()


def _login(text: str, words: Wording) -> tuple[str, ...] | None:
    return (text,) if phrase(text) in words.logins else None


def _breadcrumb(text: str, words: Wording) -> tuple[str, ...] | None:
    parts = steps(text)
    if len(parts) < 2:
        return None
    is_home = phrase(parts[0].rpartition(":")[2]) in words.homes
    return parts if is_home or _STEP_MARKS.intersection(text) else None


def _tags(text: str, words: Wording) -> tuple[str, ...] | None:
    match = words.tagged.fullmatch(text)
    if match is None:
        return None
    return tuple(tag for tag in _COMMA.split(_said(match)) if tag)


def _described(text: str, words: Wording) -> tuple[str, ...] | None:
    match = words.described.fullmatch(text)
    return (_said(match),) if match else None


def _closed(text: str, words: Wording) -> tuple[str, ...] | None:
    match = words.closed.fullmatch(text)
    return (_said(match),) if match else None


def _posted_in(text: str, words: Wording) -> tuple[str, ...] | None:
    match = words.posted_in.fullmatch(text)
    return steps(_said(match)) if match else None


def _reply_title(text: str, words: Wording) -> tuple[str, ...] | None:
    match = words.reply_title.fullmatch(text)
    return (_said(match),) if match else None


def _said(match: re.Match[str]) -> str:
    """What stands in a translation's first placeholder, whichever of the joined translations it is."""
    return next((text.strip() for text in match.groups() if text), "")


_Readers = dict["PieceKind", "Callable[[str, Wording], tuple[str, ...] | None]"]
_SENTENCES: _Readers = {
    "heading": _heading,
    "login": _login,
    "closed": _closed,
    "described": _described,
    "tags": _tags,
}
_READERS: _Readers = {
    **_SENTENCES,
    "posted_in": _posted_in,
    "breadcrumb": _breadcrumb,
    "reply_title": _reply_title,
}

"""Show how a text changed, word by word: `[-taken out-]` and `{+come in+}`, with a few words around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scraper.archive.word_difference import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scraper.archive.word_difference import PieceKind, TextPiece

_AROUND = 8
_LEFT_OUT = " …"
_MARKS: dict[PieceKind, tuple[str, str]] = {
    "same": ("", ""),
    "removed": ("[-", "-]"),
    "added": ("{+", "+}"),
}
_BREAK = "¶"


def marked_lines(pieces: Sequence[TextPiece]) -> list[str]:
    """The lines of a text with what changed marked; of what stayed, only what is near to it."""
    last = len(pieces) - 1
    shown = (
        _near(piece.text, is_first=place == 0, is_last=place == last)
        if piece.kind == "same"
        else _marked(piece)
        for place, piece in enumerate(pieces)
    )
    lines = "".join(shown).split("\n")
    return [line.strip() for line in lines if line.strip()]


def counted_words(added: int, removed: int) -> str:
    """`3 words added, 1 removed`; of a body whose words are the same, that its markup changed."""
    if not added and not removed:
        return "only its markup or line breaks changed"
    noun = "word" if (added or removed) == 1 else "words"
    told = [(added, "added"), (removed, "removed")]
    parts = [f"{number} {what}" for number, what in told if number]
    first, *rest = parts
    return ", ".join([first.replace(" ", f" {noun} ", 1), *rest])


def _near(text: str, *, is_first: bool, is_last: bool) -> str:
    """What stayed, without what is far from every change."""
    kept = words(text)
    before = 0 if is_first else _AROUND  # it follows a change
    after = 0 if is_last else _AROUND  # it stands before one
    if len(kept) <= before + after:
        return text
    end = kept[len(kept) - after :]
    return "".join([*kept[:before], _LEFT_OUT, *([] if is_last else end)])


def _marked(piece: TextPiece) -> str:
    """What changed, each of its lines in marks of its own."""
    lines = piece.text.split("\n")
    ended = [f"{line}{_BREAK}" for line in lines[:-1]] + lines[-1:]
    return "\n".join(_in_marks(line, *_MARKS[piece.kind]) for line in ended)


def _in_marks(line: str, begin: str, end: str) -> str:
    bare = line.strip()
    blanks = line[: len(line) - len(line.lstrip())]
    return f"{blanks}{begin}{bare}{end}" if bare else ""


def indented(lines: Sequence[str]) -> Iterator[str]:
    """Lines of a body, below what they are of."""
    return (f"    {line}".rstrip() for line in lines)

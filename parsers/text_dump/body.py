"""Read the body of a post: its paragraphs as text and as HTML, and the log of its edits at its end."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parsers.revision_line import read_edit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from parsers.locale import Locale
    from parsers.records import Edit
    from parsers.text_dump.line import Line

# A text browser breaks a line of the log into so many.
_MOST_LINES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A post's body."""

    text: str
    html: str
    edits: tuple[Edit, ...]


def read_body(lines: Sequence[Line], locales: Sequence[Locale]) -> Body:
    """Read a body out of the lines between two heads.

    Blank lines part paragraphs, line breaks are kept, and of the indentation what all lines share is left out.
    """
    kept, edits = _without_log(_trimmed(lines), locales)
    shared = min((_indent(line) for line in kept if line.text), default=0)
    paragraphs = list(_paragraphs(kept, shared))
    return Body(
        text="\n\n".join("\n".join(paragraph) for paragraph in paragraphs),
        html="\n".join(map(_as_html, paragraphs)),
        edits=edits,
    )


def _trimmed(lines: Sequence[Line]) -> Sequence[Line]:
    """The lines without empty ones around them; those that hold nothing but a bullet are empty."""
    start, end = 0, _text_end(lines, len(lines))
    while start < end and not lines[start].text:
        start += 1
    return lines[start:end]


def _text_end(lines: Sequence[Line], end: int) -> int:
    """The end of the last line with text above some line."""
    while end and not lines[end - 1].text:
        end -= 1
    return end


def _without_log(
    lines: Sequence[Line], locales: Sequence[Locale]
) -> tuple[Sequence[Line], tuple[Edit, ...]]:
    """Part the lines of a revision log from a body's end."""
    edits: list[Edit] = []
    end = len(lines)
    while found := _last_edit(lines, end, locales):
        edit, length = found
        edits.append(edit)
        end = _text_end(lines, end - length)
    return lines[:end], tuple(reversed(edits))


def _last_edit(
    lines: Sequence[Line], end: int, locales: Sequence[Locale]
) -> tuple[Edit, int] | None:
    for length in range(1, min(_MOST_LINES, end) + 1):
        last = lines[end - length : end]
        if not all(line.is_short for line in last):
            return None
        if edit := read_edit(" ".join(line.text for line in last), locales):
            return edit, length
    return None


def _indent(line: Line) -> int:
    return len(line.raw) - len(line.raw.lstrip())


def _paragraphs(lines: Sequence[Line], shared: int) -> Iterator[list[str]]:
    paragraph: list[str] = []
    for line in lines:
        if line.raw:
            paragraph.append(line.raw[shared:])
        elif paragraph:
            yield paragraph
            paragraph = []
    if paragraph:
        yield paragraph


def _as_html(paragraph: list[str]) -> str:
    lines = (html.escape(line, quote=False) for line in paragraph)
    return "<p>" + "<br />\n".join(lines) + "</p>"

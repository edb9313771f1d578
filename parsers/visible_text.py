"""Read the visible text of an element, its paragraphs and lines kept and nothing added."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.element import Element

# What a tag does to the text around it: marks that stand in the text until runs of them are settled. All begin alike, so
# that a text without marks is searched as fast as for one character.
_PARAGRAPH, _LINE, _CELL, _BREAK = "\x01\x02", "\x01\x03", "\x01\x04", "\x01\x05"
_PARAGRAPHS = (
    "address article aside blockquote center dd details div dl fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6"
    " header hr main nav ol p pre section table ul"
)
_BEFORE = {
    **dict.fromkeys(_PARAGRAPHS.split(), _PARAGRAPH),
    **dict.fromkeys(("caption", "dt", "li", "option", "summary", "tr"), _LINE),
    **dict.fromkeys(("td", "th"), _CELL),
    "br": _BREAK,
}
_AFTER = {tag: mark for tag, mark in _BEFORE.items() if mark in {_PARAGRAPH, _LINE}}
_BLANKS = " \t\n\r\f\v"
_HIDDEN = frozenset(("script", "style", "template"))
_RUN = re.compile(r"\x01[ \x01-\x05]+")
_MARKS = " \x01\x03\x04\x05"
_SPACES = re.compile(r"  +")
# Blanks of preformatted text, kept out of the way while runs of breaks are settled.
_KEPT = str.maketrans({" ": "\x06", "\n": "\x07", "\t": "\x08", "\r": None})
_KEPT_END = "\x07"
_RESTORED = str.maketrans({"\x06": " ", "\x07": "\n", "\x08": "\t"})


def visible_text(element: Element) -> str:
    """The text of an element as a reader sees it, without marks of lists or targets of links.

    Paragraphs are set apart by a blank line, lines by a line feed, cells of a row by a tab; text in `pre` keeps its
    blanks.
    """
    return _settle(_marked(element).strip(_BLANKS))


def _marked(element: Element) -> str:
    """All text, with marks for what parts it. Iterative, so that nesting of any depth is read."""
    parts = [element.text or ""]
    above: list[tuple[Element, Iterator[Element], int]] = []
    children = iter(element)
    while True:
        node = next(children, None)
        if node is None:
            if not above:
                return "".join(parts)
            node, children, start = above.pop()
            if start:
                # A line end at either end of preformatted text does not show.
                parts[start:] = ["".join(parts[start:]).translate(_KEPT).strip(_KEPT_END)]
        elif _opens(node, parts):
            above.append((node, children, len(parts) - 1 if node.tag == "pre" else 0))
            children = iter(node)
            continue
        mark = _AFTER.get(str(node.tag))
        if mark is not None:
            parts.append(mark)
        if node.tail:
            parts.append(node.tail)


def _opens(node: Element, parts: list[str]) -> bool:
    """Take what a node begins with; whether it has children to take."""
    tag = node.tag
    if not isinstance(tag, str) or tag in _HIDDEN:  # comments have no name
        return False
    mark = _BEFORE.get(tag)
    if mark is not None:
        parts.append(mark)
    if node.text:
        parts.append(node.text)
    return len(node) > 0 or tag == "pre"


def _settle(marked: str) -> str:
    """Make one blank of white space, and one break of a run of marks."""
    for blank in _BLANKS[1:]:
        marked = marked.replace(blank, " ")
    text = _SPACES.sub(" ", marked) if "  " in marked else marked
    paragraphs = (piece.strip(_MARKS) for piece in text.split(_PARAGRAPH))
    text = "\n\n".join(_lines(piece) for piece in paragraphs if piece)
    return text.translate(_RESTORED).strip("\n") if _has_kept_blanks(text) else text


def _lines(paragraph: str) -> str:
    """A paragraph with its marks made line feeds and tabs."""
    if "\x01" not in paragraph:
        return paragraph
    return _RUN.sub(_white_space, paragraph.replace(" \x01", "\x01"))


def _has_kept_blanks(text: str) -> bool:
    return "\x06" in text or "\x07" in text or "\x08" in text


def _white_space(run: re.Match[str]) -> str:
    marks = run[0]
    lines = max(min(marks.count(_BREAK), 2), _LINE in marks)
    return "\n" * lines or "\t"

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


def text_of_paragraphs(html: str) -> str | None:
    """The visible text of inner HTML that is paragraphs of plain words, as that of most posts is; None of any other.

    It is what `visible_text` makes of the same, several times as fast.
    """
    if not (html.startswith("<p>") and html.endswith("</p>")):
        return None
    paragraphs = html[3:-4].split("</p>\n<p>")
    words = "".join(paragraphs)
    if "<" in words or "&" in words or "  " in words or not words.isprintable():
        return None
    return "\n\n".join(filter(None, [paragraph.strip(" ") for paragraph in paragraphs]))


def break_at(tag: str, *, is_end: bool) -> str:
    """What a tag makes of the text around it: another line, another cell of a row (a tab), or nothing."""
    mark = (_AFTER if is_end else _BEFORE).get(tag)
    if mark is None:
        return ""
    return "\t" if mark == _CELL else "\n"


def _marked(element: Element) -> str:
    """All text, with marks for what parts it. Iterative, so that nesting of any depth is read."""
    parts = [element.text or ""]
    above: list[tuple[Element, Iterator[Element], int]] = []
    children = iter(element)
    while True:
        node = _take_to_parent(children, parts)
        if node is not None:
            above.append((node, children, len(parts) - 1 if node.tag == "pre" else 0))
            children = iter(node)
            continue
        if not above:
            return "".join(parts)
        node, children, start = above.pop()
        if start:
            # A line end at either end of preformatted text does not show.
            parts[start:] = ["".join(parts[start:]).translate(_KEPT).strip(_KEPT_END)]
        parts.append(_AFTER.get(str(node.tag), ""))
        parts.append(node.tail or "")


def _take_to_parent(children: Iterator[Element], parts: list[str]) -> Element | None:
    """Take children up to the first with children of its own, and what that one begins with; None where there is none."""
    for node in children:
        tag = node.tag
        if isinstance(tag, str) and tag not in _HIDDEN:  # comments have no name
            parts.append(_BEFORE.get(tag, ""))
            parts.append(node.text or "")
            if len(node) or tag == "pre":
                return node
            parts.append(_AFTER.get(tag, ""))
        parts.append(node.tail or "")
    return None


def _settle(marked: str) -> str:
    """Make one blank of white space, and one break of a run of marks."""
    for blank in _BLANKS[1:]:
        marked = marked.replace(blank, " ")
    text = _SPACES.sub(" ", marked) if "  " in marked else marked
    paragraphs = [piece.strip(_MARKS) for piece in text.split(_PARAGRAPH)]
    text = "\n\n".join(
        [_lines(piece) if "\x01" in piece else piece for piece in paragraphs if piece]
    )
    return text.translate(_RESTORED).strip("\n") if _has_kept_blanks(text) else text


def _lines(paragraph: str) -> str:
    """A paragraph with its marks made line feeds and tabs."""
    return _RUN.sub(_white_space, paragraph.replace(" \x01", "\x01"))


def _has_kept_blanks(text: str) -> bool:
    return "\x06" in text or "\x07" in text or "\x08" in text


def _white_space(run: re.Match[str]) -> str:
    marks = run[0]
    lines = max(min(marks.count(_BREAK), 2), _LINE in marks)
    return "\n" * lines or "\t"

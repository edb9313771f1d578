"""Read the visible text of an element, its paragraphs and lines kept and nothing added."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from parsers.element import Element

_PARAGRAPH, _LINE, _CELL, _BREAK = "\x01", "\x02", "\x03", "\x04"
_BREAKS = {
    **dict.fromkeys(
        (
            "address",
            "article",
            "aside",
            "blockquote",
            "center",
            "dd",
            "details",
            "div",
            "dl",
            "fieldset",
            "figcaption",
        ),
        _PARAGRAPH,
    ),
    **dict.fromkeys(
        ("figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr"),
        _PARAGRAPH,
    ),
    **dict.fromkeys(("main", "nav", "ol", "p", "pre", "section", "table", "ul"), _PARAGRAPH),
    **dict.fromkeys(("caption", "dt", "li", "option", "summary", "tr"), _LINE),
    **dict.fromkeys(("td", "th"), _CELL),
    "br": _BREAK,
}
_HIDDEN = frozenset(("script", "style", "template"))
# Patterns that begin with a rare character: a pattern that begins with a blank is tried at every word.
_SPACES = re.compile(r"[\t\n\r\f\v][ \t\n\r\f\v]*|  +")
_RUN = re.compile(r"[\x01-\x04][ \x01-\x04]*")
# Blanks of preformatted text, kept out of the way while runs of breaks are settled.
_KEPT = str.maketrans({" ": "\x05", "\n": "\x06", "\r": None})
_KEPT_BLANK = re.compile(r"[\x05\x06]")
_RESTORED = str.maketrans({"\x05": " ", "\x06": "\n"})


def visible_text(element: Element) -> str:
    """The text of an element as a reader sees it, without marks of lists or targets of links.

    Paragraphs are set apart by a blank line, lines by a line feed, cells of a row by a tab; text in `pre` keeps its
    blanks. Iterative, so that nesting of any depth is read.
    """
    parts: list[str] = []
    preformatted = hidden = 0
    for event, node in etree.iterwalk(element, events=("start", "end", "comment", "pi")):
        tag = node.tag if isinstance(node.tag, str) else ""
        mark = _BREAKS.get(tag)
        if event == "start":
            if mark is not None:
                parts.append(mark)
                preformatted += tag == "pre"
            hidden += tag in _HIDDEN
            text = node.text
        elif node is element:
            break
        else:
            if event == "end":
                hidden -= tag in _HIDDEN
                preformatted -= tag == "pre"
                if mark is _PARAGRAPH or mark is _LINE:
                    parts.append(mark)
            text = node.tail
        if text and not hidden:
            parts.append(text.translate(_KEPT) if preformatted else _SPACES.sub(" ", text))
    return _settle("".join(parts))


def _settle(marked: str) -> str:
    for mark in (_PARAGRAPH, _LINE, _CELL, _BREAK):
        marked = marked.replace(f" {mark}", mark)
    text = _RUN.sub(_white_space, marked.replace("  ", " ")).strip(" \n\t")
    return text.translate(_RESTORED).strip("\n") if _KEPT_BLANK.search(text) else text


def _white_space(run: re.Match[str]) -> str:
    marks = run[0]
    if _PARAGRAPH in marks:
        return "\n\n"
    lines = max(min(marks.count(_BREAK), 2), _LINE in marks)
    return "\n" * lines or "\t"

"""What a piece of HTML shows, line by line and with the blocks each line stands in; written apart from the product."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from lxml import html
from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_BLOCKS = re.compile(
    "address|article|aside|blockquote|body|caption|center|d[dlt]|details|div|fieldset|figcaption|figure|footer|form"
    "|h[1-6]|header|hr|html|li|main|nav|ol|option|p|pre|section|summary|t(able|body|d|foot|h|head|r)|ul"
)
_CONTAINERS = frozenset(("blockquote", "li", "ol", "pre", "td", "th", "ul"))
_BREAK = "\ue000"

_renderer = MarkdownIt("commonmark", {"maxNesting": 300}).enable(["table", "strikethrough"])


class Line(NamedTuple):
    """A line of text and the containers around it, outermost first."""

    containers: tuple[str, ...]
    text: str


def rendered(markdown: str) -> str:
    """The HTML that a CommonMark renderer with GitHub's tables and strike-through makes of it."""
    return str(_renderer.render(markdown))


def visible_lines(source: str) -> list[Line]:
    """The lines that show, their white space collapsed outside of code blocks."""
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True)
    page = f"<html><body><div>{source}</div></body></html>"
    reader = _Reader()
    reader.walk(html.document_fromstring(page.encode(), parser=parser), ())
    reader.end_block(())
    return reader.lines


class _Reader:
    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._run: list[str] = []

    def end_block(self, containers: tuple[str, ...]) -> None:
        text = "".join(self._run)
        self._run.clear()
        is_code = "pre" in containers
        for line in text.split(_BREAK if not is_code else "\n"):
            shown = line.rstrip() if is_code else re.sub(r"[ \t\r\n\f]+", " ", line).strip(" ")
            if shown.strip():
                self.lines.append(Line(containers, shown))

    def walk(self, element: HtmlElement, containers: tuple[str, ...]) -> None:
        tag = str(element.tag)
        if tag in {"script", "style", "template"} or not isinstance(element.tag, str):
            return
        is_block = _BLOCKS.fullmatch(tag)
        inside = (*containers, "td" if tag == "th" else tag) if tag in _CONTAINERS else containers
        if is_block:
            self.end_block(containers)
        self._run.append(self._own_text(element, is_code="pre" in containers))
        for child in element:
            self.walk(child, inside)
            self._run.append(child.tail or "")
        if is_block:
            self.end_block(inside)

    def _own_text(self, element: HtmlElement, *, is_code: bool) -> str:
        if element.tag == "br":
            return "\n" if is_code else _BREAK
        if element.tag == "img":
            is_emoji = {"emoji", "wp-smiley"} & set(element.get("class", "").split())
            return element.get("alt", "") if is_emoji else ""
        return element.text or ""

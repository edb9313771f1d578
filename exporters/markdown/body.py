"""Turn a post's HTML into Markdown (CommonMark with GitHub's tables and strike-through) that shows the same text."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from lxml import html

from exporters.markdown import line, marking, table
from exporters.markdown.inline import (
    BLOCKS,
    MARKS,
    MEDIA,
    Place,
    flat,
    inline,
    inline_element,
    is_text_only,
    picture,
    plain_text,
    wrapped,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.html import HtmlElement

_FIRST_HEADING = 3
_LAST_HEADING = 6
# What may follow a paragraph of a list item without an empty line and still begins a list.
_INTERRUPTS = re.compile(r"(?:[-*]|1[.)]) \S")
# Markdown numbers have at most nine digits, and the items after the first count on.
_START = re.compile(r"[0-9]{1,8}")
_LINE_END = re.compile(f"\r\n?|{marking.LINE_BREAK}")


class _Block(NamedTuple):
    """A finished block; `kind` is a list's marker, since two neighbours with one marker would be one list."""

    text: str
    kind: str = ""


def markdown_of(body: str, base: str = "") -> str:
    """The Markdown of a post's body.

    Headings begin at the third level; links lead to web and mail addresses only; what is embedded becomes a link.

    Args:
        body: inner HTML of any quality.
        base: the address of the page it stood on, for relative links.
    """
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True)
    page = f"<html><body><div>{marking.clean(body)}</div></body></html>"
    return _joined(_blocks(html.document_fromstring(page.encode(), parser=parser), Place(base)))


def _joined(blocks: list[_Block]) -> str:
    return "\n\n".join(block.text for block in blocks)


def _blocks(node: HtmlElement, place: Place) -> list[_Block]:
    """The blocks of an element; text between them becomes paragraphs."""
    if place.is_too_deep:
        return _paragraphs(flat(node), place)
    blocks: list[_Block] = []
    run = marking.escaped(node.text or "")
    for child in node:
        if _is_inline(child):
            run += inline_element(child, place)
        else:
            blocks += _paragraphs(run, place)
            marker = blocks[-1].kind if blocks else place.marker
            blocks += _block_element(child, replace(place, marker=marker))
            run = ""
        run += marking.escaped(child.tail or "")
    return blocks + _paragraphs(run, place)


def _is_inline(element: HtmlElement) -> bool:
    if element.tag in BLOCKS:
        return False
    return element.tag in MEDIA or next(element.iterdescendants(*BLOCKS), None) is None


def _paragraphs(run: str, place: Place) -> list[_Block]:
    if not run or run.isspace():
        return []
    return [_Block(text) for text in line.paragraphs(_surrounded(run, place))]


def _surrounded(run: str, place: Place) -> str:
    """Push the inline elements around a block down to its text."""
    for element in reversed(place.around):
        run = wrapped(element, run, place)
    return run


# Blocks


def _block_element(element: HtmlElement, place: Place) -> list[_Block]:
    renderer = _BLOCK_RENDERERS.get(str(element.tag))
    if renderer:
        return renderer(element, place)
    is_around = element.tag not in BLOCKS or element.tag in MARKS
    inside = place.below(*([element] if is_around else []))
    return _blocks(element, replace(inside, marker=place.marker))


def _heading(element: HtmlElement, place: Place) -> list[_Block]:
    level = min(int(str(element.tag)[1]) + _FIRST_HEADING - 1, _LAST_HEADING)
    text = line.heading(_surrounded(inline(element, place.below()), place), level)
    return [_Block(text)] if text else []


def _rule(_element: HtmlElement, _place: Place) -> list[_Block]:
    # Not of hyphens, which would make a heading of the line before, or end the front matter.
    return [_Block("***")]


def _quote(element: HtmlElement, place: Place) -> list[_Block]:
    text = _joined(_blocks(element, place.below()))
    quoted = "\n".join(f"> {row}" if row else ">" for row in text.split("\n"))
    return [_Block(quoted)] if text else []


def _code_block(element: HtmlElement, place: Place) -> list[_Block]:
    text = _LINE_END.sub("\n", plain_text(element)).removeprefix("\n").removesuffix("\n")
    code = [_Block(marking.fenced_code(text))] if text.strip() else []
    pictures = " ".join(picture(one, place) for one in element.iterdescendants("img", *MEDIA))
    return code + _paragraphs("" if is_text_only(element) else pictures, place)


def _list(element: HtmlElement, place: Place) -> list[_Block]:
    items = _items(element, place.below())
    if element.tag == "ul":
        # An empty item shows nothing, and three of them in one another would be a rule: `- - -`.
        items = list(filter(None, items))
    if not any(items):
        return []
    first, other = (".", ")") if element.tag == "ol" else ("-", "*")
    kind = other if place.marker == first else first
    start = element.get("start", "")
    number = int(start) if _START.fullmatch(start) else 1
    is_tight = all(_is_tight(item) for item in items)
    texts = [
        _item_text(item, f"{number + index}{kind}" if element.tag == "ol" else kind, is_tight)
        for index, item in enumerate(items)
    ]
    return [_Block(("\n" if is_tight else "\n\n").join(texts), kind)]


def _items(element: HtmlElement, place: Place) -> list[list[_Block]]:
    """The blocks of each item; what stands beside the items is read as an item, a list as a part of the one before."""
    items: list[list[_Block]] = []
    run = marking.escaped(element.text or "")
    for child in element:
        if _is_inline(child):
            run += inline_element(child, place)
        else:
            _append(items, _paragraphs(run, place))
            _add_item(items, child, place)
            run = ""
        run += marking.escaped(child.tail or "")
    _append(items, _paragraphs(run, place))
    return items


def _add_item(items: list[list[_Block]], element: HtmlElement, place: Place) -> None:
    if element.tag == "li":
        items.append(_blocks(element, place.below()))
    elif element.tag in {"ul", "ol"} and items:
        marker = items[-1][-1].kind if items[-1] else ""
        items[-1] += _block_element(element, replace(place, marker=marker))
    else:
        _append(items, _block_element(element, place))


def _append(items: list[list[_Block]], item: list[_Block]) -> None:
    if item:
        items.append(item)


def _is_tight(item: list[_Block]) -> bool:
    return all(block.kind and _INTERRUPTS.match(block.text) for block in item[1:])


def _item_text(item: list[_Block], marker: str, is_tight: bool) -> str:
    text = ("\n" if is_tight else "\n\n").join(block.text for block in item)
    indent = " " * (len(marker) + 1)
    rows = "\n".join(f"{indent}{row}" if row else "" for row in text.split("\n"))
    return f"{marker}{rows[len(marker) :]}"


def _table(element: HtmlElement, place: Place) -> list[_Block]:
    grid = table.grid(element)
    if not grid:
        return _blocks(element, place.below())
    captions = [_blocks(caption, place.below()) for caption in element.iterchildren("caption")]
    above = list(chain.from_iterable(captions))
    rows = [[_cell(cell, place) for cell in row] for row in grid]
    if not any(map(any, rows)):
        return above
    width = max(map(len, rows))
    head = rows.pop(0) if table.has_head(element) else []
    lines = [_row(head + [""] * (width - len(head))), _row(["---"] * width), *map(_row, rows)]
    return [*above, _Block("\n".join(lines))]


def _cell(cell: HtmlElement | None, place: Place) -> str:
    if cell is None:
        return ""
    return line.cell(_surrounded(inline(cell, place.below()), place))


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


_BLOCK_RENDERERS: dict[str, Callable[[HtmlElement, Place], list[_Block]]] = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), _heading),
    **dict.fromkeys(("ol", "ul"), _list),
    "blockquote": _quote,
    "hr": _rule,
    "pre": _code_block,
    "table": _table,
}

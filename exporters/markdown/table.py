"""Lay out an HTML table as rows and columns; what stands in a cell is not looked at."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# What a Markdown cell cannot hold: the whole table is then written as one block after another.
_TOO_MUCH = "blockquote dl h1 h2 h3 h4 h5 h6 hr ol pre table ul"
_FRAME = ("table", "thead", "tbody", "tfoot", "tr")
_EXPECTED = frozenset((*_FRAME, "caption", "col", "colgroup", "td", "th"))
# A span is a claim of the page; without limits a few of them would fill the memory.
_LONGEST_SPAN = 50
_MOST_COLUMNS = 100
_NUMBER = re.compile(r"[0-9]{1,6}")

Row = list["HtmlElement | None"]


def rows_of(table: HtmlElement) -> list[HtmlElement]:
    """The table's own rows, in order."""
    rows: list[HtmlElement] = []
    for child in table:
        if child.tag == "tr":
            rows.append(child)
        elif child.tag in {"thead", "tbody", "tfoot"}:
            rows.extend(row for row in child if row.tag == "tr")
    return rows


def cells_of(row: HtmlElement) -> list[HtmlElement]:
    """A row's cells, in order."""
    return [cell for cell in row if cell.tag in {"td", "th"}]


def grid(table: HtmlElement) -> list[Row]:
    """Rows whose cells stand in their columns, or nothing where Markdown cannot hold the table.

    A cell that spans several places stands in the first of them.
    """
    if next(table.iterdescendants(*_TOO_MUCH.split()), None) is not None:
        return []
    if any(_is_stray(element) for element in table.iter(*_FRAME)):
        return []
    taken_until: dict[int, int] = {}
    rows: list[Row] = []
    for number, row in enumerate(rows_of(table)):
        rows.append(_placed(cells_of(row), number, taken_until))
        if len(rows[-1]) > _MOST_COLUMNS:
            return []
    return rows


def _is_stray(element: HtmlElement) -> bool:
    """Whether an element of the table's frame holds text or elements of its own."""
    texts = [element.text, *(child.tail for child in element)]
    return any(text and text.strip() for text in texts) or any(
        isinstance(child.tag, str) and child.tag not in _EXPECTED for child in element
    )


def has_head(table: HtmlElement) -> bool:
    """Whether the first row names the columns."""
    first = rows_of(table)[0]
    parent = first.getparent()
    return (parent is not None and parent.tag == "thead") or all(
        cell.tag == "th" for cell in cells_of(first)
    )


def _placed(cells: list[HtmlElement], number: int, taken_until: dict[int, int]) -> Row:
    """Put cells where no cell from above reaches; `taken_until` is the first row a column is free in."""
    row: Row = []
    for cell in cells:
        while taken_until.get(len(row), 0) > number:
            row.append(None)
        for offset in range(_span(cell, "colspan")):
            taken_until[len(row)] = number + _span(cell, "rowspan")
            row.append(None if offset else cell)
    return row


def _span(cell: HtmlElement, name: str) -> int:
    value = cell.get(name, "").strip()
    return min(max(1, int(value)), _LONGEST_SPAN) if _NUMBER.fullmatch(value) else 1

"""Have lxml make a tree of markup; where elements lie deeper in one another than it goes, of all but the deepest."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from lxml import etree

from parsers.markup.balance import balanced

if TYPE_CHECKING:
    from parsers.element import Element

# libxml2 stops reading at 256, and reads nothing of what follows; what opens of itself (`html`, `tbody`) counts there.
MOST_LEVELS = 250


class Tree(NamedTuple):
    """A tree, and whether all elements of the markup are in it; their text always is."""

    root: Element
    is_whole: bool


def read_tree(data: bytes) -> Tree:
    """Read UTF-8 as HTML; anything gives a tree, if an empty one."""
    # A parser of its own per page: lxml's parsers keep state, and pages may be read side by side.
    # Nothing looks elements up by the parser's own table of `id`s, which takes a tenth of its time.
    parser = etree.HTMLParser(encoding="utf-8", collect_ids=False)
    root = _read(data, parser)
    if not _stopped_early(parser):
        return Tree(root, is_whole=True)
    shallow = balanced(data, MOST_LEVELS)
    root = _read(
        shallow.data, etree.HTMLParser(encoding="utf-8", collect_ids=False, huge_tree=True)
    )
    return Tree(root, shallow.is_whole)


def _read(data: bytes, parser: etree.HTMLParser) -> Element:
    try:
        root = cast("Element | None", etree.fromstring(data, parser))
    except etree.XMLSyntaxError:
        root = None  # nothing in it that could be an element
    return etree.fromstring(b"<html></html>", parser) if root is None else root


def _stopped_early(parser: etree.HTMLParser) -> bool:
    """Whether one of libxml2's limits was met: on depth, or on the length of a text."""
    error = parser.error_log.last_error
    return error is not None and error.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT

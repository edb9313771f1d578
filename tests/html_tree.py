"""HTML as a browser reads it, by html5lib: a tree, or that a page is not valid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import html5lib

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

# What its functions return has no types.
_LIBRARY: Any = html5lib


def fragment_tree(text: str) -> Element[str]:
    """What a browser makes of a fragment."""
    tree: Element[str] = _LIBRARY.parseFragment(text, namespaceHTMLElements=False)
    return tree


def page_tree(text: str) -> Element[str]:
    """What a browser makes of a page."""
    tree: Element[str] = _LIBRARY.parse(text, namespaceHTMLElements=False)
    return tree


def check_valid(text: str) -> None:
    """Fail where a page is not written as HTML is."""
    _LIBRARY.HTMLParser(strict=True).parse(text)

"""Read short texts of a page as they are shown: white space that HTML collapses is collapsed, no-break spaces stay."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from parsers.element import Element

_SPACES = re.compile(r"  +")


def squeeze(text: str | None) -> str:
    """A text with runs of white space made one space each, and none at its ends."""
    if not text:
        return ""
    if not text.isprintable():
        for blank in "\t\n\r\f":
            text = text.replace(blank, " ")
    return (_SPACES.sub(" ", text) if "  " in text else text).strip(" ")


def shown(element: Element | None) -> str:
    """All text of an element, squeezed; empty where there is no element."""
    if element is None:
        return ""
    return squeeze("".join(element.itertext()) if len(element) else element.text)

"""Write WXR's elements: whatever a text holds, a parser gives it back, save for characters that XML does not have."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from exporters.record import whole_text

if TYPE_CHECKING:
    from collections.abc import Iterable

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# libxml2 takes at most ten million bytes in one piece, and the importer does not ask it for more. It joins sections that
# nothing stands between.
_LONGEST_PIECE = 1_000_000
_BETWEEN_PIECES = "]]><!----><![CDATA["
# WordPress's own export ends a section in this way; its parser without libxml2 knows no other.
_SPLIT_END = "]]]]><![CDATA[>"


def xml_text(text: str) -> str:
    """The text with U+FFFD for every character that XML 1.0 forbids."""
    return _FORBIDDEN.sub("\ufffd", whole_text(text))


def cdata(text: str) -> str:
    """A text as character data in which markup stands for itself."""
    # What can be printed has no line ends, and nothing that XML does not have: most texts are so.
    if text.isprintable() and "]]>" not in text and len(text) <= _LONGEST_PIECE:
        return f"<![CDATA[{text}]]>"
    pieces = [
        text[start : start + _LONGEST_PIECE] for start in range(0, len(text), _LONGEST_PIECE)
    ]
    safe = _BETWEEN_PIECES.join(_without_ends(pieces or [""]))
    # A carriage return that stands for itself would be read as a line feed.
    return f"<![CDATA[{safe}]]>".replace("\r", "]]>&#13;<![CDATA[")


def _without_ends(pieces: Iterable[str]) -> Iterable[str]:
    """Pieces that do not end the section that they stand in."""
    for piece in pieces:
        yield xml_text(piece).replace("]]>", _SPLIT_END)


def kept_name(name: str, length: int) -> str:
    """The name of a person or a tag, cut where WordPress cuts, so that it takes no part of it for markup and drops that."""
    return name[:length].replace("<", "&lt;")


def element(name: str, text: str) -> str:
    """An element on a line of its own, its text as character data."""
    return f"<{name}>{cdata(text)}</{name}>\n"


def plain_element(name: str, text: str | int, attributes: str = "") -> str:
    """An element on a line of its own, its text escaped."""
    return f"<{name}{attributes}>{escape(xml_text(str(text)))}</{name}>\n"


def category(domain: str, slug: str, name: str) -> str:
    """A term that an item has."""
    nicename = quoteattr(xml_text(slug))
    return f'<category domain="{domain}" nicename={nicename}>{cdata(name)}</category>\n'


def post_meta(key: str, value: str | int) -> str:
    """One value of an item's."""
    inside = element("wp:meta_key", key) + element("wp:meta_value", str(value))
    return f"<wp:postmeta>\n{inside}</wp:postmeta>\n"


def php_list(numbers: Iterable[int]) -> str:
    """Numbers as PHP keeps an array of them."""
    each = [f"i:{place};i:{number};" for place, number in enumerate(numbers)]
    return f"a:{len(each)}:{{{''.join(each)}}}"

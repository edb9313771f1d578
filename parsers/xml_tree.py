"""Make a tree of a feed or a sitemap: whatever stands around it is passed over, and a hostile one cannot grow."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from lxml import etree

from parsers.document import decode_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from parsers.element import Element

_NAMESPACE = re.compile(r"^\{[^}]*\}")


def read_xml(body: bytes, *roots: str) -> Element | None:
    """Read the XML in a body; None where it holds none of that name.

    Entities are not resolved and nothing is loaded. The text is decoded first, since what stood before may have named its
    encoding, and read from where the root begins: blanks, comments and errors of the site in front of it are forgiven.

    Args:
        body: the bytes as they came.
        roots: names that the root may have.
    """
    text = decode_text(body)
    found = re.search(rf"<(?:{'|'.join(roots)})(?=[\s/>])", text)
    start = found.start() if found is not None else 0
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = cast("Element | None", etree.fromstring(text[start:].encode(), parser))
    except etree.XMLSyntaxError:
        return None
    return root if root is not None and local_name(root) in roots else None


def is_whole(body: bytes, root: Element) -> bool:
    """Whether a body goes on to the end of its root; else what its last element says may be cut in the middle."""
    name = local_name(root)
    return re.search(rf"</(?:\w+:)?{name}\s*>", decode_text(body)) is not None


def local_name(element: Element) -> str:
    """An element's name without its namespace, whose address several makers write in their own way."""
    return _NAMESPACE.sub("", element.tag) if isinstance(element.tag, str) else ""


def named(elements: Iterable[Element], name: str) -> Iterator[Element]:
    """Those of some elements that have a name."""
    return (element for element in elements if local_name(element) == name)


def text_of(element: Element, name: str) -> str:
    """The text of an element's first child of a name, without blanks around it."""
    child = next(named(element, name), None)
    return "".join(child.itertext()).strip() if child is not None else ""

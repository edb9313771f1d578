"""Point a body at files that lie beside it, in the place of those on the web; what is dead is marked. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin

from lxml import etree

from parsers.local_media import LocalMedia
from parsers.media_link import FULL, LAZY, PLAYED, SETS, absolute, fragment, picture_sources

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from parsers.local_media import Place

_IN_THE_WAY = (*LAZY, *SETS, *FULL, "sizes", "loading")
_ADDRESSES = ("href", "src", "data", "poster")


def localised(body: str, base: str, place: Place) -> str:
    """A body whose pictures and links to files lead to where these lie; all other addresses are absolute.

    A picture that is kept in several sizes is the largest of them. One that is not to be had says so in its title.

    Args:
        body: inner HTML.
        base: the address of the page it stood on.
        place: tells where files lie.
    """
    root = fragment(body)
    for element in list(root.iter("*")):
        if element.tag in {"img", "amp-img"}:
            is_settled = _settle_picture(element, base, place)
        else:
            is_settled = False
        if not is_settled:
            _settle_links(element, base, place)
    return _inner(root)


def _settle_picture(picture: HtmlElement, base: str, place: Place) -> bool:
    """Have a picture show the file beside the body, or say why there is none."""
    found = [
        place(url) for url in (absolute(base, one) for one in picture_sources(picture)) if url
    ]
    kept = [one.address for one in found if one.is_picture and one.address is not None]
    if kept:
        picture.set("src", kept[-1])
        for name in _IN_THE_WAY:
            picture.attrib.pop(name, None)
        return True
    note = next((one.note for one in found if one.note), None)
    if note is not None:
        picture.set("title", " ".join(filter(None, (picture.get("title"), f"[{note}]"))))
    return False


def _settle_links(element: HtmlElement, base: str, place: Place) -> None:
    for name in _ADDRESSES:
        written = element.get(name)
        if written:
            url = absolute(base, written)
            found = place(url) if url and _may_be_local(element) else LocalMedia()
            element.set(name, found.address or _joined(base, written))


def _may_be_local(element: HtmlElement) -> bool:
    return element.tag == "a" or element.tag in PLAYED


def _joined(base: str, written: str) -> str:
    try:
        return urljoin(base, written)
    except ValueError:  # a bracket where only an IPv6 address may have one
        return written


def _inner(element: HtmlElement) -> str:
    whole = etree.tostring(element, method="html", encoding="unicode", with_tail=False)
    return whole[whole.index(">") + 1 : whole.rindex("</")]

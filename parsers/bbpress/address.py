"""Resolve the links of a page."""

from __future__ import annotations

from urllib.parse import urljoin

_ABSOLUTE = ("http://", "https://")


def absolute(url: str, href: str) -> str:
    """A link as an absolute address; one that is absolute already, as nearly all are, is returned as written.

    Args:
        url: the page's address.
        href: the link as written.
    """
    if href.startswith(_ABSOLUTE):
        return href
    try:
        return urljoin(url, href)
    except ValueError:  # brackets that are no IPv6 address
        return href

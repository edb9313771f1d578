"""Resolve the links of a page, and tell which page of a topic an address names."""

from __future__ import annotations

import re
from urllib.parse import urljoin

from parsers.page_address import PageAddress

_ABSOLUTE = ("http://", "https://")
_PAGE = re.compile(r"[?&]paged=(\d{1,9})(?=[&#]|$)|/page/(\d{1,9})/?(?=[?#]|$)")
_PART_PARAMETER = re.compile(r"([?&])page=\d{1,9}(?:&|$)")


def absolute(url: str, href: str) -> str:
    """A link as an absolute address; one that is absolute already, as nearly all are, is returned as written.

    Args:
        url: the page's address.
        href: the link as written.
    """
    if href.startswith(_ABSOLUTE):
        return href
    base = url.base if isinstance(url, PageAddress) else url
    try:
        return urljoin(base, href)
    except ValueError:  # brackets that are no IPv6 address
        return href


def without_fragment(url: str) -> str:
    """An address without the place on its page."""
    return url.partition("#")[0]


def page_number_of(url: str) -> int:
    """The page number that an address names, 1 where it names none."""
    match = _page_in(url)
    return max(1, int(match[1] or match[2])) if match else 1


def first_page_of(url: str) -> str:
    """The address of a topic's first page, from that of any page."""
    address = without_fragment(url)
    match = _page_in(address)
    if match is None:
        return address
    if match[2]:
        return f"{address[: match.start(2) - len('page/')]}{address[match.end() :]}"
    return _without(address, match)


def _page_in(url: str) -> re.Match[str] | None:
    return _PAGE.search(url) if "page" in url else None


def with_part(url: str, part: int) -> str:
    """The address of a part of a page, for pages whose own number leaves no place for it in the path."""
    page = without_part(url)
    return f"{page}{'&' if '?' in page else '?'}page={part}"


def without_part(url: str) -> str:
    """The address of the page that a part belongs to."""
    address = without_fragment(url)
    match = _PART_PARAMETER.search(address)
    return _without(address, match) if match else address


def _without(address: str, parameter: re.Match[str]) -> str:
    """An address without one of its parameters."""
    before, after = address[: parameter.start()], address[parameter.end() :].removeprefix("&")
    return f"{before}{parameter[0][0]}{after}" if after else before

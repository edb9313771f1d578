"""Tell what a page's relative links are relative to, where its head names something else than its own address."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

if TYPE_CHECKING:
    from parsers.element import Element
    from parsers.records import Page


_BASE = re.compile(rb"<base\s", re.IGNORECASE)
_BODY = re.compile(rb"<body[\s>]", re.IGNORECASE)


class PageAddress(str):
    """A page's own address, with the one that its links are relative to: whoever is given the one has the other."""

    __slots__ = ("base",)
    base: str

    @classmethod
    def of(cls, page: Page, base: str) -> PageAddress:
        """The address that answered, and a base."""
        address = cls(page.final_url)
        address.base = base
        return address


def base_of(root: Element, data: bytes, url: str) -> str | None:
    """What links are relative to, as the page says before its body.

    What a base on another site says is not believed: every link of the page would lead away from the site that it came
    from, which is what the copies that mirrors and proxies serve would do.

    Args:
        root: the page.
        data: its bytes; a warning in front of the page moves what is in its head into the body of the tree.
        url: the address that answered.
    """
    body = _BODY.search(data)
    count = len(_BASE.findall(data, 0, body.start() if body is not None else len(data)))
    named = (one.get("href") for one in islice(root.iter("base"), count))
    href = next(filter(None, named), None)
    if href is None:
        return None
    try:
        base = urljoin(url, href.strip())
        is_of_site = _site(base) == _site(url)
    except ValueError:  # brackets that are no IPv6 address
        return None
    return base if is_of_site and base != url else None


def _site(url: str) -> tuple[str, bool]:
    parts = urlsplit(url)
    return parts.netloc.casefold(), parts.scheme in {"http", "https"}

"""Read a topic's page links, and derive the address of every page from the few that are linked."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from parsers.bbpress.address import absolute, without_fragment
from parsers.bbpress.class_token import class_tokens
from parsers.bbpress.text import shown
from parsers.bbpress_standalone.address import first_page_of, host_of, page_number_of
from parsers.records import Pager

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.bbpress_standalone.landmark import Landmarks
    from parsers.element import Element

_MOST_PAGES = 100_000
# A longer address is no page's: out of one link, so many would be made.
_LONGEST_ADDRESS = 2000
_ANYWHERE = ("http://", "https://")


def read_pager(root: Element, marks: Landmarks, url: str) -> Pager:
    """Read the page links of the page at `url`."""
    current = page_number_of(url)
    linked: dict[int, str] = {1: first_page_of(url)}
    elements = list(_page_numbers(root, marks))
    own = _bare(linked[1])
    for element in elements:
        tokens, href = class_tokens(element), element.get("href")
        if href is not None:
            address = without_fragment(absolute(url, href))
            if _bare(first_page_of(address)) == own:
                linked.setdefault(page_number_of(address), address)
        elif "current" in tokens and (text := shown(element)).isdecimal() and len(text) <= 9:
            current = max(1, int(text))
    last = min(max(current, *linked), _MOST_PAGES)
    return Pager(current=current, last=last, urls=_addresses(linked, current, last, url))


def _page_numbers(root: Element, marks: Landmarks) -> Iterator[Element]:
    """Page links outside posts: those of the templates, else numbers that a theme links without their class."""
    found = [
        element
        for element in root.iter("a", "span")
        if "page-numbers" in class_tokens(element) and not marks.contents.encloses(element)
    ]
    for box in root.iter("div", "p") if not found else ():
        if "nav" in class_tokens(box) and not marks.contents.encloses(box):
            found += (link for link in box.iter("a") if shown(link).isdecimal())
    yield from found


def _bare(address: str) -> str:
    """An address as far as it tells one topic from another: pages that were saved name the site in another way."""
    if not address.startswith(_ANYWHERE):
        return address
    path = address.partition("://")[2].partition("/")[2]
    return f"{host_of(address)}/{path.rstrip('/')}"


def _addresses(
    linked: dict[int, str], current: int, last: int, url: str
) -> tuple[tuple[int, str], ...]:
    """Every page's address: as linked, else by putting its number where a linked page has its own."""
    known = {number: address for number, address in linked.items() if number <= last}
    known.setdefault(current, without_fragment(url))
    patterns = (_pattern(number, known[number]) for number in sorted(known, reverse=True))
    pattern = next(filter(None, patterns), None)
    if pattern is None:
        return tuple(sorted(known.items()))
    derived = _derived(known[1], *pattern, last)
    if all(derived[number - 1][1] == address for number, address in known.items()):
        return derived
    return tuple(sorted({**dict(derived), **known}.items()))


def _pattern(number: int, address: str) -> tuple[str, str] | None:
    """What stands before and after a page's number in its address."""
    if number < 2 or len(address) > _LONGEST_ADDRESS:
        return None
    for mark in ("/page/", "?page=", "&page="):
        before, found, after = address.rpartition(f"{mark}{number}")
        if found and not after[:1].isdigit():
            return f"{before}{mark}", after
    return None


# Every page of a topic gives the same, and a topic may have thousands: they then share one list.
@lru_cache(maxsize=2)
def _derived(first: str, before: str, after: str, last: int) -> tuple[tuple[int, str], ...]:
    later = ((number, f"{before}{number}{after}") for number in range(2, last + 1))
    return ((1, first), *later)

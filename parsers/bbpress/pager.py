"""Read a topic's page links, and derive the address of every page from the few that are linked."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from parsers.bbpress.address import absolute, first_page_of, page_number_of, without_fragment
from parsers.bbpress.class_token import class_tokens
from parsers.bbpress.enclosure import Enclosure
from parsers.bbpress.text import shown
from parsers.records import Pager
from parsers.redaction import guest_address

if TYPE_CHECKING:
    from parsers.bbpress.landmark import Landmarks
    from parsers.element import Element

_NUMBER_IN_URL = re.compile(r"(?:[?&](?:amp;)?paged=|/)(\d{1,9})(?=[/&#?]|$)")
_PARAMETER = re.compile(r"[?&](?:amp;)?paged=$")
# The word for a page may be any.
_NUMBERED_END = re.compile(r"/([^/?#]+)/\d{1,9}/?$")
_LEVELS_OF_BOX = 3
_MOST_PAGES = 100_000
# A longer address is no page's: out of one link, so many would be made.
_LONGEST_ADDRESS = 2000


def read_pager(links: Element | None, url: str) -> Pager:
    """Read the page links.

    Args:
        links: the element that holds them, or None where the page has none.
        url: the address of the page itself.
    """
    numbered: dict[int, str] = {}
    current = page_number_of(url)
    following: Element | None = None
    for element in links.iter("a", "span") if links is not None else ():
        tokens = class_tokens(element)
        number = _number(shown(element)) if "page-numbers" in tokens else None
        if number is None or not {"next", "prev", "dots"}.isdisjoint(tokens):
            if "next" in tokens and element.tag == "a":
                following = element
            continue
        if element.tag == "a":
            address = absolute(url, element.get("href") or "")
            numbered.setdefault(number, without_fragment(guest_address(address)))
        elif "current" in tokens:
            current = number
    if following is not None and max([current, *numbered]) == current:
        numbered |= _next_page(following, current, url)
    last = min(max([current, *numbered]), _MOST_PAGES)
    if page_number_of(url) not in {1, current}:
        # The site shows another page than the one that was asked for.
        url = numbered.get(current, first_page_of(url) if current == 1 else url)
    return Pager(current=current, last=last, urls=page_addresses(numbered, current, last, url))


def _next_page(link: Element, current: int, url: str) -> dict[int, str]:
    """The page that a link to the next one names, where no number is linked: a button that loads more."""
    address = without_fragment(guest_address(absolute(url, link.get("href") or "")))
    return {current + 1: address} if page_number_of(address) == current + 1 else {}


def find_theme_links(root: Element, marks: Landmarks, url: str) -> Element | None:
    """The page links of a theme that names their box otherwise: WordPress's, to addresses below the topic's own.

    Args:
        root: the page.
        marks: its landmarks.
        url: the address of the page itself.
    """
    contents = {one.content for one in marks.posts}
    posts = Enclosure(contents.__contains__)
    first, stems = _stems(url)
    for link in root.iter("a"):
        if "page-numbers" not in class_tokens(link) or posts.encloses(link):
            continue
        address = absolute(url, link.get("href") or "")
        if address.startswith(stems) or address.rstrip("/") == first:
            return _box_of(link)
    return None


def _stems(url: str) -> tuple[str, tuple[str, ...]]:
    """A topic's own address, and what those of its pages begin with; the word before the number of this one may be any."""
    address = first_page_of(url)
    match = _NUMBERED_END.search(address)
    own = address.rstrip("/")
    if match is None:
        return own, (own,)
    return address[: match.start()], (own, f"{address[: match.start()]}/{match[1]}/")


def _box_of(link: Element) -> Element:
    """What holds all page links: they may stand in items of a list each."""
    for outer in islice(link.iterancestors(), _LEVELS_OF_BOX):
        if sum("page-numbers" in class_tokens(one) for one in outer.iter("a", "span")) > 1:
            return outer
    parent = link.getparent()
    return link if parent is None else parent


def _number(text: str) -> int | None:
    """A page's number in any script's digits, parted by thousands or not."""
    digits = (
        text
        if text.isdecimal()
        else "".join(
            str(unicodedata.decimal(character)) for character in text if character.isdecimal()
        )
    )
    return int(digits) if 0 < len(digits) <= 9 and int(digits) else None


def page_addresses(
    numbered: dict[int, str], current: int, last: int, url: str
) -> tuple[tuple[int, str], ...]:
    """Every page's address: as linked, else by putting its number where a linked page has its own."""
    # The page's own address may know what its links are relative to; what is kept is a plain text.
    known = {**numbered, current: str(without_fragment(url))}
    templates = (_template(number, known[number]) for number in sorted(known, reverse=True))
    template = next(filter(None, templates), None)
    linked = sorted((number, address) for number, address in known.items() if number <= last)
    if template is None:
        return tuple(linked)
    derived = _derived(*template, last)
    if all(derived[number - 1][1] == address for number, address in linked):
        return derived
    return tuple(sorted({**dict(derived), **dict(linked)}.items()))


# Every page of a topic gives the same, and a topic may have thousands: they then share one list.
@lru_cache(maxsize=2)
def _derived(before: str, after: str, last: int) -> tuple[tuple[int, str], ...]:
    """The addresses of all pages, by what stands before and after a page's number."""
    later = ((number, f"{before}{number}{after}") for number in range(2, last + 1))
    return ((1, _first(before, after)), *later)


def _template(number: int, url: str) -> tuple[str, str] | None:
    """What stands before and after a page's number in its address."""
    if number < 2 or len(url) > _LONGEST_ADDRESS:
        return None
    places = [match for match in _NUMBER_IN_URL.finditer(url) if int(match[1]) == number]
    return (url[: places[-1].start(1)], url[places[-1].end(1) :]) if places else None


def _first(before: str, after: str) -> str:
    """The first page's address, which has neither the number nor the word or parameter before it."""
    parameter = _PARAMETER.search(before)
    if parameter is None:
        return f"{before.rstrip('/').rpartition('/')[0]}{after}"
    rest = after.removeprefix("&")
    return f"{before[: parameter.start()]}{parameter[0][0] if rest else ''}{rest}"

"""Read a topic's page links, and derive the address of every page from the few that are linked."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from parsers.bbpress.address import absolute, page_number_of, without_fragment
from parsers.bbpress.class_token import class_tokens
from parsers.bbpress.text import shown
from parsers.records import Pager

if TYPE_CHECKING:
    from parsers.element import Element

_NUMBER_IN_URL = re.compile(r"(?:[?&](?:amp;)?paged=|/)(\d{1,9})(?=[/&#?]|$)")
_PARAMETER = re.compile(r"[?&](?:amp;)?paged=$")
_MOST_PAGES = 100_000


def read_pager(links: Element | None, url: str) -> Pager:
    """Read the page links.

    Args:
        links: the element that holds them, or None where the page has none.
        url: the address of the page itself.
    """
    numbered: dict[int, str] = {}
    current = page_number_of(url)
    for element in links.iter("a", "span") if links is not None else ():
        tokens = class_tokens(element)
        number = _number(shown(element)) if "page-numbers" in tokens else None
        if number is None or not {"next", "prev", "dots"}.isdisjoint(tokens):
            continue
        if element.tag == "a":
            numbered.setdefault(number, without_fragment(absolute(url, element.get("href") or "")))
        elif "current" in tokens:
            current = number
    last = min(max([current, *numbered]), _MOST_PAGES)
    return Pager(current=current, last=last, urls=_addresses(numbered, current, last, url))


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


def _addresses(
    numbered: dict[int, str], current: int, last: int, url: str
) -> tuple[tuple[int, str], ...]:
    """Every page's address: as linked, else by putting its number where a linked page has its own."""
    known = {**numbered, current: without_fragment(url)}
    templates = (_template(number, known[number]) for number in sorted(known, reverse=True))
    template = next(filter(None, templates), None)
    if template is not None:
        before, after = template
        known.setdefault(1, _first(before, after))
        for number in range(2, last + 1):
            known.setdefault(number, f"{before}{number}{after}")
    return tuple(sorted((number, address) for number, address in known.items() if number <= last))


def _template(number: int, url: str) -> tuple[str, str] | None:
    """What stands before and after a page's number in its address."""
    if number < 2:
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

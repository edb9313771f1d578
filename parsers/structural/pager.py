"""Find a topic's page links in unknown markup: links to the page's own address with a page's number in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parsers.bbpress.address import absolute, first_page_of, page_number_of, without_fragment
from parsers.bbpress.pager import page_addresses
from parsers.bbpress.text import shown
from parsers.records import Pager
from parsers.structural.slot import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.bbpress.enclosure import Enclosure
    from parsers.element import Element

_MORE = re.compile(r"(?:load|view|show)[-_ ]?(?:more|older|newer|previous|all)", re.IGNORECASE)
_NEXT = re.compile(r"(?<![\w-])next(?![\w-])")
_PART = re.compile(r"/\d{1,4}|[?&]page=\d{1,4}")
_DIGITS = re.compile(r"\d+")
_MOST_PAGES = 100_000
# Characters of a link's text that tell a number of a page.
_LONGEST = 20
_NUMBER = re.compile(r"[1-9]\d{0,4}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLinks:
    """What a page says of the topic's other pages.

    Attributes:
        pager: the page links that were understood.
        is_whole: there are none that were not understood.
    """

    pager: Pager
    is_whole: bool


def find_pager(root: Element, url: str, canonical: str | None, posts: Enclosure) -> PageLinks:
    """Find the page links.

    Args:
        root: the page.
        url: its address.
        canonical: its address, as its head says.
        posts: everything that is in a post.
    """
    own = _stem(first_page_of(url))
    named = _stem(first_page_of(canonical)) if canonical is not None else own
    numbered: dict[int, str] = {}
    others: list[str] = []
    others.extend(_parts(root, url))
    for link in _links(root, posts):
        address = without_fragment(absolute(url, link.get("href") or ""))
        number = page_number_of(address)
        stem = _stem(address)
        if _stem(first_page_of(address)) == own:
            if number > 1 or _NUMBER.match(shown(link)):
                numbered.setdefault(number, address)
        elif _goes_on(link) and (_is_near(stem, own) or _is_near(stem, named)):
            others.append(address)
    current = page_number_of(url)
    has_more = any(
        _loads_more(element) for element in root.iter("a", "button") if not posts.encloses(element)
    )
    last = min(max([current + has_more, *numbered]), _MOST_PAGES)
    urls = page_addresses(numbered, current, last, url)
    pager = Pager(current=current, last=last, urls=urls)
    return PageLinks(pager=pager, is_whole=not others)


def _links(root: Element, posts: Enclosure) -> Iterator[Element]:
    for link in root.iter("a", "link"):
        if link.tag == "link" and not _NEXT.search(link.get("rel") or ""):
            continue
        if link.get("href") and not posts.encloses(link):
            yield link


def _is_near(address: str, own: str) -> bool:
    """Whether an address goes on from the page's own, or differs from it in numbers alone."""
    return address.startswith(own.partition("?")[0]) or _DIGITS.sub("0", address) == _DIGITS.sub(
        "0", own
    )


def _parts(root: Element, url: str) -> Iterator[str]:
    """Links to further parts of this page, which stand in the post that a page break cuts."""
    own = _stem(url)
    for link in root.iter("a"):
        if any(map(str.isdecimal, shown(link)[:_LONGEST])):
            address = _stem(without_fragment(absolute(url, link.get("href") or "")))
            if _PART.fullmatch(address.removeprefix(own)) and address.startswith(own):
                yield address


def _goes_on(link: Element) -> bool:
    """Whether a link is one to a page: a number, or called the next one."""
    return bool(_NUMBER.match(shown(link)) or _NEXT.search(words_of(link)))


def _loads_more(element: Element) -> bool:
    """Whether a script loads further posts when this is pressed."""
    href = element.get("href") or "#"
    is_button = href.startswith(("#", "javascript:")) and not href.startswith("#post-")
    return is_button and bool(_MORE.search(f"{words_of(element)} {shown(element)[:40]}"))


def _stem(url: str) -> str:
    """An address without what makes no difference: its scheme, and the stroke at its end."""
    address = url.partition("://")[2] or url
    path, mark, query = address.partition("?")
    return f"{path.rstrip('/')}{mark}{query}"

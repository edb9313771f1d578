"""Find the parts that a `<!--nextpage-->` in a post cuts a topic page into, and what a part continues."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from parsers.bbpress.address import (
    absolute,
    first_page_of,
    page_number_of,
    with_part,
    without_fragment,
    without_part,
)
from parsers.bbpress.class_token import class_tokens
from parsers.bbpress.enclosure import Enclosure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from parsers.bbpress.landmark import Landmarks
    from parsers.document import Document
    from parsers.element import Element

_LINK = "post-page-numbers"
_NUMBER = re.compile(r"(?<!/page)/(\d{1,3})/?$|[?&]page=(\d{1,3})(?=&|$)")
_HOLDER = re.compile(r"(?:^|\s)(?:entry|post|page|article|the)[-_]content(?:\s|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A page's parts.

    Attributes:
        current: which part this is, from 1.
        urls: addresses of the other parts, by number.
        is_cut: the last post of this part goes on in the next.
        page_url: the address of the page's first part.
        links: the elements that link parts.
        is_link: tells a link to a part, where there can be one.
    """

    current: int
    urls: tuple[tuple[int, str], ...]
    is_cut: bool
    page_url: str
    links: frozenset[Element]
    is_link: Callable[[Element], bool] | None


def read_parts(document: Document, marks: Landmarks) -> Parts:
    """Read WordPress's links to a page's parts.

    Only links that no post encloses count, or that lie in the last post of a page whose end is missing: there the cut
    tore the frame open. Anything else of that form is somebody's text.
    """
    url = document.url
    is_link = _teller(document, is_torn=not marks.is_closed or marks.replies is None)
    if is_link is None:
        return Parts(
            current=1, urls=(), is_cut=False, page_url=url, links=frozenset(), is_link=None
        )
    found = list(_own_links(document.root, marks, is_link))
    numbered = {number: link for link in found if (number := _number(link, url)) is not None}
    current = _current(numbered)
    urls = {
        number: absolute(url, link.get("href") or "")
        for number, link in numbered.items()
        if number != current
    }
    page_url = without_fragment(urls.get(1, url))
    if page_number_of(url) > 1:
        # WordPress links the parts of a topic's first page on every page: each page's own parts go by a parameter.
        page_url = without_part(url)
        urls = {number: with_part(page_url, number) if number > 1 else page_url for number in urls}
    return Parts(
        current=current,
        urls=tuple(sorted((number, without_fragment(link)) for number, link in urls.items())),
        is_cut=current < max([*urls, 1]),
        page_url=page_url,
        links=frozenset(found),
        is_link=is_link,
    )


def _teller(document: Document, *, is_torn: bool) -> Callable[[Element], bool] | None:
    """Tell links to parts of a page: by their class, before WordPress 5.1 by their address; None where none can be."""
    page = _address(document.url)
    is_numbered = page[-1:].isdigit() or "page=" in page
    stem = _NUMBER.sub("", page) if is_numbered else page
    if page == stem and not is_torn:
        return None
    if _LINK.encode() in document.page.body:
        return lambda element: _LINK in class_tokens(element)

    # Links are asked about more than once.
    @cache
    def address_of(href: str) -> str | None:
        return None if "#" in href else _address(absolute(document.url, href))

    def target(element: Element) -> str | None:
        href = element.get("href") if element.tag == "a" else None
        return address_of(href) if href else None

    # On every part but the first, a link leads back to the first; without it, the number is a topic's own name.
    topic = _address(first_page_of(stem))
    is_later = page != stem and any(target(link) == topic for link in document.root.iter("a"))
    first = topic if is_later else _address(first_page_of(page))

    def is_link(element: Element) -> bool:
        address = target(element)
        if address is None or address == first:
            return address is not None and is_later
        return _NUMBER.sub("", address) == first

    return is_link


def _address(url: str) -> str:
    return without_fragment(url).rstrip("/")


def _own_links(
    root: Element, marks: Landmarks, is_link: Callable[[Element], bool]
) -> Iterator[Element]:
    posts = marks.posts if marks.is_closed else marks.posts[:-1]
    contents = Enclosure({one.content for one in posts}.__contains__)
    for element in root.iter("a", "span"):
        if is_link(element) and not contents.encloses(element):
            yield element


def _number(link: Element, url: str) -> int | None:
    digits = re.sub(r"\D", "", "".join(link.itertext()))
    match = _NUMBER.search(absolute(url, link.get("href") or ""))
    if 0 < len(digits) <= 3:
        return int(digits)
    return int(match[1] or match[2]) if match and link.get("href") else None


def _current(numbered: dict[int, Element]) -> int:
    """The number of this part: the one that is shown without a link, else the one that is not linked."""
    unlinked = (number for number, link in numbered.items() if link.get("href") is None)
    shown = next(unlinked, None)
    if shown is not None or not numbered:
        return shown or 1
    return next(number for number in range(1, len(numbered) + 2) if number not in numbered)


def find_continuation(root: Element, marks: Landmarks, parts: Parts) -> Element | None:
    """What holds the rest of the post that the part before cut: the theme's element for a page's content.

    WordPress prints the rest of the post straight into that element; the closing tags of the cut post then close the
    theme's, so that it ends before the first post. Where nothing but the middle of a post is on a part, it is left open,
    and the links to the other parts are in it.
    """
    first = marks.posts[0].element if marks.posts else None
    ends = parts.links if first is None else {first}
    around = set(first.iterancestors()) if first is not None else frozenset[object]()
    best: Element | None = None
    is_named = False
    for element in root.iter("div", "section", "main", "article", "a", "span", "tr", "li"):
        if element in ends:
            break
        classes = element.get("class") or ""
        if "content" in classes and "bbp-" not in classes and element not in around:
            named = _HOLDER.search(classes) is not None
            if named or not is_named:
                best, is_named = element, named
    return best

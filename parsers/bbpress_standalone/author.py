"""Read who wrote a post: the name links a home page as a rule, and what the author is called links the profile."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

from parsers.bbpress.address import absolute
from parsers.bbpress.class_token import class_tokens
from parsers.bbpress.text import shown, squeeze
from parsers.bbpress_standalone.address import host_of, profile_of
from parsers.locale import role_key
from parsers.records import Author

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.bbpress_standalone.item import Item
    from parsers.element import Element
    from parsers.locale import Locale

_NAMES = ("strong", "b", "h3", "h4", "h5", "cite")
_PLACE = re.compile(r"#(?:post-[0-9]+)?$")
# What begins a box of an add-on among inline words.
_BLOCKS = frozenset(("div", "p", "ul", "ol", "table", "form", "img", "br", "small"))


def read_author(item: Item, url: str, key: str | None) -> Author:
    """Read who wrote a post.

    Args:
        item: the post.
        url: the page's address.
        key: the role that the author is told to have: only an account has one.
    """
    named = _named(item)
    name = _lead(named) if named is not None else ""
    profile = _profile(item, url)
    found = profile_of(profile) if profile else None
    website = _target(named, url) if named is not None else None
    slug, number = found or (None, None)
    return Author(
        name=name,
        url=profile or website,
        slug=slug,
        user_id=number,
        is_guest=profile is None and key in {None, "guest"},
        is_deleted=False if profile else None,
    )


def read_role(item: Item, url: str, locale: Locale | None) -> tuple[str | None, str | None]:
    """Read what an author is called as displayed, and the role of bbPress that it means."""
    named = _named(item)
    own = list(_links_of(named)) if named is not None else []
    links = [link for link in _links(item) if link not in own and _lead(link)]
    linked = next((link for link in links if _is_profile(link, url)), None)
    small = next((one for one in _cell(item) if one.tag == "small"), None)
    role = _lead(linked) if linked is not None else _bare_words(small)
    return (role, role_key(role, locale)) if role else (None, None)


def _cell(item: Item) -> Iterator[Element]:
    """Every element of the author's cell; of the whole post's frame where a theme has none."""
    return item.cell.iter("*") if item.cell is not None else item.frame()


def _links(item: Item) -> Iterator[Element]:
    return (one for one in _cell(item) if one.tag == "a")


def _named(item: Item) -> Element | None:
    """The element that says the name: in bold, else the first link with a text."""
    bold = (
        one
        for one in _cell(item)
        if one.tag in _NAMES and shown(one) and next(one.iter("small"), None) is None
    )
    links = (one for one in _links(item) if shown(one) and not _is_no_name(one))
    return next(chain(bold, links), None)


def _is_no_name(link: Element) -> bool:
    """Whether a link is the author's title, the post's link to itself or what moderators do, none of which is a name."""
    if _PLACE.search(link.get("href") or ""):
        return True
    return any(
        outer.tag == "small" or "poststuff" in class_tokens(outer)
        for outer in link.iterancestors("small", "div", "p", "span", "td", "li")
    )


def _target(element: Element, url: str) -> str | None:
    """Where an element leads that holds a link or is in one."""
    href = next((link.get("href") for link in _links_of(element)), None)
    is_link = href and not href.startswith(("#", "javascript:"))
    return absolute(url, href) if href and is_link else None


def _links_of(element: Element) -> Iterator[Element]:
    """The links in an element, and those it lies in."""
    yield from element.iter("a")
    yield from element.iterancestors("a")


def _profile(item: Item, url: str) -> str | None:
    """The profile: whatever of name, portrait and title leads to one on this site."""
    link = next((one for one in _links(item) if _is_profile(one, url)), None)
    return absolute(url, link.get("href") or "") if link is not None else None


def _is_profile(link: Element, url: str) -> bool:
    """Whether a link leads to a profile of this site; a home page elsewhere may look like one."""
    target = absolute(url, link.get("href") or "")
    return profile_of(target) is not None and host_of(target) == host_of(url)


def _lead(element: Element) -> str:
    """The words of an element up to where a box in it begins: add-ons put theirs behind a title."""
    said: str = element.text or ""
    for child in element:
        if _begins_box(child) and said.strip():
            break
        said += "".join(child.itertext()) if isinstance(child.tag, str) else ""
        said += child.tail or ""
    return squeeze(said)


def _begins_box(child: Element) -> bool:
    return child.tag in _BLOCKS or child.get("class") is not None or child.get("style") is not None


def _bare_words(small: Element | None) -> str:
    """The words that stand in an element outside any other: what somebody without a profile is called."""
    if small is None:
        return ""
    texts = (small.text, *(child.tail for child in small))
    return next((words for words in map(squeeze, texts) if words), "")

"""Read an author cell: name, profile, role; guests without any markup; deleted accounts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from parsers.bbpress.address import absolute
from parsers.bbpress.landmark import class_tokens
from parsers.bbpress.text import shown, squeeze
from parsers.records import Author

if TYPE_CHECKING:
    from parsers.element import Element
    from parsers.locale import Locale

_USER_ID = re.compile(r"user-id-(\d{1,18})$")
_PLAIN_PROFILE = re.compile(r"[?&]bbp_user=(\d{1,18})(?=[&#]|$)")
_NAMES = ("bbp-author-name", "bbp-author-link")


def read_author(
    cell: Element | None, tokens: frozenset[str], url: str, locale: Locale | None
) -> tuple[Author, str | None]:
    """Read who wrote a post.

    Args:
        cell: the author cell, or None where the page has none.
        tokens: the post's class names; `user-id-N` among them names the account.
        url: the page's address, for relative links.
        locale: the page's language, for what it calls the nameless.

    Returns:
        The author, and the role as displayed.
    """
    if cell is None:
        return Author(name=""), None
    name, href, role = _parts(cell)
    user_id = next((int(match[1]) for match in map(_USER_ID.match, tokens) if match), None)
    profile = urlsplit(absolute(url, href)) if href else None
    is_guest = _is_guest(user_id, profile.netloc if profile else None, urlsplit(url).netloc)
    plain = _PLAIN_PROFILE.search(href) if href and not is_guest else None
    author = Author(
        name=name,
        url=absolute(url, href) if href else None,
        slug=_slug(href) if href and not plain and not is_guest else None,
        user_id=user_id or (int(plain[1]) if plain else None),
        is_guest=is_guest,
        is_deleted=_is_deleted(name, href, user_id, locale),
    )
    return author, role


def _is_guest(user_id: int | None, profile_host: str | None, host: str) -> bool:
    """Whether the author has no account; where no class says so (bbPress 2.0), whether no profile of the site is linked."""
    return user_id == 0 if user_id is not None else profile_host != host


def _parts(cell: Element) -> tuple[str, str | None, str | None]:
    """Name, link and role, by the cell's named parts; else by its bare text (guests up to bbPress 2.5)."""
    name: str | None = None
    href: str | None = None
    role: str | None = None
    for element in cell.iter("a", "span", "div"):
        for token in class_tokens(element):
            if token == "bbp-author-role" and role is None:  # a class name, no secret  # noqa: S105  # a class name, no secret
                role = shown(element)
            elif token in _NAMES:
                if element.tag == "a":
                    href = href or element.get("href")
                if token == "bbp-author-name" or name is None:  # a class name, no secret  # noqa: S105  # a class name, no secret
                    name = shown(element) or name
    if name is None:
        name, href = _unnamed(cell)
    return name, _profile(href), role or None


def _unnamed(cell: Element) -> tuple[str, str | None]:
    """The name of an author without named parts: the cell's own text, else its first link that has a text."""
    own = " ".join(filter(None, (squeeze(cell.text), *(squeeze(child.tail) for child in cell))))
    if own:
        return own, None
    for link in cell.iter("a"):
        text = shown(link)
        if text:
            return text, link.get("href")
    return "", None


def _profile(href: str | None) -> str | None:
    """A link that is one: the empty link and a script are none."""
    return href if href and not href.startswith(("#", "javascript:")) else None


def _slug(href: str) -> str | None:
    """A profile's key: the last part of its address."""
    path = href.partition("#")[0].partition("?")[0]
    return unquote(path.rstrip("/").rpartition("/")[2]) or None


def _is_deleted(
    name: str, href: str | None, user_id: int | None, locale: Locale | None
) -> bool | None:
    """Whether the account is gone: bbPress then keeps its id, shows no link and calls it by the word for nobody."""
    if user_id is None:
        return None
    if href is not None or user_id == 0:
        return False
    names = {"Anonymous", *(locale.notices.anonymous if locale else ())}
    return True if name in names or not name else None

"""Choose the place in a page's units that names the author, by what it is called, where it leads and how it repeats."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from parsers.bbpress.address import absolute
from parsers.bbpress.text import shown, squeeze
from parsers.locale import role_key
from parsers.records import Author
from parsers.structural.slot import short_text, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parsers.element import Element
    from parsers.locale import Locale
    from parsers.structural.date import Dates
    from parsers.structural.slot import Piece, Slot, Table

_NAMING = re.compile(
    r"author|user|member|poster|profile|nick|byline|display-?name|contributor|(?<![a-z])(?:name|who|by)(?![a-z])",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"role|rank|title|badge|count|stat|join|since|location|date|time|meta|reply|quote|report|signature|sig(?![a-z])"
    r"|action|karma|point|avatar|nicename|permalink|mention|online|(?<![a-z])ip(?![a-z])",
    re.IGNORECASE,
)
_WRITTEN = re.compile(
    r"(?:reply|topic|post|comment)[-_]{1,2}(?=author|user|name|by|poster|member)", re.IGNORECASE
)
_PROFILE = re.compile(
    r"/(?:users?|members?|profiles?|authors?|people|u)/[^/?#]+|[?&](?:author|user|bbp_user|member|u)=",
    re.IGNORECASE,
)
_LETTER = re.compile(r"[^\W\d_]")
_USER_ID = re.compile(r"(?<!\S)user-id-(\d{1,18})(?!\S)")
_LONGEST = 80
_ENOUGH = 3
_ROLE = re.compile(r"role|rank|user-?title|author-?title", re.IGNORECASE)
_SHARE = 0.8


class Names:
    """Who wrote each unit.

    Attributes:
        slot: where the names are.
    """

    def __init__(self, table: Table, slot: Slot) -> None:
        """Take the place where most units have the name."""
        self._table = table
        self.slot = slot
        links = (_link_of(piece.element) for piece in slot.pieces.values())
        self._are_linked = any(link is not None for link in links)

    def piece(self, place: int) -> tuple[str, Element] | None:
        """A unit's name and what holds it; a name that is not linked where the others are stands bare around the link's place."""
        found = self.slot.pieces.get(place)
        if found is not None:
            return found.text, found.element
        outer = self._table.elements[place].get(self.slot.path[:-1])
        if outer is None or len(self.slot.path) < 3 or not _calls_a_name(outer, 1):
            return None
        bare = (squeeze(text) for text in (outer.text, *(child.tail for child in outer)))
        texts = [text for text in bare if text]
        return (texts[0], outer) if len(texts) == 1 and len(texts[0]) <= _LONGEST else None

    def author(self, place: int, url: str) -> Author | None:
        """Who wrote a unit; None where it does not tell."""
        found = self.piece(place)
        if found is None:
            return None
        name, element = found
        link = _link_of(element)
        href = link.get("href") if link is not None else None
        profile = (
            absolute(url, href) if href and not href.startswith(("#", "javascript:")) else None
        )
        is_own = profile is not None and _host(profile) == _host(url)
        user = _USER_ID.search(self._table.units[place].start.get("class") or "")
        return Author(
            name=name,
            url=profile,
            slug=_slug(profile) if profile is not None and is_own else None,
            user_id=int(user[1]) or None if user else None,
            is_guest=self._are_linked and not is_own,
        )


def find_names(
    table: Table, slots: Sequence[Slot], dates: Dates, locale: Locale | None, url: str
) -> Names | None:
    """The place with the names; None where no place is it for certain.

    Args:
        table: the units.
        slots: the short texts in them.
        dates: where the dates are; what holds one is no name.
        locale: the page's language.
        url: the page's address.
    """
    dated = {piece.element for slot in dates.places for piece in slot.pieces.values()}
    around = dated | {outer for element in dated for outer in element.iterancestors()}
    free = (
        slot
        for slot in slots
        if all(piece.is_bare or piece.element not in around for piece in slot.pieces.values())
    )
    rated = [(_rate(slot, len(table.units), locale, url), slot) for slot in free]
    good = [(rate, slot) for rate, slot in rated if rate >= _ENOUGH]
    if not good:
        return None
    best = max(rate for rate, _ in good)
    first = [slot for rate, slot in good if rate == best]
    return Names(table, min(first, key=lambda slot: (sum(map(len, slot.texts)), slot.order)))


def find_roles(
    slots: Sequence[Slot], names: Names, count: int, locale: Locale | None
) -> Slot | None:
    """The place with the authors' roles: known roles, or texts called so, the same wherever a person writes."""
    for slot in slots:
        if len(slot.pieces) < count * _SHARE or not _are_steady(slot, names):
            continue
        known = sum(role_key(text, locale) is not None for text in slot.texts)
        called = all(_ROLE.search(words_of(one.element)) for one in slot.pieces.values())
        if known * 2 >= len(slot.pieces) or (called and all(map(_LETTER.search, slot.texts))):
            return slot
    return None


def _are_steady(slot: Slot, names: Names) -> bool:
    by_name: dict[str, str] = {}
    for place, piece in slot.pieces.items():
        found = names.piece(place)
        if found is None or by_name.setdefault(found[0], piece.text) != piece.text:
            return False
    return by_name.keys() != set(by_name.values())


def _rate(slot: Slot, count: int, locale: Locale | None, url: str) -> int:
    """How much speaks for a place's being the author's."""
    texts = slot.texts
    is_name = all(len(text) <= _LONGEST and _LETTER.search(text) for text in texts)
    if not is_name or len(slot.pieces) < count * _SHARE:
        return 0
    if any(role_key(text, locale) is not None for text in texts):
        return 0
    pieces = list(slot.pieces.values())
    leading = sum(_leads_to_profile(piece, url) for piece in pieces)
    is_led = leading * 2 > len(pieces)
    if len(set(texts)) == 1 and not is_led:
        return 0
    called = sum(_calls_a_name(piece.element, 3) for piece in pieces) * 2 > len(pieces)
    other = any(_OTHERS.search(_names_of(piece.element)) for piece in pieces)
    return 3 * is_led + 3 * called + _is_consistent(pieces) - 4 * other


def _calls_a_name(element: Element, levels: int) -> bool:
    """Whether an element, or one some levels around it, is called what names are."""
    for _ in range(levels):
        words = _names_of(element)
        if _NAMING.search(words) and not _OTHERS.search(words):
            return True
        parent = element.getparent()
        if parent is None:
            break
        element = parent
    return False


def _names_of(element: Element) -> str:
    """What an element is called, without what the thing is called that the person wrote."""
    return _WRITTEN.sub("", words_of(element))


def _leads_to_profile(piece: Piece, url: str) -> bool:
    link = _link_of(piece.element) if not piece.is_bare else None
    href = link.get("href") or "" if link is not None else ""
    return bool(_PROFILE.search(href)) and href.partition("#")[0] != url


def _is_consistent(pieces: list[Piece]) -> bool:
    """Whether each name leads to one address, and each address has one name."""
    pairs = {(piece.text, _href(piece.element)) for piece in pieces}
    addresses = {address for _, address in pairs}
    return None not in addresses and len(pairs) == len(addresses) == len({n for n, _ in pairs})


def _href(element: Element) -> str | None:
    link = _link_of(element)
    return link.get("href") if link is not None else None


def _link_of(element: Element) -> Element | None:
    """The link that an element is, is in, or has as its only one."""
    if element.tag == "a":
        return element
    around = element.getparent()
    for _ in range(2):
        if around is not None and around.tag == "a":
            return around
        around = around.getparent() if around is not None else None
    links = [link for link in element.iter("a") if link.get("href")]
    is_whole = len(links) == 1 and shown(links[0]) == short_text(element)
    return links[0] if is_whole else None


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).netloc
    except ValueError:  # brackets that are no IPv6 address
        return None


def _slug(url: str) -> str | None:
    """A profile's key: the last part of its address."""
    path = url.partition("#")[0].partition("?")[0]
    return unquote(path.rstrip("/").rpartition("/")[2]) or None

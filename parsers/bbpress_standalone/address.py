"""Take addresses of stand-alone bbPress apart: which page of a topic they name, which topic, whose profile."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from parsers.bbpress.address import without_fragment

_PAGE = re.compile(r"[?&]page=(\d{1,9})(?=[&#]|$)|/page/(\d{1,9})/?(?=[?#]|$)")
# How many posts the topic had when a link was made: it only has browsers show a link that was visited as new.
_REPLIES = re.compile(r"[?&]replies=\d*(?=[&#]|$)")
_TOPIC = re.compile(r"/topic/([^/?#]+)|/topic\.php\?(?:[^#]*&)?id=([^&#]+)")
_PROFILE = re.compile(r"/profile/([^/?#]+)|/profile\.php\?(?:[^#]*&)?id=([^&#]+)")


def page_number_of(url: str) -> int:
    """The page number that an address names, 1 where it names none."""
    match = _PAGE.search(url)
    return max(1, int(match[1] or match[2])) if match else 1


def first_page_of(url: str) -> str:
    """The address of a topic's first page, from that of any page."""
    address = without_fragment(url)
    for pattern in (_REPLIES, _PAGE):
        match = pattern.search(address)
        if match is not None:
            address = _without(address, match)
    return address


def topic_key_of(url: str) -> str | None:
    """What an address calls a topic: its name, or its number where topics have no names in addresses."""
    match = _TOPIC.search(url)
    return unquote(match[1] or match[2]) if match else None


def profile_of(url: str) -> tuple[str | None, int | None] | None:
    """The name and the number that a profile's address gives its owner; None where it is no profile's."""
    match = _PROFILE.search(url)
    if match is None:
        return None
    if match[1]:
        return unquote(match[1]), None
    return (None, int(match[2])) if re.fullmatch(r"[0-9]{1,18}", match[2]) else (match[2], None)


def host_of(url: str) -> str | None:
    """The host of an address, `www.` or not; None where there is none."""
    try:
        return urlsplit(url).netloc.lower().removeprefix("www.") or None
    except ValueError:  # brackets that are no IPv6 address
        return None


def _without(address: str, match: re.Match[str]) -> str:
    """An address without one of its parameters, or without the page in its path."""
    before, after = address[: match.start()], address[match.end() :]
    if match[0].startswith("?") and after:
        return f"{before}?{after.removeprefix('&')}"
    slash = "/" if match[0].startswith("/") and match[0].endswith("/") else ""
    return f"{before}{slash}{after}"

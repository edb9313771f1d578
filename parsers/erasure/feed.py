"""Cut what was erased out of feeds and sitemaps: whole entries, since each is about one post, person or topic."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from parsers.erasure.mark import IN_TEXT
from parsers.erasure.match import find_matches
from parsers.erasure.page import ErasedPage
from parsers.erasure.word import folded_words
from parsers.redaction.page import cut

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.erasure.erased import Erased
    from parsers.erasure.match import Match

_ENTRY = re.compile(
    rb"[ \t]*<(item|entry|url|sitemap)(?=[\s>]).*?</\1\s*>[ \t]*\r?\n?", re.DOTALL | re.IGNORECASE
)
_POST = re.compile(
    rb"#post-0*([1-9]\d{0,17})|[?&;]p=0*([1-9]\d{0,17})(?!\d)|/0*([1-9]\d{0,17})/?$"
)
_ADDRESS = re.compile(
    rb"<(?:guid|link|id|loc)(?=[\s>])[^>]*>(.*?)</|<link\b[^>]*?\bhref=[\"']([^\"']*)",
    re.DOTALL | re.IGNORECASE,
)
_CREATOR = re.compile(
    rb"<(?:dc:creator|author|name)(?=[\s>])[^>]*>(.*?)</(?:dc:creator|author|name)",
    re.DOTALL | re.IGNORECASE,
)
_SEGMENT = re.compile(r"[^/?&=#]+")


def erase_from_feed(data: bytes, erased: Erased) -> ErasedPage:
    """Cut out entries about erased posts, people and topics.

    Args:
        data: a feed or a sitemap.
        erased: says what was erased.
    """
    cuts: list[tuple[int, int, bytes]] = []
    posts: list[int] = []
    for match in _ENTRY.finditer(data):
        numbers = list(_numbers(match[0]))
        if any(map(erased.has_post, numbers)) or _is_of_erased(match[0], erased):
            cuts.append((match.start(), match.end(), b""))
            posts += numbers
    gone = [(start, end) for start, end, _ in cuts]
    mentions = [
        match
        for match in find_matches(data, erased)
        if not any(start <= match.start < end for start, end in gone)
        and match.kind in {"name", "phrase"}
        and _is_whole(data, match)
    ]
    if erased.in_mentions:
        cuts += [(match.start, match.end, IN_TEXT.encode()) for match in mentions]
    return ErasedPage(
        body=cut(data, cuts),
        posts=tuple(posts),
        left=0 if erased.in_mentions else len(mentions),
    )


def _is_whole(data: bytes, match: Match) -> bool:
    """Whether a name is no part of a longer one in an address."""
    return b"-" not in (data[match.start - 1 : match.start], data[match.end : match.end + 1])


def _numbers(entry: bytes) -> Iterator[int]:
    for address in _addresses(entry):
        for match in _POST.finditer(address):
            yield int(match[1] or match[2] or match[3])


def _addresses(entry: bytes) -> Iterator[bytes]:
    for match in _ADDRESS.finditer(entry):
        yield (match[1] or match[2] or b"").strip()


def _is_of_erased(entry: bytes, erased: Erased) -> bool:
    for address in _addresses(entry):
        url = address.decode("utf-8", "replace").replace("&amp;", "&")
        if erased.has_address(url) or any(
            erased.has_own_name(folded_words(segment)) for segment in _SEGMENT.findall(url)[2:]
        ):
            return True
    names = (match[1].decode("utf-8", "replace") for match in _CREATOR.finditer(entry))
    return any(erased.has_name(folded_words(_plain(name))) for name in names)


def _plain(name: str) -> str:
    return name.replace("<![CDATA[", "").replace("]]>", "")

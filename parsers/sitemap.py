"""Read sitemaps and their indexes, as WordPress, Yoast, Rank Math and All in One SEO write them. Bytes in, records out."""

from __future__ import annotations

import re
import zlib
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from parsers.list_records import Sitemap, SitemapEntry
from parsers.records import Problem
from parsers.xml_tree import is_whole, local_name, named, read_xml, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.element import Element
    from parsers.list_records import SitemapSubject
    from parsers.records import Page

# What a sitemap may hold at most (sitemaps.org).
_MOST_ENTRIES = 50_000
_MOST_BYTES = 52_428_800
_GZIP = b"\x1f\x8b"
_LONGEST_ADDRESS = 2048
# Makers name a sitemap after the type of what it lists, and put a number behind it where it is one of several.
_NAMES: dict[str, SitemapSubject] = {
    "topic[-_]tags?": "tags",
    "topics?": "topics",
    "forums?": "forums",
    "repl(?:y|ies)": "replies",
    "(?:users?|authors?)": "people",
}
_SUBJECTS = {
    re.compile(rf"(?:^|[-_]){name}(?:[-_]sitemap)?(?:[-_]?\d+)*\.xml"): name for name in _NAMES
}
_PLAIN_SUBJECTS: dict[str, SitemapSubject] = {
    "topic": "topics",
    "forum": "forums",
    "reply": "replies",
    "topic-tag": "tags",
}
_DATE = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?)?$"
)


def parse_sitemap(page: Page) -> Sitemap:
    """Read a sitemap, or an index of sitemaps.

    What is no address is passed over; what answers in a sitemap's place gives no entries and a problem.
    """
    body = _unpacked(page.body)
    root = read_xml(body, "sitemapindex", "urlset") if body is not None else None
    if root is None:
        detail = f"{page.final_url} is no sitemap."
        return Sitemap(
            is_index=False, entries=(), problems=(Problem(code="no-sitemap", detail=detail),)
        )
    is_index = local_name(root) == "sitemapindex"
    found = list(islice(_entries(root, is_index=is_index), _MOST_ENTRIES + 1))
    problems: tuple[Problem, ...] = ()
    if len(found) > _MOST_ENTRIES:
        detail = (
            f"{page.final_url} holds more than {_MOST_ENTRIES} addresses; the rest was not read."
        )
        problems = (Problem(code="large-sitemap", detail=detail),)
        found.pop()
    elif body is not None and not is_whole(body, root):
        detail = f"{page.final_url} ends in the middle; its last address was left out."
        problems = (Problem(code="cut-sitemap", detail=detail),)
        del found[-1:]
    entries: dict[str, SitemapEntry] = {}
    for entry in found:
        entries.setdefault(entry.url, entry)
    return Sitemap(is_index=is_index, entries=tuple(entries.values()), problems=problems)


def _unpacked(body: bytes) -> bytes | None:
    """The bytes of a file that is compressed itself (`sitemap.xml.gz`); None where they are too many or broken."""
    if not body.startswith(_GZIP):
        return body if len(body) <= _MOST_BYTES else None
    unpacker = zlib.decompressobj(wbits=31)
    try:
        data = unpacker.decompress(body, _MOST_BYTES)
    except zlib.error:
        return None
    return None if unpacker.unconsumed_tail else data


def _entries(root: Element, *, is_index: bool) -> Iterator[SitemapEntry]:
    for element in named(root, "sitemap" if is_index else "url"):
        url = text_of(element, "loc")
        if not _is_address(url):
            continue
        yield SitemapEntry(
            url=url,
            modified=_modified(text_of(element, "lastmod")),
            holds=_subject(url) if is_index else None,
        )


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:  # brackets that are no IPv6 address
        return False
    return (
        parts.scheme in {"http", "https"} and bool(parts.netloc) and len(text) <= _LONGEST_ADDRESS
    )


def _subject(url: str) -> SitemapSubject | None:
    """What a sitemap of an index lists, by its name, or by the parameters of plain permalinks."""
    parts = urlsplit(url)
    plain = re.search(r"(?:^|&)sitemap-subtype=([\w-]+)", parts.query)
    if plain is not None:
        return _PLAIN_SUBJECTS.get(plain[1])
    file = unquote(parts.path).rpartition("/")[2].lower()
    return next(
        (_NAMES[name] for pattern, name in _SUBJECTS.items() if pattern.search(file)), None
    )


def _modified(text: str) -> datetime | None:
    """A time with its offset, in UTC. A date alone is its first moment: what is there has changed no earlier."""
    found = _DATE.match(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    offset = found[7] or "Z"
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        if offset == "Z":
            return moment
        signed = f"{offset[:3]}{offset[-2:]}"
        return moment.replace(tzinfo=datetime.strptime(signed, "%z").tzinfo).astimezone(UTC)
    except (ValueError, OverflowError):
        return None

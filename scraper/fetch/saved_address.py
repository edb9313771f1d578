"""What a saved page says of itself: its address, and when it was saved. Bytes in, no files."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from lxml import etree, html

from parsers.errors import UsageError
from scraper.fetch.address import normalise_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from parsers.element import Element

# What browsers and savers write above a page is within its first bytes; links are in its head.
_TOP_BYTES = 4096
HEAD_BYTES = 2 * 2**20
_SAVED_FROM = (
    re.compile(rb"<!--\s*saved from url=\(\d+\)(\S+?)\s*-->", re.IGNORECASE),
    re.compile(rb"<!--\s*Page saved with SingleFile\s+url:\s*(\S+)", re.IGNORECASE),
)
_MIRRORED = re.compile(
    rb"<!--\s*Mirrored from (\S+) by HTTrack[^,>]{0,80}(?:,\s*(\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT))?",
    re.IGNORECASE,
)
_SAVED_DATE = re.compile(
    rb"\bsaved date:\s*\w{3} (\w{3} \d\d \d{4} \d\d:\d\d:\d\d) GMT([+-]\d{4})", re.IGNORECASE
)
_AMPERSAND = re.compile(r"&(?:amp|#0*38|#x0*26);", re.IGNORECASE)
_LINKS = (
    ('.//link[@rel="canonical"]', "href"),
    ('.//meta[@property="og:url"]', "content"),
)
_PERMALINK = './/a[@class="{}"][@href]'
_PERMALINKS = ("bbp-reply-permalink", "bbp-topic-permalink")
_LAST_LINKS = (
    ('.//link[@rel="shortlink"]', "href"),
    (".//base[@href]", "href"),
)


def own_url(body: bytes) -> str | None:
    """The address that a saved page says it has; None where it says none.

    In this order: the comment of whoever saved it, its canonical link, its `og:url`, the permalinks of its posts, what it
    tells those who embed it, its short link, its base.
    """
    linked = map(_web_url, _linked_urls(body[:HEAD_BYTES]))
    return saver_url(body) or next(filter(None, linked), None)


def saver_url(body: bytes) -> str | None:
    """The address that whoever saved a page wrote above it; None where nobody did."""
    return next(filter(None, map(_web_url, _comment_urls(body[:_TOP_BYTES]))), None)


def own_moment(body: bytes) -> datetime | None:
    """When a saved page says it was saved; None where it does not say."""
    top = body[:_TOP_BYTES]
    if match := _SAVED_DATE.search(top):
        text = f"{match[1].decode()} {match[2].decode()}"
        return _read(lambda: datetime.strptime(text, "%b %d %Y %H:%M:%S %z"))
    match = _MIRRORED.search(top)
    if match and match[2]:
        text = match[2].decode()
        return _read(lambda: parsedate_to_datetime(text))
    return None


def _read(read: Callable[[], datetime]) -> datetime | None:
    try:
        return read().astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _comment_urls(top: bytes) -> Iterator[str]:
    for pattern in _SAVED_FROM:
        if match := pattern.search(top):
            # Not every saver escapes; undoing only this escape leaves an unescaped address whole.
            yield _AMPERSAND.sub("&", match[1].decode("utf-8", "replace"))
    if match := _MIRRORED.search(top):
        yield _with_scheme(match[1].decode("utf-8", "replace"), top)


def _with_scheme(url: str, top: bytes) -> str:
    """HTTrack leaves out how the address began; the page's other addresses of the same host may tell."""
    if "://" in url:
        return url
    is_secure = f"https://{url.partition('/')[0]}/".encode() in top
    return f"{'https' if is_secure else 'http'}://{url}"


def _linked_urls(head: bytes) -> Iterator[str]:
    try:
        root = html.document_fromstring(head)
    except etree.LxmlError:
        return
    yield from _values(root, _LINKS)
    for name in _PERMALINKS:
        for link in root.findall(_PERMALINK.format(name)):
            yield link.get("href") or ""
    for link in root.findall('.//link[@type="application/json+oembed"]'):
        yield from _embedded(link.get("href") or "")
    yield from _values(root, _LAST_LINKS)


def _values(root: Element, links: tuple[tuple[str, str], ...]) -> Iterator[str]:
    for path, attribute in links:
        for element in root.findall(path):
            yield element.get(attribute) or ""


def _embedded(url: str) -> Iterator[str]:
    try:
        yield from parse_qs(urlsplit(url).query).get("url", ())
    except ValueError:  # brackets that are no IPv6 address, or too many fields
        return


def _web_url(text: str) -> str | None:
    try:
        return normalise_url(text)
    except UsageError:
        return None

"""Read RSS feeds of forum posts for the one thing pages lack: each post's true UTC time. Bytes in, records out."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, cast

from lxml import etree

from parsers.document import decode_text
from parsers.records import Feed, FeedItem, Page, Problem

if TYPE_CHECKING:
    from parsers.element import Element

_POST = re.compile(r"#post-(\d{1,18})$")
_DATE = re.compile(r"(?:\w+, *)?\d{1,2} [A-Za-z]+ [1-9]\d{3} \d")


def parse_feed(page: Page) -> Feed:
    """Read a reply-type feed. Items of other feeds, whose addresses name no post, are passed over.

    The reader forgives what real feeds have: blanks before the declaration, comments after the end, an HTML error
    in front. Entities are not resolved, so that a hostile feed cannot grow.
    """
    root = _root(page.body)
    if root is None:
        return Feed(
            items=(),
            problems=(Problem(code="no-feed", detail=f"{page.final_url} is no RSS feed."),),
        )
    items: dict[int, FeedItem] = {}
    for element in root.iter("item"):
        item = _item(element)
        if item is not None:
            items.setdefault(item.post_id, item)
    return Feed(items=tuple(items.values()))


def _root(body: bytes) -> Element | None:
    """The feed's root, from where it begins: the text is decoded first, since what stood before may have named its encoding."""
    text = decode_text(body)
    start = max(0, text.find("<rss"))
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = cast("Element | None", etree.fromstring(text[start:].encode(), parser))
    except etree.XMLSyntaxError:
        return None
    return root if root is not None and root.tag == "rss" else None


def _item(element: Element) -> FeedItem | None:
    addresses = (element.findtext("guid") or "", element.findtext("link") or "")
    match = next(filter(None, (_POST.search(address.strip()) for address in addresses)), None)
    published = _published(element.findtext("pubDate") or "")
    if match is None or published is None:
        return None
    return FeedItem(post_id=int(match[1]), published=published)


def _published(text: str) -> datetime | None:
    """The time of an item; the year has four digits: WordPress writes -0001 where a post has no date.

    bbPress up to 2.5 translates names of months in some feeds; such a date is none.
    """
    if _DATE.match(text.strip()) is None:
        return None
    try:
        moment = parsedate_to_datetime(text.strip())
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return aware.astimezone(UTC)
    except (ValueError, OverflowError):
        return None

"""Read feeds, RSS and Atom: of posts for what pages lack, each one's true UTC time; of topics for which there are."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from parsers.records import Feed, FeedItem, FeedTopic, Page, Problem
from parsers.xml_tree import is_whole, local_name, named, read_xml, text_of

if TYPE_CHECKING:
    from parsers.element import Element

_POST = re.compile(r"#post-(\d{1,18})$")
_POST_PARAMETER = re.compile(r"[?&]p=(\d{1,18})(?=[&#]|$)")
_TOPIC_TYPE = re.compile(r"[?&]post_type=topic(?=[&#]|$)")
_DATE = re.compile(r"(?:\w+, *)?\d{1,2} [A-Za-z]+ [1-9]\d{3} \d")
_ATOM_DATE = re.compile(
    r"[1-9]\d{3}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$"
)
_ENTRIES = {"rss": "item", "feed": "entry"}
# A feed has ten items, or as many as the owner has set; more than this no site shows.
_MOST_ITEMS = 10_000


def parse_feed(page: Page) -> Feed:
    """Read a feed: posts are items whose address names one (`#post-N`), all others are topics.

    The reader forgives what real feeds have: blanks before the declaration, comments after the end, an HTML error
    in front. Entities are not resolved, so that a hostile feed cannot grow.
    """
    root = read_xml(page.body, *_ENTRIES)
    if root is None:
        return Feed(
            items=(),
            problems=(Problem(code="no-feed", detail=f"{page.final_url} is no feed."),),
        )
    items: dict[int, FeedItem] = {}
    topics: dict[str, FeedTopic] = {}
    wanted = _ENTRIES[local_name(root)]
    for place, element in enumerate(named(root.iter("*"), wanted)):
        if place >= _MOST_ITEMS:
            break
        addresses = _addresses(element)
        match = next(filter(None, (_POST.search(one) for one in addresses)), None)
        if match is not None:
            _take_post(element, int(match[1]), items)
        elif (topic := _topic(element, addresses)) is not None:
            topics.setdefault(topic.url, topic)
    if topics and not is_whole(page.body, root):
        topics.popitem()  # its address may be cut
    return Feed(items=tuple(items.values()), topics=tuple(topics.values()))


def _addresses(element: Element) -> tuple[str, ...]:
    """What may name an item: its id and its link, which in Atom is an attribute."""
    links = [
        (link.get("href") or "").strip()
        for link in named(element, "link")
        if link.get("rel", "alternate") == "alternate"
    ]
    return (
        text_of(element, "guid"),
        text_of(element, "id"),
        text_of(element, "link"),
        *links,
    )


def _take_post(element: Element, post_id: int, items: dict[int, FeedItem]) -> None:
    published = _published(element)
    if published is not None:
        items.setdefault(post_id, FeedItem(post_id=post_id, published=published))


def _topic(element: Element, addresses: tuple[str, ...]) -> FeedTopic | None:
    """A topic: in bbPress's own feeds its time is that of the last post, on the site's clock, and called UTC."""
    url = next((one for one in addresses[2:] if _is_address(one)), None)
    if url is None:
        return None
    plain = [one for one in addresses if _TOPIC_TYPE.search(one)]
    number = next(filter(None, (_POST_PARAMETER.search(one) for one in plain)), None)
    is_true = local_name(element) == "entry" or any(
        guid.get("isPermaLink") == "false" for guid in named(element, "guid")
    )
    moment = _published(element)
    return FeedTopic(
        url=url,
        topic_id=int(number[1]) if number is not None else None,
        title=" ".join(html.unescape(text_of(element, "title")).split()),
        author=_author(element) or None,
        published=moment if is_true else None,
        active_local=moment.replace(tzinfo=None) if moment is not None and not is_true else None,
    )


def _author(element: Element) -> str:
    author = next(named(element, "author"), None)
    name = text_of(author, "name") if author is not None else ""
    return text_of(element, "creator") or name


def _is_address(text: str) -> bool:
    try:
        return urlsplit(text).scheme in {"http", "https"}
    except ValueError:  # brackets that are no IPv6 address
        return False


def _published(element: Element) -> datetime | None:
    """The time of an item; the year has four digits: WordPress writes -0001 where a post has no date.

    bbPress up to 2.5 translates names of months in some feeds; such a date is none.
    """
    text = text_of(element, "pubDate")
    try:
        if _DATE.match(text):
            return _in_utc(parsedate_to_datetime(text))
        atom = text_of(element, "published")
        return _in_utc(datetime.fromisoformat(atom.upper())) if _ATOM_DATE.match(atom) else None
    except (ValueError, OverflowError):
        return None


def _in_utc(moment: datetime) -> datetime:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC)

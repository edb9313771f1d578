"""Tell the feeds that hold a topic's posts: those that a page links, and those that follow from its addresses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from parsers.bbpress.address import absolute
from parsers.bbpress_standalone.address import host_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.bbpress_standalone.heading import Crumbs
    from parsers.bbpress_standalone.landmark import Landmarks
    from parsers.element import Element

_TOPIC_FEED = re.compile(r"(/rss/topic/|/rss\.php\?topic=)([^/?#&]+)")
_ADDRESS = re.compile(r"/(topic|forum)(?:/([^/?#]+)|\.php\?(?:[^#]*&)?id=([^&#]+))")


def read_feed_links(
    root: Element, marks: Landmarks, topic_url: str, crumbs: Crumbs
) -> tuple[str, ...]:
    """The feeds of the topic, of its forum and of the site, the likeliest to hold this topic's posts first."""
    linked = next(_linked(root, marks, topic_url), None)
    topic = linked or _feed_at(topic_url)
    forum = _feed_at((crumbs.forums[-1].url or "") if crumbs.forums else "")
    return tuple(one for one in (topic, forum, _site_feed(topic)) if one)


def topic_in_feed(feeds: tuple[str, ...]) -> str | None:
    """What the address of a topic's feed calls the topic."""
    match = _TOPIC_FEED.search(feeds[0]) if feeds else None
    return unquote(match[2]) if match else None


def _linked(root: Element, marks: Landmarks, url: str) -> Iterator[str]:
    for link in root.iter("link", "a"):
        address = absolute(url, link.get("href") or "")
        is_own = _TOPIC_FEED.search(address) is not None and host_of(address) == host_of(url)
        if is_own and not marks.contents.encloses(link):
            yield address


def _feed_at(url: str) -> str | None:
    """The feed of a topic's or a forum's address."""
    match = _ADDRESS.search(url)
    if match is None:
        return None
    base = url[: match.start()]
    pretty, plain = f"{base}/rss/{match[1]}/{match[2]}", f"{base}/rss.php?{match[1]}={match[3]}"
    return pretty if match[2] else plain


def _site_feed(topic_feed: str | None) -> str | None:
    """The feed of all posts, beside a topic's."""
    match = _TOPIC_FEED.search(topic_feed or "")
    if match is None:
        return None
    base = (topic_feed or "")[: match.start()]
    return f"{base}/rss/" if match[1].endswith("/") else f"{base}/rss.php"

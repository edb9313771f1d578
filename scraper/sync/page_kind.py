"""Tell what a page of somebody's collection is: a topic's page, or one of those that an archive keeps beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from parsers.document import decode_text, read_document
from parsers.erasure import topic_of_record
from parsers.errors import UnknownForumError
from parsers.feed import parse_feed
from parsers.registry import recognise
from parsers.site_info import parse_site_info
from parsers.text_dump import parse_text_dump
from scraper.sync.topic_page import Elsewhere, read_topic_page

if TYPE_CHECKING:
    from parsers.records import Page, TopicPage

# What an archive keeps beside topics, and reads no posts from.
BESIDE = frozenset(("reply", "list", "other", "robots", "site-info", "feed", "sitemap"))
_TOP = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What a page is.

    Attributes:
        kind: as `pages.kind` lists.
        found: what it says, where it is a topic's page or a dump of one.
        topic_url: where its topic is, where it is a single reply's page.
    """

    kind: str
    found: TopicPage | None = None
    topic_url: str | None = None


def understood(page: Page, stated: str | None = None) -> Understood:
    """Tell what a page is.

    Args:
        page: what came.
        stated: what an archive kept it as.

    Raises:
        UnknownForumError: it is nothing that an archive keeps.
        ThreadkeepError: it should be a topic's page, and cannot be read as one.
    """
    found = topic_of_record(page)
    if stated == "dump":
        found = found or parse_text_dump(decode_text(page.body), url=page.url or None)
        return Understood(kind="dump", found=found)
    if found is not None:
        return Understood(kind="topic", found=found)
    beside = stated if stated in BESIDE else _for_machines(page)
    if beside is not None:
        return Understood(kind=beside)
    try:
        read = read_topic_page(page, may_archive=True)
    except UnknownForumError:
        if _is_list(page):
            return Understood(kind="list")
        raise
    if isinstance(read, Elsewhere):
        return Understood(kind="reply", topic_url=read.url)
    return Understood(kind="topic", found=read)


def _for_machines(page: Page) -> str | None:
    """What a page is that is not for people; None where it is for people."""
    top = page.body[:_TOP].lstrip(b"\xef\xbb\xbf \t\r\n")
    if urlsplit(page.final_url).path == "/robots.txt" and not top.startswith(b"<"):
        return "robots"
    if top.startswith(b"{") and parse_site_info(page).home is not None:
        return "site-info"
    if b"<urlset" in top or b"<sitemapindex" in top:
        return "sitemap"
    if top.startswith(b"<?xml") or b"<rss" in top or b"<feed" in top:
        feed = parse_feed(page)
        return "feed" if feed.items or feed.topics else None
    return None


def _is_list(page: Page) -> bool:
    return recognise(read_document(page))[1] in {"forum", "list"}

"""Find topics and replies that have vanished by the sitemaps, where these are fewer requests than the lists."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

from parsers.errors import (
    AccessDeniedError,
    FetchError,
    NothingReadableError,
    SessionEndedError,
    UsageError,
)
from parsers.sitemap import parse_sitemap
from scraper.archive.due_topic import GROWN, NO_LONGER_LISTED
from scraper.archive.listing import (
    listed_in_sitemaps,
    live_replies,
    replies_in_open_topics,
    want_topic,
    want_topic_of_reply,
)
from scraper.archive.page import newest_sitemap_index, utc_text
from scraper.archive.run import ensure_run
from scraper.fetch.fetcher import Request
from scraper.fetch.host import on_site

if TYPE_CHECKING:
    from collections.abc import Collection

    from parsers.list_records import Sitemap
    from scraper.archive.database import Archive
    from scraper.fetch.fetcher import Fetcher
    from scraper.politeness.clock import Clock

logger = logging.getLogger(__name__)

_REPLY = re.compile(r"/reply/(\d{1,18})/?$|[?&]p=(\d{1,18})(?:&|$)")
# Owners leave kinds of posts out of their sitemaps: more than this is no news, but a sitemap that does not list them.
_FEW = 20
_SHARE = 0.02


class SitemapCheck:
    """Compares an archive with the sitemaps of its site, once in a run.

    Core's sitemaps, and those of the plugins, list public topics and replies, two thousand or so in a file. Closed topics
    are in none, so that absence alone proves nothing: what is absent is looked up.
    """

    def __init__(self, archive: Archive, fetcher: Fetcher, clock: Clock) -> None:
        self._archive = archive
        self._fetcher = fetcher
        self._clock = clock
        self._has_explained: bool | None = None
        self._replies: dict[int, str] = {}

    def strays(self, lost: Collection[int]) -> list[tuple[int, str]]:
        """Number and address of the replies that the sitemaps name, and that are in no topic as far as is known.

        Args:
            lost: keys of topics that were found not to be there in this run.
        """
        live = live_replies(self._archive.connection, lost) if self._replies else set[int]()
        return [(post_id, url) for post_id, url in self._replies.items() if post_id not in live]

    def explains(self, pages: int) -> bool:
        """Whether what has vanished is found by the sitemaps, instead of by reading so many pages of a list."""
        if self._has_explained is None:
            index = newest_sitemap_index(self._archive)
            parts = _parts(parse_sitemap(index)) if index is not None else []
            if index is None or not parts or len(parts) + 1 >= pages:
                return False
            self._has_explained = self._compare(index.url)
        return self._has_explained

    def _compare(self, index_url: str) -> bool:
        try:
            index = self._read(index_url)
            parts = [(url, holds, self._read(url)) for url, holds in _parts(index)]
        except SessionEndedError:
            raise
        except (FetchError, AccessDeniedError, NothingReadableError, UsageError) as error:
            logger.info("the sitemaps cannot be compared: %s", error)
            return False
        if any(part.problems for _, _, part in parts):
            return False
        topics = _addresses([part for _, holds, part in parts if holds == "topics"], index_url)
        self._replies = _replies([part for _, holds, part in parts if holds == "replies"])
        return self._note(topics, set(self._replies))

    def _read(self, url: str) -> Sitemap:
        return parse_sitemap(self._fetcher.get(Request(url=url, reason="sitemap")))

    def _note(self, topics: set[str], replies: set[int]) -> bool:
        """Have everything looked up that is no longer there; False where the sitemaps do not list all they should."""
        connection = self._archive.connection
        lost_topics = [key for key, url in listed_in_sitemaps(connection) if url not in topics]
        known = replies_in_open_topics(connection)
        lost_replies = [post_id for post_id in known if post_id not in replies]
        most = max(_FEW, int(len(known) * _SHARE))
        if not replies or len(lost_replies) > most or len(lost_topics) > most:
            return False
        with self._archive.transaction() as connection:
            ensure_run(connection, self._archive, utc_text(self._clock.now()))
            for listing_key in lost_topics:
                want_topic(connection, listing_key, NO_LONGER_LISTED)
            for post_id in lost_replies:
                want_topic_of_reply(connection, post_id, GROWN)
        return True


def _parts(index: Sitemap) -> list[tuple[str, str]]:
    """The sitemaps of topics and replies that an index names."""
    return [
        (entry.url, entry.holds) for entry in index.entries if entry.holds in {"topics", "replies"}
    ]


def _addresses(sitemaps: list[Sitemap], site: str) -> set[str]:
    links = (on_site(entry.url, site) for one in sitemaps for entry in one.entries)
    return {link for link in links if link is not None}


def _replies(sitemaps: list[Sitemap]) -> dict[int, str]:
    """Replies whose addresses name them by number, as bbPress's do unless somebody gave a reply a title."""
    found = ((_REPLY.search(entry.url), entry.url) for one in sitemaps for entry in one.entries)
    return {int(match[1] or match[2]): url for match, url in found if match is not None}

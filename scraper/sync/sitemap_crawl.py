"""Archive the topics that a sitemap names, where nothing better lists them: every topic has to be looked at each time."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from parsers.errors import FetchError, UnknownForumError
from scraper.archive.due_topic import NO_LONGER_LISTED, UNLISTED
from scraper.archive.list_page import ListTarget, drop_unlisted, keep_entry
from scraper.archive.listing import Found, note_topic, want_known_topic, want_topic
from scraper.archive.page import store_page, utc_text
from scraper.archive.run import ensure_run
from scraper.archive.topic_list import ListRow, end_list, fail_list, note_list
from scraper.discover.sitemap_walk import SitemapWalk
from scraper.fetch.address import normalise_url
from scraper.fetch.host import on_site
from scraper.sync.list_outcome import ListOutcome

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from parsers.records import Page
    from scraper.archive.database import Archive
    from scraper.archive.topic_list import TopicList
    from scraper.discover.sitemap_walk import SitemapRead
    from scraper.fetch.fetcher import Fetcher
    from scraper.politeness.clock import Clock

SITEMAP = "sitemap"
"""The kind of a list that is a sitemap."""


class SitemapCrawl:
    """Reads sitemaps that the user asked for."""

    def __init__(self, archive: Archive, fetcher: Fetcher, clock: Clock) -> None:
        self._archive = archive
        self._fetcher = fetcher
        self._clock = clock

    def begin(self, page: Page) -> ListOutcome:
        """Note the topics of a sitemap that has come, and that it was asked for.

        Raises:
            UnknownForumError: it names no topic; nothing is kept.
        """
        walk = SitemapWalk(self._fetcher)
        reads = walk.read_from(page)
        early: list[SitemapRead] = []
        for one in reads:
            early.append(one)
            if one.topics:
                break
        else:
            raise UnknownForumError(
                f"{page.final_url} names no topic of a forum; give the address of a topic or a forum.",
                url=page.final_url,
            )
        url = normalise_url(page.final_url)
        with self._archive.transaction() as connection:
            ensure_run(connection, self._archive, self._now())
            row = ListRow(url=url, kind=SITEMAP, title=url.rpartition("/")[2])
            list_key = note_list(connection, row)
        return self._keep_all(
            ListTarget(list_key=list_key, number=1, url=url, last=1), early, reads, walk
        )

    def read(self, topic_list: TopicList) -> ListOutcome:
        """Read a sitemap again. What it does not name any more is looked up: closed topics are in none."""
        walk = SitemapWalk(self._fetcher)
        target = ListTarget(list_key=topic_list.list_key, number=1, url=topic_list.url, last=1)
        return self._keep_all(target, [], walk.read([target.url], target.url), walk)

    def _keep_all(
        self,
        target: ListTarget,
        early: Iterable[SitemapRead],
        later: Iterable[SitemapRead],
        walk: SitemapWalk,
    ) -> ListOutcome:
        first_page_id, pages, topics = 0, 0, 0
        for one in itertools.chain(early, later):
            with self._archive.transaction() as connection:
                run_id = ensure_run(connection, self._archive, self._now())
                page_id = store_page(connection, run_id, "sitemap", one.page)
                topics += self._keep(connection, target, one, page_id)
            first_page_id, pages = first_page_id or page_id, pages + 1
        error = next(iter(walk.failures), None)
        with self._archive.transaction() as connection:
            if error is not None:
                fail_list(connection, target.list_key, error, FetchError.exit_code)
            else:
                for listing_key in drop_unlisted(connection, target.list_key, first_page_id):
                    want_topic(connection, listing_key, NO_LONGER_LISTED)
                end_list(connection, target.list_key, self._now(), None)
        return ListOutcome(
            url=target.url,
            title=target.url.rpartition("/")[2],
            pages=pages,
            topics=topics,
            error=error,
            exit_code=FetchError.exit_code if error is not None else 0,
        )

    def _keep(
        self, connection: sqlite3.Connection, target: ListTarget, one: SitemapRead, page_id: int
    ) -> int:
        """Note the topics of one sitemap, each to be looked at: it says nothing of new replies."""
        noted = 0
        for entry in one.topics:
            address = on_site(entry.url, target.url)
            if address is None:
                continue
            modified = utc_text(entry.modified) if entry.modified is not None else None
            found = Found(url=address, source=SITEMAP, modified=modified)
            listing_key = note_topic(connection, found, self._now()).listing_key
            keep_entry(connection, target, listing_key, page_id, is_elsewhere=False)
            want_known_topic(connection, listing_key, UNLISTED)
            noted += 1
        return noted

    def _now(self) -> str:
        return utc_text(self._clock.now())

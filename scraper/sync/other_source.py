"""Find what the lists of a site do not show: topics in its sitemaps, posts in its feed, forums that only topics name."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from parsers.feed import parse_feed
from scraper.archive.forum import forums_not_listed
from scraper.archive.list_state import lists_without_numbers
from scraper.archive.listing import Found, compare_sources, note_topic
from scraper.archive.new_address import follow_base
from scraper.archive.page import newest_page, store_page, utc_text
from scraper.archive.post_time import asked_before, note_question, store_feed_times
from scraper.archive.run import ensure_run, first_of_this
from scraper.archive.topic_list import (
    ListRow,
    list_at,
    move_lost_index,
    note_list,
    scopes,
    want_list,
)
from scraper.discover.newest_feed import newest_posts, still_unknown
from scraper.discover.sitemap_walk import SitemapWalk
from scraper.fetch.host import on_site

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scraper.archive.database import Archive
    from scraper.archive.topic_list import TopicList
    from scraper.discover.sitemap_walk import SitemapRead
    from scraper.fetch.member import MemberFetcher
    from scraper.fetch.polite import PoliteFetcher
    from scraper.politeness.clock import Clock

logger = logging.getLogger(__name__)


class OtherSources:
    """Sources of topics beside lists."""

    def __init__(
        self, archive: Archive, fetcher: PoliteFetcher | MemberFetcher, clock: Clock
    ) -> None:
        self._archive = archive
        self._fetcher = fetcher
        self._clock = clock
        # They are read once; what a run that was stopped has read of them is good still.
        self._walk = SitemapWalk(fetcher, lambda url: newest_page(archive, "sitemap", url))
        self._in_sitemaps = 0
        self._in_feed: tuple[int, ...] = ()
        self._moves: list[str] = []

    def notes(self) -> list[str]:
        """What the sources say that the others do not; no one of them shows everything."""
        notes = [*self._moves, *(f"sitemap: {failure}" for failure in self._walk.failures)]
        if self._in_sitemaps:
            notes += compare_sources(self._archive.connection)
        if missed := still_unknown(self._archive, self._in_feed):
            posts = ", ".join(map(str, missed))
            notes.append(f"the feed of the newest posts has some that no topic shows: {posts}")
        return notes

    def ask_feed(self, topic_list: TopicList) -> None:
        """Look into the feed of a list; where its forums show no numbers, it alone tells whether they are to be read."""
        if topic_list.feed_url is None or not topic_list.was_read:
            return
        newest = newest_posts(self._archive, self._fetcher, topic_list.feed_url)
        self._follow(topic_list.feed_url, newest.answered_at)
        self._in_feed += newest.unknown
        is_quiet = newest.is_known and not newest.unknown
        with self._archive.transaction() as connection:
            run_id = ensure_run(connection, self._archive, self._now())
            if newest.page is not None:
                store_page(connection, run_id, "feed", newest.page)
                # As reading the stored pages anew does.
                store_feed_times(connection, parse_feed(newest.page).items)
            for list_key in () if is_quiet else lists_without_numbers(connection):
                want_list(connection, list_key)

    def _follow(self, url: str, answered_at: str | None) -> None:
        """Go on where the site is now, if it sends on from a feed to the same one in another place."""
        if answered_at is None or answered_at == url:
            return
        with self._archive.transaction() as connection:
            ensure_run(connection, self._archive, self._now())
            moved = follow_base(connection, url, answered_at, self._now())
        if moved is not None:
            logger.warning("%s", moved)
            self._moves.append(moved)

    def read_new_sitemaps(self, url: str) -> None:
        """Read the sitemaps that robots.txt names, once in an archive's life: what is new later shows in lists."""
        sitemaps = self._fetcher.robots(url).sitemaps
        if not sitemaps or sitemaps[0] in asked_before(self._archive.connection):
            return
        for one in self._walk.read(sitemaps, url):
            self._note_all(one, url)
        with self._archive.transaction() as connection:
            ensure_run(connection, self._archive, self._now())
            for sitemap in sitemaps:
                note_question(connection, sitemap, self._now())

    def widen(self, root_urls: Iterable[str]) -> bool:
        """Note forums that topics say they are in, and the index that pages link.

        Args:
            root_urls: indexes that pages link.

        Returns:
            Whether there was one that is no list of the archive yet.
        """
        found = False
        with self._archive.transaction() as connection:
            ensure_run(connection, self._archive, self._now())
            for root in root_urls:
                if list_at(connection, root) is None and not move_lost_index(connection, root):
                    note_list(connection, ListRow(url=root, kind="index", title="Forums"))
                    found = True
            parent = next(iter(scopes(connection)), None)
            for title, url in (
                forums_not_listed(connection, first_of_this(self._archive))
                if parent is not None
                else ()
            ):
                address = on_site(url, parent.url) if parent is not None else None
                if address is not None and list_at(connection, address) is None:
                    row = ListRow(url=address, kind="forum", title=title)
                    note_list(connection, row, parent_key=parent.list_key if parent else None)
                    found = True
        return found

    def _note_all(self, sitemap: SitemapRead, site: str) -> None:
        now = self._now()
        with self._archive.transaction() as connection:
            run_id = ensure_run(connection, self._archive, now)
            if not sitemap.is_known:
                store_page(connection, run_id, "sitemap", sitemap.page)
            for entry in sitemap.topics:
                address = on_site(entry.url, site)
                if address is not None:
                    modified = utc_text(entry.modified) if entry.modified is not None else None
                    found = Found(url=address, source="sitemap", modified=modified)
                    note_topic(connection, found, now)
                    self._in_sitemaps += 1

    def _now(self) -> str:
        return utc_text(self._clock.now())

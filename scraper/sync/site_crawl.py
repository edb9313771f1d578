"""Archive what an address shows, be it a topic, a forum or a whole site: first its lists, then the topics that are due."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from parsers.errors import (
    AccessDeniedError,
    ArchiveError,
    ExportError,
    FetchError,
    LoginRequiredError,
    NothingReadableError,
    SessionEndedError,
    ThreadkeepError,
    UnknownForumError,
)
from scraper.archive.address import known_topic
from scraper.archive.audit import list_pages_to_audit
from scraper.archive.due_topic import (
    due_topics,
    topics_in_no_list,
    topics_to_repair,
)
from scraper.archive.list_gap import has_any_open_gap
from scraper.archive.listing import want_withheld_topics
from scraper.archive.new_address import follow_base
from scraper.archive.run import ensure_run, first_unfinished
from scraper.archive.topic_list import (
    ListRow,
    TopicList,
    address_of_list,
    due_lists,
    list_at,
    list_of,
    move_index,
    note_list,
    scopes,
    want_list,
    want_withheld_lists,
    was_read_since,
)
from scraper.discover.entrance import entrance
from scraper.discover.list_row import list_row
from scraper.discover.sitemap_check import SitemapCheck
from scraper.fetch.address import normalise_url
from scraper.fetch.fetcher import Request
from scraper.fetch.host import on_site
from scraper.sync.due_crawl import CrawlParts, DueCrawl
from scraper.sync.list_crawl import ListCrawl
from scraper.sync.log import log_failure
from scraper.sync.other_source import OtherSources
from scraper.sync.receipt import received
from scraper.sync.report import TopicOutcome
from scraper.sync.sitemap_crawl import SITEMAP, SitemapCrawl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from parsers.list_records import ListPage
    from parsers.records import Page
    from scraper.discover.entrance import Entrance
logger = logging.getLogger(__name__)


# So many replies that are in no known topic are followed to theirs in one run; each brings its whole topic along.
_MOST_STRAYS = 20


# A server that is started anew is back within a minute or so.
_PAUSE = 60.0


class SiteCrawl(DueCrawl):
    """Archives one site, or as much of it as is asked for.

    Attributes:
        topics: what came of each topic that was read.
        withheld: topics that lists show, and that guests do not get to see.
        lists: what came of each list that was read.
        notes: what differs between the sources of topics; it changes no exit code.
    """

    def __init__(self, parts: CrawlParts) -> None:
        super().__init__(parts)
        archive, fetcher, clock = parts.archive, parts.fetcher, parts.clock
        self._sitemap_check = SitemapCheck(archive, fetcher, clock)
        self._list_crawl = ListCrawl(
            archive,
            fetcher,
            clock,
            parts.listener,
            may_archive=parts.options.may_archive,
            explains=self._sitemap_check.explains,
        )
        self._sitemap_crawl = SitemapCrawl(archive, fetcher, clock)
        self._others = OtherSources(archive, fetcher, clock)
        self._first_unfinished = first_unfinished(archive)
        self._read: set[int] = set()
        self._followed: set[int] = set()
        self._audited_share = 0.0
        self._is_site = False
        self._has_scope = False
        self.notes: list[str] = []

    def archive(self, urls: Iterable[str]) -> None:
        """Archive what addresses show."""
        for url in urls:
            self._enter_safely(url)
        self._work()

    def audit_lists(self, share: float) -> None:
        """Have pages of lists read along that nothing has changed on, as far as is known.

        Args:
            share: how much of all of them, from 0 to 1.
        """
        self._audited_share = share

    def see_more(self) -> None:
        """Ask again for what guests were not let read: somebody is logged in now."""
        with self._archive.transaction() as connection:
            want_withheld_topics(connection)
            want_withheld_lists(connection)

    def sync(self) -> None:
        """Bring everything up to date that was ever asked for: lists, and topics that are in none."""
        for one in scopes(self._archive.connection):
            self._others.ask_feed(one)
        for one in scopes(
            self._archive.connection
        ):  # the site may have moved, as its feeds have told
            self._ask_for(one)
        for due in topics_in_no_list(self._archive.connection):
            self._read_due(due)
        self._work()

    @property
    def gone_topics(self) -> int:
        """Topics found to be gone."""
        return self._vanished.topics

    @property
    def gone_posts(self) -> int:
        """Posts found to be gone with their topics."""
        return self._vanished.posts

    def is_incomplete(self) -> bool:
        """Whether anything is missing of what lists were read for, now or since an earlier run."""
        return self._has_scope and has_any_open_gap(self._archive.connection)

    # What the user asks for -------------------------------------------------------------------------------------

    def _enter_safely(self, url: str) -> None:
        try:
            self._enter(url)
        except (ArchiveError, ExportError, SessionEndedError):
            raise
        except ThreadkeepError as error:
            log_failure(error)
            self.topics.append(TopicOutcome(url=url, error=str(error), exit_code=error.exit_code))

    def _enter(self, url: str) -> None:
        logger.info("archiving %s", url)
        address = normalise_url(url)
        if known_topic(self._archive.connection, address) is not None:
            self._archive_topic(url)
            return
        known = list_at(self._archive.connection, address)
        if known is not None:
            self._ask_for(known)
            return
        page = received(self._fetcher.get(Request(url=address, reason="the address given")))
        found = entrance(page, may_archive=self._options.may_archive)
        if found.is_topic:
            self._archive_topic(url, came=page)
        elif found.list_page is not None:
            self._begin_scope(found.list_page, page)
        elif found.sitemap is not None:
            self._begin_sitemap(page)
        else:
            self._follow(found, page)

    def _follow(self, found: Entrance, page: Page) -> None:
        """Try where a page leads to; a site's home may link its forum nowhere, and sitemaps name it all the same."""
        self._topic_crawl.keep_beside("other", page)
        self._is_site = self._is_site or found.is_site
        sitemaps = self._fetcher.robots(page.final_url).sitemaps if found.is_site else ()
        for lead in (*found.leads, *sitemaps):
            try:
                self._enter(lead)
            except (NothingReadableError, AccessDeniedError) as error:
                logger.info("no forum there: %s", error)
            else:
                return
        raise UnknownForumError(
            f"{page.final_url} is no page of a forum that threadkeep reads, it links none, and no sitemap names one; "
            "give the address of the forum.",
            url=page.final_url,
        )

    def _begin_scope(self, found: ListPage, page: Page) -> None:
        own = on_site(found.url, page.final_url) if found.url else None
        address = own or normalise_url(page.final_url)
        known = list_at(self._archive.connection, address)
        if known is None and self._follow_list(found, address):
            known = list_at(self._archive.connection, address)
        if known is None and found.kind == "index":
            # A site has one index; where a user asks for it at another address, it has moved there.
            with self._archive.transaction() as connection:
                move_index(connection, address)
            known = list_at(self._archive.connection, address)
        if known is None:
            with self._archive.transaction() as connection:
                ensure_run(connection, self._archive, self._now())
                note_list(connection, list_row(found, address))
            known = list_at(self._archive.connection, address)
        if known is None:  # the forum is known by its number, and has moved
            known = next(one for one in scopes(self._archive.connection) if one.url == address)
        if found.pager.current == 1:
            self._list_crawl.give(known.url, page)
        self._ask_for(known)

    def _follow_list(self, found: ListPage, address: str) -> bool:
        """Go on where the site is now, if the archive has the same list in another place."""
        with self._archive.transaction() as connection:
            before = address_of_list(connection, found.kind, found.forum_id)
            if before is None:
                return False
            ensure_run(connection, self._archive, self._now())
            moved = follow_base(connection, before, address, self._now())
        self.notes += [moved] if moved is not None else []
        return moved is not None

    def _begin_sitemap(self, page: Page) -> None:
        outcome = self._sitemap_crawl.begin(page)
        self._has_scope = self._disappearance.is_told_later = True
        self.lists.append(outcome)

    def _ask_for(self, topic_list: TopicList) -> None:
        self._has_scope = self._disappearance.is_told_later = True
        self._is_site = self._is_site or topic_list.kind == "index"
        is_fresh = self._first_unfinished is not None and was_read_since(
            self._archive.connection, topic_list.list_key, self._first_unfinished
        )
        with self._archive.transaction() as connection:
            run_id = ensure_run(connection, self._archive, self._now())
            self._topic_crawl.keep_waiting(connection, run_id)
            note_list(
                connection,
                ListRow(url=topic_list.url, kind=topic_list.kind, title=topic_list.title),
            )
            if not is_fresh:
                want_list(connection, topic_list.list_key)

    # The work ---------------------------------------------------------------------------------------------------

    def _work(self) -> None:
        """Read lists and topics until neither leads to anything new; what failed is tried once more at the end."""
        if not self._has_scope:
            return
        self._begin_audit()
        self._to_repair = topics_to_repair(self._archive.connection)
        for is_last in (False, True):
            while self._read_lists() or self._read_topics() or self._widen():
                pass
            if is_last or not self._may_try_again():
                break
            logger.info("the site has failed; what is left is tried once more in a minute")
            self._clock.sleep(_PAUSE)
        self._follow_strays()
        self._settle_vanished()
        self.notes += self._others.notes()

    def _begin_audit(self) -> None:
        pages = list_pages_to_audit(self._archive, self._audited_share)
        self._list_crawl.audit(pages)
        with self._archive.transaction() as connection:
            for list_key in pages:
                want_list(connection, list_key)

    def _follow_strays(self) -> None:
        """Read the topics that replies were moved to, where only the sitemaps still show that they are there."""
        for _ in range(_MOST_STRAYS):
            found = self._sitemap_check.strays(self._vanished.lost_topics)
            strays = [one for one in found if one[0] not in self._followed]
            if not strays:
                return
            post_id, url = strays[0]
            self._followed.add(post_id)
            self._archive_topic(url)

    def _read_lists(self) -> bool:
        waiting = [
            one for one in due_lists(self._archive.connection) if one.list_key not in self._read
        ]
        for one in waiting:
            self._read.add(one.list_key)
            topic_list = list_of(self._archive.connection, one.list_key)
            if topic_list is None:
                continue
            logger.info("reading the list %s", topic_list.url)
            is_sitemap = topic_list.kind == SITEMAP
            crawl = self._sitemap_crawl if is_sitemap else self._list_crawl
            outcome = crawl.read(topic_list)
            if not outcome.is_passed_over:
                self.lists.append(outcome)
            elif outcome.exit_code == LoginRequiredError.exit_code:
                self.withheld.append(
                    TopicOutcome(url=outcome.url, error=outcome.error, exit_code=outcome.exit_code)
                )
            else:
                self.notes.append(f"a list is not there: {outcome.url}")
        if waiting and self._is_site and any(one.exit_code == 0 for one in self.lists):
            self._others.read_new_sitemaps(waiting[0].url)
        return bool(waiting)

    def _widen(self) -> bool:
        """Look for lists that no list names, where a whole site is asked for."""
        return self._is_site and self._others.widen(self._list_crawl.root_urls)

    def _may_try_again(self) -> bool:
        """Forget what failed for a reason that may pass, so that it is tried once more."""
        lists = {one.list_key: one for one in due_lists(self._archive.connection)}
        failed_lists = {one.url for one in self.lists if one.exit_code == FetchError.exit_code}
        self._read -= {key for key, one in lists.items() if one.url in failed_lists}
        failed = {one.url for one in self.topics if one.exit_code == FetchError.exit_code}
        due = [one for one in due_topics(self._archive.connection) if one.url in failed]
        self._tried -= {one.listing_key for one in due}
        self.lists = [one for one in self.lists if one.url not in failed_lists or not lists]
        self.topics = [one for one in self.topics if one.url not in {each.url for each in due}]
        return bool(due) or bool(failed_lists)

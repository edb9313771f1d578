"""Read the lists of a site, as far as they say anything new, and note the topics and lists that they name."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parsers.errors import (
    AccessDeniedError,
    FetchError,
    LoginRequiredError,
    NotFoundError,
    NothingReadableError,
    SessionEndedError,
)
from scraper.archive.due_topic import NO_LONGER_LISTED
from scraper.archive.list_gap import reconcile_list
from scraper.archive.list_page import (
    ListTarget,
    begin_list,
    drop_unlisted,
    fail_list_page,
    first_fresh_page,
    forget_pages_beyond,
    keep_entry,
    keep_list_page,
    leave_page,
    pages_of_list,
    pending_page,
    resume_list,
    shown_topics,
    want_pages,
    want_pages_again,
)
from scraper.archive.list_state import growth_of, own_topics
from scraper.archive.listing import note_topic, want_topic
from scraper.archive.page import store_page, utc_text
from scraper.archive.run import ensure_run
from scraper.archive.site import note_site
from scraper.archive.topic_list import (
    TopicList,
    children_not_named,
    end_list,
    fail_list,
    name_list,
    note_list,
    want_list,
)
from scraper.archive.viewer import sees_less_of_list
from scraper.discover.entrance import read_list
from scraper.discover.list_row import feed_of, forums_of, list_row, topic_row
from scraper.fetch.fetcher import Request
from scraper.fetch.host import on_site, one_host
from scraper.sync.crawl_options import SAME_CRAWL
from scraper.sync.list_outcome import ListOutcome
from scraper.sync.missing_list import pass_over
from scraper.sync.receipt import received

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from parsers.list_records import ListPage
    from parsers.records import Page
    from scraper.archive.database import Archive
    from scraper.fetch.fetcher import Fetcher
    from scraper.politeness.clock import Clock
    from scraper.sync.listener import Listener
logger = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class _Reading:
    """What the pages of one list said this time.

    Attributes:
        is_whole: all its pages are read, whatever they say.
        first_page_id: the first copy that was kept this time; 0 before.
        replies: by how many replies the rows say more than before.
        topics: by how many topics more are listed than before.
        is_for_sums: the next page is to be read only since the sums do not fit yet.
        last: the list's last page, as the newest page says.
        named: the lists that it names.
    """

    is_whole: bool
    first_page_id: int = 0
    replies: int = 0
    topics: int = 0
    is_for_sums: bool = False
    last: int = 0
    named: set[int]


class ListCrawl:
    """Reads lists of one site, one after the other."""

    def __init__(
        self,
        archive: Archive,
        fetcher: Fetcher,
        clock: Clock,
        listener: Listener,
        *,
        may_archive: bool,
        explains: Callable[[int], bool],
    ) -> None:
        """Prepare to read lists.

        Args:
            archive: what is known.
            fetcher: asks.
            clock: dates what is stored.
            listener: is told of pages that could not be read.
            may_archive: the user has the site's permission, so `noarchive` does not count.
            explains: whether what has vanished is found without reading so many more pages of a list.
        """
        self._archive = archive
        self._fetcher = fetcher
        self._clock = clock
        self._listener = listener
        self._may_archive = may_archive
        self._explains = explains
        self._given: dict[str, Page] = {}
        self._audited: dict[int, frozenset[int]] = {}
        self._not_named: set[int] = set()
        self.root_urls: dict[str, None] = {}

    def give(self, url: str, page: Page) -> None:
        """Hand over a page that came already, so that it is not asked for again."""
        self._given[url] = page

    def audit(self, pages: dict[int, frozenset[int]]) -> None:
        """Have pages of lists read whatever their sums say; the pages by the archive's numbers of the lists."""
        self._audited = pages

    def read(self, topic_list: TopicList) -> ListOutcome:
        """Read a list: all of it the first time, later as long as its pages or its sums say that there is more."""
        key = topic_list.list_key
        reading = _Reading(is_whole=not topic_list.was_read or self._is_all(key), named=set())
        since = utc_text(self._clock.now() - SAME_CRAWL)
        with self._archive.transaction() as connection:
            run_id = ensure_run(connection, self._archive, self._now())
            if resume_list(connection, key, since):
                # What a run that was stopped has read is on record, but not what it added up.
                reading.is_whole = True
                reading.first_page_id = first_fresh_page(connection, key)
            else:
                begin_list(connection, key, run_id)
                want_pages_again(connection, key, self._audited.get(key, ()))
        pages = 0
        while (target := pending_page(self._archive.connection, key)) is not None:
            if reading.is_for_sums and self._explains(target.last - target.number + 1):
                self._leave(target)
                break
            try:
                self._read_page(topic_list, target, reading)
                pages += 1
            except SessionEndedError:
                raise
            except (FetchError, AccessDeniedError, NothingReadableError) as error:
                if target.number == 1 and self._is_beyond_sight(topic_list, error):
                    return _unseen(topic_list)
                self._fail(target, error)
                if target.number == 1:
                    return self._without(topic_list, error)
        return self._finish(topic_list, reading, pages)

    def _is_all(self, list_key: int) -> bool:
        """Whether an audit has every page of a list read."""
        numbers = {row["number"] for row in pages_of_list(self._archive.connection, list_key)}
        return bool(numbers) and numbers <= self._audited.get(list_key, frozenset())

    def _read_page(self, topic_list: TopicList, target: ListTarget, reading: _Reading) -> None:
        page = self._given.pop(target.url, None)
        if page is None:
            reason = (
                f"list “{topic_list.title}”"
                if target.number == 1
                else f"list page {target.number}"
            )
            page = received(self._fetcher.get(Request(url=target.url, reason=reason)))
        found = read_list(page, may_archive=self._may_archive)
        if target.number == 1 and not found.topics:
            self._refuse_emptied(topic_list, page.final_url)
        if target.number > 1 and not found.topics and found.notice is not None:
            self._end_before(target)
            reading.last = target.number - 1
            return
        if target.number > 1 and found.pager.current != target.number:
            raise NothingReadableError(
                f"{page.final_url} answered with another page than page {target.number} of the list; it was not kept.",
                url=page.final_url,
            )
        with self._archive.transaction() as connection:
            run_id = ensure_run(connection, self._archive, self._now())
            page_id = store_page(connection, run_id, "list", page)
            reading.first_page_id = reading.first_page_id or page_id
            is_news = self._keep(connection, topic_list, target, found, page, page_id, reading)
            reading.last = last = found.pager.last
            stated = found.claim.total if found.claim is not None else None
            keep_list_page(
                connection, target, page_id=page_id, last_number=last, stated_topics=stated
            )
            forget_pages_beyond(connection, target.list_key, max(last, target.number))
            self._want_more(connection, topic_list, target, found, reading, is_news=is_news)
        logger.info("list “%s”, page %d of %d", found.title, target.number, last)

    def _end_before(self, target: ListTarget) -> None:
        """Note that a list ends before a page; bbPress links one too many where topics are on top of all forums."""
        with self._archive.transaction() as connection:
            ensure_run(connection, self._archive, self._now())
            forget_pages_beyond(connection, target.list_key, target.number - 1)

    def _keep(  # noqa: PLR0913, PLR0917  # one page, with everything that came of it
        self,
        connection: sqlite3.Connection,
        topic_list: TopicList,
        target: ListTarget,
        found: ListPage,
        page: Page,
        page_id: int,
        reading: _Reading,
    ) -> bool:
        """Note what a page lists; whether any of it is new."""
        now = self._now()
        url = page.final_url
        name_list(
            connection, target.list_key, list_row(found, topic_list.url), feed_of(found, url)
        )
        note_site(
            connection, host=one_host([url]) or "", home=found.home_url, api_url=found.api_url
        )
        if found.root_url is not None and (root := on_site(found.root_url, url)) is not None:
            self.root_urls[root] = None
        for forum in forums_of(found, url):
            reading.named.add(note_list(connection, forum, parent_key=target.list_key))
        is_news = False
        for row in found.topics:
            listed = topic_row(row, found, url)
            if listed is None:
                continue
            noted = note_topic(connection, listed, now)
            is_elsewhere = row.sticky == "super" and row.forum_id != found.forum_id
            if not is_elsewhere:
                is_entry = _is_entry(connection, target.list_key, noted.listing_key)
                reading.topics += not is_entry
                reading.replies += noted.more_replies
                is_news = is_news or noted.is_news
            keep_entry(connection, target, noted.listing_key, page_id, is_elsewhere=is_elsewhere)
        return is_news

    def _want_more(  # one page, and what it means for the others
        self,
        connection: sqlite3.Connection,
        topic_list: TopicList,
        target: ListTarget,
        found: ListPage,
        reading: _Reading,
        *,
        is_news: bool,
    ) -> None:
        pages = {
            number: link
            for number, text in found.pager.urls
            if number > target.number and (link := on_site(text, topic_list.url)) is not None
        }
        if reading.is_whole:
            known = {
                row["number"]
                for row in pages_of_list(connection, target.list_key)
                if row["is_pending"] or (row["page_id"] or 0) >= reading.first_page_id
            }
            want_pages(
                connection,
                target.list_key,
                [(number, link) for number, link in pages.items() if number not in known],
            )
        elif target.number + 1 in pages and (
            is_news or not _is_explained(connection, target.list_key, reading)
        ):
            reading.is_for_sums = not is_news
            want_pages(
                connection, target.list_key, [(target.number + 1, pages[target.number + 1])]
            )

    def _refuse_emptied(self, topic_list: TopicList, url: str) -> None:
        """Refuse a list that shows nothing though another one says that it has topics; twice that is believed.

        Raises:
            NothingReadableError: it is so.
        """
        connection, key = self._archive.connection, topic_list.list_key
        stated = own_topics(connection, key) if shown_topics(connection, key) else None
        # What the forums below it say may be older than what it says itself.
        if (stated or 0) > 0 and topic_list.exit_code != NothingReadableError.exit_code:
            raise NothingReadableError(
                f"{url} shows no topics, and the list above it says that there are {stated}; it was not kept: the next "
                "run asks again.",
                url=url,
            )

    def _finish(self, topic_list: TopicList, reading: _Reading, pages: int) -> ListOutcome:
        key = topic_list.list_key
        with self._archive.transaction() as connection:
            now = self._now()
            rows = pages_of_list(connection, key)
            failed = [row for row in rows if row["error"] is not None]
            stated = next(
                (row["stated_topics"] for row in reversed(rows) if row["stated_topics"]), None
            )
            # A list that has grown has pages that nobody asked for yet.
            is_whole = len(rows) >= reading.last and all(
                row["error"] is None and (row["page_id"] or 0) >= reading.first_page_id
                for row in rows
            )
            if is_whole and reading.first_page_id:
                for listing_key in drop_unlisted(connection, key, reading.first_page_id):
                    want_topic(connection, listing_key, NO_LONGER_LISTED)
                for child in children_not_named(connection, key, reading.named):
                    want_list(connection, child)
                    self._not_named.add(child)
            gaps = reconcile_list(connection, key, now)
            if failed:
                fail_list(connection, key, failed[0]["error"], failed[0]["exit_code"])
            else:
                end_list(connection, key, now, stated)
        shown = gaps.shown
        worst = failed[0]["exit_code"] if failed else (3 if gaps.open_gaps else 0)
        first = gaps.open_gaps[0].detail if gaps.open_gaps else None
        return ListOutcome(
            url=topic_list.url,
            title=topic_list.title,
            pages=pages,
            topics=shown,
            error=failed[0]["error"] if failed else first,
            exit_code=worst,
        )

    def _leave(self, target: ListTarget) -> None:
        """Read no further: what the rest of a list would show was found in another way."""
        with self._archive.transaction() as connection:
            leave_page(connection, target)

    def _fail(
        self, target: ListTarget, error: FetchError | AccessDeniedError | NothingReadableError
    ) -> None:
        with self._archive.transaction() as connection:
            fail_list_page(connection, target, str(error), error.exit_code)
        logger.warning("page %d of a list was not read: %s", target.number, error)
        self._listener.page_failed(target.url, str(error))

    def _is_beyond_sight(
        self, topic_list: TopicList, error: FetchError | AccessDeniedError | NothingReadableError
    ) -> bool:
        """Whether a list is not there for who reads it now, and was for somebody who sees more."""
        is_not_there = isinstance(error, (NotFoundError, LoginRequiredError))
        connection, viewer = self._archive.connection, self._fetcher.viewer
        return is_not_there and sees_less_of_list(connection, topic_list.list_key, viewer)

    def _without(
        self,
        topic_list: TopicList,
        error: FetchError | AccessDeniedError | NothingReadableError,
    ) -> ListOutcome:
        """A list that cannot be read."""
        is_named = topic_list.list_key not in self._not_named
        with self._archive.transaction() as connection:
            is_passed_over = pass_over(connection, topic_list, error, is_named=is_named)
        return ListOutcome(
            url=topic_list.url,
            title=topic_list.title if topic_list.was_read else None,
            pages=0,
            topics=0,
            error=str(error),
            exit_code=error.exit_code,
            is_passed_over=is_passed_over,
        )

    def _now(self) -> str:
        return utc_text(self._clock.now())


def _unseen(topic_list: TopicList) -> ListOutcome:
    """What comes of a list that only somebody else sees: it stays as it is, and due."""
    logger.info("%s stays as it is, since a member read it who sees more", topic_list.url)
    return ListOutcome(url=topic_list.url, title=topic_list.title, pages=0, topics=0)


def _is_entry(connection: sqlite3.Connection, list_key: int, listing_key: int) -> bool:
    query = "SELECT 1 FROM list_entries WHERE list_key = ? AND listing_key = ?"
    return connection.execute(query, (list_key, listing_key)).fetchone() is not None


def _is_explained(connection: sqlite3.Connection, list_key: int, reading: _Reading) -> bool:
    """Whether the rows read so far say more than before by as much as the list itself does."""
    growth = growth_of(connection, list_key)
    return growth.topics in {None, reading.topics} and growth.replies in {None, reading.replies}

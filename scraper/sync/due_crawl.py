"""Read the topics of a site that are due, look up those that may be gone, and read old pages again for what announces itself nowhere."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from parsers.errors import (
    AccessDeniedError,
    ArchiveError,
    ErasedError,
    ExportError,
    FetchError,
    LoginRequiredError,
    NothingReadableError,
    SessionEndedError,
    ThreadkeepError,
)
from scraper.archive.address import known_topic
from scraper.archive.audit import pages_to_audit
from scraper.archive.due_topic import (
    CHANGED,
    NO_LONGER_LISTED,
    Due,
    due_topics,
)
from scraper.archive.gone import topic_address
from scraper.archive.listing import fail_topic, settle_topic, withhold_topic
from scraper.archive.page import utc_text
from scraper.fetch.address import normalise_url
from scraper.sync.crawl_options import EVERY_PAGE
from scraper.sync.log import log_failure
from scraper.sync.post_search import PostSearch
from scraper.sync.report import TopicOutcome, worst_exit_code
from scraper.sync.unseen_post import UnseenPosts
from scraper.sync.vanished import Vanished

if TYPE_CHECKING:
    from parsers.records import Page
    from scraper.archive.database import Archive
    from scraper.fetch.member import MemberFetcher
    from scraper.fetch.polite import PoliteFetcher
    from scraper.politeness.clock import Clock
    from scraper.sync.crawl_options import CrawlOptions
    from scraper.sync.disappearance import Disappearance
    from scraper.sync.list_outcome import ListOutcome
    from scraper.sync.listener import Listener
    from scraper.sync.topic_crawl import TopicCrawl
    from scraper.sync.unseen_post import Settled
logger = logging.getLogger(__name__)

_MOST_FAILURES_IN_A_ROW = 5

_FIRST_PAGE = frozenset({1})

_UNREADABLE = frozenset({4, 5, 6})


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlParts:
    """What a crawl of a site works with."""

    archive: Archive
    fetcher: PoliteFetcher | MemberFetcher
    clock: Clock
    listener: Listener
    options: CrawlOptions
    topic_crawl: TopicCrawl
    disappearance: Disappearance


class DueCrawl:
    """Reads the topics of one site that are due.

    Attributes:
        topics: what came of each topic that was read.
        withheld: topics that lists show, and that guests do not get to see.
        lists: what came of each list that was read.
    """

    def __init__(self, parts: CrawlParts) -> None:
        self._archive = parts.archive
        self._fetcher = parts.fetcher
        self._clock = parts.clock
        self._options = parts.options
        self._topic_crawl = parts.topic_crawl
        self._disappearance = parts.disappearance
        self._vanished = Vanished(parts.archive, parts.clock, parts.disappearance)
        search = PostSearch(parts.archive, parts.fetcher, may_archive=parts.options.may_archive)
        self._unseen = UnseenPosts(parts.archive, parts.clock, parts.disappearance, search)
        self._tried: set[int] = set()
        self._to_repair: tuple[Due, ...] = ()
        self.topics: list[TopicOutcome] = []
        self.withheld: list[TopicOutcome] = []
        self.lists: list[ListOutcome] = []

    def _read_topics(self) -> bool:
        waiting = [
            due
            for due in (*self._to_repair, *due_topics(self._archive.connection))
            if due.listing_key not in self._tried
        ]
        self._to_repair = ()
        failures = 0
        for due in waiting:
            self._tried |= {due.listing_key} - {0}
            outcome = self._read_due(due)
            failures = failures + 1 if outcome is not None and outcome.exit_code == 4 else 0
            if failures >= _MOST_FAILURES_IN_A_ROW:
                self._give_up()
                break
        return bool(waiting)

    def _read_due(self, due: Due) -> TopicOutcome | None:
        if due.reason == NO_LONGER_LISTED and due.topic_key is not None:
            return self._look_up(due)
        logger.info("archiving %s: %s", due.url, due.reason)
        again = _FIRST_PAGE if due.reason == CHANGED else frozenset[int]()
        if self._vanished.is_back(due.topic_key):
            again = EVERY_PAGE
        outcome = self._archive_topic(due.url, topic_id=due.topic_id, again=again)
        if due.topic_key is not None and _reached_nothing(outcome):
            if due.may_be_gone(outcome.exit_code):
                self.topics.remove(outcome)
                return self._look_up(due)
            outcome = self._contradicted(outcome)
        self._settle(due, outcome)
        return outcome

    def _contradicted(self, outcome: TopicOutcome) -> TopicOutcome:
        """What comes of a topic that lists show and whose address does not: it is asked for again in the next run."""
        self.topics.remove(outcome)
        detail = next((gap.detail for gap in outcome.gaps), "nothing of it was read")
        error = outcome.error or f"A list shows the topic, and its address does not: {detail}"
        outcome = replace(outcome, error=error)
        self.topics.append(outcome)
        return outcome

    def _look_up(self, due: Due, again: frozenset[int] = _FIRST_PAGE) -> TopicOutcome | None:
        """Ask whether a topic is still there."""
        try:
            came = self._vanished.look_up(
                due, self._fetcher, may_archive=self._options.may_archive
            )
        except SessionEndedError:
            raise
        except (FetchError, AccessDeniedError, NothingReadableError) as error:
            outcome = TopicOutcome(url=due.url, error=str(error), exit_code=error.exit_code)
            self.topics.append(outcome)
            return outcome
        if came is None:
            return None
        outcome = self._archive_topic(came.url, came=came, again=again)
        self._settle(due, outcome)
        return outcome

    def _archive_topic(
        self,
        url: str,
        *,
        topic_id: int | None = None,
        came: Page | None = None,
        again: frozenset[int] = frozenset(),
    ) -> TopicOutcome:
        try:
            outcome = self._topic_crawl.archive_topic(
                url, topic_id=topic_id, came=came, again=again
            )
        except (ArchiveError, ExportError, SessionEndedError):
            raise
        except ErasedError as error:
            logger.info("left out: %s", error)
            return TopicOutcome(url=url)
        except ThreadkeepError as error:
            log_failure(error)
            outcome = TopicOutcome(url=url, error=str(error), exit_code=error.exit_code)
        self.topics.append(outcome)
        return outcome

    def _settle(self, due: Due, outcome: TopicOutcome) -> None:
        is_withheld = outcome.title is None and outcome.exit_code == LoginRequiredError.exit_code
        if is_withheld:
            self.topics.remove(outcome)
            self.withheld.append(outcome)
        with self._archive.transaction() as connection:
            if is_withheld:
                withhold_topic(connection, due.listing_key, outcome.error or "")
            elif outcome.error is None:
                key = known_topic(connection, normalise_url(outcome.topic_url or outcome.url))
                settle_topic(connection, due.listing_key, due.topic_key or key)
            else:
                fail_topic(connection, due.listing_key, outcome.error, outcome.exit_code)

    def _give_up(self) -> None:
        self._tried |= {due.listing_key for due in due_topics(self._archive.connection)}
        logger.error("the site has stopped answering; the rest is left for the next run")

    def audit(self, share: float) -> None:
        """Read pages again that were read before, the longest unread and the liveliest first.

        Args:
            share: how much of all the pages that the archive knows, from 0 to 1.
        """
        if any(one.exit_code in _UNREADABLE for one in self.lists):
            logger.warning("no audit: the site does not show its lists as it did")
            return
        failures = 0
        for one in pages_to_audit(self._archive, share, self._clock.now()):
            due = Due(listing_key=0, url=one.url, topic_key=one.topic_key, reason="audit")
            outcome = (
                self._look_up(due, one.numbers)
                if 1 in one.numbers or self._has_moved(one.topic_key)
                else self._archive_topic(one.url, again=one.numbers)
            )
            failures = failures + 1 if outcome is not None and outcome.exit_code == 4 else 0
            if failures >= _MOST_FAILURES_IN_A_ROW:
                break
        self._settle_vanished()

    def _settle_vanished(self) -> None:
        """Mark what is gone, once it is known what has moved."""
        if self._disappearance.is_told_later:
            self._unseen.find(self._vanished.lost_topics, self._archive_topic)
        codes = [one.exit_code for one in self.topics] + [one.exit_code for one in self.lists]
        has_read_all = FetchError.exit_code not in codes
        for one in self._unseen.settle(has_read_all=has_read_all):
            self._amend(one)
        lost = self._vanished.lost_topics if self._disappearance.is_told_later else set[int]()
        self._vanished.settle(self._unseen.doubtful(lost, has_read_all=has_read_all))

    def _amend(self, settled: Settled) -> None:
        """Put into a topic's outcome what became of posts after it was read."""
        for number, one in enumerate(self.topics):
            if (one.topic_id, one.topic_url) == (settled.topic_id, settled.url):
                gaps = (*one.gaps, *filter(None, [settled.gap]))
                code = worst_exit_code([one.exit_code, 3 if gaps else 0])
                self.topics[number] = replace(one, gone=settled.gone, gaps=gaps, exit_code=code)
                return

    def _has_moved(self, topic_key: int) -> bool:
        """Whether lists show a topic at an address that was never asked for: its first page tells where the others are."""
        connection = self._archive.connection
        address = topic_address(connection, topic_key)
        return address is not None and known_topic(connection, normalise_url(address)) is None

    def _now(self) -> str:
        return utc_text(self._clock.now())


def _reached_nothing(outcome: TopicOutcome) -> bool:
    """Whether the site answered for a topic that was known, and showed no page of it."""
    return outcome.pages == 0 and outcome.exit_code in {3, 5, 6}

"""A crawl that reads lists and no topics: it notes what it would ask for instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scraper.archive.address import known_topic
from scraper.archive.audit import pages_to_audit
from scraper.archive.due_topic import NEW, NO_LONGER_LISTED
from scraper.fetch.address import normalise_url
from scraper.sync.report import TopicOutcome
from scraper.sync.site_crawl import SiteCrawl
from scraper.sync.topic_page import Elsewhere, read_topic_page

if TYPE_CHECKING:
    from parsers.records import Page
    from scraper.archive.due_topic import Due
    from scraper.sync.due_crawl import CrawlParts


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTopic:
    """A topic that a run would read.

    Attributes:
        url: its address.
        requests: how many pages would be asked for, as far as lists tell.
        reason: why.
    """

    url: str
    requests: int
    reason: str


class PlannedCrawl(SiteCrawl):
    """See `SiteCrawl`.

    Attributes:
        planned: the topics that would be read.
    """

    def __init__(self, parts: CrawlParts) -> None:
        super().__init__(parts)
        self.planned: list[PlannedTopic] = []

    def audit(self, share: float) -> None:
        """Note the pages that an audit would read."""
        for one in pages_to_audit(self._archive, share, self._clock.now()):
            self._plan(one.url, len(one.numbers), "audit")

    def _read_due(self, due: Due) -> TopicOutcome | None:
        known = self._last_page(due.topic_key)
        requests = 1 if due.reason == NO_LONGER_LISTED else max(1, due.pages - known + 1)
        self._plan(due.url, due.pages if due.reason == NEW else requests, due.reason)
        return None

    def _archive_topic(
        self,
        url: str,
        *,
        topic_id: int | None = None,
        came: Page | None = None,
        again: frozenset[int] = frozenset(),
    ) -> TopicOutcome:
        del again, topic_id
        key = known_topic(self._archive.connection, normalise_url(url))
        if came is None or key is not None:
            self._plan(url, 1, "its last page")
            return TopicOutcome(url=url)
        found = read_topic_page(came, may_archive=self._options.may_archive)
        if isinstance(found, Elsewhere):
            self._plan(found.url, 1, "a reply leads to it")
        else:
            self._plan(url, found.pager.last - 1, NEW)
        return TopicOutcome(url=url)

    def _last_page(self, topic_key: int | None) -> int:
        query = "SELECT coalesce(max(number), 1) FROM topic_pages WHERE topic_key = ?"
        return int(self._archive.connection.execute(query, (topic_key,)).fetchone()[0])

    def _plan(self, url: str, requests: int, reason: str) -> None:
        self.planned.append(PlannedTopic(url=url, requests=requests, reason=reason))

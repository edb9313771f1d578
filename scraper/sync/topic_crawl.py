"""Archive one topic: fetch, parse and commit page after page, reconcile, read again what contradicts itself."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from parsers.errors import AccessDeniedError, FetchError, NothingReadableError, UsageError
from scraper.archive.address import (
    believe_address,
    known_topic,
    remember_addresses,
    topic_id_of,
)
from scraper.archive.completeness import Assessment, assess
from scraper.archive.crawl import (
    begin_crawl,
    crawl_state,
    end_crawl,
    ensure_crawl,
    keep_expected,
)
from scraper.archive.frontier import (
    Target,
    add_targets,
    fail_target,
    has_failed,
    known_places,
    next_target,
    remove_target,
    retry_failed,
)
from scraper.archive.gap import Gap, has_open_gaps, open_gaps, record_gaps, recorded_gaps
from scraper.archive.gone import mark_gone
from scraper.archive.page import store_page, utc_moment, utc_text
from scraper.archive.post_writer import Saved, Source
from scraper.archive.run import ensure_run, unfinished_since
from scraper.archive.site import note_site
from scraper.archive.topic_state import TopicState, forget_lost_pages, topic_state
from scraper.archive.topic_writer import save_topic_page
from scraper.fetch.address import normalise_url
from scraper.fetch.fetcher import Request
from scraper.sync.host import on_site, one_host
from scraper.sync.listener import PageSaved
from scraper.sync.log import log_outcome, log_page
from scraper.sync.plan import Place, pages_to_read_again
from scraper.sync.receipt import received
from scraper.sync.report import TopicOutcome, worst_exit_code
from scraper.sync.topic_page import (
    Elsewhere,
    read_page_of_topic,
    read_topic_page,
    refuse_other_address,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from parsers.records import Page, TopicPage
    from scraper.archive.database import Archive
    from scraper.archive.topic_state import PageState
    from scraper.fetch.fetcher import Fetcher
    from scraper.politeness.clock import Clock
    from scraper.sync.listener import Listener

logger = logging.getLogger(__name__)

_MOST_HOPS = 3
_MOST_FAILURES_IN_A_ROW = 3
# What was read within a day is not read again only because the run that read it was stopped or left something out.
_SAME_CRAWL = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlOptions:
    """How a topic is archived.

    Attributes:
        refresh: read every page again, not only from the last one on.
        may_archive: the user has the site's permission, so `noarchive` does not count.
    """

    refresh: bool = False
    may_archive: bool = False


class TopicCrawl:
    """Archives topics of one site, one after the other."""

    def __init__(
        self,
        archive: Archive,
        fetcher: Fetcher,
        clock: Clock,
        listener: Listener,
        options: CrawlOptions,
    ) -> None:
        self._archive = archive
        self._fetcher = fetcher
        self._clock = clock
        self._listener = listener
        self._options = options
        self._unfinished_since = unfinished_since(archive)
        self._done: dict[int, TopicOutcome] = {}
        self._beside: list[tuple[str, Page]] = []
        self._reads: Counter[Place] = Counter()
        self._saved = Saved()
        self._topic_key: int | None = None
        # What the page before linked, all of which is known: a long topic's pages all link the same.
        self._linked: tuple[tuple[int, str], ...] = ()

    def archive_topic(self, url: str) -> TopicOutcome:
        """Archive the topic at an address: all of it, the rest of an interrupted crawl, or what is new since the last.

        Raises:
            ThreadkeepError: the topic was not reached; nothing of it was kept.
        """
        self._reads, self._saved, self._topic_key, self._linked = Counter(), Saved(), None, ()
        address = normalise_url(url)
        topic_key = known_topic(self._archive.connection, address)
        if topic_key is None:
            topic_key = self._enter(address)
        if topic_key in self._done and not self._reads:
            return replace(self._done[topic_key], url=url, pages=0, saved=Saved(), gone=0)
        self._topic_key = topic_key
        self._seed(topic_key)
        known_gaps = recorded_gaps(self._archive.connection, topic_key)
        outcome = self._finish(topic_key, *self._crawl(topic_key, known_gaps))
        self._done[topic_key] = outcome
        self._topic_key = None
        return replace(outcome, url=url)

    def so_far(self) -> TopicOutcome | None:
        """What is kept of the topic that is being archived just now; None where nothing is."""
        if self._topic_key is None:
            return None
        state = topic_state(self._archive.connection, self._topic_key)
        return replace(self._outcome(state, assess(state)), exit_code=130)

    def keep_beside(self, kind: str, page: Page) -> None:
        """Have a page that is no topic's kept with the next one that is, so that an empty crawl leaves no trace."""
        self._beside.append((kind, page))

    def _enter(self, address: str) -> int:
        """Find the topic at an address that is not known, and keep the page that answered."""
        passed: list[str] = []
        for _ in range(_MOST_HOPS):
            page = received(self._fetcher.get(Request(url=address, reason="the address given")))
            found = read_topic_page(page, may_archive=self._options.may_archive)
            passed += [address, normalise_url(page.final_url)]
            if not isinstance(found, Elsewhere):
                refuse_other_address(found, page.final_url)
                return self._save(page, found, None, passed)
            self.keep_beside("reply", page)
            address = normalise_url(found.url)
            topic_key = known_topic(self._archive.connection, address)
            if topic_key is not None:
                self._remember(topic_key, passed)
                return topic_key
        raise UsageError(
            f"{address} leads from reply to reply and to no topic; give the topic's own address."
        )

    def _remember(self, topic_key: int, addresses: Iterable[str]) -> None:
        with self._archive.transaction() as connection:
            self._flush(connection, ensure_run(connection, self._archive, self._now()))
            remember_addresses(connection, topic_key, addresses)

    def _seed(self, topic_key: int) -> None:
        """Put the pages to be read on the frontier: what an unfinished crawl left, else the last page, else all."""
        with self._archive.transaction() as connection:
            run_id = ensure_run(connection, self._archive, self._now())
            goes_on = self._goes_on(connection, topic_key)
            retry_failed(connection, topic_key)
            if goes_on:
                return
            begin_crawl(connection, topic_key, run_id)
            state = topic_state(connection, topic_key)
            # Of a topic that was imported, the last page need not be known yet.
            last = max((page.number for page in state.pages), default=0)
            again = [
                page
                for page in state.pages
                if not page.is_fresh and (self._options.refresh or page.number == last)
            ]
            add_targets(connection, _again(topic_key, again), self._now())

    def _goes_on(self, connection: sqlite3.Connection, topic_key: int) -> bool:
        """Whether this run goes on with the topic's newest crawl: one that was stopped, or that left something out."""
        crawl = crawl_state(connection, topic_key)
        if crawl.began_at is None or self._clock.now() - utc_moment(crawl.began_at) > _SAME_CRAWL:
            return False
        if crawl.ended_at is None:
            return True
        if self._unfinished_since is not None and crawl.ended_at >= self._unfinished_since:
            return True
        is_to_repair = has_failed(connection, topic_key) and has_open_gaps(connection, topic_key)
        return is_to_repair and not self._options.refresh

    def _crawl(self, topic_key: int, known_gaps: Iterable[Gap]) -> tuple[TopicState, Assessment]:
        """Read pages until they agree with each other, or reading them again does not help."""
        while True:
            is_answering = self._drain(topic_key)
            with self._archive.transaction() as connection:
                forget_lost_pages(connection, topic_key)
            self._linked = ()
            state = topic_state(self._archive.connection, topic_key)
            assessment = assess(state)
            again = pages_to_read_again(state, assessment.gaps, known_gaps, self._reads)
            if not is_answering or not again:
                return state, assessment
            with self._archive.transaction() as connection:
                add_targets(connection, _again(topic_key, again), self._now())

    def _drain(self, topic_key: int) -> bool:
        """Read what is on the frontier; False where the site has stopped answering."""
        failures = 0
        while failures < _MOST_FAILURES_IN_A_ROW:
            target = next_target(self._archive.connection, topic_key)
            if target is None:
                return True
            try:
                self._read(target)
                failures = 0
            except (FetchError, AccessDeniedError, NothingReadableError) as error:
                failures += isinstance(error, FetchError)
                self._fail(target, error)
        return False

    def _read(self, target: Target) -> None:
        page = received(self._fetcher.get(Request(url=target.url, reason=target.reason)))
        topic_id = topic_id_of(self._archive.connection, target.topic_key)
        found = read_page_of_topic(
            page,
            target.number,
            target.part,
            topic_id=topic_id,
            may_archive=self._options.may_archive,
        )
        self._save(page, found, target)

    def _fail(
        self, target: Target, error: FetchError | AccessDeniedError | NothingReadableError
    ) -> None:
        with self._archive.transaction() as connection:
            fail_target(connection, target.url, str(error), error.exit_code)
        logger.warning("page %d was not read: %s", target.number, error)
        self._listener.page_failed(target.url, str(error))

    def _save(
        self, page: Page, found: TopicPage, target: Target | None, passed: Iterable[str] = ()
    ) -> int:
        """Commit a page: what came, what it says, and what it leads to."""
        with self._archive.transaction() as connection:
            run_id = ensure_run(connection, self._archive, self._now())
            self._flush(connection, run_id)
            page_id = store_page(connection, run_id, "topic", page)
            source = Source(page_id=page_id, seen_at=utc_text(page.fetched_at))
            topic_key, saved = save_topic_page(
                connection,
                found,
                source,
                url=page.final_url,
                asked_for=target.topic_key if target is not None else None,
            )
            ensure_crawl(connection, topic_key, run_id)
            if target is not None:
                remove_target(connection, target.url)
            came_by = (normalise_url(page.url), normalise_url(page.final_url))
            remember_addresses(connection, topic_key, {*came_by, *passed})
            own = on_site(found.url or "", page.final_url)
            if own is not None:
                believe_address(connection, topic_key, own)
            links = found.pager.urls if found.pager.urls != self._linked else ()
            further = _further(connection, topic_key, found, links, page.final_url)
            add_targets(connection, further, self._now())
            note_site(
                connection,
                host=one_host([page.url]) or "",
                home=found.home_url,
                api_url=found.api_url,
            )
        self._topic_key, self._linked = topic_key, found.pager.urls
        self._saved += saved
        log_page(found, saved)
        self._tell(found)
        return topic_key

    def _tell(self, found: TopicPage) -> None:
        self._reads[found.pager.current, found.part] += 1
        self._listener.page_saved(
            PageSaved(
                title=found.title,
                number=found.pager.current,
                last=found.pager.last,
                posts=len(found.posts),
            )
        )

    def _flush(self, connection: sqlite3.Connection, run_id: int) -> None:
        for kind, page in self._beside:
            store_page(connection, run_id, kind, page)
        self._beside.clear()

    def _finish(self, topic_key: int, state: TopicState, assessment: Assessment) -> TopicOutcome:
        """Record what is missing and what has vanished, and close the crawl."""
        with self._archive.transaction() as connection:
            record_gaps(connection, topic_key, assessment.gaps, self._now())
            gone = (
                mark_gone(connection, topic_key, self._now()) if assessment.are_astray_gone else 0
            )
            keep_expected(connection, topic_key, assessment.expected)
            end_crawl(connection, topic_key, self._now())
        outcome = self._outcome(state, assessment, gone)
        log_outcome(outcome)
        return outcome

    def _outcome(self, state: TopicState, assessment: Assessment, gone: int = 0) -> TopicOutcome:
        missing = open_gaps(self._archive.connection, state.topic_key, assessment.gaps)
        places = {gap.place for gap in missing}
        failed = [one for one in state.failed if one.place in places]
        # A page that is not there is a gap, not a failure: what is there was read.
        codes = [one.exit_code for one in failed if not one.is_not_there]
        worst = worst_exit_code([*codes, 3 if missing else 0])
        return TopicOutcome(
            url=state.url or "",
            topic_id=state.topic_id,
            topic_url=state.url,
            title=state.title,
            pages=self._reads.total(),
            saved=self._saved,
            gone=gone,
            posts=state.have,
            expected=assessment.expected,
            gaps=missing,
            notes=assessment.notes,
            error=next((one.error for one in failed if one.exit_code in codes), None),
            exit_code=worst,
        )

    def _now(self) -> str:
        return utc_text(self._clock.now())


def _again(topic_key: int, pages: Iterable[PageState]) -> list[Target]:
    return [
        Target(
            url=page.url,
            topic_key=topic_key,
            number=page.number,
            part=page.part,
            reason=f"page {page.number} again",
        )
        for page in pages
    ]


def _further(
    connection: sqlite3.Connection,
    topic_key: int,
    found: TopicPage,
    links: Iterable[tuple[int, str]],
    url: str,
) -> list[Target]:
    """The pages and parts that a page links on its own site, and that the archive has not met."""
    pages = [(number, 1, link) for number, link in links]
    parts = [(found.pager.current, part, link) for part, link in found.part_urls]
    known = known_places(connection, topic_key) if pages or parts else set[Place]()
    return [
        Target(url=target, topic_key=topic_key, number=number, part=part, reason=f"page {number}")
        for number, part, link in (*pages, *parts)
        if (number, part) not in known and (target := on_site(link, url)) is not None
    ]

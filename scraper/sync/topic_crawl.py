"""Archive one topic: fetch, parse and commit page after page, reconcile, read again what contradicts itself."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from parsers.errors import (
    AccessDeniedError,
    FetchError,
    NothingReadableError,
    SessionEndedError,
    UsageError,
)
from scraper.archive.address import (
    believe_address,
    is_of_another,
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
    has_pending,
    next_target,
    remove_target,
    retry_failed,
)
from scraper.archive.gap import Gap, has_open_gaps, open_gaps, record_gaps, recorded_gaps
from scraper.archive.gone import mark_gone, posts_astray
from scraper.archive.new_address import at_home
from scraper.archive.page import store_page, utc_moment, utc_text
from scraper.archive.post_writer import Saved, Source
from scraper.archive.run import ensure_run, first_unfinished
from scraper.archive.site import note_site
from scraper.archive.topic_state import TopicState, forget_lost_pages, topic_state
from scraper.archive.topic_writer import save_topic_page
from scraper.fetch.address import normalise_url
from scraper.fetch.fetcher import Request
from scraper.fetch.host import on_site, one_host
from scraper.sync.crawl_options import EVERY_PAGE, SAME_CRAWL
from scraper.sync.disappearance import Disappearance
from scraper.sync.listener import PageSaved
from scraper.sync.log import log_outcome, log_page
from scraper.sync.page_place import current_places, linked_places
from scraper.sync.plan import Place, pages_to_read_again
from scraper.sync.receipt import received
from scraper.sync.report import TopicOutcome, worst_exit_code
from scraper.sync.target import pages_again, pages_beyond
from scraper.sync.topic_page import (
    Elsewhere,
    read_page_of_topic,
    read_topic_page,
    refuse_other_address,
)
from scraper.sync.unseen_post import unconfirmed

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from parsers.records import Page, TopicPage
    from scraper.archive.database import Archive
    from scraper.fetch.fetcher import Fetcher
    from scraper.politeness.clock import Clock
    from scraper.sync.crawl_options import CrawlOptions
    from scraper.sync.listener import Listener

logger = logging.getLogger(__name__)
_MOST_HOPS = 3
_MOST_FAILURES_IN_A_ROW = 3


class TopicCrawl:
    """Archives topics of one site, one after the other."""

    def __init__(
        self,
        archive: Archive,
        fetcher: Fetcher,
        clock: Clock,
        listener: Listener,
        options: CrawlOptions,
        *,
        disappearance: Disappearance | None = None,
    ) -> None:
        self._archive = archive
        self._fetcher = fetcher
        self._clock = clock
        self._listener = listener
        self._options = options
        self._disappearance = disappearance or Disappearance(
            archive.connection, is_confirmed=options.confirm_gone
        )
        self._first_unfinished = first_unfinished(archive)
        self._done: dict[int, TopicOutcome] = {}
        self._beside: list[tuple[str, Page]] = []
        self._reads: Counter[Place] = Counter()
        self._saved = Saved()
        self._topic_key: int | None = None
        self._came: dict[str, Page] = {}
        # What the page before linked, all of which is known: a long topic's pages all link the same.
        self._linked: tuple[tuple[int, str], ...] = ()
        self._entered: dict[int, str] = {}

    def archive_topic(
        self,
        url: str,
        *,
        topic_id: int | None = None,
        came: Page | None = None,
        again: frozenset[int] = frozenset(),
    ) -> TopicOutcome:
        """Archive the topic at an address: all of it, the rest of an interrupted crawl, or what is new since the last.

        Args:
            url: the address.
            topic_id: the site's number of the topic, where a list says it: addresses pass from one topic to another.
            came: the page at it, where that was asked for already.
            again: pages to be read again, beside the last.

        Raises:
            ThreadkeepError: the topic was not reached; nothing of it was kept.
        """
        self._reads, self._saved, self._topic_key = Counter(), Saved(), None
        self._linked, self._entered = (), {}
        self._came = {normalise_url(came.url): came} if came is not None else {}
        address = normalise_url(url)
        topic_key = known_topic(self._archive.connection, address)
        if topic_key is None or is_of_another(self._archive.connection, topic_key, topic_id):
            topic_key = self._enter(address)
        if topic_key in self._done and not self._reads and not again:
            return replace(self._done[topic_key], url=url, pages=0, saved=Saved(), gone=0)
        self._topic_key = topic_key
        self._seed(topic_key, again)
        known_gaps = recorded_gaps(self._archive.connection, topic_key)
        outcome = self._finish(topic_key, *self._crawl(topic_key, known_gaps))
        if outcome.exit_code != FetchError.exit_code:  # it is tried once more
            self._done[topic_key] = outcome
        self._topic_key = None
        return replace(outcome, url=url)

    def so_far(self, end: SessionEndedError | None = None) -> TopicOutcome | None:
        """What is kept of the topic that is being archived just now; None where nothing is.

        Where a session's end stopped it, what was not read is recorded as missing; the next run goes on with it.
        """
        if self._topic_key is None:
            return None
        state = topic_state(self._archive.connection, self._topic_key)
        assessment = assess(state)
        outcome = self._outcome(state, assessment)
        if end is None:
            return replace(outcome, exit_code=130)
        with self._archive.transaction() as connection:
            record_gaps(connection, self._topic_key, assessment.gaps, self._now())
        return replace(outcome, error=str(end), exit_code=end.exit_code)

    def keep_beside(self, kind: str, page: Page) -> None:
        """Have a page that is no topic's kept with the first that is a list's or a topic's: an empty crawl leaves no trace."""
        self._beside.append((kind, page))
        if self._archive.run_id:
            with self._archive.transaction() as connection:
                self.keep_waiting(connection, self._archive.run_id)

    def _enter(self, address: str) -> int:
        """Find the topic at an address that is not known, and keep the page that answered."""
        passed: list[str] = []
        for _ in range(_MOST_HOPS):
            page = self._get(address, "topic")
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

    def _get(self, url: str, reason: str) -> Page:
        """A page, asked for only where it has not come already."""
        came = self._came.pop(url, None)
        request = Request(url=at_home(self._archive.connection, url), reason=reason)
        return came or received(self._fetcher.get(request))

    def _remember(self, topic_key: int, addresses: Iterable[str]) -> None:
        with self._archive.transaction() as connection:
            self.keep_waiting(connection, ensure_run(connection, self._archive, self._now()))
            remember_addresses(connection, topic_key, addresses)

    def _seed(self, topic_key: int, wanted: frozenset[int]) -> None:
        """Put the pages to be read on the frontier: what an unfinished crawl left, else the last page, else all."""
        with self._archive.transaction() as connection:
            run_id = ensure_run(connection, self._archive, self._now())
            goes_on = self._goes_on(connection, topic_key)
            retry_failed(connection, topic_key)
            if not goes_on:
                begin_crawl(connection, topic_key, run_id)
            is_all = wanted == EVERY_PAGE or (self._options.refresh and not goes_on)
            state = topic_state(connection, topic_key)
            # Of a topic that was imported, the last page need not be known yet.
            last = 0 if goes_on else max((page.number for page in state.pages), default=0)
            again = [
                page
                for page in state.pages
                if not page.is_fresh and (is_all or page.number in wanted or page.number == last)
            ]
            add_targets(
                connection,
                pages_again(topic_key, again, current_places(state, self._entered)),
                self._now(),
            )

    def _goes_on(self, connection: sqlite3.Connection, topic_key: int) -> bool:
        """Whether this run goes on with the topic's newest crawl: one that was stopped, or that left something out."""
        crawl = crawl_state(connection, topic_key)
        if crawl.began_at is None or self._clock.now() - utc_moment(crawl.began_at) > SAME_CRAWL:
            return False
        if crawl.ended_at is None and has_pending(connection, topic_key):
            return True
        if self._first_unfinished is not None and crawl.run_id >= self._first_unfinished:
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
                add_targets(
                    connection,
                    pages_again(topic_key, again, current_places(state, self._entered)),
                    self._now(),
                )

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
            except SessionEndedError:
                raise
            except (FetchError, AccessDeniedError, NothingReadableError) as error:
                failures += isinstance(error, FetchError)
                self._fail(target, error)
        return False

    def _read(self, target: Target) -> None:
        page = self._get(target.url, target.reason)
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
            self.keep_waiting(connection, run_id)
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
            if (own := on_site(found.url or "", page.final_url)) is not None:
                believe_address(connection, topic_key, own)
            links = found.pager.urls if found.pager.urls != self._linked else ()
            further = pages_beyond(connection, topic_key, found, links, page.final_url)
            add_targets(connection, further, self._now())
            note_site(
                connection,
                host=one_host([page.url]) or "",
                home=found.home_url,
                api_url=found.api_url,
            )
        self._topic_key, self._linked = topic_key, found.pager.urls
        if target is None:
            self._entered = linked_places(found, page.final_url)
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

    def keep_waiting(self, connection: sqlite3.Connection, run_id: int) -> None:
        """Keep the pages that `keep_beside` was given."""
        for kind, page in self._beside:
            store_page(connection, run_id, kind, page)
        self._beside.clear()

    def _finish(self, topic_key: int, state: TopicState, assessment: Assessment) -> TopicOutcome:
        """Record what is missing and what has vanished, and close the crawl."""
        gone, waiting = 0, tuple[Gap, ...]()
        with self._archive.transaction() as connection:
            if assessment.are_astray_gone and state.astray:
                if self._disappearance.is_told_later:
                    self._disappearance.waiting.add(topic_key)
                    waiting = (unconfirmed(state.astray),)  # a killed run leaves it so
                elif (held := self._disappearance.held(state.astray)) is None:
                    gone = mark_gone(connection, posts_astray(connection, topic_key), self._now())
                else:
                    assessment = replace(assessment, gaps=(*assessment.gaps, held))
            record_gaps(connection, topic_key, (*assessment.gaps, *waiting), self._now())
            keep_expected(connection, topic_key, assessment.expected)
            end_crawl(connection, topic_key, self._now())
        log_outcome(outcome := self._outcome(state, assessment, gone))
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

"""Archive one topic: fetch, parse and commit page after page, reconcile, read again what contradicts itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from parsers.errors import AccessDeniedError, FetchError, NothingReadableError, UsageError
from scraper.archive.completeness import Assessment, assess, last_page_number
from scraper.archive.frontier import (
    Target,
    add_targets,
    fail_target,
    has_pending,
    known_topic,
    next_target,
    remember_addresses,
    remove_target,
    retry_failed,
)
from scraper.archive.gap import record_gaps
from scraper.archive.page import store_page, utc_text
from scraper.archive.run import ensure_run
from scraper.archive.topic_state import TopicState, topic_state
from scraper.archive.topic_writer import Saved, Source, save_topic_page
from scraper.fetch.address import normalise_url
from scraper.fetch.fetcher import Request
from scraper.sync.listener import PageSaved
from scraper.sync.report import TopicOutcome
from scraper.sync.topic_page import Elsewhere, read_topic_page

if TYPE_CHECKING:
    import sqlite3

    from parsers.records import Page, TopicPage
    from scraper.archive.database import Archive
    from scraper.fetch.fetcher import Fetcher
    from scraper.politeness.clock import Clock
    from scraper.sync.listener import Listener

_MOST_HOPS = 3
_MOST_ROUNDS = 3
_MOST_FAILURES_IN_A_ROW = 3


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
        self._done: dict[int, TopicOutcome] = {}
        self._beside: list[tuple[str, Page]] = []
        self._pages = 0
        self._saved = Saved()

    def archive_topic(self, url: str) -> TopicOutcome:
        """Archive the topic at an address: all of it, the rest of an interrupted crawl, or what is new since the last.

        Raises:
            ThreadkeepError: the topic was not reached; nothing of it was kept.
        """
        address = normalise_url(url)
        topic_key = known_topic(self._archive.connection, address)
        if topic_key in self._done:
            return replace(self._done[topic_key], url=url, pages=0, saved=Saved(), gone=0)
        self._pages, self._saved = 0, Saved()
        if topic_key is None:
            topic_key = self._enter(address)
        else:
            self._seed(topic_key)
        if topic_key not in self._done:
            self._done[topic_key] = self._finish(topic_key, *self._crawl(topic_key))
        return replace(self._done[topic_key], url=url)

    def _enter(self, address: str) -> int:
        """Find the topic at an address that is not known, and keep the page that answered."""
        for _ in range(_MOST_HOPS):
            page = self._fetcher.get(Request(url=address, reason="the address given"))
            found = read_topic_page(page, may_archive=self._options.may_archive)
            if not isinstance(found, Elsewhere):
                return self._save(page, found, None)
            address = normalise_url(found.url)
            topic_key = known_topic(self._archive.connection, address)
            if topic_key is not None:
                self._seed(topic_key)
                return topic_key
        raise UsageError(
            f"{address} leads from reply to reply and to no topic; give the topic's own address."
        )

    def _seed(self, topic_key: int) -> None:
        """Put the pages to be read on the frontier: what an interrupted crawl left, else the last page, else all."""
        with self._archive.transaction() as connection:
            ensure_run(connection, self._archive, self._now())
            is_resumed = has_pending(connection, topic_key)
            retry_failed(connection, topic_key)
            if is_resumed:
                return
            connection.execute(
                "UPDATE topics SET crawled_at = NULL WHERE topic_key = ?", (topic_key,)
            )
            state = topic_state(connection, topic_key, self._archive.run_id)
            last = last_page_number(state)
            again = [page for page in state.pages if self._options.refresh or page.number == last]
            add_targets(
                connection,
                [self._again(topic_key, page.url, page.number, page.part) for page in again],
                self._now(),
            )

    def _again(self, topic_key: int, url: str, number: int, part: int) -> Target:
        return Target(
            url=url, topic_key=topic_key, number=number, part=part, reason=f"page {number} again"
        )

    def _crawl(self, topic_key: int) -> tuple[TopicState, Assessment]:
        """Read pages until they agree with each other, or reading them again does not help."""
        turns = 0
        while True:
            is_answering = self._drain(topic_key)
            state = self._settled_state(topic_key)
            assessment = assess(state)
            if not is_answering or not assessment.stale or turns == _MOST_ROUNDS:
                return state, assessment
            turns += 1
            with self._archive.transaction() as connection:
                again = [
                    self._again(topic_key, page.url, page.number, page.part)
                    for page in assessment.stale
                ]
                add_targets(connection, again, self._now())

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
        page = self._fetcher.get(Request(url=target.url, reason=target.reason))
        topic_id = topic_state(self._archive.connection, target.topic_key).topic_id
        found = read_topic_page(page, topic_id=topic_id, may_archive=self._options.may_archive)
        if isinstance(found, Elsewhere) or (found.pager.current, found.part) != (
            target.number,
            target.part,
        ):
            raise NothingReadableError(
                f"{page.final_url} answered with another page than page {target.number} of the topic; it was not kept.",
                url=page.final_url,
            )
        self._save(page, found, target)

    def keep_beside(self, kind: str, page: Page) -> None:
        """Have a page that is no topic's kept with the next one that is, so that an empty crawl leaves no trace."""
        self._beside.append((kind, page))

    def _flush(self, connection: sqlite3.Connection, run_id: int) -> None:
        for kind, page in self._beside:
            store_page(connection, run_id, kind, page)
        self._beside.clear()

    def _fail(
        self, target: Target, error: FetchError | AccessDeniedError | NothingReadableError
    ) -> None:
        with self._archive.transaction() as connection:
            code = error.exit_code if isinstance(error, FetchError) else 3
            fail_target(connection, target.url, str(error), code)
        self._listener.page_failed(target.url, str(error))

    def _save(self, page: Page, found: TopicPage, target: Target | None) -> int:
        """Commit a page: what came, what it says, and what it leads to."""
        with self._archive.transaction() as connection:
            run_id = ensure_run(connection, self._archive, self._now())
            self._flush(connection, run_id)
            page_id = store_page(connection, run_id, "topic", page)
            source = Source(page_id=page_id, seen_at=utc_text(page.fetched_at))
            topic_key, saved = save_topic_page(
                connection, found, source, url=target.url if target else page.final_url
            )
            if target is not None:
                remove_target(connection, target.url)
            urls = filter(None, (page.url, page.final_url, found.url))
            remember_addresses(connection, topic_key, {normalise_url(url) for url in urls})
            add_targets(connection, _further(connection, topic_key, found), self._now())
            _note_site(connection, found)
        self._pages += 1
        self._saved += saved
        self._listener.page_saved(
            PageSaved(
                title=found.title,
                number=found.pager.current,
                last=found.pager.last,
                posts=len(found.posts),
            )
        )
        return topic_key

    def _settled_state(self, topic_key: int) -> TopicState:
        """The state, after pages that a topic has lost are dropped."""
        with self._archive.transaction() as connection:
            last = last_page_number(topic_state(connection, topic_key))
            for table in ("topic_pages", "frontier"):
                connection.execute(_DROP_BEYOND[table], (topic_key, last))
            return topic_state(connection, topic_key, self._archive.run_id)

    def _finish(self, topic_key: int, state: TopicState, assessment: Assessment) -> TopicOutcome:
        """Record what is missing and what has vanished, and close the crawl."""
        with self._archive.transaction() as connection:
            open_gaps = record_gaps(connection, topic_key, assessment.gaps, self._now())
            gone = (
                _mark_gone(connection, topic_key, self._now())
                if state.astray and not assessment.gaps
                else 0
            )
            closing = "UPDATE topics SET crawled_at = ?, expected_posts = ? WHERE topic_key = ?"
            connection.execute(closing, (self._now(), assessment.expected, topic_key))
            failed = connection.execute(_WORST_FAILURE, (topic_key,)).fetchone()
        code = (
            failed["exit_code"]
            if failed and failed["exit_code"] == FetchError.exit_code
            else 3
            if open_gaps
            else 0
        )
        return TopicOutcome(
            url=state.url or "",
            topic_id=state.topic_id,
            topic_url=state.url,
            title=state.title,
            pages=self._pages,
            saved=self._saved,
            gone=gone,
            posts=state.have,
            expected=assessment.expected,
            gaps=open_gaps,
            notes=assessment.notes,
            error=failed["error"] if failed else None,
            exit_code=code,
        )

    def _now(self) -> str:
        return utc_text(self._clock.now())


_DROP_BEYOND = {
    "topic_pages": "DELETE FROM topic_pages WHERE topic_key = ? AND number > ?",
    "frontier": "DELETE FROM frontier WHERE topic_key = ? AND number > ?",
}
_WORST_FAILURE = """
SELECT exit_code, error FROM frontier WHERE topic_key = ? AND state = 'failed' ORDER BY exit_code DESC, number LIMIT 1
"""
_GONE = """
UPDATE posts SET gone_at = :now, gone_reason = 'no longer on the topic''s pages'
WHERE topic_key = :key AND gone_at IS NULL
    AND page_id NOT IN (SELECT page_id FROM topic_pages WHERE topic_key = :key)
"""


def _mark_gone(connection: sqlite3.Connection, topic_key: int, now: str) -> int:
    return connection.execute(_GONE, {"now": now, "key": topic_key}).rowcount


def _further(connection: sqlite3.Connection, topic_key: int, found: TopicPage) -> list[Target]:
    """The pages and parts that a page links and the archive has not met."""
    known = {(row[0], row[1]) for row in connection.execute(_KNOWN_PAGES, {"key": topic_key})}
    pages = [(number, 1, url) for number, url in found.pager.urls]
    parts = [(found.pager.current, part, url) for part, url in found.part_urls]
    return [
        Target(url=url, topic_key=topic_key, number=number, part=part, reason=f"page {number}")
        for number, part, url in (*pages, *parts)
        if (number, part) not in known
    ]


_KNOWN_PAGES = """
SELECT number, part FROM topic_pages WHERE topic_key = :key
UNION SELECT number, part FROM frontier WHERE topic_key = :key
"""


def _note_site(connection: sqlite3.Connection, found: TopicPage) -> None:
    connection.execute(
        "UPDATE site SET home = coalesce(home, ?), api_url = coalesce(?, api_url)",
        (found.home_url, found.api_url),
    )

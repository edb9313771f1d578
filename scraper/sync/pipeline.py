"""Run a whole archiving job on one site: fetch topics, settle times, report; one call for commands and libraries."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from parsers.errors import ArchiveError, ExportError, ThreadkeepError, UsageError
from scraper.archive.database import Archive, writing
from scraper.archive.page import newest_pages, utc_text
from scraper.archive.post_writer import Saved
from scraper.archive.run import RunTotals, end_run
from scraper.archive.site import claim_site
from scraper.fetch.live import LiveFetcher
from scraper.fetch.polite import PoliteFetcher
from scraper.fetch.settings import FetchSettings
from scraper.politeness.agent import user_agent
from scraper.politeness.clock import SystemClock
from scraper.sync.host import one_host
from scraper.sync.listener import Listener, SilentListener
from scraper.sync.log import log_failure
from scraper.sync.report import TimesOutcome, TopicOutcome, worst_exit_code
from scraper.sync.site_time import check_zone, settle_times
from scraper.sync.topic_crawl import CrawlOptions, TopicCrawl

if TYPE_CHECKING:
    from pathlib import Path

    from parsers.records import Page
    from scraper.fetch.traffic import Traffic
    from scraper.politeness.clock import Clock
    from scraper.politeness.waiting import WaitHook

logger = logging.getLogger(__name__)

# RFC 9309 §2.4: a copy of robots.txt is good for a day.
_ROBOTS_AGE = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveJob:
    """What to archive, and how.

    Attributes:
        urls: addresses of topics of one site.
        path: the archive.
        fetch: numbers and manners of fetching.
        crawl: how topics are archived.
        timezone: the site's zone, where the user names it: an IANA name or an offset as `+05:30`.
        command: what the run is, to be told to whoever finds the archive locked.
    """

    urls: tuple[str, ...]
    path: Path
    fetch: FetchSettings = field(default_factory=FetchSettings)
    crawl: CrawlOptions = field(default_factory=CrawlOptions)
    timezone: str | None = None
    command: str = "archive"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveReport:
    """What a job did.

    Attributes:
        archive: the file.
        topics: one for each address, in order; after an interrupt the last is what is kept of the topic in flight.
        times: how the posts' times were settled; None where the run was interrupted before that.
        traffic: what was asked of the site.
        interrupted: it was stopped from outside; the same job goes on from there.
        exit_code: as the command line exits.
    """

    archive: Path
    topics: tuple[TopicOutcome, ...]
    times: TimesOutcome | None
    traffic: Traffic
    interrupted: bool
    exit_code: int


def archive_topics(
    job: ArchiveJob,
    *,
    listener: Listener | None = None,
    on_wait: WaitHook | None = None,
    clock: Clock | None = None,
) -> ArchiveReport:
    """Archive topics of one site.

    What fails for one topic is in its outcome; the others are tried all the same.

    Raises:
        UsageError: an address is none, they are of several sites or of another than the archive, the contact cannot
            be sent, or there is no zone of that name.
        ArchiveError: the archive cannot be used.
        ExportError: the disk cannot take it.
    """
    clock = clock or SystemClock()
    host = one_host(job.urls)
    if host is None:
        raise UsageError("Name the address of at least one topic.")
    check_zone(job.timezone)
    user_agent(job.fetch.contact)
    with writing(job.path, command=job.command, host=host) as archive:
        claim_site(archive, host)
        live = LiveFetcher(job.fetch, user_urls=job.urls, clock=clock, on_wait=on_wait)
        run = _Run(archive, live, clock, listener or SilentListener(), job)
        with run.fetcher:
            return run.archive_all()


class _Run:
    """One job while it goes on."""

    def __init__(
        self,
        archive: Archive,
        live: LiveFetcher,
        clock: Clock,
        listener: Listener,
        job: ArchiveJob,
    ) -> None:
        self._archive = archive
        self._clock = clock
        self._job = job
        self._outcomes: list[TopicOutcome] = []
        self.fetcher = PoliteFetcher(
            live, known_robots=self._known_robots(), on_robots=self._keep_robots
        )
        self._crawl = TopicCrawl(archive, self.fetcher, clock, listener, job.crawl)

    def archive_all(self) -> ArchiveReport:
        times: TimesOutcome | None = None
        interrupted = False
        try:
            for url in self._job.urls:
                self._outcomes.append(self._archive_one(url))
            times = settle_times(self._archive, self.fetcher, self._clock, self._job.timezone)
        except KeyboardInterrupt:
            interrupted = True
            logger.warning("interrupted; every page read so far is kept")
            self._outcomes += filter(None, [self._crawl.so_far()])
        codes = [outcome.exit_code for outcome in self._outcomes]
        code = 130 if interrupted else worst_exit_code(codes)
        end_run(self._archive, self._now(), code, self._totals())
        return ArchiveReport(
            archive=self._job.path,
            topics=tuple(self._outcomes),
            times=times,
            traffic=self.fetcher.traffic,
            interrupted=interrupted,
            exit_code=code,
        )

    def _archive_one(self, url: str) -> TopicOutcome:
        logger.info("archiving %s", url)
        try:
            return self._crawl.archive_topic(url)
        except (ArchiveError, ExportError):
            raise
        except ThreadkeepError as error:
            log_failure(error)
            return TopicOutcome(url=url, error=str(error), exit_code=error.exit_code)

    def _totals(self) -> RunTotals:
        saved = sum((outcome.saved for outcome in self._outcomes), Saved())
        return RunTotals(
            requests=self.fetcher.traffic.requests,
            pages=sum(outcome.pages for outcome in self._outcomes),
            saved=saved,
            gone=sum(outcome.gone for outcome in self._outcomes),
        )

    def _known_robots(self) -> list[Page]:
        return list(newest_pages(self._archive, "robots", self._clock.now() - _ROBOTS_AGE))

    def _keep_robots(self, page: Page) -> None:
        self._crawl.keep_beside("robots", page)

    def _now(self) -> str:
        return utc_text(self._clock.now())

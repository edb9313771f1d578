"""Run a whole archiving job on one site: fetch topics, settle times, report; one call for commands and libraries."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from parsers.errors import SessionEndedError
from scraper.archive.database import Archive, writing
from scraper.archive.page import newest_pages, utc_text
from scraper.archive.post_writer import Saved
from scraper.archive.run import RunTotals, end_run
from scraper.archive.site import known_addresses
from scraper.archive.stored_json import to_json
from scraper.archive.viewer import check_viewer
from scraper.fetch.host import one_host
from scraper.fetch.live import LiveFetcher
from scraper.fetch.member import MemberFetcher
from scraper.fetch.polite import PoliteFetcher
from scraper.fetch.session import as_member, named_by_login, open_jar
from scraper.fetch.settings import FetchSettings
from scraper.politeness.agent import user_agent
from scraper.politeness.clock import SystemClock
from scraper.sync.crawl_options import CrawlOptions
from scraper.sync.disappearance import Disappearance
from scraper.sync.due_crawl import CrawlParts
from scraper.sync.keeping_out import KeepingOut
from scraper.sync.listener import Listener, SilentListener
from scraper.sync.log import log_failure
from scraper.sync.media_crawl import MediaCrawl
from scraper.sync.media_options import MediaOptions
from scraper.sync.moved_site import follow_site
from scraper.sync.planned import PlannedCrawl, PlannedTopic
from scraper.sync.report import MediaOutcome, TimesOutcome, TopicOutcome, worst_exit_code
from scraper.sync.site_crawl import SiteCrawl
from scraper.sync.site_time import check_zone, settle_times
from scraper.sync.topic_crawl import TopicCrawl

if TYPE_CHECKING:
    from pathlib import Path

    from parsers.records import Page
    from scraper.fetch.login import Login
    from scraper.fetch.traffic import Traffic
    from scraper.politeness.clock import Clock
    from scraper.politeness.waiting import WaitHook
    from scraper.sync.list_outcome import ListOutcome

logger = logging.getLogger(__name__)

# RFC 9309 §2.4: a copy of robots.txt is good for a day.
_ROBOTS_AGE = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveJob:
    """What to archive, and how.

    Attributes:
        urls: addresses of one site: of topics, forums, tags, views, a person's topics, a sitemap, the site itself. None:
            everything that the archive was ever asked for is brought up to date.
        path: the archive.
        fetch: numbers and manners of fetching.
        crawl: how topics are archived.
        media: what is fetched of the pictures and files that posts show, after the topics.
        timezone: the site's zone, where the user names it: an IANA name or an offset as `+05:30`.
        audit: the share of the pages read before that is read again to find edits, from 0 to 1.
        is_dry: topics are not read, only noted as planned; see `plan_run`.
        login: who logs in; None: nobody, and what is read is what guests see.
        as_guest: go on as a guest with an archive that was made logged in; what only members saw stays as it is.
        command: what the run is, to be told to whoever finds the archive locked.
    """

    urls: tuple[str, ...] = ()
    path: Path
    fetch: FetchSettings = field(default_factory=FetchSettings)
    crawl: CrawlOptions = field(default_factory=CrawlOptions)
    media: MediaOptions = field(default_factory=MediaOptions)
    timezone: str | None = None
    audit: float = 0.0
    is_dry: bool = False
    login: Login | None = None
    as_guest: bool = False
    command: str = "archive"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveReport:
    """What a job did.

    Attributes:
        archive: the file.
        topics: one for each topic that was read, in order; after an interrupt the last is what is kept of the topic in
            flight.
        withheld: topics that lists show, and that the site does not let guests read; they change no exit code.
        lists: one for each list that was read.
        times: how the posts' times were settled; None where the run was interrupted before that.
        media: what was fetched of what posts show; None where that was not asked for, or the run was stopped before it.
        traffic: what was asked of the site.
        notes: how the sources of topics differ; it changes no exit code.
        gone_topics: topics found to be gone.
        gone_posts: the posts in them.
        held_back: posts that vanished, and are too many at once to be marked as gone without being asked.
        planned: what would be read, where topics are not.
        run_id: the archive's number of this run; 0 where it kept nothing.
        stopped: one sentence, where the run was stopped before its end by something other than the user.
        interrupted: it was stopped from outside; the same job goes on from there.
        exit_code: as the command line exits.
    """

    archive: Path
    topics: tuple[TopicOutcome, ...]
    times: TimesOutcome | None
    traffic: Traffic
    interrupted: bool
    exit_code: int
    withheld: tuple[TopicOutcome, ...] = ()
    lists: tuple[ListOutcome, ...] = ()
    notes: tuple[str, ...] = ()
    gone_topics: int = 0
    gone_posts: int = 0
    held_back: int = 0
    planned: tuple[PlannedTopic, ...] = ()
    media: MediaOutcome | None = None
    run_id: int = 0
    stopped: str | None = None


def archive_topics(
    job: ArchiveJob,
    *,
    listener: Listener | None = None,
    on_wait: WaitHook | None = None,
    clock: Clock | None = None,
) -> ArchiveReport:
    """Archive what addresses of one site show, or bring an archive up to date.

    What fails for one topic or list is in its outcome; the others are tried all the same.

    Raises:
        UsageError: an address is none, they are of several sites or of another than the archive, the contact cannot
            be sent, there is no zone of that name, cookies cannot be used, or nobody logs in where a member did.
        LoginFailedError: the site does not let the user log in.
        ArchiveError: the archive cannot be used.
        ExportError: the disk cannot take it.
    """
    clock = clock or SystemClock()
    host = one_host(job.urls)
    check_zone(job.timezone)
    user_agent(job.fetch.contact)
    with writing(job.path, command=job.command, host=host) as archive:
        trusted = job.urls or known_addresses(archive.connection)
        check_viewer(archive, is_guest=job.login is None, as_guest=job.as_guest)
        live = LiveFetcher(
            job.fetch,
            user_urls=(*trusted, *named_by_login(job.login), *job.media.named_urls),
            clock=clock,
            on_wait=on_wait,
            cookies=open_jar(job.login, trusted[0]) if trusted else None,
        )
        archive.ledger = live.take_asked
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
        self._listener = listener
        self._job = job
        self._media: MediaCrawl | None = None
        keeping_out = KeepingOut.of(archive.connection)
        polite = PoliteFetcher(
            live,
            known_robots=self._known_robots(),
            on_robots=self._keep_robots,
            gate=keeping_out if keeping_out.is_needed else None,
        )
        self.fetcher = polite if job.login is None else as_member(job.login, live, polite)
        self._disappearance = Disappearance(
            archive.connection, is_confirmed=job.crawl.confirm_gone
        )
        self._crawl = TopicCrawl(
            archive,
            self.fetcher,
            clock,
            listener,
            job.crawl,
            disappearance=self._disappearance,
        )
        crawl = PlannedCrawl if job.is_dry else SiteCrawl
        self._site = crawl(
            CrawlParts(
                archive=archive,
                fetcher=self.fetcher,
                clock=clock,
                listener=listener,
                options=job.crawl,
                topic_crawl=self._crawl,
                disappearance=self._disappearance,
            )
        )

    def archive_all(self) -> ArchiveReport:
        times: TimesOutcome | None = None
        interrupted, stopped = False, None
        site = self._site
        try:
            self._crawl_site()
            if not self._job.is_dry:
                times = settle_times(self._archive, self.fetcher, self._clock, self._job.timezone)
                self._fetch_media()
        except KeyboardInterrupt:
            interrupted = True
            logger.warning("interrupted; every page read so far is kept")
            site.topics += filter(None, [self._crawl.so_far()])
        except SessionEndedError as error:
            stopped = str(error)
            log_failure(error)
            site.topics += filter(None, [self._crawl.so_far(error)])
        code = self._exit_code(interrupted=interrupted, stopped=stopped)
        report = self._report(times, code, interrupted=interrupted, stopped=stopped)
        end_run(self._archive, self._now(), code, self._totals(report))
        return replace(report, run_id=self._archive.run_id)

    def _crawl_site(self) -> None:
        if isinstance(self.fetcher, MemberFetcher):
            self.fetcher.log_in()
            self._site.see_more()
        self._site.audit_lists(self._job.audit)
        if self._job.urls:
            self._follow_site(self._job.urls[0])
            self._site.archive(self._job.urls)
        else:
            self._site.sync()
        if self._job.audit:
            self._site.audit(self._job.audit)

    def _follow_site(self, url: str) -> None:
        """Go on at another host, if the archive's site has moved there."""
        may_archive = self._job.crawl.may_archive
        moved = follow_site(self._archive, self.fetcher, self._clock, url, may_archive=may_archive)
        if moved is not None:
            self._site.notes.append(moved)

    def _fetch_media(self) -> None:
        if self._job.media.kinds:
            self._media = MediaCrawl(
                self._archive,
                self.fetcher,
                self._clock,
                self._listener,
                self._job.media,
                may_archive=self._job.crawl.may_archive,
            )
            self._media.fetch_all()

    def _exit_code(self, *, interrupted: bool, stopped: str | None) -> int:
        topics, lists = self._site.topics, self._site.lists
        codes = [one.exit_code for one in topics] + [one.exit_code for one in lists]
        if interrupted:
            return 130
        if stopped is not None:
            codes.append(SessionEndedError.exit_code)
        if self._disappearance.held_back or self._site.is_incomplete():
            codes.append(3)
        return worst_exit_code(codes)

    def _report(
        self, times: TimesOutcome | None, code: int, *, interrupted: bool, stopped: str | None
    ) -> ArchiveReport:
        return ArchiveReport(
            archive=self._job.path,
            topics=tuple(self._site.topics),
            withheld=tuple(self._site.withheld),
            lists=tuple(self._site.lists),
            times=times,
            traffic=self.fetcher.traffic,
            notes=tuple(self._site.notes),
            gone_topics=self._site.gone_topics,
            gone_posts=self._site.gone_posts,
            held_back=self._disappearance.held_back,
            planned=tuple(self._site.planned) if isinstance(self._site, PlannedCrawl) else (),
            media=self._media.outcome() if self._media is not None else None,
            stopped=stopped,
            interrupted=interrupted,
            exit_code=code,
        )

    def _totals(self, report: ArchiveReport) -> RunTotals:
        return RunTotals(
            requests=report.traffic.requests,
            pages=sum(outcome.pages for outcome in _outcomes(report)),
            saved=sum((outcome.saved for outcome in report.topics), Saved()),
            gone=sum(outcome.gone for outcome in report.topics) + self._site.gone_posts,
            report=to_json(_kept(report)),
        )

    def _known_robots(self) -> list[Page]:
        return list(newest_pages(self._archive, "robots", self._clock.now() - _ROBOTS_AGE))

    def _keep_robots(self, page: Page) -> None:
        self._crawl.keep_beside("robots", page)

    def _now(self) -> str:
        return utc_text(self._clock.now())


def _outcomes(report: ArchiveReport) -> tuple[TopicOutcome | ListOutcome, ...]:
    return *report.topics, *report.lists


def _kept(report: ArchiveReport) -> dict[str, object]:
    """What the archive keeps of a report: all but the topics that are as they should be."""
    failed = [one for one in _outcomes(report) if one.error is not None or one.exit_code]
    return {
        "traffic": report.traffic,
        "times": report.times,
        "media": report.media,
        "topics": len(report.topics),
        "lists": len(report.lists),
        "gone_topics": report.gone_topics,
        "held_back": report.held_back,
        "notes": report.notes,
        "stopped": report.stopped,
        "incomplete": [
            {"url": one.url, "title": one.title, "error": one.error, "exit_code": one.exit_code}
            for one in failed
        ],
    }

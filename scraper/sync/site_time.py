"""Settle the times of an archive's posts: the site's zone stated, else inferred from as few feeds as it takes."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from parsers.dates.reader import DateReader
from parsers.errors import AccessDeniedError, FetchError, NothingReadableError, UsageError
from parsers.feed import parse_feed
from parsers.locale import locale_for
from parsers.site_info import parse_site_info
from parsers.zones.candidates import Pair
from parsers.zones.clock import SiteClock, infer
from parsers.zones.question import best_question
from scraper.archive.new_address import at_home
from scraper.archive.page import store_page, utc_moment, utc_text
from scraper.archive.post_time import (
    asked_before,
    begin_reading,
    ends_of_topics,
    feed_sources,
    feeds_of_unread,
    keep_read,
    newest_copy,
    note_question,
    pairs_read,
    posts_by_feed,
    read_times,
    shown_languages,
    shown_texts,
    shown_times,
    store_feed_times,
    store_times,
    successive_texts,
    texts_by_feed,
    times_by_feed,
    without_utc,
)
from scraper.archive.run import ensure_run
from scraper.archive.settled_time import keep_lesson, kept_lesson
from scraper.archive.site import SiteZone, ZoneSource, keep_zone, note_new_times, site_zone
from scraper.archive.stored_json import texts
from scraper.fetch.fetcher import Request
from scraper.sync.new_time import lesson_of, settle_new, settled_outcome
from scraper.sync.report import TimesOutcome
from scraper.sync.shown_time import local_time, settled_time

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator

    from parsers.records import Page
    from scraper.archive.database import Archive
    from scraper.archive.post_time import ReadTime
    from scraper.fetch.fetcher import Fetcher
    from scraper.politeness.clock import Clock

_POSTS_IN_A_FEED = 10  # WordPress' own default for feeds, which wins over bbPress' 25
_MOST_FAILED_FEEDS = 3
_MOST_FEEDS_FOR_ORDER = 2  # one true time of a date that can mean two days settles them all
_MOST_FEEDS_FOR_POSTS = 10  # a run, where pages show no dates; each has ten posts
_POSTS_AT_A_TIME = 500
# A REST root that did not name a zone may do so one day.
_ASK_AGAIN = timedelta(days=30)


def check_zone(name: str | None) -> None:
    """Make sure that a zone is one, before anything is done.

    Raises:
        UsageError: there is no zone of that name.
    """
    if name is not None:
        SiteClock.from_name(name, configured=True)


def settle_times(
    archive: Archive, fetcher: Fetcher | None, clock: Clock, configured: str | None = None
) -> TimesOutcome:
    """Give every post of the archive its local time, and its time in UTC where that is certain.

    Args:
        archive: being written.
        fetcher: what asks for the REST root and for feeds; None asks for nothing.
        clock: dates what is stored.
        configured: the site's zone as the user states it; it overrides everything.

    Raises:
        UsageError: there is no zone of that name.
    """
    known = site_zone(archive.connection)
    if configured is None or (known.is_configured and configured == known.name):
        if not known.has_new_times:
            return _as_settled(archive, known)
        if (outcome := settle_new(archive)) is not None:
            return outcome
    return _Settling(archive, fetcher, clock).settle(configured)


def _as_settled(archive: Archive, known: SiteZone) -> TimesOutcome:
    """How times were settled before, where no post has shown a new one since."""
    lesson = kept_lesson(archive.connection)
    if lesson is not None:
        return settled_outcome(archive.connection, lesson)
    missing = without_utc(archive.connection)
    if known.name is not None:
        source = "configured" if known.is_configured else "site"
        return TimesOutcome(timezone=known.name, source=source, feeds=0, without_utc=missing)
    times = times_by_feed(archive.connection)
    pairs = [
        Pair(utc=utc_moment(utc), local=datetime.fromisoformat(local)) for local, utc in times
    ]
    site_clock = infer(pairs)
    source = "feeds" if site_clock.periods else "none"
    return TimesOutcome(
        timezone=_only_name(site_clock), source=source, feeds=0, without_utc=missing
    )


def _only_name(site_clock: SiteClock) -> str | None:
    """The zone, where only one is possible."""
    names = site_clock.names
    return names[0][0] if len(names) == 1 and len(names[0]) == 1 else None


class _Settling:
    """Settles the times of an archive; it goes through the posts some at a time, and holds none of them."""

    def __init__(self, archive: Archive, fetcher: Fetcher | None, clock: Clock) -> None:
        self._archive = archive
        self._fetcher = fetcher
        self._clock = clock
        self._feeds = 0
        self._has_failed = False
        self._is_ambiguous = False
        self._readers: dict[str | None, DateReader] = {}
        self._read_all()

    def settle(self, configured: str | None) -> TimesOutcome:
        self._ask_for_unread()
        site_clock, source = self._site_clock(configured)
        with self._archive.transaction() as connection:
            for shown in shown_times(connection, _POSTS_AT_A_TIME):
                times = ((one, settled_time(one, site_clock)) for one in shown)
                store_times(connection, [time for one, time in times if time != one.settled])
            is_settled = site_clock.is_settled(self._wanted()) and not self._feeds_of_unread(1)
            # The next run may get an answer that this one did not get.
            could_not_ask = self._fetcher is None or self._has_failed
            note_new_times(connection, there_are=could_not_ask and not is_settled)
            lesson = lesson_of(connection, site_clock, self._readers) if is_settled else None
            keep_lesson(connection, lesson)
            missing = without_utc(connection)
        zone = _only_name(site_clock)
        return TimesOutcome(timezone=zone, source=source, feeds=self._feeds, without_utc=missing)

    def _read_all(self) -> None:
        """Read the dates as displayed; what feeds tell helps to tell the day from the month."""
        with self._archive.transaction() as connection:
            self._readers = _readers(connection)
            self._is_ambiguous = any(reader.is_ambiguous for reader in self._readers.values())
            begin_reading(connection)
            for shown in shown_times(connection, _POSTS_AT_A_TIME):
                read = ((one, local_time(one, self._readers[one.language])) for one in shown)
                keep_read(
                    connection,
                    [
                        (one.post_id, one.topic_key, local.isoformat(timespec="seconds"))
                        for one, local in read
                        if local is not None
                    ],
                )

    def _ask_for_unread(self) -> None:
        """Ask for feeds of posts whose dates can mean two days, say only how long ago, or are not there."""
        for url in self._feeds_of_unread(_MOST_FEEDS_FOR_ORDER):
            if self._is_ambiguous and self._has_asked(url, "which of a date's numbers is the day"):
                self._read_all()
        unread = self._feeds_of_unread(_MOST_FEEDS_FOR_POSTS)
        answers = [
            not self._has_failed and self._has_asked(url, "times of posts that show none")
            for url in unread
        ]
        if any(answers):
            self._read_all()

    def _feeds_of_unread(self, most: int) -> list[str]:
        """Feeds not asked yet of posts whose time is neither read nor told, the likeliest to tell most first."""
        asked = asked_before(self._archive.connection)
        feeds = feeds_of_unread(self._archive.connection, _POSTS_IN_A_FEED)
        return list(islice((url for url, newest in feeds if newest > asked.get(url, "")), most))

    def _has_asked(self, url: str, reason: str) -> bool:
        """Ask for a feed and keep what it tells; whether there was an answer."""
        page = self._ask(url, reason, "feed", _keep_feed_times)
        if page is None:
            return False
        self._feeds += 1
        return True

    def _site_clock(self, configured: str | None) -> tuple[SiteClock, str]:
        known = site_zone(self._archive.connection)
        if configured is not None:
            site_clock = SiteClock.from_name(configured, configured=True)
            self._keep_zone(configured, "configured")
            return site_clock, "configured"
        if known.name is not None:
            site_clock = SiteClock.from_name(known.name, configured=known.is_configured)
            return site_clock, "configured" if known.is_configured else "site"
        site_clock = infer(self._pairs())
        if self._fetcher is not None and not site_clock.is_settled(self._wanted()):
            stated = self._stated_zone(known.api_url)
            if stated is not None:
                return stated, "site"
            site_clock = self._asked_feeds(site_clock)
        return site_clock, "feeds" if site_clock.periods else "none"

    def _keep_zone(self, zone: str, source: ZoneSource) -> None:
        with self._archive.transaction() as connection:
            keep_zone(connection, zone, source)

    def _stated_zone(self, api_url: str | None) -> SiteClock | None:
        """The zone that the REST root names; a root that is hidden or broken is no gap."""
        asked = asked_before(self._archive.connection).get(api_url or "")
        if asked is not None and self._clock.now() - utc_moment(asked) < _ASK_AGAIN:
            return None
        page = self._ask(api_url, "the site's time zone", "site-info", keep_stated_zone)
        return _stated_clock(page) if page is not None else None

    def _asked_feeds(self, site_clock: SiteClock) -> SiteClock:
        """Ask for feeds until the clocks that fit them agree on every time that the archive holds."""
        options = dict(self._options())
        failed = 0
        while options and failed < _MOST_FAILED_FEEDS:
            url = best_question(site_clock, options, self._wanted())
            if url is None:
                break
            del options[url]
            if not self._has_asked(url, "true times of posts"):
                failed += 1
                continue
            self._read_all()
            site_clock = infer(self._pairs())
            if site_clock.is_settled(self._wanted()):
                break
        return site_clock

    def _wanted(self) -> Iterator[datetime]:
        """Every local time that needs one in UTC, in order."""
        return map(datetime.fromisoformat, read_times(self._archive.connection))

    def _options(self) -> Iterator[tuple[str, list[datetime]]]:
        """Each feed that can tell something new, with the local times that it tells of."""
        asked = asked_before(self._archive.connection)
        told = posts_by_feed(self._archive.connection)
        for url, posts in self._feeds_with_posts():
            new = [
                one
                for one in posts
                if one.post_id not in told and one.first_seen > asked.get(url, "")
            ]
            if new:
                yield url, [datetime.fromisoformat(one.local) for one in new]

    def _feeds_with_posts(self) -> Iterator[tuple[str, list[ReadTime]]]:
        """Each feed with the posts that should be in it: a topic's oldest posts; a forum's and the site's newest."""
        ends = ends_of_topics(self._archive.connection, _POSTS_IN_A_FEED)
        wider: dict[str, list[ReadTime]] = defaultdict(list)
        for source in feed_sources(self._archive.connection):
            urls = texts(source.urls)
            posts = ends.get(source.topic_key, [])
            if urls and posts:
                yield urls[0], posts[:_POSTS_IN_A_FEED]
            for url in urls[1:]:
                wider[url] += posts[-_POSTS_IN_A_FEED:]
        for url, posts in wider.items():
            yield url, sorted(posts, key=_order)[-_POSTS_IN_A_FEED:]

    def _ask(
        self,
        url: str | None,
        reason: str,
        kind: str,
        keep: Callable[[sqlite3.Connection, Page], None],
    ) -> Page | None:
        """Ask for a page; that it was asked for, it and what it says are kept at once, since nobody asks for it again."""
        if self._fetcher is None or url is None:
            return None
        page: Page | None = None
        try:
            page = self._fetcher.get(
                Request(url=at_home(self._archive.connection, url), reason=reason)
            )
        except FetchError:
            self._has_failed = True
            return None
        except (AccessDeniedError, NothingReadableError, UsageError):
            pass
        now = utc_text(self._clock.now())
        with self._archive.transaction() as connection:
            run_id = ensure_run(connection, self._archive, now)
            note_question(connection, url, now)
            if page is not None:
                store_page(connection, run_id, kind, page)
                keep(connection, page)
        return page

    def _pairs(self) -> list[Pair]:
        return [
            Pair(utc=utc_moment(utc), local=datetime.fromisoformat(local))
            for utc, local in pairs_read(self._archive.connection)
        ]


def keep_stated_zone(connection: sqlite3.Connection, page: Page) -> None:
    """Keep the zone that a REST root names, if it names one."""
    if (zone := parse_site_info(page).timezone) and _stated_clock(page) is not None:
        keep_zone(connection, zone, "zone")


def _stated_clock(page: Page) -> SiteClock | None:
    """The clock that a REST root names; None where it names none, or one that this machine's tables do not know."""
    zone = parse_site_info(page).timezone
    try:
        return SiteClock.from_name(zone, configured=False) if zone is not None else None
    except UsageError:
        return None


def _keep_feed_times(connection: sqlite3.Connection, page: Page) -> None:
    store_feed_times(connection, parse_feed(page).items)


def _order(one: ReadTime) -> tuple[str, int]:
    return one.local, one.post_id


def _readers(connection: sqlite3.Connection) -> dict[str | None, DateReader]:
    """One reader a language of the site, which learns from all of that language's dates at once."""
    newest = newest_copy(connection)
    not_after = utc_moment(newest) if newest is not None else None
    readers: dict[str | None, DateReader] = {}
    for language in shown_languages(connection):
        locale = locale_for(language)
        told = texts_by_feed(connection, language)
        readers[language] = DateReader.learn(
            shown_texts(connection, language),
            words=locale.dates if locale else None,
            language=language,
            pairs={text: utc_moment(utc) for text, utc in told.items()},
            successions=successive_texts(connection, language),
            not_after=not_after,
        )
    return readers

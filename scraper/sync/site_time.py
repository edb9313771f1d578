"""Settle the times of an archive's posts: the site's zone stated, else inferred from as few feeds as it takes."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from parsers.dates.attribute import read_attribute
from parsers.dates.reader import DateReader
from parsers.dates.relative import read_relative
from parsers.errors import AccessDeniedError, FetchError, NothingReadableError, UsageError
from parsers.feed import parse_feed
from parsers.locale import locale_for
from parsers.site_info import parse_site_info
from parsers.zones.candidates import Pair
from parsers.zones.clock import SiteClock, infer
from parsers.zones.question import best_question
from scraper.archive.page import store_page, utc_moment, utc_text
from scraper.archive.post_time import (
    PostTime,
    ShownTime,
    asked_before,
    feed_sources,
    note_question,
    shown_times,
    store_feed_times,
    store_times,
    times_by_feed,
    without_utc,
)
from scraper.archive.run import ensure_run
from scraper.archive.site import SiteZone, ZoneSource, keep_zone, note_new_times, site_zone
from scraper.archive.stored_json import texts
from scraper.fetch.fetcher import Request
from scraper.sync.report import TimesOutcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from parsers.records import Page
    from scraper.archive.database import Archive
    from scraper.fetch.fetcher import Fetcher
    from scraper.politeness.clock import Clock

_POSTS_IN_A_FEED = 10  # WordPress' own default for feeds, which wins over bbPress' 25
_MOST_FAILED_FEEDS = 3
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
    if configured is None and not known.has_new_times:
        return _as_settled(archive, known)
    return _Settling(archive, fetcher, clock).settle(configured)


def _as_settled(archive: Archive, known: SiteZone) -> TimesOutcome:
    """How times were settled before, where no post has shown a new one since."""
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
    def __init__(self, archive: Archive, fetcher: Fetcher | None, clock: Clock) -> None:
        self._archive = archive
        self._fetcher = fetcher
        self._clock = clock
        self._feeds = 0
        self._has_failed = False
        self._shown = _with_language(list(shown_times(archive.connection)))
        self._feed_times = {one.post_id: utc_moment(one.feed) for one in self._shown if one.feed}
        self._local: dict[int, datetime] = {}
        self._read_all()

    def settle(self, configured: str | None) -> TimesOutcome:
        site_clock, source = self._site_clock(configured)
        times = (self._time(one, site_clock) for one in self._shown)
        with self._archive.transaction() as connection:
            changed = [
                time for one, time in zip(self._shown, times, strict=True) if time != one.settled
            ]
            store_times(connection, changed)
            note_new_times(connection, there_are=self._is_to_be_continued(site_clock))
            missing = without_utc(connection)
        zone = _only_name(site_clock)
        return TimesOutcome(timezone=zone, source=source, feeds=self._feeds, without_utc=missing)

    def _is_to_be_continued(self, site_clock: SiteClock) -> bool:
        """Whether the next run may get an answer that this one did not get."""
        could_not_ask = self._fetcher is None or self._has_failed
        return could_not_ask and not site_clock.is_settled(self._wanted())

    def _read_all(self) -> None:
        """Read the dates as displayed; what feeds tell helps to tell the day from the month."""
        readers = _readers(self._shown, self._feed_times)
        read = ((one, readers[one.language].read(one.text)) for one in self._shown if one.text)
        self._local = {one.post_id: local for one, local in read if local is not None}

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
        if not site_clock.is_settled(self._wanted()):
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
        page = self._ask(api_url, "the site's time zone", "site-info")
        zone = parse_site_info(page).timezone if page is not None else None
        if zone is None:
            return None
        try:
            site_clock = SiteClock.from_name(zone, configured=False)
        except UsageError:
            return None  # a zone that this machine's tables do not know
        self._keep_zone(zone, "zone")
        return site_clock

    def _asked_feeds(self, site_clock: SiteClock) -> SiteClock:
        """Ask for feeds until the clocks that fit them agree on every time that the archive holds."""
        options = dict(self._options())
        failed = 0
        while options and failed < _MOST_FAILED_FEEDS:
            url = best_question(site_clock, options, self._wanted())
            if url is None:
                break
            del options[url]
            page = self._ask(url, "true times of posts", "feed")
            if page is None:
                failed += 1
                continue
            self._feeds += 1
            self._learn(page)
            site_clock = infer(self._pairs())
            if site_clock.is_settled(self._wanted()):
                break
        return site_clock

    def _wanted(self) -> list[datetime]:
        return sorted(set(self._local.values()))

    def _options(self) -> Iterator[tuple[str, list[datetime]]]:
        """Each feed that can tell something new, with the local times that it tells of."""
        asked = asked_before(self._archive.connection)
        for url, posts in self._feeds_with_posts():
            new = [
                one
                for one in posts
                if one.post_id not in self._feed_times and one.first_seen > asked.get(url, "")
            ]
            if new:
                yield url, [self._local[one.post_id] for one in new]

    def _feeds_with_posts(self) -> Iterator[tuple[str, list[ShownTime]]]:
        """Each feed with the posts that should be in it: a topic's oldest posts; a forum's and the site's newest."""
        by_topic: dict[int, list[ShownTime]] = defaultdict(list)
        for one in self._shown:
            if one.post_id in self._local:
                by_topic[one.topic_key].append(one)
        wider: dict[str, list[ShownTime]] = defaultdict(list)
        for source in feed_sources(self._archive.connection):
            urls = texts(source.urls)
            posts = sorted(by_topic[source.topic_key], key=self._order)
            if urls and posts:
                yield urls[0], posts[:_POSTS_IN_A_FEED]
            for url in urls[1:]:
                wider[url] += posts[-_POSTS_IN_A_FEED:]
        for url, posts in wider.items():
            yield url, sorted(posts, key=self._order)[-_POSTS_IN_A_FEED:]

    def _order(self, one: ShownTime) -> tuple[datetime, int]:
        return self._local[one.post_id], one.post_id

    def _ask(self, url: str | None, reason: str, kind: str) -> Page | None:
        if self._fetcher is None or url is None:
            return None
        page: Page | None = None
        try:
            page = self._fetcher.get(Request(url=url, reason=reason))
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
        return page

    def _learn(self, page: Page) -> None:
        posts = {one.post_id for one in self._shown}
        items = [item for item in parse_feed(page).items if item.post_id in posts]
        self._feed_times.update({item.post_id: item.published for item in items})
        with self._archive.transaction() as connection:
            store_feed_times(connection, items)
        self._read_all()

    def _pairs(self) -> list[Pair]:
        return [
            Pair(utc=utc, local=self._local[post_id])
            for post_id, utc in sorted(self._feed_times.items())
            if post_id in self._local
        ]

    def _time(self, one: ShownTime, site_clock: SiteClock) -> PostTime:
        local, feed = self._local.get(one.post_id), self._feed_times.get(one.post_id)
        if local is None:
            return _without_local(one, feed)
        settled = site_clock.utc(local, feed)
        text = local.isoformat(timespec="seconds")
        if settled is None:
            return PostTime(post_id=one.post_id, local=text)
        return PostTime(
            post_id=one.post_id, local=text, published=utc_text(settled[0]), source=settled[1]
        )


def _with_language(shown: list[ShownTime]) -> list[ShownTime]:
    """Pages that do not tell their language speak the site's: the one that most of its posts are in."""
    known = Counter(one.language for one in shown if one.language)
    if not known:
        return shown
    common = known.most_common(1)[0][0]
    return [one if one.language else replace(one, language=common) for one in shown]


def _readers(
    shown: list[ShownTime], feed_times: Mapping[int, datetime]
) -> dict[str | None, DateReader]:
    """One reader a language of the site, which learns from all of that language's dates at once."""
    texts: dict[str | None, list[str]] = defaultdict(list)
    pairs: dict[str | None, dict[str, datetime]] = defaultdict(dict)
    for one in shown:
        if one.text:
            texts[one.language].append(one.text)
            if one.post_id in feed_times:
                pairs[one.language][one.text] = feed_times[one.post_id]
    newest = max((utc_moment(one.fetched_at) for one in shown), default=None)
    readers: dict[str | None, DateReader] = {}
    for language in {one.language for one in shown}:
        locale = locale_for(language)
        words = locale.dates if locale else None
        readers[language] = DateReader.learn(
            texts[language],
            words=words,
            language=language,
            pairs=pairs[language],
            not_after=newest,
        )
    return readers


def _without_local(one: ShownTime, feed: datetime | None) -> PostTime:
    """The time of a post whose page shows none that can be read: a machine-readable one, a feed's, or bounds."""
    attribute = read_attribute(one.attribute) if one.attribute else None
    if feed is not None:
        return PostTime(post_id=one.post_id, published=utc_text(feed), source="feed")
    if attribute is not None and attribute.tzinfo is not None:
        return PostTime(post_id=one.post_id, published=utc_text(attribute), source="attribute")
    locale = locale_for(one.language)
    words = locale.dates if locale else None
    bounds = read_relative(one.text, words, utc_moment(one.fetched_at)) if one.text else None
    if bounds is None:
        return PostTime(post_id=one.post_id)
    earliest, latest = map(utc_text, bounds)
    return PostTime(post_id=one.post_id, source="relative", earliest=earliest, latest=latest)

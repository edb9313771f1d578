"""Settle the times of an archive's posts: the site's zone stated, else inferred from as few feeds as it takes."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

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
    feed_sources,
    shown_times,
    store_feed_times,
    store_times,
    without_utc,
)
from scraper.archive.run import ensure_run
from scraper.fetch.fetcher import Request
from scraper.sync.report import TimesOutcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from parsers.records import Page
    from scraper.archive.database import Archive
    from scraper.fetch.fetcher import Fetcher
    from scraper.politeness.clock import Clock

_POSTS_IN_A_FEED = 10  # WordPress' own default for feeds, which wins over bbPress' 25
_MOST_FAILED_FEEDS = 3


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
    return _Settling(archive, fetcher, clock).settle(configured)


class _Settling:
    def __init__(self, archive: Archive, fetcher: Fetcher | None, clock: Clock) -> None:
        self._archive = archive
        self._fetcher = fetcher
        self._clock = clock
        self._feeds = 0
        self._shown = _with_language(list(shown_times(archive.connection)))
        self._feed_times = {one.post_id: utc_moment(one.feed) for one in self._shown if one.feed}
        self._readers = _readers(self._shown, self._feed_times)
        self._local = {
            one.post_id: local for one in self._shown if (local := self._read(one)) is not None
        }

    def settle(self, configured: str | None) -> TimesOutcome:
        site_clock, source = self._site_clock(configured)
        with self._archive.transaction() as connection:
            store_times(connection, (self._time(one, site_clock) for one in self._shown))
            missing = without_utc(connection)
        names = site_clock.names
        zone = names[0][0] if len(names) == 1 and len(names[0]) == 1 else None
        return TimesOutcome(timezone=zone, source=source, feeds=self._feeds, without_utc=missing)

    def _site_clock(self, configured: str | None) -> tuple[SiteClock, str]:
        row = self._archive.connection.execute(
            "SELECT timezone, timezone_source, api_url FROM site"
        ).fetchone()
        if configured is not None:
            site_clock = SiteClock.from_name(configured, configured=True)
            self._keep_zone(configured, "configured")
            return site_clock, "configured"
        if row["timezone"] is not None:
            return SiteClock.from_name(
                row["timezone"], configured=row["timezone_source"] == "configured"
            ), "site"
        stated = self._stated_zone(row["api_url"])
        if stated is not None:
            return stated, "site"
        return self._inferred()

    def _keep_zone(self, zone: str, source: str) -> None:
        with self._archive.transaction() as connection:
            connection.execute("UPDATE site SET timezone = ?, timezone_source = ?", (zone, source))

    def _stated_zone(self, api_url: str | None) -> SiteClock | None:
        """The zone that the REST root names; a root that is hidden or broken is no gap."""
        page = (
            self._ask(api_url, "the site's time zone", "site-info")
            if api_url and self._local
            else None
        )
        zone = parse_site_info(page).timezone if page is not None else None
        if zone is None:
            return None
        try:
            site_clock = SiteClock.from_name(zone, configured=False)
        except UsageError:
            return None  # a zone that this machine's tables do not know
        self._keep_zone(zone, "zone")
        return site_clock

    def _inferred(self) -> tuple[SiteClock, str]:
        """Ask for feeds until the clocks that fit them agree on every time that the archive holds."""
        wanted = sorted(set(self._local.values()))
        options = dict(self._options())
        failed = 0
        site_clock = infer(self._pairs())
        while options and failed < _MOST_FAILED_FEEDS and not site_clock.is_settled(wanted):
            url = best_question(site_clock, options, wanted)
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
        return site_clock, "feeds" if site_clock.periods else "none"

    def _options(self) -> Iterator[tuple[str, list[datetime]]]:
        """Each feed with the local times that it can tell of: a topic's oldest posts; a forum's and the site's newest."""
        by_topic: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
        for one in self._shown:
            if one.post_id in self._local and one.post_id not in self._feed_times:
                by_topic[one.topic_key].append((self._local[one.post_id], one.post_id))
        wider: dict[str, list[tuple[datetime, int]]] = defaultdict(list)
        for source in feed_sources(self._archive.connection):
            posts = sorted(by_topic[source.topic_key])
            urls = msgspec.json.decode(source.urls, type=tuple[str, ...])
            if urls and posts:
                yield urls[0], [local for local, _ in posts[:_POSTS_IN_A_FEED]]
            for url in urls[1:]:
                wider[url].extend(posts)
        for url, posts in wider.items():
            yield url, [local for local, _ in sorted(posts)[-_POSTS_IN_A_FEED:]]

    def _ask(self, url: str | None, reason: str, kind: str) -> Page | None:
        if self._fetcher is None or url is None:
            return None
        try:
            page = self._fetcher.get(Request(url=url, reason=reason))
        except (FetchError, AccessDeniedError, NothingReadableError):
            return None
        with self._archive.transaction() as connection:
            run_id = ensure_run(connection, self._archive, utc_text(self._clock.now()))
            store_page(connection, run_id, kind, page)
        return page

    def _learn(self, page: Page) -> None:
        items = [item for item in parse_feed(page).items if item.post_id in self._local]
        self._feed_times.update({item.post_id: item.published for item in items})
        with self._archive.transaction() as connection:
            store_feed_times(connection, items)

    def _pairs(self) -> list[Pair]:
        return [
            Pair(utc=utc, local=self._local[post_id])
            for post_id, utc in sorted(self._feed_times.items())
            if post_id in self._local
        ]

    def _read(self, one: ShownTime) -> datetime | None:
        return self._readers[one.language].read(one.text) if one.text else None

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

"""Make of what a post shows of its time what can be made of it: its local time, its time in UTC, or bounds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from parsers.dates.attribute import read_attribute
from parsers.dates.relative import page_made_at, read_relative
from parsers.locale import locale_for
from scraper.archive.page import utc_moment, utc_text
from scraper.archive.post_time import PostTime
from scraper.archive.stored_json import from_json

if TYPE_CHECKING:
    from parsers.dates.reader import DateReader
    from parsers.records import PublishedSource
    from parsers.zones.clock import SiteClock
    from scraper.archive.post_time import ShownTime


_CLOCKS_DIFFER = timedelta(days=1)


def local_time(one: ShownTime, reader: DateReader) -> datetime | None:
    """The local time that a post shows, in its date or, where that only says how long ago, in what is attached to it."""
    local = reader.read(one.text) if one.text else None
    if local is not None or one.attribute is None:
        return local
    attached = read_attribute(one.attribute) or reader.read(one.attribute)
    return attached if attached is not None and attached.tzinfo is None else None


def settled_time(one: ShownTime, site_clock: SiteClock) -> PostTime:
    """What is made of what a post shows, by the site's clock."""
    feed = utc_moment(one.feed) if one.feed else None
    if one.read is None:
        return _without_local(one, feed)
    local = datetime.fromisoformat(one.read)
    settled = site_clock.utc(local, feed) or _attached(one, local)
    if settled is None:
        return PostTime(post_id=one.post_id, local=one.read)
    return PostTime(
        post_id=one.post_id, local=one.read, published=utc_text(settled[0]), source=settled[1]
    )


def _attached(one: ShownTime, local: datetime) -> tuple[datetime, PublishedSource] | None:
    """The UTC time for machines. WordPress before 5.3 calls a local time UTC there: one that says the same is none."""
    attached = read_attribute(one.attribute) if one.attribute else None
    if attached is None or attached.tzinfo is None:
        return None
    is_doubtful = not attached.utcoffset() and attached.replace(tzinfo=None, second=0) == local
    return None if is_doubtful else (attached, "attribute")


def _without_local(one: ShownTime, feed: datetime | None) -> PostTime:
    """The time of a post whose page shows none that can be read: a machine-readable one, a feed's, or bounds."""
    attribute = read_attribute(one.attribute) if one.attribute else None
    locale = locale_for(one.language)
    words = locale.dates if locale else None
    bounds = read_relative(one.text, words, _made_at(one)) if one.text else None
    # A merge dates a post back, and what a feed told before is not true any more. A page may be older than it seems, so that
    # only the latest time is sure.
    if feed is not None and (bounds is None or feed <= bounds[1] + _CLOCKS_DIFFER):
        return PostTime(post_id=one.post_id, published=utc_text(feed), source="feed")
    if attribute is not None and attribute.tzinfo is not None:
        return PostTime(post_id=one.post_id, published=utc_text(attribute), source="attribute")
    if bounds is None:
        return PostTime(post_id=one.post_id)
    earliest, latest = map(utc_text, bounds)
    return PostTime(post_id=one.post_id, source="relative", earliest=earliest, latest=latest)


def _made_at(one: ShownTime) -> datetime:
    """When the server made a page: a cache says so, or for how long it has kept the page."""
    came = utc_moment(one.fetched_at)
    return page_made_at(from_json(one.headers, tuple[tuple[str, str], ...]), came)

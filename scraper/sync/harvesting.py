"""Put a site's pages out of web archives together in an archive that is only made to be read out: times, places, bodies."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import msgspec

from parsers.feed import parse_feed
from parsers.first_use import prepared
from parsers.page_records import Observations
from parsers.records import Page, TopicPage  # noqa: TC001  msgspec reads the types of fields
from scraper.archive.database import passing
from scraper.archive.page import note_page, utc_text
from scraper.archive.page_collection import take_observations
from scraper.archive.post_time import store_feed_times
from scraper.archive.post_writer import Source
from scraper.archive.run import ensure_run
from scraper.archive.site import note_site, site_zone
from scraper.archive.topic_writer import save_topic_page
from scraper.sync.closing import close_topic
from scraper.sync.site_time import keep_stated_zone, settle_times

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Generator, Iterable
    from pathlib import Path

    from scraper.archive.database import Archive
    from scraper.politeness.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class HarvestedPage:
    """A page of a site, as a web archive held it.

    Attributes:
        kind: `topic`, `dump`, `feed`, `site-info`; `observations`, what an archive of threadkeep knew beside its pages;
            `wish`, what a repetition names; `repetition`, the same as another page.
        page: what came; of topics and dumps, which are read already, without its body.
        sha256: of the body.
        found: what was read, of a topic or a dump.
        names: what repetitions can name it by.
        wanted: what a repetition names the page by that it is the same as, the surest first.
    """

    kind: str
    page: Page
    sha256: str
    found: TopicPage | None = None
    names: tuple[str, ...] = ()
    wanted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What was put together of a site.

    Attributes:
        topics: how many topics.
        incomplete: how many of them lack posts that their own pages claim.
        lost: how many repetitions name a page that was nowhere.
    """

    topics: int
    incomplete: int
    lost: int


@contextmanager
def gathered(
    path: Path,
    host: str,
    pages: Iterable[HarvestedPage],
    clock: Clock,
    *,
    timezone: str | None = None,
) -> Generator[tuple[Archive, Gathered]]:
    """Put a site's pages together in a new archive, which can be read out as long as the block runs.

    Args:
        path: the archive, which is not there yet.
        host: the site's host and port.
        pages: what repetitions name, the pages of topics in the order of when they came, and what is beside them; in this
            order.
        clock: dates the run.
        timezone: the site's zone, where the user names it.

    Raises:
        UsageError: there is no zone of that name.
        ExportError: the archive cannot be written.
    """
    with passing(path, command="harvest", host=host) as archive:
        with archive.transaction() as connection:
            gathering = _Gathering(archive, connection, utc_text(clock.now()))
            for one in pages:
                gathering.take(one)
            found = gathering.closed(host)
            settle_times(archive, None, clock, timezone)
        yield archive, found


def capture_times(archive: Archive, post_id: int, revisions: Iterable[int]) -> tuple[str, ...]:
    """When pages came that showed a post with one of some bodies."""
    found = {
        row[0]
        for revision in revisions
        for row in archive.connection.execute(_CAPTURES, (post_id, revision))
    }
    return tuple(sorted(found))


_MAKE = """
CREATE TABLE captures (
    post_id INTEGER, revision INTEGER, captured_at TEXT, PRIMARY KEY (post_id, revision, captured_at)
) WITHOUT ROWID;
CREATE TEMP TABLE wishes (name TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TEMP TABLE copies (name TEXT PRIMARY KEY, page BLOB);
"""
_CAPTURES = "SELECT captured_at FROM captures WHERE post_id = ? AND revision = ?"
_NOTE_CAPTURE = (
    "INSERT OR IGNORE INTO captures SELECT post_id, revision, ?2 FROM posts WHERE post_id = ?1"
)


class _Gathering:
    """Saves what was read, page by page, in one transaction."""

    def __init__(self, archive: Archive, connection: sqlite3.Connection, now: str) -> None:
        self._connection = connection
        self._now = now
        self._run_id = ensure_run(connection, archive, now)
        self._topics: dict[int, None] = {}
        self._has_wishes = False
        self._lost = 0
        for statement in _MAKE.split(";\n"):
            connection.execute(statement)

    def take(self, one: HarvestedPage) -> None:
        """Take the next page."""
        if one.kind == "wish":
            self._has_wishes = True
            names = ((name,) for name in one.wanted if name.strip())
            self._connection.executemany("INSERT OR IGNORE INTO wishes VALUES (?)", names)
        elif one.kind == "repetition":
            self._repeat(one)
        elif one.found is not None:
            self._save(one, one.found)
        else:
            self._take_beside(one)

    def closed(self, host: str) -> Gathered:
        """Reconcile all topics, whose gaps say what they lack."""
        connection = self._connection
        note_site(connection, host=host)
        outcomes = (close_topic(connection, key, self._now, source=host) for key in self._topics)
        incomplete = sum(bool(outcome.gaps) for outcome in outcomes)
        return Gathered(topics=len(self._topics), incomplete=incomplete, lost=self._lost)

    def _save(self, one: HarvestedPage, found: TopicPage) -> None:
        connection, page = self._connection, one.page
        if self._has_wishes:
            self._keep_copy(one)
        page_id = note_page(connection, self._run_id, one.kind, page, one.sha256)
        seen_at = utc_text(page.fetched_at)
        source = Source(page_id=page_id, seen_at=seen_at, is_dump=one.kind == "dump")
        note_site(connection, home=found.home_url, api_url=found.api_url)
        topic_key, _ = save_topic_page(connection, found, source, url=page.final_url)
        self._topics[topic_key] = None
        shown = {post.post_id for post in found.posts}
        connection.executemany(_NOTE_CAPTURE, ((post_id, seen_at) for post_id in shown))

    def _keep_copy(self, one: HarvestedPage) -> None:
        wish = "SELECT 1 FROM wishes WHERE name = ?"
        for name in one.names:
            if self._connection.execute(wish, (name,)).fetchone() is not None:
                values = (name, msgspec.msgpack.encode(one))
                self._connection.execute("INSERT OR REPLACE INTO copies VALUES (?, ?)", values)

    def _repeat(self, one: HarvestedPage) -> None:
        """Save a page again that was the same, from its own address at its own time."""
        copy = "SELECT page FROM copies WHERE name = ?"
        rows = (self._connection.execute(copy, (name,)).fetchone() for name in one.wanted)
        row = next((row for row in rows if row is not None), None)
        if row is None:
            self._lost += 1
            return
        original = msgspec.msgpack.decode(row[0], type=prepared(HarvestedPage))
        if original.found is not None:
            page = replace(one.page, headers=one.page.headers or original.page.headers)
            self._save(replace(original, page=page, names=one.names), original.found)

    def _take_beside(self, one: HarvestedPage) -> None:
        connection = self._connection
        if one.kind == "observations":
            observed = msgspec.json.decode(one.page.body, type=prepared(Observations))
            take_observations(connection, observed)
        elif one.kind == "feed":
            store_feed_times(connection, parse_feed(one.page).items)
        elif site_zone(connection).name is None:
            keep_stated_zone(connection, one.page)

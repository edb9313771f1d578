"""Bring saved pages, web archives and text dumps into an archive, as if they had been fetched: same parsers, same reconciling."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from parsers.errors import ErasedError, NothingReadableError, UsageError
from parsers.feed import parse_feed
from parsers.page_records import Observations
from parsers.post_record import posts_on
from scraper.archive.database import Archive, writing
from scraper.archive.given import keep_given, source_of
from scraper.archive.page import kept_page, newest_page_time, store_page, utc_text
from scraper.archive.page_collection import take_observations
from scraper.archive.post_time import store_feed_times
from scraper.archive.post_writer import Saved, Source
from scraper.archive.run import RunTotals, end_run, ensure_run
from scraper.archive.site import claim_site, note_site, site_zone
from scraper.archive.topic_state import topic_of_page
from scraper.archive.topic_writer import save_topic_page
from scraper.fetch.host import hosts_of
from scraper.sync.closing import close_topic
from scraper.sync.import_reading import Reading, SourceReader
from scraper.sync.keeping_out import KeepingOut
from scraper.sync.log import log_page
from scraper.sync.media_import import take_media
from scraper.sync.page_kind import understood
from scraper.sync.reparsing import rebuild
from scraper.sync.report import TimesOutcome, TopicOutcome, worst_exit_code
from scraper.sync.site_time import check_zone, keep_stated_zone, settle_times

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

    from parsers.records import Page
    from scraper.politeness.clock import Clock

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportJob:
    """What to import.

    Attributes:
        source: a text dump, a saved page, a folder of saved pages, a web archive, or a folder of these.
        path: the archive.
        url: where the source is from, where the user knows it.
        host: the site whose pages are wanted, where the source holds those of several.
        timezone: the site's zone, where the user names it.
    """

    source: Path
    path: Path
    url: str | None = None
    host: str | None = None
    timezone: str | None = None
    command: str = "import"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did.

    Attributes:
        archive: the file.
        topics: one for each topic that the source shows.
        times: how the posts' times were settled.
        problems: what could not be placed or read, a sentence each, with lines where there are lines.
        notices: what the pages say of themselves, e.g. that replying needs a login; how many posts were left out that
            guests do not see.
        exit_code: as the command line exits.
    """

    archive: Path
    topics: tuple[TopicOutcome, ...]
    times: TimesOutcome
    problems: tuple[str, ...]
    notices: tuple[str, ...]
    exit_code: int


def import_source(job: ImportJob, clock: Clock) -> ImportReport:
    """Import a text dump, saved pages or a web archive.

    Everything is read before anything is written: a source without a post leaves no archive behind.

    Raises:
        UsageError: there is no such source, it is of another site than the archive or of several, or there is no zone
            of that name.
        NothingReadableError: there is no post in it.
        ArchiveError: the archive cannot be used.
        ExportError: the archive cannot be written.
    """
    check_zone(job.timezone)
    with ExitStack() as files:
        wanted = job.host.lower().removeprefix("www.") if job.host is not None else None
        reader = SourceReader(source=job.source, url=job.url, host=wanted, files=files)
        readings = sorted(reader.readings(), key=lambda one: one.fetched_at)
        topics = [one for one in readings if one.is_of_topic]
        if not topics:
            raise NothingReadableError(_nothing(job, reader.problems))
        host = _host_of(topics)
        chosen = _of_host(readings, host)
        with writing(job.path, command=job.command, host=host) as archive:
            if host:
                claim_site(archive, host)
            with archive.transaction():
                importing = _Importing(archive, job, clock, tuple(_observed(reader)))
                outcomes = importing.save(_without_erased(archive, chosen), host)
                lacking = [one for seen in importing.observed for one in seen.media]
                now = utc_text(clock.now())
                taken = take_media(archive, reader.media(), lacking, now, reader.note)
                times = settle_times(archive, None, clock, job.timezone)
            code = worst_exit_code([outcome.exit_code for outcome in outcomes])
            saved = sum((outcome.saved for outcome in outcomes), Saved())
            totals = RunTotals(requests=0, pages=len(topics), saved=saved, gone=0)
            end_run(archive, utc_text(clock.now()), code, totals)
    return ImportReport(
        archive=job.path,
        topics=tuple(outcomes),
        times=times,
        problems=tuple(reader.problems),
        notices=(*_notices(topics), *_files_taken(taken), *_left_out(reader.others)),
        exit_code=code,
    )


def _nothing(job: ImportJob, problems: list[str]) -> str:
    because = f" ({problems[0]})" if problems else ""
    whose = f" of {job.host}" if job.host is not None else ""
    return f"{job.source} holds no page of a topic{whose} that threadkeep reads{because}."


def _host_of(topics: list[Reading]) -> str:
    """The site that the pages are of; empty where none of them says it."""
    urls = [one.url for one in topics if one.url.startswith(("http://", "https://"))]
    hosts = hosts_of(urls)
    if len(hosts) > 1:
        raise UsageError(
            f"An archive holds one site, and these addresses are of {len(hosts)}: {', '.join(hosts)}; choose one with --host."
        )
    return hosts[0] if hosts else ""


def _of_host(readings: list[Reading], host: str) -> list[Reading]:
    """Pages of topics, and of what is beside them only what is of the same site."""
    return [
        one
        for one in readings
        if one.is_of_topic or (one.url.startswith("http") and hosts_of([one.url]) == [host])
    ]


def _without_erased(archive: Archive, readings: list[Reading]) -> list[Reading]:
    """Pages as they may be kept in an archive from which something was erased for good."""
    keeping_out = KeepingOut.of(archive.connection)
    if not keeping_out.is_needed:
        return readings
    found: list[Reading] = []
    for one in readings:
        page = one.load()
        try:
            is_as_it_came = keeping_out.kept(page, one.kind) is page
        except ErasedError as error:
            logger.info("left out: %s", error)
            continue
        # To look through a page takes long, and each is loaded several times.
        found.append(one if is_as_it_came else replace(one, load=partial(_kept, keeping_out, one)))
    return found


def _kept(keeping_out: KeepingOut, one: Reading) -> Page:
    return keeping_out.kept(one.load(), one.kind)


def _observed(reader: SourceReader) -> Iterator[Observations]:
    for text in reader.observations():
        try:
            yield msgspec.json.decode(text, type=Observations)
        except msgspec.DecodeError as error:
            reader.note(
                f"What an archive of threadkeep knew beside its pages is damaged: {error}."
            )


class _Importing:
    """Saves what was read, page by page, in one transaction.

    Attributes:
        observed: what archives knew that web archives were written from.
    """

    def __init__(
        self, archive: Archive, job: ImportJob, clock: Clock, observed: tuple[Observations, ...]
    ) -> None:
        self._archive = archive
        self._source = str(job.source)
        self._now = utc_text(clock.now())
        self.observed = observed
        self._saved: dict[int, list[Saved]] = {}

    def save(self, readings: list[Reading], host: str) -> list[TopicOutcome]:
        with self._archive.transaction() as connection:
            run_id = ensure_run(connection, self._archive, self._now)
            # What is older than what the archive knows must not take its place: all is read anew, in order.
            is_history = _is_history(connection, readings)
            new: list[int] = []
            beside: list[tuple[str, Page]] = []
            for one in readings:
                page = one.load()
                page_id = _held(connection, one.kind, page)
                if page_id is not None:
                    self._note(topic_of_page(connection, page_id, one.topic_id), Saved())
                    continue
                page_id = store_page(connection, run_id, one.kind, page)
                if one.kind == "feed" and self.observed:
                    # It said nothing of posts that its archive read later.
                    store_feed_times(connection, parse_feed(page).items)
                elif not one.is_of_topic:
                    beside += [(one.kind, page)] if one.kind in {"feed", "site-info"} else []
                elif is_history:
                    new.append(page_id)
                else:
                    self._note(*_save_one(connection, one.kind, page, page_id))
            if is_history:
                changes = rebuild(self._archive, connection).saved
                for page_id in new:
                    self._note(*changes[page_id])
            note_site(connection, host=host)
            self._take_beside(connection, beside)
            return [self._closed(connection, key) for key in self._saved]

    def _note(self, topic_key: int | None, saved: Saved) -> None:
        if topic_key is not None:
            self._saved.setdefault(topic_key, []).append(saved)

    def _take_beside(self, connection: sqlite3.Connection, beside: list[tuple[str, Page]]) -> None:
        for observed in self.observed:
            take_observations(connection, observed)
        for kind, page in beside:
            if kind == "feed":
                store_feed_times(connection, parse_feed(page).items)
            elif site_zone(connection).name is None:
                keep_stated_zone(connection, page)

    def _closed(self, connection: sqlite3.Connection, topic_key: int) -> TopicOutcome:
        parts = self._saved[topic_key]
        return close_topic(
            connection,
            topic_key,
            self._now,
            source=self._source,
            saved=sum(parts, Saved()),
            pages=len(parts),
        )


def _is_history(connection: sqlite3.Connection, readings: list[Reading]) -> bool:
    """Whether something is new, and older than what the archive knows."""
    newest = newest_page_time(connection)
    if newest is None:
        return False
    older = [one for one in readings if one.is_of_topic and utc_text(one.fetched_at) < newest]
    return any(_held(connection, one.kind, one.load()) is None for one in older)


def _held(connection: sqlite3.Connection, kind: str, page: Page) -> int | None:
    """The page that the archive has of what comes."""
    found = kept_page(connection, kind, page)
    return source_of(connection, posts_on(page)) if found is None else found


def _save_one(
    connection: sqlite3.Connection, kind: str, page: Page, page_id: int
) -> tuple[int | None, Saved]:
    found = understood(page, kind).found
    if found is None:
        return None, Saved()
    source = Source(page_id=page_id, seen_at=utc_text(page.fetched_at), is_dump=kind == "dump")
    note_site(connection, home=found.home_url, api_url=found.api_url)
    topic_key, saved = save_topic_page(connection, found, source, url=page.final_url)
    keep_given(connection, page_id, posts_on(page))
    log_page(found, saved)
    return topic_key, saved


def _notices(topics: list[Reading]) -> Iterator[str]:
    for title in sorted({one.title or "" for one in topics if one.replies_need_login}):
        yield f"{title}: replying needs a login."
    places = {(one.title or "", one.place): one for one in topics}
    for title in sorted({title for title, _ in places}):
        count = sum(one.hidden for (own, _), one in places.items() if own == title)
        if count:
            who = f"{count} posts" if count > 1 else "1 post"
            yield f"{title}: {who} that guests do not see, left out."


def _files_taken(files: int) -> Iterator[str]:
    if files:
        what = "1 picture or file" if files == 1 else f"{files} pictures and files"
        yield f"{what} that posts show."


def _left_out(others: int) -> Iterator[str]:
    if others:
        what = "1 page that is" if others == 1 else f"{others} pages that are"
        yield f"{what} no forum's left out."

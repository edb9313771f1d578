"""Put sites together out of sorted pages, and write each one's posts: the same code as an archive's, one site at a time."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Final

from exporters.destination import told_plainly
from exporters.pseudonym.transformation import Transformation
from exporters.record import RECORD_FORMAT
from exporters.tables.column import TABLES
from exporters.tables.parquet import ParquetTable
from exporters.tables.person import author_key
from exporters.tables.writer import post_row
from parsers.selection import Selection
from scraper.archive.known_author import known_authors
from scraper.archive.selection import choose_posts
from scraper.archive.thread_reader import chosen_threads, threads
from scraper.politeness.clock import SystemClock
from scraper.sync.harvesting import capture_times, gathered
from threadkeep.harvest.place import write_json
from threadkeep.harvest.report import HostReport
from threadkeep.harvest.sorted_pages import merged, page_of_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from exporters.pseudonym.key import PseudonymKey
    from exporters.tables.column import Columns
    from parsers.records import Post, Thread
    from scraper.archive.database import Archive
    from threadkeep.harvest.options import WriteOptions
    from threadkeep.harvest.place import HarvestFolder
    from threadkeep.harvest.sorted_pages import Row

COLUMNS: Final[Columns] = {
    **TABLES["posts"],
    "body_sha256": "text",
    "captures": "utcs",
}
"""The columns of the table `posts`, in order: those of record format version 1, the body's digest, and when it was captured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostTask:
    """Sites that are written one after the other.

    Attributes:
        hosts: sorted, each with what names the inputs that its pages are from.
        files: sorted pages, of these sites and others.
    """

    hosts: tuple[tuple[str, str], ...]
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class HostWriter:
    """Writes sites.

    Attributes:
        folder: of the harvest.
        options: which posts, and how.
        key: what pseudonyms are made with; None: none are made.
    """

    folder: HarvestFolder
    options: WriteOptions
    key: PseudonymKey | None

    def __call__(self, task: HostTask) -> tuple[HostReport, ...]:
        """Write the posts of some sites, one after the other.

        Raises:
            ExportError: they cannot be written.
        """
        wanted = dict(task.hosts)
        span = (task.hosts[0][0], task.hosts[-1][0])
        with told_plainly(self.folder.path):
            return tuple(
                self.write(host, wanted[host], rows)
                for host, rows in groupby(merged(task.files, span), key=lambda row: row.host)
                if host in wanted
            )

    def write(self, host: str, state: str, rows: Iterable[Row]) -> HostReport:
        """Put a site together in an archive of its own, read that out, and throw it away."""
        clock = SystemClock()
        started = clock.monotonic()
        temporary = self.folder.scratch("host-")
        try:
            path = temporary / "site.db"
            pages = map(page_of_row, rows)
            with gathered(path, host, pages, clock, timezone=self.options.timezone) as (
                archive,
                found,
            ):
                posts = self._write_posts(archive, host, temporary / "posts.parquet")
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
        report = HostReport(
            host=host,
            state=state,
            posts=posts,
            topics=found.topics,
            incomplete_topics=found.incomplete,
            lost_repetitions=found.lost,
            seconds=clock.monotonic() - started,
        )
        write_json(self.folder.host_report(host), report)
        return report

    def _write_posts(self, archive: Archive, host: str, partial: Path) -> int:
        place = self.folder.posts(host)
        step = self._transformation(archive, host)
        about: dict[str, object] = {"record_format": RECORD_FORMAT, "host": host}
        selection = self.options.selection
        facts = (selection if step is None else step.selection(selection)).facts
        about |= {"selection": facts} if facts else {}
        count = 0
        with partial.open("wb") as file:
            with ParquetTable("posts", file, about, COLUMNS) as table:
                for row in _rows(archive, self._threads(archive), step):
                    table.add(row)
                    count += 1
                if step is not None:
                    table.tell({"pseudonyms": step.facts})
            file.flush()
            os.fsync(file.fileno())
        if count:
            place.parent.mkdir(parents=True, exist_ok=True)
            partial.replace(place)
        else:
            shutil.rmtree(place.parent, ignore_errors=True)
        return count

    def _threads(self, archive: Archive) -> Iterator[Thread]:
        if self.options.selection == Selection():
            return threads(archive)
        choose_posts(archive, self.options.selection, is_one_of_many=True)
        return chosen_threads(archive)

    def _transformation(self, archive: Archive, host: str) -> Transformation | None:
        if self.key is None and self.options.dates == "exact":
            return None
        authors = known_authors(archive)
        return Transformation(site=host, key=self.key, authors=authors, dates=self.options.dates)


def _rows(
    archive: Archive, found: Iterator[Thread], step: Transformation | None
) -> Iterator[tuple[object, ...]]:
    for thread in found:
        for post in thread.posts:
            yield from _bodies_of(archive, thread, post, step)


def _bodies_of(
    archive: Archive, thread: Thread, post: Post, step: Transformation | None
) -> Iterator[tuple[object, ...]]:
    """A post with each of its bodies, the first one first; one that came back is the same body."""
    if post.revision == 1:
        yield _row(post, capture_times(archive, post.post_id, (1,)), step)
        return
    revisions: dict[str, list[int]] = defaultdict(list)
    bodies: dict[str, Post] = {}
    for one in thread.revisions(post.post_id):
        digest = _digest(one.body_html)
        revisions[digest].append(one.revision)
        bodies[digest] = replace(
            post,
            body_html=one.body_html,
            body_text=one.body_text,
            revision=revisions[digest][0],
            source_url=one.source_url,
            source_sha256=one.source_sha256 or post.source_sha256,
        )
    newest = _digest(post.body_html)
    bodies[newest] = replace(post, revision=revisions[newest][0])
    for digest, body in bodies.items():
        yield _row(body, capture_times(archive, post.post_id, revisions[digest]), step)


def _row(body: Post, captures: tuple[str, ...], step: Transformation | None) -> tuple[object, ...]:
    written, seen = (body, captures) if step is None else _changed(body, captures, step)
    values = post_row(written, author_key(written.author))
    return (*values, _digest(written.body_html), seen)


def _changed(
    body: Post, captures: tuple[str, ...], step: Transformation
) -> tuple[Post, tuple[str, ...]]:
    moments = {moment for one in captures if (moment := step.moment(one)) is not None}
    return step.post(body), tuple(sorted(moments))


def _digest(html: str) -> str:
    return hashlib.sha256(html.encode("utf-8", "surrogatepass")).hexdigest()

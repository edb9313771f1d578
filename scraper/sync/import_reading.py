"""Read what is to be imported, and keep no more of it than what saving has to know: sources can be large."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from parsers.document import decode_text
from parsers.errors import (
    NotFoundError,
    NothingReadableError,
    ThreadkeepError,
    UnknownForumError,
    UsageError,
)
from parsers.records import Page
from parsers.redaction import guest_address
from parsers.text_dump import parse_text_dump, redact_dump
from parsers.wayback import restored
from scraper.fetch.capture import Capture, CapturedFile
from scraper.fetch.folder import SavedFolder, saved_file
from scraper.fetch.warc.capture import WebArchive, host_of
from scraper.fetch.warc.file import SUFFIXES as WARC_SUFFIXES
from scraper.fetch.warc.file import WarcFiles, is_web_archive, web_archives
from scraper.sync.page_kind import understood
from scraper.sync.receipt import received
from scraper.sync.record_reading import record_files, record_loader, record_pages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import ExitStack
    from pathlib import Path

    from parsers.records import Problem, TopicPage
    from scraper.fetch.folder import SavedFile
    from scraper.sync.page_kind import Understood

logger = logging.getLogger(__name__)

_TEXT_SUFFIXES = (".txt", ".text", ".md", ".wet")
_MOST_TEXT = 64 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A page that was read, without its content.

    Attributes:
        kind: what it is, as `pages.kind` lists.
        url: its own address.
        fetched_at: when it came.
        load: reads it again, ready to be stored.
        topic_id: of its topic, where it is a page of one and shows that.
        title: of its topic; null where it is no page of one.
        place: the page of the topic, and the part of it.
        has_posts: posts are left on it.
        hidden: how many posts were left out that guests do not see.
        replies_need_login: it says so.
    """

    kind: str
    url: str
    fetched_at: datetime
    load: Callable[[], Page]
    topic_id: int | None = None
    title: str | None = None
    place: tuple[int, int] = (1, 1)
    has_posts: bool = False
    hidden: int = 0
    replies_need_login: bool = False

    @property
    def is_of_topic(self) -> bool:
        """Whether it is a page of a topic, or a dump of one."""
        return self.title is not None


@dataclass(slots=True)
class SourceReader:
    """Reads a source, once for what is in it.

    Attributes:
        source: a text dump, a saved page, a folder, or a web archive.
        url: where it is from, where the user knows it.
        host: the only one whose pages are wanted.
        files: closes what was opened.
        problems: what could not be read, a sentence each.
        others: how many pages were nothing that an archive keeps.
    """

    source: Path
    url: str | None
    host: str | None
    files: ExitStack
    problems: list[str] = field(default_factory=list[str])
    others: int = 0
    _archives: list[WebArchive] = field(default_factory=list[WebArchive])

    def readings(self) -> list[Reading]:
        """What the source holds of a forum.

        Raises:
            UsageError: there is no such source, or an option does not fit it.
            NothingReadableError: it is no such file as its name says.
        """
        if not self.source.is_dir() and not self.source.exists():
            raise UsageError(f"There is no file or folder {self.source}.")
        if self.source.is_file() and self.source.suffix.lower() in _TEXT_SUFFIXES:
            return [self._dump()]
        records = [one for path in record_files(self.source) for one in self._records(path)]
        if records and not self._has_pages():
            return records
        read = (self._reading(one) for one in self._captures())
        return records + self._with_posts([one for one in read if one is not None])

    def _has_pages(self) -> bool:
        """Whether a folder holds something else as well."""
        return self.source.is_dir() and bool(
            SavedFolder(self.source, base_url=self.url).paths or web_archives(self.source)
        )

    def observations(self) -> tuple[bytes, ...]:
        """What archives knew that web archives were written from, as JSON."""
        return tuple(text for one in self._archives for text in one.observations)

    def media(self) -> tuple[CapturedFile, ...]:
        """Pictures and files that those archives kept."""
        return tuple(file for one in self._archives for file in one.media)

    def note(self, sentence: str) -> None:
        """Keep a problem."""
        self.problems.append(sentence)
        logger.warning("problem: %s", sentence)

    # Where pages come from

    def _captures(self) -> Iterator[Capture]:
        if self.source.is_dir():
            yield from self._from_folder()
        elif is_web_archive(self.source):
            yield from self._from_web_archives([self.source])
        else:
            yield from self._from_files([self.source], partial(saved_file, url=self.url))

    def _from_folder(self) -> Iterator[Capture]:
        folder = SavedFolder(self.source, base_url=self.url)
        archives = web_archives(self.source)
        if not (folder.paths or folder.closed or archives):
            raise NothingReadableError(
                f"The folder {self.source} holds no saved page and no web archive (.html, {', '.join(WARC_SUFFIXES)})."
            )
        yield from self._from_files(folder.paths, folder.read)
        for file in folder.closed:
            self._note_all(file.problems)
        yield from self._from_web_archives(archives)

    def _from_files(
        self, paths: Iterable[Path], read: Callable[[Path], SavedFile]
    ) -> Iterator[Capture]:
        for path in paths:
            file = read(path)
            self._note_all(file.problems)
            if file.page is not None and self._is_wanted(file.page.final_url):
                load = partial(_page_of, read, path)
                yield Capture(place=str(path), load=load, is_certain=True)

    def _from_web_archives(self, paths: list[Path]) -> Iterator[Capture]:
        """Pages of all of them: what one repeats can be in another."""
        if self.url is not None and not self.source.is_dir():
            raise UsageError(
                f"{self.source} says itself where its pages are from; leave --url out."
            )
        opened = [self.files.enter_context(WarcFiles(path)) for path in paths]
        files = tuple(file for one in opened for file in one.files)
        archive = WebArchive(files, self._is_host)
        self._archives.append(archive)
        for one in archive.captures():
            if isinstance(one, str):
                self.note(one)
            else:
                yield one

    def _is_host(self, host: str) -> bool:
        return self.host is None or host == self.host

    def _is_wanted(self, url: str) -> bool:
        return self.host is None or host_of(url) == self.host

    def _note_all(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            self.note(str(problem))

    # What pages are

    def _reading(self, capture: Capture) -> Reading | None:
        load = partial(_ready, capture)
        try:
            page = load()
            what = understood(page, capture.kind)
        except (UnknownForumError, NotFoundError) as error:
            self._pass_over(capture, f"{capture.place}: {error}")
            return None
        except ThreadkeepError as error:
            self.note(f"{capture.place}: {str(error).rstrip('.')}.")
            return None
        if what.found is None:
            return self._beside(capture, what, page, load)
        self.problems.extend(_told(what.found.problems))
        return _of_topic(what.kind, page, what.found, load)

    def _beside(
        self, capture: Capture, what: Understood, page: Page, load: Callable[[], Page]
    ) -> Reading | None:
        if not capture.is_certain:
            return Reading(
                kind=what.kind, url=page.final_url, fetched_at=page.fetched_at, load=load
            )
        if what.topic_url is not None:
            self.note(
                f"{capture.place} is a single reply's page; its topic is at {what.topic_url}."
            )
        else:
            self.note(f"{capture.place}: {page.final_url} is a page of a forum, but no topic.")
        return None

    def _pass_over(self, capture: Capture, sentence: str) -> None:
        if capture.is_certain:
            self.note(sentence)
        else:
            self.others += 1

    def _with_posts(self, readings: list[Reading]) -> list[Reading]:
        """Without pages of topics of which nothing is left; a moderator's last page may hold nothing but hidden posts."""
        left = {one.topic_id for one in readings if one.has_posts}
        bare = [one for one in readings if one.is_of_topic and one.topic_id not in left]
        for one in bare:
            self.note(f"{one.url} shows only posts that guests do not see; nothing of it is kept.")
        return [one for one in readings if one not in bare] if bare else readings

    def _records(self, path: Path) -> Iterator[Reading]:
        if self.url is not None:
            raise UsageError(f"{path} says itself where its posts are from; leave --url out.")
        for one in record_pages(path):
            if self._is_wanted(one.url):
                yield Reading(
                    kind="topic",
                    url=one.url,
                    fetched_at=one.fetched_at,
                    load=record_loader(path, one),
                    topic_id=one.topic_id,
                    title=one.title,
                    place=(one.place.number, 1),
                    has_posts=True,
                )

    def _dump(self) -> Reading:
        body, written_at = _text_file(self.source)
        url = guest_address(self.url or "")
        page = Page(url=url, final_url=url, status=200, body=body, fetched_at=written_at)
        try:
            found = parse_text_dump(decode_text(body), url=url or None)
        except NothingReadableError as error:
            raise NothingReadableError(f"{self.source}: {error}") from error
        self.problems.extend(_told(found.problems))
        cut = replace(page, body=redact_dump(body, found))
        return _of_topic("dump", cut, found, lambda: cut)


def _text_file(path: Path) -> tuple[bytes, datetime]:
    try:
        with path.open("rb") as file:
            body = file.read(_MOST_TEXT + 1)
            written_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    if len(body) > _MOST_TEXT:
        raise UsageError(f"{path} is larger than {_MOST_TEXT // 2**20} MiB; split it.")
    return body, written_at


def _page_of(read: Callable[[Path], SavedFile], path: Path) -> Page:
    page = read(path).page
    if page is None:
        raise NothingReadableError(f"{path} has changed while it was read: try again.")
    return page


def _ready(capture: Capture) -> Page:
    """A capture as it is stored: a copy of the Wayback Machine as the site sent it, nothing in it that guests do not see."""
    return received(restored(capture.load()))


def _of_topic(kind: str, page: Page, found: TopicPage, load: Callable[[], Page]) -> Reading:
    return Reading(
        kind=kind,
        url=page.final_url,
        fetched_at=page.fetched_at,
        load=load,
        topic_id=found.topic_id,
        title=found.title,
        place=(found.pager.current, found.part),
        has_posts=bool(found.posts),
        hidden=found.hidden or 0,
        replies_need_login=bool(found.replies_need_login),
    )


def _told(problems: Iterable[Problem]) -> Iterator[str]:
    """Problems of pages as a whole; those of single posts are kept with the posts."""
    return (str(problem) for problem in problems if problem.post_id is None)

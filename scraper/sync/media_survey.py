"""Look through what an archive holds for pictures and files that posts show, and note their addresses; asks for nothing."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from parsers.document import read_document
from parsers.engine import MediaReader
from parsers.errors import ArchiveError, ThreadkeepError, UsageError
from parsers.media_link import media_links
from parsers.registry import recognise
from scraper.archive.media_queue import link_post, note_address
from scraper.archive.media_search import (
    has_account,
    next_bodies,
    note_body,
    note_page,
    page_to_search,
    pages_to_search,
    set_avatar,
)
from scraper.archive.run import ensure_run
from scraper.fetch.address import normalise_url
from scraper.fetch.forbidden import is_forbidden_target
from scraper.fetch.host import one_host

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from parsers.media_link import MediaLink, PostMedia
    from parsers.records import Page
    from scraper.archive.database import Archive

logger = logging.getLogger(__name__)

_LONGEST_ADDRESS = 2000


class MediaSurvey:
    """Notes the addresses of what posts show."""

    def __init__(self, archive: Archive, now: str, *, with_avatars: bool) -> None:
        """Begin.

        Args:
            archive: being written.
            now: the time.
            with_avatars: pictures of people are noted as well: their addresses say more of them than their names do.
        """
        self._archive = archive
        self._now = now
        self._with_avatars = with_avatars

    def look_through_bodies(self) -> None:
        """Note what bodies show, all that were seen of each post, that were not looked through before."""
        after = (0, 0)
        while bodies := next_bodies(self._archive.connection, after):
            after = (bodies[-1].post_id, bodies[-1].revision)
            with self._archive.transaction() as connection:
                ensure_run(connection, self._archive, self._now)
                for body in bodies:
                    links = media_links(body.body_html, body.base)
                    self._note_links(connection, body.post_id, links)
                    note_body(connection, body)

    def look_through_pages(self) -> None:
        """Note what pages show of posts beside their bodies."""
        with_avatars = self._with_avatars
        for page_id in pages_to_search(self._archive.connection, with_avatars=with_avatars):
            found = _media_of(page_to_search(self._archive, page_id))
            with self._archive.transaction() as connection:
                ensure_run(connection, self._archive, self._now)
                for one in found:
                    self._note_links(connection, one.post_id, one.files)
                    self._note_avatar(connection, one)
                note_page(connection, page_id, with_avatars=with_avatars)

    def _note_links(
        self, connection: sqlite3.Connection, post_id: int, links: Iterable[MediaLink]
    ) -> None:
        for link in links:
            key = self._note(connection, link.url, link.kind)
            if key is not None:
                link_post(connection, post_id, key)

    def _note_avatar(self, connection: sqlite3.Connection, found: PostMedia) -> None:
        if not self._with_avatars or found.avatar_url is None:
            return
        if has_account(connection, found.post_id):
            set_avatar(connection, found.post_id, found.avatar_url)
            self._note(connection, found.avatar_url, "avatar")

    def _note(self, connection: sqlite3.Connection, url: str, kind: str) -> int | None:
        """Note an address; one that is never asked for, whoever shows it, is not noted."""
        try:
            address = normalise_url(url)
            host = one_host([address]) or ""
        except UsageError:
            return None
        if len(address) > _LONGEST_ADDRESS or is_forbidden_target(address):
            return None
        return note_address(connection, address, host=host, kind=kind, now=self._now)


def _media_of(page: Page) -> tuple[PostMedia, ...]:
    """What a page shows of posts beside their bodies; nothing where no engine tells."""
    try:
        document = read_document(page)
        engine, kind = recognise(document)
        if kind == "topic" and isinstance(engine, MediaReader):
            return engine.parse_media(document)
    except ArchiveError:
        raise
    except ThreadkeepError as error:
        logger.warning("not looked through for pictures: %s", error)
    return ()

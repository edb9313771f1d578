"""Keep out of an archive what was erased from it: a fetcher whose pages have nothing of that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from parsers.errors import ErasedError
from scraper.archive.erasure.key import (
    ALIAS,
    add_keys,
    drop_keys,
    erasure_keys,
    keys_of_continuation,
)
from scraper.sync.erased_page import without_erased

if TYPE_CHECKING:
    import sqlite3

    from parsers.erasure import Erased
    from parsers.records import Page
    from scraper.archive.erasure.key import ErasureKeys
    from scraper.sync.erased_page import Cleaned


class KeepingOut:
    """Takes what was erased out of pages before anybody reads them.

    Attributes:
        is_needed: something was erased at all.
    """

    def __init__(self, connection: sqlite3.Connection, erased: ErasureKeys | None) -> None:
        self._connection = connection
        self._erased = erased

    @classmethod
    def of(cls, connection: sqlite3.Connection) -> Self:
        """What an archive keeps out."""
        return cls(connection, erasure_keys(connection))

    @property
    def is_needed(self) -> bool:
        """See the class."""
        return self._erased is not None

    def admit(self, url: str) -> None:
        """Refuse an address of what was erased as a whole: a profile, a topic.

        Raises:
            ErasedError: it is one.
        """
        if self._erased is not None and is_address_of_erased(url, self._erased):
            raise ErasedError(
                "What is at this address was erased from the archive, and is kept out of it.",
                url=url,
            )

    def kept(self, page: Page, kind: str | None = None) -> Page:
        """A page as it may be kept.

        Args:
            page: what came.
            kind: what it is kept as, where that is known.

        Raises:
            ErasedError: nothing of the topic is left on it.
        """
        if self._erased is None:
            return page
        self.admit(page.final_url)
        cleaned = without_erased(page, self._erased, kind)
        note_continuation(self._connection, self._erased, cleaned)
        if _is_emptied(cleaned):
            raise ErasedError(
                "The topic shows only what was erased from the archive, and is kept out of it.",
                url=page.final_url,
            )
        return cleaned.page


def note_continuation(
    connection: sqlite3.Connection, erased: ErasureKeys, cleaned: Cleaned
) -> None:
    """Keep out the rest of an erased post that cuts its page; what stays keeps its rest.

    Args:
        connection: to the archive.
        erased: is told as well.
        cleaned: a page.
    """
    if cleaned.following is None:
        return
    if cleaned.is_cut_off:
        keys = keys_of_continuation(cleaned.following)
        add_keys(connection, keys)
        erased.learn(keys)
    elif erased.has_continuation(cleaned.following):
        keys = keys_of_continuation(cleaned.following)[1:]
        drop_keys(connection, keys)
        erased.forget(keys)


def is_address_of_erased(url: str, erased: Erased) -> bool:
    """Whether an address is a profile's or a topic's that was erased as a whole."""
    if erased.has_address(url):
        return True
    segments = [part for part in urlsplit(url).path.split("/") if part]
    if any(segment.startswith(ALIAS) for segment in segments):
        return True
    return erased.has_profile(url)


def _is_emptied(cleaned: Cleaned) -> bool:
    """Whether a topic of one page has nothing left."""
    after, before = cleaned.after, cleaned.before
    if after is None or before is None or after.posts or not before.posts:
        return False
    return after.pager.last == 1 and after.part == 1 and not after.part_urls

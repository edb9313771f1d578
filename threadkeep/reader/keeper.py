"""Keep an archive open while it is read and synced: each page sees one state of it, and changes show soon after."""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Self

from scraper.archive.browse.survey import survey
from scraper.archive.database import reading, translated_errors
from threadkeep.reader.answer import AnswerStore
from threadkeep.reader.open_archive import OpenArchive
from threadkeep.reader.page_name import PageNames

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path
    from types import TracebackType

    from scraper.archive.database import Archive

# While a run writes, the survey is renewed so seldom that it takes at most this share of the time.
_SHARE = 10


class ArchiveKeeper:
    """An archive that is open to be read, in the thread that entered it.

    Attributes:
        answers: made of the archive as it is now; to be asked while a page is made.
    """

    def __init__(self, path: Path) -> None:
        self.answers = AnswerStore()
        self._path = path
        self._stack = ExitStack()
        self._archive: Archive | None = None
        self._opened: OpenArchive | None = None
        self._version = -1
        self._version_surveyed = -1
        self._next_survey = 0.0

    def __enter__(self) -> Self:
        self._archive = self._stack.enter_context(reading(self._path))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    @contextmanager
    def page(self) -> Generator[OpenArchive]:
        """The archive, as it is now, for as long as a page is made.

        Raises:
            ArchiveError: it cannot be read any more.
        """
        if self._archive is None:
            msg = "the archive is not open"
            raise RuntimeError(msg)
        connection = self._archive.connection
        with translated_errors(self._path, doing="read"):
            version = connection.execute("PRAGMA data_version").fetchone()[0]
            connection.execute("BEGIN")
            try:
                yield self._renewed(self._archive, version)
            finally:
                if connection.in_transaction:
                    connection.execute("COMMIT")

    def _renewed(self, archive: Archive, version: int) -> OpenArchive:
        if version != self._version:
            self._version = version
            self.answers.clear()
            if self._opened is not None:
                self._opened.forget_orders()
        if self._opened is not None and (
            version == self._version_surveyed or time.monotonic() < self._next_survey
        ):
            return self._opened
        began = time.monotonic()
        found = survey(archive, with_gone=True)
        self._opened = OpenArchive(archive, found, PageNames(found), is_site=False)
        self._version_surveyed = version
        self.answers.clear()
        ended = time.monotonic()
        self._next_survey = ended + (ended - began) * _SHARE
        return self._opened

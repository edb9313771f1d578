"""Erase somebody or a post from an archive for good: pages, records, indexes, files, and all that names them."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path  # noqa: TC003  # msgspec reads the annotations
from typing import TYPE_CHECKING, Literal

from scraper.archive.database import reading, writing
from scraper.archive.erasure.copy_beside import copies_beside
from scraper.archive.erasure.key import erasure_keys
from scraper.archive.erasure.whom import meant_by
from scraper.archive.page import utc_text
from scraper.archive.post_writer import Saved
from scraper.archive.run import RunTotals, end_run
from scraper.archive.wiping import wipe
from scraper.sync.erasure import Erasure

if TYPE_CHECKING:
    from scraper.politeness.clock import Clock
    from scraper.sync.erasure import Erased

logger = logging.getLogger(__name__)

_COMMAND = "threadkeep erase"


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureJob:
    """What to erase.

    Attributes:
        path: the archive.
        whom: a profile's address, a user id, a name; a post's number or permalink.
        kind: which of both it is, where it can be either.
        with_mentions: names and quotations go out of what other people wrote as well.
        is_dry: only say what would go.
    """

    path: Path
    whom: str
    kind: Literal["author", "post"] | None = None
    with_mentions: bool = False
    is_dry: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureReport:
    """What was erased, or would be; nobody is named.

    Attributes:
        archive: the file.
        kind: what was meant: `author` or `post`; null where it was erased before.
        is_dry: nothing was changed.
        was_erased_before: it was erased already, and is kept out.
        posts: posts that go, those that had vanished from the site among them.
        topics: topics of which nothing is left.
        titles: topics that stay, and lose the title that the author gave them.
        pages_cut: stored pages that stay without what was erased.
        pages_as_records: stored pages that are kept as what was read of them, since it could not be cut out of their bytes.
        pages_removed: stored pages that go.
        files: pictures and other files that go.
        mentions_left: how often a name or a quotation is left in what other people wrote, counted in every stored page.
        copies: files beside the archive that hold it as it was, and that are not touched.
        exit_code: as the command line exits.
    """

    archive: Path
    kind: Literal["author", "post"] | None
    is_dry: bool
    was_erased_before: bool = False
    posts: int = 0
    topics: int = 0
    titles: int = 0
    pages_cut: int = 0
    pages_as_records: int = 0
    pages_removed: int = 0
    files: int = 0
    mentions_left: int = 0
    copies: tuple[Path, ...] = ()
    exit_code: int = 0


class _TakeBackError(Exception):
    """Takes everything back that was done to find out what would be done."""


def erase(job: ErasureJob, clock: Clock) -> ErasureReport:
    """Erase somebody or a post for good, in one transaction, and keep it out from then on.

    Raises:
        UsageError: nobody and nothing is meant, or several.
        ArchiveError: the archive cannot be used.
        ExportError: the disk cannot take it.
    """
    with reading(
        job.path
    ) as archive:  # nobody waits for the archive only to be asked whom they mean
        known = erasure_keys(archive.connection)
        meant = meant_by(archive.connection, job.whom, job.kind, known)
    if meant.kind is None:
        return _report(job, None)
    now = utc_text(clock.now())
    with writing(job.path, command=_COMMAND) as archive:
        archive.connection.execute("PRAGMA secure_delete = ON")
        erasure = Erasure(archive, now, with_mentions=job.with_mentions)
        with suppress(_TakeBackError), archive.transaction() as connection:
            erasure.run(connection, meant_by(connection, job.whom, job.kind, known))
            if job.is_dry:
                raise _TakeBackError
        if job.is_dry:
            archive.run_id = 0
            return _report(job, erasure.erased)
        totals = RunTotals(requests=0, pages=0, saved=Saved(), gone=0)
        end_run(archive, utc_text(clock.now()), 0, totals)
        wipe(job.path, archive.connection)
    logger.info("something was erased for good")
    return _report(job, erasure.erased)


def _report(job: ErasureJob, erased: Erased | None) -> ErasureReport:
    copies = copies_beside(job.path)
    if erased is None:
        return ErasureReport(
            archive=job.path, kind=None, is_dry=job.is_dry, was_erased_before=True, copies=copies
        )
    return ErasureReport(
        archive=job.path,
        kind=erased.kind,
        is_dry=job.is_dry,
        posts=erased.posts,
        topics=erased.topics,
        titles=erased.titles,
        pages_cut=erased.pages_cut,
        pages_as_records=erased.pages_as_records,
        pages_removed=erased.pages_removed,
        files=erased.files,
        mentions_left=erased.mentions_left,
        copies=copies,
    )

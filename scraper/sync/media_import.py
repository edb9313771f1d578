"""Take over the pictures and files that another archive of threadkeep kept, and what it knew of those that it lacked."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from parsers.errors import UsageError
from parsers.media_type import WEB_PAGE, media_type_of
from scraper.archive.erasure.key import erasure_keys
from scraper.archive.media import media_at
from scraper.archive.media_queue import keep_file, note_address, take_failure
from scraper.archive.page import utc_text
from scraper.fetch.address import normalise_url
from scraper.fetch.host import one_host
from scraper.sync.media_survey import MediaSurvey

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from parsers.page_records import LackingMedia
    from scraper.archive.database import Archive
    from scraper.fetch.capture import CapturedFile


def take_media(
    archive: Archive,
    files: Sequence[CapturedFile],
    lacking: Sequence[LackingMedia],
    now: str,
    note: Callable[[str], None],
) -> int:
    """Keep files of addresses of which the archive has none, and find out which posts show them.

    Args:
        archive: being written, inside a transaction; its posts are there.
        files: what is taken over.
        lacking: what was asked for in vain.
        now: the time.
        note: is told of each file that cannot be taken.

    Returns:
        How many files were taken over.
    """
    if not files and not lacking:
        return 0
    survey = MediaSurvey(archive, now, with_avatars=any(one.kind == "avatar" for one in files))
    survey.look_through_bodies()
    survey.look_through_pages()
    may_come = partial(_may_come, archive, is_all_welcome=erasure_keys(archive.connection) is None)
    for one in lacking:
        if may_come(one.url):
            take_failure(archive.connection, one, host=_host(one.url), now=now)
    return sum(_take(archive, one, now, note) for one in files if may_come(one.url))


def _may_come(archive: Archive, url: str, *, is_all_welcome: bool) -> bool:
    """Whether an address may come in: where something was erased for good, only what is still shown by what is left."""
    return is_all_welcome or media_at(archive.connection, url) is not None


def _take(archive: Archive, file: CapturedFile, now: str, note: Callable[[str], None]) -> bool:
    connection = archive.connection
    known = media_at(connection, file.url)
    if known is not None and known.status == "kept":
        return False
    data = file.load()
    media_type = media_type_of(data)
    if not _fits(file, data, media_type):
        note(f"{file.place}: {file.url} is {media_type}, which no post shows as {file.kind}.")
        return False
    url = normalise_url(file.url)
    key = note_address(connection, url, host=_host(url), kind=file.kind, now=now)
    keep_file(connection, key, data, media_type, utc_text(file.fetched_at))
    return True


def _fits(file: CapturedFile, data: bytes, media_type: str) -> bool:
    """Whether it could have been fetched as what it is said to be."""
    if not data or media_type == WEB_PAGE or not _host(file.url):
        return False
    return file.kind == "attachment" or media_type.startswith("image/")


def _host(url: str) -> str:
    try:
        return one_host([url]) or ""
    except UsageError:
        return ""

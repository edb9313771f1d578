"""Hand out the files that an archive keeps of what posts show: by their address, with what became of those not kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from parsers.errors import DamagedArchiveError, UsageError
from parsers.media_type import PICTURES, SUFFIXES, UNKNOWN
from scraper.fetch.address import normalise_url

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

MediaStatus = Literal["pending", "kept", "dead", "failed", "refused", "unfit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file that the archive keeps; its bytes are read when they are asked for.

    Attributes:
        sha256: its digest.
        media_type: what it is by its bytes, such as `image/png`.
        size: its bytes.
    """

    sha256: str
    media_type: str
    size: int
    _connection: sqlite3.Connection

    @property
    def name(self) -> str:
        """A name for it: the digest, with the ending of its type."""
        return f"{self.sha256}{SUFFIXES.get(self.media_type, SUFFIXES[UNKNOWN])}"

    def load(self) -> bytes:
        """Its bytes, checked against the digest.

        Raises:
            DamagedArchiveError: they are not what was stored.
        """
        return load_file(self._connection, self.sha256)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPicture(StoredFile):
    """A stored file that every browser shows as a picture, and that cannot run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaAddress:
    """What became of an address of a file that posts show.

    Attributes:
        url: the address in normal form.
        kind: `image`, `avatar` or `attachment`.
        status: `pending`: not asked for yet; `kept`; `dead`: nothing is there any more; `failed`: the site or the network
            did; `refused`: it may not be read; `unfit`: it is too large, or no file of its kind.
        error: one sentence that says why it is not kept.
        fetched_at: when it was last asked for.
        file: the file, where it is kept.
    """

    url: str
    kind: str
    status: MediaStatus
    error: str | None
    fetched_at: str | None
    file: StoredFile | None

    @property
    def is_dead(self) -> bool:
        """Whether a reader should be told that it is not to be had."""
        return self.status not in {"kept", "pending"}


def load_file(connection: sqlite3.Connection, sha256: str) -> bytes:
    """A file by its digest.

    Raises:
        DamagedArchiveError: it is missing, or not what was stored.
    """
    row = connection.execute("SELECT bytes FROM media WHERE sha256 = ?", (sha256,)).fetchone()
    if row is None or hashlib.sha256(row[0] or b"").hexdigest() != sha256:
        raise DamagedArchiveError(f"The stored file {sha256[:12]}… is not what was stored.")
    return bytes(row[0])


def picture_at(connection: sqlite3.Connection, url: str) -> StoredPicture | None:
    """The picture that an absolute address shows; None where the archive keeps none of it, or no picture."""
    found = media_at(connection, url)
    file = found.file if found is not None else None
    return file if isinstance(file, StoredPicture) else None


def file_at(connection: sqlite3.Connection, url: str) -> StoredFile | None:
    """The file at an absolute address, whatever it is; None where the archive keeps none."""
    found = media_at(connection, url)
    return found.file if found is not None else None


def file_with_digest(connection: sqlite3.Connection, sha256: str) -> StoredFile | None:
    """The file of a digest; None where the archive keeps none."""
    query = "SELECT sha256, media_type, size FROM media WHERE sha256 = ?"
    row = connection.execute(query, (sha256,)).fetchone()
    return _file(connection, row) if row is not None else None


def media_at(connection: sqlite3.Connection, url: str) -> MediaAddress | None:
    """What became of an absolute address; None where no post that was looked through shows it."""
    try:
        address = normalise_url(url)
    except UsageError:
        return None
    row = connection.execute(f"{_ADDRESSES} WHERE url = ?", (address,)).fetchone()
    return _address(connection, row) if row is not None else None


def media_of_post(connection: sqlite3.Connection, post_id: int) -> Iterator[MediaAddress]:
    """What a post shows or links, in any version that was seen of it, in the order in which it was found."""
    query = (
        f"{_ADDRESSES} JOIN media_links USING (address_key) WHERE post_id = ? ORDER BY address_key"
    )
    for row in connection.execute(query, (post_id,)).fetchall():
        yield _address(connection, row)


_ADDRESSES = """
SELECT url, kind, status, error, fetched_at, media.sha256 AS sha256, media_type, size
FROM media_addresses LEFT JOIN media USING (sha256)
"""


def _address(connection: sqlite3.Connection, row: sqlite3.Row) -> MediaAddress:
    return MediaAddress(
        url=row["url"],
        kind=row["kind"],
        status=cast("MediaStatus", row["status"]),
        error=row["error"],
        fetched_at=row["fetched_at"],
        file=_file(connection, row) if row["sha256"] is not None else None,
    )


def _file(connection: sqlite3.Connection, row: sqlite3.Row) -> StoredFile:
    made = StoredPicture if row["media_type"] in PICTURES else StoredFile
    return made(
        sha256=row["sha256"],
        media_type=row["media_type"],
        size=row["size"],
        _connection=connection,
    )


def stored_picture(connection: sqlite3.Connection, sha256: str) -> StoredPicture | None:
    """The picture of a digest; None where there is none, or it is no picture."""
    query = "SELECT sha256, media_type, size FROM media WHERE sha256 = ?"
    row = connection.execute(query, (sha256,)).fetchone()
    file = _file(connection, row) if row is not None else None
    return file if isinstance(file, StoredPicture) else None

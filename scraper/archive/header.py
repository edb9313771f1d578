"""Tell from a file's first bytes whether it is an archive, without opening it: other programs' files are not touched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parsers.errors import (
    ArchiveError,
    DamagedArchiveError,
    ForeignArchiveError,
    NewerArchiveError,
    UsageError,
)

if TYPE_CHECKING:
    from pathlib import Path

APPLICATION_ID = int.from_bytes(b"thkp")
# https://www.sqlite.org/fileformat2.html#the_database_header
_MAGIC = b"SQLite format 3\0"
_SIZE = 100
_LOGGED = 2  # the read and write versions of a file whose journal is a write-ahead log


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a file begins with.

    Attributes:
        is_sqlite: it is a file of SQLite's.
        application_id: which program's it is, 0 where it does not say.
        version: the format, as that program counts.
        is_blank: nothing has been put into it yet, as where a run was killed in its first instant.
        has_log: a write-ahead log may stand beside it; a snapshot and a copy by `VACUUM INTO` have none until they are
            written.
    """

    is_sqlite: bool = False
    application_id: int = 0
    version: int = 0
    is_blank: bool = False
    has_log: bool = True


def read_header(path: Path) -> Header:
    """What a file begins with.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        start = file.read(_SIZE)
        size = file.seek(0, 2)
    if len(start) < _SIZE or not start.startswith(_MAGIC):
        return Header(is_blank=size == 0)
    application_id, version = int.from_bytes(start[68:72]), int.from_bytes(start[60:64])
    page_size = int.from_bytes(start[16:18])
    return Header(
        is_sqlite=True,
        application_id=application_id,
        version=version,
        is_blank=application_id == version == 0 and size <= max(page_size, 512),
        has_log=start[18] == _LOGGED,
    )


def is_archive(path: Path) -> bool:
    """Whether a file is an archive of threadkeep's, of whatever version."""
    try:
        return read_header(path).application_id == APPLICATION_ID
    except OSError:
        return False


def checked_header(path: Path, known: int) -> Header:
    """What an archive begins with.

    Args:
        path: the file.
        known: the newest format that this threadkeep knows.

    Raises:
        UsageError: there is no file, or nothing in it.
        ArchiveError: it cannot be read, it is none, it is a newer one, or it is damaged.
    """
    try:
        header = read_header(path)
    except FileNotFoundError:
        raise no_archive(path) from None
    except OSError as error:
        raise ArchiveError(f"The archive {path} cannot be read ({error.strerror}).") from error
    if header.is_blank:
        raise no_archive(path)
    if not header.is_sqlite:
        raise ForeignArchiveError(
            f"{path} is no threadkeep archive: it is no SQLite file. Name another file with -a."
        )
    check_format(path, header.application_id, header.version, known)
    return header


def check_format(path: Path, application_id: int, version: int, known: int) -> None:
    """Refuse what is not an archive of a format that this threadkeep knows.

    Raises:
        ArchiveError: see `checked_header`.
    """
    if application_id != APPLICATION_ID:
        raise ForeignArchiveError(
            f"{path} is an SQLite file of another program; name another file with -a."
        )
    if version > known:
        raise NewerArchiveError(
            f"{path} was written by a newer threadkeep (format {version}; this one knows {known}); update threadkeep."
        )
    if version < 1:
        raise DamagedArchiveError(
            f"The archive {path} is damaged: it names no format. Restore a copy of it."
        )


def no_archive(path: Path) -> UsageError:
    """The error that says that there is no archive, and how to get one."""
    return UsageError(
        f"There is no archive at {path}; `threadkeep archive URL -a {path}` makes one."
    )

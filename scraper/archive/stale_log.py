"""Take away the write-ahead log of another file: one that an archive left behind over which a snapshot was copied back."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from parsers.errors import ExportError
from scraper.archive.header import read_header
from scraper.archive.lock import locked

if TYPE_CHECKING:
    from pathlib import Path

_LOG = ("-wal", "-shm")


def discard_stale_log(path: Path) -> None:
    """Remove a log that is not this archive's: SQLite would play it back into whatever file has the name.

    Only a file whose header says that it is logged can have a log, and snapshots say that they are not; whoever writes
    one has its header say so first. In a folder that cannot be written it stays, and nothing may be made of it.

    Raises:
        ExportError: it is there and cannot be removed.
        ArchiveLockedError: a run holds the archive, and has to be asked first.
    """
    if not _is_stale(path) or not os.access(path.parent, os.W_OK):
        return
    with locked(path, "remove the log of an earlier file"):
        # Looked at again: meanwhile whoever held the lock may have made a log of the archive's own.
        if _is_stale(path):
            remove_stale_log(path)


def remove_stale_log(path: Path) -> None:
    """The same for who holds the lock.

    Raises:
        ExportError: see `discard_stale_log`.
    """
    if not _is_stale(path):
        return
    try:
        for suffix in _LOG:
            path.with_name(path.name + suffix).unlink(missing_ok=True)
    except OSError as error:
        raise ExportError(
            f"{path}-wal belongs to an earlier file and cannot be removed ({error.strerror}); remove it by hand."
        ) from error


def _is_stale(path: Path) -> bool:
    try:
        header = read_header(path)
    except OSError:  # whoever opens it says so
        return False
    is_there = any(path.with_name(path.name + suffix).exists() for suffix in _LOG)
    return header.is_sqlite and not header.has_log and is_there

"""Overwrite what was erased where SQLite has only let go of it: unused space of the file, and its journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parsers.errors import ArchiveLockedError

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path


def needs_wiping(connection: sqlite3.Connection) -> bool:
    """Whether something was erased whose traces may still be in the file: the run that erased it was stopped."""
    return (
        connection.execute("SELECT 1 FROM erasures WHERE is_wiped = 0 LIMIT 1").fetchone()
        is not None
    )


def wipe(path: Path, connection: sqlite3.Connection) -> None:
    """Write the whole file anew, without what was erased.

    Args:
        path: the archive, for messages.
        connection: to it, in autocommit mode.

    Raises:
        ArchiveLockedError: another program reads the archive, and holds on to how it was before.
        sqlite3.Error: there is no room on the disk.
    """
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("VACUUM")
    _empty_log(path, connection)
    connection.execute("UPDATE erasures SET is_wiped = 1 WHERE is_wiped = 0")
    _empty_log(path, connection)


def _empty_log(path: Path, connection: sqlite3.Connection) -> None:
    row = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if row is not None and row[0]:
        raise ArchiveLockedError(
            f"It was erased from {path}, but another program reads the archive, and traces are left in its journal; close "
            "that program, and give any command that writes the archive."
        )

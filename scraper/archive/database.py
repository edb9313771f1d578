"""Open, create and refuse archive files; what is in them is the other modules' business."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from importlib.resources import files
from typing import TYPE_CHECKING

from parsers.errors import ArchiveError, ArchiveLockedError, DamagedArchiveError, ExportError
from scraper.archive.header import (
    APPLICATION_ID,
    check_format,
    checked_header,
    no_archive,
    read_header,
)
from scraper.archive.lock import locked, remove_stale_lock
from scraper.archive.migration import migrate
from scraper.archive.stale_log import discard_stale_log, remove_stale_log
from scraper.archive.wiping import needs_wiping, wipe

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from scraper.fetch.traffic import Asked

VERSION = 5
DURABLE = "PRAGMA synchronous = FULL"
_BESIDE = ("-wal", "-shm", "-journal")
_DISK_ERRORS = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PERM,
    }
)
# SQLite has no code for these. Our own statements fit the format that the file says it has.
_TORN = re.compile(
    "^no such (table|column)|has no column named|fts5|vtable constructor|malformed JSON"
)
_DAMAGE_ERRORS = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT})


@dataclass(slots=True)
class Archive:
    """An open archive.

    Attributes:
        path: the file.
        connection: in autocommit mode; writes belong in `transaction`.
        command: what the run that writes was started as.
        run_id: the run that writes; 0 until it has begun to write something.
        ledger: hands over the requests that were sent since it was called last.
    """

    path: Path
    connection: sqlite3.Connection
    command: str = ""
    run_id: int = 0
    ledger: Callable[[], tuple[Asked, ...]] = tuple

    @contextmanager
    def transaction(self) -> Generator[sqlite3.Connection]:
        """Everything inside is kept, or nothing; one inside another is part of the one that is open.

        Raises:
            ExportError: the disk cannot take it.
            DamagedArchiveError: the file contradicts itself.
        """
        is_inner = self.connection.in_transaction
        if is_inner:
            yield self.connection
            return
        with translated_errors(self.path):
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
                self.connection.execute("COMMIT")
            except BaseException:
                # SQLite has rolled back by itself after a full disk; a second rollback would hide why.
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise


@contextmanager
def reading(path: Path) -> Generator[Archive]:
    """Open an archive to read it; one of an older format is brought up to date first.

    Raises:
        UsageError: there is none.
        ArchiveError: it is no archive, a newer one, or damaged.
        ExportError: it is of an older format, and cannot be written.
    """
    if checked_header(path, VERSION).version < VERSION:
        with writing(path, command="bring an older archive up to date"):
            pass
    discard_stale_log(path)
    remove_stale_lock(path)
    with (
        translated_errors(path, doing="read"),
        closing(_connect_to_read(path)) as connection,
    ):
        _check_schema(path, connection)
        yield Archive(path=path, connection=connection)


@contextmanager
def writing(path: Path, *, command: str, host: str | None = None) -> Generator[Archive]:
    """Open an archive to write it, alone; create it where `host` is given and there is none.

    An archive that was created and in which nothing was kept is removed again.

    Args:
        path: the file.
        command: what is running, to be told to whoever finds the archive locked.
        host: the site's host and port, where the archive may be created.

    Raises:
        UsageError: there is none, and it may not be created.
        ArchiveLockedError: another run writes it.
        ArchiveError: it is no archive, a newer one, or damaged.
        ExportError: the file cannot be written.
    """
    if not _is_free(path):
        checked_header(path, VERSION)
    elif host is None:
        raise no_archive(path)
    with locked(path, command), translated_errors(path):
        is_new = _is_free(path)
        is_there = path.exists()
        remove_stale_log(path)
        archive = Archive(path=path, connection=connect(path), command=command)
        try:
            _prepare(archive, host)
            if needs_wiping(archive.connection):
                wipe(path, archive.connection)
            yield archive
        finally:
            is_kept = not is_new or _has_runs(archive.connection)
            archive.connection.close()
            if not is_kept:
                _undo_creation(path, leave_empty=is_there)


@contextmanager
def passing(path: Path, *, command: str, host: str) -> Generator[Archive]:
    """Make an archive that is read out and thrown away: nothing waits for the disk, and nobody else is kept out.

    Args:
        path: the file, which is not there yet, in a folder of its own.
        command: what is running.
        host: the site's host and port.

    Raises:
        ExportError: the file cannot be written.
    """
    with translated_errors(path), closing(connect(path)) as connection:
        for pragma in ("synchronous = OFF", "journal_mode = MEMORY", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")
        connection.executescript(f"BEGIN;\n{_schema()}")
        connection.execute("INSERT INTO site (site_id, host) VALUES (1, ?)", (host,))
        connection.execute("COMMIT")
        yield Archive(path=path, connection=connection, command=command)


@contextmanager
def translated_errors(path: Path, *, doing: str = "written") -> Generator[None]:
    """Turn SQLite's errors into ours; what is neither the disk's fault nor damage is a bug, and stays what it is.

    Args:
        path: the archive.
        doing: what is done with it: `read` or `written`.

    Raises:
        ExportError: the disk cannot take it.
        ArchiveError: it cannot be read.
        ArchiveLockedError: another program is writing the file.
        DamagedArchiveError: the file contradicts itself.
    """
    try:
        yield
    except UnicodeDecodeError as error:  # SQLite quotes a schema of which a letter has changed
        raise _damaged(path, "its tables are not readable") from error
    except sqlite3.Error as error:
        # Text that is no UTF-8 is found by Python, which gives no code.
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        if code in _DISK_ERRORS:
            kind = ArchiveError if doing == "read" else ExportError
            raise kind(
                f"The archive {path} cannot be {doing} ({error}); check the disk, its space and the permissions."
            ) from error
        if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise ArchiveLockedError(
                f"Another program is writing {path}; wait for it to end."
            ) from error
        if isinstance(error, sqlite3.ProgrammingError):
            raise
        if code in _DAMAGE_ERRORS or _TORN.search(str(error)):
            raise _damaged(path, str(error)) from error
        raise


def _damaged(path: Path, why: str) -> DamagedArchiveError:
    return DamagedArchiveError(f"The archive {path} is damaged ({why}); restore a copy of it.")


def remove_archive(path: Path) -> None:
    """Remove an archive with its journal, as far as they are there.

    Raises:
        OSError: it cannot be removed.
    """
    for suffix in ("", *_BESIDE):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _has_runs(connection: sqlite3.Connection) -> bool:
    try:
        return connection.execute("SELECT 1 FROM runs LIMIT 1").fetchone() is not None
    except sqlite3.Error:  # the table was not made, or the disk is full
        return False


def _undo_creation(path: Path, *, leave_empty: bool) -> None:
    with suppress(OSError):  # it is only litter, and what went wrong before matters more
        remove_archive(path)
        if leave_empty:
            path.touch()


def _is_free(path: Path) -> bool:
    """Whether an archive may be made here: there is nothing, or what a kill in the first instant leaves."""
    try:
        return read_header(path).is_blank
    except FileNotFoundError:
        return True
    except OSError as error:
        raise ArchiveError(f"The archive {path} cannot be read ({error.strerror}).") from error


def connect(path: Path) -> sqlite3.Connection:
    """Open a file to read and write it."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=10)
    connection.row_factory = sqlite3.Row
    return connection


def address_to_read(path: Path) -> str:
    """The address by which SQLite opens an archive to read it, as a database of its own or beside another."""
    # Where the folder cannot be written, a journal cannot be made; one that is there has to be read along. Elsewhere a
    # connection that could write takes the journal away again when it is closed; one for reading would leave it.
    has_journal = path.with_name(f"{path.name}-wal").exists() and read_header(path).has_log
    mode = "mode=rw" if has_journal or os.access(path.parent, os.W_OK) else "immutable=1"
    return f"{path.absolute().as_uri()}?{mode}"


def _connect_to_read(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(address_to_read(path), uri=True, isolation_level=None, timeout=10)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA query_only = ON")
    return connection


def _prepare(archive: Archive, host: str | None) -> None:
    connection = archive.connection
    connection.execute(DURABLE)
    if host is not None and not connection.execute("SELECT 1 FROM sqlite_schema").fetchone():
        _create(connection, host)
    application_id = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    check_format(archive.path, application_id, version, VERSION)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA journal_mode = WAL")  # a snapshot that was copied back has it not
    if version < VERSION:
        migrate(archive.path, connection, VERSION, partial(_check_schema, archive.path))
    else:
        _check_schema(archive.path, connection)


def _check_schema(path: Path, connection: sqlite3.Connection) -> None:
    """Make sure that the tables are those of this format; somebody's own views and indexes may stand beside them."""
    if not _schema_of_this_format().items() <= schema_of(connection).items():
        raise _damaged(path, f"its tables are not those of format {VERSION}")


@cache
def _schema_of_this_format() -> dict[str, str]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(_schema())
        return schema_of(connection)


def schema_of(connection: sqlite3.Connection) -> dict[str, str]:
    """What each table and index was made by, without comments, and without the quotes that a renaming leaves."""
    rows = connection.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL")
    return {name: _without_comments(statement) for name, statement in rows}


@lru_cache(maxsize=256)
def _without_comments(statement: str) -> str:
    return " ".join(re.sub(r"--.*", "", statement).replace('"', "").split())


def _schema() -> str:
    return files("scraper.archive").joinpath("schema.sql").read_text("utf-8")


def _create(connection: sqlite3.Connection, host: str) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    try:
        connection.executescript(f"BEGIN IMMEDIATE;\n{_schema()}")
        connection.execute("INSERT INTO site (site_id, host) VALUES (1, ?)", (host,))
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    # From here on the file itself says whose it is, not only its journal.
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

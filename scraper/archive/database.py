"""Open, create, lock, migrate and refuse archive files; what is in them is the other modules' business."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from parsers.errors import (
    ArchiveError,
    ArchiveLockedError,
    DamagedArchiveError,
    ExportError,
    ForeignArchiveError,
    NewerArchiveError,
)

if TYPE_CHECKING:
    from collections.abc import Generator
    from importlib.resources.abc import Traversable
    from pathlib import Path

APPLICATION_ID = int.from_bytes(b"thkp")
VERSION = 1
_APPLICATION_ID_AT = 68  # its place in SQLite's file header
_MAGIC = b"SQLite format 3\0"
_DISK_ERRORS = (
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
)


@dataclass(slots=True)
class Archive:
    """An open archive.

    Attributes:
        path: the file.
        connection: in autocommit mode; writes belong in `transaction`.
        command: what the run that writes was started as.
        run_id: the run that writes; 0 until it has written something.
    """

    path: Path
    connection: sqlite3.Connection
    command: str = ""
    run_id: int = 0

    @contextmanager
    def transaction(self) -> Generator[sqlite3.Connection]:
        """Everything inside is kept, or nothing.

        Raises:
            ExportError: the disk cannot take it.
            DamagedArchiveError: the file contradicts itself.
        """
        with translated_errors(self.path):
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
            except BaseException:
                # SQLite has rolled back by itself after a full disk; a second rollback would hide why.
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise
            self.connection.execute("COMMIT")


@contextmanager
def reading(path: Path) -> Generator[Archive]:
    """Open an archive to read it.

    Raises:
        ArchiveError: it is no archive, a newer one, or damaged.
    """
    _refuse_foreign(path)
    with translated_errors(path), closing(_connect_read_only(path)) as connection:
        _refuse_other_versions(path, connection, oldest=VERSION)
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
        ArchiveLockedError: another run writes it.
        ArchiveError: it is no archive, a newer one, or damaged.
        ExportError: the file cannot be written.
    """
    is_new = not path.exists() or path.stat().st_size == 0
    if is_new and host is None:
        raise ArchiveError(
            f"There is no archive at {path}; `threadkeep archive URL -a {path}` makes one."
        )
    if not is_new:
        _refuse_foreign(path)
    with _lock(path, command), translated_errors(path):
        archive = Archive(path=path, connection=_connect(path), command=command)
        try:
            _prepare(path, archive.connection, host)
            yield archive
        finally:
            archive.connection.close()
            if is_new and not archive.run_id:
                path.unlink(missing_ok=True)


@contextmanager
def translated_errors(path: Path) -> Generator[None]:
    """Turn SQLite's errors into ours."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in _DISK_ERRORS:
            raise ExportError(
                f"The archive {path} cannot be written ({error}); free the disk or choose another place."
            ) from error
        if code == sqlite3.SQLITE_BUSY:
            raise ArchiveLockedError(
                f"Another program is writing {path}; wait for it to end."
            ) from error
        raise DamagedArchiveError(
            f"The archive {path} is damaged ({error}); run `threadkeep verify -a {path}`."
        ) from error


@contextmanager
def _lock(path: Path, command: str) -> Generator[None]:
    """Hold an archive. The lock file names the holder; it stays, since removing it would let two runs in."""
    name = path.with_name(f"{path.name}.lock")
    lock = FileLock(name)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        with suppress(OSError):
            holder = name.read_text("utf-8").strip()
            raise ArchiveLockedError(
                f"Another run holds {path}: {holder}; wait for it, or end it."
            ) from None
        raise ArchiveLockedError(f"Another run holds {path}; wait for it, or end it.") from None
    except OSError as error:
        raise ExportError(
            f"The archive {path} cannot be written ({error.strerror}); choose another place with -a."
        ) from error
    try:
        with suppress(OSError):  # some systems do not let a locked file be written
            name.write_text(f"process {os.getpid()}, `{command}`\n", "utf-8")
        yield
    finally:
        lock.release()


def is_archive(path: Path) -> bool:
    """Whether a file is an archive of threadkeep's, of whatever version."""
    try:
        with path.open("rb") as file:
            start = file.read(_APPLICATION_ID_AT + 4)
    except OSError:
        return False
    return start.startswith(_MAGIC) and start[_APPLICATION_ID_AT:] == APPLICATION_ID.to_bytes(4)


def _refuse_foreign(path: Path) -> None:
    try:
        with path.open("rb") as file:
            start = file.read(len(_MAGIC))
    except FileNotFoundError:
        raise ArchiveError(
            f"There is no archive at {path}; `threadkeep archive URL -a {path}` makes one."
        ) from None
    except OSError as error:
        raise ArchiveError(f"The archive {path} cannot be read ({error.strerror}).") from error
    if start != _MAGIC:
        raise ForeignArchiveError(
            f"{path} is no threadkeep archive: it is no SQLite file. Name another file with -a."
        )


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, timeout=10)
    connection.row_factory = sqlite3.Row
    return connection


def _connect_read_only(path: Path) -> sqlite3.Connection:
    # On a read-only file system a WAL archive can only be opened as one that nobody changes.
    mode = "mode=ro" if os.access(path.parent, os.W_OK) else "immutable=1"
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{mode}", uri=True, isolation_level=None, timeout=10
    )
    connection.row_factory = sqlite3.Row
    return connection


def _prepare(path: Path, connection: sqlite3.Connection, host: str | None) -> None:
    is_empty = not connection.execute("SELECT 1 FROM sqlite_schema").fetchone()
    if (
        is_empty
        and host is not None
        and not connection.execute("PRAGMA application_id").fetchone()[0]
    ):
        _create(connection, host)
    _refuse_other_versions(path, connection, oldest=1)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version < VERSION:
        _migrate(path, connection, version)


def _create(connection: sqlite3.Connection, host: str) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    schema = files("scraper.archive").joinpath("schema.sql").read_text("utf-8")
    connection.executescript(
        f"BEGIN IMMEDIATE; {schema}; PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION}; COMMIT"
    )
    connection.execute("INSERT INTO site (site_id, host) VALUES (1, ?)", (host,))


def _refuse_other_versions(path: Path, connection: sqlite3.Connection, *, oldest: int) -> None:
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise ForeignArchiveError(
            f"{path} is an SQLite file of another program; name another file with -a."
        )
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise NewerArchiveError(
            f"{path} was written by a newer threadkeep (format {version}; this one knows {VERSION}); update threadkeep."
        )
    if version < oldest:
        raise ArchiveError(
            f"{path} is of an older format ({version}); `threadkeep verify -a {path}` brings it up to date."
        )


def _migrate(path: Path, connection: sqlite3.Connection, version: int) -> None:
    """Bring an older archive up to date in one transaction, after a copy was made."""
    copy = path.with_name(f"{path.name}.format-{version}")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy2(path, copy)
    steps = [step for number, step in sorted(_migrations().items()) if number > version]
    script = ";".join(step.read_text("utf-8") for step in steps)
    try:
        connection.executescript(
            f"BEGIN IMMEDIATE; {script}; PRAGMA user_version = {VERSION}; COMMIT"
        )
    except sqlite3.Error:
        connection.execute("ROLLBACK")
        raise


def _migrations() -> dict[int, Traversable]:
    """Every numbered step, by the version it leads to (`0002-what-it-does.sql` leads to 2)."""
    folder = files("scraper.archive").joinpath("migrations")
    if not folder.is_dir():
        return {}
    return {int(step.name[:4]): step for step in folder.iterdir() if step.name.endswith(".sql")}

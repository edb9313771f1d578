"""Copy an archive while others read and write it, and take away copies that need not stay; restoring is copying one back."""

from __future__ import annotations

import glob
import os
import shutil
import sqlite3
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from parsers.errors import DamagedArchiveError, ExportError
from scraper.archive.damage import damage_of
from scraper.archive.database import Archive, reading, remove_archive, translated_errors
from scraper.archive.header import is_archive
from scraper.archive.lock import locked
from scraper.archive.retention import Retention, outdated, snapshot_moment, snapshot_name

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

_PAGES_A_STEP = 1000  # between two steps Ctrl-C is heard
_FULL_DISK = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PERM,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A copy of an archive.

    Attributes:
        path: the copy.
        size: in bytes.
        posts: posts in it, gone ones not among them.
        topics: topics in it.
    """

    path: Path
    size: int
    posts: int
    topics: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """What became of earlier copies.

    Attributes:
        kept: those that stay, oldest first.
        removed: those that were removed, or would be, oldest first.
    """

    kept: tuple[Path, ...]
    removed: tuple[Path, ...]


def take_snapshot(archive_path: Path, folder: Path, now: datetime) -> Snapshot:
    """Copy an archive as it is at this moment, whoever writes it meanwhile, and check the copy.

    It appears whole or not at all, and is one file: what stands in the archive's write-ahead log is in it.

    Args:
        archive_path: the archive.
        folder: where the copy goes; made where there is none.
        now: the moment that the copy is named by.

    Raises:
        UsageError: there is no archive.
        ArchiveError: it is none, or a newer one.
        ArchiveLockedError: another run is taking a snapshot of it into this folder.
        DamagedArchiveError: the copy is damaged, since the archive is; none is kept.
        ExportError: the folder or the disk cannot be written.
    """
    name = snapshot_name(archive_path.stem, now)
    with reading(archive_path) as archive, _alone(folder, archive_path.stem):
        target = _free_place(folder, name)
        with _vanishing(folder / f".{name}.part", archive_path.stem) as part:
            _copy(archive, part)
            posts, topics = _checked(archive_path, part)
            _settle(part, target, like=archive_path)
    return Snapshot(path=target, size=target.stat().st_size, posts=posts, topics=topics)


def copy_archive(archive_path: Path, target: Path) -> None:
    """Copy an archive as it is at this moment, whoever writes it meanwhile, to where nothing is yet.

    Raises:
        UsageError: there is no archive.
        ArchiveError: it is none, a newer one, or damaged.
        ExportError: the disk cannot be written; nothing is left of the copy.
    """
    with reading(archive_path) as archive:
        try:
            _copy(archive, target)
            _checked(archive_path, target)
        except BaseException:
            with suppress(OSError):  # what went wrong matters more
                remove_archive(target)
            raise


def prune_snapshots(
    folder: Path, stem: str, keep: Retention, now: datetime, *, dry_run: bool = False
) -> Pruned:
    """Remove an archive's snapshots that need not stay; nothing else is touched, whatever it is called.

    Args:
        folder: where they are.
        stem: the archive's name without its ending.
        keep: how many stay; the newest always does.
        now: the moment to reckon from; what is dated later stays.
        dry_run: only say what would be removed once there is a snapshot of now, too.

    Raises:
        ExportError: one cannot be removed, or the folder cannot be read.
    """
    found = dict(_snapshots(folder, stem))
    to_come = {now.replace(microsecond=0)} - set(found) if dry_run else set[datetime]()
    old = outdated({*found, *to_come}, keep, now)
    removed = [found[moment] for moment in old if moment in found]
    for path in () if dry_run else removed:
        with _told(path, "removed"):
            remove_archive(path)
    kept = tuple(found[moment] for moment in sorted(found) if found[moment] not in removed)
    return Pruned(kept=kept, removed=tuple(removed))


def _snapshots(folder: Path, stem: str) -> list[tuple[datetime, Path]]:
    if not folder.exists():  # the first one will make it
        return []
    with _told(folder, "read"):
        named = [(snapshot_moment(stem, path.name), path) for path in folder.iterdir()]
    return [
        (moment, path)
        for moment, path in named
        if moment is not None and path.is_file() and not path.is_symlink() and is_archive(path)
    ]


def _copy(archive: Archive, part: Path) -> None:
    with _told(part.parent, "written"):
        # Nobody else may read it before it has the archive's own permissions.
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    source = archive.connection
    source.execute("BEGIN")
    try:
        # What is held from here on is one moment of the archive: who writes it does not make the copy begin again.
        source.execute("SELECT 1 FROM site").fetchone()
        with closing(sqlite3.connect(part, isolation_level=None)) as target:
            _back_up(source, target, part.parent)
    finally:
        source.execute("ROLLBACK")


def _back_up(source: sqlite3.Connection, target: sqlite3.Connection, folder: Path) -> None:
    try:
        source.backup(target, pages=_PAGES_A_STEP, progress=_heard, sleep=0)
        # A copy that says that it has no log cannot be mixed up with the log of another file: see `stale_log`.
        target.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in _FULL_DISK:
            raise
        raise _unwritable(folder, str(error)) from error


def _heard(_status: int, _remaining: int, _total: int) -> None:
    """Give Python a moment between two steps, in which Ctrl-C is heard."""


def _checked(archive_path: Path, part: Path) -> tuple[int, int]:
    """Make sure that a copy is whole.

    Returns:
        How many posts and topics it holds.
    """
    # As it is on the disk, and without anything beside it.
    address = f"{part.absolute().as_uri()}?immutable=1"
    with translated_errors(archive_path, doing="read"), closing(_opened(address)) as connection:
        quick = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        damage = [] if quick == "ok" else [f"SQLite finds: {quick.splitlines()[-1]}."]
        copy = Archive(path=archive_path, connection=connection)
        damage += [one.sentence for one in (damage_of(copy) if not damage else ())]
        if damage:
            raise DamagedArchiveError(
                f"{archive_path} is damaged, and no snapshot was made of it: {damage[0]}"
                f" `threadkeep verify -a {archive_path}` says more."
            )
        return tuple(connection.execute(_COUNTS).fetchone())


_COUNTS = (
    "SELECT (SELECT count(*) FROM posts WHERE gone_at IS NULL), (SELECT count(*) FROM topics)"
)


def _opened(address: str) -> sqlite3.Connection:
    connection = sqlite3.connect(address, uri=True, isolation_level=None)
    connection.row_factory = sqlite3.Row
    return connection


def _settle(part: Path, target: Path, *, like: Path) -> None:
    """Give a copy its name, and the permissions of the archive, once it is on the disk to stay."""
    with _told(target, "written"):
        shutil.copymode(like, part)
        _sync(part)
        part.replace(target)
        with suppress(OSError):  # Windows cannot open folders; the file itself is safe by then
            _sync(target.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _alone(folder: Path, stem: str) -> Generator[None]:
    """Hold an archive's snapshots in a folder, so that what a killed run left can be told from what another is writing."""
    with _told(folder, "written"):
        folder.mkdir(parents=True, exist_ok=True)
        os.close(os.open(folder / f".{stem}.lock", os.O_CREAT | os.O_WRONLY, 0o600))
    with locked(folder / f".{stem}", "threadkeep snapshot"):
        yield


def _free_place(folder: Path, name: str) -> Path:
    target = folder / name
    if target.exists() and not is_archive(target):
        raise ExportError(
            f"{target} cannot be written, since it is no snapshot of threadkeep's: name another folder."
        )
    return target


@contextmanager
def _vanishing(part: Path, stem: str) -> Generator[Path]:
    """A place for a copy that is not finished; it is gone at the end, with what killed runs left of theirs."""
    for left in part.parent.glob(f".{glob.escape(stem)}-*.db.part*"):
        if snapshot_moment(stem, left.name[1:].partition(".part")[0]) is not None:
            with _told(left, "removed"):
                left.unlink(missing_ok=True)
    try:
        yield part
    finally:
        with suppress(OSError):  # what went wrong before matters more
            remove_archive(part)


@contextmanager
def _told(path: Path, doing: str) -> Generator[None]:
    """Turn the system's errors into one sentence."""
    try:
        yield
    except OSError as error:
        raise ExportError(
            f"{path} cannot be {doing} ({error.strerror}); check the disk, its space and the permissions."
        ) from error


def _unwritable(folder: Path, why: str) -> ExportError:
    return ExportError(
        f"The snapshot cannot be written to {folder} ({why}); make room, or name another folder."
    )

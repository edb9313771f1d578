"""Bring an archive of an older format up to date: numbered SQL steps, in one transaction, after a copy was made."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from importlib.resources import files
from typing import TYPE_CHECKING

import zstandard

from parsers.errors import DamagedArchiveError
from scraper.archive.search_text import searchable

if TYPE_CHECKING:
    from collections.abc import Callable
    from importlib.resources.abc import Traversable
    from pathlib import Path

# `0002-what-it-does.sql` leads to format 2.
MIGRATIONS: Traversable = files("scraper.archive").joinpath("migrations")


def migrate(
    path: Path,
    connection: sqlite3.Connection,
    wanted: int,
    check: Callable[[sqlite3.Connection], None],
) -> Path:
    """Bring an archive from its own format to another, which is newer.

    Args:
        path: the archive.
        connection: to it, in autocommit mode.
        wanted: the format to reach.
        check: raises where the outcome is not what it should be.

    Returns:
        The copy of the archive as it was, which stays.

    Raises:
        sqlite3.Error: a step fails or the disk is full; the archive is as it was, and no copy is left.
        DamagedArchiveError: what came out is not an archive of the format to reach; the same.
    """
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    steps = steps_between(version, wanted)
    copy = path.with_name(f"{path.name}.format-{version}")
    try:
        back_up(connection, copy)
        _apply(connection, steps, wanted, check)
    except (sqlite3.Error, DamagedArchiveError):
        with suppress(OSError):
            copy.unlink(missing_ok=True)
        raise
    return copy


def back_up(connection: sqlite3.Connection, copy: Path) -> None:
    """Copy through SQLite, which sees what is still in the journal; over a copy that an earlier attempt left."""
    copy.unlink(missing_ok=True)
    with closing(sqlite3.connect(copy)) as target:
        connection.backup(target)


def _apply(
    connection: sqlite3.Connection,
    steps: list[Traversable],
    wanted: int,
    check: Callable[[sqlite3.Connection], None],
) -> None:
    script = "\n;\n".join(step.read_text("utf-8") for step in steps)
    connection.create_function("searchable", 1, searchable, deterministic=True)
    connection.create_function("without_dictionary", 3, _without_dictionary, deterministic=True)
    # Tables are rebuilt under new names on the way, and keys cannot be switched off inside a transaction.
    connection.execute("PRAGMA foreign_keys = OFF")
    try:
        connection.executescript(f"BEGIN IMMEDIATE;\n{script}\n;PRAGMA user_version = {wanted};")
        broken = connection.execute("PRAGMA foreign_key_check").fetchone()
        if broken is not None:
            raise sqlite3.IntegrityError(f"a row of {broken[0]} names one that is not there")
        check(connection)
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        connection.execute("PRAGMA foreign_keys = ON")


def _without_dictionary(data: bytes, size: int, dictionary: bytes) -> bytes:
    """A body that format 1 compressed with a dictionary, compressed by itself; one that is damaged stays as it is."""
    trained = zstandard.ZstdCompressionDict(dictionary)
    try:
        body = zstandard.ZstdDecompressor(dict_data=trained).decompress(data, max_output_size=size)
    except (zstandard.ZstdError, MemoryError):
        return data
    return zstandard.ZstdCompressor(level=9).compress(body)


def steps_between(version: int, wanted: int) -> list[Traversable]:
    """The steps from one format to another, one for each.

    Raises:
        KeyError: one is missing.
    """
    named = MIGRATIONS.iterdir() if MIGRATIONS.is_dir() else ()
    numbered = {int(step.name[:4]): step for step in named if step.name.endswith(".sql")}
    return [numbered[number] for number in range(version + 1, wanted + 1)]

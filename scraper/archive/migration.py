"""Bring an archive of an older format up to date: numbered SQL steps, in one transaction, after a copy was made."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable
    from pathlib import Path

# `0002-what-it-does.sql` leads to format 2.
MIGRATIONS: Traversable = files("scraper.archive").joinpath("migrations")


def migrate(path: Path, connection: sqlite3.Connection, wanted: int) -> Path:
    """Bring an archive from its own format to another, which is newer.

    Args:
        path: the archive.
        connection: to it, in autocommit mode.
        wanted: the format to reach.

    Returns:
        The copy of the archive as it was, which stays.

    Raises:
        sqlite3.Error: a step fails or the disk is full; the archive is as it was, and no copy is left.
    """
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    steps = steps_between(version, wanted)
    copy = path.with_name(f"{path.name}.format-{version}")
    try:
        back_up(connection, copy)
        _apply(connection, steps, wanted)
    except sqlite3.Error:
        with suppress(OSError):
            copy.unlink(missing_ok=True)
        raise
    return copy


def back_up(connection: sqlite3.Connection, copy: Path) -> None:
    """Copy through SQLite, which sees what is still in the journal; over a copy that an earlier attempt left."""
    copy.unlink(missing_ok=True)
    with closing(sqlite3.connect(copy)) as target:
        connection.backup(target)


def _apply(connection: sqlite3.Connection, steps: list[Traversable], wanted: int) -> None:
    script = "\n;\n".join(step.read_text("utf-8") for step in steps)
    # Tables are rebuilt under new names on the way, and keys cannot be switched off inside a transaction.
    connection.execute("PRAGMA foreign_keys = OFF")
    try:
        connection.executescript(f"BEGIN IMMEDIATE;\n{script}\n;PRAGMA user_version = {wanted};")
        broken = connection.execute("PRAGMA foreign_key_check").fetchone()
        if broken is not None:
            raise sqlite3.IntegrityError(f"a row of {broken[0]} names one that is not there")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        connection.execute("PRAGMA foreign_keys = ON")


def steps_between(version: int, wanted: int) -> list[Traversable]:
    """The steps from one format to another, one for each.

    Raises:
        KeyError: one is missing.
    """
    named = MIGRATIONS.iterdir() if MIGRATIONS.is_dir() else ()
    numbered = {int(step.name[:4]): step for step in named if step.name.endswith(".sql")}
    return [numbered[number] for number in range(version + 1, wanted + 1)]

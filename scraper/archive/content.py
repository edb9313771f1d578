"""Keep page bodies compressed and once each, with a dictionary trained on the site's own pages."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import zstandard

from parsers.errors import DamagedArchiveError

if TYPE_CHECKING:
    import sqlite3

    from scraper.archive.database import Archive

_LEVEL = 9
_DICTIONARY_SIZE = 65_536
_SAMPLES = 16
_LARGEST_SAMPLE = 262_144


def digest(body: bytes) -> str:
    """The key of a body: SHA-256, in hexadecimal."""
    return hashlib.sha256(body).hexdigest()


def store_content(connection: sqlite3.Connection, body: bytes) -> str:
    """Keep a body, unless it is kept already.

    Returns:
        Its digest.
    """
    key = digest(body)
    if connection.execute("SELECT 1 FROM contents WHERE sha256 = ?", (key,)).fetchone():
        return key
    number, dictionary = _dictionary(connection)
    data = zstandard.ZstdCompressor(level=_LEVEL, dict_data=dictionary).compress(body)
    connection.execute(
        "INSERT INTO contents (sha256, size, dictionary_id, zstd) VALUES (?, ?, ?, ?)",
        (key, len(body), number, data),
    )
    return key


def load_content(archive: Archive, key: str) -> bytes:
    """A body by its digest.

    Raises:
        DamagedArchiveError: it is missing, or not what was stored.
    """
    row = archive.connection.execute(
        "SELECT size, zstd, data FROM contents LEFT JOIN dictionaries USING (dictionary_id) WHERE sha256 = ?",
        (key,),
    ).fetchone()
    if row is None:
        raise DamagedArchiveError(f"The stored page {key[:12]}… is missing from {archive.path}.")
    dictionary = zstandard.ZstdCompressionDict(row["data"]) if row["data"] else None
    try:
        body = zstandard.ZstdDecompressor(dict_data=dictionary).decompress(
            row["zstd"], max_output_size=row["size"]
        )
    except (zstandard.ZstdError, MemoryError) as error:  # a size that was garbled can be any
        raise DamagedArchiveError(
            f"The stored page {key[:12]}… in {archive.path} cannot be unpacked."
        ) from error
    if len(body) != row["size"] or digest(body) != key:
        raise DamagedArchiveError(
            f"The stored page {key[:12]}… in {archive.path} is not what was stored."
        )
    return body


def _dictionary(
    connection: sqlite3.Connection,
) -> tuple[int | None, zstandard.ZstdCompressionDict | None]:
    """The site's dictionary; trained once there are enough pages to learn from."""
    row = connection.execute(
        "SELECT dictionary_id, data FROM dictionaries ORDER BY dictionary_id DESC LIMIT 1"
    ).fetchone()
    if row is not None:
        return row["dictionary_id"], zstandard.ZstdCompressionDict(row["data"])
    stored = connection.execute("SELECT max(rowid) FROM contents").fetchone()[0] or 0
    if (
        stored == 0 or stored % _SAMPLES
    ):  # where it cannot be done, it is not tried with every page
        return None, None
    return _trained(connection)


def _trained(
    connection: sqlite3.Connection,
) -> tuple[int | None, zstandard.ZstdCompressionDict | None]:
    samples: list[bytes | bytearray | memoryview] = [
        zstandard.ZstdDecompressor().decompress(sample["zstd"], max_output_size=sample["size"])
        for sample in connection.execute(_NEWEST, (_LARGEST_SAMPLE, _SAMPLES))
    ]
    if len(samples) < _SAMPLES // 2:
        return None, None
    try:
        dictionary = zstandard.train_dictionary(_DICTIONARY_SIZE, samples)
    except zstandard.ZstdError:
        return None, None  # pages too alike or too unlike to learn from
    number = connection.execute(
        "INSERT INTO dictionaries (data) VALUES (?)", (dictionary.as_bytes(),)
    ).lastrowid
    return number, dictionary


_NEWEST = """
SELECT size, zstd FROM contents WHERE size BETWEEN 4096 AND ? ORDER BY rowid DESC LIMIT ?
"""

"""Keep page bodies once each, compressed against an earlier body of the site that is much alike."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import zstandard

from parsers.errors import DamagedArchiveError

if TYPE_CHECKING:
    import sqlite3

    from scraper.archive.database import Archive

_LEVEL = 9
# What makes a base: smaller bodies have little to share, larger ones would have to be unpacked with each that uses them.
_BASE_SIZES = (2_048, 1_048_576)
# Pages of topics, of replies and feeds are unlike each other, and a theme can change: the newest of each sort is among these.
_BASES_TRIED = 3
# A body shares enough with a base if it takes less than this part of what it would take by itself.
_WORTHWHILE = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class _Packed:
    data: bytes
    base: str | None = None


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
    packed = _packed(connection, body)
    connection.execute(
        "INSERT INTO contents (sha256, size, base, zstd) VALUES (?, ?, ?, ?)",
        (key, len(body), packed.base, packed.data),
    )
    return key


def note_content(connection: sqlite3.Connection, key: str) -> None:
    """Note the digest of a body that is not kept."""
    connection.execute(
        "INSERT OR IGNORE INTO contents (sha256, size, base, zstd) VALUES (?, 0, NULL, x'')",
        (key,),
    )


def load_content(archive: Archive, key: str) -> bytes:
    """A body by its digest.

    Raises:
        DamagedArchiveError: it is missing, or not what was stored.
    """
    row = archive.connection.execute(_CONTENT, (key,)).fetchone()
    if row is None or (row["base"] and row["base_zstd"] is None):
        lost = key if row is None else row["base"]
        raise DamagedArchiveError(f"The stored page {lost[:12]}… is missing from {archive.path}.")
    try:
        base = _unpacked(row["base_zstd"], row["base_size"]) if row["base"] else b""
        body = _unpacked(row["zstd"], row["size"], base)
    # A size that was garbled can be any; a row that was overwritten has nulls where none may be.
    except (zstandard.ZstdError, MemoryError, TypeError) as error:
        raise DamagedArchiveError(
            f"The stored page {key[:12]}… in {archive.path} cannot be unpacked."
        ) from error
    if len(body) != row["size"] or digest(body) != key:
        raise DamagedArchiveError(
            f"The stored page {key[:12]}… in {archive.path} is not what was stored."
        )
    return body


_CONTENT = """
SELECT content.size, content.zstd, content.base, base.size AS base_size, base.zstd AS base_zstd
FROM contents AS content LEFT JOIN contents AS base ON base.sha256 = content.base WHERE content.sha256 = ?
"""


def _packed(connection: sqlite3.Connection, body: bytes) -> _Packed:
    bases = (
        connection.execute(_BASES, (*_BASE_SIZES, _BASES_TRIED))
        if len(body) >= _BASE_SIZES[0]
        else ()
    )
    for row in bases:
        data = _compressed(body, _unpacked(row["zstd"], row["size"]))
        # To compress it by itself only to compare would cost as much again; it is about as dense as the base is.
        alone = len(body) * len(row["zstd"]) / row["size"]
        if len(data) < _WORTHWHILE * alone:
            return _Packed(data=data, base=row["sha256"])
    return _Packed(data=_compressed(body))


_BASES = """
SELECT sha256, size, zstd FROM contents WHERE base IS NULL AND size BETWEEN ? AND ? ORDER BY rowid DESC LIMIT ?
"""


def _compressed(body: bytes, base: bytes = b"") -> bytes:
    return zstandard.ZstdCompressor(level=_LEVEL, dict_data=_dictionary(base)).compress(body)


def _unpacked(data: bytes, size: int, base: bytes = b"") -> bytes:
    decompressor = zstandard.ZstdDecompressor(dict_data=_dictionary(base))
    return decompressor.decompress(data, max_output_size=size)


def _dictionary(base: bytes) -> zstandard.ZstdCompressionDict | None:
    """A body as a dictionary: as it is, whatever its first bytes are."""
    if not base:
        return None
    return zstandard.ZstdCompressionDict(base, dict_type=zstandard.DICT_TYPE_RAWCONTENT)

"""Remove pictures and files that nothing shows any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable


def forget_lone_files(connection: sqlite3.Connection, address_keys: Iterable[int]) -> int:
    """Remove those of some addresses that no post and no author shows, and the files that only they led to.

    Args:
        connection: inside a transaction.
        address_keys: rows of `media_addresses`.

    Returns:
        How many files were removed.
    """
    for key in address_keys:
        connection.execute(_ADDRESS, {"key": key})
    return connection.execute(_FILES).rowcount


_ADDRESS = """
DELETE FROM media_addresses WHERE address_key = :key AND NOT EXISTS (SELECT 1 FROM media_links WHERE address_key = :key)
    AND NOT EXISTS (SELECT 1 FROM authors WHERE avatar_url = media_addresses.url)
"""
_FILES = "DELETE FROM media WHERE sha256 NOT IN (SELECT sha256 FROM media_addresses WHERE sha256 IS NOT NULL)"

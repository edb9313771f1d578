"""Keep what is still to be asked for of what posts show, and what became of it; a file is kept once, whoever shows it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scraper.archive.stored_json import to_json

if TYPE_CHECKING:
    import sqlite3

    from parsers.media_link import MediaKind
    from parsers.page_records import LackingMedia
    from scraper.archive.media import MediaStatus

# How often an address is asked for, at most one time a run, before it is left alone.
MOST_ATTEMPTS = 5
_MOST_WHERE_NOTHING_IS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An address to be asked for.

    Attributes:
        address_key: the archive's number for it.
        url: the address.
        kind: `image`, `avatar` or `attachment`.
    """

    address_key: int
    url: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why an address gave no file.

    Attributes:
        status: what is kept as its status.
        error: one sentence.
        size_limit: the file is larger than this, and was not read to its end.
        was_asked: a request was made; else it costs no attempt.
    """

    status: MediaStatus
    error: str
    size_limit: int | None = None
    was_asked: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMedia:
    """What an archive keeps of what posts show.

    Attributes:
        files: how many files.
        size: their bytes.
    """

    files: int
    size: int


def note_address(
    connection: sqlite3.Connection, url: str, *, host: str, kind: str, now: str
) -> int:
    """Note an address that a post shows; one that is known stays as it is.

    Args:
        connection: inside a transaction.
        url: in normal form.
        host: its host and port.
        kind: what it is.
        now: the time.

    Returns:
        The archive's number for it.
    """
    connection.execute(
        "INSERT INTO media_addresses (url, host, kind, found_at) VALUES (?, ?, ?, ?) ON CONFLICT (url) DO NOTHING",
        (url, host, kind, now),
    )
    query = "SELECT address_key FROM media_addresses WHERE url = ?"
    return int(connection.execute(query, (url,)).fetchone()[0])


def link_post(connection: sqlite3.Connection, post_id: int, address_key: int) -> None:
    """Note that a post shows what is at an address; a post that the archive does not hold shows nothing."""
    connection.execute(
        "INSERT OR IGNORE INTO media_links (post_id, address_key) SELECT post_id, ? FROM posts WHERE post_id = ?",
        (address_key, post_id),
    )


def hosts_to_ask(connection: sqlite3.Connection) -> tuple[str, ...]:
    """Every host that has something which is not kept."""
    query = "SELECT DISTINCT host FROM media_addresses WHERE status <> 'kept' ORDER BY host"
    return tuple(row[0] for row in connection.execute(query))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be asked for: what never was, and what failed and may be tried again.

    Attributes:
        kinds: of what kinds.
        file_limit: bytes that a file may have; what was too large for less is tried again.
    """

    kinds: frozenset[MediaKind]
    file_limit: int

    def values(self, host: str) -> dict[str, object]:
        """What the queries are asked with."""
        return {
            "host": host,
            "kinds": to_json(sorted(self.kinds)),
            "limit": self.file_limit,
            "most": MOST_ATTEMPTS,
            "few": _MOST_WHERE_NOTHING_IS,
        }


def next_wanted(
    connection: sqlite3.Connection, host: str, wish: Wish, after: int
) -> Wanted | None:
    """The next address to be asked for at a host, in the order in which they were found.

    Args:
        connection: to the archive.
        host: the host.
        wish: what is to be asked for.
        after: the number of the address before it; 0 for the first.
    """
    query = f"SELECT address_key, url, kind {_WANTED} AND address_key > :after ORDER BY address_key LIMIT 1"
    row = connection.execute(query, {**wish.values(host), "after": after}).fetchone()
    return Wanted(**dict(row)) if row is not None else None


def count_wanted(connection: sqlite3.Connection, host: str, wish: Wish) -> int:
    """How many addresses are to be asked for at a host."""
    row = connection.execute(f"SELECT count(*) {_WANTED}", wish.values(host)).fetchone()
    return int(row[0])


_WANTED = """
FROM media_addresses
WHERE host = :host AND status <> 'kept' AND kind IN (SELECT value FROM json_each(:kinds)) AND CASE status
    WHEN 'pending' THEN 1
    WHEN 'failed' THEN attempts < :most
    WHEN 'refused' THEN attempts < :few
    WHEN 'dead' THEN attempts < :few
    ELSE CASE WHEN size_limit IS NULL THEN attempts < :few ELSE size_limit < :limit END
END
"""


def keep_file(
    connection: sqlite3.Connection, address_key: int, data: bytes, media_type: str, now: str
) -> bool:
    """Keep what an address gave.

    Args:
        connection: inside a transaction.
        address_key: the address.
        data: the file.
        media_type: what it is by its bytes.
        now: the time.

    Returns:
        Whether the archive did not have this file yet.
    """
    key = hashlib.sha256(data).hexdigest()
    is_new = connection.execute("SELECT 1 FROM media WHERE sha256 = ?", (key,)).fetchone() is None
    if is_new:
        connection.execute(
            "INSERT INTO media (sha256, media_type, size, bytes) VALUES (?, ?, ?, ?)",
            (key, media_type, len(data), data),
        )
    connection.execute(
        "UPDATE media_addresses SET status = 'kept', sha256 = ?, attempts = attempts + 1, error = NULL,"
        " size_limit = NULL, fetched_at = ? WHERE address_key = ?",
        (key, now, address_key),
    )
    return is_new


def note_failure(
    connection: sqlite3.Connection, address_key: int, failure: Failure, now: str
) -> None:
    """Note why an address gave no file.

    Args:
        connection: inside a transaction.
        address_key: the address.
        failure: why.
        now: the time.
    """
    connection.execute(
        "UPDATE media_addresses SET status = ?, error = ?, size_limit = ?, attempts = attempts + ?, fetched_at = ?"
        " WHERE address_key = ?",
        (
            failure.status,
            failure.error,
            failure.size_limit,
            failure.was_asked,
            now,
            address_key,
        ),
    )


def take_failure(
    connection: sqlite3.Connection, seen: LackingMedia, *, host: str, now: str
) -> None:
    """Note why an address gave another archive no file, where nothing else is known of it.

    Args:
        connection: inside a transaction.
        seen: what the other archive knew.
        host: the address's host and port; empty: it is none that is ever asked for.
        now: the time.
    """
    if not host or seen.status not in {"dead", "failed", "refused", "unfit"}:
        return
    key = note_address(connection, seen.url, host=host, kind=seen.kind, now=now)
    connection.execute(
        "UPDATE media_addresses SET status = ?, error = ?, size_limit = ?, attempts = ?, fetched_at = ?"
        " WHERE address_key = ? AND status = 'pending' AND attempts = 0",
        (seen.status, seen.error, seen.size_limit, seen.attempts, seen.fetched_at, key),
    )


def kept_media(connection: sqlite3.Connection) -> KeptMedia:
    """How much the archive keeps."""
    row = connection.execute("SELECT count(*), coalesce(sum(size), 0) FROM media").fetchone()
    return KeptMedia(files=row[0], size=row[1])

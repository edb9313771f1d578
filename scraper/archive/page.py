"""Store pages as they came, and hand them back; headers that identify anyone are dropped before."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from parsers.records import Page
from scraper.archive.content import load_content, store_content

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from scraper.archive.database import Archive

_DROPPED = frozenset(
    ("set-cookie", "set-cookie2", "cookie", "authorization", "proxy-authorization")
)


def utc_text(moment: datetime) -> str:
    """A moment as the archive writes it: ISO 8601 in UTC, to the second, with `Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def utc_moment(text: str) -> datetime:
    """A moment that the archive wrote."""
    return datetime.fromisoformat(text)


def store_page(connection: sqlite3.Connection, run_id: int, kind: str, page: Page) -> int:
    """Keep a page.

    Args:
        connection: inside a transaction.
        run_id: the run that fetched it.
        kind: what it is, as `pages.kind` lists.
        page: what came.

    Returns:
        The archive's number for it.
    """
    headers = [(name, value) for name, value in page.headers if name.lower() not in _DROPPED]
    cursor = connection.execute(
        "INSERT INTO pages (run_id, kind, url, final_url, status, headers, redirects, fetched_at, sha256)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            run_id,
            kind,
            page.url,
            page.final_url,
            page.status,
            msgspec.json.encode(headers).decode(),
            msgspec.json.encode(page.redirects).decode(),
            utc_text(page.fetched_at),
            store_content(connection, page.body),
        ),
    )
    return cursor.lastrowid or 0


def load_page(archive: Archive, row: sqlite3.Row) -> Page:
    """The page of a row of `pages`.

    Raises:
        DamagedArchiveError: its body is missing or not what was stored.
    """
    return Page(
        url=row["url"],
        final_url=row["final_url"],
        status=row["status"],
        headers=msgspec.json.decode(row["headers"], type=tuple[tuple[str, str], ...]),
        body=load_content(archive, row["sha256"]),
        fetched_at=utc_moment(row["fetched_at"]),
        redirects=msgspec.json.decode(row["redirects"], type=tuple[str, ...]),
    )


def stored_pages(archive: Archive) -> Iterator[tuple[int, str, Page]]:
    """Every page in the order it came: its number, its kind, and what came."""
    numbers = archive.connection.execute("SELECT page_id FROM pages ORDER BY page_id").fetchall()
    for (page_id,) in numbers:
        row = archive.connection.execute(
            "SELECT * FROM pages WHERE page_id = ?", (page_id,)
        ).fetchone()
        yield page_id, row["kind"], load_page(archive, row)


def newest_page(archive: Archive, url: str, kind: str) -> Page | None:
    """The last page of a kind that came from an address."""
    row = archive.connection.execute(
        "SELECT * FROM pages WHERE url = ? AND kind = ? ORDER BY page_id DESC LIMIT 1", (url, kind)
    ).fetchone()
    return load_page(archive, row) if row else None

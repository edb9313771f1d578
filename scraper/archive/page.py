"""Store pages as they came, and hand them back; headers that identify anyone are dropped before."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from parsers.errors import DamagedArchiveError
from parsers.records import Page
from scraper.archive.content import digest, load_content, note_content, store_content
from scraper.archive.stored_json import from_json, texts, to_json

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from scraper.archive.database import Archive

_DROPPED = frozenset(
    [
        *("set-cookie", "set-cookie2", "cookie", "authorization", "proxy-authorization"),
        "x-wp-nonce",
    ]
)


def utc_text(moment: datetime) -> str:
    """A moment as the archive writes it: ISO 8601 in UTC, to the second, with `Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def utc_moment(text: str) -> datetime:
    """A moment that the archive wrote.

    Raises:
        DamagedArchiveError: it is none.
    """
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise DamagedArchiveError(
            f"The archive is damaged: it keeps “{text[:40]}” where a time belongs. Restore a copy of it."
        ) from error


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
    return _insert(connection, run_id, kind, page, store_content(connection, page.body))


def note_page(
    connection: sqlite3.Connection, run_id: int, kind: str, page: Page, sha256: str
) -> int:
    """Note that a page came whose body is not kept, as in an archive that is only made to be read out.

    Args:
        connection: inside a transaction.
        run_id: the run that read it.
        kind: what it is, as `pages.kind` lists.
        page: what came, without its body.
        sha256: of its body.

    Returns:
        The archive's number for it.
    """
    note_content(connection, sha256)
    return _insert(connection, run_id, kind, page, sha256)


def kept_headers(page: Page) -> tuple[tuple[str, str], ...]:
    """A page's headers without those that identify anyone."""
    return tuple((name, value) for name, value in page.headers if name.lower() not in _DROPPED)


def _insert(
    connection: sqlite3.Connection, run_id: int, kind: str, page: Page, sha256: str
) -> int:
    cursor = connection.execute(
        "INSERT INTO pages (run_id, kind, url, final_url, status, headers, redirects, fetched_at, sha256, viewer)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            run_id,
            kind,
            page.url,
            page.final_url,
            page.status,
            to_json(kept_headers(page)),
            to_json(page.redirects),
            utc_text(page.fetched_at),
            sha256,
            page.viewer,
        ),
    )
    return cursor.lastrowid or 0


def kept_page(connection: sqlite3.Connection, kind: str, page: Page) -> int | None:
    """The archive's number for a page that it keeps: the same body from the same address at the same time."""
    row = connection.execute(
        "SELECT page_id FROM pages WHERE kind = ? AND url = ? AND fetched_at = ? AND sha256 = ?",
        (kind, page.url, utc_text(page.fetched_at), digest(page.body)),
    ).fetchone()
    return int(row[0]) if row is not None else None


def load_page(archive: Archive, row: sqlite3.Row) -> Page:
    """The page of a row of `pages`.

    Raises:
        DamagedArchiveError: its body is missing or not what was stored.
    """
    return Page(
        url=row["url"],
        final_url=row["final_url"],
        status=row["status"],
        headers=from_json(row["headers"], tuple[tuple[str, str], ...]),
        body=load_content(archive, row["sha256"]),
        fetched_at=utc_moment(row["fetched_at"]),
        redirects=texts(row["redirects"]),
        viewer=row["viewer"],
    )


def stored_pages(archive: Archive) -> Iterator[tuple[int, str, Page]]:
    """Every page in the order of when it came from its source: its number, its kind, and what came."""
    for page_id, _ in archive.connection.execute(_AS_THEY_CAME).fetchall():
        for row in archive.connection.execute("SELECT * FROM pages WHERE page_id = ?", (page_id,)):
            yield page_id, row["kind"], load_page(archive, row)


# What runs asked for came in the order in which it was kept, even where a clock was put back; what was imported came then and
# there, whenever that was.
_AS_THEY_CAME = """
WITH dated AS (
    SELECT page_id, fetched_at, CASE WHEN run_id IN (SELECT run_id FROM requests) THEN fetched_at END AS asked_at FROM pages
)
SELECT page_id, CASE WHEN asked_at IS NULL THEN fetched_at ELSE max(asked_at) OVER (ORDER BY page_id) END AS came_at FROM dated
ORDER BY came_at, page_id
"""


def newest_pages(archive: Archive, kind: str, since: datetime) -> Iterator[Page]:
    """The last page of a kind from each address, as far as it came after a moment."""
    query = "SELECT max(page_id), * FROM pages WHERE kind = ? GROUP BY url HAVING fetched_at > ?"
    for row in archive.connection.execute(query, (kind, utc_text(since))).fetchall():
        yield load_page(archive, row)


def newest_page(archive: Archive, kind: str, url: str) -> Page | None:
    """The last page of a kind from an address."""
    query = "SELECT * FROM pages WHERE kind = ? AND url = ? ORDER BY page_id DESC LIMIT 1"
    row = archive.connection.execute(query, (kind, url)).fetchone()
    return load_page(archive, row) if row is not None else None


def newest_sitemap_index(archive: Archive) -> Page | None:
    """The last index of sitemaps that was kept."""
    query = "SELECT * FROM pages WHERE kind = 'sitemap' ORDER BY page_id DESC"
    for row in archive.connection.execute(query):
        page = load_page(archive, row)
        if b"<sitemapindex" in page.body[:2048]:
            return page
    return None


def newest_page_time(connection: sqlite3.Connection) -> str | None:
    """When the newest page came; None where there is none."""
    row = connection.execute("SELECT max(fetched_at) FROM pages").fetchone()
    return row[0] if row else None

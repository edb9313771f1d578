"""Hand on all that an archive keeps as it came, and what no page says: for web archives, and back out of them."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from parsers.page_records import (
    Asked,
    FirstCopy,
    GonePost,
    GoneTopic,
    LackingMedia,
    Observations,
    PageCollection,
    StoredMedia,
    StoredPage,
)
from scraper.archive.media import load_file
from scraper.archive.page import load_page, utc_moment
from scraper.archive.site import ZoneSource, held_host, keep_zone, site_zone

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from scraper.archive.database import Archive

_ZONE_SOURCES: dict[str, ZoneSource] = {"zone": "zone", "configured": "configured"}


@contextmanager
def page_collection(archive: Archive) -> Generator[PageCollection]:
    """All pages of an archive, read while they are consumed."""
    connection = archive.connection
    with closing(_ledger(connection)) as ledger:
        row = connection.execute(_SUMMARY).fetchone()
        yield PageCollection(
            host=held_host(connection),
            made_at=utc_moment(row["newest"]) if row["newest"] else None,
            has_members_pages=bool(row["of_members"]),
            pages=_pages(archive, ledger),
            media=_media(connection),
            observations=_observations(connection),
        )


def _ledger(connection: sqlite3.Connection) -> sqlite3.Connection:
    """The requests by what they asked for, in a file that goes with the connection: the archive has them by run only."""
    ledger = sqlite3.connect("")
    ledger.execute("CREATE TABLE asked (run_id, url, asked_at, status)")
    rows = connection.execute(
        "SELECT run_id, url, asked_at, status FROM requests WHERE status IS NOT NULL ORDER BY request_id"
    )
    ledger.executemany("INSERT INTO asked VALUES (?, ?, ?, ?)", rows)
    ledger.execute("CREATE INDEX asked_by_url ON asked (run_id, url, asked_at)")
    return ledger


_SUMMARY = """
SELECT max(fetched_at) AS newest, EXISTS (SELECT 1 FROM pages WHERE viewer <> 'guest') AS of_members FROM pages
"""


def _pages(archive: Archive, ledger: sqlite3.Connection) -> Iterator[StoredPage]:
    connection = archive.connection
    for page_id, first_id in connection.execute(_NUMBERS):
        row = connection.execute(_PAGE, (page_id,)).fetchone()
        page = load_page(archive, row)
        chain = dict.fromkeys((page.url, *page.redirects, page.final_url))
        yield StoredPage(
            number=page_id,
            kind=row["kind"],
            page=page,
            asked=tuple(_asked(ledger, row, chain)),
            first=_first(connection, first_id) if first_id not in {None, page_id} else None,
        )


# A file without an address is no answer of a site, and nothing can refer to it as if it were one.
_NUMBERS = """
SELECT pages.page_id, first_id FROM pages LEFT JOIN (
    SELECT sha256, min(page_id) AS first_id FROM pages WHERE final_url LIKE 'http%' GROUP BY sha256 HAVING count(*) > 1
) AS copied ON copied.sha256 = pages.sha256 AND final_url LIKE 'http%' ORDER BY pages.page_id
"""
_PAGE = "SELECT * FROM pages WHERE page_id = ?"


def _asked(ledger: sqlite3.Connection, row: sqlite3.Row, urls: dict[str, None]) -> Iterator[Asked]:
    for url in urls:
        found = ledger.execute(_ASKED, (row["run_id"], url, row["fetched_at"])).fetchone()
        if found is not None:
            yield Asked(url=url, asked_at=utc_moment(found[0]), status=found[1])


_ASKED = """
SELECT asked_at, status FROM asked WHERE run_id = ? AND url = ? AND asked_at <= ? ORDER BY asked_at DESC, rowid DESC LIMIT 1
"""


def _first(connection: sqlite3.Connection, page_id: int) -> FirstCopy:
    row = connection.execute(_PAGE, (page_id,)).fetchone()
    return FirstCopy(
        number=page_id, url=row["final_url"], fetched_at=utc_moment(row["fetched_at"])
    )


def _media(connection: sqlite3.Connection) -> Iterator[StoredMedia]:
    for row in connection.execute(_KEPT_MEDIA):
        yield StoredMedia(
            url=row["url"],
            kind=row["kind"],
            media_type=row["media_type"],
            fetched_at=utc_moment(row["fetched_at"]),
            body=load_file(connection, row["sha256"]),
        )


_KEPT_MEDIA = """
SELECT url, kind, media_type, fetched_at, sha256 FROM media_addresses JOIN media USING (sha256)
WHERE status = 'kept' ORDER BY url
"""
_LACKING_MEDIA = """
SELECT url, kind, status, error, attempts, size_limit, fetched_at FROM media_addresses
WHERE status NOT IN ('kept', 'pending') ORDER BY url
"""


def _observations(connection: sqlite3.Connection) -> Observations:
    zone = site_zone(connection)
    source = "configured" if zone.is_configured else "zone"
    return Observations(
        timezone=zone.name,
        timezone_source=source if zone.name is not None else None,
        posts=tuple(GonePost(**dict(row)) for row in connection.execute(_GONE_POSTS)),
        topics=tuple(GoneTopic(**dict(row)) for row in connection.execute(_GONE_TOPICS)),
        media=tuple(LackingMedia(**dict(row)) for row in connection.execute(_LACKING_MEDIA)),
    )


_GONE_POSTS = """
SELECT post_id, gone_at, gone_reason AS reason, returned_at FROM post_absences
UNION ALL SELECT post_id, gone_at, gone_reason, NULL FROM posts WHERE gone_at IS NOT NULL
ORDER BY post_id, gone_at
"""
_GONE_TOPICS = """
SELECT topic_id, url, vanished_at AS gone_at, vanished_reason AS reason FROM topics WHERE vanished_at IS NOT NULL ORDER BY topic_key
"""


def take_observations(connection: sqlite3.Connection, seen: Observations) -> None:
    """Note what another archive of the same site observed, as far as nothing that is kept says otherwise.

    Args:
        connection: inside a transaction.
        seen: what it observed.
    """
    if seen.timezone is not None and site_zone(connection).name is None:
        keep_zone(connection, seen.timezone, _ZONE_SOURCES.get(seen.timezone_source or "", "zone"))
    for post in seen.posts:
        statement = _MARK_GONE if post.returned_at is None else _NOTE_ABSENCE
        values = (post.post_id, post.gone_at, post.reason, post.returned_at)
        connection.execute(statement, values)
    for topic in seen.topics:
        connection.execute(_MARK_TOPIC, (topic.topic_id, topic.url, topic.gone_at, topic.reason))


_MARK_GONE = """
UPDATE posts SET gone_at = ?2, gone_reason = ?3 WHERE post_id = ?1 AND gone_at IS NULL AND last_seen <= ?2 AND ?4 IS NULL
"""
_NOTE_ABSENCE = """
INSERT INTO post_absences (post_id, gone_at, gone_reason, returned_at) SELECT ?1, ?2, ?3, ?4
WHERE EXISTS (SELECT 1 FROM posts WHERE post_id = ?1)
    AND NOT EXISTS (SELECT 1 FROM post_absences WHERE post_id = ?1 AND gone_at = ?2)
"""
_MARK_TOPIC = """
UPDATE topics SET vanished_at = ?3, vanished_reason = ?4
WHERE (topic_id = ?1 OR (?1 IS NULL AND url = ?2)) AND vanished_at IS NULL AND last_seen <= ?3
"""

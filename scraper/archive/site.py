"""Keep what is known of the site as a whole: its host, its home, its REST root, its time zone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from parsers.errors import UsageError

if TYPE_CHECKING:
    import sqlite3

    from scraper.archive.database import Archive

ZoneSource = Literal["zone", "configured"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteZone:
    """What is known of the site's zone.

    Attributes:
        name: an IANA name or an offset, where it is stated.
        is_configured: the user stated it.
        api_url: the REST root, which may state it.
        has_new_times: posts show times that were not held against it yet.
    """

    name: str | None
    is_configured: bool
    api_url: str | None
    has_new_times: bool


def claim_site(archive: Archive, host: str) -> None:
    """Make sure that an archive is this site's; one that knew no address takes it over with the run's first page.

    Args:
        archive: being written.
        host: host and port, a leading `www.` left out.

    Raises:
        UsageError: it is another site's.
    """
    held = held_host(archive.connection)
    if held and held != host:
        raise UsageError(
            f"{archive.path} is the archive of {held}; name another for {host} with -a."
        )


def known_addresses(connection: sqlite3.Connection) -> tuple[str, ...]:
    """Addresses of the site that the user once asked for, or that its pages came from."""
    query = """
    SELECT url FROM lists WHERE is_scope = 1
    UNION SELECT url FROM (SELECT url FROM pages WHERE kind <> 'dump' ORDER BY page_id LIMIT 1)
    """
    return tuple(row[0] for row in connection.execute(query))


def held_host(connection: sqlite3.Connection) -> str:
    """Host and port of the archive's site; empty where no page said it yet."""
    return str(connection.execute("SELECT host FROM site").fetchone()[0])


def site_home(connection: sqlite3.Connection) -> str | None:
    """The address of the site's home, where a page of WordPress links it."""
    home: str | None = connection.execute("SELECT home FROM site").fetchone()[0]
    return home


def note_site(
    connection: sqlite3.Connection,
    *,
    host: str = "",
    home: str | None = None,
    api_url: str | None = None,
) -> None:
    """Record what a page says of its site; what was known before stays, the REST root follows the newest page."""
    connection.execute(
        "UPDATE site SET host = CASE host WHEN '' THEN ? ELSE host END, home = coalesce(home, ?),"
        " api_url = coalesce(?, api_url)",
        (host, home, api_url),
    )


def site_zone(connection: sqlite3.Connection) -> SiteZone:
    """What is known of the site's zone."""
    row = connection.execute("SELECT * FROM site").fetchone()
    return SiteZone(
        name=row["timezone"],
        is_configured=row["timezone_source"] == "configured",
        api_url=row["api_url"],
        has_new_times=bool(row["has_new_times"]),
    )


def note_new_times(connection: sqlite3.Connection, *, there_are: bool) -> None:
    """Record whether posts show times that are not settled yet."""
    # By its key: SQLite prepares to undo what may concern many rows, and writes the full-text index out before, for every
    # post.
    connection.execute("UPDATE site SET has_new_times = ? WHERE site_id = 1", (there_are,))


def keep_zone(connection: sqlite3.Connection, zone: str, source: ZoneSource) -> None:
    """Record the site's zone and who stated it."""
    connection.execute("UPDATE site SET timezone = ?, timezone_source = ?", (zone, source))

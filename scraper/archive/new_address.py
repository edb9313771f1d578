"""Follow a site to a new address, so that nothing is asked for where it was; what pages have said stays as they said it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scraper.archive.site import held_host

if TYPE_CHECKING:
    import sqlite3


def move_site(connection: sqlite3.Connection, origin: str) -> None:
    """Have the lists that an archive would ask for be at a new host.

    Args:
        connection: inside a transaction.
        origin: scheme, host and port of where the site is now.
    """
    held = held_host(connection)
    for start in ("https://", "http://", "https://www.", "http://www."):
        values = {"old": f"{start}{held}/", "new": f"{origin}/"}
        for table, column in _ADDRESSES:
            connection.execute(
                f"UPDATE OR IGNORE {table} SET {column} = replace({column}, :old, :new)"  # noqa: S608  # names of this module
                f" WHERE instr({column}, :old) > 0",
                values,
            )
    host = origin.partition("://")[2].removeprefix("www.")
    connection.execute("UPDATE site SET host = ?, home = NULL, api_url = NULL", (host,))


_ADDRESSES = (
    ("lists", "url"),
    ("lists", "row_state"),
    ("lists", "row_seen"),
    ("lists", "feed_url"),
    ("list_pages", "url"),
    ("listings", "url"),
    ("listings", "state"),
    ("questions", "url"),
)


def at_home(connection: sqlite3.Connection, url: str) -> str:
    """An address of the archive's site as it is now; one of a host where it was before is the same at the new one."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    held = held_host(connection)
    if not held or host.removeprefix("www.") == held:
        return url
    row = connection.execute(_NEWEST).fetchone()
    newest = str(row[0]) if row is not None else ""
    origin = newest[: newest.find("/", newest.find("://") + 3)]
    is_home = origin.partition("://")[2].removeprefix("www.") == held
    return f"{origin if is_home else f'{scheme}://{held}'}{slash}{path}"


_NEWEST = "SELECT final_url FROM pages WHERE kind <> 'dump' ORDER BY page_id DESC LIMIT 1"

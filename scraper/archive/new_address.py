"""Follow a site to a new address, so that nothing is asked for where it was; what pages have said stays as they said it."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scraper.archive.site import held_host

if TYPE_CHECKING:
    import sqlite3

    Move = tuple[str, str]

_STARTS = ("https://", "http://", "https://www.", "http://www.")
_START = re.compile(r"https?://(?:www\.)?")


def move_site(connection: sqlite3.Connection, origin: str, now: str) -> None:
    """Have the lists that an archive would ask for be at a new host.

    Args:
        connection: inside a transaction.
        origin: scheme, host and port of where the site is now.
        now: the time.
    """
    _move(connection, f"http://{held_host(connection)}", origin, now)
    connection.execute("UPDATE site SET host = ?", (_bare(origin),))


def follow_base(connection: sqlite3.Connection, old: str, new: str, now: str) -> str | None:
    """Have them be where the site is now, if it has another scheme or is in another folder of its host than before.

    Args:
        connection: inside a transaction.
        old: an address of a page, as the archive has it.
        new: where the same page is now.
        now: the time.

    Returns:
        One sentence on the move; None where it is no move of the whole site.
    """
    before, after = _bases(old, new)
    if before == after or _host(before) != _host(after):
        return None
    _move(connection, before, after, now)
    return f"the site has moved from {before} to {after}"


def _bases(old: str, new: str) -> Move:
    """Two addresses without the path that they share; nothing is left of them where they share none."""
    one, other = urlsplit(old), urlsplit(new)
    both = zip(reversed(one.path.split("/")), reversed(other.path.split("/")), strict=False)
    shared = [part for part, _ in takewhile(lambda two: two[0] == two[1], both)]
    path = "/" + "/".join(reversed(shared)).removeprefix("/")
    if one.query != other.query or (path == "/" and not one.query):
        return "", ""
    return (
        f"{one.scheme}://{one.netloc}{one.path.removesuffix(path)}",
        f"{other.scheme}://{other.netloc}{other.path.removesuffix(path)}",
    )


def _bare(base: str) -> str:
    return _START.sub("", base, count=1)


def _host(base: str) -> str:
    return _bare(base).partition("/")[0]


def _move(connection: sqlite3.Connection, before: str, after: str, now: str) -> None:
    connection.execute(
        "INSERT INTO site_moves (old_base, new_base, seen_at) VALUES (?, ?, ?)",
        (before, after, now),
    )
    for start in _STARTS:
        values = {"old": f"{start}{_bare(before)}/", "new": f"{after}/"}
        for table, column in _ADDRESSES:
            # What is in a new folder already is in the one above it too, where the site was.
            connection.execute(
                f"UPDATE OR IGNORE {table} SET {column} = replace({column}, :old, :new)"  # noqa: S608  # names of this module
                f" WHERE instr({column}, :old) > 0 AND instr({column}, :new) = 0",
                values,
            )
    connection.execute("UPDATE site SET home = NULL, api_url = NULL")


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
    """An address of the archive's site as it is now; one of where it was before is the same at the new place."""
    for before, after in _moves(connection):
        url = _moved(url, before, after)
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


def _moves(connection: sqlite3.Connection) -> list[Move]:
    rows = connection.execute("SELECT old_base, new_base FROM site_moves ORDER BY move_id")
    return [(row[0], row[1]) for row in rows]


def _moved(url: str, before: str, after: str) -> str:
    is_there = url.startswith(f"{after}/") or not _bare(url).startswith(f"{_bare(before)}/")
    return url if is_there else after + _bare(url).removeprefix(_bare(before))


def is_same_elsewhere(connection: sqlite3.Connection, one: str, other: str) -> bool:
    """Whether two bodies differ in nothing but where the site was when they came."""
    bases = {_bare(base) for move in _moves(connection) for base in move}
    if not bases:
        return False
    # The longest first: a folder is in the one above it.
    ways = "|".join(re.escape(base) for base in sorted(bases, key=len, reverse=True))
    base = re.compile(rf"(?:https?:)?//(?:www\.)?(?:{ways})(?![\w.:-])")
    return base.sub("", one) == base.sub("", other)


_NEWEST = "SELECT final_url FROM pages WHERE kind <> 'dump' ORDER BY page_id DESC LIMIT 1"

"""Which archive a command means: the one named, the host's, or the only one in the folder."""

from __future__ import annotations

import re
from pathlib import Path

from parsers.errors import UsageError
from scraper.archive.header import is_archive
from scraper.fetch.address import parse_address

# Path parts that bbPress begins with by default: what stands before them is the folder of the site.
_FORUM_PARTS = frozenset(("forums", "forum", "topic", "topics", "reply", "replies", "view"))
# BuddyPress: what stands before a forum here is a group or a member, not a site.
_NOT_FOLDERS = frozenset(("groups", "members"))
ARCHIVE_SUFFIXES = frozenset((".db", ".sqlite", ".sqlite3"))
_UNSAFE = re.compile(r"[^A-Za-z0-9.-]+")


def archive_for_url(url: str) -> Path:
    """`HOST.db` in the current folder; `HOST_PORT.db`, `HOST_PATH.db` for a port or a site in a sub-folder.

    A leading `www.` is left out: it is the same site.

    Raises:
        UsageError: it is no web address.
    """
    address = parse_address(url)
    host = address.origin.partition("://")[2].removeprefix("www.")
    return Path(f"{_UNSAFE.sub('_', '_'.join([host, *_folder(address.path)]))}.db")


def _folder(path: str) -> list[str]:
    parts = [part for part in path.split("/") if part]
    place = next((number for number, part in enumerate(parts) if part in _FORUM_PARTS), 0)
    before = parts[:place]
    return before if _NOT_FOLDERS.isdisjoint(before) else []


def only_archive() -> Path:
    """The only threadkeep archive in the current folder.

    Raises:
        UsageError: there is none, or several.
    """
    found = sorted(
        path for path in Path().iterdir() if path.suffix in ARCHIVE_SUFFIXES and is_archive(path)
    )
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(
            "There is no archive in this folder; name one with -a, or make one with `threadkeep archive URL`."
        )
    raise UsageError(
        f"There are several archives here ({', '.join(map(str, found))}); name one with -a."
    )

"""List what an archive lacks: open and accepted gaps of topics and lists, and addresses that could not be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scraper.archive.database import Archive


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingThing:
    """Something that the site claims and the archive lacks.

    Attributes:
        topic_key: the archive's number of the topic that it is missing of; None where it is missing of a list.
        of: the title of the topic or the list.
        url: its address on the site.
        code: a short stable name.
        detail: one sentence.
        missing: how many posts or topics, where known.
        first_seen: when it was found, in UTC.
        accepted_at: when somebody accepted it; None: it counts.
    """

    topic_key: int | None
    of: str
    url: str | None
    code: str
    detail: str
    missing: int | None
    first_seen: str
    accepted_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadAddress:
    """An address that is still to be read, or could not be.

    Attributes:
        url: the address.
        title: of what should be there.
        error: how it failed; None: it was not tried yet.
    """

    url: str
    title: str | None
    error: str | None


_GAPS = """
SELECT * FROM (
    SELECT topics.topic_key, title AS of, url, code, detail, missing, gaps.first_seen, accepted_at
    FROM gaps JOIN topics USING (topic_key)
    UNION ALL
    SELECT NULL, title, url, code, detail, missing, list_gaps.first_seen, accepted_at FROM list_gaps JOIN lists USING (list_key)
) ORDER BY accepted_at IS NOT NULL, topic_key IS NOT NULL, topic_key
"""
_UNREAD = """
SELECT frontier.url, title, error FROM frontier JOIN topics USING (topic_key)
UNION ALL SELECT url, title, error FROM listings WHERE error IS NOT NULL OR (reason IS NOT NULL AND topic_key IS NULL)
UNION ALL SELECT url, title, error FROM lists WHERE error IS NOT NULL
"""


def missing_things(archive: Archive) -> tuple[MissingThing, ...]:
    """Every gap, those first that nobody has accepted."""
    return tuple(MissingThing(**dict(row)) for row in archive.connection.execute(_GAPS))


def count_unread(archive: Archive) -> int:
    """How many addresses of the site could not be read, or are still to be."""
    row = archive.connection.execute(f"SELECT count(*) FROM ({_UNREAD})").fetchone()  # noqa: S608  a query of our own
    return int(row[0])


def unread_addresses(archive: Archive, first: int, count: int) -> tuple[UnreadAddress, ...]:
    """Some of the addresses of the site that could not be read, or are still to be.

    Args:
        archive: opened to be read.
        first: how many are left out before.
        count: how many at most.
    """
    rows = archive.connection.execute(f"{_UNREAD} ORDER BY url LIMIT ? OFFSET ?", (count, first))
    return tuple(UnreadAddress(**dict(row)) for row in rows)

"""Reckon anew since when the pages of a topic have listed what they list: what was erased has never been listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scraper.archive.page import load_page
from scraper.archive.topic_writer import goes_on, listed_posts
from scraper.sync.erased_page import topic_on

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from parsers.records import TopicPage
    from scraper.archive.database import Archive


def reckon_steadiness(
    archive: Archive, connection: sqlite3.Connection, topic_keys: Iterable[int]
) -> None:
    """Reckon it anew for every page of some topics.

    Args:
        archive: gives the stored pages, out of which everything has been taken.
        connection: inside a transaction.
        topic_keys: the topics.
    """
    for key in topic_keys:
        for row in connection.execute(_PLACES, (key,)).fetchall():
            place = (row["topic_key"], row["number"], row["part"])
            _keep(connection, place, _copies(archive, connection, row["url"], place[1:]))


def _keep(
    connection: sqlite3.Connection,
    place: tuple[int, int, int],
    copies: Iterable[tuple[int, TopicPage]],
) -> None:
    before: tuple[int, TopicPage] | None = None
    since: tuple[int, int | None, int | None] | None = None
    for page_id, found in copies:
        is_same = before is not None and goes_on(listed_posts(before[1]), listed_posts(found))
        if since is None or not is_same:
            total = found.claim.total if found.claim is not None else None
            since = (page_id, total, before[0] if before is not None else None)
        before = (page_id, found)
    if since is not None:
        connection.execute(_STEADY, (*since, *place))


def _copies(
    archive: Archive, connection: sqlite3.Connection, url: str, place: tuple[int, int]
) -> Iterator[tuple[int, TopicPage]]:
    """The stored copies of a page, as they came."""
    for row in connection.execute(_COPIES, (url,)).fetchall():
        found = topic_on(load_page(archive, row), row["kind"])
        if found is not None and (found.pager.current, found.part) == place:
            yield row["page_id"], found


# Of a page that was read once nothing can have moved.
_PLACES = "SELECT * FROM topic_pages WHERE topic_key = ? AND (moved_from IS NOT NULL OR steady_since <> page_id)"
_COPIES = """
SELECT * FROM pages WHERE final_url = ? AND kind IN ('topic', 'dump') ORDER BY fetched_at, page_id
"""
_STEADY = """
UPDATE topic_pages SET steady_since = ?, steady_total = ?, moved_from = ? WHERE topic_key = ? AND number = ? AND part = ?
"""

"""Read where an archive's posts come from, as formats for research tell it; what was typed to make it is not among it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from parsers.origin import GapCount, Origin, OriginRun, RobotsFile, SourcePage
from scraper.archive.content import load_content

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from parsers.forum_tree import ForumTree
    from scraper.archive.database import Archive

_LONGEST_ROBOTS = 20_000
_FACTS = """
SELECT host, home, name, timezone,
    (SELECT min(fetched_at) FROM pages) AS first_fetched, (SELECT max(fetched_at) FROM pages) AS last_fetched,
    (SELECT count(*) FROM pages) AS pages, (SELECT count(*) FROM topics) AS topics, (SELECT count(*) FROM posts) AS posts
FROM site
"""
_RUNS = "SELECT started_at, ended_at, exit_code, requests, pages FROM runs ORDER BY run_id"
_ROBOTS = """
SELECT url, min(fetched_at) AS fetched_at, status, sha256 FROM pages WHERE kind = 'robots'
GROUP BY url, status, sha256 ORDER BY min(page_id)
"""
_GAPS = """
SELECT code, count(*) AS gaps, cast(total(missing) AS INTEGER) AS missing
FROM (SELECT code, missing FROM gaps UNION ALL SELECT code, missing FROM list_gaps) GROUP BY code ORDER BY code
"""
_PAGES = """
SELECT sha256, url, final_url, status, fetched_at, viewer FROM pages
WHERE page_id IN (SELECT page_id FROM posts UNION SELECT page_id FROM revisions) ORDER BY page_id
"""


def origin_of(archive: Archive) -> Origin:
    """Where an archive's posts come from.

    Args:
        archive: opened to be read; has to stay open while pages are taken.
    """
    connection = archive.connection
    return Origin(
        **dict(connection.execute(_FACTS).fetchone()),
        runs=tuple(OriginRun(**dict(row)) for row in connection.execute(_RUNS)),
        robots=tuple(_robots(archive, row) for row in connection.execute(_ROBOTS).fetchall()),
        gaps=tuple(GapCount(**dict(row)) for row in connection.execute(_GAPS)),
        source_pages=partial(_pages, connection),
        forum_tree=partial(_forum_tree, archive),
    )


def _robots(archive: Archive, row: sqlite3.Row) -> RobotsFile:
    has_text = 200 <= row["status"] < 300
    body = load_content(archive, row["sha256"])[:_LONGEST_ROBOTS] if has_text else b""
    return RobotsFile(**dict(row), text=body.decode("utf-8", "replace"))


def _pages(connection: sqlite3.Connection) -> Iterator[SourcePage]:
    for row in connection.execute(_PAGES):
        yield SourcePage(**dict(row))


def _forum_tree(archive: Archive) -> ForumTree:
    from scraper.archive.forum_tree import forum_tree  # noqa: PLC0415  # it loads every parser

    return forum_tree(archive)

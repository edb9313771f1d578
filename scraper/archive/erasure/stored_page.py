"""Put other bytes in the place of stored pages, and remove pages; nothing of what was there stays in another body's packing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scraper.archive.content import load_content, store_content
from scraper.archive.stored_json import to_json
from scraper.archive.topic_writer import listed_posts, problems_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from parsers.records import Page, ParsedPost, TopicPage
    from scraper.archive.database import Archive


def replace_page(connection: sqlite3.Connection, page_id: int, page: Page) -> None:
    """Keep other bytes of a page than those that came."""
    connection.execute(
        "UPDATE pages SET sha256 = ?, headers = ? WHERE page_id = ?",
        (store_content(connection, page.body), to_json(page.headers), page_id),
    )


def note_way(connection: sqlite3.Connection, page_id: int, now: str, way: str) -> None:
    """Note that a page is no longer as it came, and what was done to it."""
    connection.execute(
        "INSERT OR REPLACE INTO erased_pages (page_id, erased_at, way) VALUES (?, ?, ?)",
        (page_id, now, way),
    )


def note_what_is_left(connection: sqlite3.Connection, page_id: int, found: TopicPage) -> None:
    """Have what is known of a topic's page be what it says now."""
    connection.execute(
        "UPDATE topic_pages SET post_ids = ?, erased = ?, problems = ? WHERE page_id = ?",
        (
            to_json(listed_posts(found)),
            found.erased,
            to_json(list(problems_of(found))),
            page_id,
        ),
    )


def remove_page(connection: sqlite3.Connection, page_id: int) -> bool:
    """Remove a page that no record names.

    Returns:
        Whether it went.
    """
    if any(connection.execute(query, (page_id,)).fetchone() for query in _USES):
        return False
    for statement in _PAGE:
        connection.execute(statement, (page_id,))
    return True


_USES = (
    "SELECT 1 FROM posts WHERE page_id = ?",
    "SELECT 1 FROM revisions WHERE page_id = ?",
    "SELECT 1 FROM post_moves WHERE page_id = ?",
    "SELECT 1 FROM topic_pages WHERE ?1 IN (page_id, steady_since, moved_from)",
    "SELECT 1 FROM list_pages WHERE page_id = ?",
    "SELECT 1 FROM list_entries WHERE page_id = ?",
)
_PAGE = (
    "DELETE FROM media_pages WHERE page_id = ?",
    "DELETE FROM erased_pages WHERE page_id = ?",
    "DELETE FROM pages WHERE page_id = ?",
)


def drop_contents(archive: Archive, connection: sqlite3.Connection) -> None:
    """Remove the bodies that no page is of any more; those that were packed against one are packed anew.

    Args:
        archive: gives the bodies.
        connection: inside a transaction.
    """
    connection.execute("PRAGMA defer_foreign_keys = ON")
    # A body that goes is no base for others: bases are looked for by their size.
    connection.execute(_HIDE)
    for row in connection.execute(_DEPENDENT).fetchall():
        connection.execute(_SHOW_BASE, (row["base"],))
        body = load_content(archive, row["sha256"])
        connection.execute(_HIDE_BASE, (row["base"],))
        connection.execute("DELETE FROM contents WHERE sha256 = ?", (row["sha256"],))
        store_content(connection, body)
    while connection.execute(_UNUSED).rowcount:
        pass


_HIDE = "UPDATE contents SET size = -size WHERE sha256 NOT IN (SELECT sha256 FROM pages)"
_SHOW_BASE = "UPDATE contents SET size = abs(size) WHERE sha256 = ?"
_HIDE_BASE = "UPDATE contents SET size = -abs(size) WHERE sha256 = ?"
_DEPENDENT = """
SELECT content.sha256, content.base FROM contents AS content JOIN contents AS base ON base.sha256 = content.base
WHERE content.sha256 IN (SELECT sha256 FROM pages) AND base.sha256 NOT IN (SELECT sha256 FROM pages)
"""
_UNUSED = """
DELETE FROM contents WHERE sha256 NOT IN (SELECT sha256 FROM pages)
    AND sha256 NOT IN (SELECT base FROM contents WHERE base IS NOT NULL)
"""


def numbered_pages(connection: sqlite3.Connection) -> Iterator[int]:
    """The numbers of all pages, as they came."""
    rows = connection.execute("SELECT page_id FROM pages ORDER BY fetched_at, page_id")
    return iter([row[0] for row in rows.fetchall()])


def change_post(connection: sqlite3.Connection, page_id: int, post: ParsedPost) -> None:
    """Have a post be recorded as the page says it that it was last seen on."""
    connection.execute(
        "UPDATE posts SET edits = ?, reply_to = ?, problems = ? WHERE post_id = ? AND page_id = ?",
        (
            to_json(post.edits),
            post.reply_to,
            to_json([str(problem) for problem in post.problems]),
            post.post_id,
            page_id,
        ),
    )

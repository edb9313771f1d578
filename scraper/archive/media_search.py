"""Which bodies and pages of an archive were looked through for pictures and files, and which are still to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scraper.archive.page import load_page

if TYPE_CHECKING:
    import sqlite3

    from parsers.records import Page
    from scraper.archive.database import Archive

_BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenBody:
    """A body that was seen of a post.

    Attributes:
        post_id: the post.
        revision: which of its bodies.
        body_html: the body.
        base: the address of the page that it stood on.
        is_cut: the rest of it was not seen yet.
    """

    post_id: int
    revision: int
    body_html: str
    base: str
    is_cut: bool


def next_bodies(connection: sqlite3.Connection, after: tuple[int, int]) -> tuple[SeenBody, ...]:
    """Some bodies that were not looked through yet, or not to their end.

    Args:
        connection: to the archive.
        after: the post and the revision to go on behind; `(0, 0)` for the first.
    """
    rows = connection.execute(_BODIES, (*after, _BATCH)).fetchall()
    return tuple(
        SeenBody(
            post_id=row["post_id"],
            revision=row["revision"],
            body_html=row["body_html"],
            base=row["final_url"],
            is_cut=bool(row["is_cut"]),
        )
        for row in rows
    )


_BODIES = """
SELECT post_id, revision, body_html, final_url, is_cut
FROM revisions JOIN pages USING (page_id)
WHERE (post_id, revision) > (?, ?)
    AND NOT EXISTS (SELECT 1 FROM media_bodies AS known
                    WHERE known.post_id = revisions.post_id AND known.revision = revisions.revision)
ORDER BY post_id, revision LIMIT ?
"""


def note_body(connection: sqlite3.Connection, body: SeenBody) -> None:
    """Note that a body was looked through; one that is cut will be again.

    Args:
        connection: inside a transaction.
        body: the body.
    """
    if not body.is_cut:
        connection.execute(
            "INSERT OR IGNORE INTO media_bodies (post_id, revision) VALUES (?, ?)",
            (body.post_id, body.revision),
        )


def pages_to_search(connection: sqlite3.Connection, *, with_avatars: bool) -> tuple[int, ...]:
    """The pages that show a post as it was last seen, as far as they were not looked through yet."""
    rows = connection.execute(_PAGES, (with_avatars,))
    return tuple(row[0] for row in rows.fetchall())


_PAGES = """
SELECT DISTINCT posts.page_id FROM posts JOIN pages USING (page_id)
WHERE pages.kind = 'topic' AND NOT EXISTS (
    SELECT 1 FROM media_pages WHERE media_pages.page_id = posts.page_id AND has_avatars >= ?)
ORDER BY posts.page_id
"""


def page_to_search(archive: Archive, page_id: int) -> Page:
    """A page by its number.

    Raises:
        DamagedArchiveError: its body is missing, or not what was stored.
    """
    row = archive.connection.execute(
        "SELECT * FROM pages WHERE page_id = ?", (page_id,)
    ).fetchone()
    return load_page(archive, row)


def note_page(connection: sqlite3.Connection, page_id: int, *, with_avatars: bool) -> None:
    """Note that a page was looked through.

    Args:
        connection: inside a transaction.
        page_id: the page.
        with_avatars: for pictures of authors as well.
    """
    connection.execute(
        "INSERT INTO media_pages (page_id, has_avatars) VALUES (?, ?)"
        " ON CONFLICT (page_id) DO UPDATE SET has_avatars = max(has_avatars, excluded.has_avatars)",
        (page_id, with_avatars),
    )


def set_avatar(connection: sqlite3.Connection, post_id: int, url: str) -> None:
    """Note the picture of a post's author, who has an account: one name of guests can be several people.

    Args:
        connection: inside a transaction.
        post_id: the post.
        url: the picture's address.
    """
    connection.execute(
        "UPDATE authors SET avatar_url = ? WHERE is_guest = 0 AND is_deleted IS NOT 1"
        " AND author_id = (SELECT author_id FROM posts WHERE post_id = ?)",
        (url, post_id),
    )


def has_account(connection: sqlite3.Connection, post_id: int) -> bool:
    """Whether the author of a post has an account, as far as its page tells."""
    row = connection.execute(_HAS_ACCOUNT, (post_id,)).fetchone()
    return row is not None


_HAS_ACCOUNT = """
SELECT 1 FROM posts JOIN authors USING (author_id) WHERE post_id = ? AND is_guest = 0 AND is_deleted IS NOT 1
"""

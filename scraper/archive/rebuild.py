"""Empty an archive of what was read from its pages, so that it can be read anew, and put back what pages do not say."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from parsers.errors import DamagedArchiveError
from scraper.archive.search_index import forget_index


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What no single page says.

    Attributes:
        gone: post id, when it was found gone, why.
        absences: post id, when it was found gone, why, when it was back.
        topics: topic key, title, when it was found gone, why.
        avatars: name, address, number, whether it is a guest's, whether it is gone: an account, and its picture's address.
        links: post id, what it shows by its address key.
        bodies: post id, revision: bodies that were looked through for what they show.
    """

    gone: tuple[tuple[object, ...], ...]
    absences: tuple[tuple[object, ...], ...]
    topics: tuple[tuple[object, ...], ...]
    avatars: tuple[tuple[object, ...], ...]
    links: tuple[tuple[object, ...], ...]
    bodies: tuple[tuple[object, ...], ...]


def forget_records(connection: sqlite3.Connection) -> History:
    """Remove every record that pages can give again; topics stay, since addresses and gaps name them.

    Args:
        connection: inside a transaction.

    Raises:
        DamagedArchiveError: the file contradicts itself.
    """
    found = {
        name: tuple(tuple(row) for row in connection.execute(query))
        for name, query in _HISTORY.items()
    }
    history = History(**found)
    forget_index(connection)
    try:
        for statement in _FORGET:
            connection.execute(statement)
    except sqlite3.IntegrityError as error:
        raise DamagedArchiveError(
            "The archive is damaged: its tables and their indexes contradict each other. Restore a copy of it."
        ) from error
    return history


_HISTORY = {
    "gone": "SELECT post_id, gone_at, gone_reason FROM posts WHERE gone_at IS NOT NULL",
    "absences": "SELECT post_id, gone_at, gone_reason, returned_at FROM post_absences",
    "topics": "SELECT topic_key, title, vanished_at, vanished_reason FROM topics",
    "avatars": "SELECT avatar_url, name, url, user_id, is_guest, is_deleted FROM authors WHERE avatar_url IS NOT NULL",
    "links": "SELECT post_id, address_key FROM media_links",
    "bodies": "SELECT post_id, revision FROM media_bodies",
}
_FORGET = (
    "DELETE FROM settled_times",
    "DELETE FROM unsettled_posts",
    "DELETE FROM media_links",
    "DELETE FROM media_bodies",
    "DELETE FROM post_moves",
    "DELETE FROM post_absences",
    "DELETE FROM author_changes",
    "DELETE FROM topic_changes WHERE field <> 'gone'",
    "DELETE FROM revisions",
    "DELETE FROM posts",
    "DELETE FROM topic_pages",
    "DELETE FROM authors",
    """
    UPDATE topics SET title = '', forum_id = NULL, url = CASE WHEN topic_id IS NULL THEN url END, status = NULL, sticky = 'no', stated_replies = NULL,
        vanished_at = NULL, vanished_reason = NULL
    """,
    "DELETE FROM forums",
)


def restore_history(connection: sqlite3.Connection, history: History) -> None:
    """Put back what had been found gone, and the titles of topics that no page shows any more."""
    for name, statement in _RESTORE.items():
        connection.executemany(statement, getattr(history, name))


_RESTORE = {
    "gone": "UPDATE posts SET gone_at = ?2, gone_reason = ?3 WHERE post_id = ?1",
    "absences": """
    INSERT INTO post_absences (post_id, gone_at, gone_reason, returned_at) SELECT ?1, ?2, ?3, ?4
    WHERE EXISTS (SELECT 1 FROM posts WHERE post_id = ?1)
    """,
    "topics": """
    UPDATE topics SET title = CASE title WHEN '' THEN ?2 ELSE title END, vanished_at = ?3, vanished_reason = ?4
    WHERE topic_key = ?1
    """,
    "avatars": """
    UPDATE authors SET avatar_url = ? WHERE name = ? AND url IS ? AND user_id IS ? AND is_guest = ? AND is_deleted IS ?
    """,
    "links": """
    INSERT INTO media_links (post_id, address_key) SELECT ?1, ?2 WHERE EXISTS (SELECT 1 FROM posts WHERE post_id = ?1)
    """,
    "bodies": """
    INSERT INTO media_bodies (post_id, revision) SELECT ?1, ?2
    WHERE EXISTS (SELECT 1 FROM revisions WHERE post_id = ?1 AND revision = ?2)
    """,
}

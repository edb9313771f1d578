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
    """

    gone: tuple[tuple[int, str, str], ...]


def forget_records(connection: sqlite3.Connection) -> History:
    """Remove every record that pages can give again; topics stay, since addresses and gaps name them.

    Args:
        connection: inside a transaction.

    Raises:
        DamagedArchiveError: the file contradicts itself.
    """
    gone = connection.execute(
        "SELECT post_id, gone_at, gone_reason FROM posts WHERE gone_at IS NOT NULL"
    )
    history = History(gone=tuple((row[0], row[1], row[2]) for row in gone))
    forget_index(connection)
    try:
        for statement in _FORGET:
            connection.execute(statement)
    except sqlite3.IntegrityError as error:
        raise DamagedArchiveError(
            "The archive is damaged: its tables and their indexes contradict each other. Restore a copy of it."
        ) from error
    return history


_FORGET = (
    "DELETE FROM revisions",
    "DELETE FROM posts",
    "DELETE FROM topic_pages",
    "DELETE FROM authors",
    "UPDATE topics SET forum_id = NULL, url = NULL, status = NULL, sticky = 'no', stated_replies = NULL",
    "DELETE FROM forums",
)


def restore_history(connection: sqlite3.Connection, history: History) -> None:
    """Put back what had been found gone."""
    connection.executemany(
        "UPDATE posts SET gone_at = ?, gone_reason = ? WHERE post_id = ?",
        [(gone_at, reason, post_id) for post_id, gone_at, reason in history.gone],
    )

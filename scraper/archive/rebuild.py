"""Empty an archive of what was read from its pages, so that it can be read anew, and put back what pages do not say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3


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
    """
    gone = connection.execute(
        "SELECT post_id, gone_at, gone_reason FROM posts WHERE gone_at IS NOT NULL"
    )
    history = History(gone=tuple((row[0], row[1], row[2]) for row in gone))
    for statement in _FORGET:
        connection.execute(statement)
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

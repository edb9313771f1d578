"""Read the forums that a topic stands in, and those inside a forum."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

_PATH = """
WITH RECURSIVE path (forum_id, parent_id, title, depth) AS (
    SELECT forum_id, parent_id, title, 0 FROM forums WHERE forum_id = ?
    UNION ALL SELECT forums.forum_id, forums.parent_id, forums.title, depth + 1
    FROM forums JOIN path ON forums.forum_id = path.parent_id
) SELECT title FROM path ORDER BY depth DESC
"""
_INSIDE = """
WITH RECURSIVE inside (forum_id) AS (
    SELECT forum_id FROM forums WHERE folded(title) = folded(?)
    UNION SELECT forums.forum_id FROM forums JOIN inside ON forums.parent_id = inside.forum_id
) SELECT forum_id FROM inside
"""


def forum_titles(connection: sqlite3.Connection, forum_id: int | None) -> tuple[str, ...]:
    """The titles from the root down to a forum."""
    return tuple(row[0] for row in connection.execute(_PATH, (forum_id,)))


def forums_inside(connection: sqlite3.Connection, title: str) -> tuple[int, ...]:
    """The forums of a title, whatever its case and diacritics, and all inside them.

    Args:
        connection: knows the function `folded`.
        title: as shown.
    """
    return tuple(row[0] for row in connection.execute(_INSIDE, (title,)))

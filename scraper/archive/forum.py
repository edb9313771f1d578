"""Read the forums that a topic stands in, and those inside a forum."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parsers.records import ForumLink

if TYPE_CHECKING:
    import sqlite3

_PATH = """
WITH RECURSIVE path (forum_id, parent_id, title, url, depth) AS (
    SELECT forum_id, parent_id, title, url, 0 FROM forums WHERE forum_id = ?
    UNION ALL SELECT forums.forum_id, forums.parent_id, forums.title, forums.url, depth + 1
    FROM forums JOIN path ON forums.forum_id = path.parent_id
) SELECT title, url FROM path ORDER BY depth DESC
"""
_INSIDE = """
WITH RECURSIVE inside (forum_id) AS (
    SELECT forum_id FROM forums WHERE folded(title) = folded(?)
    UNION SELECT forums.forum_id FROM forums JOIN inside ON forums.parent_id = inside.forum_id
) SELECT forum_id FROM inside
"""


_NOT_LISTED = """
WITH RECURSIVE named (forum_id) AS (
    SELECT forum_id FROM topics WHERE crawl_run >= ?
    UNION SELECT parent_id FROM forums JOIN named USING (forum_id) WHERE parent_id IS NOT NULL
)
SELECT title, url FROM forums JOIN named USING (forum_id)
WHERE url IS NOT NULL AND url NOT IN (SELECT url FROM lists)
"""


def forum_titles(connection: sqlite3.Connection, forum_id: int | None) -> tuple[str, ...]:
    """The titles from the root down to a forum."""
    return tuple(link.title for link in forum_path(connection, forum_id))


def forum_path(connection: sqlite3.Connection, forum_id: int | None) -> tuple[ForumLink, ...]:
    """The forums from the root down to one, with their addresses."""
    rows = connection.execute(_PATH, (forum_id,))
    return tuple(ForumLink(title=row[0], url=row[1]) for row in rows)


def forums_inside(connection: sqlite3.Connection, title: str) -> tuple[int, ...]:
    """The forums of a title, whatever its case and diacritics, and all inside them.

    Args:
        connection: knows the function `folded`.
        title: as shown.
    """
    return tuple(row[0] for row in connection.execute(_INSIDE, (title,)))


def forums_not_listed(connection: sqlite3.Connection, since: int) -> list[tuple[str, str]]:
    """Title and address of the forums that topics say they are in, and that no list of the archive is.

    Args:
        connection: to the archive.
        since: the first run that counts: what a topic said before, a forum may have had another address.
    """
    rows = connection.execute(_NOT_LISTED, (since,))
    return [(row[0], row[1]) for row in rows]

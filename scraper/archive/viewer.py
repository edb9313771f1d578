"""As whom pages were read: who sees less than an earlier reader cannot tell what has vanished."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parsers.errors import UsageError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection

    from parsers.records import Viewer
    from scraper.archive.database import Archive


def has_members_pages(connection: sqlite3.Connection) -> bool:
    """Whether anything in an archive was read by somebody who was logged in."""
    query = "SELECT 1 FROM pages WHERE viewer <> 'guest' LIMIT 1"
    return connection.execute(query).fetchone() is not None


def check_viewer(archive: Archive, *, is_guest: bool, as_guest: bool) -> None:
    """Refuse to go on as a guest with what a member began, unless the user says so.

    Raises:
        UsageError: the archive has members' pages, and nobody is logged in or said that this is meant.
    """
    if is_guest and not as_guest and has_members_pages(archive.connection):
        raise UsageError(
            f"{archive.path} was made logged in, and a guest does not see all of it; log in with --cookies or --login, "
            "or say --as-guest: what only members saw then stays as it is."
        )


def sees_less(connection: sqlite3.Connection, topic_key: int, viewer: Viewer) -> bool:
    """Whether a topic was last read by somebody who sees more: that it is not there then means nothing.

    Args:
        connection: of the archive.
        topic_key: the topic.
        viewer: who finds that it is not there.
    """
    return connection.execute(_SEES_LESS, (topic_key, viewer)).fetchone() is not None


def sees_less_of_list(connection: sqlite3.Connection, list_key: int, viewer: Viewer) -> bool:
    """Whether a list was last read by somebody who sees more; see `sees_less`."""
    return connection.execute(_SEES_LESS_OF_LIST, (list_key, viewer)).fetchone() is not None


def page_of_moderators(connection: sqlite3.Connection, but_not_of: Collection[int]) -> str | None:
    """The address of a topic's page on which a moderator was shown to be one; None where there is none.

    Args:
        connection: of the archive.
        but_not_of: topics that may not be there any more.
    """
    rows = connection.execute(_OF_MODERATORS)
    return next((row["url"] for row in rows if row["topic_key"] not in but_not_of), None)


# The names' places in that text are in the order of what those see who are called so.
_SEES_LESS = """
SELECT 1 FROM topic_pages JOIN pages USING (page_id)
WHERE topic_key = ? AND instr('guest member moderator', viewer) > instr('guest member moderator', ?)
"""
_OF_MODERATORS = """
SELECT topic_key, topic_pages.url FROM topic_pages JOIN pages USING (page_id) JOIN topics USING (topic_key)
WHERE viewer = 'moderator' AND vanished_at IS NULL ORDER BY page_id DESC
"""
_SEES_LESS_OF_LIST = """
SELECT 1 FROM list_pages JOIN pages USING (page_id)
WHERE list_key = ? AND instr('guest member moderator', viewer) > instr('guest member moderator', ?)
"""

"""Everybody whose name an archive knows: who wrote posts, who edited them, and what these were called before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parsers.records import Author

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scraper.archive.database import Archive

_AUTHORS = "SELECT name, url, slug, user_id, is_guest, is_deleted FROM authors ORDER BY author_id"
_FORMER = """
SELECT value AS name, author_url AS url, user_id FROM (
    SELECT change_id, author_url, user_id, old_value AS value FROM author_changes WHERE field = 'name'
    UNION ALL SELECT change_id, author_url, user_id, new_value FROM author_changes WHERE field = 'name'
) WHERE value <> '' ORDER BY change_id, value
"""
_EDITORS = """
SELECT DISTINCT json_extract(edits.value, '$.editor') AS name FROM posts, json_each(posts.edits) AS edits
WHERE posts.edits <> '[]' AND name <> '' ORDER BY name
"""


def known_authors(archive: Archive) -> Iterator[Author]:
    """Everybody, some more than once; who only edited, by the name alone."""
    connection = archive.connection
    for row in connection.execute(_AUTHORS):
        is_deleted = None if row["is_deleted"] is None else bool(row["is_deleted"])
        yield Author(
            name=row["name"],
            url=row["url"],
            slug=row["slug"],
            user_id=row["user_id"],
            is_guest=bool(row["is_guest"]),
            is_deleted=is_deleted,
        )
    for row in connection.execute(_FORMER):
        yield Author(name=row["name"], url=row["url"], user_id=row["user_id"])
    for row in connection.execute(_EDITORS):
        yield Author(name=row["name"])

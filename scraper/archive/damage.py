"""Find what contradicts itself in an archive's file: broken pages of SQLite's, lost rows, stored pages that went bad."""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parsers.errors import DamagedArchiveError
from scraper.archive.content import load_content
from scraper.archive.media import load_file
from scraper.archive.search_index import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scraper.archive.database import Archive

# What stored pages give again; a lost row of another table is lost.
_REBUILDABLE = frozenset(
    {"posts", "revisions", "authors", "forums", "topic_pages", "search_entries"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """One contradiction.

    Attributes:
        sentence: what it is.
        is_rebuildable: `threadkeep reparse` makes it good, from the stored pages.
    """

    sentence: str
    is_rebuildable: bool = False


def damage_of(archive: Archive) -> Iterator[Damage]:
    """Every contradiction that is found without reading the stored pages anew."""
    connection = archive.connection
    # Only the first of what may be many, and without the lines that SQLite puts around it.
    found = str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
    if found != "ok":
        yield Damage(sentence=f"SQLite finds: {found.splitlines()[-1]}.")
    yield from _lost_rows(connection)
    yield from _bad_contents(archive)
    yield from _bad_media(connection)
    count = connection.execute(_BODILESS).fetchone()[0]
    if count:
        who = f"{count} posts lack their" if count > 1 else "1 post lacks its"
        yield Damage(sentence=f"{who} newest body.", is_rebuildable=True)
    yield from _bad_index(connection)


def _lost_rows(connection: sqlite3.Connection) -> Iterator[Damage]:
    broken = Counter(
        (row[0], row[2]) for row in connection.execute("PRAGMA foreign_key_check").fetchall()
    )
    for (table, parent), count in broken.items():
        yield Damage(
            sentence=f"{count} rows of “{table}” name a row of “{parent}” that is not there.",
            is_rebuildable=table in _REBUILDABLE and parent in _REBUILDABLE,
        )
    if connection.execute("SELECT count(*) FROM site").fetchone()[0] != 1:
        yield Damage(sentence="It does not say whose it is: the row of “site” is missing.")

    for row in connection.execute(_TWO_ADDRESSES):
        yield Damage(
            sentence=f"Stored page {row['page_id']} has two addresses: {row['url']} and {row['final_url']}."
        )


_TWO_ADDRESSES = """
SELECT page_id, topic_pages.url, final_url FROM topic_pages JOIN pages USING (page_id) WHERE topic_pages.url <> final_url
"""


def _bad_contents(archive: Archive) -> Iterator[Damage]:
    for row in archive.connection.execute(_CONTENTS).fetchall():
        try:
            load_content(archive, row["sha256"] or "")
        except DamagedArchiveError as error:
            yield Damage(sentence=f"{error} It came from {row['url'] or 'a file'}.")


def _bad_media(connection: sqlite3.Connection) -> Iterator[Damage]:
    for row in connection.execute(_MEDIA).fetchall():
        try:
            load_file(connection, row["sha256"])
        except DamagedArchiveError as error:
            yield Damage(sentence=f"{error} It came from {row['url'] or 'nowhere'}.")


_MEDIA = """
SELECT media.sha256 AS sha256, coalesce(min(url), '') AS url FROM media LEFT JOIN media_addresses USING (sha256)
GROUP BY media.sha256 ORDER BY media.sha256
"""
_BODILESS = """
SELECT count(*) FROM posts LEFT JOIN revisions USING (post_id, revision) WHERE body_html IS NULL
"""
_CONTENTS = """
SELECT sha256, coalesce(max(url), '') AS url FROM contents LEFT JOIN pages USING (sha256) GROUP BY sha256 ORDER BY sha256
"""


def _bad_index(connection: sqlite3.Connection) -> Iterator[Damage]:
    count = connection.execute(_UNINDEXED).fetchone()[0]
    if count:
        who = f"{count} posts are" if count > 1 else "1 post is"
        yield Damage(sentence=f"{who} not in the full-text index.", is_rebuildable=True)
    try:
        with vocabulary(connection):
            connection.execute("SELECT count(*) FROM temp.vocabulary").fetchone()
    except sqlite3.DatabaseError as error:
        yield Damage(
            sentence=f"The full-text index cannot be read ({error}).", is_rebuildable=True
        )


_UNINDEXED = """
SELECT count(*) FROM posts LEFT JOIN search_entries USING (post_id)
    LEFT JOIN search_index_docsize ON search_index_docsize.id = entry_id WHERE search_index_docsize.id IS NULL
"""

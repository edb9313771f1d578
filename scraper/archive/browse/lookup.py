"""Find what an address or a number of the original site is in the archive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scraper.archive.database import Archive

_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class PostLine:
    """A post in a list of posts.

    Attributes:
        post_id: its number.
        topic_key: the archive's number of its topic.
        author_id: the archive's number of its author.
        author: as displayed.
        role: as displayed.
        published: in UTC, where known.
        published_text: as displayed.
        first_seen: when a page first showed it.
        gone_at: when it was found to have vanished.
        text: the visible text of its newest body.
    """

    post_id: int
    topic_key: int
    author_id: int
    author: str
    role: str | None
    published: str | None
    published_text: str | None
    first_seen: str
    gone_at: str | None
    text: str


_LINES = """
SELECT post_id, topic_key, author_id, name AS author, role, published, published_text, first_seen, gone_at, body_text AS text
FROM posts JOIN revisions USING (post_id, revision) JOIN authors USING (author_id) WHERE post_id IN ({})
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonChange:
    """Something that changed of a person.

    Attributes:
        seen_at: when it was first seen so, in UTC.
        field: `name`, `role` (by its key where it is one of bbPress's), or `is_deleted`.
        old: before.
        new: since then.
    """

    seen_at: str
    field: str
    old: str | None
    new: str | None


_CHANGES = """
SELECT seen_at, field, old_value AS old, new_value AS new FROM author_changes WHERE author_url = ? ORDER BY seen_at, change_id
"""


def post_lines(archive: Archive, post_ids: Sequence[int]) -> Iterator[PostLine]:
    """Posts by their numbers, in this order; what the archive does not hold is left out."""
    for start in range(0, len(post_ids), _AT_ONCE):
        wanted = tuple(post_ids[start : start + _AT_ONCE])
        query = _LINES.format(", ".join("?" * len(wanted)))
        found = {row["post_id"]: row for row in archive.connection.execute(query, wanted)}
        for post_id in wanted:
            if post_id in found:
                yield PostLine(**dict(found[post_id]))


def topic_of_post(archive: Archive, post_id: int) -> int | None:
    """The archive's number of the topic of a post; None where it holds no such post."""
    query = "SELECT topic_key FROM posts WHERE post_id = ?"
    row = archive.connection.execute(query, (post_id,)).fetchone()
    return None if row is None else int(row[0])


def first_of_page(archive: Archive, topic_key: int, number: int) -> int | None:
    """The post with which a page of a topic begins on the site; None where nothing was read from such a page."""
    query = "SELECT post_id FROM posts WHERE topic_key = ? AND number = ? ORDER BY part, ordinal LIMIT 1"
    row = archive.connection.execute(query, (topic_key, number)).fetchone()
    return None if row is None else int(row[0])


def post_at(archive: Archive, url: str) -> int | None:
    """The post whose permalink this is."""
    row = archive.connection.execute("SELECT post_id FROM posts WHERE url = ?", (url,)).fetchone()
    return None if row is None else int(row[0])


def addresses_of_topics(archive: Archive) -> Iterator[tuple[str, int]]:
    """Every address that leads to a topic, with the archive's number of the topic."""
    query = "SELECT url, topic_key FROM addresses UNION SELECT url, topic_key FROM topics WHERE url IS NOT NULL"
    for row in archive.connection.execute(query):
        yield row[0], row[1]


def changes_of_author(archive: Archive, url: str | None) -> tuple[PersonChange, ...]:
    """What changed of the person with this profile, oldest first."""
    rows = archive.connection.execute(_CHANGES, (url,))
    return tuple(PersonChange(**dict(row)) for row in rows)

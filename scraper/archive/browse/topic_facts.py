"""What a topic's page says of it beside its posts: claims, gaps, and how it changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scraper.archive.stored_json import texts

if TYPE_CHECKING:
    from scraper.archive.database import Archive


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicChange:
    """Something that changed of a topic as a whole.

    Attributes:
        seen_at: when it was first seen so, in UTC.
        field: `title`, `status`, `sticky`, `forum` or `gone`.
        old: before.
        new: since then.
    """

    seen_at: str
    field: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicFacts:
    """What is known of a topic.

    Attributes:
        tags: as shown.
        expected: how many posts the site claims; None where it does not say.
        last_seen: when a page of it was last read, in UTC.
        vanished_reason: how it was found to be no longer there.
        gaps: what is missing, a sentence each.
        changes: oldest first.
    """

    tags: tuple[str, ...]
    expected: int | None
    last_seen: str
    vanished_reason: str | None
    gaps: tuple[str, ...]
    changes: tuple[TopicChange, ...]


def topic_facts(archive: Archive, topic_key: int) -> TopicFacts | None:
    """What is known of a topic; None where the archive does not hold it."""
    connection, key = archive.connection, (topic_key,)
    row = connection.execute(
        "SELECT tags, expected_posts, last_seen, vanished_reason FROM topics WHERE topic_key = ?",
        key,
    ).fetchone()
    if row is None:
        return None
    gaps = connection.execute("SELECT detail FROM gaps WHERE topic_key = ? ORDER BY gap_id", key)
    changes = connection.execute(
        "SELECT seen_at, field, old_value AS old, new_value AS new FROM topic_changes WHERE topic_key = ? "
        "ORDER BY change_id",
        key,
    )
    return TopicFacts(
        tags=texts(row["tags"]),
        expected=row["expected_posts"],
        last_seen=row["last_seen"],
        vanished_reason=row["vanished_reason"],
        gaps=tuple(gap[0] for gap in gaps),
        changes=tuple(TopicChange(**dict(change)) for change in changes),
    )


def authors_of_posts(archive: Archive, topic_key: int) -> dict[int, int]:
    """The archive's number of the author of each post of a topic."""
    rows = archive.connection.execute(
        "SELECT post_id, author_id FROM posts WHERE topic_key = ?", (topic_key,)
    )
    return {row[0]: row[1] for row in rows}

"""Keep how the times of an archive's posts were settled, and which posts show other times since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scraper.archive.stored_json import from_json, to_json

if TYPE_CHECKING:
    import sqlite3


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A date as a post displays it."""

    post_id: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What all dates of an archive taught, as little as teaches the same once more.

    Attributes:
        version: of threadkeep: another may read dates otherwise.
        zone: the site's zone, where it is stated.
        is_configured: the user stated it.
        zones: else the clocks that fit what feeds tell.
        examples: for each language of the site one date, or none, which teaches how it writes all of them; under an empty name
            where no page tells its language.
        newest: when the newest page came that posts are known from.
    """

    version: str
    zone: str | None
    is_configured: bool
    zones: tuple[str, ...]
    examples: dict[str, tuple[Example, ...]]
    newest: str


def keep_lesson(connection: sqlite3.Connection, lesson: Lesson | None) -> None:
    """Record how all times were settled; None: what comes next is to be settled with all the others anew."""
    connection.execute("DELETE FROM settled_times")
    connection.execute("DELETE FROM unsettled_posts")
    if lesson is not None:
        connection.execute("INSERT INTO settled_times VALUES (1, ?)", (to_json(lesson),))


def kept_lesson(connection: sqlite3.Connection) -> Lesson | None:
    """How all times were settled but those of posts that were noted since.

    Raises:
        DamagedArchiveError: it is not what was kept.
    """
    row = connection.execute("SELECT lesson FROM settled_times").fetchone()
    return from_json(row[0], Lesson) if row is not None else None


def note_new_time(connection: sqlite3.Connection, post_id: int) -> None:
    """Record that a post shows a time that was not settled yet."""
    # By its key: SQLite prepares to undo what may concern many rows, and writes the full-text index out before, for every
    # post.
    connection.execute("UPDATE site SET has_new_times = 1 WHERE site_id = 1")
    if connection.execute("SELECT 1 FROM settled_times").fetchone() is not None:
        connection.execute("INSERT OR IGNORE INTO unsettled_posts VALUES (?)", (post_id,))


def forget_before_merge(connection: sqlite3.Connection, topic_key: int, merged: int) -> None:
    """Forget what a feed told of a topic's opening post, where a merge may have dated it back since.

    bbPress puts it a second before the opening post of an older topic that is merged into it.

    Args:
        connection: inside a transaction.
        topic_key: the topic.
        merged: the opening post of a topic that is in this one now.
    """
    for row in connection.execute(_FORGET, {"key": topic_key, "merged": merged}).fetchall():
        note_new_time(connection, row[0])


_FORGET = """
UPDATE posts SET feed_published = NULL WHERE topic_key = :key AND kind = 'topic' AND feed_published >= coalesce(
    (SELECT coalesce(feed_published, published) FROM posts WHERE post_id = :merged), ''
) RETURNING post_id
"""


def is_shown(connection: sqlite3.Connection, example: Example, language: str) -> bool:
    """Whether a date is displayed where it was, in the same language."""
    query = """
    SELECT 1 FROM posts JOIN topics USING (topic_key)
    WHERE post_id = ?1 AND published_text = ?2 AND coalesce(nullif(language, ''), ?3) = ?3
    """
    values = (example.post_id, example.text, language)
    return connection.execute(query, values).fetchone() is not None


def tells_every_language(connection: sqlite3.Connection) -> bool:
    """Whether every topic with posts tells its language."""
    query = "SELECT 1 FROM topics WHERE coalesce(language, '') = '' AND topic_key IN (SELECT topic_key FROM posts)"
    return connection.execute(query).fetchone() is None

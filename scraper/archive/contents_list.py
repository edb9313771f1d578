"""List what an archive holds: its topics with counts, and every body seen of one post."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from scraper.archive.database import Archive

_TOPICS = """
SELECT topic_id, title, url, expected_posts AS expected, topics.last_seen,
    (SELECT count(*) FROM posts WHERE posts.topic_key = topics.topic_key AND gone_at IS NULL) AS posts,
    (SELECT count(*) FROM posts WHERE posts.topic_key = topics.topic_key AND gone_at IS NOT NULL) AS gone,
    (SELECT count(*) FROM gaps WHERE gaps.topic_key = topics.topic_key AND accepted_at IS NULL) AS gaps
FROM topics ORDER BY topic_id IS NULL, topic_id, topic_key
"""
_HISTORY = """
SELECT revisions.revision AS revision, seen_at, revisions.body_html, revisions.body_text, title, gone_at
FROM revisions JOIN posts USING (post_id) JOIN topics USING (topic_key) WHERE post_id = ? ORDER BY revisions.revision
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicSummary:
    """One topic in a list.

    Attributes:
        topic_id: its number; None where no page shows it.
        title: its title.
        url: its address; None where no page says it.
        expected: how many posts the site claims; None where it does not say.
        last_seen: when a page of it was last read, in UTC.
        posts: posts kept of it, gone ones not among them.
        gone: posts that have vanished from the site.
        gaps: how many things are missing that nobody has accepted.
    """

    topic_id: int | None
    title: str
    url: str | None
    expected: int | None
    last_seen: str
    posts: int
    gone: int
    gaps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveSummary:
    """What an archive holds.

    Attributes:
        path: the file.
        host: the site's host; empty where no page says it.
        home: the address of the site's home, where a page links it.
        timezone: the zone that the site shows its times in, where it is known.
        last_run: when the newest run began, in UTC.
        posts: posts kept, gone ones not among them.
        topics: the topics, by number.
    """

    path: Path
    host: str
    home: str | None
    timezone: str | None
    last_run: str | None
    posts: int
    topics: tuple[TopicSummary, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRevision:
    """One body that was seen of a post.

    Attributes:
        revision: 1 for the first body seen, one more for each changed one.
        seen_at: when it was first seen, in UTC.
        body_html: the body's inner HTML.
        body_text: its visible text.
        title: the title of the post's topic.
        gone_at: when the post was found to have vanished, in UTC; None where it is there.
    """

    revision: int
    seen_at: str
    body_html: str
    body_text: str
    title: str
    gone_at: str | None


def summary(archive: Archive) -> ArchiveSummary:
    """List an archive's topics."""
    site = archive.connection.execute("SELECT * FROM site").fetchone()
    run = archive.connection.execute("SELECT max(started_at) FROM runs").fetchone()
    topics = tuple(TopicSummary(**dict(row)) for row in archive.connection.execute(_TOPICS))
    return ArchiveSummary(
        path=archive.path,
        host=site["host"],
        home=site["home"],
        timezone=site["timezone"],
        last_run=run[0],
        posts=sum(topic.posts for topic in topics),
        topics=topics,
    )


def post_history(archive: Archive, post_id: int) -> tuple[SeenRevision, ...]:
    """Every body seen of a post, oldest first; empty where there is no such post."""
    return tuple(
        SeenRevision(**dict(row)) for row in archive.connection.execute(_HISTORY, (post_id,))
    )

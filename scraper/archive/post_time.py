"""Read what posts show of their times, and store what is made of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from parsers.records import FeedItem, PublishedSource


@dataclass(frozen=True, slots=True, kw_only=True)
class PostTime:
    """A post's time as settled; ISO 8601 text."""

    post_id: int
    local: str | None = None
    published: str | None = None
    source: PublishedSource = "none"
    earliest: str | None = None
    latest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTime:
    """What one post shows of its time.

    Attributes:
        text: the date as displayed.
        attribute: a machine-readable date that the page attaches.
        feed: the time in UTC that a feed gives, ISO 8601.
        fetched_at: when the page came, for relative dates.
        first_seen: when the first page with it came.
        language: the page's declared language.
        settled: what was made of it so far.
    """

    post_id: int
    topic_key: int
    text: str | None
    attribute: str | None
    feed: str | None
    fetched_at: str
    first_seen: str
    language: str | None
    settled: PostTime


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSource:
    """A topic and the feeds that can hold its posts: its own, its forum's, the site's."""

    topic_key: int
    urls: str


def shown_times(connection: sqlite3.Connection) -> Iterator[ShownTime]:
    """What every post shows, in page order."""
    for row in connection.execute(_SHOWN):
        yield ShownTime(
            post_id=row["post_id"],
            topic_key=row["topic_key"],
            text=row["published_text"],
            attribute=row["published_attribute"],
            feed=row["feed_published"],
            fetched_at=row["fetched_at"],
            first_seen=row["first_seen"],
            language=row["language"],
            settled=PostTime(
                post_id=row["post_id"],
                local=row["published_local"],
                published=row["published"],
                source=row["published_source"],
                earliest=row["published_earliest"],
                latest=row["published_latest"],
            ),
        )


_SHOWN = """
SELECT posts.*, fetched_at, language FROM posts JOIN pages USING (page_id) JOIN topics USING (topic_key)
ORDER BY topic_key, number, part, ordinal
"""


def feed_sources(connection: sqlite3.Connection) -> list[FeedSource]:
    """Every topic's feeds."""
    rows = connection.execute(
        "SELECT topic_key, feed_urls AS urls FROM topics ORDER BY topic_id, topic_key"
    )
    return [FeedSource(**dict(row)) for row in rows]


def times_by_feed(connection: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """The local time and the time in UTC of every post that a feed told of."""
    query = "SELECT published_local, feed_published FROM posts WHERE feed_published IS NOT NULL AND published_local IS NOT NULL"
    for row in connection.execute(query):
        yield row[0], row[1]


def asked_before(connection: sqlite3.Connection) -> dict[str, str]:
    """The feeds and REST roots that were asked for times, and when."""
    return {row[0]: row[1] for row in connection.execute("SELECT url, asked_at FROM questions")}


def note_question(connection: sqlite3.Connection, url: str, now: str) -> None:
    """Record that a feed or a REST root was asked, whatever it said."""
    connection.execute(
        "INSERT OR REPLACE INTO questions (url, asked_at) VALUES (?, ?)", (url, now)
    )


def store_feed_times(connection: sqlite3.Connection, items: Iterable[FeedItem]) -> None:
    """Keep what a feed says of posts that the archive holds."""
    connection.executemany(
        "UPDATE posts SET feed_published = ? WHERE post_id = ?",
        [(item.published.strftime("%Y-%m-%dT%H:%M:%SZ"), item.post_id) for item in items],
    )


def store_times(connection: sqlite3.Connection, times: Iterable[PostTime]) -> None:
    """Store settled times."""
    connection.executemany(
        "UPDATE posts SET published_local = ?, published = ?, published_source = ?, published_earliest = ?,"
        " published_latest = ? WHERE post_id = ?",
        [
            (one.local, one.published, one.source, one.earliest, one.latest, one.post_id)
            for one in times
        ],
    )


def count_posts(connection: sqlite3.Connection) -> int:
    """How many posts there are, gone ones among them."""
    return int(connection.execute("SELECT count(*) FROM posts").fetchone()[0])


def without_utc(connection: sqlite3.Connection) -> int:
    """How many posts have no time in UTC."""
    return int(
        connection.execute("SELECT count(*) FROM posts WHERE published IS NULL").fetchone()[0]
    )

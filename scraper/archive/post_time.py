"""Read what posts show of their times, and store what is made of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parsers.post_record import POSTS_TYPE
from scraper.archive.settled_time import note_new_time
from scraper.archive.stored_json import texts

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping

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
        headers: what came with it, JSON: a cache says there how old it is.
        language: the page's declared language, else the one that most posts of the site are in.
        read: the local time that the text was read as, ISO 8601; see `keep_read`.
        settled: what was made of it so far.
    """

    post_id: int
    topic_key: int
    text: str | None
    attribute: str | None
    feed: str | None
    fetched_at: str
    headers: str
    language: str | None
    read: str | None
    settled: PostTime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTime:
    """A post with the local time that its text was read as, ISO 8601, and when the first page with it came."""

    post_id: int
    local: str
    first_seen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSource:
    """A topic and the feeds that can hold its posts: its own, its forum's, the site's."""

    topic_key: int
    urls: str


def begin_reading(connection: sqlite3.Connection) -> None:
    """Make a place for the local times that are being read, or empty it.

    It lies beside the archive, in a table that this connection alone has and that is gone with it: SQLite keeps on disk
    what would fill memory, and nobody finds times in the archive of which only a part has been settled.
    """
    connection.execute(
        "CREATE TEMP TABLE IF NOT EXISTS read_times (post_id INTEGER PRIMARY KEY, topic_key INTEGER NOT NULL, local TEXT NOT NULL)"
    )
    connection.execute("DELETE FROM read_times")


def keep_read(connection: sqlite3.Connection, times: Iterable[tuple[int, int, str]]) -> None:
    """Keep local times that were read: of which post, of which topic, ISO 8601."""
    connection.executemany("INSERT INTO read_times VALUES (?, ?, ?)", times)


def read_times(connection: sqlite3.Connection) -> Iterator[str]:
    """Every local time that was read, once each, in order."""
    for row in connection.execute("SELECT DISTINCT local FROM read_times ORDER BY local"):
        yield row[0]


def pairs_read(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """The time in UTC that a feed gives and the local time that was read, of each post that has both."""
    query = "SELECT feed_published, local FROM read_times JOIN posts USING (post_id) WHERE feed_published IS NOT NULL ORDER BY post_id"
    return [(row[0], row[1]) for row in connection.execute(query)]


def pairs_kept(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """The same of all posts, where what was read is of new ones alone: the others keep theirs."""
    rows = connection.execute(_PAIRS_KEPT, {"given": POSTS_TYPE})
    return [(row[0], row[1]) for row in rows]


_PAIRS_KEPT = """
SELECT feed_published, coalesce(local, published_local) AS local FROM posts JOIN pages USING (page_id) LEFT JOIN read_times USING (post_id)
WHERE feed_published IS NOT NULL AND coalesce(local, published_local) IS NOT NULL AND instr(headers, :given) = 0 ORDER BY post_id
"""


def ends_of_topics(connection: sqlite3.Connection, count: int) -> dict[int, list[ReadTime]]:
    """The oldest and the newest posts of each topic, so many of each, by local time; only those whose time was read."""
    ends: dict[int, list[ReadTime]] = {}
    for row in connection.execute(_ENDS, {"count": count}):
        one = ReadTime(post_id=row["post_id"], local=row["local"], first_seen=row["first_seen"])
        ends.setdefault(row["topic_key"], []).append(one)
    return ends


_ENDS = """
WITH placed AS (
    SELECT topic_key, post_id, local,
        row_number() OVER (PARTITION BY topic_key ORDER BY local, post_id) AS place,
        count(*) OVER (PARTITION BY topic_key) AS places
    FROM read_times
)
SELECT placed.topic_key, post_id, local, first_seen FROM placed JOIN posts USING (post_id)
WHERE place <= :count OR place > places - :count ORDER BY placed.topic_key, place
"""


def shown_times(connection: sqlite3.Connection, count: int) -> Iterator[list[ShownTime]]:
    """What every post shows, so many posts at a time; what is made of some may be stored before the next are read."""
    values = {"count": count, "language": _common_language(connection), "given": POSTS_TYPE}
    return _some_at_a_time(connection, _SHOWN, values)


def new_times(
    connection: sqlite3.Connection, count: int, language: str | None
) -> Iterator[list[ShownTime]]:
    """The same of posts whose times are not settled yet.

    Args:
        connection: to the archive.
        count: so many posts at a time.
        language: of pages that do not tell theirs.
    """
    values = {"count": count, "language": language, "given": POSTS_TYPE}
    return _some_at_a_time(connection, _of_new(_SHOWN), values)


def _some_at_a_time(
    connection: sqlite3.Connection, query: str, values: Mapping[str, object]
) -> Iterator[list[ShownTime]]:
    last = -1
    while rows := connection.execute(query, {**values, "last": last}).fetchall():
        yield [_shown(row) for row in rows]
        last = rows[-1]["post_id"]


def _of_new(query: str) -> str:
    """A query of all posts, for those alone whose times are not settled yet; it begins with them."""
    return query.replace("FROM posts", "FROM unsettled_posts CROSS JOIN posts USING (post_id)")


def _shown(row: sqlite3.Row) -> ShownTime:
    return ShownTime(
        post_id=row["post_id"],
        topic_key=row["topic_key"],
        text=row["published_text"],
        attribute=row["published_attribute"],
        feed=row["feed_published"],
        fetched_at=row["fetched_at"],
        headers=row["headers"],
        language=row["language"],
        read=row["local"],
        settled=PostTime(
            post_id=row["post_id"],
            local=row["published_local"],
            published=row["published"],
            source=row["published_source"],
            earliest=row["published_earliest"],
            latest=row["published_latest"],
        ),
    )


# What records give was settled where they are from. Pages that do not tell their language speak the site's: the one that most of its posts are in.
_SHOWN = """
SELECT post_id, topic_key, published_text, published_attribute, feed_published, fetched_at, headers, coalesce(nullif(language, ''), :language) AS language, local,
    published_local, published, published_source, published_earliest, published_latest
FROM posts JOIN pages USING (page_id) JOIN topics USING (topic_key)
    LEFT JOIN (SELECT post_id, local FROM read_times) USING (post_id)
WHERE post_id > :last AND instr(headers, :given) = 0 ORDER BY post_id LIMIT :count
"""
# A title that is a date has a year, and is not read as it stands: what is for machines needs no learning.
_TEXTS = """
SELECT DISTINCT published_text FROM posts JOIN topics USING (topic_key)
WHERE published_text <> '' AND coalesce(nullif(language, ''), :language) IS :wanted
UNION
SELECT DISTINCT published_attribute FROM posts JOIN topics USING (topic_key)
WHERE published_attribute GLOB '*[0-9][0-9]*' AND published_attribute NOT GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*'
    AND coalesce(nullif(language, ''), :language) IS :wanted
"""
_SUCCESSIONS = """
SELECT earlier, later FROM (
    SELECT published_text AS later, lag(published_text) OVER (PARTITION BY topic_key ORDER BY post_id) AS earlier
    FROM posts JOIN topics USING (topic_key)
    WHERE published_text <> '' AND coalesce(nullif(language, ''), :language) IS :wanted
) WHERE earlier <> later
"""
# A topic's feed has its oldest posts; the topics of most of whose oldest posts no time is known come first.
_OPEN_TOPICS = """
WITH placed AS (
    SELECT topic_key, post_id, first_seen, published_attribute, feed_published,
        row_number() OVER (PARTITION BY topic_key ORDER BY post_id) AS place
    FROM posts
)
SELECT feed_urls, max(placed.first_seen) AS newest FROM placed JOIN topics USING (topic_key)
WHERE place <= :count AND feed_published IS NULL AND post_id NOT IN (SELECT post_id FROM read_times)
    AND coalesce(published_attribute, '') NOT GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*'
GROUP BY topic_key ORDER BY count(*) DESC, topic_key
"""
_FEED_TIMES = """
SELECT published_text, feed_published FROM posts JOIN topics USING (topic_key)
WHERE published_text <> '' AND feed_published IS NOT NULL AND coalesce(nullif(language, ''), :language) IS :wanted ORDER BY post_id
"""


def _common_language(connection: sqlite3.Connection) -> str | None:
    row = connection.execute(
        "SELECT language FROM posts JOIN topics USING (topic_key) WHERE language <> ''"
        " GROUP BY language ORDER BY count(*) DESC, min(topic_key) LIMIT 1"
    ).fetchone()
    return row[0] if row else None


def shown_languages(connection: sqlite3.Connection) -> list[str | None]:
    """The languages that posts show their times in; None where no page tells any."""
    common = _common_language(connection)
    query = "SELECT DISTINCT nullif(language, '') FROM topics WHERE topic_key IN (SELECT topic_key FROM posts)"
    return list(dict.fromkeys(row[0] or common for row in connection.execute(query)))


def shown_texts(connection: sqlite3.Connection, language: str | None) -> Iterator[str]:
    """Every date as displayed in a language of `shown_languages`, once each."""
    values = {"language": _common_language(connection), "wanted": language}
    for row in connection.execute(_TEXTS, values):
        yield row[0]


def new_texts(
    connection: sqlite3.Connection, language: str | None, wanted: str | None
) -> Iterator[str]:
    """The same of posts whose times are not settled yet.

    Args:
        connection: to the archive.
        language: of pages that do not tell theirs.
        wanted: the language that the dates are in.
    """
    values = {"language": language, "wanted": wanted}
    for row in connection.execute(_of_new(_TEXTS), values):
        yield row[0]


def successive_texts(
    connection: sqlite3.Connection, language: str | None
) -> Iterator[tuple[str, str]]:
    """Dates as displayed of two posts that follow one another in a topic by number, where they differ."""
    values = {"language": _common_language(connection), "wanted": language}
    for row in connection.execute(_SUCCESSIONS, values):
        yield row[0], row[1]


def feeds_of_unread(connection: sqlite3.Connection, count: int) -> Iterator[tuple[str, str]]:
    """The feeds of topics of which no time of some of the oldest posts, so many, was read or told; and when the newest came."""
    for row in connection.execute(_OPEN_TOPICS, {"count": count}):
        for url in texts(row["feed_urls"])[:1]:
            yield url, row["newest"]


def texts_by_feed(connection: sqlite3.Connection, language: str | None) -> dict[str, str]:
    """The time in UTC that a feed gives, by the date that the post displays in a language of `shown_languages`."""
    values = {"language": _common_language(connection), "wanted": language}
    return {row[0]: row[1] for row in connection.execute(_FEED_TIMES, values)}


def new_texts_by_feed(
    connection: sqlite3.Connection, language: str | None, wanted: str | None
) -> dict[str, str]:
    """The same of posts whose times are not settled yet; see `new_texts`."""
    values = {"language": language, "wanted": wanted}
    return {row[0]: row[1] for row in connection.execute(_of_new(_FEED_TIMES), values)}


def newest_copy(connection: sqlite3.Connection) -> str | None:
    """When the newest page came that posts are known from."""
    query = "SELECT max(fetched_at) FROM pages WHERE page_id IN (SELECT page_id FROM posts)"
    row = connection.execute(query).fetchone()
    return row[0] if row else None


def newest_new_copy(connection: sqlite3.Connection) -> str | None:
    """When the newest page came that posts are known from whose times are not settled yet."""
    query = "SELECT max(fetched_at) FROM unsettled_posts CROSS JOIN posts USING (post_id) JOIN pages USING (page_id)"
    return str(found) if (found := connection.execute(query).fetchone()[0]) else None


def feed_sources(connection: sqlite3.Connection) -> list[FeedSource]:
    """Every topic's feeds."""
    rows = connection.execute(
        "SELECT topic_key, feed_urls AS urls FROM topics ORDER BY topic_id, topic_key"
    )
    return [FeedSource(**dict(row)) for row in rows]


def posts_by_feed(connection: sqlite3.Connection) -> set[int]:
    """The posts whose time in UTC a feed has told."""
    query = "SELECT post_id FROM posts WHERE feed_published IS NOT NULL"
    return {row[0] for row in connection.execute(query)}


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
    """Keep what a feed says of posts that the archive holds; where that is new, their times are to be settled."""
    for item in items:
        values = (item.published.strftime("%Y-%m-%dT%H:%M:%SZ"), item.post_id)
        if connection.execute(_STORE_FEED_TIME, values).rowcount:
            note_new_time(connection, item.post_id)


_STORE_FEED_TIME = (
    "UPDATE posts SET feed_published = ?1 WHERE post_id = ?2 AND feed_published IS NOT ?1"
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

"""Keep what lists say of topics, and which topics are to be read because of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parsers.errors import LoginRequiredError
from parsers.records import Stickiness, TopicStatus  # noqa: TC001  # msgspec reads the annotations
from scraper.archive.address import known_topic, topic_id_of
from scraper.archive.due_topic import CHANGED, GROWN, NEW, NO_LONGER_LISTED
from scraper.archive.stored_json import from_json, texts, to_json

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection


@dataclass(frozen=True, slots=True, kw_only=True)
class RowState:
    """What the row of a topic says beside its address: if it stays the same, nothing has happened that shows in lists.

    Attributes:
        title: as shown.
        count: the number in the column of posts or replies.
        replies: how many that means; None where the row does not tell.
        pages: how many pages the topic has, as the row links them.
        last_post_id: the newest post, where the row names it.
        last_post_url: where the row's link to it leads.
        status: whether it takes replies.
        sticky: whether it stays on top.
    """

    title: str
    count: int | None = None
    replies: int | None = None
    pages: int = 1
    last_post_id: int | None = None
    last_post_url: str | None = None
    status: TopicStatus | None = None
    sticky: Stickiness = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A topic that something names.

    Attributes:
        url: its address, in normal form.
        topic_id: the site's number of it, where that is shown.
        state: what its row says, where a row named it.
        source: what named it: `list`, `sitemap`, `feed`, `breadcrumb`.
        modified: when it was last changed, as a sitemap says, in UTC.
    """

    url: str
    topic_id: int | None = None
    state: RowState | None = None
    source: str
    modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """What came of noting a topic.

    Attributes:
        listing_key: its row.
        is_news: it was not known, or its row says something else than the last time.
        more_replies: by how many replies its row says more than the last time; all of them where there was none.
    """

    listing_key: int
    is_news: bool
    more_replies: int


def note_topic(connection: sqlite3.Connection, found: Found, now: str) -> Noted:
    """Note that something names a topic, and whether it is to be read because of that.

    Args:
        connection: inside a transaction.
        found: the topic.
        now: the time.
    """
    # Of two topics that had one address after the other, the newer has it.
    connection.execute(_MAKE_ROOM, (found.url, found.topic_id))
    known = _known(connection, found)
    if known is not None and known["url"] != found.url:
        _absorb(connection, known["listing_key"], found.url)
    topic_key = _topic_key(connection, found, known)
    before = _state(known)
    state = found.state if found.state is not None else before
    reason = _reason(connection, before, state, topic_key)
    if reason == NEW and known is not None and known["error"] is not None and state == before:
        reason = None
    if known is not None and known["reason"] is not None and reason is None:
        reason = known["reason"] if known["reason"] != NO_LONGER_LISTED else None
    values = {
        "url": found.url,
        "topic_id": found.topic_id,
        "title": state.title if state is not None else None,
        "state": to_json(state) if state is not None else None,
        "sources": _sources(known, found.source),
        "modified": found.modified,
        "reason": reason,
        "topic_key": topic_key,
        "now": now,
    }
    if known is None:
        listing_key = connection.execute(_INSERT, values).lastrowid or 0
    else:
        listing_key = known["listing_key"]
        connection.execute(_UPDATE, values | {"key": listing_key})
    return Noted(
        listing_key=listing_key,
        is_news=known is None or (state is not None and state != before),
        more_replies=_replies(state) - _replies(before),
    )


def want_topic(connection: sqlite3.Connection, listing_key: int, reason: str) -> None:
    """Have a topic read that nothing else asks for."""
    connection.execute(
        "UPDATE listings SET reason = coalesce(reason, ?) WHERE listing_key = ?",
        (reason, listing_key),
    )


def want_known_topic(connection: sqlite3.Connection, listing_key: int, reason: str) -> None:
    """Have a topic read again, if it was ever read."""
    connection.execute(
        "UPDATE listings SET reason = coalesce(reason, ?) WHERE listing_key = ? AND topic_key IS NOT NULL",
        (reason, listing_key),
    )


def want_withheld_topics(connection: sqlite3.Connection) -> None:
    """Have everything asked for again that the site did not let be read: somebody is logged in now.

    Args:
        connection: inside a transaction.
    """
    connection.execute(
        "UPDATE listings SET reason = ?, error = NULL, exit_code = NULL WHERE reason IS NULL AND exit_code = ?",
        (NEW, LoginRequiredError.exit_code),
    )
    connection.execute(_WANT_UNSEEN, (CHANGED,))


# Topics with pages that a member read, and that were not there for a guest who went on with the archive.
_WANT_UNSEEN = """
UPDATE listings SET reason = ? WHERE reason IS NULL AND topic_key IN (
    SELECT topic_key FROM frontier JOIN topic_pages USING (topic_key, number, part) JOIN pages USING (page_id)
    WHERE state = 'failed' AND exit_code IN (5, 6) AND viewer <> 'guest'
)
"""


def want_topic_of_reply(connection: sqlite3.Connection, post_id: int, reason: str) -> None:
    """Have the topic read that a reply is in."""
    connection.execute(
        "UPDATE listings SET reason = coalesce(reason, ?) WHERE topic_key = (SELECT topic_key FROM posts WHERE post_id = ?)",
        (reason, post_id),
    )


def listed_in_sitemaps(connection: sqlite3.Connection) -> list[tuple[int, str]]:
    """Number and address of the topics that a sitemap named, and that are neither closed nor known to be gone."""
    rows = connection.execute(
        "SELECT listing_key, listings.url FROM listings JOIN topics USING (topic_key)"
        " WHERE sources LIKE '%sitemap%' AND vanished_at IS NULL AND status IS NOT 'closed'"
    )
    return [(row[0], row[1]) for row in rows]


def live_replies(connection: sqlite3.Connection, lost: Collection[int]) -> set[int]:
    """The replies that are there, as far as is known.

    Args:
        connection: to the archive.
        lost: keys of topics that are not there, though nobody has marked them yet.
    """
    query = "SELECT post_id, topic_key FROM posts WHERE kind = 'reply' AND gone_at IS NULL"
    return {post_id for post_id, key in connection.execute(query) if key not in lost}


def replies_in_open_topics(connection: sqlite3.Connection) -> list[int]:
    """The replies that are there, as far as is known, in topics that lists or sitemaps name."""
    rows = connection.execute(
        "SELECT post_id FROM posts JOIN topics USING (topic_key) WHERE kind = 'reply' AND gone_at IS NULL"
        " AND vanished_at IS NULL AND topic_key IN (SELECT topic_key FROM listings)"
    )
    return [row[0] for row in rows]


def settle_topic(connection: sqlite3.Connection, listing_key: int, topic_key: int | None) -> None:
    """Note that a topic was read, or proved to be none that can be."""
    connection.execute(
        "UPDATE listings SET reason = NULL, error = NULL, exit_code = NULL, topic_key = coalesce(?, topic_key)"
        " WHERE listing_key = ?",
        (topic_key, listing_key),
    )


def withhold_topic(connection: sqlite3.Connection, listing_key: int, error: str) -> None:
    """Note that the site does not let a topic be read; it is asked for again when its row changes."""
    connection.execute(
        "UPDATE listings SET reason = NULL, error = ?, exit_code = ? WHERE listing_key = ?",
        (error, LoginRequiredError.exit_code, listing_key),
    )


def fail_topic(
    connection: sqlite3.Connection, listing_key: int, error: str, exit_code: int
) -> None:
    """Note that a topic could not be read; the next run tries again."""
    connection.execute(
        "UPDATE listings SET error = ?, exit_code = ? WHERE listing_key = ?",
        (error, exit_code, listing_key),
    )


def _known(connection: sqlite3.Connection, found: Found) -> sqlite3.Row | None:
    """The row of a topic: by its number, which stays when its address changes, else by its address."""
    if found.topic_id is not None:
        row: sqlite3.Row | None = connection.execute(
            "SELECT * FROM listings WHERE topic_id = ?", (found.topic_id,)
        ).fetchone()
        if row is not None:
            return row
    by_url: sqlite3.Row | None = connection.execute(
        "SELECT * FROM listings WHERE url = ?", (found.url,)
    ).fetchone()
    return by_url


def _topic_key(
    connection: sqlite3.Connection, found: Found, known: sqlite3.Row | None
) -> int | None:
    if known is not None and known["topic_key"] is not None:
        return int(known["topic_key"])
    row = connection.execute(
        "SELECT topic_key FROM topics WHERE topic_id = ?", (found.topic_id,)
    ).fetchone()
    if row is not None:
        return int(row[0])
    key = known_topic(connection, found.url)
    # An address can pass from one topic to another.
    is_another = key is not None and None not in {found.topic_id, topic_id_of(connection, key)}
    return None if is_another else key


def _absorb(connection: sqlite3.Connection, listing_key: int, url: str) -> None:
    """Make one of two rows of a topic, where something that shows no numbers has named it by its new address."""
    row = connection.execute(
        "SELECT listing_key FROM listings WHERE url = ? AND listing_key <> ?", (url, listing_key)
    ).fetchone()
    if row is not None:
        values = {"kept": listing_key, "other": row["listing_key"]}
        for statement in _ABSORB:
            connection.execute(statement, values)


def _state(known: sqlite3.Row | None) -> RowState | None:
    if known is None or known["state"] is None:
        return None
    return from_json(known["state"], RowState)


def _replies(state: RowState | None) -> int:
    return (state.replies or 0) if state is not None else 0


def _sources(known: sqlite3.Row | None, source: str) -> str:
    before = texts(known["sources"]) if known is not None else ()
    return to_json((*before, source) if source not in before else before)


def _reason(
    connection: sqlite3.Connection,
    before: RowState | None,
    state: RowState | None,
    topic_key: int | None,
) -> str | None:
    """Why a topic is to be read; None where nothing shows that it has changed."""
    if topic_key is None:
        return NEW
    last_post_id = state.last_post_id if state is not None else None
    topic = connection.execute(_TOPIC, {"key": topic_key, "last": last_post_id}).fetchone()
    if topic["vanished_at"] is not None:
        return CHANGED
    if state is None or state == before:
        return None
    if _has_other_posts(topic, state, before):
        return GROWN
    return CHANGED if before is not None and _looks_different(state, before) else None


def _has_other_posts(topic: sqlite3.Row, state: RowState, before: RowState | None) -> bool:
    """Whether a row names a post, or a number of posts, that is neither what it named before nor what was kept."""
    newest = (state.last_post_id, state.count)
    if before is not None and newest == (before.last_post_id, before.count):
        # Themes that show no numbers still link the last post.
        return None in newest and state.last_post_url != before.last_post_url
    is_kept = topic["has_last_post"] and state.replies == topic["replies"]
    return not is_kept


def _looks_different(state: RowState, before: RowState) -> bool:
    return (state.title, state.status, state.sticky) != (
        before.title,
        before.status,
        before.sticky,
    )


_MAKE_ROOM = """
UPDATE listings SET url = url || '#' || topic_id WHERE url = ?1 AND ?2 IS NOT NULL AND topic_id <> ?2
"""

_ABSORB = (
    "UPDATE OR IGNORE list_entries SET listing_key = :kept WHERE listing_key = :other",
    "DELETE FROM list_entries WHERE listing_key = :other",
    "DELETE FROM listings WHERE listing_key = :other",
)

_TOPIC = """
SELECT vanished_at,
    :last IS NULL OR EXISTS (
        SELECT 1 FROM posts WHERE post_id = :last AND topic_key = :key AND gone_at IS NULL
    ) AS has_last_post,
    (SELECT count(*) FROM posts WHERE topic_key = :key AND gone_at IS NULL AND kind = 'reply') AS replies
FROM topics WHERE topic_key = :key
"""

_INSERT = """
INSERT INTO listings (url, topic_id, title, state, sources, modified, reason, topic_key, first_seen, last_seen)
VALUES (:url, :topic_id, :title, :state, :sources, :modified, :reason, :topic_key, :now, :now)
"""

_UPDATE = """
UPDATE listings SET url = :url, topic_id = coalesce(:topic_id, topic_id), title = coalesce(:title, title), state = coalesce(:state, state),
    sources = :sources, modified = coalesce(:modified, modified), reason = :reason, topic_key = :topic_key,
    last_seen = :now
WHERE listing_key = :key
"""


def compare_sources(connection: sqlite3.Connection) -> list[str]:
    """Say how far lists and sitemaps agree."""
    row = connection.execute(_SOURCES).fetchone()
    notes: list[str] = []
    if row["sitemap_only"]:
        notes.append(f"{row['sitemap_only']} topics are in a sitemap and in no list")
    if row["list_only"]:
        notes.append(
            f"{row['list_only']} topics are in a list and in no sitemap (closed topics are in none)"
        )
    return notes


_SOURCES = """
SELECT count(*) FILTER (WHERE sources LIKE '%sitemap%' AND sources NOT LIKE '%list%') AS sitemap_only,
    count(*) FILTER (WHERE sources LIKE '%list%' AND sources NOT LIKE '%sitemap%') AS list_only
FROM listings
"""

"""Save what a topic page says: the topic, its forums, the page itself and its posts, inside one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scraper.archive.address import forget_address
from scraper.archive.change_log import log_topic
from scraper.archive.continuation import save_continuation
from scraper.archive.post_writer import Saved, save_post
from scraper.archive.search_index import index_title
from scraper.archive.settled_time import keep_lesson
from scraper.archive.stored_json import numbers, to_json

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from parsers.records import ForumLink, TopicPage
    from scraper.archive.post_writer import Source


def save_topic_page(
    connection: sqlite3.Connection,
    page: TopicPage,
    source: Source,
    *,
    url: str,
    asked_for: int | None = None,
) -> tuple[int, Saved]:
    """Save everything that a topic page says.

    Args:
        connection: inside a transaction.
        page: what was read.
        source: the stored page it was read from.
        url: the page's own address.
        asked_for: the topic that the page was asked for as, for pages that do not show its number.

    Returns:
        The topic's key, and what changed.
    """
    topic_key = _known_topic(connection, page, asked_for, is_dump=source.is_dump)
    if topic_key is None:
        topic_key = _insert_topic(connection, page, source)
    if not (source.is_dump and _has_pages(connection, topic_key)):
        _update_topic(connection, page, source, topic_key)
        _save_page(connection, topic_key, page, source, url)
    saved = save_continuation(connection, topic_key, page, source)
    for ordinal, post in enumerate(page.posts, 1):
        place = (page.pager.current, page.part, ordinal)
        saved += save_post(connection, topic_key, post, place, source)
    return topic_key, saved


def _insert_topic(connection: sqlite3.Connection, page: TopicPage, source: Source) -> int:
    values = _topic_values(connection, page, source)
    return connection.execute(_INSERT_TOPIC, values).lastrowid or 0


def _update_topic(
    connection: sqlite3.Connection, page: TopicPage, source: Source, topic_key: int
) -> None:
    values = {**_topic_values(connection, page, source), "key": topic_key}
    before = connection.execute(
        "SELECT * FROM topics WHERE topic_key = ?", (topic_key,)
    ).fetchone()
    log_topic(connection, before, values)
    connection.execute(_UPDATE_TOPIC, values)
    if page.url is not None and before["url"] not in {None, page.url}:
        forget_address(connection, topic_key, before["url"])
    if before["language"] != page.language:
        keep_lesson(connection, None)  # its dates are those of another language now
    if before["title"] != page.title:
        index_title(connection, topic_key)


def _topic_values(
    connection: sqlite3.Connection, page: TopicPage, source: Source
) -> dict[str, object]:
    return {
        "topic_id": page.topic_id,
        "forum_id": _save_forums(connection, page.forum),
        "title": page.title,
        "url": page.url,
        "status": page.status,
        "sticky": page.sticky,
        "tags": to_json(page.tags),
        "language": page.language,
        "feed_urls": to_json(page.feed_urls),
        "engine": page.engine,
        "stated_replies": page.stated_replies,
        "replies_need_login": page.replies_need_login,
        "seen": source.seen_at,
    }


_INSERT_TOPIC = """
INSERT INTO topics (topic_id, forum_id, title, url, status, sticky, tags, language, feed_urls, engine, stated_replies,
                    replies_need_login, first_seen, last_seen)
VALUES (:topic_id, :forum_id, :title, :url, :status, :sticky, :tags, :language, :feed_urls, :engine, :stated_replies,
        :replies_need_login, :seen, :seen)
"""
# A later page of a topic does not show its status, and may not link its first page: what is known is kept.
_UPDATE_TOPIC = """
UPDATE topics SET topic_id = coalesce(topic_id, :topic_id), forum_id = coalesce(:forum_id, forum_id), title = :title, url = coalesce(:url, url),
    status = coalesce(:status, status), sticky = CASE WHEN :status IS NULL THEN sticky ELSE :sticky END, tags = :tags,
    language = :language, feed_urls = :feed_urls, engine = :engine,
    stated_replies = coalesce(:stated_replies, stated_replies), replies_need_login = :replies_need_login,
    last_seen = max(last_seen, :seen), vanished_at = NULL, vanished_reason = NULL
WHERE topic_key = :key
"""


def _known_topic(
    connection: sqlite3.Connection, page: TopicPage, asked_for: int | None, *, is_dump: bool
) -> int | None:
    """The topic by its number; where a page shows none, as what it was asked for, by its address, or by a post of it."""
    row = connection.execute(_TOPIC_BY_ID, (page.topic_id,)).fetchone()
    if row is not None:
        return int(row[0])
    if page.topic_id is None and asked_for is not None:
        return asked_for
    # What somebody says of a dump's address is no evidence against its posts.
    values = {"topic_id": page.topic_id, "url": page.url, "is_dump": is_dump}
    row = connection.execute(_TOPIC_BY_URL, values).fetchone()
    for post in page.posts if row is None else ():
        row = connection.execute(_TOPIC_BY_POST, {**values, "post_id": post.post_id}).fetchone()
        if row is not None:
            break
    return int(row[0]) if row else None


_TOPIC_BY_ID = "SELECT topic_key FROM topics WHERE topic_id = ?"
_TOPIC_BY_URL = """
SELECT topic_key FROM topics WHERE url = :url AND :topic_id IS NULL AND NOT :is_dump
"""
# A post can move from one topic to another: only a topic without a number can turn out to be the same, and of two without
# one, only where not both have an address.
_TOPIC_BY_POST = """
SELECT topic_key FROM posts JOIN topics USING (topic_key) WHERE post_id = :post_id AND CASE
    WHEN topic_id IS NOT NULL AND :topic_id IS NOT NULL THEN 0
    WHEN topic_id IS NULL AND :topic_id IS NULL AND NOT :is_dump THEN topics.url IS NULL OR :url IS NULL
    ELSE 1
END
"""


def _has_pages(connection: sqlite3.Connection, topic_key: int) -> bool:
    """Whether the topic is known from better than text dumps."""
    query = "SELECT 1 FROM topic_pages JOIN pages USING (page_id) WHERE topic_key = ? AND kind = 'topic'"
    return connection.execute(query, (topic_key,)).fetchone() is not None


def _save_forums(connection: sqlite3.Connection, path: tuple[ForumLink, ...]) -> int | None:
    parent: int | None = None
    for forum in path:
        place = (parent, forum.title, forum.url)
        row = connection.execute(
            "SELECT forum_id FROM forums WHERE parent_id IS ? AND title = ? AND url IS ?", place
        ).fetchone()
        if row is None:
            cursor = connection.execute(
                "INSERT INTO forums (parent_id, title, url) VALUES (?, ?, ?)", place
            )
            parent = cursor.lastrowid
        else:
            parent = row[0]
    return parent


def _save_page(
    connection: sqlite3.Connection, topic_key: int, page: TopicPage, source: Source, url: str
) -> None:
    place = (topic_key, page.pager.current, page.part)
    before = connection.execute(_PAGE_BEFORE, place).fetchone()
    claim = page.claim
    post_ids = listed_posts(page)
    values = {
        "topic_key": topic_key,
        "number": page.pager.current,
        "part": page.part,
        "page_id": source.page_id,
        "url": url,
        "last_number": page.pager.last,
        "last_part": max([page.part, *(number for number, _ in page.part_urls)]),
        "post_ids": to_json(post_ids),
        "claim_text": claim.text if claim else None,
        "claim_unit": claim.unit if claim else None,
        "claim_count": claim.count if claim else None,
        "claim_first": claim.first if claim else None,
        "claim_last": claim.last if claim else None,
        "claim_total": claim.total if claim else None,
        "has_lead": page.has_lead,
        "is_threaded": page.is_threaded,
        "hidden": page.hidden,
        "erased": page.erased,
        "steady_since": source.page_id,
        "steady_total": claim.total if claim else None,
        "moved_from": before["page_id"] if before is not None else None,
        "problems": to_json(list(problems_of(page))),
    }
    if before is not None and goes_on(numbers(before["post_ids"]), post_ids):
        values.update({name: before[name] for name in _STEADY})
    connection.execute(_SAVE_PAGE, values)


_STEADY = ("steady_since", "steady_total", "moved_from")
_PAGE_BEFORE = """
SELECT page_id, post_ids, steady_since, steady_total, moved_from FROM topic_pages WHERE topic_key = ? AND number = ? AND part = ?
"""
_SAVE_PAGE = """
INSERT OR REPLACE INTO topic_pages (
    topic_key, number, part, page_id, url, last_number, last_part, post_ids,
    claim_text, claim_unit, claim_count, claim_first, claim_last, claim_total,
    has_lead, is_threaded, hidden, erased, steady_since, steady_total, moved_from, problems
) VALUES (
    :topic_key, :number, :part, :page_id, :url, :last_number, :last_part, :post_ids,
    :claim_text, :claim_unit, :claim_count, :claim_first, :claim_last, :claim_total,
    :has_lead, :is_threaded, :hidden, :erased, :steady_since, :steady_total, :moved_from, :problems
)
"""


def problems_of(page: TopicPage) -> Iterator[str]:
    """What is wrong with a page; what is about one of its posts is kept with that."""
    kept = {post.post_id for post in page.posts}
    for one in page.problems:
        if one.post_id is None:
            yield str(one)
        elif one.post_id not in kept:
            yield f"{one.code}: Post {one.post_id}: {one.detail}"


def listed_posts(page: TopicPage) -> tuple[int, ...]:
    """The posts that a page lists, without an opening post that it repeats."""
    return tuple(
        post.post_id for post in page.posts if not (page.has_lead and post.kind == "topic")
    )


def goes_on(before: tuple[int, ...], now: tuple[int, ...]) -> bool:
    """Whether a page lists what it listed before, with more at its end perhaps."""
    return now[: len(before)] == before

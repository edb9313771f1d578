"""Save what a topic page says: topic, forums, authors, posts and every revision of a body, inside one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
from lxml import html

from parsers.visible_text import visible_text

if TYPE_CHECKING:
    import sqlite3

    from parsers.records import Author, ForumLink, ParsedPost, TopicPage


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What saving a page changed, in posts."""

    new: int = 0
    changed: int = 0
    same: int = 0

    def __add__(self, other: Saved) -> Saved:
        return Saved(
            new=self.new + other.new,
            changed=self.changed + other.changed,
            same=self.same + other.same,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where records come from.

    Attributes:
        page_id: the stored page.
        seen_at: when it came.
    """

    page_id: int
    seen_at: str


def save_topic_page(
    connection: sqlite3.Connection, page: TopicPage, source: Source, *, url: str
) -> tuple[int, Saved]:
    """Save everything that a topic page says.

    Args:
        connection: inside a transaction.
        page: what was read.
        source: the stored page it was read from.
        url: the page's own address.

    Returns:
        The topic's key, and what changed.
    """
    topic_key = _save_topic(connection, page, source)
    _save_topic_page(connection, topic_key, page, source, url)
    if page.continuation_html is not None:
        _append_body(connection, topic_key, page)
    saved = Saved()
    for ordinal, post in enumerate(page.posts, 1):
        place = (page.pager.current, page.part, ordinal)
        saved += _save_post(connection, topic_key, post, place, source)
    return topic_key, saved


def _save_topic(connection: sqlite3.Connection, page: TopicPage, source: Source) -> int:
    forum_id = _save_forums(connection, page.forum)
    values = {
        "topic_id": page.topic_id,
        "forum_id": forum_id,
        "title": page.title,
        "url": page.url,
        "status": page.status,
        "sticky": page.sticky,
        "tags": _json(page.tags),
        "language": page.language,
        "feed_urls": _json(page.feed_urls),
        "engine": page.engine,
        "stated_replies": page.stated_replies,
        "replies_need_login": page.replies_need_login,
        "seen": source.seen_at,
    }
    known = _known_topic(connection, page)
    if known is None:
        return connection.execute(_INSERT_TOPIC, values).lastrowid or 0
    connection.execute(_UPDATE_TOPIC, {**values, "key": known})
    return known


_INSERT_TOPIC = """
INSERT INTO topics (topic_id, forum_id, title, url, status, sticky, tags, language, feed_urls, engine, stated_replies,
                    replies_need_login, first_seen, last_seen)
VALUES (:topic_id, :forum_id, :title, :url, :status, :sticky, :tags, :language, :feed_urls, :engine, :stated_replies,
        :replies_need_login, :seen, :seen)
"""
# A later page of a topic does not show its status, and may not link its first page: what is known is kept.
_UPDATE_TOPIC = """
UPDATE topics SET forum_id = coalesce(:forum_id, forum_id), title = :title, url = coalesce(:url, url),
    status = coalesce(:status, status), sticky = CASE WHEN :status IS NULL THEN sticky ELSE :sticky END, tags = :tags,
    language = :language, feed_urls = :feed_urls, engine = :engine,
    stated_replies = coalesce(:stated_replies, stated_replies), replies_need_login = :replies_need_login,
    last_seen = max(last_seen, :seen)
WHERE topic_key = :key
"""


def _known_topic(connection: sqlite3.Connection, page: TopicPage) -> int | None:
    """The topic by its number; where a page shows none (a dump), by a post of it."""
    if page.topic_id is not None:
        query, value = "SELECT topic_key FROM topics WHERE topic_id = ?", page.topic_id
    else:
        query, value = "SELECT topic_key FROM posts WHERE post_id = ?", page.posts[0].post_id
    row = connection.execute(query, (value,)).fetchone()
    return row[0] if row else None


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


def _save_topic_page(
    connection: sqlite3.Connection, topic_key: int, page: TopicPage, source: Source, url: str
) -> None:
    claim = page.claim
    connection.execute(
        "INSERT OR REPLACE INTO topic_pages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            topic_key,
            page.pager.current,
            page.part,
            source.page_id,
            url,
            page.pager.last,
            max([page.part, *(number for number, _ in page.part_urls)]),
            sum(1 for post in page.posts if not (page.has_lead and post.kind == "topic")),
            claim.text if claim else None,
            claim.unit if claim else None,
            claim.count if claim else None,
            claim.first if claim else None,
            claim.last if claim else None,
            claim.total if claim else None,
            page.has_lead,
            page.is_threaded,
            _json([str(problem) for problem in page.problems if problem.post_id is None]),
        ),
    )


def _save_author(connection: sqlite3.Connection, author: Author) -> int:
    key = (author.name, author.url, author.user_id, author.is_guest, author.is_deleted)
    row = connection.execute(
        "SELECT author_id FROM authors WHERE name = ? AND url IS ? AND user_id IS ? AND is_guest = ? AND is_deleted IS ?",
        key,
    ).fetchone()
    if row is not None:
        return int(row[0])
    cursor = connection.execute(
        "INSERT INTO authors (name, url, user_id, is_guest, is_deleted, slug, avatar_url) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (*key, author.slug, author.avatar_url),
    )
    return cursor.lastrowid or 0


def _save_post(
    connection: sqlite3.Connection,
    topic_key: int,
    post: ParsedPost,
    place: tuple[int, int, int],
    source: Source,
) -> Saved:
    values = _post_values(connection, topic_key, post, place, source)
    known = connection.execute(_KNOWN_POST, (post.post_id,)).fetchone()
    if known is None:
        connection.execute(_INSERT_POST, values)
        _insert_revision(connection, post, 1, source)
        return Saved(new=1)
    connection.execute(_UPDATE_POST, values)
    if _is_same_body(known, post):
        return Saved(same=1)
    if known["is_cut"]:
        connection.execute(
            "DELETE FROM revisions WHERE post_id = ? AND revision = ?",
            (post.post_id, known["revision"]),
        )
        _insert_revision(connection, post, known["revision"], source)
        return Saved(same=1)
    connection.execute(
        "UPDATE posts SET revision = revision + 1 WHERE post_id = ?", (post.post_id,)
    )
    _insert_revision(connection, post, known["revision"] + 1, source)
    return Saved(changed=1)


_KNOWN_POST = "SELECT revision, body_html, is_cut FROM posts JOIN revisions USING (post_id, revision) WHERE post_id = ?"
_INSERT_POST = """
INSERT INTO posts (post_id, topic_key, kind, author_id, url, role, role_key, published_text, published_attribute,
                   reply_to, depth, edits, problems, page_id, number, part, ordinal, revision, first_seen, last_seen)
VALUES (:post_id, :topic_key, :kind, :author_id, :url, :role, :role_key, :published_text, :published_attribute,
        :reply_to, :depth, :edits, :problems, :page_id, :number, :part, :ordinal, 1, :seen, :seen)
"""
# An opening post that every page repeats keeps its place on the first of them.
_UPDATE_POST = """
UPDATE posts SET topic_key = :topic_key, kind = :kind, author_id = :author_id, url = :url, role = :role,
    role_key = :role_key, published_text = :published_text, published_attribute = :published_attribute,
    reply_to = :reply_to, depth = :depth, edits = :edits, problems = :problems, page_id = :page_id,
    number = CASE WHEN :kind = 'topic' THEN min(number, :number) ELSE :number END,
    part = CASE WHEN :kind = 'topic' THEN min(part, :part) ELSE :part END, ordinal = :ordinal,
    last_seen = max(last_seen, :seen), gone_at = NULL, gone_reason = NULL
WHERE post_id = :post_id
"""


def _post_values(
    connection: sqlite3.Connection,
    topic_key: int,
    post: ParsedPost,
    place: tuple[int, int, int],
    source: Source,
) -> dict[str, object]:
    return {
        "post_id": post.post_id,
        "topic_key": topic_key,
        "kind": post.kind,
        "author_id": _save_author(connection, post.author),
        "url": post.url,
        "role": post.role,
        "role_key": post.role_key,
        "published_text": post.published_text,
        "published_attribute": post.published_attribute,
        "reply_to": post.reply_to,
        "depth": post.depth,
        "edits": _json(post.edits),
        "problems": _json([str(problem) for problem in post.problems]),
        "page_id": source.page_id,
        "number": place[0],
        "part": place[1],
        "ordinal": place[2],
        "seen": source.seen_at,
    }


def _is_same_body(known: sqlite3.Row, post: ParsedPost) -> bool:
    """Whether a body is the one known; of a cut body, as far as it goes."""
    if post.is_cut and not known["is_cut"]:
        return str(known["body_html"]).startswith(post.body_html)
    return bool(known["body_html"] == post.body_html)


def _insert_revision(
    connection: sqlite3.Connection, post: ParsedPost, revision: int, source: Source
) -> None:
    connection.execute(
        "INSERT INTO revisions (post_id, revision, body_html, body_text, is_cut, seen_at, page_id)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            post.post_id,
            revision,
            post.body_html,
            post.body_text,
            post.is_cut,
            source.seen_at,
            source.page_id,
        ),
    )


def _append_body(connection: sqlite3.Connection, topic_key: int, page: TopicPage) -> None:
    """Join the rest of a cut post to its beginning."""
    row = connection.execute(
        "SELECT post_id, revision, body_html FROM posts JOIN revisions USING (post_id, revision)"
        " WHERE topic_key = ? AND number = ? AND part = ? AND is_cut = 1 ORDER BY ordinal DESC LIMIT 1",
        (topic_key, page.pager.current, page.part - 1),
    ).fetchone()
    if row is None:
        return
    body = f"{row['body_html']}\n{page.continuation_html}"
    text = visible_text(html.fragment_fromstring(body, create_parent="div"))
    connection.execute(
        "UPDATE revisions SET body_html = ?, body_text = ?, is_cut = 0 WHERE post_id = ? AND revision = ?",
        (body, text, row["post_id"], row["revision"]),
    )
    if page.continuation_edits:
        edits = (_json(page.continuation_edits), row["post_id"])
        connection.execute("UPDATE posts SET edits = ? WHERE post_id = ?", edits)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()

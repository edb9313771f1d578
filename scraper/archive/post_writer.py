"""Save the posts that a page shows: authors, posts, and every revision of a body, inside one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scraper.archive.change_log import log_author, log_place
from scraper.archive.new_address import is_same_elsewhere
from scraper.archive.search_index import index_post
from scraper.archive.settled_time import forget_before_merge, note_new_time
from scraper.archive.stored_json import to_json

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from parsers.records import Author, ParsedPost


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What saving a page changed, in posts.

    Attributes:
        new: seen for the first time.
        changed: with another body than before.
        same: as they were.
    """

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
        is_dump: it is a text dump, which shows less than a page: it never overrules one.
    """

    page_id: int
    seen_at: str
    is_dump: bool = False


def save_post(
    connection: sqlite3.Connection,
    topic_key: int,
    post: ParsedPost,
    place: tuple[int, int, int],
    source: Source,
) -> Saved:
    """Save a post: what is shown of it now, and its body where that was not seen yet.

    Args:
        connection: inside a transaction.
        topic_key: its topic.
        post: what was read.
        place: page of the topic, part of the page, place on it.
        source: the stored page it was read from.
    """
    known = connection.execute(_KNOWN_POST, (post.post_id,)).fetchone()
    if known is not None and source.is_dump and known["page_kind"] != "dump":
        connection.execute(_SEEN_AS_WELL, {"post_id": post.post_id, "seen": source.seen_at})
        return Saved(same=1)
    if known is not None or not _is_known_author(connection, post.author):
        log_author(connection, known, post.author, post.role_key or post.role, source.seen_at)
    values = _post_values(connection, topic_key, post, place, source)
    if known is None:
        connection.execute(_INSERT_POST, values)
        note_new_time(connection, post.post_id)
        _insert_revision(connection, post, 1, source)
        return Saved(new=1)
    if _shows_new_time(known, post) or known["topic_key"] != topic_key:
        note_new_time(connection, post.post_id)
    if known["kind"] == "topic" and known["topic_key"] != topic_key:
        forget_before_merge(connection, topic_key, post.post_id)
    if _is_beginning(known, post):
        # They stand at the post's end, on the next part; and what was read whole is not doubtful for a torn copy.
        values |= {"edits": known["edits"], "problems": known["problems"]}
    log_place(connection, known, topic_key, source.page_id, source.seen_at)
    connection.execute(_UPDATE_POST, values)
    if known["kind"] != post.kind:
        index_post(connection, post.post_id)
    return _save_body(connection, known, post, source)


def _shows_new_time(known: sqlite3.Row, post: ParsedPost) -> bool:
    """Whether what a post shows of its time means something else now; words such as “3 days ago” do every day."""
    shown = (post.published_text, post.published_attribute)
    is_same = shown == (known["published_text"], known["published_attribute"])
    return not is_same or known["published_local"] is None or known["page_kind"] == "dump"


def _save_body(
    connection: sqlite3.Connection, known: sqlite3.Row, post: ParsedPost, source: Source
) -> Saved:
    if known["body_html"] == post.body_html or _is_beginning(known, post):
        return Saved(same=1)
    revision: int = known["revision"]
    is_from_dump = known["page_kind"] == "dump" and not source.is_dump
    if (
        known["is_cut"] or is_from_dump
    ):  # what was seen so far is the beginning only, or without its markup
        replaced = "DELETE FROM revisions WHERE post_id = ? AND revision = ?"
        connection.execute(replaced, (post.post_id, revision))
        _insert_revision(connection, post, revision, source)
        return Saved(same=1)
    if is_same_elsewhere(connection, known["body_html"], post.body_html):
        # Nobody edited it: it links to where the site is now.
        values = (post.body_html, post.body_text, post.post_id, revision)
        connection.execute(_REPLACE_BODY, values)
        index_post(connection, post.post_id)
        return Saved(same=1)
    _insert_revision(connection, post, revision + 1, source)
    return Saved(changed=1)


_REPLACE_BODY = (
    "UPDATE revisions SET body_html = ?, body_text = ? WHERE post_id = ? AND revision = ?"
)


def _is_beginning(known: sqlite3.Row, post: ParsedPost) -> bool:
    """Whether a post that is cut begins as the whole of it that is known; a torn page lends it end tags of its own."""
    begins_so = str(known["body_html"]).startswith(post.body_html) or str(
        known["body_text"]
    ).startswith(post.body_text)
    return post.is_cut and not known["is_cut"] and begins_so


def _is_known_author(connection: sqlite3.Connection, author: Author) -> bool:
    return connection.execute(_KNOWN_AUTHOR, _author_key(author)).fetchone() is not None


def _author_key(author: Author) -> tuple[object, ...]:
    return (author.name, author.url, author.user_id, author.is_guest, author.is_deleted)


def _save_author(connection: sqlite3.Connection, author: Author) -> int:
    key = _author_key(author)
    row = connection.execute(_KNOWN_AUTHOR, key).fetchone()
    if row is not None:
        return int(row[0])
    cursor = connection.execute(
        "INSERT INTO authors (name, url, user_id, is_guest, is_deleted, slug, avatar_url) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (*key, author.slug, author.avatar_url),
    )
    return cursor.lastrowid or 0


# As the index `authors_by_all` has it: many accounts can have one name, all that are gone for instance.
_KNOWN_AUTHOR = """
SELECT author_id FROM authors
WHERE name = ? AND coalesce(url, '') = coalesce(?, '') AND coalesce(user_id, 0) = coalesce(?, 0)
    AND is_guest = ? AND coalesce(is_deleted, -1) = coalesce(?, -1)
"""


_KNOWN_POST = """
SELECT posts.kind AS kind, revision, body_html, body_text, is_cut, edits, problems, published_text, published_attribute, published_local,
    pages.kind AS page_kind, post_id, topic_key, gone_at, gone_reason, name, authors.url AS author_url, slug, user_id,
    is_deleted, coalesce(role_key, role) AS role
FROM posts JOIN revisions USING (post_id, revision) JOIN pages ON pages.page_id = posts.page_id
    JOIN authors USING (author_id)
WHERE post_id = ?
"""
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
    first_seen = min(first_seen, :seen), last_seen = max(last_seen, :seen), gone_at = NULL, gone_reason = NULL
WHERE post_id = :post_id
"""
_SEEN_AS_WELL = """
UPDATE posts SET first_seen = min(first_seen, :seen), last_seen = max(last_seen, :seen) WHERE post_id = :post_id
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
        "edits": to_json(post.edits),
        "problems": to_json([str(problem) for problem in post.problems]),
        "page_id": source.page_id,
        "number": place[0],
        "part": place[1],
        "ordinal": place[2],
        "seen": source.seen_at,
    }


def _insert_revision(
    connection: sqlite3.Connection, post: ParsedPost, revision: int, source: Source
) -> None:
    values = {
        "post_id": post.post_id,
        "revision": revision,
        "body_html": post.body_html,
        "body_text": post.body_text,
        "is_cut": post.is_cut,
        "pieces": to_json([len(post.body_html)]) if post.is_cut else None,
        "seen": source.seen_at,
        "page_id": source.page_id,
    }
    add_revision(connection, post.post_id, values)


def add_revision(
    connection: sqlite3.Connection, post_id: int, values: Mapping[str, object]
) -> None:
    """Add a body that was seen of a post, its newest from now on."""
    connection.execute(_INSERT_REVISION, values)
    connection.execute("UPDATE posts SET revision = :revision WHERE post_id = :post_id", values)
    index_post(connection, post_id)


_INSERT_REVISION = """
INSERT INTO revisions (post_id, revision, body_html, body_text, is_cut, pieces, seen_at, page_id)
VALUES (:post_id, :revision, :body_html, :body_text, :is_cut, :pieces, :seen, :page_id)
"""

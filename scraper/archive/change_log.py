"""Log what saving a page is about to overwrite: where posts moved, that they came back, how topics and people changed.

Bodies are not logged here: each is a row of `revisions`. Everything runs inside the transaction of the page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scraper.archive.forum import forum_titles

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from parsers.records import Author

_BETWEEN = " › "


# Posts


def log_place(
    connection: sqlite3.Connection, known: sqlite3.Row, topic_key: int, page_id: int, seen_at: str
) -> None:
    """Log that a post stands in another topic than before, or that it is back in its own.

    A post that was missed in one topic and turns up in another has moved: it was never gone.

    Args:
        connection: inside a transaction.
        known: the post as it was: `post_id`, `topic_key`, `gone_at`, `gone_reason`.
        topic_key: where it stands now.
        page_id: the page that shows it.
        seen_at: when that came.
    """
    if known["topic_key"] != topic_key:
        connection.execute(
            "INSERT INTO post_moves (post_id, from_topic_key, to_topic_key, seen_at, page_id) VALUES (?, ?, ?, ?, ?)",
            (known["post_id"], known["topic_key"], topic_key, seen_at, page_id),
        )
    elif known["gone_at"] is not None:
        connection.execute(
            "INSERT OR IGNORE INTO post_absences (post_id, gone_at, gone_reason, returned_at) VALUES (?, ?, ?, ?)",
            (known["post_id"], known["gone_at"], known["gone_reason"], seen_at),
        )


# People


def log_author(
    connection: sqlite3.Connection,
    before: sqlite3.Row | None,
    author: Author,
    role: str | None,
    seen_at: str,
) -> None:
    """Log what changed of a person since one of their posts was last seen; once, however many posts show it.

    Args:
        connection: inside a transaction.
        before: the author of the post as it was: `name`, `author_url`, `slug`, `user_id`, `is_deleted`, `role`; None
            for one that was not seen yet.
        author: who a page says wrote it.
        role: the role that it shows.
        seen_at: when that came.
    """
    known = before if before is not None else _namesake(connection, author)
    if known is None or not _has_account(known["slug"], known["user_id"]):
        return
    who = (known["author_url"], known["user_id"])
    for field, old, new in _changes(known, author, role):
        row = connection.execute(_NEWEST, (*who, field)).fetchone()
        if row is None or row[0] != new:
            connection.execute(_LOG_AUTHOR, (*who, field, old, new, seen_at))


def _has_account(slug: str | None, user_id: int | None) -> bool:
    """Whether it is known which account it is: a guest's name and web site anybody may use."""
    return slug is not None or user_id is not None


def _namesake(connection: sqlite3.Connection, author: Author) -> sqlite3.Row | None:
    """The same account under another name, as it was first met last."""
    if not _has_account(author.slug, author.user_id):
        return None
    values = {"url": author.url, "user_id": author.user_id}
    row: sqlite3.Row | None = connection.execute(_NAMESAKE, values).fetchone()
    return row


_NAMESAKE = """
SELECT name, url AS author_url, slug, user_id, is_deleted, NULL AS role FROM authors
WHERE (user_id = :user_id OR (url = :url AND slug IS NOT NULL)) ORDER BY author_id DESC LIMIT 1
"""
_NEWEST = """
SELECT new_value FROM author_changes WHERE author_url IS ? AND user_id IS ? AND field = ?
ORDER BY change_id DESC LIMIT 1
"""
_LOG_AUTHOR = """
INSERT INTO author_changes (author_url, user_id, field, old_value, new_value, seen_at) VALUES (?, ?, ?, ?, ?, ?)
"""


def _changes(
    known: sqlite3.Row, author: Author, role: str | None
) -> Iterator[tuple[str, str | None, str | None]]:
    """What a page shows otherwise of a person, as the column `field` has it; what it does not show is no change."""
    if not (_is_nobody(author) or _is_same(known, author)):
        return
    if author.is_deleted or known["is_deleted"]:  # the name and the role are nobody's then
        if bool(known["is_deleted"]) != bool(author.is_deleted):
            yield "is_deleted", str(known["is_deleted"] or 0), str(int(author.is_deleted or False))
        return
    if known["name"] != author.name:
        yield "name", known["name"], author.name
    if known["role"] is not None and role is not None and known["role"] != role:
        yield "role", known["role"], role


def _is_nobody(author: Author) -> bool:
    """Whether a page says that the account is gone and no longer whose it was."""
    return author.is_deleted is True and not _has_account(author.slug, author.user_id)


def _is_same(known: sqlite3.Row, author: Author) -> bool:
    if known["user_id"] is not None and author.user_id is not None:
        return bool(known["user_id"] == author.user_id)
    return author.slug is not None and known["author_url"] == author.url


# Topics


def log_topic(
    connection: sqlite3.Connection, before: sqlite3.Row, after: dict[str, object]
) -> None:
    """Log how a topic changed, and that one that was gone is there.

    Args:
        connection: inside a transaction.
        before: its row as it was.
        after: the columns as a page of it says them, and `seen`; what it does not show is None.
    """
    for field, old, new in _topic_changes(connection, before, after):
        _log_topic(connection, before["topic_key"], (field, old, new), str(after["seen"]))


def _topic_changes(
    connection: sqlite3.Connection, before: sqlite3.Row, after: dict[str, object]
) -> Iterator[tuple[str, object, object]]:
    if before["title"] not in {"", after["title"]}:
        yield "title", before["title"], after["title"]
    if before["status"] is not None and after["status"] is not None:
        for field in ("status", "sticky"):
            if before[field] != after[field]:
                yield field, before[field], after[field]
    if None not in {before["forum_id"], after["forum_id"]}:
        yield from _forum_change(connection, before["forum_id"], after["forum_id"])
    if before["vanished_at"] is not None:
        yield "gone", before["vanished_reason"], None


def _forum_change(
    connection: sqlite3.Connection, before: object, after: object
) -> Iterator[tuple[str, object, object]]:
    """A forum that only got another name, or another address, has all its topics still."""
    old, new = (
        connection.execute("SELECT * FROM forums WHERE forum_id = ?", (one,)).fetchone()
        for one in (before, after)
    )
    if old["url"] is not None and old["url"] == new["url"]:
        return
    paths = [_BETWEEN.join(forum_titles(connection, one["forum_id"])) for one in (old, new)]
    if paths[0] != paths[1]:
        yield "forum", paths[0], paths[1]


def _log_topic(
    connection: sqlite3.Connection,
    topic_key: int,
    change: tuple[str, object, object],
    seen_at: str,
) -> None:
    connection.execute(
        "INSERT INTO topic_changes (topic_key, field, old_value, new_value, seen_at) VALUES (?, ?, ?, ?, ?)",
        (topic_key, *change, seen_at),
    )

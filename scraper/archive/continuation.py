"""Join a post that page breaks cut: its beginning is on one part of a page, the rest on the parts that follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import html

from parsers.visible_text import visible_text
from scraper.archive.post_writer import Saved, add_revision
from scraper.archive.search_index import index_post
from scraper.archive.stored_json import numbers, to_json

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from parsers.records import TopicPage
    from scraper.archive.post_writer import Source

JOINT = "\n"
"""What stands between the pieces of a body."""


def save_continuation(
    connection: sqlite3.Connection, topic_key: int, page: TopicPage, source: Source
) -> Saved:
    """Join what a further part of a page begins with to the post that it goes on with.

    Args:
        connection: inside a transaction.
        topic_key: its topic.
        page: what was read.
        source: the stored page it was read from.
    """
    row = connection.execute(_CUT_POST, (topic_key, page.pager.current, page.part)).fetchone()
    if page.continuation_html is None or row is None:
        return Saved()
    pieces = list(pieces_of(row["body_html"], row["pieces"]))
    place = page.part - row["part"]
    if place > len(pieces):
        return Saved()  # a part in between was not read
    goes_on = not page.posts and any(number > page.part for number, _ in page.part_urls)
    later = pieces[place + 1 :] if goes_on else []
    pieces = [*pieces[:place], page.continuation_html, *later]
    is_cut = goes_on and not later
    if not goes_on:
        _save_edits(connection, row["post_id"], page)
    return _save_body(connection, row, pieces, source, is_cut=is_cut)


def _save_body(
    connection: sqlite3.Connection,
    row: sqlite3.Row,
    pieces: list[str],
    source: Source,
    *,
    is_cut: bool,
) -> Saved:
    body = JOINT.join(pieces)
    values = {
        "post_id": row["post_id"],
        "revision": row["revision"],
        "body_html": body,
        "body_text": visible_text(html.fragment_fromstring(body, create_parent="div")),
        "is_cut": is_cut,
        "pieces": to_json([len(piece) for piece in pieces]),
        "seen": source.seen_at,
        "page_id": source.page_id,
    }
    if row["is_cut"]:  # what was seen so far is the beginning only
        connection.execute(_COMPLETE, values)
        index_post(connection, row["post_id"])
    elif row["body_html"] != body:
        add_revision(connection, row["post_id"], {**values, "revision": row["revision"] + 1})
        return Saved(changed=1)
    return Saved()


def _save_edits(connection: sqlite3.Connection, post_id: int, page: TopicPage) -> None:
    """The revision log stands at a post's end."""
    edits = (to_json(page.continuation_edits), post_id)
    connection.execute("UPDATE posts SET edits = ? WHERE post_id = ?", edits)


def pieces_of(body: str, lengths: str) -> Iterator[str]:
    """The pieces of a body, as the parts of its page show them.

    Args:
        body: all of it.
        lengths: how long each is, as stored.
    """
    start = 0
    for length in numbers(lengths):
        yield body[start : start + length]
        start += length + len(JOINT)


_CUT_POST = """
SELECT post_id, revision, body_html, is_cut, pieces, part FROM posts JOIN revisions USING (post_id, revision)
WHERE topic_key = ? AND number = ? AND part < ? AND pieces IS NOT NULL ORDER BY part DESC, ordinal DESC LIMIT 1
"""
_COMPLETE = """
UPDATE revisions SET body_html = :body_html, body_text = :body_text, is_cut = :is_cut, pieces = :pieces
WHERE post_id = :post_id AND revision = :revision
"""

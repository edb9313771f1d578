"""Have bodies that other people wrote be as they are without names: those of one piece, those of several, and their histories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scraper.archive.continuation import JOINT, pieces_of
from scraper.archive.stored_json import to_json

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator

    from parsers.records import ParsedPost


def change_body(connection: sqlite3.Connection, was: ParsedPost, post: ParsedPost) -> None:
    """Have every revision that had a body have it as it is without names."""
    connection.execute(
        "UPDATE revisions SET body_html = ?, body_text = ? WHERE post_id = ? AND body_html = ?",
        (post.body_html, post.body_text, post.post_id, was.body_html),
    )


def change_joined(
    connection: sqlite3.Connection, clean: Callable[[str], str], text_of: Callable[[str], str]
) -> Iterator[tuple[int, str]]:
    """Have bodies that pages cut be without names, piece by piece, as each is on a page of its own.

    Args:
        connection: inside a transaction.
        clean: gives a piece without names.
        text_of: gives the text of a body.

    Yields:
        The posts that were changed, each with the body that it had.
    """
    for row in connection.execute(_JOINED).fetchall():
        pieces = [clean(piece) for piece in pieces_of(row["body_html"], row["pieces"])]
        body = JOINT.join(pieces)
        if body != row["body_html"]:
            lengths = to_json([len(piece) for piece in pieces])
            place = (row["post_id"], row["revision"])
            connection.execute(_CHANGE, (body, text_of(body), lengths, *place))
            yield row["post_id"], row["body_html"]


_JOINED = "SELECT post_id, revision, body_html, pieces FROM revisions WHERE pieces IS NOT NULL"
_CHANGE = """
UPDATE revisions SET body_html = ?, body_text = ?, pieces = ? WHERE post_id = ? AND revision = ?
"""


def merge_revisions(connection: sqlite3.Connection, post_ids: Iterable[int]) -> None:
    """Have revisions be one that followed each other, and differed by nothing but a name."""
    for post_id in sorted(post_ids):
        rows = connection.execute(_REVISIONS, (post_id,)).fetchall()
        before: str | None = None
        merged = 0
        for row in rows:
            place = (post_id, row["revision"])
            if row["body_html"] == before:
                connection.execute(_DROP, place)
                merged += 1
            elif merged:
                connection.execute(_RENUMBER, (merged, *place))
            before = row["body_html"]
        if merged:
            # What was looked through for pictures has other numbers now: it is looked through again.
            connection.execute("DELETE FROM media_bodies WHERE post_id = ?", (post_id,))
            connection.execute(_FEWER, (merged, post_id))


_REVISIONS = "SELECT revision, body_html FROM revisions WHERE post_id = ? ORDER BY revision"
_DROP = "DELETE FROM revisions WHERE post_id = ? AND revision = ?"
_RENUMBER = "UPDATE revisions SET revision = revision - ? WHERE post_id = ? AND revision = ?"
_FEWER = "UPDATE posts SET revision = revision - ? WHERE post_id = ?"

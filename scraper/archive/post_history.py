"""Read all that is known of how one post came to be as it is: its bodies, where it stood, when it was gone, its author."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from parsers.errors import DamagedArchiveError
from parsers.records import Edit
from scraper.archive.stored_json import from_json
from scraper.archive.word_difference import TextPiece, changed_words, difference

if TYPE_CHECKING:
    import sqlite3

    from scraper.archive.database import Archive


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyChange:
    """A body that was seen of a post, and how it differs from the one before.

    Attributes:
        revision: 1 for the first body seen, one more for each changed one.
        seen_at: when it was first seen, in UTC.
        body_html: the body's inner HTML.
        body_text: its visible text.
        words_added: words that came in; 0 for the first body, and where only the markup changed.
        words_removed: words that were taken out.
        difference: the visible text before and since, piece by piece; empty for the first body.
        source_url: the stored page that it was read from; None where a text dump says no address.
        source_sha256: of that page's body.
    """

    revision: int
    seen_at: str
    body_html: str
    body_text: str
    words_added: int
    words_removed: int
    difference: tuple[TextPiece, ...]
    source_url: str | None
    source_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PostMove:
    """A post stood in another topic than before: a merge, a split or a move.

    Attributes:
        seen_at: when it was first seen there, in UTC.
        from_topic_id: the topic before; None where no page shows its number.
        from_title: its title, as it is now.
        to_topic_id: the topic since then.
        to_title: its title.
    """

    seen_at: str
    from_topic_id: int | None
    from_title: str
    to_topic_id: int | None
    to_title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """A post was not on the site.

    Attributes:
        gone_at: when it was found to have vanished, in UTC.
        gone_reason: how.
        returned_at: when a page showed it again; None where it is gone still.
    """

    gone_at: str
    gone_reason: str | None
    returned_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorChange:
    """Something changed of a person; no post of theirs was edited by it.

    Attributes:
        seen_at: when it was first seen so, in UTC.
        author_url: whose profile; None where only the account's number is shown.
        user_id: the account's number, where shown.
        field: `name`, `role` (by its key where it is one of bbPress's), or `is_deleted`: the account is gone.
        old: before; of `is_deleted` `0` or `1`.
        new: since then.
    """

    seen_at: str
    author_url: str | None
    user_id: int | None
    field: Literal["name", "role", "is_deleted"]
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostHistory:
    """All that is known of how a post came to be as it is.

    Attributes:
        post_id: its number.
        kind: `topic` where it opens its topic, else `reply`.
        topic_id: its topic's number; None where no page shows it.
        topic_title: its topic's title.
        topic_url: its topic's address; None where no page says it.
        url: its permalink, as shown.
        author: who wrote it, as displayed.
        author_url: the author's profile, or a guest's web site.
        published: when it was published, in UTC; None where that is not known.
        published_text: the date exactly as displayed.
        first_seen: when a page first showed it, in UTC.
        last_seen: when a page last showed it.
        revisions: every body that was seen, oldest first.
        moves: from topic to topic, oldest first.
        absences: when it was gone, oldest first; the last one may go on.
        edits: the revision log that the site shows, as last seen, oldest first.
        author_changes: what changed of its author, oldest first.
    """

    post_id: int
    kind: Literal["topic", "reply"]
    topic_id: int | None
    topic_title: str
    topic_url: str | None
    url: str | None
    author: str
    author_url: str | None
    published: str | None
    published_text: str | None
    first_seen: str
    last_seen: str
    revisions: tuple[BodyChange, ...]
    moves: tuple[PostMove, ...]
    absences: tuple[Absence, ...]
    edits: tuple[Edit, ...]
    author_changes: tuple[AuthorChange, ...]

    @property
    def is_gone(self) -> bool:
        """Whether it is no longer on the site."""
        return bool(self.absences) and self.absences[-1].returned_at is None


_POST = """
SELECT post_id, kind, topic_id, title AS topic_title, topics.url AS topic_url, posts.url, name AS author,
    authors.url AS author_url, published, published_text, posts.first_seen, posts.last_seen
FROM posts JOIN topics USING (topic_key) JOIN authors USING (author_id) WHERE post_id = ?
"""
_BODIES = """
SELECT revision, seen_at, body_html, body_text, nullif(final_url, '') AS source_url, sha256 AS source_sha256
FROM revisions JOIN pages USING (page_id) WHERE post_id = ? ORDER BY revision
"""
_MOVES = """
SELECT seen_at, old.topic_id AS from_topic_id, old.title AS from_title, new.topic_id AS to_topic_id, new.title AS to_title
FROM post_moves JOIN topics AS old ON old.topic_key = from_topic_key JOIN topics AS new ON new.topic_key = to_topic_key
WHERE post_id = ? ORDER BY seen_at, post_moves.rowid
"""
_ABSENCES = """
SELECT gone_at, gone_reason, returned_at FROM post_absences WHERE post_id = ?1
UNION ALL SELECT gone_at, gone_reason, NULL FROM posts WHERE post_id = ?1 AND gone_at IS NOT NULL
ORDER BY gone_at
"""
_PEOPLE = """
SELECT seen_at, author_changes.author_url, author_changes.user_id, field, old_value AS old, new_value AS new
FROM author_changes JOIN posts ON post_id = ? JOIN authors USING (author_id)
WHERE author_changes.user_id = authors.user_id OR (author_changes.author_url = authors.url AND slug IS NOT NULL)
ORDER BY seen_at, change_id
"""


def history_of_post(archive: Archive, post_id: int) -> PostHistory | None:
    """The history of a post, also of one that is gone; None where the archive has no such post.

    Raises:
        DamagedArchiveError: no body is kept of it.
    """
    connection, key = archive.connection, (post_id,)
    row = connection.execute(_POST, key).fetchone()
    if row is None:
        return None
    bodies = connection.execute(_BODIES, key).fetchall()
    if not bodies:
        raise DamagedArchiveError(
            f"The archive is damaged: the body of post {post_id} is missing. Restore a copy of it, or try `threadkeep reparse`."
        )
    log = connection.execute("SELECT edits FROM posts WHERE post_id = ?", key).fetchone()[0]
    return PostHistory(
        **dict(row),
        revisions=_body_changes(bodies),
        moves=tuple(PostMove(**dict(one)) for one in connection.execute(_MOVES, key)),
        absences=tuple(Absence(**dict(one)) for one in connection.execute(_ABSENCES, key)),
        edits=from_json(log, tuple[Edit, ...]),
        author_changes=tuple(
            AuthorChange(**dict(one)) for one in connection.execute(_PEOPLE, key)
        ),
    )


def _body_changes(bodies: list[sqlite3.Row]) -> tuple[BodyChange, ...]:
    changes = [_body_change(bodies[0], ())]
    for before, body in pairwise(bodies):
        changes.append(_body_change(body, difference(before["body_text"], body["body_text"])))
    return tuple(changes)


def _body_change(body: sqlite3.Row, pieces: tuple[TextPiece, ...]) -> BodyChange:
    added, removed = changed_words(pieces)
    return BodyChange(**dict(body), words_added=added, words_removed=removed, difference=pieces)

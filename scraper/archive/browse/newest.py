"""List what is new in an archive: the newest posts, and the newest changes that it saw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scraper.archive.database import Archive

ChangeKind = Literal["edited", "gone", "back", "moved"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedPost:
    """Something that happened to a post after it was first seen.

    Attributes:
        post_id: the post.
        seen_at: when it was seen, in UTC.
        kind: `edited` (another body), `gone`, `back`, `moved` (it stands in another topic).
        revision: of an edit, the number of the body; else 0.
        detail: how it went.
    """

    post_id: int
    seen_at: str
    kind: ChangeKind
    revision: int
    detail: str | None


_CHANGES = """
SELECT post_id, seen_at, 'edited' AS kind, revision, NULL AS detail FROM revisions WHERE revision > 1
UNION ALL SELECT post_id, gone_at, 'gone', 0, gone_reason FROM posts WHERE gone_at IS NOT NULL
UNION ALL SELECT post_id, returned_at, 'back', 0, NULL FROM post_absences
UNION ALL SELECT post_id, seen_at, 'moved', 0, NULL FROM post_moves
ORDER BY seen_at DESC, post_id DESC, revision DESC LIMIT ?
"""
_POSTS = """
SELECT post_id FROM posts WHERE gone_at IS NULL
ORDER BY coalesce(published, published_local, first_seen) DESC, post_id DESC LIMIT ?
"""
_NO_LIMIT = -1  # as SQLite has it


def newest_changes(archive: Archive, count: int | None = None) -> Iterator[ChangedPost]:
    """The changes of posts that were seen last, newest first; no more than so many."""
    for row in archive.connection.execute(_CHANGES, (_NO_LIMIT if count is None else count,)):
        yield ChangedPost(**dict(row))


def newest_posts(archive: Archive, count: int | None = None) -> Iterator[int]:
    """The numbers of the posts that were written last, newest first, no more than so many; those that vanished are left out."""
    for row in archive.connection.execute(_POSTS, (_NO_LIMIT if count is None else count,)):
        yield row[0]


def posts_with_history(archive: Archive) -> tuple[int, ...]:
    """The numbers of the posts of which more than one body was seen, or that vanished; from the lowest on."""
    rows = archive.connection.execute(
        "SELECT post_id FROM posts WHERE revision > 1 OR gone_at IS NOT NULL ORDER BY post_id"
    )
    return tuple(row[0] for row in rows)

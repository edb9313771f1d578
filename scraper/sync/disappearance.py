"""Hold back what would mark much of an archive as gone at once: a broken site looks like an emptied one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scraper.archive.gap import Gap

if TYPE_CHECKING:
    import sqlite3

UNCONFIRMED = "gone-unconfirmed"
"""The code of a gap: posts are no longer shown, and were not marked as gone."""

# So many posts may vanish between two visits without anybody being asked, or this share of the archive if that is more.
_FEW = 50
_SHARE = 0.1


class Disappearance:
    """What vanished in one run, and how much of that was held back.

    Attributes:
        held_back: how many posts were not marked, since they are too many.
        waiting: keys of the topics that posts have vanished from, where the run's end tells what became of them.
        is_told_later: other topics are read in this run, and posts may turn up in one of them.
    """

    def __init__(self, connection: sqlite3.Connection, *, is_confirmed: bool) -> None:
        """Begin a run.

        Args:
            connection: to the archive.
            is_confirmed: the user says that it is right, however much it is.
        """
        self._connection = connection
        self._is_confirmed = is_confirmed
        self._limit: int | None = None
        self._gone = 0
        self.held_back = 0
        self.waiting: set[int] = set()
        self.is_told_later = False

    def held(self, posts: int) -> Gap | None:
        """Whether posts are too many to be marked as gone; the gap that says so, or None where they may be.

        Args:
            posts: how many more would be marked.
        """
        if self._is_confirmed or self._gone + posts <= self._most():
            self._gone += posts
            return None
        self.held_back += posts
        return Gap(
            code="gone-unconfirmed",
            detail=f"{posts} posts are no longer shown. That is more at once than is believed without being asked: look at "
            "the site, and say --confirm-gone if it is right.",
            missing=posts,
        )

    def _most(self) -> int:
        if self._limit is None:
            query = "SELECT count(*) FROM posts WHERE gone_at IS NULL"
            self._limit = max(_FEW, int(self._connection.execute(query).fetchone()[0] * _SHARE))
        return self._limit

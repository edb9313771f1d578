"""Tell which topics are to be read, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A topic that is to be read.

    Attributes:
        listing_key: its row.
        url: its address.
        topic_key: the archive's number of it; None where it was never read.
        reason: why.
        pages: how many pages it is likely to have.
        topic_id: the site's number of it, where the list shows it.
        failed: why it could not be read the last time, as the command line exits; None where it could.
    """

    listing_key: int
    url: str
    topic_key: int | None
    reason: str
    pages: int = 1
    topic_id: int | None = None
    failed: int | None = None

    def may_be_gone(self, exit_code: int) -> bool:
        """Whether it is believed that there is none: no list shows it, or a list does and two runs found nothing.

        Args:
            exit_code: what reading it came to.
        """
        return self.reason in {NO_LONGER_LISTED, UNLISTED} or self.failed == exit_code


NEW = "not archived yet"

GROWN = "new replies"

CHANGED = "its row has changed"

NO_LONGER_LISTED = "no longer listed"

UNLISTED = "no list shows it"

REPAIR = "something of it is missing"


def due_topics(connection: sqlite3.Connection) -> tuple[Due, ...]:
    """The topics that are to be read, in the order in which they were found."""
    rows = connection.execute(
        "SELECT listing_key, url, topic_key, reason, coalesce(state ->> 'pages', 1) AS pages, topic_id, exit_code AS failed"
        " FROM listings WHERE reason IS NOT NULL ORDER BY listing_key"
    )
    return tuple(Due(**dict(row)) for row in rows)


def topics_in_no_list(connection: sqlite3.Connection) -> list[Due]:
    """The topics that no list has ever shown, as those that were asked for themselves, and that are not known to be gone."""
    rows = connection.execute(_IN_NO_LIST)
    return [Due(**dict(row), reason=UNLISTED) for row in rows]


def topics_to_repair(connection: sqlite3.Connection) -> tuple[Due, ...]:
    """The topics of which a page could not be read the last time, or whose posts may be gone, and that nothing else asks for.

    A topic whose pages had been read when a run was killed is not closed yet: what is missing of it is not on record.
    """
    return tuple(Due(**dict(row), reason=REPAIR) for row in connection.execute(_TO_REPAIR))


_TO_REPAIR = """
SELECT coalesce(listing_key, 0) AS listing_key, coalesce(listings.url, topics.url) AS url,
    topics.topic_key AS topic_key, listings.exit_code AS failed
FROM topics LEFT JOIN listings USING (topic_key)
WHERE topics.url IS NOT NULL AND vanished_at IS NULL AND reason IS NULL AND (
    (crawl_run IS NOT NULL AND crawled_at IS NULL) OR EXISTS (
        SELECT 1 FROM gaps WHERE gaps.topic_key = topics.topic_key AND accepted_at IS NULL AND (
            code = 'gone-unconfirmed'
            OR EXISTS (SELECT 1 FROM frontier WHERE frontier.topic_key = topics.topic_key AND state = 'failed')
        )
    )
) ORDER BY topics.topic_key
"""


# What a sitemap has that was asked for itself is in `list_entries`, as what a list has.
_IN_NO_LIST = """
SELECT coalesce(listing_key, 0) AS listing_key, topics.url AS url, topics.topic_key AS topic_key
FROM topics LEFT JOIN listings USING (topic_key)
WHERE topics.url IS NOT NULL AND vanished_at IS NULL AND (listing_key IS NULL OR (
    reason IS NULL AND sources NOT LIKE '%"list"%'
    AND NOT EXISTS (SELECT 1 FROM list_entries WHERE list_entries.listing_key = listings.listing_key)
)) ORDER BY topics.topic_key
"""

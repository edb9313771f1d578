"""Judge a list that cannot be read: is it out of order, withheld, or gone? What only one visit says is not believed yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parsers.errors import LoginRequiredError, NotFoundError
from scraper.archive.due_topic import NO_LONGER_LISTED
from scraper.archive.list_page import drop_unlisted
from scraper.archive.list_state import has_row
from scraper.archive.listing import want_topic
from scraper.archive.topic_list import fail_list, part_with_list, withhold_list

if TYPE_CHECKING:
    import sqlite3

    from parsers.errors import AccessDeniedError, FetchError, NothingReadableError
    from scraper.archive.topic_list import TopicList

_EVERY_PAGE = 1 << 62


def pass_over(
    connection: sqlite3.Connection,
    topic_list: TopicList,
    error: FetchError | AccessDeniedError | NothingReadableError,
    *,
    is_named: bool,
) -> bool:
    """Note that a list could not be read.

    Where it is gone, or closed to guests from now on, its topics are to be looked up one by one. A list that was asked
    for is never that: the site is out of order then. One that another list still names is that when two runs found so.

    Args:
        connection: inside a transaction.
        topic_list: the list, as it was before this run.
        error: why.
        is_named: the list above names it, or nobody has looked.

    Returns:
        Whether it may be passed over: it is no failure, and is not asked for again unless its row changes.
    """
    fail_list(connection, topic_list.list_key, str(error), error.exit_code)
    if not isinstance(error, (NotFoundError, LoginRequiredError)):
        return False
    if topic_list.was_read:
        return not topic_list.is_scope and _is_gone(
            connection, topic_list, error, is_named=is_named
        )
    if isinstance(error, LoginRequiredError):
        withhold_list(connection, topic_list.list_key)
        return not topic_list.is_scope
    is_believed = not is_named or topic_list.exit_code == error.exit_code
    if is_believed or not has_row(connection, topic_list.list_key):
        part_with_list(connection, topic_list.list_key)
        return True
    return False


def _is_gone(
    connection: sqlite3.Connection,
    topic_list: TopicList,
    error: NotFoundError | LoginRequiredError,
    *,
    is_named: bool,
) -> bool:
    if is_named and topic_list.exit_code != error.exit_code:
        return False
    part_with_list(connection, topic_list.list_key)
    for listing_key in drop_unlisted(connection, topic_list.list_key, _EVERY_PAGE):
        want_topic(connection, listing_key, NO_LONGER_LISTED)
    return True

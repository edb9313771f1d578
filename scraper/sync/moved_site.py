"""Find out whether a site at another address is the one that an archive holds: its topics and posts have the same numbers and texts."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from parsers.errors import NothingReadableError, UsageError
from scraper.archive.new_address import move_site
from scraper.archive.page import store_page, utc_text
from scraper.archive.run import ensure_run
from scraper.archive.site import held_host
from scraper.discover.entrance import entrance
from scraper.fetch.address import parse_address
from scraper.fetch.fetcher import Request
from scraper.fetch.host import on_site, one_host
from scraper.sync.receipt import received
from scraper.sync.topic_page import Elsewhere, read_topic_page

if TYPE_CHECKING:
    import sqlite3

    from parsers.list_records import ListPage
    from parsers.records import Page, TopicPage
    from scraper.archive.database import Archive
    from scraper.fetch.fetcher import Fetcher
    from scraper.politeness.clock import Clock

logger = logging.getLogger(__name__)

# From a site's home to a topic of it: index, forum, forum below it, topic.
_MOST_STEPS = 6


def follow_site(
    archive: Archive, fetcher: Fetcher, clock: Clock, url: str, *, may_archive: bool
) -> str | None:
    """Have an archive go on with its site where that is now, if it is the same.

    Args:
        archive: being written.
        fetcher: asks.
        clock: dates the run.
        url: an address of the site as it is now.
        may_archive: see `entrance`.

    Returns:
        One sentence on the move; None where the site is where it was.

    Raises:
        UsageError: it is another site.
        ThreadkeepError: nobody can say, since a page of it was not read.
    """
    held, host = held_host(archive.connection), one_host([url])
    if not held or held == host:
        return None
    try:
        found = _some_topic(archive.connection, fetcher, url, may_archive=may_archive)
    except NothingReadableError:
        found = None
    if found is None or not _is_held(archive.connection, found[1]):
        raise UsageError(
            f"{archive.path} is the archive of {held}, and what is at {host} is not the same forum; name another for {host} "
            "with -a."
        )
    page, _ = found
    with archive.transaction() as connection:
        now = utc_text(clock.now())
        run_id = ensure_run(connection, archive, now)
        move_site(connection, parse_address(url).origin, now)
        store_page(connection, run_id, "other", page)
    sentence = f"the site has moved from {held} to {host}"
    logger.warning("%s", sentence)
    return sentence


def _some_topic(
    connection: sqlite3.Connection, fetcher: Fetcher, url: str, *, may_archive: bool
) -> tuple[Page, TopicPage] | None:
    """A topic that the archive has by its number, on the way that an address leads, and the page that shows it."""
    step: str | None = url
    for _ in range(_MOST_STEPS):
        if step is None:
            return None
        page = received(fetcher.get(Request(url=step, reason="is it the same forum?")))
        found = entrance(page, may_archive=may_archive)
        if found.is_topic:
            topic = read_topic_page(page, may_archive=may_archive)
            if not isinstance(topic, Elsewhere):
                return page, topic
            step = topic.url
        elif found.list_page is not None:
            step = _next_step(connection, found.list_page, page.final_url)
        else:
            step = next(iter(found.leads), None)
    return None


def _next_step(connection: sqlite3.Connection, page: ListPage, url: str) -> str | None:
    """A topic of a list that the archive knows, else a forum that may have one."""
    for row in page.topics:
        if row.url and _knows(connection, "topics", "topic_id", row.topic_id):
            return on_site(row.url, url)
    for forum in page.forums:
        is_likely = forum.topics != 0 and _knows(connection, "lists", "forum_id", forum.forum_id)
        if forum.url and is_likely:
            return on_site(forum.url, url)
    return None


def _knows(connection: sqlite3.Connection, table: str, column: str, number: int | None) -> bool:
    query = f"SELECT 1 FROM {table} WHERE {column} = ?"  # noqa: S608  # names of this module
    return number is not None and connection.execute(query, (number,)).fetchone() is not None


def _is_held(connection: sqlite3.Connection, found: TopicPage) -> bool:
    """Whether most posts of a page that the archive has by their numbers in this topic say what they said."""
    known = {
        row["post_id"]: row["body_text"] for row in connection.execute(_BODIES, (found.topic_id,))
    }
    shown = {post.post_id: post.body_text for post in found.posts if post.post_id in known}
    same = sum(known[number] == text for number, text in shown.items())
    return bool(same) and 2 * same >= len(found.posts)


_BODIES = """
SELECT post_id, body_text FROM posts JOIN revisions USING (post_id, revision) JOIN topics USING (topic_key) WHERE topic_id = ?
"""

"""Ask a site's feed of its newest posts whether there are any that the archive does not know."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parsers.errors import AccessDeniedError, FetchError, NothingReadableError, SessionEndedError
from parsers.feed import parse_feed
from scraper.archive.page import newest_page
from scraper.fetch.fetcher import Request

if TYPE_CHECKING:
    from parsers.records import Page
    from scraper.archive.database import Archive
    from scraper.fetch.fetcher import Fetcher

logger = logging.getLogger(__name__)

_NOT_MODIFIED = 304


@dataclass(frozen=True, slots=True, kw_only=True)
class Newest:
    """What the feed says.

    Attributes:
        is_known: it answered, and is a feed.
        unknown: posts in it that the archive does not have.
        answered_at: the address that it came from in the end, where it has a post that the archive knows.
        page: what came, where it is worth keeping: it names posts that are new, or may be asked for conditionally.
    """

    is_known: bool
    unknown: tuple[int, ...] = ()
    page: Page | None = None
    answered_at: str | None = None


def newest_posts(archive: Archive, fetcher: Fetcher, url: str) -> Newest:
    """Ask for a feed.

    bbPress sends no validators with it; where a cache in front does, they are sent back (RFC 9110 §13).

    Args:
        archive: what is known.
        fetcher: asks.
        url: the feed.
    """
    before = newest_page(archive, "feed", url)
    headers = {name.lower(): value for name, value in before.headers} if before is not None else {}
    request = Request(
        url=url,
        reason="feed of the newest posts",
        etag=headers.get("etag"),
        last_modified=headers.get("last-modified"),
    )
    try:
        page = fetcher.get(request)
    except SessionEndedError:
        raise
    except (FetchError, AccessDeniedError, NothingReadableError) as error:
        logger.info("no feed of the newest posts: %s", error)
        return Newest(is_known=False)
    if page.status == _NOT_MODIFIED:
        return Newest(is_known=True)
    feed = parse_feed(page)
    if not feed.items:
        return Newest(is_known=False)
    unknown = tuple(item.post_id for item in feed.items if not _is_known(archive, item.post_id))
    names = {name.lower() for name, _ in page.headers}
    is_worth_keeping = bool(unknown) or not names.isdisjoint(("etag", "last-modified"))
    return Newest(
        is_known=True,
        unknown=unknown,
        page=page if is_worth_keeping else None,
        answered_at=page.final_url if len(unknown) < len(feed.items) else None,
    )


def still_unknown(archive: Archive, posts: tuple[int, ...]) -> tuple[int, ...]:
    """Those posts that the archive does not have by now."""
    return tuple(post for post in posts if not _is_known(archive, post))


def _is_known(archive: Archive, post_id: int) -> bool:
    query = "SELECT 1 FROM posts WHERE post_id = ? AND gone_at IS NULL"
    return archive.connection.execute(query, (post_id,)).fetchone() is not None

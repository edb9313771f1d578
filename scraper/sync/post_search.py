"""Ask where a post is now, by its number alone: WordPress sends on from `?p=ID` to whatever topic it is in."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parsers.errors import (
    AccessDeniedError,
    FetchError,
    LoginRequiredError,
    NotFoundError,
    NothingReadableError,
    SessionEndedError,
)
from scraper.archive.new_address import at_home
from scraper.archive.site import site_home
from scraper.fetch.fetcher import Request
from scraper.sync.receipt import received
from scraper.sync.topic_page import Elsewhere, leads_to_the_forum, read_topic_page

if TYPE_CHECKING:
    from parsers.records import Page
    from scraper.archive.database import Archive
    from scraper.fetch.fetcher import Fetcher

logger = logging.getLogger(__name__)

# So many posts that have vanished are asked for in one run; those that moved together take one.
_MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """Where a post is.

    Attributes:
        is_known: the site has answered, if only that there is no such post.
        url: its topic; None where there is none, or nobody knows.
        topic_id: the site's number of the topic, where the answer shows it.
    """

    is_known: bool
    url: str | None = None
    topic_id: int | None = None


_UNKNOWN = Whereabouts(is_known=False)
_NOWHERE = Whereabouts(is_known=True)


class PostSearch:
    """Looks for posts that have vanished, a few in a run."""

    def __init__(self, archive: Archive, fetcher: Fetcher, *, may_archive: bool) -> None:
        self._archive = archive
        self._fetcher = fetcher
        self._may_archive = may_archive
        self._left = _MOST

    @property
    def may_go_on(self) -> bool:
        """Whether another post may be asked for."""
        return self._left > 0

    def look_for(self, post_id: int) -> Whereabouts:
        """Ask for a post; what fails says nothing."""
        home = site_home(self._archive.connection)
        if home is None:
            return _UNKNOWN
        self._left -= 1
        url = at_home(self._archive.connection, f"{home.rstrip('/')}/?p={post_id}")
        page: Page | None = None
        try:
            page = received(self._fetcher.get(Request(url=url, reason="where a post is now")))
            found = read_topic_page(page, may_archive=self._may_archive)
        except SessionEndedError:
            raise
        except (NotFoundError, LoginRequiredError):
            return _NOWHERE
        except (FetchError, AccessDeniedError, NothingReadableError) as error:
            logger.info("nobody knows where post %d is now: %s", post_id, error)
            is_gone = page is not None and leads_to_the_forum(page)
            return _NOWHERE if is_gone else _UNKNOWN
        if isinstance(found, Elsewhere):
            return Whereabouts(is_known=True, url=found.url)
        return Whereabouts(is_known=True, url=found.url or page.final_url, topic_id=found.topic_id)

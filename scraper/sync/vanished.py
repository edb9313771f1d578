"""Look up topics that no list shows any more, and mark them as gone where the site says so; an error never does."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from parsers.errors import (
    AccessDeniedError,
    FetchError,
    LoginRequiredError,
    NotFoundError,
    NothingReadableError,
    SessionEndedError,
)
from scraper.archive.address import topic_id_of
from scraper.archive.gap import record_gaps, recorded_gaps
from scraper.archive.gone import live_posts, mark_topic_gone, moved_to, topic_address, vanished_at
from scraper.archive.listing import fail_topic, settle_topic
from scraper.archive.new_address import at_home
from scraper.archive.page import utc_text
from scraper.archive.run import ensure_run
from scraper.archive.viewer import page_of_moderators, sees_less
from scraper.fetch.fetcher import Request
from scraper.sync.receipt import received
from scraper.sync.topic_page import Elsewhere, leads_to_the_forum, read_topic_page
from scraper.sync.unseen_post import unconfirmed

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection

    from parsers.records import Page, TopicPage
    from scraper.archive.database import Archive
    from scraper.archive.due_topic import Due
    from scraper.fetch.fetcher import Fetcher
    from scraper.politeness.clock import Clock
    from scraper.sync.disappearance import Disappearance

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gone:
    due: Due
    topic_key: int
    reason: str


class Vanished:
    """Topics that are found to be gone in one run."""

    def __init__(self, archive: Archive, clock: Clock, disappearance: Disappearance) -> None:
        self._archive = archive
        self._clock = clock
        self._disappearance = disappearance
        self._gone: list[_Gone] = []
        self._fetcher: Fetcher | None = None
        self._has_looked = False
        self.posts = 0
        self.topics = 0

    @property
    def lost_topics(self) -> set[int]:
        """Keys of the topics that were not found, and are not settled yet."""
        return {one.topic_key for one in self._gone}

    def is_back(self, topic_key: int | None) -> bool:
        """Whether a topic was marked as gone, and is to be read again now."""
        return (
            topic_key is not None and vanished_at(self._archive.connection, topic_key) is not None
        )

    def look_up(self, due: Due, fetcher: Fetcher, *, may_archive: bool) -> Page | None:
        """Ask for a topic.

        Returns:
            Its first page, where it is still there; None where it is gone.

        Raises:
            FetchError: nobody can say, since the site or the network failed.
            AccessDeniedError: nobody can say, since the site refuses.
            NothingReadableError: nobody can say, since what came is no page of a forum, or one that cannot be read.
        """
        topic_key = due.topic_key or 0
        self._fetcher = fetcher
        connection = self._archive.connection
        url = at_home(connection, topic_address(connection, topic_key) or due.url)
        page: Page | None = None
        try:
            page = received(fetcher.get(Request(url=url, reason=due.reason)))
            found = read_topic_page(page, may_archive=may_archive)
        except SessionEndedError:
            raise
        except LoginRequiredError:
            self._note(due, topic_key, "now private: the site asks for a login")
        except NotFoundError:
            self._note(due, topic_key, "topic gone: not found, deleted or hidden from guests")
        except (FetchError, AccessDeniedError, NothingReadableError) as error:
            if page is None or not leads_to_the_forum(page):
                self._fail(due, error)
                raise
            self._note(due, topic_key, f"topic gone: its address leads to {page.final_url} now")
        else:
            return self._there_or_elsewhere(due, topic_key, page, found)
        return None

    def settle(self, doubtful: Collection[int] = ()) -> None:
        """Mark what is gone, unless it is too much at once to be believed.

        What a member read who sees more stays as it is, and due: the next one who logs in may see whether it is there.

        Args:
            doubtful: keys of topics whose posts may be elsewhere.
        """
        self._gone = [one for one in self._gone if not self._is_beyond_sight(one)]
        clear = [one for one in self._gone if one.topic_key not in doubtful]
        posts = sum(live_posts(self._archive.connection, one.topic_key) for one in clear)
        held = self._disappearance.held(posts) if clear else None
        for one in self._gone:
            with self._archive.transaction() as connection:
                ensure_run(connection, self._archive, self._now())
                live = live_posts(connection, one.topic_key)
                gap = unconfirmed(live) if one.topic_key in doubtful else held
                if gap is None:
                    self._mark(connection, one)
                else:
                    gaps = recorded_gaps(connection, one.topic_key)
                    own = replace(gap, missing=live)
                    others = [each for each in gaps if each.code != own.code]
                    record_gaps(connection, one.topic_key, (*others, own), self._now())
        self._gone.clear()

    def _mark(self, connection: sqlite3.Connection, one: _Gone) -> None:
        taker = moved_to(connection, one.topic_key)
        reason = f"merged: its posts are in topic {taker} now" if taker else one.reason
        self.posts += mark_topic_gone(connection, one.topic_key, reason, self._now())
        self.topics += 1
        settle_topic(connection, one.due.listing_key, one.topic_key)
        record_gaps(connection, one.topic_key, (), self._now())

    def _there_or_elsewhere(
        self, due: Due, topic_key: int, page: Page, found: TopicPage | Elsewhere
    ) -> Page | None:
        topic_id = topic_id_of(self._archive.connection, topic_key)
        if isinstance(found, Elsewhere):
            self._note(due, topic_key, f"merged or moved: its address leads to {found.url} now")
        elif found.topic_id not in {topic_id, None}:
            reason = f"merged or moved: its address leads to topic {found.topic_id} now"
            self._note(due, topic_key, reason)
        else:
            return page
        return None

    def _is_beyond_sight(self, one: _Gone) -> bool:
        """Whether somebody read a topic who sees more than who did not find it."""
        fetcher, connection = self._fetcher, self._archive.connection
        if fetcher is None or not sees_less(connection, one.topic_key, fetcher.viewer):
            return False
        self._show_moderator(fetcher)
        is_beyond = sees_less(connection, one.topic_key, fetcher.viewer)
        if is_beyond:
            logger.info("%s stays as it is, since a member read it who sees more", one.due.url)
        return is_beyond

    def _show_moderator(self, fetcher: Fetcher) -> None:
        """Read a page that shows a moderator's rights, where no page of this run has had a chance to."""
        url = page_of_moderators(self._archive.connection, [one.topic_key for one in self._gone])
        if self._has_looked or fetcher.viewer != "member" or url is None:
            return
        self._has_looked = True
        try:
            fetcher.get(Request(url=url, reason="as whom pages come"))
        except SessionEndedError:
            raise
        except (FetchError, AccessDeniedError, NothingReadableError) as error:
            logger.info("nobody knows whether a moderator is logged in: %s", error)

    def _note(self, due: Due, topic_key: int, reason: str) -> None:
        logger.warning("%s: %s", due.url, reason)
        self._gone.append(_Gone(due=due, topic_key=topic_key, reason=reason))

    def _fail(
        self, due: Due, error: FetchError | AccessDeniedError | NothingReadableError
    ) -> None:
        logger.warning("%s could not be looked up: %s", due.url, error)
        with self._archive.transaction() as connection:
            ensure_run(connection, self._archive, self._now())
            fail_topic(connection, due.listing_key, str(error), error.exit_code)

    def _now(self) -> str:
        return utc_text(self._clock.now())

"""Fetch the pictures and files that posts show: each address once, each file kept once, what fails tried again next time.

Nothing of it changes what is known of posts. Each file is one transaction, so a kill loses no more than the one in flight.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from parsers.errors import (
    AccessDeniedError,
    BodyTooLargeError,
    FetchError,
    NotFoundError,
    RobotsDisallowedError,
    UnsafeRedirectError,
    UsageError,
)
from parsers.media_type import WEB_PAGE, media_type_of
from scraper.archive.media_queue import (
    Failure,
    Wish,
    count_wanted,
    hosts_to_ask,
    keep_file,
    kept_media,
    next_wanted,
    note_failure,
)
from scraper.archive.page import utc_text
from scraper.archive.run import ensure_run
from scraper.archive.site import held_host
from scraper.fetch.fetcher import Request
from scraper.fetch.host import one_host
from scraper.politeness.permission import forbids_archiving
from scraper.sync.listener import MediaListener, MediaTried
from scraper.sync.media_survey import MediaSurvey
from scraper.sync.report import MediaOutcome

if TYPE_CHECKING:
    from parsers.errors import ThreadkeepError
    from parsers.records import Page
    from scraper.archive.database import Archive
    from scraper.archive.media_queue import Wanted
    from scraper.fetch.member import MemberFetcher
    from scraper.fetch.polite import PoliteFetcher
    from scraper.politeness.clock import Clock
    from scraper.sync.listener import Listener
    from scraper.sync.media_options import MediaOptions

logger = logging.getLogger(__name__)

_MOST_FAILURES_IN_A_ROW = 3
# Some hosts of pictures answer with a page around the picture where pages are welcome. No format is named, so that none
# converts the picture.
_ACCEPT = "image/*,*/*;q=0.8"


class MediaCrawl:
    """Fetches what posts show, in one run."""

    def __init__(
        self,
        archive: Archive,
        fetcher: PoliteFetcher | MemberFetcher,
        clock: Clock,
        listener: Listener,
        options: MediaOptions,
        *,
        may_archive: bool,
    ) -> None:
        """Get ready; nothing is asked for yet.

        Args:
            archive: being written.
            fetcher: asks.
            clock: tells the time.
            listener: is told, if it listens to this.
            options: what is fetched.
            may_archive: the user has the site's permission, so `noarchive` does not count.
        """
        self._archive = archive
        self._fetcher = fetcher
        self._clock = clock
        self._listener = listener if isinstance(listener, MediaListener) else None
        self._options = options
        self._wish = Wish(kinds=options.kinds, file_limit=options.file_limit)
        self._may_archive = may_archive
        self._site = held_host(archive.connection)
        self._size = 0
        self._total = 0
        self._came: Counter[str] = Counter()
        self._new_files = self._new_bytes = 0
        self._is_full = False

    def fetch_all(self) -> None:
        """Look through what the archive holds, and ask for what it lacks of what is shown there."""
        self._survey()
        self._size = kept_media(self._archive.connection).size
        hosts = [host for host in hosts_to_ask(self._archive.connection) if self._may_ask(host)]
        self._total = sum(map(self._count, hosts))
        for host in hosts:
            self._ask_host(host)

    def outcome(self) -> MediaOutcome:
        """What came of it so far."""
        connection = self._archive.connection
        hosts = hosts_to_ask(connection)
        left = {host: self._count(host) for host in hosts}
        kept = kept_media(connection)
        return MediaOutcome(
            kept=self._came["kept"],
            new_files=self._new_files,
            new_bytes=self._new_bytes,
            dead=self._came["dead"],
            failed=self._came["failed"],
            refused=self._came["refused"],
            unfit=self._came["unfit"],
            waiting=sum(count for host, count in left.items() if self._may_ask(host)),
            elsewhere=sum(count for host, count in left.items() if not self._may_ask(host)),
            files=kept.files,
            bytes=kept.size,
            is_full=self._is_full,
        )

    def _survey(self) -> None:
        kinds = self._options.kinds
        survey = MediaSurvey(self._archive, self._now(), with_avatars="avatar" in kinds)
        if "image" in kinds:
            survey.look_through_bodies()
        survey.look_through_pages()

    def _count(self, host: str) -> int:
        return count_wanted(self._archive.connection, host, self._wish)

    def _may_ask(self, host: str) -> bool:
        return self._options.may_ask(host, self._site)

    def _ask_host(self, host: str) -> None:
        """Ask one host for what it has, until it does not answer any more."""
        failures = last = 0
        while not self._is_full and failures < _MOST_FAILURES_IN_A_ROW:
            wanted = next_wanted(self._archive.connection, host, self._wish, last)
            if wanted is None:
                return
            last = wanted.address_key
            failure = self._fetch(wanted)
            failures = failures + 1 if failure is not None and failure.status == "failed" else 0

    def _fetch(self, wanted: Wanted) -> Failure | None:
        """Ask for one address, and keep what came or why nothing did."""
        limit, room = self._options.file_limit, self._options.total_limit - self._size
        if room <= 0:
            self._is_full = True
            return None
        request = Request(
            url=wanted.url, reason=wanted.kind, accept=_ACCEPT, max_body=min(limit, room)
        )
        try:
            page = self._fetcher.get_file(request, partial(self._admit, wanted.url))
            failure = self._objection(page, wanted.kind)
        except BodyTooLargeError:
            if (
                room < limit
            ):  # another archive would have room for it, so it is not the file's fault
                self._is_full = True
                return None
            page, failure = None, _too_large(wanted.url, limit)
        except (FetchError, AccessDeniedError, NotFoundError, UsageError) as error:
            page, failure = None, _failure(error)
        self._save(wanted, page, failure)
        return failure

    def _admit(self, first: str, url: str) -> None:
        """Refuse where a redirect leads to a host that is not to be asked.

        Raises:
            UnsafeRedirectError: it does.
        """
        host = one_host([url]) or ""
        if not self._may_ask(host):
            raise UnsafeRedirectError(
                f"{first} redirects to {host}, which is not the forum's; --media-hosts {host} lets it be asked.",
                url=first,
            )

    def _objection(self, page: Page, kind: str) -> Failure | None:
        """What keeps an answer from being kept as what it should be."""
        reason = None if self._may_archive else forbids_archiving(replace(page, body=b""))
        if reason is not None:
            return Failure(status="refused", error=reason)
        media_type = media_type_of(page.body)
        if not page.body:
            return Failure(status="unfit", error=f"{page.final_url} answered with nothing.")
        if media_type == WEB_PAGE:
            error = f"{page.final_url} answered with a web page, not with a file."
            return Failure(status="unfit", error=error)
        if kind != "attachment" and not media_type.startswith("image/"):
            error = f"{page.final_url} answered with {media_type}, not with a picture."
            return Failure(status="unfit", error=error)
        return None

    def _save(self, wanted: Wanted, page: Page | None, failure: Failure | None) -> None:
        now, is_new = self._now(), False
        with self._archive.transaction() as connection:
            ensure_run(connection, self._archive, now)
            if page is not None and failure is None:
                is_new = keep_file(
                    connection, wanted.address_key, page.body, media_type_of(page.body), now
                )
            elif failure is not None:
                note_failure(connection, wanted.address_key, failure, now)
        if page is not None and is_new:
            self._size += len(page.body)
            self._new_bytes += len(page.body)
            self._new_files += 1
        self._came["kept" if failure is None else failure.status] += 1
        self._tell(wanted.url, failure.error if failure is not None else None)

    def _tell(self, url: str, error: str | None) -> None:
        if error is not None:
            logger.warning("not kept: %s", error)
        if self._listener is not None:
            number = self._came.total()
            event = MediaTried(url=url, number=number, total=self._total, error=error)
            self._listener.media_tried(event)

    def _now(self) -> str:
        return utc_text(self._clock.now())


def _too_large(url: str, limit: int) -> Failure:
    error = f"{url} is larger than {limit} bytes, the most that one file may have (--media-file-limit)."
    return Failure(status="unfit", error=error, size_limit=limit)


def _failure(error: ThreadkeepError) -> Failure:
    """What is noted of an address whose request failed."""
    if isinstance(error, NotFoundError):
        # That the address is to be checked is said to who typed one.
        return Failure(status="dead", error=f"{str(error).partition(';')[0]}.")
    if isinstance(error, FetchError) and not isinstance(error, UnsafeRedirectError):
        return Failure(status="failed", error=str(error))
    # What robots.txt forbids is not asked for, and costs nothing to look up again.
    was_asked = not isinstance(error, (RobotsDisallowedError, UsageError))
    return Failure(status="refused", error=str(error), was_asked=was_asked)

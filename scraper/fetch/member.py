"""The fetcher of somebody who is logged in: every page must show it, and a session that ends is renewed or stops the run."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, Self

from parsers.errors import (
    AccessDeniedError,
    ChallengeError,
    LoginFailedError,
    LoginRequiredError,
    NotFoundError,
    OversizedPageError,
    RobotsDisallowedError,
    SessionEndedError,
)
from parsers.redaction import viewer_of
from scraper.fetch.address import parse_address
from scraper.fetch.fetcher import Request
from scraper.fetch.verdict import judged

if TYPE_CHECKING:
    from collections.abc import Callable

    from parsers.errors import ThreadkeepError
    from parsers.records import Page, Viewer
    from scraper.fetch.polite import PoliteFetcher
    from scraper.fetch.traffic import Traffic
    from scraper.politeness.robots import RobotsRules

logger = logging.getLogger(__name__)

# Feeds and sitemaps that a server calls HTML.
_OF_MACHINES = re.compile(rb"<(?:rss|feed|rdf:RDF|urlset|sitemapindex)\b")
_HEAD = 2048
_ADVICE = "see that the login is good, and run the same command again to go on"


class Renewal(Protocol):
    """What can log in."""

    def log_in(self) -> None:
        """Log in anew.

        Raises:
            ThreadkeepError: it did not work.
        """
        ...


class MemberFetcher:
    """Fetches as somebody who is logged in, over a `PoliteFetcher` that has the cookies.

    Pages that do not show that anybody is logged in are not handed out before another page has shown it: a session
    that has ended would make everything look deleted that guests do not see.
    """

    def __init__(
        self,
        polite: PoliteFetcher,
        site_url: str,
        *,
        desk: Renewal | None,
        source: str,
        account: str = "",
    ) -> None:
        """Wrap a fetcher.

        Args:
            polite: what fetches.
            site_url: an address of the site.
            desk: logs in, at first and again; None where cookies from elsewhere are all there is.
            source: where the session is from, in words: `the cookies in FILE`.
            account: the name that `desk` logs in with; no message repeats it.
        """
        self._polite = polite
        self._desk = desk
        self._source = source
        self._account = account
        # A page that shows who is logged in, if anybody: the last that did.
        self._mirror = f"{parse_address(site_url).origin}/"
        self._viewer: Viewer = "member"
        # Whether any page has shown it since the last login.
        self._is_proven = False
        self._end: ThreadkeepError | None = None

    @property
    def viewer(self) -> Viewer:
        """As whom pages come, as far as they have shown it."""
        return self._viewer

    @property
    def traffic(self) -> Traffic:
        """What was asked of the network so far."""
        return self._polite.traffic

    def log_in(self) -> None:
        """Log in for the first time, where that takes a password.

        Raises:
            LoginFailedError: it did not work.
            FetchError: the network or the site failed.
        """
        if self._desk is not None:
            self._desk.log_in()

    def robots(self, url: str) -> RobotsRules:
        """See `PoliteFetcher.robots`."""
        return self._polite.robots(url)

    def get(self, request: Request, /) -> Page:
        """See `Fetcher.get`.

        Raises:
            SessionEndedError: nobody is logged in any more; every further page is refused with it, unasked.
        """
        return self._polite.gated(request.url, lambda: self._get(request))

    def _get(self, request: Request) -> Page:
        if self._end is not None:
            raise SessionEndedError(str(self._end), url=request.url)
        page, error = self._ask(request)
        # A page that shows nothing of a login may be a cache's copy, or what the server itself says.
        if _is_doubtful(page) and not self._is_logged_in():
            self._renew(request.url)
            page, error = self._ask(request)
            if _is_doubtful(page) and not self._is_logged_in():
                raise self._ended(request.url)
        return self._settled(page, error)

    def get_file(self, request: Request, admit: Callable[[str], None]) -> Page:
        """See `PoliteFetcher.get_file`. A file does not show who is logged in, so nobody looks whether anybody is."""
        return self._polite.get_file(request, admit)

    def close(self) -> None:
        """Close the connections."""
        self._polite.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, request: Request) -> tuple[Page | None, ThreadkeepError | None]:
        """A page as it came and why it is none, where being a guest can be the reason; no page where it is a login."""
        try:
            page = self._polite.visit(request)
        except LoginRequiredError as error:
            return None, error
        seen = _viewer(page)
        if seen != "guest":
            self._is_proven, self._mirror = True, page.final_url
            self._viewer = seen if seen == "moderator" else self._viewer
        refusal = _refusal(page, is_conditional=request.is_conditional)
        is_page = refusal is None and (seen != "guest" or not _is_html(page))
        return replace(page, viewer=self._viewer if is_page else seen), refusal

    def _is_logged_in(self) -> bool:
        """Whether the page that showed it last still does, asked for again.

        Raises:
            FetchError: the network or the site failed, so that nobody knows.
        """
        try:
            page = self._polite.visit(Request(url=self._mirror, reason="still logged in?"))
        except (LoginRequiredError, RobotsDisallowedError):
            return False
        _refusal(page)
        is_logged_in = _viewer(page) != "guest"
        self._is_proven = self._is_proven or is_logged_in
        return is_logged_in

    def _renew(self, url: str) -> None:
        """Log in again, or end here.

        Raises:
            SessionEndedError: there is nothing to log in with, or it did not work.
        """
        if self._desk is None or not self._is_proven:
            raise self._ended(url)
        logger.warning("the session has ended; logging in again")
        self._is_proven = False
        try:
            self._desk.log_in()
        except LoginFailedError as error:
            # The archive keeps why a run was stopped, and is no place for an account's name.
            told = str(error).replace(self._account, "…") if self._account else str(error)
            raise self._ended(url, f"logging in again failed. {told}") from error

    def _ended(self, url: str, why: str = "") -> SessionEndedError:
        """The end of the session, which every further request meets."""
        if why:
            what = f"The session of {self._source} has ended, and {why}"
        elif self._is_proven:
            what = f"The session of {self._source} has ended: {url} came as guests see it and was not kept."
        else:
            what = f"With {self._source}, {url} still came as guests see it; it was not kept."
        self._end = SessionEndedError(f"{what} Nothing was marked as gone; {_ADVICE}.", url=url)
        return self._end

    def _settled(self, page: Page | None, error: ThreadkeepError | None) -> Page:
        """The page that was asked for, where it is one.

        Raises:
            ThreadkeepError: it is none.
        """
        if isinstance(error, LoginRequiredError):
            raise LoginRequiredError(
                f"{error.url} asks for a login, and {self._source} is not enough for it: the account may not read it.",
                url=error.url,
            ) from error
        if page is None or error is not None:
            raise error or NotFoundError("There is no page.")
        return page


def _is_doubtful(page: Page | None) -> bool:
    """Whether an answer may be what a guest gets."""
    return page is None or page.viewer == "guest"


def _refusal(page: Page, *, is_conditional: bool = False) -> ThreadkeepError | None:
    """Why a site does not hand a page out, where that may be because nobody is logged in.

    Raises:
        ThreadkeepError: another reason why it is no page.
    """
    try:
        judged(page, is_conditional=is_conditional)
    except ChallengeError:
        raise
    except (AccessDeniedError, NotFoundError) as error:
        return error
    return None


def _is_html(page: Page) -> bool:
    kind = (page.header("Content-Type") or "text/html").lower()
    return "html" in kind and _OF_MACHINES.search(page.body[:_HEAD]) is None


def _viewer(page: Page) -> Viewer:
    """Whose view a page is; one that holds more than can be read is nobody's."""
    if not _is_html(page):
        return "guest"
    try:
        return viewer_of(page.body, page.final_url)
    except OversizedPageError:
        return "guest"

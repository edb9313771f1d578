"""One request on the wire and its answer, exactly once: no retry, no redirect, no pause."""

from __future__ import annotations

import logging
import re
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from parsers.challenge import PAGE_STATUSES
from scraper.fetch.body import read_body, read_excerpt
from scraper.fetch.connection import Guard, GuestSession
from scraper.fetch.cookies import CookieAuth
from scraper.fetch.fault import EXCHANGE_ERRORS, Fault, fault_of
from scraper.politeness.agent import user_agent

if TYPE_CHECKING:
    from collections.abc import Mapping
    from http.cookiejar import CookieJar

    from requests import Response
    from urllib3.response import BaseHTTPResponse

    from scraper.fetch.address import Address
    from scraper.fetch.settings import FetchSettings
    from scraper.politeness.clock import Clock

logger = logging.getLogger(__name__)

_EXCERPT = 256 * 1024
_FOLD = re.compile(r"[ \t]*[\r\n]+[ \t]*")
# No Accept-Language: the site answers in its own.
_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Encoding": "gzip, deflate",
    "Connection": "keep-alive",
}
_PRIVATE_HEADERS = frozenset(
    {"set-cookie", "set-cookie2", "cookie", "authorization", "proxy-authorization", "x-wp-nonce"}
)


class BrokenExchangeError(Exception):
    """A request brought no complete answer; never leaves this package.

    Attributes:
        fault: why.
    """

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.sentence)
        self.fault = fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One complete answer.

    Attributes:
        status: the HTTP status.
        headers: as sent, but for cookies, authorization and nonces.
        body: the decompressed body; of an answer that is no page, its beginning.
        raw: urllib3's response, read and closed; the retry policy looks at its headers.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    raw: BaseHTTPResponse


class Exchanger:
    """Asks once, over a session that is kept open between requests: a guest's, unless there are cookies."""

    def __init__(
        self, settings: FetchSettings, clock: Clock, cookies: CookieJar | None = None
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._guard = Guard(clock)
        headers = {"User-Agent": user_agent(settings.contact), **_HEADERS}
        self._auth = None if cookies is None else CookieAuth(cookies)
        self._session = GuestSession(self._guard, headers, self._auth)

    def ask(
        self,
        address: Address,
        headers: Mapping[str, str],
        *,
        open_host: tuple[str, int] | None,
        form: Mapping[str, str] | None = None,
        max_body: int | None = None,
    ) -> Answer:
        """Send one request and read its answer.

        Args:
            address: what to ask for.
            headers: headers beyond those that every request has.
            open_host: the host that may be in a private network, where the user named it.
            form: the fields of a login to be sent; nothing else is ever sent.
            max_body: the largest body that is read, where that is not the settings' number.

        Raises:
            BrokenExchangeError: no complete answer came.
            BodyTooLargeError: the body is larger than allowed.
            UnsafeRedirectError: the host is in a private network and not `open_host`.
        """
        with self._settings.gate(address):
            return self._ask(address, headers, open_host, form, max_body)

    def _ask(
        self,
        address: Address,
        headers: Mapping[str, str],
        open_host: tuple[str, int] | None,
        form: Mapping[str, str] | None,
        max_body: int | None,
    ) -> Answer:
        self._guard.open_host = open_host
        self._guard.deadline = self._clock.monotonic() + self._settings.answer_seconds
        try:
            with closing(self._sent(address, headers, form)) as response:
                return self._read(response, address, max_body or self._settings.max_body)
        except EXCHANGE_ERRORS as error:
            self._guard.abandon()
            if form is None:  # what a failed login says of itself is not for a log
                logger.debug("GET %s broke", address.url, exc_info=error)
            raise BrokenExchangeError(fault_of(error)) from error

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _sent(
        self, address: Address, headers: Mapping[str, str], form: Mapping[str, str] | None
    ) -> Response:
        timeouts = (self._settings.connect_seconds, self._settings.read_seconds)
        response = self._session.request(
            "GET" if form is None else "POST",
            address.url,
            headers=dict(headers),
            data=form,
            stream=True,
            allow_redirects=False,
            timeout=timeouts,
        )
        if self._auth is not None:
            self._auth.take(response)
        return response

    def _read(self, response: Response, address: Address, ceiling: int) -> Answer:
        raw = cast("BaseHTTPResponse", response.raw)
        if raw.status in PAGE_STATUSES:
            body = read_body(raw, ceiling=ceiling, url=address.url)
        else:
            body = read_excerpt(raw, ceiling=_EXCERPT)
        return Answer(status=raw.status, headers=_kept_headers(raw), body=body, raw=raw)


def _kept_headers(raw: BaseHTTPResponse) -> tuple[tuple[str, str], ...]:
    # A folded header has line ends in its value, which no header may have when it is written again.
    return tuple(
        (name, _FOLD.sub(" ", value))
        for name, value in raw.headers.items()
        if name.lower() not in _PRIVATE_HEADERS
    )

"""The live web: one request with its redirects and attempts, at a polite pace; robots.txt is `polite`'s business."""

from __future__ import annotations

from random import random
from typing import TYPE_CHECKING, Self

from parsers.records import Page
from scraper.fetch.address import Address, parse_address
from scraper.fetch.attempts import Attempts, Hop
from scraper.fetch.exchange import Exchanger
from scraper.fetch.network import trust_key
from scraper.fetch.redirect import check_first, check_redirect, redirect_target
from scraper.fetch.retry import RetryPolicy
from scraper.fetch.settings import FetchSettings
from scraper.fetch.traffic import Asked, Traffic, TrafficLog
from scraper.fetch.verdict import judged
from scraper.politeness.clock import Clock, SystemClock
from scraper.politeness.pace import Pace
from scraper.politeness.waiting import Waiter, WaitHook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from http.cookiejar import CookieJar

    from parsers.records import Viewer
    from scraper.fetch.exchange import Answer
    from scraper.fetch.fetcher import Request


class LiveFetcher:
    """Fetches from the live web, over one session, for one thread.

    Attributes:
        settings: its numbers.
        clock: what it waits on and dates pages with.
        pace: when each host may be asked again.
        user_urls: the addresses that the user typed.
        cookies: what is sent along; None: nothing ever is.
    """

    def __init__(
        self,
        settings: FetchSettings | None = None,
        *,
        user_urls: Iterable[str] = (),
        clock: Clock | None = None,
        on_wait: WaitHook | None = None,
        chance: Callable[[], float] = random,
        cookies: CookieJar | None = None,
    ) -> None:
        """Open a fetcher; nothing is asked for yet.

        Args:
            settings: its numbers.
            user_urls: the addresses that the user typed: only their hosts may be in a private network.
            clock: what it waits on.
            on_wait: called before a pause that takes long.
            chance: gives numbers from 0 to 1 that spread the pauses between attempts.
            cookies: what is sent along and taken, as the jar's own policy allows; without it, no cookie ever is.

        Raises:
            UsageError: one of `user_urls` is no web address, or the contact cannot be sent.
        """
        self.settings = settings or FetchSettings()
        self.clock = clock or SystemClock()
        waiter = Waiter(self.clock, on_wait=on_wait, notice_after=self.settings.notice_after)
        self.pace = Pace(waiter, delay=self.settings.delay)
        self.user_urls = tuple(user_urls)
        self.cookies = cookies
        self._trusted = {trust_key(parse_address(url)) for url in self.user_urls}
        self._log = TrafficLog()
        self._exchanger = Exchanger(self.settings, self.clock, cookies)
        policy = RetryPolicy.from_settings(self.settings, self.clock, chance)
        self._attempts = Attempts(self._exchanger, policy, self.pace, waiter, self._log)

    @property
    def viewer(self) -> Viewer:
        """See `Fetcher.viewer`."""
        return "guest"

    def get(self, request: Request, /) -> Page:
        """See `Fetcher.get`."""
        return judged(self.visit(request), is_conditional=request.is_conditional)

    def visit(
        self,
        request: Request,
        *,
        admit: Callable[[str], None] | None = None,
        max_redirects: int | None = None,
    ) -> Page:
        """Ask for one page and take whatever answer comes, error pages among them.

        Args:
            request: what to ask for.
            admit: called with each address before it is asked for, that of a redirect too; it raises to refuse.
            max_redirects: how many redirects are followed, where it is not the settings' number.

        Raises:
            FetchError: no answer came, or a redirect leads where threadkeep does not go.
            LoginRequiredError: a redirect leads to a login.
            UsageError: the address is no web address, or one that is never asked for.
        """
        most = self.settings.max_redirects if max_redirects is None else max_redirects
        deadline = self.clock.monotonic() + self.settings.request_seconds
        hops = [parse_address(request.url)]
        check_first(hops[0], is_trusted=self._open_host(hops) is not None)
        while True:
            if admit is not None:
                admit(hops[-1].url)
            answer = self._ask(request, hops, deadline)
            target = redirect_target(answer, hops[-1])
            if target is None:
                return self._page(request, hops, answer)
            hops.append(target)
            check_redirect(hops, is_trusted=self._open_host(hops) is not None, most=most)

    def exchange(self, address: Address, form: Mapping[str, str] | None = None) -> Answer:
        """Ask for one address, or send a login to it, and take whatever answer comes; a redirect is one.

        What may be asked for or sent is not checked here.

        Raises:
            FetchError: no answer came.
        """
        deadline = self.clock.monotonic() + self.settings.request_seconds
        hop = Hop(
            address=address,
            reason="login page" if form is None else "login",
            headers={},
            open_host=self._open_host([address]),
            deadline=deadline,
            form=form,
        )
        return self._attempts.ask(hop)

    @property
    def traffic(self) -> Traffic:
        """What was asked of the network so far."""
        return self._log.snapshot()

    def take_asked(self) -> tuple[Asked, ...]:
        """What was asked of the network since this was called last."""
        return self._log.take_asked()

    def close(self) -> None:
        """Close the connections."""
        self._exchanger.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, request: Request, hops: Sequence[Address], deadline: float) -> Answer:
        hop = Hop(
            address=hops[-1],
            reason=request.reason,
            headers={**_accepted(request), **_validators(request)},
            open_host=self._open_host(hops),
            deadline=deadline,
            max_body=request.max_body,
        )
        return self._attempts.ask(hop)

    def _open_host(self, hops: Sequence[Address]) -> tuple[str, int] | None:
        """The last hop's host, where it may be in a private network: the user named it and no other host led to it."""
        start = trust_key(hops[0])
        return start if start in self._trusted and trust_key(hops[-1]) == start else None

    def _page(self, request: Request, hops: Sequence[Address], answer: Answer) -> Page:
        return Page(
            url=request.url,
            final_url=hops[-1].url,
            status=answer.status,
            headers=answer.headers,
            body=answer.body,
            fetched_at=self.clock.now(),
            redirects=tuple(hop.url for hop in hops[1:-1]),
        )


def _accepted(request: Request) -> dict[str, str]:
    return {} if request.accept is None else {"Accept": request.accept}


def _validators(request: Request) -> dict[str, str]:
    named = (("If-None-Match", request.etag), ("If-Modified-Since", request.last_modified))
    # A validator comes from a site and goes back into a header: only one that fits into one line does.
    return {
        name: value for name, value in named if value and value.isprintable() and value.isascii()
    }

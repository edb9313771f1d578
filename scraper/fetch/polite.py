"""The fetcher that the pipeline uses: the live web with robots.txt obeyed on every host that it leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, Self

from parsers.errors import (
    FetchError,
    HostNotFoundError,
    LoginRequiredError,
    RobotsDisallowedError,
    UnsafeRedirectError,
)
from parsers.records import Page
from scraper.fetch.address import parse_address
from scraper.fetch.fetcher import Request
from scraper.fetch.verdict import judged
from scraper.politeness.robots import RobotsRules, robots_from_page, robots_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from parsers.records import Viewer
    from scraper.fetch.live import LiveFetcher
    from scraper.fetch.traffic import Traffic

# RFC 9309 §2.3.1.2: at least five redirects are followed.
_ROBOTS_REDIRECTS = 5


class Gate(Protocol):
    """What keeps things out of an archive."""

    def admit(self, url: str) -> None:
        """Refuse an address before it is asked for, by raising."""
        ...

    def kept(self, page: Page) -> Page:
        """A page as it may be read and kept."""
        ...


class PoliteFetcher:
    """Obeys robots.txt, keeps the pace it asks for, and fetches with a `LiveFetcher`.

    A host's robots.txt is asked for once, before the first page of that host; answers of an earlier run can be handed
    in instead. Whether a page asks not to be archived is `politeness.permission`'s to say, once it has come.
    """

    def __init__(
        self,
        live: LiveFetcher,
        *,
        known_robots: Iterable[Page] = (),
        on_robots: Callable[[Page], None] | None = None,
        gate: Gate | None = None,
    ) -> None:
        """Wrap a live fetcher.

        Args:
            live: what fetches; its settings say whether robots.txt is respected.
            known_robots: answers to `/robots.txt` that are still good; those hosts are not asked again.
            on_robots: called with each answer to `/robots.txt` that says what is allowed, so that it can be stored.
            gate: takes out of pages what is to be kept out of the archive.
        """
        self._live = live
        self._gate = gate
        self._on_robots = on_robots
        self._rules: dict[str, RobotsRules] = {}
        for page in known_robots:
            self._learn(page)

    @property
    def viewer(self) -> Viewer:
        """See `Fetcher.viewer`."""
        return "guest"

    def get(self, request: Request, /) -> Page:
        """See `Fetcher.get`.

        Raises:
            RobotsDisallowedError: robots.txt forbids the address, or the one it redirects to.
        """
        return self.gated(
            request.url,
            lambda: judged(self.visit(request), is_conditional=request.is_conditional),
        )

    def gated(self, url: str, ask: Callable[[], Page]) -> Page:
        """A page as it may be kept, where something is to be kept out.

        Args:
            url: what is asked for.
            ask: asks for it.
        """
        if self._gate is None:
            return ask()
        self._gate.admit(url)
        return self._gate.kept(ask())

    def get_file(self, request: Request, admit: Callable[[str], None]) -> Page:
        """Ask for a file that a page shows.

        Args:
            request: what to ask for.
            admit: called with each address before it is asked for, that of a redirect too; it raises to refuse.

        Raises:
            RobotsDisallowedError: robots.txt of the file's host forbids it.
            ThreadkeepError: see `Fetcher.get`.
        """

        def admit_both(url: str) -> None:
            admit(url)
            self.admit(url)

        return judged(self._live.visit(request, admit=admit_both))

    def visit(self, request: Request) -> Page:
        """Ask for one page and take whatever answer comes, error pages among them.

        Raises:
            RobotsDisallowedError: robots.txt forbids the address, or the one it redirects to.
            FetchError: no answer came, or a redirect leads where threadkeep does not go.
            LoginRequiredError: a redirect leads to a login.
        """
        return self._live.visit(request, admit=self.admit)

    def admit(self, url: str) -> None:
        """Refuse an address that robots.txt forbids, unless the user set that aside.

        Raises:
            RobotsDisallowedError: it is forbidden.
        """
        if self._live.settings.respect_robots:
            self._admit(url)

    def robots(self, url: str) -> RobotsRules:
        """The rules that bind this address; asks for them once.

        Raises:
            FetchError: the site's server or the network failed, so that nobody knows what is allowed.
            UsageError: it is no web address.
        """
        origin = parse_address(url).origin
        if origin not in self._rules:
            page = self._robots_page(robots_url(f"{origin}/"))
            self._learn(page)
            if self._on_robots is not None:
                self._on_robots(page)
        return self._rules[origin]

    @property
    def traffic(self) -> Traffic:
        """What was asked of the network so far."""
        return self._live.traffic

    def close(self) -> None:
        """Close the connections."""
        self._live.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _admit(self, url: str) -> None:
        if not self.robots(url).allows(url):
            raise RobotsDisallowedError(
                f"The site's robots.txt ({robots_url(url)}) forbids {url}: ask its owner for permission, or say "
                "--my-site if the site is yours.",
                url=url,
            )

    def _learn(self, page: Page) -> None:
        """Take over an answer's rules, for the origin asked and, where it redirected to another's robots.txt, that one."""
        rules = robots_from_page(page)
        for url in {page.url, page.final_url}:
            address = parse_address(url)
            if address.path == "/robots.txt":
                self._rules.setdefault(address.origin, rules)
                if self._live.settings.respect_robots:
                    self._live.pace.heed(address.host, rules.crawl_delay)

    def _robots_page(self, url: str) -> Page:
        try:
            return self._live.visit(
                Request(url=url, reason="robots.txt"), max_redirects=_ROBOTS_REDIRECTS
            )
        except (LoginRequiredError, UnsafeRedirectError):
            # A redirect that leads to no robots.txt: the site has none.
            return Page(
                url=url, final_url=url, status=302, body=b"", fetched_at=self._live.clock.now()
            )
        except HostNotFoundError:
            raise
        except FetchError as error:
            raise FetchError(
                f"{url} could not be read, so nobody knows what the site allows, and nothing was fetched from it; "
                f"try again later. {error}",
                url=url,
            ) from error

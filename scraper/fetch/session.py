"""Open a session for whoever the user is: cookies of a browser, or a jar that a login fills; nothing is asked for here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parsers.errors import UsageError
from scraper.fetch.address import parse_address
from scraper.fetch.cookies import empty_jar, read_cookies
from scraper.fetch.login import CookieLogin, LoginDesk, PasswordLogin
from scraper.fetch.member import MemberFetcher

if TYPE_CHECKING:
    from http.cookiejar import CookieJar

    from scraper.fetch.live import LiveFetcher
    from scraper.fetch.login import Login
    from scraper.fetch.polite import PoliteFetcher


def open_jar(login: Login | None, site_url: str) -> CookieJar | None:
    """What a `LiveFetcher` is to send along; None for a guest.

    Raises:
        UsageError: the cookies' file cannot be used.
        LoginFailedError: its cookies have expired.
    """
    if login is None:
        return None
    site = parse_address(site_url)
    return read_cookies(login.path, site) if isinstance(login, CookieLogin) else empty_jar(site)


def named_by_login(login: Login | None) -> tuple[str, ...]:
    """The addresses that the user named by it: their hosts may be in a private network."""
    url = login.url if isinstance(login, PasswordLogin) else None
    return () if url is None else (url,)


def as_member(login: Login, live: LiveFetcher, polite: PoliteFetcher) -> MemberFetcher:
    """A fetcher that is logged in, once `MemberFetcher.log_in` was called.

    Args:
        login: who.
        live: sends the form of a login; it was opened with what `open_jar` gave for the site.
        polite: what fetches, over `live`.

    Raises:
        UsageError: the login page's address is no web address, or the site's is not known.
    """
    site_url = next(iter(live.user_urls), None)
    if live.cookies is None or site_url is None:
        raise UsageError("There is no site to log in at; name an address of it.")
    if isinstance(login, CookieLogin):
        return MemberFetcher(polite, site_url, desk=None, source=f"the cookies in {login.path}")
    desk = LoginDesk(login, parse_address(site_url), live, polite)
    return MemberFetcher(polite, site_url, desk=desk, source="the login", account=login.name)

"""Log in to a WordPress site with a name and a password: the only form that threadkeep ever sends."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from typing import TYPE_CHECKING

from parsers.errors import LoginFailedError, UnsafeRedirectError
from parsers.login_form import asks_for_second_factor, find_login_form, told_reason
from parsers.records import Page
from scraper.fetch.address import join_address, parse_address
from scraper.fetch.cookies import has_cookie_named, hosts_of
from scraper.fetch.network import is_loopback
from scraper.fetch.redirect import redirect_target

if TYPE_CHECKING:
    from pathlib import Path

    from parsers.login_form import LoginForm
    from scraper.fetch.address import Address
    from scraper.fetch.exchange import Answer
    from scraper.fetch.live import LiveFetcher
    from scraper.fetch.polite import PoliteFetcher

logger = logging.getLogger(__name__)

_MOST_REDIRECTS = 5
_FORUM_PART = re.compile(r"/(?:forums?|topics?|reply|replies|view|users|groups|members)(?:/|$)")
# WordPress and stand-alone bbPress: `wordpress_logged_in_…`, `bbpress_logged_in_…`.
_PROOF = "logged_in"
_BROWSER = "log in with your browser and use --cookies instead"


@dataclass(frozen=True, slots=True, kw_only=True)
class CookieLogin:
    """Be who was logged in with a browser.

    Attributes:
        path: the cookies that the browser exported, in Netscape format.
    """

    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordLogin:
    """Log in with a name and a password.

    Attributes:
        name: the account's name or e-mail address.
        password: kept in memory until the run ends, to log in anew; it is written nowhere.
        url: the page of the login form, where it is not WordPress's usual one.
    """

    name: str
    password: str = field(repr=False)
    url: str | None = None


Login = CookieLogin | PasswordLogin


class LoginDesk:
    """Logs somebody in at one site, as often as it takes."""

    def __init__(
        self,
        login: PasswordLogin,
        site: Address,
        live: LiveFetcher,
        polite: PoliteFetcher,
    ) -> None:
        """Prepare; nothing is asked for yet.

        Args:
            login: who.
            site: where.
            live: sends the form, and has a jar for cookies.
            polite: says what robots.txt allows.

        Raises:
            UsageError: the address of the login page is no web address.
        """
        self._login = login
        self._jar = CookieJar() if live.cookies is None else live.cookies
        self._live = live
        self._polite = polite
        usual = f"{site.origin}{_folder(site)}/wp-login.php"
        self._start = parse_address(login.url or usual)
        self._hosts = hosts_of(site) | hosts_of(self._start)

    def log_in(self) -> None:
        """Log in; what came before is forgotten.

        Raises:
            LoginFailedError: there is no form, it asks for more than a name and a password, or it lets nobody in.
            RobotsDisallowedError: robots.txt forbids the login page.
            FetchError: the network or the site failed.
        """
        self._jar.clear()
        page = self._login_page()
        form = find_login_form(page)
        if form is None:
            raise LoginFailedError(
                f"There is no login form at {page.final_url}; name the site's own login page with --login-url, or "
                f"{_BROWSER}.",
                url=page.final_url,
            )
        if form.has_captcha:
            raise LoginFailedError(
                f"The login at {page.final_url} asks for a captcha, which a program does not answer; {_BROWSER}.",
                url=page.final_url,
            )
        self._judge(self._send(form, page), page.final_url)
        logger.info("logged in as %s", self._login.name)

    def _login_page(self) -> Page:
        address = self._start
        for _ in range(_MOST_REDIRECTS):
            self._polite.admit(address.url)
            answer = self._live.exchange(address)
            target = redirect_target(answer, address)
            if target is None:
                return _page(answer, address, self._live)
            address = self._checked(target, address)
        raise UnsafeRedirectError(
            f"{self._start.url} redirects more than {_MOST_REDIRECTS} times.", url=self._start.url
        )

    def _checked(self, target: Address, source: Address) -> Address:
        """An address to go on to: of the site or a host that the user named, and no less encrypted.

        Raises:
            UnsafeRedirectError: it is neither.
        """
        is_stripped = source.scheme == "https" and target.scheme != "https"
        if target.host not in self._hosts or is_stripped:
            raise UnsafeRedirectError(
                f"The login at {source.url} leads to {target.origin}, and a password goes to no other host and to "
                "nothing less safe; name that host's login page with --login-url if it is the right one.",
                url=source.url,
            )
        return target

    def _send(self, form: LoginForm, page: Page) -> Page:
        source = parse_address(page.final_url)
        target = self._checked(join_address(source, form.action or page.final_url), source)
        if target.scheme != "https" and not is_loopback(target.host):
            raise LoginFailedError(
                f"The login at {target.url} would send the password in the clear for anybody on the way to read; "
                f"use the site's https address, or {_BROWSER}.",
                url=target.url,
            )
        self._polite.admit(target.url)
        fields = dict(form.fields)
        fields[form.name_field] = self._login.name
        fields[form.password_field] = self._login.password
        return _page(self._live.exchange(target, fields), target, self._live)

    def _judge(self, page: Page, url: str) -> None:
        """Raise where an answer to the form let nobody in.

        Raises:
            LoginFailedError: see `log_in`.
        """
        if has_cookie_named(self._jar, _PROOF):
            return
        if page.status == 200 and asks_for_second_factor(page):
            raise LoginFailedError(
                f"The login at {url} asks for a second factor after the password; {_BROWSER}.",
                url=url,
            )
        raise LoginFailedError(
            f"The site did not let {self._login.name} log in at {url}{self._reason(page)}; check the name and the "
            "password.",
            url=url,
        )

    def _reason(self, page: Page) -> str:
        if page.status >= 400:
            return f" (HTTP {page.status})"
        told = told_reason(page) if page.body else None
        # Nobody knows what a site repeats of what it was sent.
        return f", it says: “{told.replace(self._login.password, '…')}”" if told else ""


def _folder(site: Address) -> str:
    """The folder of a site that is not at its host's root, by what bbPress's own addresses begin with."""
    found = _FORUM_PART.search(site.path)
    return site.path[: found.start()].rstrip("/") if found else ""


def _page(answer: Answer, address: Address, live: LiveFetcher) -> Page:
    return Page(
        url=address.url,
        final_url=address.url,
        status=answer.status,
        headers=answer.headers,
        body=answer.body,
        fetched_at=live.clock.now(),
    )

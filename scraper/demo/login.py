"""Who is logged in on a demo forum: accounts, a login form with what gets in a program's way, sessions that end."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from html import escape
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Literal
from urllib.parse import parse_qs, urlsplit

from scraper.demo.cast import ADMINISTRATOR, CAST, MODERATOR
from scraper.demo.exchange import DemoAnswer
from scraper.demo.member_page import Visitor, as_member
from scraper.demo.site import DemoSite

if TYPE_CHECKING:
    from scraper.demo.exchange import AnsweringSite, DemoRequest
    from scraper.demo.forum import DemoAuthor, DemoForum

Obstacle = Literal["captcha", "second factor", "lockout"]
_COOKIE = "wordpress_logged_in_5eed"
_ADMIN_COOKIE = "wordpress_sec_5eed"
_TEST_COOKIE = "wordpress_test_cookie"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAccount:
    """Somebody who may log in."""

    author: DemoAuthor
    password: str


# These are on loopback, and written down in docs/members-only.md.
_PASSWORDS = ("lamp-oil-and-wick", "keep-it-civil", "keys-of-the-house")
ACCOUNTS = tuple(
    DemoAccount(author=author, password=password)
    for author, password in zip((CAST[4], MODERATOR, ADMINISTRATOR), _PASSWORDS, strict=True)
)


@dataclass(slots=True)
class _Session:
    account: DemoAccount
    requests: int = 0


class Gate:
    """Logs members in and shows them what they see.

    Attributes:
        session_requests: how many pages a session is good for; None: it does not end by itself.
        has_wall: guests are sent to the login from everything that they do not find.
        obstacle: what stands in a program's way.
        path: where the login form is.
    """

    def __init__(
        self,
        accounts: tuple[DemoAccount, ...] = ACCOUNTS,
        *,
        session_requests: int | None = None,
        has_wall: bool = False,
        obstacle: Obstacle | None = None,
        path: str = "/wp-login.php",
    ) -> None:
        self.session_requests = session_requests
        self.has_wall = has_wall
        self.obstacle = obstacle
        self.path = path
        self._accounts = {one.author.nicename: one for one in accounts}
        self._sessions: dict[str, _Session] = {}
        self._sites: dict[str, DemoSite] = {}
        self._begun = 0
        self._lock = threading.Lock()

    @property
    def logins(self) -> int:
        """How many sessions were begun."""
        return self._begun

    def begin(self, name: str) -> str:
        """Begin a session, as a browser would.

        Returns:
            The value of its cookie.
        """
        with self._lock:
            self._begun += 1
            token = hashlib.sha256(f"{name}/{self._begun}".encode()).hexdigest()
            self._sessions[f"{name}|{token}"] = _Session(account=self._accounts[name])
        return f"{name}|{token}"

    def end_all(self) -> None:
        """Log everybody out."""
        with self._lock:
            self._sessions.clear()

    def cookies_txt(self, value: str, host: str = "127.0.0.1") -> str:
        """A session's cookies as a browser's add-on exports them."""
        return (
            "# Netscape HTTP Cookie File\n# https://curl.se/docs/http-cookies.html\n\n"
            f"#HttpOnly_{host}\tFALSE\t/\tFALSE\t0\t{_COOKIE}\t{value}\n"
            f"{host}\tFALSE\t/\tFALSE\t4102444800\twp-settings-time-5\t1733650000\n"
            ".elsewhere.example\tTRUE\t/\tTRUE\t4102444800\tsession\tsomebody-elses-secret\n"
        )

    def site_for(self, request: DemoRequest, public: DemoSite) -> AnsweringSite:
        """The forum as whoever asks sees it."""
        session = self._session_of(request)
        if session is None:
            return _Walled(public, self) if self.has_wall else public
        author = session.account.author
        with self._lock:
            known = self._sites.get(author.nicename)
            if known is None or known.forum is not public.forum:
                known = DemoSite(public.forum, public.base, author.role)
                self._sites[author.nicename] = known
        return _Members(known, Visitor(author=author, secret=_cookie(request, _COOKIE)))

    def is_meant(self, request: DemoRequest) -> bool:
        """Whether a request is for the login form."""
        return urlsplit(request.path).path == self.path

    def answer(self, request: DemoRequest, base: str) -> DemoAnswer:
        """Show the form, or judge what was filled in."""
        if request.method != "POST":
            return self._form(base)
        sent = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        account = self._accounts.get(sent.get("log", ""))
        if _cookie(request, _TEST_COOKIE) == "" or sent.get("testcookie") != "1":
            return self._form(base, "Error: Cookies are blocked or not supported by your browser.")
        if self.obstacle == "lockout":
            return self._form(
                base, "Error: Too many failed login attempts. Try again in 20 minutes."
            )
        if account is None or sent.get("pwd") != account.password:
            name = escape(sent.get("log", ""))
            return self._form(base, f"Error: The password you entered for {name} is incorrect.")
        if self.obstacle == "second factor":
            return _html(_SECOND_FACTOR.format(base=base))
        return self._welcome(account, sent.get("redirect_to") or f"{base}/wp-admin/")

    def _welcome(self, account: DemoAccount, target: str) -> DemoAnswer:
        value = self.begin(account.author.nicename)
        cookies = (
            ("Set-Cookie", f"{_COOKIE}={value}; path=/; HttpOnly"),
            ("Set-Cookie", f"{_ADMIN_COOKIE}={value}; path=/wp-admin; HttpOnly"),
        )
        return DemoAnswer(status=302, headers=(*cookies, ("Location", target)))

    def _form(self, base: str, error: str = "") -> DemoAnswer:
        said = (
            f'<div id="login_error" class="notice notice-error"><p>{error}</p></div>'
            if error
            else ""
        )
        extra = (
            '<div class="g-recaptcha" data-sitekey="none"></div>'
            if self.obstacle == "captcha"
            else ""
        )
        html = _FORM.format(action=f"{base}{self.path}", error=said, extra=extra, base=base)
        answer = _html(html)
        return DemoAnswer(
            headers=(
                *answer.headers,
                ("Set-Cookie", f"{_TEST_COOKIE}=WP%20Cookie%20check; path=/; HttpOnly"),
            ),
            body=answer.body,
        )

    def _session_of(self, request: DemoRequest) -> _Session | None:
        value = _cookie(request, _COOKIE)
        with self._lock:
            session = self._sessions.get(value)
            if session is None:
                return None
            session.requests += 1
            if self.session_requests is not None and session.requests > self.session_requests:
                del self._sessions[value]
                return None
            return session


class _Members:
    """The forum as somebody sees it who is logged in."""

    def __init__(self, site: DemoSite, visitor: Visitor) -> None:
        self._site = site
        self._visitor = visitor

    @property
    def forum(self) -> DemoForum:
        return self._site.forum

    @property
    def base(self) -> str:
        return self._site.base

    def answer(self, target: str) -> DemoAnswer:
        return as_member(self._site.answer(target), self._visitor, self.base)


class _Walled:
    """The forum that sends guests to the login from what they do not find."""

    def __init__(self, site: DemoSite, gate: Gate) -> None:
        self._site = site
        self._gate = gate

    @property
    def forum(self) -> DemoForum:
        return self._site.forum

    @property
    def base(self) -> str:
        return self._site.base

    def answer(self, target: str) -> DemoAnswer:
        answer = self._site.answer(target)
        if answer.status != 404:
            return answer
        to = f"{self.base}{self._gate.path}?redirect_to={target}"
        return DemoAnswer(status=302, headers=(("Location", to),))


def _cookie(request: DemoRequest, name: str) -> str:
    found = SimpleCookie(request.header("Cookie") or "").get(name)
    return found.value if found is not None else ""


def _html(text: str) -> DemoAnswer:
    return DemoAnswer(headers=(("Content-Type", "text/html; charset=UTF-8"),), body=text.encode())


_FORM = """\
<!DOCTYPE html>
<html lang="en-US"><head><meta charset="UTF-8" /><title>Log In</title></head>
<body class="login no-js login-action-login wp-core-ui">
<div id="login"><h1><a href="https://wordpress.org/">Powered by WordPress</a></h1>
{error}
<form name="loginform" id="loginform" action="{action}" method="post">
<p><label for="user_login">Username or Email Address</label>
<input type="text" name="log" id="user_login" class="input" value="" size="20" autocapitalize="off" /></p>
<div class="user-pass-wrap"><label for="user_pass">Password</label>
<input type="password" name="pwd" id="user_pass" class="input password-input" value="" size="20" /></div>
{extra}
<p class="forgetmenot"><input name="rememberme" type="checkbox" id="rememberme" value="forever" /></p>
<p class="submit"><input type="submit" name="wp-submit" id="wp-submit" class="button" value="Log In" />
<input type="hidden" name="redirect_to" value="{base}/wp-admin/" />
<input type="hidden" name="testcookie" value="1" /></p>
</form></div></body></html>
"""
_SECOND_FACTOR = """\
<!DOCTYPE html>
<html lang="en-US"><head><meta charset="UTF-8" /><title>Log In</title></head>
<body class="login login-action-validate_2fa wp-core-ui">
<form name="validate_2fa_form" id="loginform" action="{base}/wp-login.php?action=validate_2fa" method="post">
<input type="hidden" name="wp-auth-id" value="5" /><p>Enter the code from your app.</p>
<input type="text" inputmode="numeric" name="authcode" id="authcode" class="input authcode" value="" />
<input type="submit" value="Authenticate" /></form></body></html>
"""

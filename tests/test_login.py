"""Logging in with a name and a password: one form is sent, to the right place, and what stands in the way is named."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest

from parsers.errors import (
    FetchError,
    LoginFailedError,
    RobotsDisallowedError,
    ThreadkeepError,
    UnsafeRedirectError,
    UsageError,
)
from parsers.login_form import find_login_form
from parsers.records import Page
from scraper.demo import DemoAnswer, DemoServer, DemoSettings, generate
from scraper.demo.login import Gate
from scraper.fetch.address import parse_address
from scraper.fetch.fetcher import Request
from scraper.fetch.login import LoginDesk, PasswordLogin
from scraper.fetch.polite import PoliteFetcher
from tests.membership import HASTY, LOUNGE, MEMBER, MODERATOR, PASSWORDS, STAFF, Club, answering

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scraper.demo import DemoRequest

SECRET = PASSWORDS[MEMBER]
LOGIN = "/wp-login.php"


def page(html: str) -> Page:
    return Page(
        url="https://forum.example/",
        final_url="https://forum.example/",
        status=200,
        body=f"<html><body>{html}</body></html>".encode(),
        fetched_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def test_a_login_sends_one_form_and_then_shows_what_members_see(tmp_path: Path) -> None:
    with Club.of(tmp_path) as club, club.fetcher(club.password()) as fetcher:
        fetcher.log_in()
        got = fetcher.get(Request(url=club.url(LOUNGE), reason="test"))
        assert (got.status, got.viewer) == (200, "member")
        assert "Set-Cookie" not in dict(got.headers)
        assert club.asked == [
            "GET /robots.txt", f"GET {LOGIN}", f"POST {LOGIN}", f"GET {LOUNGE}",
        ]  # fmt: skip
        (sent,) = (one for one in club.server.requests if one.method == "POST")
        fields = {name: values[0] for name, values in parse_qs(sent.body.decode()).items()}
        assert fields == {
            "log": MEMBER,
            "pwd": SECRET,
            "wp-submit": "Log In",
            "redirect_to": f"{club.server.url}/wp-admin/",
            "testcookie": "1",
        }
        assert "wordpress_test_cookie" in (sent.header("Cookie") or "")


def test_a_moderators_pages_say_so(tmp_path: Path) -> None:
    with Club.of(tmp_path) as club, club.fetcher(club.password(MODERATOR)) as fetcher:
        fetcher.log_in()
        assert fetcher.get(Request(url=club.url(STAFF), reason="test")).viewer == "moderator"
        assert fetcher.viewer == "moderator"


@pytest.mark.parametrize(
    ("gate", "words"),
    [
        (Gate(obstacle="captcha"), "asks for a captcha"),
        (Gate(obstacle="second factor"), "asks for a second factor"),
        (Gate(obstacle="lockout"), "Too many failed login attempts"),
        (Gate(path="/entrance/"), "no login form at"),
    ],
    ids=["captcha", "second factor", "lockout", "renamed"],
)
def test_what_stands_in_the_way_is_named(tmp_path: Path, gate: Gate, words: str) -> None:
    with Club.of(tmp_path, gate) as club, club.fetcher(club.password()) as fetcher:
        with pytest.raises(LoginFailedError) as caught:
            fetcher.log_in()
        assert words in str(caught.value)
        assert SECRET not in str(caught.value)
        sent = [one for one in club.asked if one.startswith("POST")]
        assert len(sent) == (gate.obstacle in {"second factor", "lockout"})


def test_a_wrong_password_is_sent_once_and_never_repeated(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    login = PasswordLogin(name=MEMBER, password="wrong-canary")
    with Club.of(tmp_path) as club, club.fetcher(login) as fetcher:
        with pytest.raises(LoginFailedError, match="The password you entered for hanako is") as it:
            fetcher.log_in()
        assert club.asked.count(f"POST {LOGIN}") == 1
        assert "wrong-canary" not in f"{it.value}{caplog.text}{login!r}"


def test_what_a_site_repeats_of_a_password_is_not_passed_on(tmp_path: Path) -> None:
    with Club.of(tmp_path) as club, club.fetcher(club.password()) as fetcher:
        rude = f'<div id="login_error">Wrong: {SECRET}!</div>'.encode()
        club.server.intercept = answering(LOGIN, DemoAnswer(body=rude), "POST")
        with pytest.raises(LoginFailedError, match="it says: “Wrong: …!”"):
            fetcher.log_in()


def test_a_renamed_login_page_is_found_by_its_address(tmp_path: Path) -> None:
    with Club.of(tmp_path, Gate(path="/entrance/")) as club:
        with club.fetcher(club.password(url=club.url("/entrance/"))) as fetcher:
            fetcher.log_in()
            assert fetcher.get(Request(url=club.url(LOUNGE), reason="test")).status == 200
        assert "GET /wp-login.php" not in club.asked


def test_a_forum_in_a_folder_has_its_login_there(tmp_path: Path) -> None:
    with Club.of(tmp_path) as club, club.live(club.password()) as live:
        site = parse_address(club.url("/blog/forums/topic/hello/"))
        desk = LoginDesk(club.password(), site, live, PoliteFetcher(live))
        with pytest.raises(LoginFailedError, match="no login form at"):
            desk.log_in()
        assert "GET /blog/wp-login.php" in club.asked


def test_robots_are_asked_before_a_login(tmp_path: Path) -> None:
    rules = DemoAnswer(body=b"User-agent: *\nDisallow: /wp-login.php\n")
    with Club.of(tmp_path) as club, club.fetcher(club.password()) as fetcher:
        club.server.intercept = answering("/robots.txt", rules)
        with pytest.raises(RobotsDisallowedError):
            fetcher.log_in()
        assert club.asked == ["GET /robots.txt"]


def test_a_login_keeps_the_pace(tmp_path: Path) -> None:
    with Club.of(tmp_path) as club:
        began = club.clock.monotonic()
        settings = type(HASTY)(delay=7, attempts=1)
        with club.fetcher(club.password(), settings) as fetcher:
            fetcher.log_in()
        assert club.clock.monotonic() - began >= 14


def _form_to(action: str) -> Callable[[DemoRequest], DemoAnswer | None]:
    form = f'<form action="{action}"><input name="log"><input type="password" name="pwd"></form>'
    answer = DemoAnswer(headers=(("Content-Type", "text/html"),), body=form.encode())
    return answering(LOGIN, answer)


def _moved_to(url: str) -> Callable[[DemoRequest], DemoAnswer | None]:
    answer = DemoAnswer(status=302, headers=(("Location", url),))
    return answering(LOGIN, answer)


@pytest.mark.parametrize("lead", [_form_to, _moved_to], ids=["the form", "a redirect"])
def test_a_password_goes_to_no_host_that_the_user_did_not_name(
    tmp_path: Path, lead: Callable[[str], Callable[[DemoRequest], DemoAnswer | None]]
) -> None:
    with Club.of(tmp_path) as club, club.fetcher(club.password()) as fetcher:
        with DemoServer(generate(DemoSettings(topics=1))) as other:
            elsewhere = other.url.replace("127.0.0.1", "localhost")
            club.server.intercept = lead(f"{elsewhere}/wp-login.php")
            with pytest.raises(UnsafeRedirectError, match="a password goes to no other host"):
                fetcher.log_in()
            assert other.requests == []
        assert not any(one.startswith("POST") for one in club.asked)


def test_a_login_that_leads_in_circles_has_an_end(tmp_path: Path) -> None:
    with Club.of(tmp_path) as club, club.fetcher(club.password()) as fetcher:
        club.server.intercept = _moved_to(LOGIN)
        with pytest.raises(UnsafeRedirectError, match="redirects more than 5 times"):
            fetcher.log_in()


def test_a_password_is_never_sent_in_the_clear(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_elsewhere(_host: str) -> bool:
        return False

    monkeypatch.setattr("scraper.fetch.login.is_loopback", is_elsewhere)
    with Club.of(tmp_path) as club, club.fetcher(club.password()) as fetcher:
        with pytest.raises(LoginFailedError, match="in the clear"):
            fetcher.log_in()
        assert not any(one.startswith("POST") for one in club.asked)


def test_a_server_that_fails_at_the_login_is_a_failure_of_the_site(tmp_path: Path) -> None:
    with Club.of(tmp_path) as club, club.fetcher(club.password()) as fetcher:
        club.server.intercept = answering(LOGIN, DemoAnswer(hang_up=True))
        with pytest.raises(FetchError):
            fetcher.log_in()


def test_an_address_that_is_none_is_refused(tmp_path: Path) -> None:
    with Club.of(tmp_path) as club, pytest.raises(UsageError):
        club.fetcher(club.password(url="ftp://forum.example/"))


FORMS: dict[str, tuple[str, tuple[str, str, dict[str, str]]]] = {
    "WordPress": (
        (
            '<form action="wp-login.php"><input name="log"><input type="password" name="pwd">'
            '<input type="checkbox" name="rememberme" value="forever"><input type="submit" name="wp-submit" value="Go">'
            '<input type="hidden" name="testcookie" value="1"></form>'
        ),
        ("log", "pwd", {"wp-submit": "Go", "testcookie": "1"}),
    ),
    "a shop's": (
        (
            '<form><input name="coupon"></form><form method="post"><input type="text" name="username">'
            '<input type="password" name="password"><input type="hidden" name="shop-nonce" value="n1">'
            '<button type="submit" name="login" value="Log in">Log in</button></form>'
        ),
        ("username", "password", {"shop-nonce": "n1", "login": "Log in"}),
    ),
    "numbered fields": (
        (
            '<form><input type="hidden" name="form_id" value="12"><input type="text" name="who-12">'
            '<input type="password" name="word-12"><button>Enter</button></form>'
        ),
        ("who-12", "word-12", {"form_id": "12"}),
    ),
    "one in the head": (
        (
            '<form><input type="text" name="user"><input type="password" name="pass"></form>'
            '<form action="/wp-login.php"><input name="log"><input type="password" name="pwd"></form>'
        ),
        ("log", "pwd", {}),
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_login_forms_are_filled_in_as_a_browser_does(name: str) -> None:
    html, (user, password, others) = FORMS[name]
    form = find_login_form(page(html))
    assert form is not None
    assert (form.name_field, form.password_field, dict(form.fields)) == (user, password, others)
    assert not form.has_captcha


@pytest.mark.parametrize(
    "html",
    [
        "<p>Nothing</p>",
        '<form action="/wp-login.php?action=postpass"><input name="x"><input type="password" name="post_password"></form>',
        '<form><input name="user"><input type="password" name="one"><input type="password" name="two"></form>',
        '<form><input type="password" name="alone"></form>',
    ],
    ids=["no form", "the password of a post", "a registration", "no name"],
)
def test_other_forms_are_none(html: str) -> None:
    assert find_login_form(page(html)) is None


@pytest.mark.parametrize(
    "mark", ["g-recaptcha", "h-captcha", "cf-turnstile", "siwp_captcha_value"]
)
def test_captchas_are_seen(mark: str) -> None:
    html = f'<form><input name="log"><input type="password" name="pwd"><div class="{mark}"></div></form>'
    form = find_login_form(page(html))
    assert form is not None
    assert form.has_captcha


def test_errors_of_logging_in_exit_with_6() -> None:
    assert issubclass(LoginFailedError, ThreadkeepError)
    assert LoginFailedError.exit_code == 6

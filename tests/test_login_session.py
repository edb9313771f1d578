"""A session that ends in the middle is noticed by what pages show, renewed once or the end of the run; errors end none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from parsers.errors import (
    ChallengeError,
    HttpStatusError,
    LoginRequiredError,
    NotFoundError,
    SessionEndedError,
)
from scraper.demo import DemoAnswer
from scraper.demo.login import Gate
from scraper.fetch.fetcher import Request
from tests.membership import LOUNGE, MEMBER, MODERATOR, STAFF, Club, answering

if TYPE_CHECKING:
    from pathlib import Path

    from parsers.records import Page
    from scraper.demo import DemoRequest
    from scraper.fetch.member import MemberFetcher

LOGIN = "POST /wp-login.php"
PUBLIC = "/forums/"


def get(fetcher: MemberFetcher, club: Club, path: str) -> Page:
    return fetcher.get(Request(url=club.url(path), reason="test"))


@pytest.mark.parametrize("path", [LOUNGE, PUBLIC], ids=["a private topic", "a public page"])
@pytest.mark.parametrize("has_wall", [False, True], ids=["not found", "sent to the login"])
def test_a_session_that_ends_is_renewed_with_a_password(
    tmp_path: Path, path: str, *, has_wall: bool
) -> None:
    with Club.of(tmp_path, Gate(has_wall=has_wall)) as club:
        with club.fetcher(club.password()) as fetcher:
            fetcher.log_in()
            get(fetcher, club, LOUNGE)
            club.gate.end_all()
            got = get(fetcher, club, path)
            assert (got.status, got.viewer) == (200, "member")
            assert b"logged-in" in got.body
        assert club.asked.count(LOGIN) == 2


def test_each_end_is_renewed_once(tmp_path: Path) -> None:
    with Club.of(tmp_path, Gate(session_requests=4)) as club:
        with club.fetcher(club.password()) as fetcher:
            fetcher.log_in()
            pages = [get(fetcher, club, LOUNGE) for _ in range(9)]
        assert {page.viewer for page in pages} == {"member"}
        assert club.gate.logins >= 3


def test_a_renewal_that_is_refused_ends_the_run(tmp_path: Path) -> None:
    with Club.of(tmp_path) as club, club.fetcher(club.password()) as fetcher:
        fetcher.log_in()
        get(fetcher, club, LOUNGE)
        club.gate.end_all()
        club.gate.obstacle = "lockout"
        with pytest.raises(SessionEndedError, match="logging in again failed") as caught:
            get(fetcher, club, LOUNGE)
        assert "Too many failed login attempts" in str(caught.value)
        assert MEMBER not in str(caught.value)
        assert club.asked.count(LOGIN) == 2
        _says_so_for_ever(fetcher, club)


def test_a_login_that_makes_nobody_a_member_ends_the_run(tmp_path: Path) -> None:
    with Club.of(tmp_path) as club, club.fetcher(club.password()) as fetcher:
        fetcher.log_in()
        club.gate.end_all()
        with pytest.raises(SessionEndedError, match="still came as guests see it"):
            get(fetcher, club, PUBLIC)
        assert club.asked.count(LOGIN) == 1
        _says_so_for_ever(fetcher, club)


@pytest.mark.parametrize("path", [LOUNGE, PUBLIC], ids=["a private topic", "a public page"])
def test_cookies_that_end_end_the_run(tmp_path: Path, path: str) -> None:
    with Club.of(tmp_path) as club, club.fetcher(club.cookies()) as fetcher:
        assert get(fetcher, club, LOUNGE).viewer == "member"
        club.gate.end_all()
        with pytest.raises(SessionEndedError) as caught:
            get(fetcher, club, path)
        assert "cookies.txt has ended" in str(caught.value)
        assert caught.value.exit_code == 6
        _says_so_for_ever(fetcher, club)


@pytest.mark.parametrize("path", [LOUNGE, PUBLIC], ids=["a private topic", "a public page"])
def test_cookies_that_log_nobody_in_end_the_run_at_once(tmp_path: Path, path: str) -> None:
    with Club.of(tmp_path) as club, club.fetcher(club.cookies(ended=True)) as fetcher:
        with pytest.raises(SessionEndedError, match="still came as guests see it"):
            get(fetcher, club, path)
        assert club.asked == ["GET /robots.txt", f"GET {path}", "GET /"]
        _says_so_for_ever(fetcher, club)


def _says_so_for_ever(fetcher: MemberFetcher, club: Club) -> None:
    """Every further page is refused without a request."""
    club.server.forget_requests()
    for path in (LOUNGE, PUBLIC):
        with pytest.raises(SessionEndedError):
            get(fetcher, club, path)
    assert club.asked == []


def test_what_a_member_may_not_read_ends_nothing(tmp_path: Path) -> None:
    with Club.of(tmp_path) as club, club.fetcher(club.cookies()) as fetcher:
        for path in (STAFF, "/forums/topic/never-was/"):
            with pytest.raises(NotFoundError):
                get(fetcher, club, path)
        assert get(fetcher, club, LOUNGE).viewer == "member"
        # The page that says so is the site's own and shows who is logged in: nothing more need be asked.
        assert len(club.asked) == 4


def test_a_wall_before_what_a_member_may_not_read_ends_nothing(tmp_path: Path) -> None:
    to_login = DemoAnswer(status=302, headers=(("Location", "/wp-login.php?redirect_to=x"),))
    with Club.of(tmp_path) as club, club.fetcher(club.cookies()) as fetcher:
        club.server.intercept = answering(STAFF, to_login)
        with pytest.raises(LoginRequiredError, match="the account may not read it") as caught:
            get(fetcher, club, STAFF)
        assert not isinstance(caught.value, SessionEndedError)
        assert get(fetcher, club, LOUNGE).viewer == "member"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (DemoAnswer(status=404, body=b"<h1>nginx</h1>"), NotFoundError),
        (DemoAnswer(status=503, body=b"<h1>busy</h1>"), HttpStatusError),
        (
            DemoAnswer(status=403, body=b"<title>Just a moment...</title>"),
            ChallengeError,
        ),
    ],
    ids=["the server's own 404", "overloaded", "a challenge"],
)
def test_what_the_server_says_itself_ends_nothing(
    tmp_path: Path, answer: DemoAnswer, error: type[Exception]
) -> None:
    with Club.of(tmp_path) as club, club.fetcher(club.cookies()) as fetcher:
        club.server.intercept = answering(STAFF, answer)
        get(fetcher, club, LOUNGE)
        with pytest.raises(error):
            get(fetcher, club, STAFF)
        assert get(fetcher, club, LOUNGE).viewer == "member"


def test_a_site_that_fails_while_the_session_is_in_doubt_proves_nothing(tmp_path: Path) -> None:
    missing, busy = DemoAnswer(status=404, body=b"<h1>gone</h1>"), DemoAnswer(status=503)

    def answer(request: DemoRequest) -> DemoAnswer | None:
        return {STAFF: missing, LOUNGE: busy}.get(request.path)

    with Club.of(tmp_path) as club, club.fetcher(club.cookies(MODERATOR)) as fetcher:
        get(fetcher, club, LOUNGE)
        club.server.intercept = answer
        with pytest.raises(HttpStatusError):
            get(fetcher, club, STAFF)
        club.server.intercept = None
        assert get(fetcher, club, STAFF).viewer == "moderator"


def test_a_guests_copy_out_of_a_cache_is_a_guests_page(tmp_path: Path) -> None:
    with Club.of(tmp_path) as club, club.fetcher(club.cookies()) as fetcher:
        copy = club.server.ordinary(PUBLIC)
        club.server.intercept = answering(PUBLIC, copy)
        got = get(fetcher, club, PUBLIC)
        assert (got.status, got.viewer) == (200, "guest")
        assert get(fetcher, club, LOUNGE).viewer == "member"


@pytest.mark.parametrize("path", ["/forums/feed/", "/wp-json/", "/wp-sitemap.xml"])
def test_what_machines_read_shows_nobody_and_is_a_members_all_the_same(
    tmp_path: Path, path: str
) -> None:
    with Club.of(tmp_path) as club, club.fetcher(club.cookies()) as fetcher:
        assert get(fetcher, club, path).viewer == "member"
        assert club.asked == ["GET /robots.txt", f"GET {path}"]


def test_nothing_but_the_login_is_ever_sent(tmp_path: Path) -> None:
    with Club.of(tmp_path, Gate(session_requests=3)) as club:
        with club.fetcher(club.password(MEMBER)) as fetcher:
            fetcher.log_in()
            for _ in range(5):
                get(fetcher, club, LOUNGE)
        sent = {one for one in club.asked if not one.startswith("GET ")}
        assert sent == {LOGIN}
        assert club.server.max_in_flight == 1

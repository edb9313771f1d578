"""Cookies of a browser: which of a file are taken, where they are sent, and that no message repeats one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

from parsers.errors import LoginFailedError, ThreadkeepError, UsageError
from scraper.demo import DemoAnswer, DemoServer, DemoSettings, generate
from scraper.fetch.address import parse_address
from scraper.fetch.cookies import CookieAuth, read_cookies
from scraper.fetch.fetcher import Request
from scraper.fetch.live import LiveFetcher
from tests.membership import HASTY, always

if TYPE_CHECKING:
    from pathlib import Path

SITE = "https://www.forum.example/forums/"
LATER = "4102444800"
SECRET = "canary-5c1f7e"


def line(
    domain: str = "www.forum.example",
    *,
    whole: bool = False,
    path: str = "/",
    secure: bool = False,
    expires: str = LATER,
    name: str = "a",
) -> str:
    flags = ("TRUE" if whole else "FALSE", path, "TRUE" if secure else "FALSE")
    return "\t".join((domain, *flags, expires, name, SECRET))


def sent(tmp_path: Path, text: str, url: str, site: str = SITE) -> str | None:
    """The names of the cookies that go to an address."""
    path = tmp_path / "cookies.txt"
    path.write_bytes(text.encode())
    auth = CookieAuth(read_cookies(path, parse_address(site)))
    request = requests.Request("GET", url, headers={"Cookie": "left=over"}, auth=auth).prepare()
    header = request.headers.get("Cookie")
    return header and ",".join(part.partition("=")[0].strip() for part in header.split(";"))


@pytest.mark.parametrize(
    "text",
    [
        line(),
        f"# Netscape HTTP Cookie File\n\n{line()}\n",
        f"\ufeff# HTTP Cookie File\r\n{line()}\r\n",
        f"# made by an add-on\n#HttpOnly_{line()}\n",
        line(whole=True),
        line(".www.forum.example", whole=True),
        line("forum.example", whole=True),
        line(".forum.example", whole=True),
        line("WWW.Forum.Example"),
        line(expires="0"),
        line(expires=""),
        line(expires=f"{LATER}.123"),
        line(path=""),
        f"{line(expires='1')}\n{line()}",
        f"{line('elsewhere.example', name='b')}\n{line()}\n{line('forum.example', name='c')}",
    ],
    ids=[
        "bare", "with head", "mark and CRLF", "HttpOnly", "whole domain without dot", "with dot", "of the domain",
        "of the domain with dot", "capitals", "until the browser closes", "no time", "fraction", "no path", "one expired",
        "others among them",
    ],
)  # fmt: skip
def test_a_cookie_of_the_site_is_sent_to_it(tmp_path: Path, text: str) -> None:
    assert sent(tmp_path, text, SITE) == "a"


@pytest.mark.parametrize(
    ("text", "url"),
    [
        (line(), "https://forum.example/"),
        (line(), "https://evil.www.forum.example/"),
        (line(whole=True), "https://evil.www.forum.example/"),
        (line("forum.example", whole=True), "https://shop.forum.example/"),
        (line("forum.example", whole=True), "https://forum.example.evil.example/"),
        (line(), "http://www.forum.example/"),
        (line(secure=True), "http://www.forum.example/"),
        (line(), "https://www.forum.example:8443/"),
        (line(path="/members"), "https://www.forum.example/forums/"),
    ],
    ids=[
        "without www", "below", "whole, below", "beside", "looks alike", "in the clear", "secure", "another port",
        "another path",
    ],
)  # fmt: skip
def test_a_cookie_goes_nowhere_else(tmp_path: Path, text: str, url: str) -> None:
    assert sent(tmp_path, text, url) is None


def test_a_secure_cookie_of_a_site_without_encryption_waits_for_it(tmp_path: Path) -> None:
    site = "http://www.forum.example/"
    text = f"{line(secure=True, name='s')}\n{line(name='p')}"
    assert sent(tmp_path, text, site, site) == "p"
    assert sent(tmp_path, text, "https://www.forum.example/", site) == "s,p"


def test_a_site_with_and_without_www_is_one(tmp_path: Path) -> None:
    text = f"{line('forum.example', name='bare')}\n{line('www.forum.example', name='www')}"
    assert sent(tmp_path, text, "https://forum.example/") == "bare"
    assert sent(tmp_path, text, "https://www.forum.example/") == "www"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_machines_own_name_is_a_site_too(tmp_path: Path, host: str) -> None:
    url = f"http://{host}:8000/"
    assert sent(tmp_path, line(host), url, url) == "a"


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        (line("elsewhere.example"), UsageError, "no cookie of www.forum.example"),
        ("", UsageError, "no cookie of www.forum.example"),
        (line(expires="1"), LoginFailedError, "have expired"),
        (line().replace("\t", " "), UsageError, "Line 1"),
        (f"# x\n{line(expires=SECRET)}", UsageError, "Line 2"),
        (line(expires="1e999"), UsageError, "Line 1"),
        (line(f"not a host/{SECRET}"), UsageError, "Line 1"),
        (f'[{{"name": "a", "value": "{SECRET}"}}]', UsageError, "Line 1"),
    ],
    ids=["another site's", "empty", "expired", "blanks", "no time", "endless", "no host", "JSON"],
)
def test_a_file_that_is_no_good_is_refused_without_repeating_it(
    tmp_path: Path, text: str, error: type[ThreadkeepError], words: str
) -> None:
    with pytest.raises(error) as caught:
        sent(tmp_path, text, SITE)
    assert words in str(caught.value)
    assert "cookies.txt" in str(caught.value)
    assert SECRET not in str(caught.value)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    site = parse_address(SITE)
    with pytest.raises(UsageError, match="No such file"):
        read_cookies(tmp_path / "none.txt", site)
    path = tmp_path / "cookies.txt"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="is no text"):
        read_cookies(path, site)


def test_a_redirect_to_another_host_takes_no_cookie_along(tmp_path: Path) -> None:
    forum = generate(DemoSettings(topics=1))
    with DemoServer(forum) as here, DemoServer(forum) as there:
        answer = DemoAnswer(status=302, headers=(("Location", f"{there.url}/forums/"),))
        here.intercept = always(answer)
        path = tmp_path / "cookies.txt"
        path.write_text(line("127.0.0.1"))
        jar = read_cookies(path, parse_address(here.url))
        live = LiveFetcher(HASTY, user_urls=(here.url, there.url), cookies=jar)
        with live, pytest.raises(ThreadkeepError):
            live.get(Request(url=f"{here.url}/forums/", reason="test"))
        assert [one.header("Cookie") for one in here.requests] == [f"a={SECRET}"]
        assert [one.header("Cookie") for one in there.requests] == []


def test_a_cookie_that_the_site_renews_is_sent_from_then_on(tmp_path: Path) -> None:
    with DemoServer(generate(DemoSettings(topics=1))) as server:
        given = DemoAnswer(headers=(("Set-Cookie", "a=renewed; path=/"),), body=b"<p>hello</p>")
        server.intercept = always(given)
        path = tmp_path / "cookies.txt"
        path.write_text(line("127.0.0.1"))
        jar = read_cookies(path, parse_address(server.url))
        with LiveFetcher(HASTY, user_urls=(server.url,), cookies=jar) as live:
            for _ in range(2):
                live.get(Request(url=f"{server.url}/", reason="test"))
        cookies = [one.header("Cookie") for one in server.requests]
        assert cookies == [f"a={SECRET}", "a=renewed"]


def test_a_guest_keeps_no_cookie() -> None:
    with DemoServer(generate(DemoSettings(topics=1))) as server:
        given = DemoAnswer(headers=(("Set-Cookie", "a=b; path=/"),), body=b"<p>hello</p>")
        server.intercept = always(given)
        with LiveFetcher(HASTY, user_urls=(server.url,)) as live:
            for _ in range(2):
                live.get(Request(url=f"{server.url}/", reason="test"))
        assert [one.header("Cookie") for one in server.requests] == [None, None]

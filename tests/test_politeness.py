"""Manners: the pace, robots.txt, permission to archive, the User-Agent, and all of them in the polite fetcher."""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import UTC, datetime
from importlib import metadata
from typing import TYPE_CHECKING, Any

import pytest
import requests
import responses
from hypothesis import given
from hypothesis import strategies as st

from parsers.errors import FetchError, HostNotFoundError, RobotsDisallowedError, UsageError
from parsers.records import Page
from scraper.fetch import redirect
from scraper.fetch.fetcher import Request
from scraper.fetch.live import LiveFetcher
from scraper.fetch.polite import PoliteFetcher
from scraper.fetch.settings import FetchSettings
from scraper.politeness import agent
from scraper.politeness.agent import user_agent
from scraper.politeness.clock import Clock, FakeClock, SystemClock
from scraper.politeness.pace import Pace
from scraper.politeness.permission import forbids_archiving
from scraper.politeness.robots import robots_from_bytes, robots_from_page, robots_url
from scraper.politeness.waiting import Wait, Waiter, spoken

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST = "forum.example"
FORUM = f"https://{HOST}/forums/topic/hello/"


def page_with(body: bytes = b"", *, status: int = 200, **headers: str) -> Page:
    return Page(
        url=f"https://{HOST}/robots.txt",
        final_url=f"https://{HOST}/robots.txt",
        status=status,
        headers=tuple((name.replace("_", "-"), value) for name, value in headers.items()),
        body=body,
        fetched_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


# --- clock and waiting ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("clock", [SystemClock(), FakeClock()])
def test_a_clock_is_aware_and_never_goes_back(clock: Clock) -> None:
    before, now = clock.monotonic(), clock.now()
    clock.sleep(0.001)
    assert clock.monotonic() >= before + 0.001
    assert clock.now() >= now
    assert now.tzinfo is UTC


def test_only_long_waits_are_announced() -> None:
    seen: list[Wait] = []
    clock = FakeClock()
    waiter = Waiter(clock, on_wait=seen.append, notice_after=3.0)
    for seconds in (-1.0, 0.0, 2.9, 3.0):
        waiter.wait(seconds, reason="because", url=FORUM)
    assert seen == [Wait(seconds=3.0, reason="because", url=FORUM)]
    assert clock.sleeps == [2.9, 3.0]
    assert waiter.waited == pytest.approx(5.9)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.25, "0.2 s"),
        (45.0, "45 s"),
        (600.0, "10 min"),
        (9000.0, "2.5 h"),
        (86400.0 * 3, "3 days"),
    ],
)
def test_lengths_of_time_are_spoken(seconds: float, words: str) -> None:
    assert spoken(seconds) == words


# --- pace -------------------------------------------------------------------------------------------------------------


class Road:
    """A host on a fake clock, asked again and again."""

    def __init__(self, delay: float = 1.0) -> None:
        self.clock = FakeClock()
        self.reasons: list[str] = []
        waiter = Waiter(
            self.clock, on_wait=lambda wait: self.reasons.append(wait.reason), notice_after=0.0
        )
        self.pace = Pace(waiter, delay=delay)

    def ask(self, *, took: float = 0.0, status: int | None = 200, host: str = HOST) -> float:
        """Seconds waited before a request that then takes so long and is answered with this status."""
        before = self.clock.monotonic()
        self.pace.wait(host, url=FORUM)
        waited = self.clock.monotonic() - before
        self.clock.advance(took)
        self.pace.finished(host, took=took, status=status)
        return waited


def test_a_second_lies_between_two_requests() -> None:
    road = Road()
    assert [road.ask(took=0.5) for _ in range(3)] == [0.0, 1.0, 1.0]
    assert set(road.reasons) == {"the pause between two requests"}


def test_time_spent_otherwise_counts() -> None:
    road = Road()
    road.ask()
    road.clock.advance(0.75)
    assert road.ask() == 0.25


def test_hosts_do_not_wait_for_each_other() -> None:
    road = Road()
    road.ask()
    assert road.ask(host="other.example") == 0.0


@pytest.mark.parametrize(
    ("crawl_delay", "waited"), [(None, 1.0), (0.5, 1.0), (10.0, 10.0), (3600.0, 60.0)]
)
def test_crawl_delay_raises_the_pause(crawl_delay: float | None, waited: float) -> None:
    road = Road()
    road.pace.heed(HOST, crawl_delay)
    road.ask()
    assert road.ask() == waited
    assert road.reasons[-1] == (
        "the site asks for it" if waited > 1 else "the pause between two requests"
    )


def test_a_slow_site_is_asked_more_slowly() -> None:
    road = Road()
    road.ask(took=7.0)
    assert road.ask(took=0.1) == 7.0
    assert road.reasons == ["the site answers slowly"]
    assert road.ask() == 1.0
    road.ask(took=1000.0)
    assert road.ask() == pytest.approx(120.0)


def test_the_pause_doubles_when_the_site_is_overloaded_and_recovers_gradually() -> None:
    road = Road()
    waits = [road.ask(status=status) for status in (200, 503, 429, 200, 200, 200, 200, 200, 200)]
    assert waits == [0.0, 1.0, 2.0, 4.0, 3.0, 2.25, 1.6875, 1.265625, 1.0]
    assert "the site said it was overloaded" in road.reasons


def test_the_pause_has_an_end() -> None:
    road = Road()
    for _ in range(50):
        road.ask(status=503)
    assert road.ask() == pytest.approx(120.0)


def test_a_broken_answer_changes_nothing() -> None:
    road = Road()
    road.ask(status=503)
    assert [road.ask(status=None), road.ask()] == [2.0, 2.0]


def test_no_delay_means_none_but_for_slow_answers() -> None:
    road = Road(delay=0.0)
    assert [road.ask(status=503), road.ask(took=2.0), road.ask()] == [0.0, 0.0, 2.0]


# --- robots.txt -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "allowed", "forbidden"),
    [
        ("", ["/", "/a"], []),
        ("User-agent: *\nDisallow: /", ["/robots.txt"], ["/", "/a"]),
        ("User-agent: *\nDisallow:", ["/", "/a"], []),
        ("User-agent: *\nDisallow: /\n\nUser-agent: ThreadKeep\nDisallow: /b", ["/a"], ["/b"]),
        ("User-agent: threadkeep\nDisallow: /\n\nUser-agent: *\nAllow: /", [], ["/a"]),
        ("User-agent: otherbot\nDisallow: /", ["/a"], []),
        ("User-agent: *\nDisallow: /a\nAllow: /a/b", ["/a/b/c"], ["/a/c"]),
        ("User-agent: *\nDisallow: /*?replytocom=\nDisallow: /x$", ["/xy"], ["/t/?replytocom=1", "/x"]),
        ("user-agent:*\ndisallow:/a # comment\r\n", ["/b"], ["/a"]),
    ],
)  # fmt: skip
def test_robots_rules(text: str, allowed: list[str], forbidden: list[str]) -> None:
    rules = robots_from_bytes(text.encode())
    assert [path for path in allowed if not rules.allows(f"https://{HOST}{path}")] == []
    assert [path for path in forbidden if rules.allows(f"https://{HOST}{path}")] == []


RULES = "User-agent: *\nDisallow: /a\nCrawl-delay: 3\n"


@pytest.mark.parametrize(
    ("body", "forbids"),
    [
        (RULES.encode("utf-8-sig"), True),
        (RULES.encode("utf-16"), True),
        (b"\xfe\xff" + RULES.encode("utf-16-be"), True),
        (RULES.encode().replace(b"\n", b"\r"), True),
        (b"\x00" + RULES.encode() + b"\x00", True),
        (b"# \xe9\xff caf\xe9\n" + RULES.encode(), True),
        (
            RULES.encode()
            + b"Disallow: //[\nDisallow: http://[x\nCrawl-delay: nan\nRequest-rate: 0/0\n",
            True,
        ),
        (b"<!DOCTYPE html>\n<p>User-agent: *\nDisallow: /a\n", False),
        (b"#" * 600_000 + b"\n" + RULES.encode(), False),
        (b"", False),
    ],
)
def test_a_broken_robots_is_read_as_far_as_it_goes(body: bytes, forbids: bool) -> None:
    rules = robots_from_bytes(body)
    assert rules.allows(f"https://{HOST}/a") is not forbids
    assert rules.crawl_delay == (3.0 if forbids else None)


@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
def test_no_robots_makes_reading_fail(body: bytes) -> None:
    rules = robots_from_bytes(b"User-agent: *\nDisallow: " + body)
    assert rules.allows(FORUM) in {True, False}
    assert rules.crawl_delay is None or 0 <= rules.crawl_delay <= 60


@pytest.mark.parametrize(
    ("text", "delay"),
    [
        ("User-agent: *\nCrawl-delay: 2.5", 2.5),
        ("User-agent: *\nCrawl-delay: 2\n\nUser-agent: threadkeep\nCrawl-delay: 5", 5.0),
        ("User-agent: *\nCrawl-delay: 2\n\nUser-agent: threadkeep\nDisallow: /x", 2.0),
        ("User-agent: *\nCrawl-delay: 86400", 60.0),
        ("User-agent: *\nCrawl-delay: -1", None),
        ("User-agent: *\nCrawl-delay: soon", None),
        ("User-agent: *\nRequest-rate: 1/10", 10.0),
        ("User-agent: otherbot\nCrawl-delay: 9", None),
    ],
)
def test_crawl_delays(text: str, delay: float | None) -> None:
    assert robots_from_bytes(text.encode()).crawl_delay == delay


def test_where_robots_lies() -> None:
    assert (
        robots_url("https://forum.example:8443/a/b?c=d") == "https://forum.example:8443/robots.txt"
    )


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 410, 451])
def test_an_answer_without_robots_allows_everything(status: int) -> None:
    assert robots_from_page(page_with(b"User-agent: *\nDisallow: /", status=status)).allows(FORUM)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_failing_server_allows_nothing(status: int) -> None:
    with pytest.raises(FetchError, match=f"HTTP {status}"):
        robots_from_page(page_with(status=status))


# --- permission -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "forbids"),
    [
        ("noarchive", True), ("NOINDEX, NoArchive", True), ("threadkeep: noindex, noarchive", True), ("*: noarchive", True),
        ("unavailable_after: 25 Jun 2030 15:00:00 PST, noarchive", True), ("max-snippet: -1, noarchive", True),
        ("noindex", False), ("none", False), ("nofollow, nosnippet", False), ("googlebot: noarchive", False),
        ("googlebot: nosnippet, noarchive", False), ("", False), ("noarchives", False),
    ],
)  # fmt: skip
def test_the_header_that_asks_not_to_be_archived(header: str, forbids: bool) -> None:
    sentence = forbids_archiving(page_with(x_robots_tag=header))
    assert (sentence is not None) is forbids
    assert sentence is None or header in sentence


@pytest.mark.parametrize(
    ("body", "forbids"),
    [
        (b"<html><head><meta name='robots' content='noindex, noarchive'></head>", True),
        (b"<html><head><meta content=NOARCHIVE name=ROBOTS></head>", True),
        (b"<meta name=threadkeep content=noarchive><title>x</title>", True),
        ("<html><head><meta name=robots content=noarchive></head>".encode("utf-16"), True),
        (b"<html><head><script>'</head>'</script><meta name=robots content=noarchive></head>", True),
        (b"<html><head><meta name=googlebot content=noarchive></head>", False),
        (b"<html><head><meta name=robots content='noindex,nofollow'></head>", False),
        (b"<html><head><meta name=robots content=none></head>noarchive", False),
        (b"<html><head><!-- <meta name=robots content=noarchive> --></head>", False),
        (b"<html><head></head><body><p>x</p><meta name=robots content=noarchive></body>", False),
        (b"<p>&lt;meta name=robots content=noarchive&gt;</p>", False),
        (b"<meta name=robots>noarchive", False),
        (b"<!--noarchive-->", False),
        (b"noarchive", False),
        (b"\x00noarchive", False),
        (b"", False),
    ],
)  # fmt: skip
def test_the_element_that_asks_not_to_be_archived(body: bytes, forbids: bool) -> None:
    assert (forbids_archiving(page_with(body)) is not None) is forbids


# --- User-Agent -------------------------------------------------------------------------------------------------------


def test_the_user_agent_says_who_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent, "version", lambda: "1.2.3")
    assert (
        user_agent() == "threadkeep/1.2.3 (forum archiver; +https://pypi.org/project/threadkeep/)"
    )
    assert (
        user_agent(" me@example.org ")
        == "threadkeep/1.2.3 (forum archiver; contact: me@example.org)"
    )


def test_a_source_tree_that_was_never_installed_has_a_version(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(_: str) -> str:
        raise metadata.PackageNotFoundError

    monkeypatch.setattr(metadata, "version", missing)
    assert agent.version.__wrapped__() == "0"


@pytest.mark.parametrize(
    "contact",
    [
        "",
        "  ",
        "a",
        "a\r\nX-Evil: 1",
        "a\nb@c.example",
        "é@example.org",
        "a" * 201,
        "me) evil (x",
        "a\\b@c",
        "tab\tbed@c",
    ],
)
def test_a_contact_that_no_header_can_carry_is_refused(contact: str) -> None:
    with pytest.raises(UsageError, match=r"[Cc]ontact"):
        user_agent(contact)


# --- all of it together -----------------------------------------------------------------------------------------------


def fast(**changes: Any) -> FetchSettings:  # noqa: ANN401 - whatever a setting holds
    return replace(FetchSettings(delay=0.0), **changes)


def fetcher_for(
    *urls: str, clock: FakeClock | None = None, settings: FetchSettings | None = None
) -> LiveFetcher:
    clock = clock or FakeClock()
    return LiveFetcher(settings or fast(), user_urls=urls, clock=clock, chance=lambda: 1.0)


@pytest.fixture
def mocked(monkeypatch: pytest.MonkeyPatch) -> Iterator[responses.RequestsMock]:
    """No network, in which every name is public."""

    def look_up(_host: str, _port: int) -> tuple[str, ...]:
        return ("93.184.216.34",)

    monkeypatch.setattr(redirect, "addresses_of", look_up)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def polite(
    mock: responses.RequestsMock,
    robots: dict[str, Any],
    *,
    clock: FakeClock | None = None,
    settings: FetchSettings | None = None,
) -> PoliteFetcher:
    mock.get("https://forum.example/robots.txt", **robots)
    return PoliteFetcher(fetcher_for(FORUM, clock=clock, settings=settings))


def asked(mock: responses.RequestsMock) -> list[str]:
    return [str(call.request.url) for call in mock.calls]


def test_robots_is_asked_once_and_obeyed(mocked: responses.RequestsMock) -> None:
    mocked.get(FORUM, body="a")
    stored: list[Page] = []
    mocked.get(
        "https://forum.example/robots.txt",
        body="User-agent: *\nDisallow: /private/\nSitemap: https://forum.example/s.xml",
    )
    with PoliteFetcher(fetcher_for(FORUM), on_robots=stored.append) as fetcher:
        for _ in range(2):
            assert fetcher.get(Request(url=FORUM, reason="test")).body == b"a"
        with pytest.raises(RobotsDisallowedError, match=r"robots\.txt"):
            fetcher.get(Request(url="https://forum.example/private/", reason="test"))
        assert fetcher.robots(FORUM).sitemaps == ("https://forum.example/s.xml",)
        assert fetcher.traffic.requests == 3
    assert asked(mocked) == ["https://forum.example/robots.txt", FORUM, FORUM]
    assert [page.url for page in stored] == ["https://forum.example/robots.txt"]

    with (
        PoliteFetcher(fetcher_for(FORUM), known_robots=stored) as resumed,
        pytest.raises(RobotsDisallowedError),
    ):
        resumed.get(Request(url="https://forum.example/private/", reason="test"))
    assert len(mocked.calls) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_no_robots_allows_everything(mocked: responses.RequestsMock, status: int) -> None:
    mocked.get(FORUM, body="a")
    with polite(mocked, {"status": status}) as fetcher:
        assert fetcher.get(Request(url=FORUM, reason="test")).body == b"a"


@pytest.mark.parametrize(
    "answer",
    [{"status": 503}, {"status": 429}, {"body": requests.exceptions.ConnectionError("down")}],
)
def test_unreachable_robots_forbids_everything(
    mocked: responses.RequestsMock, answer: dict[str, Any]
) -> None:
    mocked.get(FORUM, body="a")
    with polite(mocked, answer) as fetcher, pytest.raises(FetchError, match=r"robots\.txt"):
        fetcher.get(Request(url=FORUM, reason="test"))
    assert FORUM not in asked(mocked)


def test_an_unknown_host_has_no_robots_to_complain_about(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with (
        PoliteFetcher(fetcher_for()) as fetcher,
        pytest.raises(HostNotFoundError, match="name service"),
    ):
        fetcher.get(Request(url="http://no-such-host.example/", reason="test"))


@pytest.mark.parametrize("target", ["/wp-login.php", "http://10.0.0.1/", "/robots.txt"])
def test_robots_behind_a_dead_end_is_none(mocked: responses.RequestsMock, target: str) -> None:
    mocked.get(FORUM, body="a")
    with polite(mocked, {"status": 302, "headers": {"Location": target}}) as fetcher:
        assert fetcher.get(Request(url=FORUM, reason="test")).body == b"a"


def test_robots_that_moved_to_another_name_are_obeyed(mocked: responses.RequestsMock) -> None:
    mocked.get("https://forum.example/robots-new.txt", body="User-agent: *\nDisallow: /")
    moved = {"status": 301, "headers": {"Location": "/robots-new.txt"}}
    with polite(mocked, moved) as fetcher, pytest.raises(RobotsDisallowedError):
        fetcher.get(Request(url=FORUM, reason="test"))


def test_robots_of_a_host_redirected_to_are_obeyed(mocked: responses.RequestsMock) -> None:
    mocked.get("https://other.example/robots.txt", body="User-agent: threadkeep\nDisallow: /")
    mocked.get(FORUM, status=301, headers={"Location": "https://other.example/hello/"})
    with (
        polite(mocked, {"status": 404}) as fetcher,
        pytest.raises(RobotsDisallowedError, match=r"other\.example"),
    ):
        fetcher.get(Request(url=FORUM, reason="test"))
    assert "https://other.example/hello/" not in asked(mocked)


def test_robots_that_moved_to_https_are_not_asked_twice(mocked: responses.RequestsMock) -> None:
    mocked.get(
        "http://forum.example/robots.txt",
        status=301,
        headers={"Location": "https://forum.example/robots.txt"},
    )
    mocked.get("http://forum.example/", status=301, headers={"Location": FORUM})
    mocked.get(FORUM, body="a")
    with polite(mocked, {"body": "User-agent: *\nDisallow: /x"}) as fetcher:
        assert fetcher.get(Request(url="http://forum.example/", reason="test")).redirects == ()
    assert asked(mocked).count("https://forum.example/robots.txt") == 1


def test_crawl_delay_is_kept(mocked: responses.RequestsMock) -> None:
    mocked.get(FORUM, body="a")
    clock = FakeClock()
    with polite(
        mocked, {"body": "User-agent: *\nCrawl-delay: 7"}, clock=clock, settings=fast(delay=1.0)
    ) as fetcher:
        for _ in range(2):
            fetcher.get(Request(url=FORUM, reason="test"))
    assert clock.sleeps == [7.0, 7.0], "it binds from robots.txt itself on"


def test_my_site_sets_robots_aside(mocked: responses.RequestsMock) -> None:
    mocked.get(FORUM, body="a")
    with polite(
        mocked,
        {"body": "User-agent: *\nDisallow: /\nCrawl-delay: 9"},
        settings=fast(respect_robots=False),
    ) as fetcher:
        assert fetcher.get(Request(url=FORUM, reason="test")).body == b"a"
        assert not fetcher.robots(FORUM).allows(FORUM)
    assert asked(mocked)[0] == FORUM

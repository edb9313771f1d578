"""The live fetcher against scripted servers: faults, ceilings, redirects, statuses, private networks."""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
import responses
import urllib3.exceptions
from hypothesis import given
from hypothesis import strategies as st

from parsers import errors
from parsers.errors import (
    AccessDeniedError,
    FetchError,
    HostNotFoundError,
    HttpStatusError,
    LoginRequiredError,
    NotFoundError,
    ThreadkeepError,
    UnsafeRedirectError,
    UsageError,
)
from parsers.records import Page
from scraper.fetch.fetcher import Request
from scraper.fetch.inflater import InflateError, Inflater
from scraper.fetch.live import LiveFetcher
from scraper.fetch.retry import RetryPolicy
from scraper.fetch.settings import FetchSettings
from scraper.politeness.clock import FakeClock, SystemClock
from scraper.politeness.waiting import Wait
from tests.raw_server import Exchange, RawServer, Reply, load_exchange, page_reply, reply

if TYPE_CHECKING:
    from collections.abc import Iterator

HTTP_CASES = sorted((Path(__file__).parent.parent / "fixtures" / "http").glob("*.http"))
FORUM = "https://forum.example/forums/topic/hello/"


def fast(**changes: Any) -> FetchSettings:  # noqa: ANN401 - whatever a setting holds
    return replace(FetchSettings(delay=0.0), **changes)


def fetcher_for(
    *urls: str, clock: FakeClock | None = None, settings: FetchSettings | None = None
) -> LiveFetcher:
    clock = clock or FakeClock()
    return LiveFetcher(settings or fast(), user_urls=urls, clock=clock, chance=lambda: 1.0)


def fetch(*replies: Reply, settings: FetchSettings | None = None) -> Page:
    with (
        RawServer(replies) as server,
        fetcher_for(server.origin, settings=settings) as fetcher,
    ):
        return fetcher.get(Request(url=server.origin, reason="test"))


def get(url: str) -> Page:
    with fetcher_for(url) as fetcher:
        return fetcher.get(Request(url=url, reason="test"))


@pytest.fixture
def mocked() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def public_names(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The name service of a small world: hosts with their addresses, all others unknown."""
    names: dict[str, str] = {}

    def look_up(host: str, port: int, *_: object, **__: object) -> list[tuple[Any, ...]]:
        if host in names or host[0].isdigit():
            address = (names.get(host, host), port)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address)]
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return names


# --- the cases of fixtures/http ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", HTTP_CASES, ids=lambda path: path.stem)
def test_exchange(path: Path) -> None:
    case = load_exchange(path)
    clock, settings = FakeClock(), fast(**case.settings)
    with (
        RawServer(case.replies) as server,
        fetcher_for(server.origin, clock=clock, settings=settings) as fetcher,
    ):
        request = Request(url=f"{server.origin}/page?x=1", reason="test", **case.request)
        if "error" in case.expect:
            with pytest.raises(getattr(errors, case.expect["error"])) as caught:
                fetcher.get(request)
            assert type(caught.value) is getattr(errors, case.expect["error"])
            assert case.expect.get("says", "") in str(caught.value)
        else:
            check_page(fetcher.get(request), case, server)
        assert len(server.heads) == case.expect["requests"] == fetcher.traffic.requests
        assert clock.sleeps == case.expect.get("sleeps", clock.sleeps)


def check_page(page: Page, case: Exchange, server: RawServer) -> None:
    expect = case.expect
    assert page.status == expect.get("status", 200)
    assert page.body == expect.get("body", page.body.decode()).encode()
    assert page.url == f"{server.origin}/page?x=1"
    assert page.final_url == expect.get("final", page.final_url).format(origin=server.origin)
    wanted = expect.get("redirects")
    told = tuple(url.format(origin=server.origin) for url in wanted or ())
    assert wanted is None or page.redirects == told
    assert not {name.lower() for name, _ in page.headers} & set(expect.get("absent", ()))
    assert "present" not in expect or page.header(expect["present"]) == "one two"
    assert expect.get("sent", "") in server.heads[-1]
    assert not [name for name in expect.get("unsent", ()) if name in "".join(server.heads)]


# --- faults that no file can hold -------------------------------------------------------------------------------------


def test_header_flood_is_no_answer() -> None:
    flood = (
        b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(5000)) + b"\r\nbody"
    )
    with pytest.raises(FetchError, match="not HTTP"):
        fetch(reply(flood), settings=fast(attempts=1))


def test_endless_header_line_is_no_answer() -> None:
    with pytest.raises(FetchError, match="not HTTP"):
        fetch(reply(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000), settings=fast(attempts=1))


@pytest.mark.parametrize(
    "begin",
    [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n" * 2, b"HTTP/1.1 200 OK\r\nX: "],
)
def test_an_answer_that_trickles_is_given_up(begin: bytes) -> None:
    drops = Reply(pieces=(begin, *[b"x"] * 100), gap=0.01)
    with RawServer([drops]) as server:
        settings = FetchSettings(delay=0.0, attempts=1, answer_seconds=0.04)
        with (
            LiveFetcher(settings, user_urls=[server.origin], clock=SystemClock()) as fetcher,
            pytest.raises(FetchError, match="takes too long"),
        ):
            fetcher.get(Request(url=server.origin, reason="test"))


def test_a_silent_server_is_given_up() -> None:
    with pytest.raises(FetchError, match="takes too long"):
        fetch(
            Reply(pieces=(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab",), keep=True),
            settings=fast(attempts=1, read_seconds=0.03),
        )


def test_an_answer_after_the_deadline_is_none() -> None:
    class Leaping(FakeClock):
        def monotonic(self) -> float:
            self.advance(1000.0)
            return super().monotonic()

    with (
        RawServer([page_reply(b"a")]) as server,
        fetcher_for(server.origin, clock=Leaping(), settings=fast(attempts=1)) as fetcher,
        pytest.raises(FetchError, match="takes too long"),
    ):
        fetcher.get(Request(url=server.origin, reason="test"))


def test_a_server_that_speaks_no_tls_is_named() -> None:
    with RawServer(greeting=b"220 mail.example ESMTP\r\n" * 50) as server:
        url = server.origin.replace("http:", "https:")
        with (
            fetcher_for(url, settings=fast(attempts=1)) as fetcher,
            pytest.raises(FetchError, match="breaks off the encrypted connection"),
        ):
            fetcher.get(Request(url=url, reason="test"))


def test_a_location_in_latin_1_is_read_all_the_same() -> None:
    hop = b"HTTP/1.1 302 Found\r\nLocation: /caf\xe9\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    assert fetch(reply(hop), page_reply(b"a")).final_url.endswith("/caf%C3%A9")


def test_no_attempt_means_no_pause() -> None:
    policy = RetryPolicy.from_settings(FetchSettings(), FakeClock(), lambda: 0.0)
    assert policy.pause(None) == 0.0
    assert policy.increment("GET", FORUM, error=OSError()).pause(None) == 1.0


def test_eleven_redirects_are_too_many() -> None:
    hops = [
        reply(
            b"HTTP/1.1 302 Found\r\nLocation: /%d\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            % n
        )
        for n in range(1, 12)
    ]
    assert len(fetch(*hops[:10], page_reply(b"there")).redirects) == 9
    with pytest.raises(UnsafeRedirectError, match="more than 10 times"):
        fetch(*hops, page_reply(b"there"))


def test_a_refused_connection_is_tried_again_and_named() -> None:
    clock = FakeClock()
    with RawServer() as server:
        url = server.origin
    with (
        fetcher_for(url, clock=clock) as fetcher,
        pytest.raises(FetchError, match=r"refuses connections \(5 attempts\)"),
    ):
        fetcher.get(Request(url=url, reason="test"))
    assert clock.sleeps == [2.0, 4.0, 8.0, 16.0]
    assert fetcher.traffic.broken == 5
    assert fetcher.traffic.retries == 4


def test_the_total_time_ends_the_attempts() -> None:
    clock = FakeClock()
    with RawServer() as server:
        url = server.origin
    with (
        fetcher_for(
            url, clock=clock, settings=fast(attempts=99, request_seconds=100.0)
        ) as fetcher,
        pytest.raises(FetchError),
    ):
        fetcher.get(Request(url=url, reason="test"))
    assert sum(clock.sleeps) <= 100.0
    assert clock.sleeps == [2.0, 4.0, 8.0, 16.0, 32.0]


def test_a_site_that_asks_to_be_left_alone_is_asked_nothing_until_then() -> None:
    clock = FakeClock()
    head = (
        b"HTTP/1.1 503 Busy\r\nRetry-After: 7200\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )
    with (
        RawServer([reply(head), page_reply(b"hello")]) as server,
        fetcher_for(server.origin, clock=clock) as fetcher,
    ):
        for page in ("one", "two"):
            with pytest.raises(HttpStatusError, match="come back in 2 h"):
                fetcher.get(Request(url=f"{server.origin}/{page}", reason="test"))
        assert fetcher.traffic.requests == 1
        clock.sleep(7200)
        assert fetcher.get(Request(url=f"{server.origin}/two", reason="test")).status == 200


def test_one_connection_serves_many_requests() -> None:
    with (
        RawServer([page_reply(b"a", keep=True), page_reply(b"b", keep=True)]) as server,
        fetcher_for(server.origin) as fetcher,
    ):
        bodies = [
            fetcher.get(Request(url=f"{server.origin}/{n}", reason="test")).body for n in range(2)
        ]
        assert server.connections == 1
    assert bodies == [b"a", b"b"]


def test_a_kept_connection_that_was_closed_is_opened_anew() -> None:
    clock = FakeClock()
    closing = Reply(pieces=page_reply(b"a", keep=True).pieces)
    with (
        RawServer([closing, closing]) as server,
        fetcher_for(server.origin, clock=clock) as fetcher,
    ):
        for _ in range(2):
            assert fetcher.get(Request(url=server.origin, reason="test")).body == b"a"
            server.finish()
    assert clock.sleeps == []


def test_traffic_is_counted() -> None:
    busy = reply(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    with RawServer([busy, page_reply(b"abc")]) as server, fetcher_for(server.origin) as fetcher:
        fetcher.get(Request(url=server.origin, reason="test"))
        traffic = fetcher.traffic
    assert (traffic.requests, traffic.retries, traffic.by_status) == (2, 1, ((200, 1), (503, 1)))
    assert traffic.body_bytes == 3


def test_long_waits_are_announced() -> None:
    seen: list[Wait] = []
    busy = reply(
        b"HTTP/1.1 503 Busy\r\nRetry-After: 30\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )
    with RawServer([busy, page_reply(b"abc")]) as server:
        url = f"{server.origin}/"
        with LiveFetcher(
            FetchSettings(delay=1.0), user_urls=[url], clock=FakeClock(), on_wait=seen.append
        ) as fetcher:
            fetcher.get(Request(url=url, reason="test"))
    assert seen == [Wait(seconds=30.0, reason="HTTP 503; the site asked for it", url=url)]


def test_every_request_waits_for_the_pace() -> None:
    clock = FakeClock()
    hop = reply(
        b"HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )
    with (
        RawServer([hop, page_reply(b"a")]) as server,
        fetcher_for(server.origin, clock=clock, settings=fast(delay=1.5)) as fetcher,
    ):
        for _ in range(2):
            fetcher.get(Request(url=server.origin, reason="test"))
    assert clock.sleeps == [1.5, 1.5]


def test_the_page_is_dated_by_the_clock() -> None:
    assert fetch(page_reply(b"a")).fetched_at == datetime(2026, 1, 1, tzinfo=UTC)


def test_the_user_agent_and_contact_are_sent() -> None:
    with (
        RawServer([page_reply(b"a")]) as server,
        fetcher_for(server.origin, settings=fast(contact="me@example.org")) as fetcher,
    ):
        fetcher.get(Request(url=server.origin, reason="test"))
    assert "(forum archiver; contact: me@example.org)" in server.heads[0]


def test_a_validator_that_is_no_header_is_not_sent() -> None:
    with RawServer([page_reply(b"a")]) as server, fetcher_for(server.origin) as fetcher:
        request = Request(
            url=server.origin,
            reason="test",
            etag='"a"\r\nX: y',
            last_modified="Thu, 01 Jan 2026 00:00:00 GMT",
        )
        fetcher.get(request)
    assert "X: y" not in server.heads[0]
    assert "If-Modified-Since: Thu, 01 Jan 2026 00:00:00 GMT" in server.heads[0]


def test_no_password_is_taken_from_netrc(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with RawServer([page_reply(b"a")]) as server, fetcher_for(server.origin) as fetcher:
        fetcher.get(Request(url=server.origin, reason="test"))
    assert "Authorization" not in server.heads[0]


def test_a_proxy_from_the_environment_resolves_names(monkeypatch: pytest.MonkeyPatch) -> None:
    hop = reply(
        b"HTTP/1.1 302 Found\r\nLocation: http://other.example/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )
    with RawServer([hop, page_reply(b"through the proxy")]) as proxy:
        monkeypatch.setenv("http_proxy", proxy.origin)
        page = get("http://forum.example/a")
    assert page.body == b"through the proxy"
    assert proxy.paths[:2] == ["http://forum.example/a", "http://other.example/"]


def test_a_private_address_is_refused_through_a_proxy_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with fetcher_for() as fetcher, pytest.raises(UnsafeRedirectError):
        fetcher.get(Request(url="http://10.0.0.1/", reason="test"))


# --- names and private networks ---------------------------------------------------------------------------------------


def test_an_unknown_host_is_named_at_once(public_names: dict[str, str]) -> None:
    clock = FakeClock()
    with (
        fetcher_for(clock=clock) as fetcher,
        pytest.raises(HostNotFoundError, match="not known to the name service"),
    ):
        fetcher.get(Request(url="http://no-such-host.example/", reason="test"))
    assert not clock.sleeps
    assert not public_names


def test_a_redirect_to_an_unknown_host_is_named(public_names: dict[str, str]) -> None:
    hop = b"HTTP/1.1 302 Found\r\nLocation: http://gone.example/\r\nContent-Length: 0\r\n\r\n"
    with pytest.raises(HostNotFoundError, match=r"gone\.example"):
        fetch(reply(hop))
    assert not public_names


def test_a_failing_name_service_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    clock = FakeClock()
    with fetcher_for(clock=clock) as fetcher, pytest.raises(HostNotFoundError, match="just now"):
        fetcher.get(Request(url="http://forum.example/", reason="test"))
    assert len(clock.sleeps) == 4


def test_a_public_name_with_a_private_address_is_refused(public_names: dict[str, str]) -> None:
    public_names["rebound.example"] = "127.0.0.1"
    with RawServer([page_reply(b"secret")]) as server:
        url = server.origin.replace("127.0.0.1", "rebound.example")
        with fetcher_for() as fetcher, pytest.raises(UnsafeRedirectError, match="private network"):
            fetcher.get(Request(url=url, reason="test"))
    assert not server.heads


def test_a_name_that_changes_its_address_is_refused_before_anything_is_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = iter(["93.184.216.34", "127.0.0.1"])

    def look_up(_: str, port: int, *__: object, **___: object) -> list[tuple[Any, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    with RawServer([page_reply(b"secret")]) as server:
        url = server.origin.replace("127.0.0.1", "rebound.example")
        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        with fetcher_for() as fetcher, pytest.raises(UnsafeRedirectError):
            fetcher.get(Request(url=url, reason="test"))
        monkeypatch.undo()
    assert not server.heads


def test_a_host_named_by_the_user_may_be_private(public_names: dict[str, str]) -> None:
    public_names["intranet"] = "127.0.0.1"
    with RawServer([page_reply(b"ours")]) as server:
        assert get(server.origin.replace("127.0.0.1", "intranet")).body == b"ours"


def test_an_open_connection_to_a_named_private_host_helps_no_redirect(
    public_names: dict[str, str], mocked: responses.RequestsMock
) -> None:
    public_names["intranet"] = "10.0.0.1"
    mocked.get("https://forum.example/", status=302, headers={"Location": "http://intranet/"})
    with (
        fetcher_for("http://intranet/") as fetcher,
        pytest.raises(UnsafeRedirectError, match="intranet"),
    ):
        fetcher.get(Request(url="https://forum.example/", reason="test"))


def test_a_redirect_stays_trusted_from_http_to_https(mocked: responses.RequestsMock) -> None:
    mocked.get("http://intranet/", status=301, headers={"Location": "https://intranet/"})
    mocked.get("https://intranet/", body="ours")
    assert get("http://intranet/").body == b"ours"


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "http://2130706433/", "http://0177.1/", "http://[::1]/", "http://localhost/",
                                 "http://[::ffff:10.0.0.1]/", "http://metadata.google.internal/", "http://router.local/"])  # fmt: skip
def test_a_private_address_is_no_first_target_either(url: str) -> None:
    with (
        fetcher_for(FORUM) as fetcher,
        pytest.raises(UnsafeRedirectError, match="private network"),
    ):
        fetcher.get(Request(url=url, reason="test"))


# --- statuses ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, HttpStatusError), (401, LoginRequiredError), (403, AccessDeniedError), (404, NotFoundError), (405, HttpStatusError),
     (406, AccessDeniedError), (410, NotFoundError), (418, HttpStatusError), (429, HttpStatusError), (451, AccessDeniedError),
     (500, HttpStatusError), (501, HttpStatusError), (503, HttpStatusError), (521, HttpStatusError), (599, HttpStatusError),
     (202, HttpStatusError), (204, HttpStatusError), (300, HttpStatusError)],
)  # fmt: skip
def test_statuses_without_a_page(
    mocked: responses.RequestsMock, status: int, error: type[ThreadkeepError]
) -> None:
    mocked.get(FORUM, status=status, body="no")
    with pytest.raises(error) as caught:
        get(FORUM)
    assert type(caught.value) is error
    assert str(status) in str(caught.value)
    assert caught.value.url == FORUM
    assert getattr(caught.value, "status", status) == status
    assert len(mocked.calls) == (5 if status in {429, 500, 503, 521} else 1)


@pytest.mark.parametrize("status", [200, 203])
def test_statuses_with_a_page(mocked: responses.RequestsMock, status: int) -> None:
    mocked.get(FORUM, status=status, body=b"\xe9", headers={"X-Robots-Tag": "noindex"})
    page = get(FORUM)
    assert (page.status, page.body, page.header("x-robots-tag")) == (status, b"\xe9", "noindex")


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (requests.exceptions.ProxyError("no proxy"), "through the proxy"),
        (requests.exceptions.InvalidURL("what"), "such an address"),
        (requests.exceptions.TooManyRedirects("?"), "broke the connection"),
        (requests.exceptions.SSLError("eof"), "broke the connection"),
        (urllib3.exceptions.LocationParseError("?"), "cannot be read"),
    ],
)
def test_library_errors_become_sentences(
    mocked: responses.RequestsMock, error: Exception, says: str
) -> None:
    mocked.get(FORUM, body=error)
    with pytest.raises(FetchError, match=says):
        get(FORUM)


def test_an_invalid_certificate_is_not_tried_again(mocked: responses.RequestsMock) -> None:
    import ssl

    error = requests.exceptions.SSLError("no")
    error.__cause__ = ssl.SSLCertVerificationError(
        1, "certificate verify failed: self-signed certificate"
    )
    mocked.get(FORUM, body=error)
    with pytest.raises(FetchError, match=r"certificate that is not valid: .*self-signed"):
        get(FORUM)
    assert len(mocked.calls) == 1


def test_a_long_page_is_no_challenge(mocked: responses.RequestsMock) -> None:
    body = b"<title>Just a moment...</title>" + b"<p>post</p>" * 10_000
    mocked.get(FORUM, body=body)
    assert get(FORUM).body == body


def test_an_action_is_never_asked_for() -> None:
    with pytest.raises(UsageError, match="never asked for: it is an action"):
        get("https://forum.example/topic/x/?action=bbp_subscribe&topic_id=1")


def test_a_deflate_body_may_be_bare_or_wrapped(mocked: responses.RequestsMock) -> None:
    import zlib

    bare = zlib.compressobj(wbits=-15)
    for number, body in enumerate(
        (zlib.compress(b"<p>Whole.</p>"), bare.compress(b"<p>Whole.</p>") + bare.flush())
    ):
        mocked.get(f"{FORUM}{number}", body=body, headers={"Content-Encoding": "deflate"})
        assert get(f"{FORUM}{number}").body == b"<p>Whole.</p>"


@given(
    st.binary(max_size=2000), st.lists(st.integers(1, 50), min_size=1, max_size=60), st.booleans()
)
def test_a_gzip_body_comes_out_whole_however_it_is_cut(
    data: bytes, cuts: list[int], with_padding: bool
) -> None:
    import gzip

    sent = (
        gzip.compress(data)
        + gzip.compress(b"second member")
        + (b"\0" * 5 if with_padding else b"")
    )
    inflater, out, start = Inflater("gzip"), b"", 0
    for cut in [*cuts, len(sent)]:
        out += inflater.feed(sent[start : start + cut], 10_000)
        start += cut
    inflater.finish()
    assert out == data + b"second member"


@given(st.binary(min_size=1, max_size=500), st.data())
def test_a_gzip_body_that_breaks_off_is_never_whole(data: bytes, draw: st.DataObject) -> None:
    import gzip

    sent = gzip.compress(data)
    inflater = Inflater("gzip")
    cut = draw.draw(st.integers(1, len(sent) - 1))
    inflater.feed(sent[:cut], 10_000)
    with pytest.raises(InflateError):
        inflater.finish()

"""The demo forum's faults as a client meets them on the wire, and which requests a script lets them strike."""

from __future__ import annotations

import gzip
import html
import http.client
import itertools
import math
import re
import socket
import subprocess
import sys
import threading
import time
import zlib
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from parsers.errors import UsageError
from scraper.demo import (
    Alteration,
    DemoAnswer,
    DemoRequest,
    DemoServer,
    DemoSettings,
    Fault,
    FaultRule,
    FaultScript,
    generate,
)
from scraper.demo.fault_kind import DETAILS
from scraper.demo.fault_option import read_rule
from scraper.demo.forum import THEMES
from scraper.demo.site import DemoSite
from tests.documents import ROOT

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from scraper.demo.forum import ThemeName

BASE = "http://127.0.0.1:7"
TOPIC = "/forums/topic/the-word-chain/"
FORUM = generate(DemoSettings(topics=20))
NOON = datetime(2026, 5, 4, 12, 0, 0, 250_000, tzinfo=UTC)


@contextmanager
def faulty(*rules: FaultRule, **settings: Any) -> Generator[DemoServer]:  # noqa: ANN401  handed on as it is
    forum = generate(DemoSettings(topics=20, **settings)) if settings else FORUM
    with DemoServer(forum, intercept=FaultScript(rules, now=lambda: NOON)) as server:
        yield server


def connected(server: DemoServer) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", urlsplit(server.url).port or 0, timeout=9)


def got(server: DemoServer, path: str = TOPIC) -> tuple[http.client.HTTPResponse, bytes]:
    connection = connected(server)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def struck_by(fault: Fault, **details: Any) -> tuple[http.client.HTTPResponse, bytes, bytes]:  # noqa: ANN401  handed on
    """An answer that a fault made, its body, and what the forum would have sent."""
    with faulty(FaultRule(fault=fault, **details)) as server:
        response, body = got(server)
        return response, body, server.ordinary(TOPIC).body


def plugged(server: DemoServer, path: str = TOPIC) -> socket.socket:
    """A bare socket that has asked for a path."""
    plug = socket.create_connection(("127.0.0.1", urlsplit(server.url).port or 0), timeout=9)
    plug.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    return plug


def rest_of(plug: socket.socket) -> bytes:
    return b"".join(iter(lambda: plug.recv(65536), b""))


# --- statuses ---


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Fault.SERVICE_UNAVAILABLE, 503),
        (Fault.TOO_MANY_REQUESTS, 429),
        (Fault.TOO_MANY_REQUESTS_UNTIL, 429),
        (Fault.SERVER_ERROR, 500),
        (Fault.FORBIDDEN, 403),
        (Fault.NOT_FOUND, 404),
        (Fault.GONE, 410),
    ],
)
def test_a_status_comes_with_a_page_of_html(fault: Fault, status: int) -> None:
    response, body, ordinary = struck_by(fault)
    assert response.status == status
    assert response.headers["Content-Type"] == "text/html; charset=UTF-8"
    assert body.startswith(b"<!DOCTYPE html>")
    assert body != ordinary


def test_retry_after_counts_seconds_or_names_a_date() -> None:
    assert "Retry-After" not in struck_by(Fault.SERVICE_UNAVAILABLE)[0].headers
    assert struck_by(Fault.SERVICE_UNAVAILABLE, seconds=600)[0].headers["Retry-After"] == "600"
    assert struck_by(Fault.TOO_MANY_REQUESTS)[0].headers["Retry-After"] == "1"
    assert struck_by(Fault.TOO_MANY_REQUESTS, seconds=2.5)[0].headers["Retry-After"] == "3"
    until = struck_by(Fault.TOO_MANY_REQUESTS_UNTIL, seconds=90)[0].headers["Retry-After"]
    assert until.endswith(" GMT")
    assert parsedate_to_datetime(until) == datetime(2026, 5, 4, 12, 1, 31, tzinfo=UTC)


def test_by_default_retry_after_goes_by_the_real_clock() -> None:
    script = FaultScript((FaultRule(fault=Fault.TOO_MANY_REQUESTS_UNTIL, seconds=3600),))
    answer = answered(script, TOPIC)
    assert answer
    until = parsedate_to_datetime(dict(answer.headers)["Retry-After"])
    assert abs(until - datetime.now(UTC) - timedelta(hours=1)) < timedelta(minutes=1)


# --- broken exchanges ---


def test_a_connection_may_close_before_the_status_line() -> None:
    with faulty(FaultRule(fault=Fault.EARLY_CLOSE)) as server, plugged(server) as plug:
        assert rest_of(plug) == b""
        assert [request.status for request in server.requests] == [0]


def test_a_connection_may_close_in_the_headers() -> None:
    with faulty(FaultRule(fault=Fault.EARLY_CLOSE_IN_HEAD)) as server, plugged(server) as plug:
        head = rest_of(plug)
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\nContent-Type: text/html" in head
    assert b"\r\n\r\n" not in head
    assert b"content-length" not in head.lower()


@pytest.mark.parametrize("size", [None, 0, 1000])
def test_a_connection_may_close_in_the_body(size: int | None) -> None:
    rule = FaultRule(fault=Fault.EARLY_CLOSE_IN_BODY, size=size)
    with faulty(rule) as server, plugged(server) as plug:
        whole = server.ordinary(TOPIC).body
        head, _, body = rest_of(plug).partition(b"\r\n\r\n")
    assert f"Content-Length: {len(whole)}".encode() in head
    assert body == whole[: len(whole) // 2 if size is None else size]


def test_a_slow_answer_comes_in_the_end() -> None:
    _, body, ordinary = struck_by(Fault.SLOW_ANSWER, seconds=0.05)
    assert body == ordinary


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_a_slow_body_comes_in_pieces_and_whole(size: int) -> None:
    response, body, ordinary = struck_by(Fault.SLOW_BODY, seconds=0.0001, size=size)
    assert int(response.headers["Content-Length"]) == len(ordinary)
    assert body == ordinary


@pytest.mark.parametrize(
    ("rule", "sent"),
    [
        (FaultRule(fault=Fault.SLOW_BODY, seconds=3600, size=2), 0.5),
        (FaultRule(fault=Fault.SLOW_ANSWER, seconds=3600), 0.0),
    ],
)
def test_what_is_slow_does_not_keep_the_server_from_stopping(rule: FaultRule, sent: float) -> None:
    arrived = threading.Event()
    script = FaultScript((rule,))

    def intercept(request: DemoRequest) -> Alteration | None:
        arrived.set()
        return script(request)

    began = time.monotonic()
    with DemoServer(FORUM, intercept=intercept) as server:
        expected, body = math.ceil(len(server.ordinary(TOPIC).body) * sent), b""
        with plugged(server) as plug:
            assert arrived.wait(9)
            while len(body.partition(b"\r\n\r\n")[2]) < expected:
                body += plug.recv(65536)
            server.stop()
            body += rest_of(plug)
    assert len(body.partition(b"\r\n\r\n")[2]) == expected
    assert time.monotonic() - began < 60


def test_a_length_may_be_too_long() -> None:
    with faulty(FaultRule(fault=Fault.LENGTH_TOO_LONG, size=7)) as server:
        with pytest.raises(http.client.IncompleteRead) as caught:
            got(server)
        assert caught.value.partial == server.ordinary(TOPIC).body
        assert caught.value.expected == 7


def test_a_length_may_be_too_short_and_the_rest_stays_on_the_connection() -> None:
    with faulty(FaultRule(fault=Fault.LENGTH_TOO_SHORT, size=7)) as server:
        whole = server.ordinary(TOPIC).body
        with plugged(server) as plug:
            head, _, body = rest_of(plug).partition(b"\r\n\r\n")
        _, read = got(server)
    assert f"Content-Length: {len(whole) - 7}".encode() in head
    assert body == whole
    assert read == whole[:-7]


@pytest.mark.parametrize("size", [None, 5, 100])
def test_compressed_data_may_break_off_under_a_right_length(size: int | None) -> None:
    response, body, ordinary = struck_by(Fault.GZIP_TRUNCATED, size=size)
    assert response.headers["Content-Encoding"] == "gzip"
    assert int(response.headers["Content-Length"]) == len(body)
    inflater = zlib.decompressobj(wbits=31)
    assert ordinary.startswith(inflater.decompress(body))
    assert not inflater.eof
    if size is not None:
        assert len(body) == size


# --- compression as such ---


def test_pages_are_compressed_for_who_takes_gzip() -> None:
    with faulty() as server:
        connection = connected(server)
        answers: list[tuple[str | None, str | None, bytes]] = []
        for path, taken in ((TOPIC, "gzip, deflate"), (TOPIC, "identity"), ("/badge.png", "gzip")):
            connection.request("GET", path, headers={"Accept-Encoding": taken})
            response = connection.getresponse()
            headers = response.headers
            answers.append((headers["Content-Encoding"], headers["Vary"], response.read()))
        connection.close()
        whole, picture = server.ordinary(TOPIC).body, server.ordinary("/badge.png").body
    assert answers[0][:2] == ("gzip", "Accept-Encoding")
    assert gzip.decompress(answers[0][2]) == whole
    assert answers[1:] == [(None, "Accept-Encoding", whole), (None, None, picture)]


# --- redirects ---


def location_of(server: DemoServer, path: str) -> str:
    response, _ = got(server, path)
    assert response.status == 302
    return str(response.headers["Location"])


def followed(server: DemoServer, path: str, hops: int) -> list[str]:
    paths = [path]
    for _ in range(hops):
        paths.append(location_of(server, paths[-1]).removeprefix(server.url))
    return paths


def test_redirects_may_go_in_a_circle() -> None:
    with faulty(FaultRule(fault=Fault.REDIRECT_LOOP, path=TOPIC)) as server:
        assert followed(server, TOPIC, 3) == [TOPIC, f"{TOPIC}?again=1"] * 2
    with faulty(FaultRule(fault=Fault.REDIRECT_LOOP), plain_permalinks=True) as server:
        assert followed(server, "/?topic=x", 2) == ["/?topic=x", "/?topic=x&again=1", "/?topic=x"]


def test_redirects_may_go_on_and_on() -> None:
    with faulty(FaultRule(fault=Fault.REDIRECT_CHAIN, path=TOPIC)) as server:
        assert len(set(followed(server, TOPIC, 8))) == 9


def test_a_circle_may_open_after_a_while() -> None:
    with faulty(FaultRule(fault=Fault.REDIRECT_LOOP, path=TOPIC, first=3)) as server:
        path = followed(server, TOPIC, 3)[-1]
        assert got(server, path)[0].status == 200


def test_redirects_may_lead_elsewhere() -> None:
    rules = {
        Fault.REDIRECT: "{url}/",
        Fault.REDIRECT_TO_LOGIN: "{url}/wp-login.php?redirect_to=http%3A%2F%2F127.0.0.1%3A{port}"
        "%2Fforums%2Ftopic%2Fthe-word-chain%2F",
        Fault.REDIRECT_TO_HOST: "http://localhost:{port}" + TOPIC,
        Fault.REDIRECT_TO_PRIVATE: "http://127.0.0.2:{port}" + TOPIC,
    }
    for fault, expected in rules.items():
        with faulty(FaultRule(fault=fault)) as server:
            port = urlsplit(server.url).port
            assert location_of(server, TOPIC) == expected.format(url=server.url, port=port)


def test_a_redirect_may_be_told_where_to_lead() -> None:
    for to, expected in (("/forums/", "{url}/forums/"), ("http://10.0.0.1/", "http://10.0.0.1/")):
        with faulty(FaultRule(fault=Fault.REDIRECT, to=to)) as server:
            assert location_of(server, TOPIC) == expected.format(url=server.url)


# --- character sets ---


def test_a_header_may_say_latin_1_of_utf_8() -> None:
    response, body, ordinary = struck_by(Fault.CHARSET_HEADER)
    assert response.headers["Content-Type"] == "text/html; charset=ISO-8859-1"
    assert body == ordinary


def test_a_header_may_say_utf_8_of_latin_1() -> None:
    path = "/forums/topic/guests-welcome/"
    with faulty(FaultRule(fault=Fault.CHARSET_BYTES)) as server:
        response, body = got(server, path)
        ordinary = server.ordinary(path).body.decode()
    assert response.headers["Content-Type"] == "text/html; charset=UTF-8"
    with pytest.raises(UnicodeDecodeError):
        body.decode()
    assert html.unescape(body.decode("cp1252")) == html.unescape(ordinary)


def test_a_meta_may_contradict_the_header_or_stand_alone() -> None:
    rules = (
        FaultRule(fault=Fault.CHARSET_META, nth=1),
        FaultRule(fault=Fault.CHARSET_META_ALONE, nth=2),
    )
    with faulty(*rules) as server:
        (contradicting, body), (alone, same) = got(server), got(server)
        ordinary = server.ordinary(TOPIC).body
    assert contradicting.headers["Content-Type"] == "text/html; charset=UTF-8"
    assert alone.headers["Content-Type"] == "text/html"
    assert body == ordinary.replace(b'<meta charset="UTF-8" />', b'<meta charset="ISO-8859-1" />')
    assert same == body


# --- pages that are not the page ---


@pytest.mark.parametrize(
    ("fault", "mark"),
    [
        (Fault.CHALLENGE_CLOUDFLARE, b"window._cf_chl_opt"),
        (Fault.CHALLENGE_WORDFENCE, b"Generated by Wordfence"),
        (Fault.LOGIN_WALL, b'<body class="login'),
        (Fault.SOFT_NOT_FOUND, b'<body class="error404"'),
    ],
)
def test_a_page_may_be_another_one_with_status_200(fault: Fault, mark: bytes) -> None:
    response, body, _ = struck_by(fault)
    assert response.status == 200
    assert mark in body
    assert b"bbp-reply-content" not in body


def test_a_page_may_be_empty() -> None:
    response, body, _ = struck_by(Fault.EMPTY)
    assert (response.status, response.headers["Content-Length"], body) == (200, "0", b"")


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("lead", [False, True])
def test_a_page_may_break_off_in_a_post(theme: ThemeName, *, lead: bool) -> None:
    with faulty(FaultRule(fault=Fault.CUT_IN_POST), theme=theme, lead=lead) as server:
        response, body = got(server)
        whole = server.ordinary(TOPIC).body
    assert int(response.headers["Content-Length"]) == len(body) < len(whole)
    assert whole.startswith(body)
    header = re.compile(rb'class="bbp-reply-header"')
    assert 5 < len(header.findall(body)) < len(header.findall(whole))
    last = body[max(found.start() for found in header.finditer(body)) :]
    words = last.partition(b'-content">')[2]
    assert words.startswith((b"\n<p>", b"\n<pre>", b"\n<ul>", b"\n<ol>", b"\n<blockquote>"))
    assert b"</p>" not in words


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("lead", [False, True])
def test_a_page_may_break_off_before_its_posts(theme: ThemeName, *, lead: bool) -> None:
    with faulty(FaultRule(fault=Fault.CUT_BEFORE_POSTS), theme=theme, lead=lead) as server:
        response, body = got(server)
        whole = server.ordinary(TOPIC).body
    assert int(response.headers["Content-Length"]) == len(body)
    assert whole.startswith(body)
    assert b"bbp-breadcrumb" in body
    assert not re.search(rb'class="bbp-(?:reply|topic)-header"', body)


def answered(script: FaultScript, path: str, of: DemoSite | None = None) -> DemoAnswer | None:
    """What a script makes of one request, without a server."""
    change = script(DemoRequest(number=1, method="GET", path=path))
    return change(of or DemoSite(FORUM, BASE)) if change else None


@pytest.mark.parametrize(
    ("path", "instead"),
    [
        (TOPIC, "/forums/topic/look-alikes/"),
        (f"{TOPIC}page/2/", "/forums/topic/look-alikes/page/2/"),
        (f"{TOPIC}feed/", "/forums/topic/look-alikes/feed/"),
        (
            "/forums/topic/%E6%8E%A5%E7%9D%80%E5%89%A4%E3%81%AE%E9%81%B8%E3%81%B3%E6%96%B9/",
            "/forums/topic/the-whole-story/",
        ),
        ("/forums/", "/"),
        ("/nowhere", "/"),
    ],
)
def test_a_page_may_be_another_topics(path: str, instead: str) -> None:
    of = DemoSite(FORUM, BASE)
    script = FaultScript((FaultRule(fault=Fault.OTHER_TOPIC),))
    assert answered(script, path, of) == of.answer(instead)


@pytest.mark.parametrize(
    ("path", "instead"),
    [
        (TOPIC, f"{TOPIC}page/2/"),
        (f"{TOPIC}page/2/", TOPIC),
        (f"{TOPIC}page/3/", f"{TOPIC}page/2/"),
        ("/forums/forum/help-desk/", "/forums/forum/help-desk/page/2/"),
        ("/robots.txt", "/"),
        ("/nowhere", "/"),
    ],
)
def test_a_page_may_be_another_one_of_the_same_topic(path: str, instead: str) -> None:
    of = DemoSite(FORUM, BASE)
    script = FaultScript((FaultRule(fault=Fault.OTHER_PAGE),))
    assert answered(script, path, of) == of.answer(instead)


def test_with_plain_permalinks_pages_are_mixed_up_too() -> None:
    of = DemoSite(generate(DemoSettings(topics=20, plain_permalinks=True)), BASE)
    for fault, instead in (
        (Fault.OTHER_TOPIC, "/?topic=look-alikes&paged=2"),
        (Fault.OTHER_PAGE, "/?topic=the-word-chain"),
    ):
        script = FaultScript((FaultRule(fault=fault),))
        assert answered(script, "/?topic=the-word-chain&paged=2", of) == of.answer(instead)


@pytest.mark.parametrize("fault", [Fault.OTHER_TOPIC, Fault.OTHER_PAGE])
def test_the_other_page_may_be_named(fault: Fault) -> None:
    of = DemoSite(FORUM, BASE)
    script = FaultScript((FaultRule(fault=fault, to="/forums/topic/a-full-page/"),))
    assert answered(script, TOPIC, of) == of.answer("/forums/topic/a-full-page/")


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize(
    "path", ["/robots.txt", "/wp-json/", "/forums/feed/", "/wp-sitemap.xml", "/badge.png", "/no"]
)
def test_every_fault_can_strike_everything(fault: Fault, path: str) -> None:
    assert answered(FaultScript((FaultRule(fault=fault),)), path)


# --- which requests are struck ---


def struck(rule: FaultRule, *paths: str, seed: int = 0) -> str:
    """`X` for each request that a rule strikes, `.` for each that it leaves alone."""
    script = FaultScript((rule,), seed=seed)
    requests = (
        DemoRequest(number=number, method="GET", path=path) for number, path in enumerate(paths, 1)
    )
    return "".join("X" if script(request) else "." for request in requests)


def rule_of(fault: Fault = Fault.SERVICE_UNAVAILABLE, **options: Any) -> FaultRule:  # noqa: ANN401  handed on
    return FaultRule(fault=fault, **options)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "XXXXXXXX"),
        ({"first": 3}, "XXX....."),
        ({"nth": 3}, "..X....."),
        ({"every": 3}, "..X..X.."),
        ({"after": 3}, "...XXXXX"),
        ({"after": 3, "first": 2}, "...XX..."),
        ({"after": 1, "every": 3}, "...X..X."),
        ({"every": 2, "first": 5}, ".X.X...."),
        ({"share": 0}, "........"),
        ({"share": 1.0}, "XXXXXXXX"),
    ],
)
def test_rules_count(options: dict[str, Any], expected: str) -> None:
    assert struck(rule_of(**options), *["/a/"] * 8) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("*", "XXXXXX"),
        ("/a/", "X....."),
        ("/a/*", "XX...X"),
        ("/%C3%A9/", "..XX.."),
        ("/%c3%a9*", "..XX.."),
        ("/?topic=a", "....X."),
        ("~page/[23]/$", ".....X"),
        ("~^/a/", "XX...X"),
        ("~topic", "....X."),
    ],
)
def test_rules_mean_paths(path: str, expected: str) -> None:
    asked = ["/a/", "/a/?x=1", "/%C3%A9/", "/%c3%a9/", "/?topic=a", "/a/page/3/"]
    assert struck(rule_of(path=path), *asked) == expected


def test_a_rule_counts_what_its_path_means_together_or_each_by_itself() -> None:
    asked = ["/a", "/b", "/a", "/c", "/b", "/a"]
    assert struck(rule_of(first=2), *asked) == "XX...."
    assert struck(rule_of(first=1, each=True), *asked) == "XX.X.."
    assert struck(rule_of(nth=2, each=True), *asked) == "..X.X."


def test_the_first_rule_that_strikes_answers_and_all_of_them_count() -> None:
    rules = (
        FaultRule(fault=Fault.FORBIDDEN, every=2),
        FaultRule(fault=Fault.SERVICE_UNAVAILABLE, first=3),
    )
    with faulty(*rules) as server:
        statuses = [got(server)[0].status for _ in range(5)]
        script = server.intercept
    assert statuses == [503, 403, 503, 403, 200]
    assert isinstance(script, FaultScript)
    assert [(strike.number, strike.path, strike.fault) for strike in script.strikes] == [
        (1, TOPIC, Fault.SERVICE_UNAVAILABLE),
        (2, TOPIC, Fault.FORBIDDEN),
        (3, TOPIC, Fault.SERVICE_UNAVAILABLE),
        (4, TOPIC, Fault.FORBIDDEN),
    ]


def test_a_seed_decides_which_share_is_struck() -> None:
    asked = [f"/page/{number}/" for number in range(400)]
    drawn = struck(rule_of(share=0.25), *asked, seed=5)
    assert drawn == struck(rule_of(share=0.25), *asked, seed=5)
    assert drawn != struck(rule_of(share=0.25), *asked, seed=6)
    assert 60 < drawn.count("X") < 140
    again = struck(rule_of(share=0.5), *["/a/"] * 200)
    assert 60 < again.count("X") < 140


def test_what_is_struck_at_random_does_not_depend_on_the_order_of_requests() -> None:
    asked = [f"/page/{number}/" for number in range(50)] * 2
    rule = rule_of(share=0.3)

    def fates(order: list[str]) -> set[tuple[str, int, str]]:
        nth: dict[str, Iterator[int]] = {}
        return {
            (path, next(nth.setdefault(path, itertools.count())), fate)
            for path, fate in zip(order, struck(rule, *order), strict=True)
        }

    assert fates(asked) == fates(asked[::-1]) == fates(sorted(asked))


def test_requests_at_the_same_time_are_each_counted_once() -> None:
    script = FaultScript((rule_of(every=10),))
    request = DemoRequest(number=1, method="GET", path="/a/")

    def ask() -> None:
        for _ in range(250):
            script(request)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(script.strikes) == 100


# --- what cannot be meant ---


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"path": "forums/"}, "begins with neither"),
        ({"path": "http://127.0.0.1/"}, "begins with neither"),
        ({"path": "~(", "first": 1}, "no regular expression"),
        ({"first": 0}, "count from 1"),
        ({"nth": -1}, "count from 1"),
        ({"every": 0}, "count from 1"),
        ({"after": -1}, "after from 0"),
        ({"share": 1.5}, "between 0 and 1"),
        ({"share": float("nan")}, "between 0 and 1"),
        ({"seconds": -1}, "not negative"),
        ({"seconds": float("inf")}, "not negative"),
        ({"size": 3}, "503 takes no size"),
        ({"to": "/"}, "503 takes no to"),
        ({"fault": Fault.SLOW_BODY, "size": 0}, "at least one piece"),
        ({"fault": Fault.EMPTY, "seconds": 1}, "empty takes no seconds"),
    ],
)
def test_rules_that_cannot_be_meant_are_refused(options: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        rule_of(**options)


# --- on the command line ---


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("503", rule_of()),
        ("503:every=5", rule_of(every=5)),
        (
            "early-close:path=/forums/topic/x/page/4/:first=2",
            FaultRule(fault=Fault.EARLY_CLOSE, path="/forums/topic/x/page/4/", first=2),
        ),
        ("429:seconds=2.5:each", FaultRule(fault=Fault.TOO_MANY_REQUESTS, seconds=2.5, each=True)),
        (
            "404:each:nth=2:after=1:share=0.5",
            FaultRule(fault=Fault.NOT_FOUND, each=True, nth=2, after=1, share=0.5),
        ),
        (
            "slow-body:path=~(?:page)/2/$:size=4",
            FaultRule(fault=Fault.SLOW_BODY, path="~(?:page)/2/$", size=4),
        ),
        ("empty:path=/?a=b&c=d", FaultRule(fault=Fault.EMPTY, path="/?a=b&c=d")),
        (
            "redirect:to=http://10.0.0.1:80/:first=1",
            FaultRule(fault=Fault.REDIRECT, to="http://10.0.0.1:80/", first=1),
        ),
    ],
)
def test_rules_can_be_typed(text: str, rule: FaultRule) -> None:
    assert read_rule(text) == rule


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "there is no fault ''; there are 503, 429,"),
        ("504", "there is no fault '504'"),
        ("503:often", "'often' is no option; there are path=, after=, .* and each"),
        ("503:evry=5", "'evry' is no option"),
        ("503:every", "'every' is no option"),
        ("503:every=often", "every takes a whole number, not 'often'"),
        ("503:every=", "every takes a whole number, not ''"),
        ("503:share=half", "share takes a number between 0 and 1, not 'half'"),
        ("503:every=0", "count from 1"),
        ("503:path=x", "begins with neither"),
        ("empty:size=1", "the fault empty takes no size"),
    ],
)
def test_what_is_mistyped_is_explained(text: str, says: str) -> None:
    with pytest.raises(UsageError, match=f"^--fault {re.escape(text)}: .*{says}"):
        read_rule(text)


def run(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "scraper.demo", "--topics", "20", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_command_lets_things_go_wrong() -> None:
    with run("--fault", f"503:path={TOPIC}:first=1", "--fault", "410:every=2") as process:
        assert process.stdout
        url: str = process.stdout.readline().strip()
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=9)
        statuses: list[int] = []
        for _ in range(3):
            connection.request("GET", TOPIC)
            response = connection.getresponse()
            response.read()
            statuses.append(response.status)
        connection.close()
        process.terminate()
        assert process.wait(timeout=9) == 0
    assert statuses == [503, 410, 200]


def test_the_command_draws_from_the_forums_seed_or_another() -> None:
    def fates(*arguments: str) -> list[int]:
        with run("--fault", "503:share=0.5", *arguments) as process:
            assert process.stdout
            url: str = process.stdout.readline().strip()
            connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=9)
            statuses: list[int] = []
            for _ in range(20):
                connection.request("GET", "/robots.txt")
                response = connection.getresponse()
                response.read()
                statuses.append(response.status)
            connection.close()
            process.terminate()
        return statuses

    first = fates()
    assert first == fates("--seed", "2", "--fault-seed", "1")
    assert first != fates("--fault-seed", "2")


def test_the_command_explains_what_is_mistyped() -> None:
    with run("--fault", "503:evry=5") as process:
        _, error = process.communicate(timeout=9)
    assert process.returncode == 2
    assert "--fault 503:evry=5: 'evry' is no option; there are path=, after=" in error


# --- docs ---


@pytest.mark.parametrize("fault", Fault)
def test_every_fault_is_described_with_what_it_takes(fault: Fault) -> None:
    page = (ROOT / "docs" / "demo.md").read_text("utf-8")
    line = re.search(rf"^\| `{fault}` \|(.*)\|(.*)\|$", page, re.MULTILINE)
    assert line
    assert line[1].strip()
    assert set(re.findall(r"`(\w+)`", line[2])) == DETAILS.get(fault, frozenset())

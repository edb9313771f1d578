"""What only those see who are logged in is cut out of pages, byte for byte; and is nowhere in an archive or an export of it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from parsers.document import read_document
from parsers.errors import OversizedPageError
from parsers.records import Page
from parsers.redaction import guest_address, redact
from parsers.registry import parse_topic, recognise
from scraper.demo import DemoServer, DemoSettings, expected_topics, generate
from scraper.demo.forum import THEMES, ThemeName
from tests.cases import FIXTURES, Case, differences, read_case

if TYPE_CHECKING:
    from collections import Counter
    from pathlib import Path

    from parsers.records import TopicPage

_FOLDERS = ("bbpress", "bbpress-standalone", "document")
_SEEN_BY_MEMBERS = [
    *sorted((FIXTURES / "bbpress").glob("moderator-*.html")),
    *sorted((FIXTURES / "bbpress").glob("member-*.html")),
    *sorted((FIXTURES / "bbpress-standalone").glob("moderator-*.html")),
    *sorted((FIXTURES / "bbpress-standalone").glob("member-*.html")),
    *sorted((FIXTURES / "redaction").iterdir()),
    FIXTURES / "bbpress" / "author-logged-in.html",
    FIXTURES / "bbpress-standalone" / "logged-in-links.html",
]
_SEEN_BY_GUESTS = [
    path
    for folder in _FOLDERS
    for path in sorted((FIXTURES / folder).iterdir())
    if path not in _SEEN_BY_MEMBERS
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """What a case says of its bytes: which words of it must be gone, and which must be left."""

    gone: list[str]
    kept: list[str]
    encoding: str


def secrets_of(path: Path) -> Secrets:
    head, _, body = path.read_bytes().partition(b"\n-->\n")
    facts: dict[str, Any] = tomllib.loads(head.decode().removeprefix("<!--\n"))
    is_wide = body.startswith(b"\xff\xfe")
    return Secrets(
        gone=facts.get("gone", ["192.0.2.7"]),
        kept=facts.get("kept", []),
        encoding="utf-16-le" if is_wide else "utf-8",
    )


def redacted(case: Case) -> Case:
    return replace(case, page=replace(case.page, body=redact(case.page.body).body))


@pytest.mark.parametrize("path", _SEEN_BY_MEMBERS, ids=lambda path: path.stem)
def test_what_guests_do_not_see_is_gone_and_the_rest_is_there(path: Path) -> None:
    case, secrets = read_case(path), secrets_of(path)
    before = case.page.body.decode(secrets.encoding)
    after = redact(case.page.body).body.decode(secrets.encoding)
    assert [words for words in (*secrets.gone, *secrets.kept) if words not in before] == []
    assert [words for words in secrets.gone if words in after] == []
    assert [words for words in secrets.kept if words not in after] == []


@pytest.mark.parametrize("path", _SEEN_BY_MEMBERS, ids=lambda path: path.stem)
def test_what_is_left_reads_as_the_whole_page_does(path: Path) -> None:
    case = redacted(read_case(path))
    document = read_document(case.page)
    engine, kind = recognise(document)
    assert kind == "topic"
    assert differences(parse_topic(engine, document), case.expect) == {}


@pytest.mark.parametrize("path", _SEEN_BY_MEMBERS, ids=lambda path: path.stem)
def test_redacting_again_changes_nothing(path: Path) -> None:
    once = redact(read_case(path).page.body).body
    assert redact(once).body == once


@pytest.mark.parametrize("path", _SEEN_BY_MEMBERS, ids=lambda path: path.stem)
def test_nothing_is_added_but_a_mark_for_each_hidden_post(path: Path) -> None:
    body = read_case(path).page.body
    found = redact(body)
    mark = "<!-- threadkeep: hidden post -->".encode(secrets_of(path).encoding)
    assert found.body.count(mark) == len(found.hidden)
    at = 0
    for piece in found.body.split(mark):
        for byte in piece:
            at = body.index(byte, at) + 1


@pytest.mark.parametrize(
    "path", _SEEN_BY_GUESTS, ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_a_guests_page_is_left_as_it_came(path: Path) -> None:
    body = read_case(path).page.body
    assert redact(body).body is body


@pytest.mark.parametrize("style", THEMES)
def test_no_page_of_the_demo_forum_is_touched(style: ThemeName, tried: Counter[str]) -> None:
    forum = generate(DemoSettings(theme=style, topics=6, posts=40, per_page=5))
    with DemoServer(forum) as server:
        for topic in expected_topics(forum, server.url):
            for number in range(1, topic.pages + 1):
                path = urlsplit(topic.url).path + (f"page/{number}/" if number > 1 else "")
                body = server.ordinary(path).body
                assert redact(body).body is body
                tried["guests' pages that redaction left alone"] += 1


_HEAD = re.compile(rb'<div id="post-\d+" class="bbp-reply-header">')
_SPAM = """<div id="post-{0}" class="bbp-reply-header"><div class="bbp-meta">yesterday</div></div>
<div class="bbp-parent-topic-2 post-{0} reply type-reply status-{1} hentry"><div class="bbp-reply-author">Pillman</div>
<div class="bbp-reply-content">{2}</div></div>
"""
_SPAM_TEXTS = [
    "<p>Cheap pills</p>",
    "<div><b>Cheap pills",
    "Cheap pills</div></div> Cheap pills",
    "<ul><li>Cheap pills</ul></p></span>",
    "<blockquote>Cheap pills<p><!-- x",
]


@pytest.mark.parametrize("style", ["default", "classic"])
def test_spam_among_posts_leaves_all_others_as_they_are(
    style: ThemeName, tried: Counter[str]
) -> None:
    chance = Random(3)
    forum = generate(DemoSettings(theme=style, topics=6, posts=40, per_page=5))
    with DemoServer(forum) as server:
        bodies = [
            server.ordinary(urlsplit(topic.url).path).body
            for topic in expected_topics(forum, server.url)
        ]
    for body in bodies:
        page = body.replace(b'<body class="', b'<body class="logged-in ', 1)
        pieces: list[bytes] = []
        at = 0
        for number, head in enumerate(list(_HEAD.finditer(page))[1:]):
            status, text = chance.choice(["spam", "trash"]), chance.choice(_SPAM_TEXTS)
            spam = _SPAM.format(900_000 + number, status, text).encode()
            pieces += [page[at : head.start()], spam]
            at = head.start()
        found = redact(b"".join([*pieces, page[at:]]))
        assert len(found.hidden) == len(pieces) // 2
        assert found.body.replace(b"<!-- threadkeep: hidden post -->", b"") == redact(page).body
        tried["spam posts that redaction took out"] += len(found.hidden)


def test_a_hidden_answer_leaves_the_lists_that_answers_nest_in() -> None:
    """Between a post and the next one stand the ends of lists, too: without them an answer would be one to another post."""
    forum = generate(DemoSettings(threaded=True, topics=3, posts=9, showcase=False))
    with DemoServer(forum) as server:
        urls = [topic.url for topic in expected_topics(forum, server.url)]
        bodies = [server.ordinary(urlsplit(url).path).body for url in urls]
    for url, body in zip(urls, bodies, strict=True):
        page = body.replace(b'<body class="', b'<body class="logged-in ', 1)
        whole = {post.post_id: post for post in _topic(url, redact(page).body).posts}
        for number, post in whole.items():
            if post.kind == "reply":
                shown = rb"(?<=post-%d)(?= reply)([^\"]*)status-publish" % number
                found = redact(re.sub(shown, rb"\1status-spam", page))
                assert found.hidden == (number,)
                left = {one.post_id: one for one in _topic(url, found.body).posts}
                assert left.keys() == whole.keys() - {number}
                before = {one: post.reply_to for one, post in whole.items() if one in left}
                assert {
                    one: left[one].reply_to for one, above in before.items() if above != number
                } == {one: above for one, above in before.items() if above != number}


def _topic(url: str, body: bytes) -> TopicPage:
    page = Page(
        url=url,
        final_url=url,
        status=200,
        headers=(),
        body=body,
        fetched_at=datetime(2025, 1, 15, tzinfo=UTC),
    )
    document = read_document(page)
    return parse_topic(recognise(document)[0], document)


MEMBERS = b'<html><body class="logged-in">%b</body></html>'


@pytest.mark.parametrize(
    ("written", "left"),
    [
        (b"<!-- served to 192.0.2.7 -->", b""),
        (b"<!-- served to mona@mail.test in 0.1 s -->", b""),
        (b"<!-- .bbp-reply-header -->", b"<!-- .bbp-reply-header -->"),
        (
            b"<!-- saved from url=(0042)http://192.0.2.7:8080/topic/?_wpnonce=abc123 -->",
            b"<!-- saved from url=(0042)http://192.0.2.7:8080/topic/?_wpnonce= -->",
        ),
        (b"<SCRIPT>var a = '<b>';</SCRIPT><p>", b"<SCRIPT></SCRIPT><p>"),
        (b"<script src=x.js></script>", b"<script src=x.js></script>"),
        (b"<input value='1a2b3c' name=_wpnonce>", b""),
        (b"<INPUT NAME='my_Nonce' VALUE=1a2b3c />", b""),
        (b"<a href='/?a=1&#038;_wpnonce=1a2b3c&amp;b=2'>x</a>", b""),
        (b"<a href='/?bbp_reply_to=7&_wpnonce=1a2b3c#new-post'>x</a>", b"<a href='/?bbp_reply_to=7&_wpnonce=#new-post'>x</a>"),
        (b"<form action='/?_wpnonce=1a2b3c'></form>", b"<form action='/?_wpnonce='></form>"),
        (b"<div id=wpadminbar><div>x</div></div>y", b"y"),
        (b"<div id=wpadminbar><p>x<div>x</div></div>y", b"y"),
        (b"<b data-bbp-nonce=1a2b3c>x</b>", b"<b data-bbp-nonce=>x</b>"),
        (b"<a href='/wp-admin/'>Site Admin</a>", b"<a href='/wp-admin/'>Site Admin</a>"),
    ],
)  # fmt: skip
def test_pieces_of_a_members_page(written: bytes, left: bytes) -> None:
    assert redact(MEMBERS % written).body == MEMBERS % left


def test_a_private_page_that_shows_a_public_topic_is_no_hidden_post() -> None:
    page = (FIXTURES / "bbpress" / "moderator-guests-view.html").read_bytes()
    frame = b'<article id="post-9" class="post-9 page type-page status-private hentry"><div>'
    found = redact(page.replace(b'<div class="entry-content">', frame))
    assert found.is_member
    assert found.hidden == ()
    assert b"<p>Second.</p>" in found.body


def test_any_bytes_at_all_are_redacted() -> None:
    chance = Random(7)
    pages = [path.read_bytes() for path in _SEEN_BY_MEMBERS]
    for _ in range(300):
        page = bytearray(chance.choice(pages))
        for _ in range(chance.randrange(1, 30)):
            at = chance.randrange(len(page))
            page[at : at + chance.randrange(0, 40)] = chance.randbytes(chance.randrange(0, 4))
        once = redact(bytes(page)).body
        assert len(once) <= len(page) + 100


@pytest.mark.sweep
def test_a_page_of_more_markup_than_any_is_refused() -> None:
    with pytest.raises(OversizedPageError):
        redact(MEMBERS % (b"<b>" * 1_100_000 + b" " * 4 * 2**20), "https://forum.test/")


@pytest.mark.parametrize(
    ("url", "guests"),
    [
        ("https://forum.test/topic/a/?view=all", "https://forum.test/topic/a/"),
        (
            "https://forum.test/topic/a/page/2/?view=all#post-7",
            "https://forum.test/topic/a/page/2/#post-7",
        ),
        ("https://forum.test/?topic=a&view=all&paged=2", "https://forum.test/?topic=a&paged=2"),
        ("https://forum.test/?topic=a&_wpnonce=12ab", "https://forum.test/?topic=a"),
        ("https://forum.test/?topic=a&_wpnonce=12ab&view=all#x", "https://forum.test/?topic=a#x"),
        (
            "https://forum.test/?topic=a&view=allotments",
            "https://forum.test/?topic=a&view=allotments",
        ),
        ("https://forum.test/topic/a/?", "https://forum.test/topic/a/?"),
        ("", ""),
    ],
)
def test_a_moderators_address_becomes_that_of_a_guest(url: str, guests: str) -> None:
    assert guest_address(url) == guests

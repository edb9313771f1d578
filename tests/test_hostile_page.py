"""Pages that are made to be misread, to take for ever, or to fill the memory; nobody but a page's author is asked."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from exporters.markdown.body import markdown_of
from parsers.document import read_document
from parsers.errors import OversizedPageError, ThreadkeepError
from parsers.feed import parse_feed
from parsers.markup import MOST_LEVELS, balanced, check_markup, read_tree
from parsers.markup.tag import attribute_count, tags
from parsers.registry import recognise
from parsers.text_dump import parse_text_dump
from tests.archiving import rarely
from tests.cases import Case, cases
from tests.visible import rendered

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Mapping

    from parsers.records import Page, ParsedPost, TopicPage

_PAGES = cases("bbpress")
_TOPICS = [
    case
    for case in _PAGES
    if not case.expect.keys() & {"error", "listed"} and case.expect.get("kind") in {None, "topic"}
]
_URL = "https://forum.test/forums/topic/hello/"


def page_of(body: str | bytes) -> Page:
    data = body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass")
    return replace(_PAGES[0].page, url=_URL, final_url=_URL, headers=(), body=data)


def parse(page: Page) -> TopicPage | None:
    """The topic of a page; None for a page that is none, or that is refused."""
    try:
        document = read_document(page)
        engine, kind = recognise(document)
        return engine.parse_topic(document) if kind == "topic" else None
    except ThreadkeepError:
        return None


def post(number: int, body: str = "<p>Hello.</p>", extra: str = "", classes: str = "") -> str:
    return (
        f'<div id="post-{number}" class="bbp-reply-header"><span class="bbp-reply-post-date">May 5, 2013 at 9:00 am</span>'
        f'<a href="{_URL}#post-{number}" class="bbp-reply-permalink">#{number}</a></div>'
        f'<div class="post-{number} reply type-reply bbp-parent-topic-101 user-id-7 {classes}">'
        f'<div class="bbp-reply-author"><a class="bbp-author-link" href="/u/anna"><span class="bbp-author-name">Anna'
        f'</span></a>{extra}</div><div class="bbp-reply-content">{body}</div></div>'
    )


def topic(inside: str, *, after: str = "") -> str:
    return (
        '<!DOCTYPE html><html lang="en"><head><title>Hello</title></head><body class="single-topic bbpress">'
        f'<div id="bbpress-forums"><h1 class="entry-title">Hello</h1><ul id="topic-101-replies">{inside}</ul>'
        f'{after}<div id="no-reply-101"></div></div></body></html>'
    )


# --- markup that is broken ---


@pytest.mark.parametrize(
    "opening",
    [
        "<!--",
        '<a href="x',
        "<a href='x",
        "<textarea>",
        "<script>",
        "<style>",
        "<xmp>",
        "<title>",
        "<plaintext>",
    ],
)
def test_what_is_left_open_in_a_post_hides_no_other(opening: str) -> None:
    found = parse(page_of(topic(post(101) + post(102, f"Open. {opening} more") + post(103))))
    assert found is not None
    assert [one.post_id for one in found.posts] == [101, 102, 103]
    assert [one.body_text for one in found.posts][::2] == ["Hello.", "Hello."]
    assert found.posts[1].body_text.startswith("Open.")


@pytest.mark.parametrize(
    "tag", ["div", "b", "ul><li", "table><tr><td", "blockquote", "pre", "a", "svg", "x-y"]
)
@pytest.mark.parametrize("depth", [MOST_LEVELS - 40, MOST_LEVELS, 3000, *rarely(30_000)])
def test_deep_markup_hides_nothing(tag: str, depth: int) -> None:
    names = tag.split("><")
    ends = "".join(f"</{name}>" for name in reversed(names))
    body = f"Before. {f'<{tag}>' * depth}Inside.{ends * depth} After."
    found = parse(page_of(topic(post(101, body) + post(102))))
    assert found is not None
    assert found.posts[0].body_text.split() == ["Before.", "Inside.", "After."]
    assert found.posts[1].body_html == "<p>Hello.</p>"
    flat = [one.code for one in found.problems]
    assert "deep-markup" in flat or depth <= MOST_LEVELS or tag == "a"  # links do not nest


def test_a_text_of_any_length_is_read() -> None:
    found = parse(page_of(topic(post(101, "word " * 2_500_000) + post(102))))
    assert found is not None
    assert len(found.posts[0].body_text) == 12_499_999
    assert len(found.posts) == 2


_PARTS = st.sampled_from(
    [
        *(
            b"<p>",
            b"</p>",
            b"<div class='a'>",
            b"</div>",
            b"<b x=1 y>",
            b"</b>",
            b"<br/>",
            b"<img a='>' b=\">\">",
        ),
        *(
            b"<!-- c -->",
            b"<!-->",
            b"<!--->",
            b"<!---->",
            b"<!-- <i> -->",
            b"<!x>",
            b"<?x ?>",
            b"</ x>",
            b"</>",
        ),
        *(
            b"<script>if (a<b) {}</script>",
            b"<style>a > b</style>",
            b"<textarea><u></textarea>",
            b"<title><u></title>",
        ),
        *(
            b"text",
            b" < ",
            b"a<",
            b">",
            b"&lt;",
            b"'",
            b'"',
            b"=",
            b"<a b = 'c' d=e/f>",
            b"<a/b/c>",
            b"<a\nb\t=\n'<'>",
        ),
    ]
)


@given(pieces=st.lists(_PARTS, max_size=12))
@settings(max_examples=150, derandomize=True)
def test_tags_are_those_that_lxml_sees(pieces: list[bytes]) -> None:
    data = b"<html><body>" + b"".join(pieces) + b"</body></html>"
    seen = _Seen()
    etree.fromstring(data, etree.HTMLParser(target=cast("Any", seen)))
    ours = [
        (tag.name.decode(), attribute_count(data, tag, 99))
        for tag in tags(data)
        if not tag.is_end and tag.name != b"!"
    ]
    assert sorted(ours) == sorted(seen.tags)


class _Seen:
    """The tags that lxml meets, but for those that it makes up."""

    def __init__(self) -> None:
        self.tags: list[tuple[str, int]] = []

    def start(self, tag: str, attrib: Mapping[str, str]) -> None:
        self.tags.append((tag, len(attrib)))

    def end(self, tag: str) -> None: ...

    def data(self, text: str) -> None: ...

    def close(self) -> None: ...


@given(data=st.binary(max_size=300) | st.lists(_PARTS, max_size=20).map(b"".join))
@settings(max_examples=150, derandomize=True)
def test_balancing_keeps_well_formed_markup_and_gives_it_of_any(data: bytes) -> None:
    once = balanced(data).data
    assert balanced(once).data == once
    assert read_tree(once).is_whole


# --- hostile pages out of hostile pieces ---

_EVIL = st.sampled_from(
    [
        *(
            "",
            " ",
            "\0",
            "\x1b[2J",
            "\ud800",
            "\U0010ffff",
            "\u202e",
            "\ufeff",
            "\x85",
            "&#0;",
            "&#xd800;",
            "&#x110000;",
        ),
        *(
            "9" * 30,
            "-1",
            "0",
            "9223372036854775808",
            "٣",
            "1,000,000,000,000",
            "²",
            "=1+1",
            "@SUM(A1)",
            "../../etc",
        ),
        *(
            "javascript:alert(1)",
            "file:///etc/passwd",
            "http://[",
            "http://[::1",
            "//",
            "?paged=99999999999",
            "#post-",
        ),
        *(
            "January 1, 10000 at 1:00 pm",
            "December 31, 9999 at 11:59 pm",
            "0000-00-00",
            "99/99/9999",
            "1 year ago",
        ),
        *(
            "<script>alert(1)</script>",
            "</div></div>",
            "<!--",
            "]]>",
            "<![CDATA[",
            '"',
            "'>",
            "</ul>",
            "&",
            "&amp;lt;",
        ),
        *(
            "post-9999999999999999999",
            "type-topic",
            "bbp-reply-content",
            "user-id-99999999999999999999999",
        ),
        *(
            "<div class='bbp-reply-content'>",
            "<ul id='topic-7-replies'>",
            "<form class='bbp-reply-form'>",
            "<base href=x:>",
        ),
        *(
            "<table><tr><td>",
            "<a href='javascript:x'>x</a>",
            "<img src=file:///x alt='](x)'>",
            "`" * 5,
            "\n---\n",
            "\\",
        ),
    ]
)
_NUMBER = st.sampled_from(
    ["101", "102", "103", "0", "007", "9" * 18, "9" * 19, "9" * 40, "-5", "1e3", "٣", ""]
)


@st.composite
def hostile_post(draw: st.DrawFn) -> str:
    number, evil = draw(_NUMBER), [draw(_EVIL) for _ in range(8)]
    return (
        f'<div id="post-{number}" class="bbp-reply-header"><span class="bbp-reply-post-date">{evil[0]}</span>'
        f'<a href="{evil[1]}" class="bbp-reply-permalink">#{number}</a></div>'
        f'<div class="post-{number} {draw(st.sampled_from(["reply type-reply", "topic type-topic", ""]))} '
        f'bbp-parent-topic-{draw(_NUMBER)} user-id-{draw(_NUMBER)} {evil[2]}">'
        f'<div class="bbp-reply-author"><a class="bbp-author-link" href="{evil[3]}"><span class="bbp-author-name">{evil[4]}'
        f'</span></a><div class="bbp-author-role">{evil[5]}</div></div>'
        f'<div class="bbp-reply-content">{evil[6]}<ul id="bbp-reply-revision-log-{number}"><li>This reply was modified '
        f"{evil[7]} ago by {evil[4]}. Reason: {evil[5]}</li></ul></div></div>"
    )


@st.composite
def hostile_page(draw: st.DrawFn) -> str:
    evil = [draw(_EVIL) for _ in range(9)]
    links = "".join(
        f'<a class="page-numbers" href="{draw(_EVIL)}/page/{draw(_NUMBER)}/">{draw(_NUMBER)}</a>'
        for _ in range(draw(st.integers(0, 3)))
    )
    return (
        f'<html lang="{evil[0]}"><head><title>{evil[1]}</title><link rel="canonical" href="{evil[2]}">'
        f'<link rel="https://api.w.org/" href="{evil[3]}"><link rel="shortlink" href="/?p={draw(_NUMBER)}"></head>'
        f'<body class="single-topic postid-{draw(_NUMBER)}"><div id="bbpress-forums"><h1 class="entry-title">{evil[4]}</h1>'
        f'<div class="bbp-breadcrumb"><a class="bbp-breadcrumb-forum" href="{evil[5]}">{evil[6]}</a></div>'
        f'<div class="bbp-pagination-count">{evil[7]} Viewing {draw(_NUMBER)} posts - {draw(_NUMBER)} through {draw(_NUMBER)} '
        f'(of {draw(_NUMBER)} total)</div><div class="bbp-pagination-links">{links}</div>'
        f'<ul id="topic-{draw(_NUMBER)}-replies">{"".join(draw(st.lists(hostile_post(), min_size=1, max_size=4)))}</ul>'
        f'<div class="bbp-topic-tags"><a rel="tag" href="{evil[8]}">{evil[8]}</a></div></div></body></html>'
    )


def assert_sound(found: TopicPage) -> None:
    """What holds of every record, whatever the page."""
    numbers = [one.post_id for one in found.posts]
    assert len(set(numbers)) == len(numbers)
    assert all(0 < number < 2**63 for number in numbers)
    assert found.topic_id is None or 0 < found.topic_id < 2**63
    assert 1 <= found.pager.current <= found.pager.last <= 100_000
    assert "\\x00" not in repr(asdict(found))
    for one in found.posts:
        assert one.author.user_id is None or 0 <= one.author.user_id < 2**63
        assert_runs_nothing(markdown_of(one.body_html, _URL))


def assert_runs_nothing(markdown: str) -> None:
    page = rendered(markdown)
    assert re.findall(r"<(?:script|iframe|svg|object|form|base|style)", page) == []
    assert re.findall(r'(?:href|src)="(?!"|https?:|ftp:|mailto:|tel:)[^"]*', page) == []
    assert re.findall(r"<[a-z]+[^>]*\son[a-z]+=", page) == []


@given(source=hostile_page())
@settings(max_examples=150, derandomize=True)
def test_a_page_of_hostile_pieces_is_read_soundly_or_refused(source: str) -> None:
    found = parse(page_of(source))
    if found is not None:
        assert_sound(found)


@pytest.mark.sweep
@given(source=hostile_page())
@settings(max_examples=4000, derandomize=True)
def _many_hostile_pages(tried: Counter[str], source: str) -> None:
    tried["pages of hostile pieces"] += 1
    found = parse(page_of(source))
    if found is not None:
        assert_sound(found)


@pytest.mark.sweep
def test_many_pages_of_hostile_pieces(tried: Counter[str]) -> None:
    _many_hostile_pages(tried)


# --- pages that end anywhere ---


def _facts(one: ParsedPost) -> tuple[object, ...]:
    return (
        one.post_id,
        one.kind,
        one.author,
        one.role,
        one.published_text,
        one.body_html,
        one.edits,
    )


def _check_cut(whole: TopicPage, case: Case, end: int) -> bool:
    part = parse(replace(case.page, body=case.page.body[:end]))
    if part is None or "encoding-guessed" in {one.code for one in part.problems}:
        return False  # a part of a page may look as if it were in another encoding, and says so
    known = {one.post_id: _facts(one) for one in whole.posts}
    for one in part.posts[:-1]:
        assert _facts(one) == known[one.post_id], (case.name, end)
    for one in part.posts[-1:]:
        assert one.is_cut or _facts(one) == known[one.post_id], (case.name, end)
    return True


_CUT = [case for case in _TOPICS if len(case.page.body) < 30_000]


def _cut_everywhere(case: Case, tried: Counter[str], step: int) -> None:
    whole = parse(case.page)
    assert whole is not None
    for end in range(0, len(case.page.body), step):
        tried["pages that end anywhere"] += 1
        tried["of which something was read"] += _check_cut(whole, case, end)


@pytest.mark.parametrize("name", ["bbpress/topic-26-default", "bbpress/topic-threaded"])
def test_a_page_that_ends_anywhere_says_which_post_is_torn(name: str) -> None:
    case = next(case for case in _TOPICS if case.name == name)
    whole = parse(case.page)
    assert whole is not None
    assert [end for end in range(0, len(case.page.body), 97) if _check_cut(whole, case, end)]


@pytest.mark.sweep
def test_every_page_that_ends_anywhere_says_which_post_is_torn(tried: Counter[str]) -> None:
    for case in _CUT:
        _cut_everywhere(case, tried, step=max(1, len(case.page.body) // 120))


# --- time and memory ---


def _many(piece: str) -> Callable[[int], str]:
    return lambda count: piece * count


def _in_post(piece: str) -> Callable[[int], str]:
    return lambda count: topic(post(101, piece * count) + post(102))


def _deep(piece: str) -> Callable[[int], str]:
    """So many of something where much lies around it."""
    around = MOST_LEVELS - 40
    return lambda count: topic("<div>" * around + piece * count + "</div>" * around + post(101))


def _numbered(piece: str, before: str = "", after: str = "") -> Callable[[int], str]:
    return lambda count: topic(
        before
        + "".join(piece.replace("NNN", str(200 + number)) for number in range(count))
        + after
    )


_LINK = '<a class="post-page-numbers" href="https://forum.test/forums/topic/hello/NNN/">NNN</a>'
_BARE = '<div class="post-NNN reply type-reply bbp-parent-topic-101"><div class="bbp-reply-content">x</div></div>'
_SWALLOWED = f"{post(101)}<!-- {post(102)} {post(103)} {post(104)}"

# What grows, and pages in which there is so much of it.
GROWING: dict[str, Callable[[int], str]] = {
    "posts": _numbered(_BARE),
    "posts in one another": _numbered(_BARE.removesuffix("</div>")),
    "posts without a body": _numbered(
        '<div class="post-NNN reply type-reply bbp-x"><p>a<p>b</div>'
    ),
    "headers without a post": _numbered('<div id="post-NNN" class="bbp-reply-header">x</div>'),
    "posts in boxes of their number": _numbered(f'<li id="post-NNN">{_BARE}</li>'),
    "posts that answer one another": _numbered("<ul><li>" + post(0).replace("-0", "-NNN")),
    "tags in one another": _in_post("<div>"),
    "tags in one another, closed": lambda count: topic(post(101, "<b>" * count + "</b>" * count)),
    "end tags of nothing": _in_post("<div></p></b></i>"),
    "headings deep in boxes": _deep("<h2>Hello</h2>"),
    "links to forums deep in boxes": _deep('<a href="https://forum.test/forum/a/">A</a>'),
    "signatures": _in_post('<div class="bbp-signature">x</div> \n'),
    "addresses with odd letters": _in_post('<a href="/ä">x</a>'),
    "links to parts": lambda count: topic(
        post(101, "".join(_LINK.replace("NNN", str(number)) for number in range(2, count)))
    ).partition("</ul>")[0],
    "page links": _numbered(
        '<a class="page-numbers" href="/page/NNN/">NNN</a>',
        post(101) + '<div class="bbp-pagination-links">',
        "</div>",
    ),
    "preformatted text in itself": _in_post("<pre>x"),
    "comments left open": lambda count: topic(_SWALLOWED + "<!--" * count),
    "tags left open": lambda count: topic(_SWALLOWED + "<a " * count),
    "values left open": lambda count: topic(_SWALLOWED + "<a b='\"" * count),
    "tags closed out of order": lambda count: topic(
        _SWALLOWED + "<b>" * count + "</i>" * count + "<i></b>" * count
    ),
    "attributes": lambda count: topic(
        post(101, f"<a {' '.join(f'a{n}' for n in range(count))}>x</a>")
    ),
    "scripts left open": lambda count: topic(_SWALLOWED + "<script><style>" * count),
    "less-than signs": _in_post("<"),
    "ampersands": _in_post("&"),
    "text without an end": _many("<p>"),
}
_MOST_SECONDS, _FACTOR, _SLACK = 20.0, 7.0, 0.3


def _cpu_seconds(read: Callable[[], object]) -> float:
    start = time.process_time()
    read()
    return time.process_time() - start


def _read_it_all(page: Page) -> None:
    found = parse(page)
    for one in found.posts if found is not None else ():
        markdown_of(one.body_html, _URL)


@pytest.mark.sweep
@pytest.mark.alone
@pytest.mark.parametrize("what", GROWING)
def test_time_grows_no_faster_than_the_page(what: str, tried: Counter[str]) -> None:
    """Four times as much takes about four times as long, until it is enough to tell."""
    count, before = 500, 0.0
    while before < _SLACK and count < 100_000:
        page = page_of(GROWING[what](count))
        seconds = _cpu_seconds(partial(_read_it_all, page))
        tried["pages of growing size"] += 1
        assert seconds < _MOST_SECONDS
        assert before == 0 or seconds < before * _FACTOR + _SLACK, (what, count)
        count, before = count * 4, seconds


@pytest.mark.parametrize(
    "what", ["attributes", "tags left open", "values left open", "comments left open"]
)
def test_a_page_of_some_hundred_kilobytes_takes_no_minutes(what: str) -> None:
    assert _cpu_seconds(lambda: _read_it_all(page_of(GROWING[what](20_000)))) < 5


@pytest.mark.sweep
def test_what_is_too_much_is_refused_in_a_sentence() -> None:
    for source in (f"<p {' '.join(f'a{n}' for n in range(40_000))}>", "<p>" * 1_500_000):
        with pytest.raises(OversizedPageError, match=r"^The page at https://forum\.test/"):
            check_markup(source.encode(), _URL)
    with pytest.raises(OversizedPageError, match="500,000 lines"):
        parse_text_dump("x\n" * 500_001)
    check_markup(("<p a=1 b=2 c>" * 100_000).encode(), _URL)


_LAUGHS = b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 30))


@pytest.mark.parametrize(
    "declared",
    [
        b'<!ENTITY a0 "ha">' + _LAUGHS,
        b'<!ENTITY a0 "' + b"ha" * 50_000 + b'">' + _LAUGHS,
        b'<!ENTITY a29 SYSTEM "file:///etc/passwd">',
        b'<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd">%p;',
    ],
)
def test_a_feed_cannot_grow_or_look_elsewhere(declared: bytes) -> None:
    item = b"<item><guid>https://forum.test/#post-7</guid><pubDate>Wed, 01 Jan 2020 10:00:00 +0000</pubDate><a>&a29;</a></item>"
    page = page_of(
        b"<!DOCTYPE rss [" + declared + b"]><rss><channel>" + item + b"</channel></rss>"
    )
    seconds = _cpu_seconds(lambda: parse_feed(page))
    assert seconds < 2
    assert len(parse_feed(page).items) <= 1


_MIB = 2**20
_BOUND = """
import pathlib, re, resource, sys
from threadkeep.cli.main import run
code = run(["inspect", sys.argv[1]])
used = resource.getrusage(resource.RUSAGE_SELF)
status = pathlib.Path("/proc/self/status").read_text()  # ru_maxrss counts the parent, too
peak = int(re.search(r"VmHWM:\\s*(\\d+)", status)[1])
print(code, used.ru_utime + used.ru_stime, peak / 1024, file=sys.stderr)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """How a command ended, what it said, and what it took."""

    code: int
    said: str
    seconds: float
    mebibytes: float


def inspected(path: Path) -> Used:
    ran = subprocess.run(
        [sys.executable, "-c", _BOUND, str(path)], capture_output=True, check=False, timeout=300
    )
    *said, last = (ran.stdout + ran.stderr).decode().splitlines()
    code, seconds, mebibytes = last.split()
    return Used(
        code=int(code), said="\n".join(said), seconds=float(seconds), mebibytes=float(mebibytes)
    )


def _filled(piece: str) -> Callable[[], str]:
    """As much of something as a file may hold."""
    return lambda: piece * ((64 * _MIB - 1) // len(piece))


# The largest files there may be, and larger ones: the code they end with, and words of the sentence.
LARGEST: dict[str, tuple[Callable[[], str], int, str]] = {
    "a hundred megabytes of nested tags": (lambda: "<div>" * (100 * _MIB // 5), 5, "64 MiB"),
    "as many nested tags as fit": (_filled("<div>"), 5, "1,000,000 tags"),
    "a million posts": (lambda: GROWING["posts"](1_000_000), 5, "64 MiB"),
    "as many posts as fit": (lambda: GROWING["posts"](500_000), 5, "1,000,000 tags"),
    "as many posts as are read": (lambda: GROWING["posts"](160_000), 0, ""),
    "as much text as fits": (lambda: topic(post(101, "word " * (12 * _MIB))), 0, ""),
    "as many attributes as fit": (
        lambda: topic(f"<p {' '.join(map('a{}'.format, range(6 * _MIB)))}>"),
        5,
        "1,000 attributes",
    ),
    "as many small tags as are read": (lambda: topic(post(101, "<i>" * 900_000)), 0, ""),
    "as many deep headings as are read": (lambda: _deep("<h2>Hello</h2>")(440_000), 0, ""),
}


@pytest.mark.sweep
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="measures as Linux does")
@pytest.mark.parametrize("what", LARGEST)
def test_the_largest_page_ends_in_bounded_time_and_memory(
    what: str, tmp_path: Path, tried: Counter[str]
) -> None:
    make, code, words = LARGEST[what]
    (tmp_path / "page.html").write_text(make(), encoding="utf-8")
    used = inspected(tmp_path / "page.html")
    tried["largest pages"] += 1
    assert used.code == code, used
    assert words in used.said
    assert "Traceback" not in used.said
    assert used.seconds < 60
    assert used.mebibytes < 1200

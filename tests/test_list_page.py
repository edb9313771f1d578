"""What the reading of lists and profiles must keep to: nothing is invented, any page is read or refused, and in time."""

from __future__ import annotations

import re
import time
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.bbpress.number import read_number
from parsers.document import read_document
from parsers.errors import ThreadkeepError, UnknownForumError
from parsers.list_records import ListPage, ProfilePage
from parsers.registry import engines, parse_list, parse_profile, recognise
from tests.archiving import rarely
from tests.cases import Case, cases

if TYPE_CHECKING:
    from collections import Counter

    from parsers.document import Document
    from parsers.engine import Engine
    from parsers.records import Page, PageKind

_NAMES = ("list-", "forum-", "profile-")
_CASES = [case for case in cases("bbpress") if case.name.partition("/")[2].startswith(_NAMES)]
_LISTS = [
    case
    for case in _CASES
    if "error" not in case.expect and case.expect.get("kind") in {"forum", "list"}
]
_LONGEST = 5.0


def read(page: Page) -> ListPage | ProfilePage | None:
    """What a page lists, or whose profile it is; None for every other page, and for one that is refused."""
    try:
        document = read_document(page)
        engine, kind = recognise(document)
        if kind == "profile":
            return parse_profile(engine, document)
        return parse_list(engine, document) if kind in {"forum", "list"} else None
    except ThreadkeepError:
        return None


def read_list(page: Page) -> ListPage | None:
    found = read(page)
    return found if isinstance(found, ListPage) else None


def timed(page: Page) -> ListPage | ProfilePage | None:
    start = time.perf_counter()
    found = read(page)
    assert time.perf_counter() - start < _LONGEST
    return found


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.name)
def test_reading_a_page_leaves_its_tree_as_it_is(case: Case) -> None:
    first, second = read(case.page), read(case.page)
    assert first == second
    if first is not None:
        assert "<Element" not in repr(asdict(first))


@pytest.mark.parametrize("case", _LISTS, ids=lambda case: case.name)
def test_nothing_is_listed_twice_and_every_row_leads_somewhere(case: Case) -> None:
    found = read_list(case.page)
    assert found is not None
    for rows in (found.topics, found.forums, found.posts):
        assert all(row.url and row.url.startswith("https://") for row in rows)
        assert len({row.url for row in rows}) == len(rows)
    assert found.pager.current <= max(found.pager.last, found.pager.current)
    assert found.topics or found.forums or found.posts or found.notice or found.kind != "topics"


@given(case=st.sampled_from(_LISTS), place=st.floats(0, 1))
@settings(max_examples=150)
def test_a_page_that_ends_anywhere_lists_nothing_else(case: Case, place: float) -> None:
    whole, body = read_list(case.page), case.page.body
    part = read_list(replace(case.page, body=body[: int(place * len(body))]))
    assert whole is not None
    if part is not None:
        known = {row.url: row for row in whole.topics}
        assert {row.url for row in part.topics} <= set(known)
        assert {row.forum_id for row in part.forums} <= {row.forum_id for row in whole.forums}
        for row in part.topics:
            assert (row.title, row.count) == (known[row.url].title, known[row.url].count)


_PIECES = (
    *(b"</div>", b"<div>", b"<!--", b"-->", b"<li>", b"</ul>", b"<table>", b"<tr>", b"<ul>"),
    *(b"<script>", b"</body>", b"\0", b"\xff", b'"', b"<", b">", b"&", b"<textarea>", b"<svg>"),
    b'<ul id="bbp-topic-7" class="post-7 topic type-topic">',
    b'<ul class="bbp-topics">',
    b'<div id="bbpress-forums">',
    b'<li class="bbp-topic-freshness">',
)
_EDITS = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 400), st.sampled_from(_PIECES)),
    min_size=1,
    max_size=6,
)


@given(case=st.sampled_from(_CASES), edits=_EDITS)
@settings(max_examples=150)
def test_a_mangled_page_is_read_or_refused(
    case: Case, edits: list[tuple[float, int, bytes]], tried: Counter[str]
) -> None:
    body = case.page.body
    for place, length, piece in edits:
        start = int(place * len(body))
        body = body[:start] + piece + body[start + length :]
    timed(replace(case.page, body=body))
    tried["mangled pages of lists"] += 1


def _case(name: str) -> Case:
    return next(case for case in _CASES if case.name == f"bbpress/{name}")


_ROW = b'<ul id="bbp-topic-%d" class="post-%d topic type-topic"><li class="bbp-topic-title"><a class="bbp-topic-permalink" href="/t/%d/">T</a></li></ul>'
_OPEN_ROW = _ROW.removesuffix(b"</ul>")
_BARE_ROW = b'<li><a class="bbp-topic-permalink" href="/t/%d/">%d%d</a></li>'


@pytest.mark.parametrize("row", [_ROW, _OPEN_ROW, _BARE_ROW], ids=["whole", "open", "bare"])
def test_a_list_of_any_length_is_read_in_time(row: bytes) -> None:
    case = _case("forum-upper-case")
    before, _, after = case.page.body.partition(b'<LI class="bbp-body">')
    rows = b"".join(row % (number, number, number) for number in range(1, 3001))
    found = timed(replace(case.page, body=before + b'<li class="bbp-body">' + rows + after))
    assert isinstance(found, ListPage)
    assert len(found.topics) >= 3000 or row is _OPEN_ROW


@pytest.mark.parametrize(
    "tag",
    [
        "div",
        'ul class="bbp-topics"',
        'li class="bbp-topic-freshness"',
        *rarely(
            "ul",
            'ul id="bbp-topic-9" class="post-9 topic type-topic"',
            'div id="bbpress-forums"',
            'div class="bbp-forum-content"',
        ),
    ],
)
def test_nesting_of_any_depth_is_read_or_refused(tag: str) -> None:
    case = _case("forum-26-default")
    body = case.page.body.replace(b"Seeds</a>", f"<{tag}>".encode() * 20_000, 1)
    timed(replace(case.page, body=body))
    timed(replace(case.page, body=f"<{tag}>".encode() * 20_000))


def test_blanks_in_a_name_are_passed_in_time() -> None:
    case = _case("forum-category")
    blanks = "\N{NO-BREAK SPACE}".encode() * 50_000
    timed(replace(case.page, body=case.page.body.replace(b"Trees, old", b"T" + blanks + b"x")))


def test_an_engine_that_reads_topics_only_says_so() -> None:
    class TopicReader:
        name = "topics-only"
        example = "https://board.example/thread/7"

        def claims(self, url: str) -> bool:
            return bool(url)

        def recognise(self, document: Document) -> PageKind | None:
            return "list" if document.url else None

        def topic_link(self, document: Document) -> str | None:
            return document.url and None

        parse_topic = engines()[0].parse_topic

    engine: Engine = TopicReader()
    document = read_document(_case("list-tag").page)
    with pytest.raises(UnknownForumError, match="topics-only"):
        parse_list(engine, document)
    with pytest.raises(UnknownForumError, match="topics-only"):
        parse_profile(engine, document)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0), ("1,204", 1204), ("1.204", 1204), ("1 204", 1204), ("1\u00a0204", 1204), ("1’204’333", 1204333),
        ("۱٬۲۰۴", 1204), ("٢٠٤", 204), ("१,२३,४५६", 123456), ("5 Replies", 5), ("12 members", 12), ("(7)", 7),
        ("", None), ("-", None), ("1.2k", None), ("12K", None), ("3M", None), ("100+", None), ("1.5", None), ("3 of 4", None),
        ("1,2,3", None), ("9" * 40, None), ("7" + " " * 200, None),
    ],
)  # fmt: skip
def test_a_count_is_a_number_or_none(text: str, number: int | None) -> None:
    assert read_number(text) == number


def test_every_list_of_a_kind_is_among_the_cases() -> None:
    listed = {str(case.expect.get("listed")) for case in _CASES}
    assert {
        *("index", "forum", "topics", "tag", "view", "search"),
        *("started", "replies", "favorites", "engagements"),
    } <= listed
    assert len(_CASES) >= 40
    assert len({re.sub(r"\d", "", case.page.final_url) for case in _CASES}) > 10

"""What every engine must keep to: it is found without a list, claims its own addresses and pages, and fails in one way only."""

from __future__ import annotations

import codecs
import encodings.aliases
import sys
import time
from dataclasses import asdict, replace
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import parsers.engines
from parsers.document import read_document
from parsers.engine import LastResort
from parsers.errors import ThreadkeepError, UnknownForumError
from parsers.registry import engines, parse_topic, recognise
from tests.archiving import rarely
from tests.cases import FIXTURES, Case, cases, differences, read_case

if TYPE_CHECKING:
    from pathlib import Path

    from parsers.engine import Engine
    from parsers.records import Page, TopicPage

_FOLDERS = [engine.name for engine in engines()]
_CASES = [case for folder in _FOLDERS for case in cases(folder)]
_TOPICS = [
    case
    for case in _CASES
    if not case.expect.keys() & {"error", "listed"} and case.expect.get("kind") in {None, "topic"}
]
_LONGEST = 5.0
# Engines that know no software, and may know pages that another one knows.
_LAST = frozenset(engine.name for engine in engines() if isinstance(engine, LastResort))


def read_whole(case: Case) -> TopicPage | None:
    """The topic of a case's page; nothing changes what was read."""
    return _read(case.name)


@cache
def _read(name: str) -> TopicPage | None:
    return parse(next(case.page for case in _TOPICS if case.name == name))


def parse(page: Page) -> TopicPage | None:
    """The topic of a page; None for a page that is none, or that is refused."""
    try:
        document = read_document(page)
        engine, kind = recognise(document)
        return parse_topic(engine, document) if kind == "topic" else None
    except ThreadkeepError:
        return None


def _asked_first() -> list[Engine]:
    return [engine for engine in engines() if engine.name not in _LAST]


# --- engines and their cases ---


def test_every_engine_has_cases() -> None:
    assert _FOLDERS
    for name in _FOLDERS:
        assert list((FIXTURES / name).iterdir()), name


def test_engines_have_different_names() -> None:
    assert len(set(_FOLDERS)) == len(_FOLDERS)


@pytest.mark.parametrize("engine", engines(), ids=lambda engine: engine.name)
def test_an_example_is_claimed_by_its_engine_alone(engine: Engine) -> None:
    assert [one.name for one in engines() if one.claims(engine.example)] == [engine.name]


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.name)
def test_a_page_is_recognised_by_one_engine_at_most(case: Case) -> None:
    document = read_document(case.page)
    knowing = [engine.name for engine in _asked_first() if engine.recognise(document) is not None]
    if case.name.partition("/")[0] in _LAST:
        return
    if case.expect.get("error") == UnknownForumError.__name__:
        assert knowing == []
    elif (
        "error" in case.expect
    ):  # a page that stands in for another may have the forum's frame around it
        assert knowing in ([], [case.name.partition("/")[0]])
    else:
        assert knowing == [case.name.partition("/")[0]]


@pytest.mark.parametrize("case", _TOPICS, ids=lambda case: case.name)
def test_a_topic_is_read_by_its_engine(case: Case) -> None:
    """An engine of last resort reads no page that another one reads."""
    found = read_whole(case)
    assert found is not None
    assert found.engine == case.name.partition("/")[0]


@pytest.mark.parametrize("case", _TOPICS, ids=lambda case: case.name)
def test_reading_a_page_leaves_its_tree_as_it_is(case: Case) -> None:
    document = read_document(case.page)
    engine, _ = recognise(document)
    assert parse_topic(engine, document) == parse_topic(engine, document)


@pytest.mark.parametrize("case", _TOPICS, ids=lambda case: case.name)
def test_posts_have_different_numbers_and_known_parents(case: Case) -> None:
    found = read_whole(case)
    assert found is not None
    numbers = [post.post_id for post in found.posts]
    assert len(set(numbers)) == len(numbers)
    assert {post.reply_to for post in found.posts} <= {None, *numbers}
    assert found.pager.current <= found.pager.last


# --- a new engine is one module and one case ---

_TOY_ENGINE = '''
"""Reads toy forums."""

from parsers.records import Author, ParsedPost, TopicPage


class ToyEngine:
    name = "toyforum"
    example = "https://toys.example/toytopic/7"

    def claims(self, url):
        return "/toytopic/" in url

    def recognise(self, document):
        return "topic" if document.root.find(".//toytopic") is not None else None

    def topic_link(self, document):
        return None

    def parse_topic(self, document):
        post = ParsedPost(
            post_id=7, kind="topic", author=Author(name="Anna"), body_html="Hi", body_text="Hi"
        )
        return TopicPage(engine=self.name, topic_id=7, title="Toy", posts=(post,))


ENGINE = ToyEngine()
'''
_TOY_CASE = """<!--
why    = "a toy forum's topic"
source = "hand-made"
url    = "https://toys.example/toytopic/7"

[expect]
"engine"               = "toyforum"
"posts.#"              = 1
"posts.0.author.name"  = "Anna"
-->
<toytopic>Hi</toytopic>
"""


def test_a_new_engine_is_one_module_and_one_case(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine_folder, case_folder = tmp_path / "engines", tmp_path / "toyforum"
    engine_folder.mkdir()
    case_folder.mkdir()
    (engine_folder / "toyforum.py").write_text(_TOY_ENGINE, encoding="utf-8")
    (case_folder / "topic.html").write_text(_TOY_CASE, encoding="utf-8")
    monkeypatch.setattr(
        parsers.engines, "__path__", [*parsers.engines.__path__, str(engine_folder)]
    )
    try:
        names = [engine.name for engine in _asked_first()]
        assert names == sorted([*(name for name in _FOLDERS if name not in _LAST), "toyforum"])
        case = read_case(case_folder / "topic.html", tmp_path)
        found = parse(case.page)
        assert differences(found, case.expect) == {}
        claiming = [engine.name for engine in engines() if engine.claims(case.page.url)]
        assert claiming == ["toyforum"]
    finally:
        sys.modules.pop("parsers.engines.toyforum", None)


# --- any input ---


def _timed(page: Page) -> None:
    start = time.perf_counter()
    parse(page)
    assert time.perf_counter() - start < _LONGEST


@given(body=st.binary(max_size=4000))
@settings(max_examples=150)
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    _timed(replace(_CASES[0].page, body=body))


_LABELS = sorted(
    {
        *encodings.aliases.aliases,
        *encodings.aliases.aliases.values(),
        "idna",
        "undefined",
        "none",
        "",
    }
)


@given(case=st.sampled_from(_TOPICS), label=st.sampled_from(_LABELS))
@settings(max_examples=150)
def test_any_label_of_an_encoding_is_taken(case: Case, label: str) -> None:
    page = replace(case.page, headers=(("Content-Type", f"text/html; charset={label}"),))
    found = parse(page)
    assert found is None or all(post.body_html is not None for post in found.posts)


_PIECES = (
    b"</div>",
    b"<div>",
    b"<!--",
    b"-->",
    b"<li>",
    b"</ul>",
    b"<table>",
    b"<tr>",
    b"<script>",
    b"</body>",
    b"\0",
    b"\xff",
    b'"',
    b"<",
    b">",
    b"&",
    b"<p>",
    b"<textarea>",
    b"<svg>",
    b"<template>",
    b'<div class="bbp-reply-content">',
    b'<div id="post-7" class="post-7 reply type-reply bbp-parent-topic-101">',
    b'<span class="post-page-numbers">2</span>',
)
_EDITS = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 400), st.sampled_from(_PIECES)),
    min_size=1,
    max_size=6,
)


def _mangled(body: bytes, edits: list[tuple[float, int, bytes]]) -> bytes:
    """A page with some stretches replaced by pieces of markup."""
    for place, length, piece in edits:
        start = int(place * len(body))
        body = body[:start] + piece + body[start + length :]
    return body


@given(case=st.sampled_from(_CASES), edits=_EDITS)
@settings(max_examples=150)
def test_a_mangled_page_is_read_or_refused(
    case: Case, edits: list[tuple[float, int, bytes]]
) -> None:
    _timed(replace(case.page, body=_mangled(case.page.body, edits)))


def _assert_nothing_invented(whole: TopicPage, part: TopicPage) -> None:
    by_id = {post.post_id: post for post in whole.posts}
    assert [post.post_id for post in part.posts if post.post_id not in by_id] == []
    for post in part.posts[:-1]:
        known = by_id[post.post_id]
        assert post.author.name == known.author.name
        assert post.body_html == known.body_html


@given(case=st.sampled_from(_TOPICS), place=st.floats(0, 1))
@settings(max_examples=150)
def test_a_page_that_ends_anywhere_invents_no_post(case: Case, place: float) -> None:
    whole = read_whole(case)
    part = parse(replace(case.page, body=case.page.body[: int(place * len(case.page.body))]))
    assert whole is not None
    if part is not None:
        _assert_nothing_invented(whole, part)


_POST = 'div class="post-7 reply type-reply bbp-parent-topic-101"'
_ITEM = 'li class="post-7 reply type-reply bbp-parent-topic-101"'


@pytest.mark.parametrize(
    "tag",
    [
        *("div", "b", "table", "ul><li", _POST),
        *rarely("blockquote", "li", "ul", "pre", "span", _ITEM),
    ],
)
def test_nesting_of_any_depth_is_read_or_refused(tag: str) -> None:
    case = next(case for case in _TOPICS if case.name.endswith("/body-deep"))
    body = case.page.body.replace(b"<p>Deep.</p>", f"<{tag}>".encode() * 20_000 + b"Deep.")
    _timed(replace(case.page, body=body))
    _timed(replace(case.page, body=f"<{tag}>".encode() * 20_000))


def test_records_hold_no_element_of_a_page() -> None:
    for case in _TOPICS:
        found = read_whole(case)
        assert found is not None
        assert codecs.encode(repr(asdict(found)), "utf-8", "surrogatepass")
        assert "<Element" not in repr(found)

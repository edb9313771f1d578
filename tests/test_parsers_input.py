"""What comes besides topic pages: encodings of pages, feeds, REST roots, text files; one case a file, and any bytes at all."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.document import Document, decode_text, read_document, read_leniently
from parsers.feed import parse_feed
from parsers.records import Problem
from parsers.site_info import parse_site_info
from parsers.visible_text import visible_text
from tests.cases import Case, cases, differences

_DOCUMENTS, _FEEDS, _ROOTS = cases("document"), cases("feed"), cases("site-info")
_LONGEST = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a page's bytes are read as."""

    encoding: str
    problems: tuple[Problem, ...]
    text: str


def reading(document: Document) -> Reading:
    text = visible_text(document.root)
    return Reading(encoding=document.encoding, problems=document.problems, text=text)


@pytest.mark.parametrize("case", _DOCUMENTS, ids=lambda case: case.name)
def test_document(case: Case) -> None:
    document = read_document(case.page)
    assert differences(reading(document), case.expect) == {}
    assert "lenient-reading" in {problem.code for problem in read_leniently(document).problems}


@pytest.mark.parametrize("case", _FEEDS, ids=lambda case: case.name)
def test_feed(case: Case) -> None:
    start = time.perf_counter()
    assert differences(parse_feed(case.page), case.expect) == {}
    assert time.perf_counter() - start < _LONGEST


@pytest.mark.parametrize("case", _ROOTS, ids=lambda case: case.name)
def test_site_info(case: Case) -> None:
    assert differences(parse_site_info(case.page), case.expect) == {}


def test_site_info_of_any_depth() -> None:
    page = replace(_ROOTS[0].page, body=b'{"name":' + b"[" * 200_000)
    assert parse_site_info(page).name is None


@given(
    body=st.binary(max_size=400), case=st.sampled_from([*_FEEDS, *_ROOTS]), place=st.floats(0, 1)
)
@settings(max_examples=200)
def test_any_bytes_are_read(body: bytes, case: Case, place: float) -> None:
    whole = case.page.body
    cut = int(place * len(whole))
    for page in (replace(case.page, body=whole[:cut] + body), replace(case.page, body=body)):
        assert all(item.published.tzinfo is not None for item in parse_feed(page).items)
        parse_site_info(page)
        decode_text(page.body)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xef\xbb\xbfGr\xc3\xbc\xc3\x9fe", "Grüße"),
        (b"\xff\xfeG\x00r\x00", "Gr"),
        ("Grüße an alle".encode("cp1252"), "Grüße an alle"),
        (b"", ""),
    ],
)
def test_text_files_are_decoded(data: bytes, text: str) -> None:
    assert decode_text(data) == text

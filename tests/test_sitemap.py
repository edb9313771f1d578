"""Sitemaps and their indexes: every case of `fixtures/sitemap` is read as its head says, and any bytes at all are read."""

from __future__ import annotations

import gzip
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.sitemap import parse_sitemap
from tests.cases import Case, cases, differences

_CASES = cases("sitemap")
_LONGEST = 5.0


def _case(name: str) -> Case:
    return next(case for case in _CASES if case.name == f"sitemap/{name}")


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.name)
def test_case(case: Case) -> None:
    start = time.perf_counter()
    assert differences(parse_sitemap(case.page), case.expect) == {}
    assert time.perf_counter() - start < _LONGEST


@given(body=st.binary(max_size=400), case=st.sampled_from(_CASES), place=st.floats(0, 1))
@settings(max_examples=200)
def test_any_bytes_are_read(body: bytes, case: Case, place: float) -> None:
    whole = case.page.body
    for data in (whole[: int(place * len(whole))] + body, body, b"\x1f\x8b" + body):
        found = parse_sitemap(replace(case.page, body=data))
        assert all(one.modified is None or one.modified.tzinfo for one in found.entries)


def test_a_compressed_sitemap_is_read() -> None:
    case = _case("core-index")
    packed = replace(case.page, body=gzip.compress(case.page.body))
    assert parse_sitemap(packed) == parse_sitemap(case.page)


@pytest.mark.parametrize(
    "body",
    [gzip.compress(b" " * 60_000_000), gzip.compress(b"<urlset/>")[:-20], b"\x1f\x8bnot packed"],
    ids=["far too large", "cut", "not packed"],
)
def test_what_cannot_be_unpacked_is_no_sitemap(body: bytes) -> None:
    found = parse_sitemap(replace(_case("core-index").page, body=body))
    assert [problem.code for problem in found.problems] == ["no-sitemap"]


def test_no_sitemap_has_more_addresses_than_the_format_allows() -> None:
    entries = "".join(f"<url><loc>https://forum.test/{one}</loc></url>" for one in range(50_001))
    body = f"<urlset>{entries}</urlset>".encode()
    found = parse_sitemap(replace(_case("core-topics").page, body=body))
    assert len(found.entries) == 50_000
    assert [problem.code for problem in found.problems] == ["large-sitemap"]

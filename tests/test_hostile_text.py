"""Texts that are made to be misread or to do something: dumps, dates, counts, titles; what is kept of them and what is written."""

from __future__ import annotations

import csv
import io
import re
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporters.destination import file_stem
from parsers.count_sentence import read_count
from parsers.dates import DateReader, read_attribute, read_relative
from parsers.errors import ThreadkeepError
from parsers.locale import all_locales
from parsers.revision_line import read_edit, read_reason
from parsers.text_dump import parse_text_dump
from tests.threads import exported, make_post, make_thread
from tests.visible import rendered

if TYPE_CHECKING:
    from collections import Counter

_NOW = datetime(2025, 1, 15, 12, tzinfo=UTC)
_LOCALES = all_locales()

# --- text dumps ---

_LINES = st.sampled_from(
    [
        *(
            "May 3, 2013 at 6:20 pm #101",
            "May 3, 2013 at 6:20 pm #102",
            "Anna on #103",
            "#104",
            "#0",
            f"#{'9' * 40}",
        ),
        *(
            "Anna",
            "Participant",
            "Keymaster",
            "=cmd|'/C calc'!A0",
            "../../etc/passwd",
            "\x1b[2J\x07",
            "\ud800",
            "\0",
        ),
        *(
            "Home › Forums › Garden › Hello",
            "Author",
            "Posts",
            "Author Posts",
            "1 2 3 →",
            "← 1 2",
            "›",
            "Tagged: a, b",
        ),
        *(
            "Viewing 2 posts - 1 through 2 (of 2 total)",
            f"Viewing {'9' * 30} posts - 1 through 2 (of 3 total)",
        ),
        *(
            "This reply was modified 3 years ago by Anna. Reason: x",
            "You must be logged in to reply to this topic.",
        ),
        *(
            "January 1, 10000 at 1:00 am #105",
            "December 31, 9999 at 11:59 pm #106",
            "٣ #١٠٧",
            "&lt;b&gt; <b>x</b>",
        ),
        *(
            "References",
            "[1]x",
            "  1. https://forum.test/",
            "     * ",
            "\t" * 30,
            " " * 80 + "x",
            "x" * 700,
            "",
        ),
    ]
)


def assert_dump_is_sound(text: str) -> None:
    try:
        found = parse_text_dump(text, url=None)
    except ThreadkeepError:
        return
    numbers = [post.post_id for post in found.posts]
    assert len(set(numbers)) == len(numbers)
    assert all(0 < number < 2**63 for number in numbers)
    assert all(f"#{number}" in text or not text.isascii() for number in numbers)
    for post in found.posts:
        assert "<" not in re.sub(r"</?p>|<br />", "", post.body_html)


@given(lines=st.lists(_LINES, max_size=30))
@settings(max_examples=100, derandomize=True)
def test_a_dump_of_hostile_lines_is_read_soundly_or_refused(lines: list[str]) -> None:
    assert_dump_is_sound("\n".join(lines))


@pytest.mark.sweep
def test_many_dumps_of_hostile_lines(tried: Counter[str]) -> None:
    @given(lines=st.lists(_LINES, max_size=60))
    @settings(max_examples=3000, derandomize=True)
    def each(lines: list[str]) -> None:
        tried["dumps of hostile lines"] += 1
        assert_dump_is_sound("\n".join(lines))

    each()


# --- dates and counts ---

_WORDS = st.sampled_from(
    [
        *(
            "January",
            "May",
            "1",
            "31",
            "99",
            "0",
            "2013",
            "10000",
            "9" * 30,
            "٣",
            "²",
            "pm",
            "at",
            ":",
            "/",
            "-",
            ",",
            " ",
        ),
        *(
            "ago",
            "years",
            "months",
            "right now",
            "2013-02-31T25:61:61+99:99",
            "9999-12-31T23:59:59-23:59",
            "\0",
            "\u202e",
        ),
        *(
            "0001-01-01T00:00:00+23:59",
            "Viewing",
            "posts",
            "through",
            "(of",
            "total)",
            "1,000",
            "by",
            ". Reason:",
            "modified",
        ),
    ]
)
_PHRASES = st.lists(_WORDS, max_size=12).map(" ".join) | st.text(max_size=40)


def assert_moment(moment: datetime | None) -> None:
    assert moment is None or 1970 <= moment.year <= 2100


def read_everything(texts: list[str], place: int) -> None:
    """Whatever reads short texts, in one of the languages."""
    table = _LOCALES[place % len(_LOCALES)]
    reader = DateReader.learn(texts, words=table.dates, language=table.language, not_after=_NOW)
    for text in texts:
        assert_moment(reader.read(text))
        read_attribute(text)
        bounds = read_relative(text, table.dates, _NOW)
        assert bounds is None or bounds[0] <= bounds[1] <= _NOW
        claim = read_count(text, table)
        numbers = [] if claim is None else [claim.count, claim.first, claim.last, claim.total]
        assert all(number is None or 0 <= number < 10**12 for number in numbers)
        read_edit(text, [table])
        read_reason(text, table)


@given(texts=st.lists(_PHRASES, max_size=6), place=st.integers(0, 99))
@settings(max_examples=60, derandomize=True)
def test_short_texts_of_any_kind_are_read_or_null(texts: list[str], place: int) -> None:
    read_everything(texts, place)


@pytest.mark.sweep
def test_many_short_texts(tried: Counter[str]) -> None:
    @given(texts=st.lists(_PHRASES, max_size=6), place=st.integers(0, 99))
    @settings(max_examples=1500, derandomize=True)
    def each(texts: list[str], place: int) -> None:
        tried["short texts"] += len(texts)
        read_everything(texts, place)

    each()


@pytest.mark.parametrize(
    "text",
    [
        "January 1, 10000 at 1:00 am",
        "January 1, 99999999999999999999 at 1:00 am",
        "10000-01-01T00:00:00Z",
        "0000-00-00 00:00:00",
        "99999999999999999999 years ago",
    ],
)
def test_a_date_that_no_calendar_has_is_null(text: str) -> None:
    table = next(table for table in _LOCALES if table.language == "en")
    reader = DateReader.learn([text, "May 3, 2013 at 6:20 pm"], words=table.dates, language="en")
    assert reader.read(text) is None
    assert read_attribute(text) is None
    assert read_relative(text, table.dates, _NOW) is None


@pytest.mark.parametrize(
    "text",
    [
        "1," * 5000,
        "by . a: " * 5000,
        "1 year, " * 5000,
        "." * 50_000,
        " " * 50_000 + "x",
        "[" * 50_000,
    ],
)
def test_no_long_text_takes_long(text: str) -> None:
    start = time.process_time()
    read_everything([text], 0)
    assert time.process_time() - start < 5


# --- what is written ---

_EVIL_TITLES = st.lists(
    st.sampled_from(
        [
            *(
                "<script>",
                "</script>",
                "<img src=x onerror=y>",
                "[x](javascript:y)",
                "![x](javascript:y)",
                "<javascript:y>",
            ),
            *(
                "../",
                "..\\",
                "/",
                "\0",
                "con",
                "\n",
                "\r",
                "---",
                "```",
                "# ",
                "=",
                "+",
                "@",
                "\t",
                "\x1b[2J",
                "\u202e",
                '"',
                "\\",
            ),
            *(
                "a",
                "Ж",
                "漢",
                "🍞",
                "\ud800",
                "&lt;b&gt;",
                "*",
                "_",
                "|",
                "http://x.y",
                "~~",
                "<!--",
                "{{ x }}",
                "]:",
                "[",
                "]",
                "(",
            ),
        ]
    )
    | st.characters(),
    max_size=8,
).map("".join)


@given(title=_EVIL_TITLES)
@settings(max_examples=150, derandomize=True)
def test_no_title_runs_in_a_document(title: str) -> None:
    thread = make_thread([make_post(topic_title=title, role=title)], title=title, tags=(title,))
    page = rendered(exported("markdown", [thread, thread]))
    shown = page.replace('<a id="post-1">', "")
    assert re.findall(r"<(?:script|img src=x)|<[a-z]+ [^>]*\bon[a-z]+=|<!--", shown) == []
    assert re.findall(r'(?:href|src)="(?!"|https?:|ftp:|mailto:|tel:|#post-)', shown) == []


@given(title=_EVIL_TITLES, number=st.none() | st.integers(1, 2**63 - 1))
@settings(max_examples=200, derandomize=True)
def test_no_title_leads_out_of_a_folder(title: str, number: int | None) -> None:
    stem = file_stem(number, title)
    assert len(stem.encode()) <= 120
    assert not set(stem) & set('/\\:*?"<>|\0.')
    assert stem.startswith("topic" if number is None else str(number))
    assert stem.isprintable()


@given(text=_EVIL_TITLES)
@settings(max_examples=150, derandomize=True)
def test_no_cell_runs_in_a_spreadsheet(text: str) -> None:
    table = exported("csv", [make_thread([make_post(topic_title=text, role=text, forum=(text,))])])
    for cell in next(csv.DictReader(io.StringIO(table, newline=""))).values():
        assert not cell.lstrip(" \t\r\n\ufeff\u200b\u00a0").startswith(tuple("=+@＝＋＠"))
        assert not cell.startswith(("\t", "\r", "\n"))

"""Pages that lost lines: whatever a reader makes of them is true, or a problem or a count says that it may not be."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from parsers.records import Page
from scraper.demo import expected_topics
from scraper.demo.forum import THEMES
from tests.cases import cases
from tests.demo_page import BASE, path_of, site
from tests.mangling import mangle, read, untruths

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable

    from parsers.records import TopicPage

_MANGLES = 200
_PAGES = 40
_SWEEP = 10
_TOLERATED = 0.01
_FIXTURES = (
    *("bbpress/topic-26-default", "bbpress/topic-25-guest", "bbpress/topic-22-date-span"),
    *("bbpress/topic-21-bare-date", "bbpress/topic-20-tables", "bbpress/topic-minified"),
    *("bbpress/topic-threaded", "bbpress/topic-lead-26", "bbpress/topic-lead-20-table"),
    *("bbpress/author-names", "bbpress/author-logged-in", "bbpress/body-shapes"),
    *("bbpress/edits-26", "bbpress/nextpage-plain", "bbpress/theme-avada", "bbpress/theme-wporg"),
    *("bbpress/theme-cards", "bbpress/theme-enfold", "bbpress/pager-plain"),
    *("structural/buddyboss-names", "structural/table-two-rows", "structural/nested-answers"),
    *("structural/minified", "structural/number-below-the-text", "structural/pairs-of-siblings"),
)
# Their pages are damaged already, imitate damage on purpose, are judged by whether somebody was logged in, or have line
# ends of two bytes, of which one would be left.
_OTHER_CASES = ("/broken-", "/forged-", "/moderator-", "utf-16")
_THEMES: tuple[dict[str, Any], ...] = (
    *({"theme": theme} for theme in THEMES),
    {"theme": "default", "threaded": True},
    {"theme": "themed", "lead": True},
)


@cache
def _sources() -> dict[str, tuple[Page, TopicPage]]:
    """Pages with what they are read as, whole: the fixtures and a demo forum in all its themes."""
    fixtures = (
        (case.name, case.page)
        for case in (*cases("bbpress"), *cases("structural"))
        if not any(name in case.name for name in _OTHER_CASES)
    )
    every = ((name, page, read(page)) for name, page in (*fixtures, *_demo_pages()))
    return {
        name: (page, whole)
        for name, page, whole in every
        if whole is not None and all(problem.code != "broken-markup" for problem in whole.problems)
    }


def _demo_pages() -> list[tuple[str, Page]]:
    found: list[tuple[str, Page]] = []
    for settings in _THEMES:
        forum = site(topics=12, posts=6, per_page=5, **settings)
        for topic in expected_topics(forum.forum, BASE):
            answer = forum.answer(path_of(topic.url))
            page = Page(
                url=topic.url,
                final_url=topic.url,
                status=answer.status,
                headers=tuple(answer.headers),
                body=answer.body,
                fetched_at=datetime(2025, 1, 15, 12, tzinfo=UTC),
            )
            found.append((f"demo {settings} {topic.topic_id}", page))
    return found


def _wrong(name: str, seeds: range) -> dict[str, list[str]]:
    """What was wrong in a page's mangled copies and told by nothing, by page and seed."""
    page, whole = _sources()[name]
    wrong: dict[str, list[str]] = {}
    for seed in seeds:
        found = list(untruths(whole, mangle(page, Random(f"{name} {seed}"))))
        if found:
            wrong[f"{name}, seed {seed}"] = found
    return wrong


def _mangled(names: Iterable[str], seeds: range) -> dict[str, list[str]]:
    return {key: found for name in names for key, found in _wrong(name, seeds).items()}


def test_a_mangled_page_yields_nothing_wrong_without_a_problem() -> None:
    demo = [name for name in _sources() if name.startswith("demo")]
    wanted = _PAGES - len(_FIXTURES)
    names = [*_FIXTURES, *demo[:: len(demo) // wanted][:wanted]]
    assert len(names) == _PAGES
    assert _mangled(names, range(_MANGLES // _PAGES)) == {}


@pytest.mark.sweep
def test_many_mangled_pages_yield_hardly_anything_wrong(tried: Counter[str]) -> None:
    """Of two lines that cancel each other out, and of a line amid a text, nothing can be seen: these stay rare."""
    names = list(_sources())
    wrong = _mangled(names, range(1000, 1000 + _SWEEP))
    tried["pages without a twentieth of their lines"] += len(names) * _SWEEP
    tried["of these, pages with something wrong that nothing tells"] += len(wrong)
    assert len(wrong) <= len(names) * _SWEEP * _TOLERATED, wrong

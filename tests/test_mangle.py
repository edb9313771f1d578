"""Pages that lost lines: whatever a reader makes of them is true, or a problem or a count says that it may not be.

Whole pages, on the other hand, are doubted by nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from parsers.document import read_document
from parsers.errors import ThreadkeepError
from parsers.records import Page
from parsers.registry import parse_list, recognise
from scraper.demo import expected_topics
from scraper.demo.forum import THEMES
from tests.cases import cases
from tests.demo_page import BASE, path_of, site
from tests.mangling import mangle, read, untruths

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable

    from parsers.records import TopicPage
    from tests.cases import Case

_MANGLES = 200
_PAGES = 40
_SWEEP = 10
_FIXTURES = (
    *("bbpress/topic-26-default", "bbpress/topic-25-guest", "bbpress/topic-22-date-span"),
    *("bbpress/topic-21-bare-date", "bbpress/topic-20-tables", "bbpress/topic-minified"),
    *("bbpress/topic-threaded", "bbpress/topic-lead-26", "bbpress/topic-lead-20-table"),
    *("bbpress/author-names", "bbpress/author-logged-in", "bbpress/body-shapes"),
    *("bbpress/edits-26", "bbpress/nextpage-plain", "bbpress/theme-avada", "bbpress/theme-wporg"),
    *("bbpress/theme-cards", "bbpress/theme-enfold", "bbpress/pager-plain"),
    *("bbpress-standalone/topic-10", "bbpress-standalone/theme-table"),
    *("structural/buddyboss-names", "structural/table-two-rows", "structural/nested-answers"),
    *("structural/minified", "structural/number-below-the-text", "structural/pairs-of-siblings"),
)
# Their pages are damaged already, imitate damage on purpose, are judged by whether somebody was logged in, or have line
# ends of two bytes, of which one would be left.
_OTHER_CASES = ("/broken-", "/forged-", "/body-forged", "/moderator-", "utf-16")
# Pages of the fixtures whose markup is broken on purpose, or whose author writes what the forum alone prints.
_BROKEN = frozenset(
    (
        *("bbpress/broken-open-box", "bbpress/broken-open-inline", "bbpress/broken-header-gone"),
        *("bbpress/broken-post-swallowed", "bbpress-standalone/broken-author-cell-gone"),
        *("bbpress/topic-item-ends-in-body", "bbpress/topic-list-closed-early"),
        *("bbpress/topic-second-topic-on-page", "bbpress/edits-in-mid-body"),
        "bbpress-standalone/body-open-box",
    )
)
_THEMES: tuple[dict[str, Any], ...] = (
    *({"theme": theme} for theme in THEMES),
    {"theme": "default", "threaded": True},
    {"theme": "themed", "lead": True},
)


@cache
def _sources() -> dict[str, tuple[Page, TopicPage]]:
    """Pages with what they are read as, whole: the fixtures and a demo forum in all its themes."""
    return {
        name: (page, whole)
        for name, (page, whole) in _readings().items()
        if not any(part in name for part in _OTHER_CASES)
        and whole is not None
        and all(problem.code != "broken-markup" for problem in whole.problems)
    }


@cache
def _readings() -> dict[str, tuple[Page, TopicPage | None]]:
    pages = (*((case.name, case.page) for case in _cases()), *_demo_pages())
    return {name: (page, read(page)) for name, page in pages}


def _cases() -> list[Case]:
    return [*cases("bbpress"), *cases("bbpress-standalone"), *cases("structural")]


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


def _numbers(page: Page) -> set[int | None] | None:
    """The numbers of the topics and forums that a page lists; None where it is no list, or told to be none."""
    try:
        document = read_document(page)
        engine, kind = recognise(document)
        if kind not in {"forum", "list"}:
            return None
        listed = parse_list(engine, document)
    except ThreadkeepError:
        return None
    topics = {row.topic_id for row in listed.topics}
    return topics | {row.forum_id for row in listed.forums}


@pytest.mark.parametrize(
    "seeds", [range(1), pytest.param(range(1, _SWEEP), marks=pytest.mark.sweep)]
)
def test_a_mangled_list_names_no_topic_and_no_forum_that_the_whole_one_does_not(
    seeds: range, tried: Counter[str]
) -> None:
    wrong: dict[str, set[int | None]] = {}
    lists = {case.name: case.page for case in _cases() if _numbers(case.page)}
    for name, page in lists.items():
        known = {None, *(_numbers(page) or ())}
        for seed in seeds:
            found = _numbers(mangle(page, Random(f"{name} {seed}")).page) or set()
            tried["lists without a twentieth of their lines"] += 1
            if not found <= known:
                wrong[f"{name}, seed {seed}"] = found - known
    assert lists
    assert wrong == {}


def test_a_whole_page_is_not_called_broken() -> None:
    assert [
        (name, problem.detail)
        for name, (_, whole) in _readings().items()
        if whole is not None and not _is_broken(name)
        for problem in whole.problems
        if problem.code == "broken-markup"
    ] == []


def _is_broken(name: str) -> bool:
    return name in _BROKEN or "/broken-" in name


@pytest.mark.parametrize("name", sorted(_BROKEN))
def test_a_broken_page_is_called_so(name: str) -> None:
    whole = read(next(case.page for case in _cases() if case.name == name))
    assert whole is not None
    assert "broken-markup" in {problem.code for problem in whole.problems}


@pytest.mark.sweep
def test_many_mangled_pages_yield_nothing_wrong_without_a_problem(tried: Counter[str]) -> None:
    names = list(_sources())
    wrong = _mangled(names, range(1000, 1000 + _SWEEP))
    tried["pages without a twentieth of their lines"] += len(names) * _SWEEP
    assert wrong == {}

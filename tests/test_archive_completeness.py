"""Reconciling claims with what was kept, on states made up for it: the cases that a forum hardly ever gets into."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from parsers.records import CountClaim
from scraper.archive.completeness import assess
from scraper.archive.gap import Gap
from scraper.archive.seam import loose_seams
from scraper.archive.topic_state import FailedPage, PageState, TopicState
from scraper.sync.plan import pages_to_read_again


def page(number: int, page_id: int, total: int | None, **changes: Any) -> PageState:  # noqa: ANN401  fields of PageState
    """A page of five posts, read once, in the order of `page_id`."""
    posts = tuple(range(number * 10, number * 10 + 5))
    first = number * 5 - 4
    claim = CountClaim(text="", count=5, first=first, last=first + 4, total=total)
    made = PageState(
        number=number,
        part=1,
        page_id=page_id,
        url=f"http://forum.test/page/{number}/",
        last_number=2,
        last_part=1,
        post_ids=posts,
        kept=5,
        top_level=0,
        claim=claim if total is not None else None,
        has_lead=False,
        is_threaded=False,
        steady_since=page_id,
        steady_total=total,
        moved_from=None,
        is_fresh=True,
        is_restless=False,
    )
    return replace(made, **changes)


def state(*pages: PageState, **changes: Any) -> TopicState:  # noqa: ANN401  fields of TopicState
    made = TopicState(
        topic_key=1,
        topic_id=10,
        url="http://forum.test/",
        title="Hello",
        pages=pages,
        has_opening=True,
        have=sum(len(one.post_ids) for one in pages),
        astray=0,
        failed=(),
        cut_posts=(),
        stated_replies=None,
    )
    return replace(made, **changes)


# Two neighbouring pages, and whether they fit together.
SEAMS: dict[str, tuple[PageState, PageState, bool]] = {
    "read one after the other, nothing changed": (page(1, 1, 10), page(2, 2, 10), True),
    "a total that grew in between": (page(1, 1, 10), page(2, 2, 11), False),
    "a total that shrank in between": (page(1, 1, 11), page(2, 2, 10), False),
    "totals that no page tells": (page(1, 1, None), page(2, 2, None), True),
    "the first read again and unchanged": (
        page(1, 3, 11, steady_since=1, steady_total=10),
        page(2, 2, 11),
        True,
    ),
    "the first read again and unchanged, but between another total": (
        page(1, 3, 10, steady_since=1, steady_total=10),
        page(2, 2, 11),
        False,
    ),
    "the second moved since the first was read": (
        page(1, 1, 10),
        page(2, 3, 10, moved_from=2),
        False,
    ),
    "the first read again after the second moved": (
        page(1, 4, 10, moved_from=1),
        page(2, 3, 10, moved_from=2),
        True,
    ),
    "the last page later, with more at its end": (
        page(1, 1, 10),
        page(2, 9, 12, steady_since=2, steady_total=10),
        True,
    ),
}


@pytest.mark.parametrize("name", SEAMS)
def test_neighbours_fit_or_not(name: str) -> None:
    before, after, fit = SEAMS[name]
    assert (list(loose_seams((before, after))) == []) == fit


def test_pages_that_are_no_neighbours_are_not_held_against_each_other() -> None:
    assert list(loose_seams((page(1, 1, 10), page(3, 2, 99)))) == []


def test_posts_that_moved_are_a_gap_even_where_the_count_fits() -> None:
    found = assess(state(page(1, 1, 11), page(2, 2, 10)))
    assert [gap.code for gap in found.gaps] == ["posts-moved"]
    assert found.gaps[0].place == "pages 1 and 2"
    assert not found.are_astray_gone


def test_posts_that_came_at_the_end_are_no_gap_where_the_count_fits() -> None:
    assert assess(state(page(1, 1, 9), page(2, 2, 10))).gaps == ()


def test_what_is_missing_by_count_only_does_not_keep_the_vanished() -> None:
    pages = (page(1, 1, 12), page(2, 2, 12))
    assert [gap.code for gap in assess(state(*pages)).gaps] == ["posts-missing"]
    assert assess(state(*pages)).are_astray_gone
    stale = (replace(pages[0], is_fresh=False), pages[1])
    assert not assess(state(*stale)).are_astray_gone


def test_replies_are_counted_without_the_opening_post() -> None:
    claim = CountClaim(text="", unit="replies", count=5, first=1, last=5, total=10)
    lead = page(1, 1, 10, has_lead=True, claim=claim)
    assert assess(state(lead, page(2, 2, 10), have=11)).expected == 10
    assert assess(state(lead, replace(page(2, 2, None)), have=11)).expected == 11


def test_a_known_gap_is_not_read_for_again_but_a_larger_one_is() -> None:
    stale = (page(1, 1, 12, is_fresh=False), page(2, 2, 12, moved_from=None))
    gaps = assess(state(*stale)).gaps
    assert [one.number for one in pages_to_read_again(state(*stale), gaps, (), Counter())] == [1]
    known = (Gap(code="posts-missing", detail="", missing=2),)
    assert pages_to_read_again(state(*stale), gaps, known, Counter()) == ()
    smaller = (Gap(code="posts-missing", detail="", missing=1),)
    assert len(pages_to_read_again(state(*stale), gaps, smaller, Counter())) == 1


def test_nothing_is_read_more_than_four_times() -> None:
    torn = state(page(1, 1, 11), page(2, 2, 10))
    for times in range(6):
        again = pages_to_read_again(torn, assess(torn).gaps, (), Counter({(1, 1): times}))
        assert bool(again) == (times < 4)


def test_what_failed_is_not_read_again_in_the_same_crawl() -> None:
    failed = FailedPage(number=1, part=1, url="", error="HTTP 500", exit_code=4)
    torn = state(page(1, 1, 11), page(2, 2, 10), failed=(failed,))
    assert pages_to_read_again(torn, assess(torn).gaps, (), Counter()) == ()

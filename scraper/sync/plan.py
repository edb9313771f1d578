"""Decide which pages of a topic are to be read again, since the newest ones contradict them. Pure: it fetches nothing."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from scraper.archive.completeness import missing_here
from scraper.archive.seam import loose_seams

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Iterator

    from scraper.archive.gap import Gap
    from scraper.archive.topic_state import PageState, TopicState

Place = tuple[int, int]
# A page is read this often in one crawl: once, and when it contradicts others three times more.
_MOST_READS = 4
_BY_COUNT = frozenset({"posts-missing", "more-than-counted"})
_SHORT = frozenset({"page-short", "threads-missing", "post-cut"})
_UNREAD = frozenset({"page-missing", "page-outdated", "part-missing"})


def pages_to_read_again(
    state: TopicState, gaps: Iterable[Gap], known: Iterable[Gap], reads: Counter[Place]
) -> tuple[PageState, ...]:
    """The pages to be read next; none where all fit together, or where reading them again does not help.

    Args:
        state: the topic, nothing of it waiting to be read.
        gaps: what is missing of it.
        known: what was missing when its last crawl ended, after it had done what it could.
        reads: how often each page was read in this crawl.
    """
    failed = {(one.number, one.part) for one in state.failed}
    readable = [
        page
        for page in state.pages
        if reads[page.place] < _MOST_READS and page.place not in failed
    ]
    codes = {gap.code for gap in gaps}
    new_codes = {gap.code for gap in gaps if not _is_known(gap, known)}
    wanted = {page.place for page in _to_find_the_end(state)}
    wanted |= {min(seam, key=lambda page: page.page_id).place for seam in loose_seams(state.pages)}
    wanted |= {page.place for page in _read_before_posts_moved(state)}
    if not new_codes.isdisjoint(_UNREAD):
        wanted |= {page.place for page in _to_ask_for_the_end(state) if reads[page.place] < 2}
    if not new_codes.isdisjoint(_SHORT):
        wanted |= {page.place for page in _short(state)}
    wanted |= {page.place for page in _to_join_cut_posts(state)}
    # A page that could not be read explains a count that does not fit.
    if not new_codes.isdisjoint(_BY_COUNT) and codes.isdisjoint(_UNREAD):
        # One page back from those that were read in this crawl.
        wanted |= {page.place for page in [one for one in readable if not one.is_fresh][-1:]}
    return tuple(page for page in readable if page.place in wanted)


def _is_known(gap: Gap, known: Iterable[Gap]) -> bool:
    """Whether a gap was there before, and is no larger; a page that failed then and is not there now is another."""
    return any(
        (gap.code, gap.place) == (one.code, one.place)
        and (gap.missing or 0) <= (one.missing or 0)
        and (gap.code not in _UNREAD or gap.detail == one.detail)
        for one in known
    )


def _short(state: TopicState) -> Iterator[PageState]:
    """Pages that show less than they should: fewer posts, or a last one whose rest is on no further part."""
    for page in state.pages:
        is_torn = page.part == page.last_part and not set(state.cut_posts).isdisjoint(
            page.post_ids
        )
        if is_torn or missing_here(page):
            yield page


def _read_before_posts_moved(state: TopicState) -> Iterator[PageState]:
    """What was read before posts moved in the midst of the crawl.

    A page that lists the same before and after proves nothing then: one post may have gone and another come.
    """
    moved = max((page.moved_from or 0 for page in state.pages if page.is_restless), default=0)
    yield from (page for page in state.pages if page.page_id < moved)


def _to_join_cut_posts(state: TopicState) -> Iterator[PageState]:
    """Parts that were read before the part in front of them: the post that they go on with was not known then."""
    for before, after in pairwise(state.pages if state.cut_posts else ()):
        if before.number == after.number and before.page_id > after.page_id:
            yield after


def _to_find_the_end(state: TopicState) -> Iterator[PageState]:
    """The topic's last page, unless it is as new as any; the first, which tells the last, where that has gone."""
    if not any(page.is_fresh for page in state.pages):
        yield from (page for page in state.pages if page.number == 1 and state.failed)
        return
    total = state.newest.total if state.newest else None
    last = state.last_number
    for page in state.pages:
        if page.number == last:
            has_changed = None not in {page.total, total} and page.total != total
            if has_changed or not page.is_fresh:
                yield page


def _to_ask_for_the_end(state: TopicState) -> Iterator[PageState]:
    """The first page, where another proved not to be there: the topic may just have shrunk, and every page tells its end."""
    if any(one.is_not_there and one.part == 1 for one in state.failed):
        yield from (page for page in state.pages if page.place == (1, 1))

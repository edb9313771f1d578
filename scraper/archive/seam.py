"""Whether two neighbouring pages of a topic fit together although they were read at different times. Pure."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scraper.archive.topic_state import PageState

Seam = tuple["PageState", "PageState"]


def loose_seams(pages: Sequence[PageState]) -> Iterator[Seam]:
    """Neighbouring pages between which a post may have slipped from one to the other, unseen on either.

    A deletion on an earlier page moves every later post one place up, also over the edge of a page that was read
    already; a post that appears in between moves them down.

    Args:
        pages: of one topic, by number and part.
    """
    for before, after in pairwise(pages):
        if _are_neighbours(before, after) and not _fit(before, after):
            yield before, after


def _are_neighbours(before: PageState, after: PageState) -> bool:
    if before.number == after.number:
        return after.part == before.part + 1
    return (
        after.number == before.number + 1 and after.part == 1 and before.part == before.last_part
    )


def _fit(before: PageState, after: PageState) -> bool:
    if _are_of_two_sizes(before, after):
        return False
    if max(before.steady_since, after.steady_since) <= min(before.page_id, after.page_id):
        return _stood_together(before, after)
    earlier, later = sorted((before, after), key=lambda page: page.page_id)
    # No moment is known at which each listed what it lists now. The topic was as long when one was last read as when
    # the other was first, so nothing moved; unless the other is known to have moved meanwhile.
    has_moved = later.moved_from is not None and earlier.page_id < later.moved_from
    return _is_same(earlier.total, later.steady_total) and not has_moved


def _are_of_two_sizes(before: PageState, after: PageState) -> bool:
    """Whether one was read when pages had room for more or fewer posts; the ranges that they state do not join then."""
    one, other = _range(before), _range(after)
    if before.number == after.number or one is None or other is None:
        return False
    if other[0] > one[-1] + 1:  # what is between them is on neither
        return True
    is_last = other[-1] == after.total
    return not is_last and len(one) != len(other) and other[0] <= one[-1]


def _range(page: PageState) -> range | None:
    """The places in the topic that a page says its posts have."""
    claim = page.claim
    if claim is None or claim.first is None or claim.last is None or claim.last < claim.first:
        return None
    return range(claim.first, claim.last + 1)


def _stood_together(before: PageState, after: PageState) -> bool:
    """Whether one was read while the other listed what it lists now.

    A page that lists the same before and after may have listed something else in between, where one post went and
    another came: then the topic was longer or shorter in between.
    """
    begun_later = max(before, after, key=lambda page: page.steady_since)
    ended_first = min(before, after, key=lambda page: page.page_id)
    return _was_as_long(before if begun_later is after else after, begun_later.steady_total) or (
        _was_as_long(before if ended_first is after else after, ended_first.total)
    )


def _was_as_long(page: PageState, total: int | None) -> bool:
    return _is_same(page.steady_total, total) or _is_same(page.total, total)


def _is_same(one: int | None, other: int | None) -> bool:
    """Whether two totals are the same, as far as pages tell them."""
    return one is None or other is None or one == other

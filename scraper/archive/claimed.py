"""What the pages of a topic claim, in posts that guests see; moderators' pages count others as well. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scraper.archive.topic_state import PageState, TopicState


def claimed_on(page: PageState) -> int | None:
    """How many posts a page says that it shows."""
    claim = page.claim
    if claim is None or claim.unit == "threads":
        return None
    if claim.first is not None and claim.last is not None:
        return claim.last - claim.first + 1 - _left_out(page)
    return claim.count - _left_out(page) if claim.count and claim.total is None else None


def _left_out(page: PageState) -> int:
    """How many of the posts that a page counts are not kept of it: guests do not see them, or they were erased."""
    return (page.hidden or 0) + page.erased


def expected_posts(state: TopicState) -> int | None:
    """How many posts the whole topic has, as its newest page says; None where none says it.

    Of a moderator's page, only all pages together tell how many of those that it counts are hidden from guests. Where
    others are a guest's, the newest of these is believed, unless there is more than it knows of.
    """
    newest = _newest_with_total(state.pages)
    if newest is None or newest.hidden is None:
        return _total(newest, state)
    of_guests = _newest_with_total(page for page in state.pages if page.hidden is None)
    if of_guests is None and not any(page.hidden is None for page in state.pages):
        hidden = sum(page.hidden or 0 for page in state.pages)
        return (_total(newest, state) or 0) - hidden
    total = _total(of_guests, state)
    return total if total is not None and total >= state.have else None


def last_of_guests(state: TopicState) -> int:
    """The topic's last page, as the newest of those says that a guest saw; as the newest of all where there is none."""
    whole = [page for page in state.pages if page.part == 1 and page.hidden is None]
    newest = max(whole, key=lambda page: page.page_id, default=None)
    return newest.last_number if newest is not None else state.last_number


def _newest_with_total(pages: Iterable[PageState]) -> PageState | None:
    telling = (
        page
        for page in pages
        if page.claim is not None and page.total is not None and page.claim.unit != "threads"
    )
    return max(telling, key=lambda page: page.page_id, default=None)


def _total(page: PageState | None, state: TopicState) -> int | None:
    if page is None or page.claim is None or page.claim.total is None:
        return None
    erased = sum(one.erased for one in state.pages)
    return page.claim.total - erased + (page.claim.unit == "replies" and state.has_opening)

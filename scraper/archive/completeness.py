"""Reconcile what a topic's pages claim with what was kept of them. Pure: a state in, gaps and notes out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scraper.archive.claimed import claimed_on, expected_posts, last_of_guests
from scraper.archive.gap import Gap
from scraper.archive.seam import loose_seams

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scraper.archive.topic_state import PageState, TopicState

# Gaps of which the posts are not known to be on the site: only the site's own count says so.
_BY_COUNT = frozenset({"posts-missing", "more-than-counted"})
_KEPT_BACK = "kept-back: "
_UNREAD = re.compile(r"(?:lost-post|unnumbered-post): (?:Post (\d+): )?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What reconciling found.

    Attributes:
        gaps: differences from hard claims: page numbers, page ranges, totals.
        notes: differences from soft claims, which bbPress lets drift.
        expected: how many posts the topic has, as its pages say; None where they do not say.
        are_astray_gone: every place has been looked at where a post that no page shows any more could be.
    """

    gaps: tuple[Gap, ...]
    notes: tuple[str, ...]
    expected: int | None
    are_astray_gone: bool


def assess(state: TopicState) -> Assessment:
    """Reconcile a topic; of one that is no longer there nothing can be missing."""
    if state.is_vanished:
        return Assessment(gaps=(), notes=(), expected=None, are_astray_gone=False)
    expected = expected_posts(state)
    gaps = (*_page_gaps(state, expected), *_unread(state, expected), *_count_gap(state, expected))
    by_pages = any(gap.code not in _BY_COUNT for gap in gaps)
    has_read_all = all(page.is_fresh for page in state.pages)
    return Assessment(
        gaps=gaps,
        notes=tuple(_notes(state)),
        expected=expected,
        are_astray_gone=not gaps or (has_read_all and not by_pages),
    )


def missing_here(page: PageState) -> int:
    """How many posts a page shows less than it says itself; 0 where its further parts may show them."""
    if page.claim is None or page.last_part > 1:
        return 0
    if page.claim.unit == "threads":
        left_out = (page.hidden or 0) + page.erased
        return max(0, (page.claim.count or 0) - left_out - page.top_level)
    return max(0, (claimed_on(page) or 0) - len(page.post_ids))


def _page_gaps(state: TopicState, expected: int | None) -> Iterator[Gap]:
    yield from _missing_pages(state, expected)
    yield from _outdated_pages(state)
    yield from _missing_parts(state)
    yield from _cut_posts(state)
    yield from _short_pages(state)
    yield from _loose_pages(state, expected)


def _count_gap(state: TopicState, expected: int | None) -> Iterator[Gap]:
    if expected is None or expected == state.have:
        return
    if state.have > expected:
        detail = f"The site counts {expected} posts, its pages show {state.have}."
        yield Gap(
            code="more-than-counted", place=f"{state.have - expected} too many", detail=detail
        )
    else:
        lacking = expected - state.have
        detail = f"{lacking} of {expected} posts are missing; the pages that were read show {state.have}."
        yield Gap(code="posts-missing", detail=detail, missing=lacking)


def _missing_pages(state: TopicState, expected: int | None) -> Iterator[Gap]:
    read = {page.number for page in state.pages}
    errors = {failed.number: failed.error for failed in state.failed if failed.part == 1}
    # What moderators see fills more pages than what guests do.
    last = last_of_guests(state) if expected == state.have else state.last_number
    wanted = set(range(1, last + 1)) | set(errors)
    for number in sorted(wanted - read):
        reason = f": {errors[number]}" if number in errors else "."
        yield Gap(
            code="page-missing",
            place=f"page {number}",
            detail=f"Page {number} was not read{reason}",
        )


def _outdated_pages(state: TopicState) -> Iterator[Gap]:
    read = {page.place for page in state.pages}
    for failed in state.failed:
        if (failed.number, failed.part) in read:
            detail = f"{failed.place.capitalize()} could not be read again, and is kept as it was: {failed.error}"
            yield Gap(code="page-outdated", place=failed.place, detail=detail)


def _missing_parts(state: TopicState) -> Iterator[Gap]:
    read = {page.place for page in state.pages}
    parts = {page.number: range(1, page.last_part + 1) for page in state.pages}
    errors = {(failed.number, failed.part): failed.error for failed in state.failed}
    wanted = {(number, part) for number, of_page in parts.items() for part in of_page}
    for place in sorted(wanted - read):
        reason = errors.get(place, "it was not asked for.")
        detail = f"Part {place[1]} of page {place[0]} was not read: {reason}"
        yield Gap(code="part-missing", place=f"page {place[0]}, part {place[1]}", detail=detail)


def _cut_posts(state: TopicState) -> Iterator[Gap]:
    for post_id in state.cut_posts:
        detail = f"Post {post_id} is cut off, and its rest was not found."
        yield Gap(code="post-cut", place=f"post {post_id}", detail=detail)


def _short_pages(state: TopicState) -> Iterator[Gap]:
    for number in sorted({page.number for page in state.pages}):
        parts = [page for page in state.pages if page.number == number]
        if parts[0].claim is not None and parts[0].claim.unit == "threads":
            yield from _missing_threads(parts[0])
            continue
        claimed = next(filter(None, (_claimed_by_all(page, parts) for page in parts)), None)
        shown = sum(len(page.post_ids) for page in parts)
        if claimed is not None and shown < claimed and len(parts) >= parts[-1].last_part:
            detail = f"Page {number} says that it shows {claimed} posts and shows {shown}."
            yield Gap(
                code="page-short",
                place=f"page {number}",
                detail=detail,
                missing=claimed - shown,
            )


def _claimed_by_all(page: PageState, parts: list[PageState]) -> int | None:
    """How many posts one part of a page says that all parts show, those that were erased from any of them left out."""
    claimed = claimed_on(page)
    elsewhere = sum(part.erased for part in parts if part is not page)
    return claimed - elsewhere if claimed is not None else None


def _missing_threads(page: PageState) -> Iterator[Gap]:
    lacking = missing_here(page)
    if lacking:
        claimed = page.top_level + lacking
        detail = (
            f"The page says that it shows {claimed} threads of replies and shows {page.top_level}."
        )
        yield Gap(code="threads-missing", detail=detail, missing=lacking)


def _loose_pages(state: TopicState, expected: int | None) -> Iterator[Gap]:
    for before, after in loose_seams(state.pages):
        earlier, later = sorted((before, after), key=lambda page: page.page_id)
        has_grown = (earlier.total or 0) < (later.steady_total or 0)
        is_of_two_viewers = (before.hidden is None) != (after.hidden is None)
        if (has_grown or is_of_two_viewers) and expected == state.have:
            continue  # posts came at the end, or some are hidden from guests, and all others are here
        place = f"pages {before.number} and {after.number}"
        detail = f"Posts moved between {place} while these were read; one may be on neither."
        yield Gap(code="posts-moved", place=place, detail=detail)


def _unread(state: TopicState, expected: int | None) -> Iterator[Gap]:
    """What pages show or keep ready and nobody has read, as their readers say; where posts are counted, the count tells."""
    kept = {number for page in state.pages for number in page.post_ids}
    for page in state.pages:
        behind = [text for text in page.problems if text.startswith(_KEPT_BACK)]
        if behind:
            detail = f"Page {page.number}: {behind[0].removeprefix(_KEPT_BACK)}"
            yield Gap(code="kept-back", place=f"page {page.number}", detail=detail)
        unread = [text for text in page.problems if _is_unread(text, kept)]
        if unread and expected is None:
            detail = f"Page {page.number} has posts that could not be read ({len(unread)}): {unread[0].partition(': ')[2]}"
            yield Gap(
                code="post-unread",
                place=f"page {page.number}",
                detail=detail,
                missing=len(unread),
            )


def _is_unread(problem: str, kept: set[int]) -> bool:
    match = _UNREAD.match(problem)
    return match is not None and int(match[1] or 0) not in kept


def _notes(state: TopicState) -> Iterator[str]:
    replies = state.have - state.has_opening
    # An opening post that was erased is among those that were counted as erased, or stood above the replies.
    erased = sum(page.erased for page in state.pages)
    counted = range(replies, replies + erased + 1)
    if state.stated_replies is not None and state.stated_replies not in counted:
        yield f"The topic's description counts {state.stated_replies} replies, its pages show {replies}."

"""Reconcile what a topic's pages claim with what was kept of them. Pure: a state in, gaps and pages to read again out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scraper.archive.gap import Gap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scraper.archive.topic_state import PageState, TopicState


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What reconciling found.

    Attributes:
        gaps: differences from hard claims: page numbers, page ranges, totals.
        notes: differences from soft claims, which bbPress lets drift.
        stale: pages that no longer agree with the newest one, to be read again.
        expected: how many posts the topic has, as its pages say; None where they do not say.
    """

    gaps: tuple[Gap, ...]
    notes: tuple[str, ...]
    stale: tuple[PageState, ...]
    expected: int | None


def assess(state: TopicState) -> Assessment:
    """Reconcile a topic."""
    expected = _expected(state)
    gaps = tuple(_gaps(state, expected))
    stale = tuple(
        page
        for page in state.pages
        if (gaps and _is_stale(page, state)) or (state.astray and not page.is_fresh)
    )
    return Assessment(gaps=gaps, notes=tuple(_notes(state)), stale=stale, expected=expected)


def last_page_number(state: TopicState) -> int:
    """The topic's last page, as the newest page of it says; a page's further parts do not show the links."""
    whole = [page for page in state.pages if page.part == 1]
    return max(whole, key=lambda page: page.page_id).last_number if whole else 0


def _expected(state: TopicState) -> int | None:
    """The total that the newest page claims, in posts."""
    for page in sorted(state.pages, key=lambda page: page.page_id, reverse=True):
        if (
            page.claim is not None
            and page.claim.total is not None
            and page.claim.unit != "threads"
        ):
            opening = page.claim.unit == "replies" and state.has_opening
            return page.claim.total + opening
    return None


def _gaps(state: TopicState, expected: int | None) -> Iterator[Gap]:
    missing = list(_missing_pages(state))
    yield from missing
    yield from _cut_posts(state)
    yield from _short_pages(state)
    yield from _missing_threads(state)
    if expected is None or expected == state.have:
        return
    if state.have > expected:
        detail = f"The site counts {expected} posts, its pages show {state.have}."
        yield Gap(code="more-than-counted", detail=detail)
    else:
        lacking = expected - state.have
        detail = f"{lacking} of {expected} posts are missing; the pages that were read show {state.have}."
        yield Gap(code="posts-missing", detail=detail, missing=lacking)


def _missing_pages(state: TopicState) -> Iterator[Gap]:
    numbers = {page.number for page in state.pages}
    errors = {failed.number: failed.error for failed in state.failed if failed.part == 1}
    wanted = set(range(1, last_page_number(state) + 1)) | set(errors)
    for number in sorted(wanted - numbers):
        reason = f": {errors[number]}" if number in errors else "."
        yield Gap(code="page-missing", detail=f"Page {number} was not read{reason}")


def _cut_posts(state: TopicState) -> Iterator[Gap]:
    parts = {(page.number, page.part) for page in state.pages}
    errors = {(failed.number, failed.part): failed.error for failed in state.failed}
    for page in state.pages:
        for part in range(page.part + 1, page.last_part + 1):
            if (page.number, part) not in parts:
                reason = errors.get((page.number, part), "it was not asked for")
                yield Gap(
                    code="part-missing",
                    detail=f"Part {part} of page {page.number} was not read: {reason}",
                )
    for post_id in state.cut_posts:
        yield Gap(
            code="post-cut",
            detail=f"Post {post_id} is cut by a page break, and its rest was not found.",
        )


def _short_pages(state: TopicState) -> Iterator[Gap]:
    for number in sorted({page.number for page in state.pages}):
        parts = [page for page in state.pages if page.number == number]
        claimed = _claimed_here(parts)
        shown = sum(page.shown for page in parts)
        if claimed is not None and shown < claimed and len(parts) >= parts[-1].last_part:
            detail = f"Page {number} says that it shows {claimed} posts and shows {shown}."
            yield Gap(code="page-short", detail=detail, missing=claimed - shown)


def _claimed_here(parts: list[PageState]) -> int | None:
    for page in parts:
        claim = page.claim
        if claim is not None and claim.unit != "threads":
            if claim.first is not None and claim.last is not None:
                return claim.last - claim.first + 1
            return claim.count if claim.total is None else None
    return None


def _missing_threads(state: TopicState) -> Iterator[Gap]:
    for page in state.pages:
        if (
            page.claim is not None
            and page.claim.unit == "threads"
            and page.claim.count is not None
        ):
            lacking = page.claim.count - page.top_level
            if lacking > 0 and page.last_part == 1:
                detail = f"The page says that it shows {page.claim.count} threads of replies and shows {page.top_level}."
                yield Gap(code="threads-missing", detail=detail)


def _is_stale(page: PageState, state: TopicState) -> bool:
    """Whether a page contradicts the rest: its posts moved to another page, its total is an older one, or it is short."""
    newest = max(state.pages, key=lambda one: one.page_id)
    if page.kept < page.shown:
        return True
    if page.claim is None or newest.claim is None:
        return False
    is_short = (_claimed_here([page]) or 0) > page.shown and page.last_part == 1
    return is_short or page.claim.total != newest.claim.total


def _notes(state: TopicState) -> Iterator[str]:
    replies = state.have - state.has_opening
    if state.stated_replies is not None and state.stated_replies != replies:
        yield f"The topic's description counts {state.stated_replies} replies, its pages show {replies}."

"""Tell whether a page's markup is sound around its posts, so that what was read of a damaged page is not passed off as true."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from parsers.bbpress.candidate import TYPES
from parsers.bbpress.class_token import class_tokens
from parsers.bbpress.enclosure import Enclosure
from parsers.bbpress.list_balance import is_unbalanced
from parsers.bbpress.post_doubt import find_post_doubts
from parsers.bbpress.stray import find_stray
from parsers.records import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from parsers.bbpress.candidate import Candidate
    from parsers.bbpress.landmark import Landmarks
    from parsers.bbpress.part import Parts
    from parsers.document import Document
    from parsers.element import Element
    from parsers.records import CountClaim, ParsedPost

_POST_ID = re.compile(r"postid-[1-9]\d{0,17}$")
_HEADINGS = frozenset(("bbp-header", "bbp-footer"))
_HOLDERS = ("div", "td", "li", "tr", "article", "section")


def find_doubts(
    document: Document,
    marks: Landmarks,
    posts: Sequence[ParsedPost],
    *,
    is_threaded: bool,
    parts: Parts,
    claim: CountClaim | None,
) -> Iterator[Problem]:
    """What of a topic page speaks for damage: markup that does not close, bodies of no post, posts unlike the others.

    Args:
        document: the page.
        marks: its landmarks.
        posts: what was read of `marks.posts`.
        is_threaded: replies are nested.
        parts: the parts that the page is in: a later one has the number of a post that is not there on its frame.
        claim: what the page says of how many posts are on it.
    """
    is_part = parts.current > 1
    is_mended = any(problem.code == "lenient-reading" for problem in document.problems)
    is_uneven = not is_mended and is_unbalanced(
        document, marks, is_threaded=is_threaded, is_part=is_part, is_cut=parts.is_cut
    )
    if is_uneven or _is_swallowed(marks) or _is_of_another(document.root, marks):
        detail = "The markup between posts does not close what it opens; names or texts may be another's."
        yield Problem(code="broken-markup", detail=detail)
    if marks.posts and not is_part:
        yield from find_stray(document.root, marks)
    is_short = claim is not None and _is_short(claim, posts)
    yield from find_post_doubts(document.root, marks, posts, is_short=is_short)


def _is_swallowed(marks: Landmarks) -> bool:
    """Whether what was read as a post, or a part of one, is around what is not its own."""
    own = {one.element for one in marks.posts}
    lists = (*marks.wrappers, *(one for one in (marks.replies, marks.lead) if one is not None))
    around = (set(one.iterancestors()) for one in lists)
    if any(not own.isdisjoint(outer) for outer in around) or not own.isdisjoint(marks.wrappers):
        return True
    if _has_swallowing_body(marks, own):
        return True
    if _has_swallowing_head(marks) or any(map(_is_in_heading, marks.posts)):
        return True
    if marks.lead is not None and any(_is_misplaced(one, marks) for one in marks.posts):
        return True
    return any(_holds_itself(one) for one in marks.posts if not one.is_marked)


def _has_swallowing_body(marks: Landmarks, own: set[Element]) -> bool:
    """Whether a body that was left open took other posts in: what is numbered and classed as one, and was not read."""
    others = [
        one for one in marks.numbered if one not in own and not TYPES.isdisjoint(class_tokens(one))
    ]
    bodies = Enclosure({one.content for one in marks.posts}.__contains__)
    return any(map(bodies.encloses, others))


def _is_misplaced(one: Candidate, marks: Landmarks) -> bool:
    """Whether a reply lies in the list of the opening post."""
    lead = marks.lead
    return lead is not None and not one.is_opening and lead in one.element.iterancestors()


def _has_swallowing_head(marks: Landmarks) -> bool:
    """Whether a header holds the body of another post."""
    heads = {one.head: one.content for one in marks.posts if one.head is not None}
    # What lies in no header, nor is one: most posts lie in the same boxes.
    outside: set[Element] = set()
    for one in marks.posts:
        path: list[Element] = []
        outer = one.content.getparent() if one.content is not None else None
        while outer is not None and outer not in outside:
            if heads.get(outer, one.content) is not one.content:
                return True
            path.append(outer)
            outer = outer.getparent()
        if heads.keys().isdisjoint(path):
            outside.update(path)
    return False


def _is_of_another(root: Element, marks: Landmarks) -> bool:
    """Whether a page that is about one topic has only another one's list."""
    body = next(root.iterchildren("body"), None)
    classes = class_tokens(body) if body is not None else frozenset[str]()
    number = next((name for name in classes if _POST_ID.match(name)), None)
    is_known = "single-topic" in classes and number is not None and marks.topic_id is not None
    return is_known and number != f"postid-{marks.topic_id}"


def _is_short(claim: CountClaim, posts: Sequence[ParsedPost]) -> bool:
    """Whether a page says that it shows more posts than were read."""
    if claim.first is None or claim.last is None:
        return False
    return claim.last - claim.first + 1 > len(posts)


def _is_in_heading(one: Candidate) -> bool:
    """Whether a post's content lies in the row that heads or ends a list."""
    outer = one.content.getparent() if one.content is not None else None
    if outer is None:
        return False
    is_known = one.is_marked and outer is one.element
    return not _HEADINGS.isdisjoint(one.tokens if is_known else class_tokens(outer))


def _holds_itself(one: Candidate) -> bool:
    """Whether an element that carries a post's number has another one with it inside."""
    mark = f"post-{one.post_id}"
    return any(mark in class_tokens(inner) for inner in one.element.iterdescendants(*_HOLDERS))

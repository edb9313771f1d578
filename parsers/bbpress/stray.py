"""Find on a topic page what belongs to posts that were not read: bodies, numbers, and links to themselves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from parsers.bbpress.class_token import class_tokens, tokens_of
from parsers.bbpress.text import shown
from parsers.records import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.bbpress.landmark import Landmarks
    from parsers.element import Element

_CONTENT = frozenset(("bbp-reply-content", "bbp-topic-content"))
_HEADINGS = frozenset(("bbp-header", "bbp-footer"))
_HEADING_ROWS = frozenset(("thead", "tfoot"))
_NUMBERED = re.compile(r"post-0*([1-9]\d{0,17})$")
# bbPress prints the number 0 where a shortcode shows no post of its own.
_ANY_NUMBER = re.compile(r"post-(?:0+|[1-9]\d{0,17})$")
_FRAMES = frozenset(("aside", "nav", "footer"))
_FRAGMENT = re.compile(r"#post-0*([1-9]\d{0,17})$")
_HOLDERS = ("div", "td", "li", "tr", "article", "section")
# What in class names tells the place in a list.
_PLACING = re.compile(r"\b(?:odd|even|alt|first|last)\b|\S*\d\S*")
_DIGIT = re.compile(r"\d")


def find_stray(root: Element, marks: Landmarks) -> Iterator[Problem]:
    """Bodies and numbers of posts that no post was made of."""
    if _has_empty_box(marks):
        detail = (
            "The page has a box like those of its posts, and nothing that could be read in it."
        )
        yield Problem(code="unnumbered-post", detail=detail)
    own = {one.content.get("class") for one in marks.posts if one.content is not None}
    own -= {None, ""}
    known = {one.post_id for one in marks.posts} | set(marks.lost) | marks.hidden
    for element in _left_over(root, marks, own):
        match = _NUMBERED.match(element.get("id") or "")
        if match is not None and int(match[1]) not in known:
            known.add(int(match[1]))
            detail = "The page has the post's number, but nothing that could be read under it."
            yield Problem(code="lost-post", detail=detail, post_id=int(match[1]))
        elif _is_content(element, own) and not _is_accounted_for(element):
            detail = "The page has a post's text that no post's number goes with; it was not read."
            yield Problem(code="unnumbered-post", detail=detail)
    for number in _linked(root, marks, known):
        known.add(number)
        detail = "The page has a link to the post's own place, and the post was not found there."
        yield Problem(code="lost-post", detail=detail, post_id=number)


def _has_empty_box(marks: Landmarks) -> bool:
    """Whether there is a box with text among those that hold one post each, and looks like them, and holds none.

    Where the list holds no post at all, any box in it that is no heading is one.
    """
    boxes = {_box_in(marks.replies, one.element) for one in marks.posts} - {None}
    if marks.replies is None or marks.hidden or 0 < len(boxes) < len(marks.posts):
        return False
    others = [box for box in marks.replies if isinstance(box.tag, str) and box not in boxes]
    if not others:
        return False
    kinds = {_kind(box) for box in boxes if box is not None}
    return any(
        (_kind(box) in kinds if boxes else _HEADINGS.isdisjoint(class_tokens(box)))
        and "".join(box.itertext()).strip()
        for box in others
    )


def _box_in(outer: Element | None, inner: Element) -> Element | None:
    """The child of an element that another lies in."""
    step: Element | None = inner
    while step is not None and step.getparent() is not outer:
        step = step.getparent()
    return step


def _kind(box: Element) -> tuple[object, str]:
    return box.tag, _PLACING.sub("", box.get("class") or "").strip()


def _linked(root: Element, marks: Landmarks, known: set[int]) -> Iterator[int]:
    """The numbers that posts' links to themselves have: marked as such anywhere, by what they show between the posts.

    Args:
        root: the page.
        marks: its landmarks.
        known: numbers that are none of these, also those that come to it meanwhile.
    """
    contents = {one.content for one in marks.posts}
    lists = {marks.replies, marks.posts[0].element.getparent()} - {None}
    for link in root.iter("a"):
        href = link.get("href")
        match = _FRAGMENT.search(href) if href is not None and "#post-" in href else None
        if match is None or int(match[1]) in known:
            continue
        outer = set(link.iterancestors())
        is_marked = "permalink" in (link.get("class") or "")
        is_beside = not lists.isdisjoint(outer) and _DIGIT.search(shown(link))
        if (is_marked or is_beside) and contents.isdisjoint(outer):
            yield int(match[1])


def _left_over(root: Element, marks: Landmarks, own: set[str | None]) -> Iterator[Element]:
    """What may be a post's and is neither in a post's body nor around posts, nor in a widget."""
    known = {part for one in marks.posts for part in (one.content, one.element, one.head)}
    boxes = {box for one in marks.posts if (box := one.element.getparent()) is not None}
    around = boxes.union(*(box.iterancestors() for box in boxes))
    beside = [one for one in _marked(marks, own) if one not in known and one not in around]
    if not any(map(_is_open, beside)):
        return
    contents = {one.content for one in marks.posts}
    frames = {frame for frame in (*marks.wrappers, marks.replies) if frame is not None}
    is_past, last = False, marks.posts[-1].element
    for element in root.iter(*_HOLDERS):
        is_past = is_past or element is marks.posts[-1].element
        identity, classes = element.get("id") or "", element.get("class") or ""
        is_marked = identity.startswith("post-") or "-content" in classes or classes in own
        if not is_marked or element in around or element in known:
            continue
        outer = list(element.iterancestors())
        is_below = is_past and frames.isdisjoint(outer) and not _is_beside(element, last)
        if contents.isdisjoint(outer) and not is_below and not any(map(_is_of_site, outer)):
            yield element


def _marked(marks: Landmarks, own: set[str | None]) -> Iterator[Element]:
    """What has a post's number or is called a body, wherever it is."""
    yield from marks.numbered
    for classes, elements in marks.classed.items():
        is_named = "-content" in classes and not _CONTENT.isdisjoint(tokens_of(classes))
        if is_named or classes in own:
            yield from elements


def _is_open(element: Element) -> bool:
    """Whether nothing tells yet what an element is: it has a number, or it is called a body and not accounted for."""
    return "post-" in (element.get("id") or "") or not _is_accounted_for(element)


def _is_beside(element: Element, last: Element) -> bool:
    """Whether an element may be the post that comes next, where nothing holds the list together."""
    return element.getparent() is last.getparent() and element.tag == last.tag


def _is_content(element: Element, own: set[str | None]) -> bool:
    """Whether an element is called a body, or what those of the posts that were read are called."""
    return element.get("class") in own or not _CONTENT.isdisjoint(class_tokens(element))


def _is_of_site(element: Element) -> bool:
    classes = element.get("class") or ""
    return element.tag in _FRAMES or (
        element.tag != "body" and ("widget" in classes or "sidebar" in classes)
    )


def _is_accounted_for(element: Element) -> bool:
    """Whether a body is a column's heading, or one of a post that has a number: shown twice, or another topic's."""
    for outer in element.iterancestors():
        tokens = class_tokens(outer)
        if (
            outer.tag in _HEADING_ROWS
            or not _HEADINGS.isdisjoint(tokens)
            or any(map(_ANY_NUMBER.match, tokens))
        ):
            return outer.tag not in {"article", "body"}
    return False

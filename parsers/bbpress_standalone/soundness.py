"""Tell whether the markup around the posts of stand-alone bbPress is sound, so that what a damaged page seems to say is doubted."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from parsers.bbpress.class_token import class_tokens
from parsers.bbpress.enclosure import Enclosure
from parsers.bbpress.tag_balance import balance, bare_markup, tags_in
from parsers.bbpress.text import shown
from parsers.records import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from parsers.bbpress_standalone.item import Item
    from parsers.bbpress_standalone.landmark import Landmarks
    from parsers.document import Document
    from parsers.element import Element
    from parsers.records import ParsedPost

_MARK = re.compile(rb"""<[a-z]+\s[^<>]*\bid=["']?post-0*([1-9]\d{0,17})["'\s>]""")
_LINK = re.compile(r"#post-0*([1-9]\d{0,17})$")
# Who writes about markup may write this, in a post that has its own number where it belongs.
_IN_NO_BODY = re.compile(r'class="(?:thread(?:author|post)|poststuff|post)"')
_NUMBER = re.compile(r"post-0*([1-9]\d{0,17})$")
# What posts are called that only moderators see.
_HIDDEN = frozenset(("deleted", "spam", "bozo"))
_BOXES = ("div", "table", "td", "tr", "ol", "ul", "li", "span", "a")
_EVEN = (0,) * len(_BOXES)
# The end tag of an item may be left out.
_ITEM_LEFT_OPEN = tuple(int(tag == "li") for tag in _BOXES)
_FEW = 3


def find_doubts(
    document: Document, marks: Landmarks, posts: Sequence[ParsedPost], *, is_torn: bool
) -> Iterator[Problem]:
    """What of a topic page speaks for damage: markup that does not close, bodies of no post, posts unlike the others."""
    if not is_torn and _is_broken(document, marks):
        detail = "The markup between posts does not close what it opens; names or texts may be another's."
        yield Problem(code="broken-markup", detail=detail)
    yield from _stray(document.root, marks)
    yield from _unlike(marks, posts)


def _is_broken(document: Document, marks: Landmarks) -> bool:
    if any(problem.code == "lenient-reading" for problem in document.problems):
        return False
    if marks.cells not in {0, len(marks.items) + marks.hidden}:
        return True
    if len({item.cell is None for item in marks.items}) > 1:
        return True  # one's author may have been taken for the next one's
    return any(map(_is_mixed, marks.items)) or _is_unbalanced(document, marks)


def _is_mixed(item: Item) -> bool:
    """Whether the author's cell holds the post."""
    return item.cell is not None and item.cell in item.post.iterancestors()


def _is_unbalanced(document: Document, marks: Landmarks) -> bool:
    """Whether what opens from one post to the next is not closed there, or the other way round."""
    body = bare_markup(document)
    places = _places(body, marks)
    if len(places) < len(marks.items) + marks.hidden or not places:
        return False
    steps = [balance(tags_in(body, start, end), _BOXES) for start, end in pairwise(places)]
    usual = Counter(steps).most_common(1)[0][0] if len(steps) >= _FEW else _EVEN
    if any(one not in {usual, _ITEM_LEFT_OPEN} for one in steps):
        return True
    if marks.thread is None:
        return False
    ends = re.compile(f"</{marks.thread.tag!s}".encode()).finditer(body, places[-1])
    allowed = {usual, _EVEN, _ITEM_LEFT_OPEN}
    last = places[-1]
    return all(balance(tags_in(body, last, end.start()), _BOXES) not in allowed for end in ends)


def _places(body: bytes, marks: Landmarks) -> list[int]:
    """Where the elements with the numbers of posts begin."""
    wanted = {item.number for item in marks.items}
    found: dict[int, int] = {}
    for match in _MARK.finditer(body):
        if int(match[1]) in wanted:
            found.setdefault(int(match[1]), match.start())
    return sorted(found.values())


def _stray(root: Element, marks: Landmarks) -> Iterator[Problem]:
    """Posts that are on the page and were not read."""
    known = {item.number for item in marks.items} | set(marks.lost)
    for number in marks.stray:
        if number not in known:
            known.add(number)
            yield _unread(number)
    for number in (*_numbered(root, marks), *_linked(root, marks)):
        if number not in known:
            known.add(number)
            yield _unread(number)


def _unread(number: int) -> Problem:
    if not number:
        detail = "The page has a post's text that no post's number goes with; it was not read."
        return Problem(code="unnumbered-post", detail=detail)
    detail = "The page has the post's number, but nothing that could be read under it."
    return Problem(code="lost-post", detail=detail, post_id=number)


def _numbered(root: Element, marks: Landmarks) -> Iterator[int]:
    """The numbers of elements that neither are in posts nor hold any."""
    holders = {outer for item in marks.items for outer in item.post.iterancestors()}
    frames = Enclosure(_is_of_site)
    for element in root.iter("li", "tr", "div"):
        match = _NUMBER.match(element.get("id") or "")
        if match is None or element in holders or _is_hidden(element):
            continue
        if not (marks.contents.encloses(element) or frames.encloses(element)):
            yield int(match[1])


def _is_of_site(element: Element) -> bool:
    """Whether an element is a side bar or a widget, whose posts are a blog's."""
    classes = element.get("class") or ""
    is_named = element.tag != "body" and ("widget" in classes or "sidebar" in classes)
    return element.tag in {"aside", "nav"} or is_named


def _linked(root: Element, marks: Landmarks) -> Iterator[int]:
    """The numbers that posts' links to themselves have, in the lines under posts."""
    for line in root.iter("div", "p", "td", "li", "span"):
        if "poststuff" not in class_tokens(line) or marks.contents.encloses(line):
            continue
        if any(map(_is_hidden, line.iterancestors("li", "tr"))):
            continue
        for link in line.iter("a"):
            match = _LINK.search(link.get("href") or "")
            if match is not None:
                yield int(match[1])


def _is_hidden(element: Element) -> bool:
    return not _HIDDEN.isdisjoint(class_tokens(element))


def _unlike(marks: Landmarks, posts: Sequence[ParsedPost]) -> Iterator[Problem]:
    """Posts that lack what most of the others have of the things that every post has here."""
    signs = [_signs(item, post) for item, post in zip(marks.items, posts, strict=True)]
    most = [sum(has) * 2 > len(signs) for has in zip(*signs, strict=True)]
    for item, post, own in zip(marks.items, posts, signs, strict=True):
        if _has_more_in_name(item, post.author.name):
            detail = "The author's name has the words of a link in it, and more."
            yield Problem(code="broken-markup", detail=detail, post_id=post.post_id)
        if (post.url is None or not own[-1]) and _IN_NO_BODY.search(post.body_html):
            detail = "The post's body has in it what the page shows of other posts."
            yield Problem(code="broken-markup", detail=detail, post_id=post.post_id)
        is_named_elsewhere = bool(post.author.name and not _bold_in(item))
        is_boxless = item.content is item.post and any(
            other.content is not other.post for other in marks.items
        )
        is_odd = is_boxless or any(usual and not has for usual, has in zip(most, own, strict=True))
        if is_odd or (is_named_elsewhere and any(map(_bold_in, marks.items))):
            detail = "The post lacks the header, the link or the marks that the others have; it may be another's in part."
            yield Problem(code="unlike-others", detail=detail, post_id=post.post_id)


def _signs(item: Item, post: ParsedPost) -> tuple[bool, ...]:
    """Whether a post has a box for its body, a link to itself, and its number on the element that holds it."""
    is_named = _NUMBER.match(item.element.get("id") or "") is not None
    return (item.content is not item.post, post.url is not None, is_named)


def _has_more_in_name(item: Item, name: str) -> bool:
    """Whether what was read as a name ends with a link that is no name of its own: an author's title, run into it."""
    words = (shown(link) for bold in _bold_in(item) for link in bold.iter("a"))
    return any(one and one != name and name.endswith(one) for one in words)


def _bold_in(item: Item) -> list[Element]:
    """What is in bold beside a post, as names are."""
    cell = item.cell.iter("strong", "b") if item.cell is not None else ()
    return [one for one in cell if shown(one)]

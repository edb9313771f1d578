"""Tell whether a page's markup is sound around its posts, so that what was read of a damaged page is not passed off as true."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from parsers.bbpress.class_token import class_tokens
from parsers.bbpress.tag_balance import FLAT_TAGS, Markup
from parsers.bbpress.text import shown
from parsers.document import decode_with
from parsers.records import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from parsers.bbpress.candidate import Candidate
    from parsers.bbpress.landmark import Landmarks
    from parsers.document import Document
    from parsers.element import Element
    from parsers.records import ParsedPost

_MARK = re.compile(rb"""post-(?<=["'\s=]post-)0{0,9}([1-9]\d{0,17})["'\s>]""")
_NOT_MARKUP = re.compile(rb"<(script|style|textarea)\b.*?</\1\s*>", re.DOTALL)
_MAY_BE_NO_MARKUP = re.compile(rb"<(?:script|style|textarea)")
# What lies in the list alone, so that nothing around it is closed by the same name.
_OF_LISTS = frozenset(("li", "tr", "td"))
_NESTED_TAGS = ("div", "table", "td", "tr", "article", "section", "span", "a")
_HEAD_ID = re.compile(r"""<[a-z]+\s[^<>]*id="post-(\d{1,18})"[^<>]*>""")
# The list in a box of attachments, which is cut off as a whole.
_ADD_ON = "d4p-bbp-listing"
_LISTS = ("ul", "ol")
_BOXES = ("div",)
_FEW = 3
# What the forum prints after its last post.
_END = re.compile(
    rb"""[\s"'=](?:bbp-footer|bbp-pagination|bbp-no-reply|bbp-reply-form|(?:no|new)-reply-\d)"""
)
_LIST_START = re.compile(rb"""topic-\d{1,18}-replies[\s"'>]""")
_AUTHOR = frozenset(("bbp-reply-author", "bbp-topic-author"))
_CONTENT = frozenset(("bbp-reply-content", "bbp-topic-content"))
_HEADINGS = frozenset(("bbp-header", "bbp-footer"))
_HEADING_ROWS = frozenset(("thead", "tfoot"))
_NUMBERED = re.compile(r"post-0*([1-9]\d{0,17})$")
# bbPress prints the number 0 where a shortcode shows no post of its own.
_ANY_NUMBER = re.compile(r"post-(?:0+|[1-9]\d{0,17})$")
_FRAMES = frozenset(("aside", "nav", "footer"))
_FRAGMENT = re.compile(r"#post-0*([1-9]\d{0,17})$")
_SHOWN = re.compile(
    r"<(?:img|iframe|video|audio|object|embed|svg|a|canvas|input)\b", re.IGNORECASE
)
_HOLDERS = ("div", "td", "li", "tr", "article", "section")


def find_doubts(
    document: Document,
    marks: Landmarks,
    posts: Sequence[ParsedPost],
    *,
    is_threaded: bool,
    is_part: bool,
) -> Iterator[Problem]:
    """What of a topic page speaks for damage: markup that does not close, bodies of no post, posts unlike the others.

    Args:
        document: the page.
        marks: its landmarks.
        posts: what was read of `marks.posts`.
        is_threaded: replies are nested.
        is_part: the page goes on where another part of it ends, so its frame has the number of a post that is not here.
    """
    is_mended = any(problem.code == "lenient-reading" for problem in document.problems)
    is_uneven = not (is_part or is_mended) and _is_unbalanced(
        document, marks, is_threaded=is_threaded
    )
    if is_uneven or _is_swallowed(marks):
        detail = "The markup between posts does not close what it opens; names or texts may be another's."
        yield Problem(code="broken-markup", detail=detail)
    if marks.posts and not is_part:
        yield from _stray(document.root, marks)
    yield from _unlike(marks, posts)
    yield from _misnamed(document.root, posts)


def _is_swallowed(marks: Landmarks) -> bool:
    """Whether what was read as a post is around the whole list: a frame of the theme's took a post's place."""
    own = {one.element for one in marks.posts}
    contents = {one.content for one in marks.posts}
    lists = (*marks.wrappers, *(one for one in (marks.replies, marks.lead) if one is not None))
    around = (set(one.iterancestors()) for one in lists)
    if any(contents.isdisjoint(outer) and not own.isdisjoint(outer) for outer in around):
        return True
    if any(_is_in_heading(one.content) for one in marks.posts if one.content is not None):
        return True
    return any(_holds_itself(one) for one in marks.posts if not one.is_marked)


def _is_in_heading(element: Element) -> bool:
    """Whether an element lies in the row that heads or ends a list."""
    outer = element.getparent()
    return outer is not None and not _HEADINGS.isdisjoint(class_tokens(outer))


def _holds_itself(one: Candidate) -> bool:
    """Whether an element that carries a post's number has another one with it inside."""
    mark = f"post-{one.post_id}"
    return any(mark in class_tokens(inner) for inner in one.element.iterdescendants(*_HOLDERS))


def _is_unbalanced(document: Document, marks: Landmarks, *, is_threaded: bool) -> bool:
    """Whether what opens from one post to the next is not closed there, or the other way round."""
    body = _bytes_of(document)
    pairs = _places(body, marks)
    if not pairs:
        return False
    is_headless = marks.replies is None and marks.lead is None
    if is_headless and b"bbp-footer" in body:
        return True
    markup = Markup(body)
    tags = _NESTED_TAGS if is_threaded else _counted(markup)
    places = [place for _, place in pairs]
    if not _are_even(markup, places, tags) or not _is_opened(markup, places[0], marks, tags):
        return True
    if marks.lead is None and not _are_heads_even(markup, pairs):
        return True
    ends = _ends(body, places[-1])
    if not ends:
        items = tuple(tag for tag in tags if tag in _OF_LISTS)
        due = _due(marks, _in_list(marks)[-1], items)
        return due is not None and markup.balance(places[-1], len(body), items) != due
    return not any(
        _is_closed(markup, (places[0], places[-1], end), marks, tags, is_threaded=is_threaded)
        for end in ends
    )


def _are_even(markup: Markup, places: list[int], tags: tuple[str, ...]) -> bool:
    """Whether as much opens as closes from each post to the next; a theme may leave something open in all of them."""
    steps = len(places) - 1
    whole = markup.balance(places[0], places[-1], tags)
    if any(count and (steps < _FEW or count % steps) for count in whole):
        return False
    # What most of a page's markup is made of is counted from post to post.
    boxes = [markup.balance(start, end, _BOXES) for start, end in pairwise(places)]
    usual = Counter(boxes).most_common(1)[0][0] if steps >= _FEW else (0,)
    return all(one == usual for one in boxes)


def _is_opened(markup: Markup, first: int, marks: Landmarks, tags: tuple[str, ...]) -> bool:
    """Whether nothing but what the first post lies in is open between the beginning of the list and it."""
    due = _due(marks, _in_list(marks)[0], tags)
    marked = [found.start() for found in _LIST_START.finditer(markup.body, 0, first)]
    starts = [markup.body.rfind(b"<", 0, place) for place in marked]
    if due is None or marks.replies is None or not starts:
        return True
    own = str(marks.replies.tag)
    expected = tuple((tag == own) - most for tag, most in zip(tags, due, strict=True))
    return markup.balance(starts[-1], first, tags) == expected


def _ends(body: bytes, start: int) -> list[tuple[int, bool]]:
    """Where the list may end, and whether with its last row; else at what follows it. A post may hold what looks the same."""
    found = [
        (body.rfind(b"<", start, end.start()), b"bbp-footer" in end[0])
        for end in _END.finditer(body, start)
    ]
    return [end for end in found if end[1]] or [end for end in found if end[0] > start]


def _is_closed(
    markup: Markup,
    span: tuple[int, int, tuple[int, bool]],
    marks: Landmarks,
    tags: tuple[str, ...],
    *,
    is_threaded: bool,
) -> bool:
    """Whether the last post, and a thread's lists, are closed where the list of posts ends."""
    first, last, (end, is_footer) = span
    balance = markup.balance(last, end, tags)
    due = _due(marks, _in_list(marks)[-1], tags)
    if not is_footer or due is None:
        # What more is closed there is what lies around the list.
        least = due or (0,) * len(tags)
        own = str(marks.replies.tag) if marks.replies is not None else ""
        return all(
            found == most - (tag == own)
            if tag in _OF_LISTS and due
            else found <= most - (tag == own)
            for found, most, tag in zip(balance, least, tags, strict=True)
        )
    nested = markup.balance(first, end, _LISTS) if is_threaded else None
    return balance == due and nested in {None, _due(marks, _in_list(marks)[0], _LISTS)}


def _bytes_of(document: Document) -> bytes:
    """The page's bytes in lower case, without comments and scripts; tags are ASCII in all encodings but the wide ones."""
    body = document.page.body
    if document.encoding.startswith("utf-16"):
        body = decode_with(body, document.encoding).encode("utf-8", "replace")
    first, *others = body.lower().split(b"<!--")
    markup = b"".join((first, *(other.partition(b"-->")[2] for other in others)))
    return _NOT_MARKUP.sub(b"", markup) if _MAY_BE_NO_MARKUP.search(markup) else markup


def _due(marks: Landmarks, one: Candidate, tags: tuple[str, ...]) -> tuple[int, ...] | None:
    """What more closes than opens between a post and the list's last row: all that the post lies in."""
    if marks.replies is None:
        return None
    head = one.head
    is_inside = head is not None and one.element in head.iterancestors()
    marked = head if head is not None and is_inside else one.element
    counts: Counter[str] = Counter()
    for outer in marked.iterancestors():
        if outer is marks.replies:
            return tuple(-counts[tag] for tag in tags)
        counts[str(outer.tag)] += 1
    return None


def _are_heads_even(markup: Markup, pairs: list[tuple[int, int]]) -> bool:
    """Whether all that stands between the two marks with a post's number opens and closes the same."""
    if all(head == place for head, place in pairs[1:]):
        return True
    kinds = {markup.balance(head, place, _BOXES) for head, place in pairs if head != place}
    return len(kinds) == 1


def _counted(markup: Markup) -> tuple[str, ...]:
    """The names of elements that are closed as often as opened: small pages leave out end tags that HTML does not need."""
    counts = {tag: markup.counts(tag) for tag in _OF_LISTS}
    left_out = {tag for tag, (closed, opened) in counts.items() if closed * 5 < opened * 4}
    return tuple(tag for tag in FLAT_TAGS if tag not in left_out)


def _in_list(marks: Landmarks) -> list[Candidate]:
    """The posts in the list of replies; a theme may show the opening post elsewhere."""
    replies = marks.replies
    if replies is None:
        return list(marks.posts)
    return [one for one in marks.posts if replies in one.element.iterancestors()]


def _places(body: bytes, marks: Landmarks) -> list[tuple[int, int]]:
    """For each post, where the last element with its number begins before the next post, and before that the last but one."""
    found: dict[int, list[int]] = {one.post_id: [] for one in _in_list(marks)}
    for match in _MARK.finditer(body):
        if int(match[1]) in found:
            tag = body.rfind(b"<", 0, match.start())
            if body.find(b">", tag, match.start()) < 0:
                found[int(match[1])].append(tag)
    places: list[tuple[int, int]] = []
    following = len(body)
    for occurrences in reversed(found.values()):
        own = [place for place in occurrences if place < following]
        if own:
            places.append((own[-2] if len(own) > 1 else own[-1], own[-1]))
            following = places[-1][0]
    return places[::-1]


def _stray(root: Element, marks: Landmarks) -> Iterator[Problem]:
    """Bodies and numbers of posts that no post was made of."""
    known = {one.post_id for one in marks.posts} | set(marks.lost) | marks.hidden
    for element in _left_over(root, marks):
        match = _NUMBERED.match(element.get("id") or "")
        if match is not None and int(match[1]) not in known:
            known.add(int(match[1]))
            detail = "The page has the post's number, but nothing that could be read under it."
            yield Problem(code="lost-post", detail=detail, post_id=int(match[1]))
        elif not _CONTENT.isdisjoint(class_tokens(element)) and not _is_accounted_for(element):
            detail = "The page has a post's text that no post's number goes with; it was not read."
            yield Problem(code="unnumbered-post", detail=detail)
    for number in _linked(root, marks):
        if number not in known:
            known.add(number)
            detail = (
                "The page has a link to the post's own place, and the post was not found there."
            )
            yield Problem(code="lost-post", detail=detail, post_id=number)


def _linked(root: Element, marks: Landmarks) -> Iterator[int]:
    """The numbers that posts' links to themselves have."""
    contents = {one.content for one in marks.posts}
    for link in root.iter("a"):
        match = _FRAGMENT.search(link.get("href") or "")
        is_permalink = match is not None and "-permalink" in (link.get("class") or "")
        if match is not None and is_permalink and contents.isdisjoint(link.iterancestors()):
            yield int(match[1])


def _left_over(root: Element, marks: Landmarks) -> Iterator[Element]:
    """What may be a post's and is neither in a post's body nor around posts, nor in a widget."""
    contents = {one.content for one in marks.posts}
    known = contents | {one.element for one in marks.posts} | {one.head for one in marks.posts}
    around = {outer for one in marks.posts for outer in one.element.iterancestors()}
    frames = {frame for frame in (*marks.wrappers, marks.replies) if frame is not None}
    is_past = False
    for element in root.iter(*_HOLDERS):
        is_past = is_past or element is marks.posts[-1].element
        identity, classes = element.get("id") or "", element.get("class") or ""
        is_marked = identity.startswith("post-") or "-content" in classes
        if not is_marked or element in around or element in known:
            continue
        outer = list(element.iterancestors())
        is_below = is_past and frames.isdisjoint(outer)
        if contents.isdisjoint(outer) and not is_below and not any(map(_is_of_site, outer)):
            yield element


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


def _unlike(marks: Landmarks, posts: Sequence[ParsedPost]) -> Iterator[Problem]:
    """Posts that lack the link to themselves, or the header, that the others have."""
    linked = sum(post.url is not None for post in posts)
    headed = sum(one.head is not None for one in marks.posts)
    are_marked = any(one.is_marked for one in marks.posts)
    in_list = set(_in_list(marks))
    for post, one in zip(posts, marks.posts, strict=True):
        if not marks.is_closed and _has_other_head(post):
            detail = "The post's body has another post's header in it."
            yield Problem(code="broken-markup", detail=detail, post_id=post.post_id)
        is_empty = not post.body_text and not _SHOWN.search(post.body_html)
        is_usual = one.usual is not None and (
            one.head is None or one.usual not in one.head.iterancestors()
        )
        if f"revision-log-{post.post_id}" in post.body_html or _ADD_ON in post.body_html:
            detail = "The post's body has a part of its revision log or of its attachments in it."
            yield Problem(code="broken-markup", detail=detail, post_id=post.post_id)
        if is_empty and not is_usual and not post.is_cut:
            detail = "There is nothing in the post's body."
            yield Problem(code="empty-body", detail=detail, post_id=post.post_id)
        lacks_link = post.url is None and linked * 2 >= len(posts)
        lacks_head = one.head is None and headed * 2 > len(posts)
        lacks_mark = are_marked and not one.is_marked
        if one in in_list and (lacks_link or lacks_head or lacks_mark):
            detail = "The post lacks the header, the link or the marks that the others have; it may be another's in part."
            yield Problem(code="unlike-others", detail=detail, post_id=post.post_id)


def _misnamed(root: Element, posts: Sequence[ParsedPost]) -> Iterator[Problem]:
    """Posts in whose author's place stands a date or the heading of the column."""
    headings = {
        shown(cell)
        for row in root.iter("li", "thead", "tfoot")
        if row.tag in _HEADING_ROWS or not _HEADINGS.isdisjoint(class_tokens(row))
        for cell in row.iterdescendants("div", "th", "td")
        if not _AUTHOR.isdisjoint(class_tokens(cell))
    }
    for post in posts:
        if post.author.name and post.author.name in {*headings, post.published_text}:
            detail = "What stands in the place of the author's name is the heading of a column, or the date."
            yield Problem(code="no-author", detail=detail, post_id=post.post_id)


def _has_other_head(post: ParsedPost) -> bool:
    """Whether a body holds the header of another post: it was left open, or somebody quotes markup."""
    if "bbp-reply-header" not in post.body_html:
        return False
    return any(int(number) != post.post_id for number in _HEAD_ID.findall(post.body_html))

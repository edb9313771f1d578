"""Tell from a page's bytes whether its posts close what they open, each as the others do, and the list after them."""

from __future__ import annotations

import re
from collections import Counter
from itertools import chain, pairwise
from typing import TYPE_CHECKING, NamedTuple

from parsers.bbpress.tag_balance import FLAT_TAGS, balance, bare_markup, tags_in
from parsers.redaction import HIDDEN_POST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.bbpress.candidate import Candidate
    from parsers.bbpress.landmark import Landmarks
    from parsers.document import Document
    from parsers.element import Element

_MARK = re.compile(rb"""post-(?<=["'\s=]post-)0{0,9}([1-9]\d{0,17})["'\s>]""")
# What lies in the list alone, so that nothing around it is closed by the same name.
_OF_LISTS = frozenset(("li", "tr", "td"))
_ITEM = re.compile(rb"<(/?(?:li|tr|td))[\s>]")
_NESTED_TAGS = ("div", "table", "td", "tr", "article", "section", "span", "a", "blockquote")
_LISTS = ("ul", "ol")
_BOXES = ("div",)
_FEW = 3
# What the forum prints after its last post.
# Patterns begin with what is literal: others are tried at every byte.
_ENDS = (
    re.compile(rb"""bbp-(?<=[\s"'=]bbp-)(?:footer|pagination|no-reply|reply-form)"""),
    re.compile(rb"""-reply-(?:(?<=[\s"'=]no-reply-)|(?<=[\s"'=]new-reply-))\d"""),
)
_LIST_START = re.compile(rb"""topic-\d{1,18}-replies[\s"'>]""")
# The labels of end tags and the names of a post's parts, without what differs from post to post.
_LABEL = re.compile(
    rb"</(?:div|li|ul|tr|td|table)>\s{0,9}<!--\s?[.#](?:bbp-)?(?:reply|topic)?(-?[a-z]*)"
)
_PART = re.compile(
    rb"""bbp-(?<=["'\s=]bbp-)(meta|(?:reply|topic)-(?:header|author|content))["'\s>]"""
)
_OF_TOPICS = {b"topic-" + part: b"reply-" + part for part in (b"header", b"author", b"content")}
# Those that a post has in every theme that has them at all; beside its header, and in it.
_BESIDE_HEAD = frozenset((b"reply-author", b"reply-content", b"</", b"</-author", b"</-content"))
_LABELS = (b"</-author", b"</-content", b"</")
_OF_POSTS = _BESIDE_HEAD | {b"meta", b"reply-header", b"</meta", b"</post"}


class _Post(NamedTuple):
    """Where a post is in the bytes.

    Attributes:
        head: where the last but one element with its number begins, its header as a rule; else the same as `place`.
        place: where the last one begins.
    """

    head: int
    place: int


class _Stretches(NamedTuple):
    """A list of posts, cut where they begin.

    Attributes:
        body: the page's markup.
        listed: the posts in the list.
        posts: where each begins.
        heads: how many boxes more each opens than it closes from its head to its place.
        rests: the same from its place to the next one's head; of all but the last.
        between: how many there are of each tag from the first post's place to the last one's.
        ends: where the list may end, and whether with its last row.
    """

    body: bytes
    listed: list[Candidate]
    posts: list[_Post]
    heads: list[int]
    rests: list[int]
    between: Counter[bytes]
    ends: list[tuple[int, bool]]

    @classmethod
    def of(cls, body: bytes, listed: list[Candidate], posts: list[_Post]) -> _Stretches:
        """Cut a page's markup."""
        heads = [tags_in(body, one.head, one.place) for one in posts]
        rests = [tags_in(body, one.place, other.head) for one, other in pairwise(posts)]
        return cls(
            body,
            listed,
            posts,
            heads=[_boxes_in(tags) for tags in heads],
            rests=[_boxes_in(tags) for tags in rests],
            between=Counter(chain(*heads[1:], *rests)),
            ends=_ends(body, posts[-1].place),
        )

    def to(self, end: int) -> list[bytes]:
        """The tags from the last post's place on."""
        return tags_in(self.body, self.posts[-1].place, end)


def is_unbalanced(
    document: Document, marks: Landmarks, *, is_threaded: bool, is_part: bool, is_cut: bool
) -> bool:
    """Whether what opens from one post to the next is not closed there, or the other way round.

    Args:
        document: the page.
        marks: its landmarks.
        is_threaded: replies are nested.
        is_part: the page begins in the midst of a post, so nothing tells what is open before its first.
        is_cut: the page breaks in the midst of its last post, so nothing tells where that one ends.
    """
    body = bare_markup(document)
    listed = _in_list(marks)
    posts = _places(body, listed)
    if not posts:
        return (
            not is_part
            and marks.replies is not None
            and not all(one.is_opening for one in marks.posts)
        )
    is_headless = marks.replies is None and marks.lead is None
    if is_headless and not is_part and b"bbp-footer" in body:
        return True
    stretches = _Stretches.of(body, listed, posts)
    tags = _NESTED_TAGS if is_threaded else _counted(body)
    if HIDDEN_POST in document.page.body:  # the end of its item may have been cut out with it
        tags = tuple(tag for tag in tags if tag not in _OF_LISTS)
    if not (
        _are_even(stretches, tags)
        and (is_part or _is_opened(stretches, marks, tags))
        and (marks.lead is not None or _are_heads_even(stretches))
        and _are_alike(stretches, is_cut=is_cut)
    ):
        return True
    return not is_cut and not _is_ended(stretches, marks, tags, is_threaded=is_threaded)


def _in_list(marks: Landmarks) -> list[Candidate]:
    """The posts in the list of replies; a theme may show the opening post elsewhere."""
    replies = marks.replies
    if replies is None:
        return list(marks.posts)
    # Most lists have all posts in one box.
    boxes = {one.element.getparent() for one in marks.posts}
    inside = {box for box in boxes if box is replies or _is_in(box, replies)}
    return [one for one in marks.posts if one.element.getparent() in inside]


def _is_in(element: Element | None, outer: Element) -> bool:
    return element is not None and outer in element.iterancestors()


def _places(body: bytes, listed: list[Candidate]) -> list[_Post]:
    """For each post, where the last element with its number begins before the next post, and before that the last but one."""
    found: dict[bytes, list[int]] = {b"%d" % one.post_id: [] for one in listed}
    for match in _MARK.finditer(body):
        own = found.get(match[1])
        if own is not None:
            tag = body.rfind(b"<", 0, match.start())
            if body.find(b">", tag, match.start()) < 0:
                own.append(tag)
    places: list[_Post] = []
    following = len(body)
    for occurrences in reversed(found.values()):
        own = [place for place in occurrences if place < following]
        if own:
            places.append(_Post(own[-2] if len(own) > 1 else own[-1], own[-1]))
            following = places[-1].head
    return places[::-1]


def _counted(body: bytes) -> tuple[str, ...]:
    """The names of elements that are closed as often as opened: small pages leave out end tags that HTML does not need."""
    count = _ITEM.findall(body).count
    left_out = {tag for tag in _OF_LISTS if count(f"/{tag}".encode()) * 2 < count(tag.encode())}
    return tuple(tag for tag in FLAT_TAGS if tag not in left_out)


def _are_even(stretches: _Stretches, tags: tuple[str, ...]) -> bool:
    """Whether as much opens as closes from each post to the next; a theme may leave something open in all of them."""
    # What most of a page's markup is made of is counted from post to post.
    boxes = [rest + head for rest, head in zip(stretches.rests, stretches.heads[1:], strict=True)]
    whole = balance(stretches.between, tags)
    if any(count and (len(boxes) < _FEW or count % len(boxes)) for count in whole):
        return False
    kinds = set(boxes)
    return len(kinds) == 1 if len(boxes) >= _FEW else kinds <= {0}


def _boxes_in(names: list[bytes]) -> int:
    return names.count(b"div") - names.count(b"/div")


def _are_heads_even(stretches: _Stretches) -> bool:
    """Whether all that stands between the two marks with a post's number opens and closes the same."""
    posts = stretches.posts
    if all(one.head == one.place for one in posts[1:]):
        return True
    heads = zip(posts, stretches.heads, strict=True)
    return len({boxes for one, boxes in heads if one.head != one.place}) == 1


def _are_alike(stretches: _Stretches, *, is_cut: bool) -> bool:
    """Whether no post lacks a label of an end tag or a part's name that half of them have: what is gone may leave tags even."""
    body, posts, ends = stretches.body, stretches.posts, stretches.ends
    # A body may hold what looks like the list's last row, in front of it.
    last = len(body) if not ends else ends[-1][0] if ends[-1][1] else ends[0][0]
    bounds = [*(one.head for one in posts), last]
    found = [_signs_in(body, start, end) for start, end in pairwise(bounds)]
    # Where posts have one element with their number, the header before it has none.
    own = _BESIDE_HEAD if any(one.head == one.place for one in posts) else _OF_POSTS
    if is_cut:
        found.pop()
    kinds = [(_counts_of(signs), count) for signs, count in Counter(found).items()]
    counts: Counter[bytes] = Counter()
    for signs, count in kinds:
        for sign in signs.keys() & own:
            counts[sign] += count
    if not all(count == len(found) or count * 2 < len(found) for count in counts.values()):
        return False
    # Who writes about markup writes all of it or none.
    return all(signs[one] == signs[other] for signs, _ in kinds for one, other in _pairs(counts))


def _pairs(counts: Counter[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """The labels that every post has."""
    return pairwise(label for label in _LABELS if counts[label])


def _signs_in(body: bytes, start: int, end: int) -> tuple[bytes, ...]:
    """The parts' names and the labels of end tags in a stretch."""
    names = _PART.findall(body, start, end)
    if body.find(b"<!--", start, end) >= 0:
        names.extend(b"</" + label for label in _LABEL.findall(body, start, end))
    return tuple(names)


def _counts_of(signs: tuple[bytes, ...]) -> Counter[bytes]:
    return Counter(_OF_TOPICS.get(sign, sign) for sign in signs)


def _is_opened(stretches: _Stretches, marks: Landmarks, tags: tuple[str, ...]) -> bool:
    """Whether nothing but what the first post lies in is open between the beginning of the list and it."""
    body, first = stretches.body, stretches.posts[0].place
    due = _due(marks, stretches.listed[0], tags)
    marked = [found.start() for found in _LIST_START.finditer(body, 0, first)]
    if due is None or marks.replies is None or not marked:
        return True
    start = body.rfind(b"<", 0, marked[-1])
    own = str(marks.replies.tag)
    expected = tuple((tag == own) - most for tag, most in zip(tags, due, strict=True))
    return balance(tags_in(body, start, first), tags) == expected


def _is_ended(
    stretches: _Stretches, marks: Landmarks, tags: tuple[str, ...], *, is_threaded: bool
) -> bool:
    """Whether the last post, and a thread's lists, are closed where the list of posts ends."""
    body, last = stretches.body, stretches.posts[-1].place
    due, ends = _due(marks, stretches.listed[-1], tags), stretches.ends
    if due is None:
        return not ends or any(_is_at_end(stretches, end, marks, tags) for end, _ in ends)
    if ends and ends[0][1]:
        places = [end for end, _ in ends]
    else:
        own = str(marks.replies.tag) if marks.replies is not None else ""
        if ends and not _are_items_closed(stretches, due, ends, own, tags):
            return False
        tag = re.compile(f"</{own}[\\s>]".encode())
        places = [end.start() for end in tag.finditer(body, last)]
    closed = [end for end in places if balance(stretches.to(end), tags) == due]
    if not is_threaded:
        return bool(closed)
    nested = _due(marks, stretches.listed[0], _LISTS)
    first = stretches.posts[0].place
    return any(balance(tags_in(body, first, end), _LISTS) == nested for end in closed)


def _are_items_closed(
    stretches: _Stretches,
    due: tuple[int, ...],
    ends: list[tuple[int, bool]],
    own: str,
    tags: tuple[str, ...],
) -> bool:
    """Whether no more items are closed before what follows a list than lie around its last post."""
    expected = {
        tag: most - (tag == own) for tag, most in zip(tags, due, strict=True) if tag in _OF_LISTS
    }
    items = tuple(expected)
    return any(balance(stretches.to(end), items) == tuple(expected.values()) for end, _ in ends)


def _is_at_end(stretches: _Stretches, end: int, marks: Landmarks, tags: tuple[str, ...]) -> bool:
    """Whether no more is opened than closed before what follows the list: it is closed there, and what lies around it."""
    own = str(marks.replies.tag) if marks.replies is not None else ""
    found = balance(stretches.to(end), tags)
    return all(count <= -(tag == own) for count, tag in zip(found, tags, strict=True))


def _ends(body: bytes, start: int) -> list[tuple[int, bool]]:
    """Where the list may end, and whether with its last row; else at what follows it. A post may hold what looks the same."""
    marked = sorted(
        (end.start(), end[0] == b"bbp-footer")
        for pattern in _ENDS
        for end in pattern.finditer(body, start)
    )
    found = [(body.rfind(b"<", start, place), is_row) for place, is_row in marked]
    return [end for end in found if end[1]] or [end for end in found if end[0] > start]


def _due(marks: Landmarks, one: Candidate, tags: tuple[str, ...]) -> tuple[int, ...] | None:
    """What more closes than opens between a post and the list's last row: all that the post lies in."""
    if marks.replies is None:
        return None
    head = one.head
    is_inside = head is not None and one.element in head.iterancestors()
    marked = head if head is not None and is_inside else one.element
    around: list[object] = []
    for outer in marked.iterancestors():
        if outer is marks.replies:
            return tuple(-around.count(tag) for tag in tags)
        around.append(outer.tag)
    return None

"""Find what a theme prints into the elements of bodies, or after the posts: their authors, dates and numbers."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from lxml import etree

from parsers.bbpress.body import drop_comments_in_front
from parsers.bbpress.class_token import tokens_of
from parsers.bbpress.content import is_in_log
from parsers.bbpress.post_date import is_called_date
from parsers.bbpress.post_part import find_parts
from parsers.bbpress.text import shown, squeeze

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from parsers.bbpress.candidate import Candidate
    from parsers.element import Element

_PERMALINKS = frozenset(("bbp-reply-permalink", "bbp-topic-permalink"))
_DATING = _PERMALINKS | {"bbp-reply-post-date", "bbp-topic-post-date"}
_MARKS = _DATING | {
    *("bbp-author-link", "bbp-author-name", "bbp-author-avatar", "bbp-author-role"),
    *("bbp-meta", "bbp-reply-header", "bbp-topic-header", "bbp-admin-links"),
}
# What a theme calls such a part itself; it counts in front of one that bbPress has marked.
_CALLED = re.compile(
    r"author|byline|meta|poster|user-?name|permalink|(?:^|[\s_-])(?:date|time|posted|name)(?=$|[\s_-])",
    re.IGNORECASE,
)
_BOX = re.compile(
    r"(?:^|[\s_-])(?:entry|content|body|text|inner|message|wrapper)(?=$|[\s_-])", re.IGNORECASE
)
_BOXES = frozenset(("div", "section", "article", "span"))
_SMALL = frozenset(("small", "time"))
_PICTURES = ("img", "iframe", "video", "audio", "object", "embed", "svg", "canvas", "input")
_DIGIT = re.compile(r"\d")
_LONGEST = 300  # characters of a part, with the links of moderators in it
_LONGEST_WORDS = 20  # characters between a name and a date
_LONGEST_NAME = 80
_USUAL = frozenset(("date", "permalink"))
# A name that no element of a page has.
_CUT = "{threadkeep}inset"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ends:
    """What stands at the ends of a post's content.

    Attributes:
        holder: the content, or the box around all that is in it.
        leading: parts in front of the body.
        trailing: parts after it.
        is_boxed: in all posts of the page, a box of the theme's is all that is left between them.
    """

    holder: Element
    leading: tuple[Element, ...] = ()
    trailing: tuple[Element, ...] = ()
    is_boxed: bool = False

    @property
    def parts(self) -> tuple[Element, ...]:
        """Those at either end."""
        return (*self.leading, *self.trailing)


def with_insets(posts: Sequence[Candidate], *, is_torn: bool) -> list[Candidate]:
    """Posts with what the theme prints into their content elements, or right after them.

    A member can write what looks like that, and a damaged page has it, too. So it counts only where posts show their date
    or their number nowhere else, and where all have it at the same end; of an opening post that stands apart, and of a post
    that stands alone, only where its author is named nowhere else.

    Args:
        posts: a page's.
        is_torn: the page ends in the middle of the last.
    """
    if all(find_parts(one).keys() >= _USUAL for one in posts[:2]):
        return list(posts)
    outside = {one.post_id: find_parts(one) for one in posts}
    lacking = [one for one in posts if not outside[one.post_id].keys() >= _USUAL]
    last = posts[-1].post_id if is_torn and len(posts) > 1 else None
    ends = _of_template(posts, lacking, outside, last)
    feet = {one.post_id: _foot(one) for one in lacking if "permalink" not in outside[one.post_id]}
    return [_with(one, ends.get(one.post_id), feet.get(one.post_id, ())) for one in posts]


def _of_template(
    posts: Sequence[Candidate],
    lacking: Sequence[Candidate],
    outside: Mapping[int, Mapping[str, Element]],
    last: int | None,
) -> dict[int, _Ends]:
    """The ends of all posts, else those of the replies, and of the opening post on their own."""
    if len(lacking) == len(posts):
        found = _agreed(lacking, last)
        if found and (len(found) > 1 or _is_alone(posts[0], outside, is_only=True)):
            return found
    replies = [one for one in posts if not one.is_opening]
    apart = [one for one in lacking if one.is_opening and _is_alone(one, outside)]
    found = _agreed(apart[:1], None)
    is_certain = len(replies) > 1 or all(_is_alone(one, outside) for one in replies)
    without = {one.post_id for one in lacking}
    # What was read of a torn post may be anything: it has no say.
    if is_certain and all(one.post_id in without for one in replies if one.post_id != last):
        found |= _agreed(replies, last)
    return found


def _is_alone(
    one: Candidate, outside: Mapping[int, Mapping[str, Element]], *, is_only: bool = False
) -> bool:
    """Whether what a single post has in its content can be the theme's: it is nowhere else."""
    parts = outside[one.post_id]
    is_named = any(shown(parts[part]) for part in ("name", "link") if part in parts)
    return "date" not in parts and (is_only or not is_named)


def _with(one: Candidate, ends: _Ends | None, foot: Iterable[Element]) -> Candidate:
    if ends is None:
        return one._replace(insets=tuple(foot))
    box = _box(ends) if ends.is_boxed else None
    body = box if box is not None else _body(ends)
    return one._replace(insets=(*ends.parts, *foot), body=body)


def _agreed(posts: Sequence[Candidate], torn: int | None) -> dict[int, _Ends]:
    """The ends that are the template's: those that all posts have, but the torn one."""
    found = {one.post_id: _ends(one.content) for one in posts if one.content is not None}
    whole = [ends for number, ends in found.items() if number != torn or len(found) == 1]
    if not any(map(_is_left, whole)):
        return {}
    is_led = all(ends.leading for ends in whole)
    is_followed = all(ends.trailing for ends in whole)
    agreed = {
        number: replace(
            ends,
            leading=ends.leading if is_led else (),
            trailing=ends.trailing if is_followed else (),
        )
        for number, ends in found.items()
    }
    boxes = [_box(ends) for number, ends in agreed.items() if number != torn]
    is_boxed = all(box is not None for box in boxes)
    return {
        number: replace(ends, is_boxed=is_boxed) for number, ends in agreed.items() if ends.parts
    }


def _is_left(ends: _Ends) -> bool:
    """Whether a body shows anything without the parts."""
    left = (one for one in ends.holder.iterchildren("*") if one not in ends.parts)
    return any(map(squeeze, _texts(ends))) or not all(map(_is_blank, left))


def _ends(content: Element) -> _Ends:
    box = _only_box(content)
    return _ends_in(content if box is None else box)


def _ends_in(holder: Element) -> _Ends:
    leading = tuple(_leading(holder))
    trailing = tuple(one for one in _trailing(holder) if one not in leading)
    return _Ends(holder=holder, leading=leading, trailing=trailing)


def _leading(holder: Element) -> list[Element]:
    """The parts at the beginning, up to the last that bbPress has marked."""
    run: list[Element] = []
    certain, is_dated = 0, False
    if len(squeeze(holder.text)) > _LONGEST_NAME:
        return run
    for child in holder.iterchildren("*"):
        is_marked = _is_marked(child) or (certain > 0 and _is_small_date(child))
        if not (is_marked or _is_called(child) or _is_blank(child)):
            break
        run.append(child)
        certain = len(run) if is_marked else certain
        is_dated = is_dated or _has(child, _DATING)
        words = squeeze(child.tail)
        if words and (is_dated or len(words) > _LONGEST_WORDS):
            break
    return run[:certain]


def _trailing(holder: Element) -> list[Element]:
    """The parts at the end, in the page's order."""
    run: list[Element] = []
    certain = 0
    for child in holder.iterchildren("*", reversed=True):
        if squeeze(child.tail):
            break
        is_marked = _is_marked(child)
        if not (is_marked or _is_blank(child)):
            break
        run.append(child)
        certain = len(run) if is_marked else certain
    return run[:certain][::-1]


def _is_marked(element: Element) -> bool:
    """Whether an element is, or holds, what bbPress prints beside a body, and not much more, or is a theme's date."""
    is_bbpress = _has(element, _MARKS) and len(shown(element)) <= _LONGEST
    return is_bbpress or is_called_date(element)


def _has(element: Element, names: frozenset[str]) -> bool:
    """Whether an element is, or holds, something of these names that no log of edits does: that names editors."""
    return any(
        classes is not None
        and "bbp-" in classes
        and not names.isdisjoint(tokens_of(classes))
        and not is_in_log(one)
        for one in element.iter("*")
        for classes in (one.get("class"),)
    )


def _is_called(element: Element) -> bool:
    classes = element.get("class")
    return classes is not None and _names_part(classes) and len(shown(element)) <= _LONGEST_NAME


@lru_cache(maxsize=1024)
def _names_part(classes: str) -> bool:
    return _CALLED.search(classes) is not None


def _is_small_date(element: Element) -> bool:
    text = shown(element) if element.tag in _SMALL else ""
    return len(text) <= _LONGEST_NAME and _DIGIT.search(text) is not None


def _is_blank(element: Element) -> bool:
    """Whether an element shows nothing."""
    if next(element.iter(*_PICTURES), None) is not None:
        return False
    return not shown(element)


def _only_box(content: Element) -> Element | None:
    """The box around all that is in a content element."""
    children = list(content.iterchildren("*"))
    texts = (content.text, *(child.tail for child in content))
    is_alone = len(children) == 1 and children[0].tag in _BOXES
    return children[0] if is_alone and not any(map(squeeze, texts)) else None


def _box(ends: _Ends) -> Element | None:
    """The box of a theme's that is all that is left between the parts."""
    left = [one for one in ends.holder.iterchildren("*") if one not in ends.parts]
    shows = [one for one in left if not _is_blank(one)]
    if len(shows) != 1 or shows[0].tag not in _BOXES or any(map(squeeze, _texts(ends))):
        return None
    return shows[0] if _BOX.search(shows[0].get("class") or "") else None


def _texts(ends: _Ends) -> Iterator[str | None]:
    """What stands bare in a holder, but among the parts at its beginning."""
    ahead = set(ends.leading[:-1])
    if not ends.leading:
        yield ends.holder.text
    for child in ends.holder:
        if child not in ahead:
            yield child.tail


def _body(ends: _Ends) -> Element:
    """A copy of what holds a body, without the parts."""
    places = [ends.holder.index(one) for one in ends.parts]
    ahead = places[len(ends.leading) - 1] if ends.leading else 0
    body = deepcopy(ends.holder)
    children = list(body)
    if ends.leading:
        body.text = None
    for child in children[:ahead]:
        child.tail = None
    for place in places:
        children[place].tag = _CUT
    etree.strip_elements(body, _CUT, with_tail=False)
    if ends.leading:
        drop_comments_in_front(body)
    return body


def _foot(one: Candidate) -> Iterator[Element]:
    """What follows a post, or the box that has its number, and has its own link in it."""
    end = f"#post-{one.post_id}"
    box = one.element.getparent()
    whole = box if box is not None and box.get("id") == end[1:] else one.element
    after = next(whole.itersiblings("*"), None)
    if after is None or "bbp-parent-" in (after.get("class") or ""):
        return
    links = list(after.iter("a"))
    if (
        any((link.get("href") or "").endswith(end) for link in links)
        and len(shown(after)) <= _LONGEST
    ):
        yield after

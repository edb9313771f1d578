"""Where the elements of some markup begin and end, byte by byte, and which of them lie in the text of a post."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from parsers.markup.frame import Frames
from parsers.markup.tag import tags

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.markup.tag import Tag

_VOID = frozenset(
    b"area base basefont br col embed frame hr img input link meta param source track wbr".split()
)
_SIBLINGS = frozenset(b"dd dt li option p td th tr".split())
_ATTRIBUTE = re.compile(
    rb"""([^\t\n\f\r />=][^\t\n\f\r />=]*+)(?:[\t\n\f\r ]*+=[\t\n\f\r ]*+(?:"([^"]*+)"|'([^']*+)'|([^\t\n\f\r >"'][^\t\n\f\r >]*+)))?"""
)
_POST = re.compile(rb"post-0*([1-9]\d{0,17})")
_CONTENT = frozenset((b"bbp-reply-content", b"bbp-topic-content"))
_HEADS = frozenset((b"bbp-reply-header", b"bbp-topic-header"))
_HEADINGS = frozenset((b"bbp-header", b"bbp-footer"))
_THEME_CONTENT = re.compile(
    rb"(?:.*[_-])?(?:reply|topic|post|comment|entry|message)[_-]{1,2}(?:content|body|text|entry|message)"
)
# No text of a post holds these; where they are met in one, it was left open.
_BEYOND_POSTS = _HEADS | {
    *(b"bbp-footer", b"bbp-pagination", b"bbp-reply-form", b"bbp-no-reply"),
    *(b"bbp-threaded-replies", b"bbp-topic-form"),
}
_BESIDE = _HEADS | {
    *(b"bbp-reply-author", b"bbp-topic-author", b"bbp-meta"),
    *(b"threadauthor", b"poststuff"),
}
_NO_CLASSES = frozenset[bytes]()
_NAMES = frozenset((b"bbp-author-name", b"bbp-author-link", b"bbp-author-avatar"))


class Attribute(NamedTuple):
    """An attribute, and where its value stands, without quotes."""

    name: bytes
    start: int
    end: int


@dataclass(slots=True, kw_only=True, eq=False)
class Part:
    """An element.

    Attributes:
        name: of its tag, in small letters.
        start: where its tag begins.
        inner: where its tag ends.
        end: where it ends itself, its end tag included.
        outer: the element that it lies in.
        attributes: in the order written.
        classes: its class names.
        identity: its `id`.
        is_text: it is the text of a post or lies in it, as far as that reaches at all.
        seems_text: the same, whatever the text of the post left open.
        is_beside: it is the author's cell or the header of a post, or lies in one.
        is_name: it is a part of who wrote a post, or lies in one.
    """

    name: bytes
    start: int
    inner: int
    end: int
    outer: Part | None
    attributes: tuple[Attribute, ...] = ()
    classes: frozenset[bytes] = frozenset()
    identity: bytes = b""
    is_text: bool = False
    seems_text: bool = False
    is_beside: bool = False
    is_name: bool = False

    @property
    def post_id(self) -> int | None:
        """The post that its class names name."""
        for token in self.classes:
            if match := _POST.fullmatch(token):
                return int(match[1])
        return None

    @property
    def numbered(self) -> int | None:
        """The post that its `id` names."""
        match = _POST.fullmatch(self.identity)
        return int(match[1]) if match else None

    @property
    def is_marked(self) -> bool:
        """Whether bbPress's own class filter was here: it is a post and no theme's frame around a page."""
        return any(token.startswith(b"bbp-parent-") for token in self.classes)

    @property
    def is_head(self) -> bool:
        """Whether it is a post's header."""
        return not _HEADS.isdisjoint(self.classes)

    @property
    def ends_texts(self) -> bool:
        """Whether it is beyond the text of every post before it."""
        if not _BEYOND_POSTS.isdisjoint(self.classes):
            return True
        is_item = self.name == b"li" and self.numbered is not None
        return is_item or (self.is_marked and self.post_id is not None)

    def holds(self, other: Part) -> bool:
        """Whether another element lies in it."""
        return self.start < other.start and other.end <= self.end


@dataclass(slots=True, kw_only=True)
class Outline:
    """Some markup.

    Attributes:
        parts: its elements, in the order in which they begin.
        comments: where comments and declarations stand that are in no text of a post.
    """

    data: bytes
    parts: list[Part] = field(default_factory=list[Part])
    comments: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])

    def value(self, attribute: Attribute) -> bytes:
        """What an attribute says, as written."""
        return self.data[attribute.start : attribute.end]

    def written(self, part: Part, name: bytes) -> bytes:
        """What an element's attribute says, as written; nothing where it has none."""
        found = (one for one in part.attributes if one.name == name)
        first = next(found, None)
        return self.value(first) if first is not None else b""


def read_outline(data: bytes) -> Outline:
    """The elements of some markup in an encoding in which ASCII is ASCII."""
    reader = _Reader(data)
    for tag in tags(data, is_left_open=reader.swallows_posts):
        reader.take(tag)
    reader.finish()
    return reader.outline


class _Reader:
    """One pass over some markup."""

    def __init__(self, data: bytes) -> None:
        self.outline = Outline(data=data)
        self._data = data
        self._frames = Frames(data)
        self._open: list[Part] = []
        self._counts: Counter[bytes] = Counter()
        self._marked = 0

    def take(self, tag: Tag) -> None:
        if tag.name == b"!":
            if not (self._open and self._open[-1].is_text):
                self.outline.comments.append((tag.start, tag.end))
            return
        if tag.is_end:
            self._close_to(tag)
            return
        if self._open and self._open[-1].name == tag.name and tag.name in _SIBLINGS:
            self._pop(tag.start)
        part = self._part(tag)
        if part.ends_texts:
            self._leave_text(part)
        self._place(part)
        self.outline.parts.append(part)
        if tag.name not in _VOID and tag.has_end:
            self._open.append(part)
            self._counts[tag.name] += 1
            self._marked += part.is_marked

    def swallows_posts(self, start: int, end: int) -> bool:
        """Whether a script in the text of a post that ends as another one does holds the posts between them."""
        is_in_text = bool(self._open) and self._open[-1].is_text
        return is_in_text and self._frames.are_between(start, end)

    def finish(self) -> None:
        while self._open:
            self._pop(len(self._data))

    def _part(self, tag: Tag) -> Part:
        attributes = tuple(_attributes(self._data, tag))
        values = {
            one.name: self._data[one.start : one.end]
            for one in reversed(attributes)
            if one.name in {b"class", b"id"}
        }
        return Part(
            name=tag.name,
            start=tag.start,
            inner=tag.end,
            end=tag.end,
            outer=None,
            attributes=attributes,
            classes=frozenset(values[b"class"].split()) if b"class" in values else _NO_CLASSES,
            identity=values.get(b"id", b"").strip(),
        )

    def _leave_text(self, part: Part) -> None:
        """End the text of a post that was left open where something begins that stands in none."""
        while self._open and self._open[-1].is_text:
            part.seems_text = True
            self._pop(part.start)

    def _place(self, part: Part) -> None:
        outer = self._open[-1] if self._open else None
        part.outer = outer
        is_text = self._is_text(part, outer)
        part.is_text = is_text or (outer is not None and outer.is_text)
        part.seems_text = part.seems_text or is_text or (outer is not None and outer.seems_text)
        part.is_beside = not part.is_text and (
            not _BESIDE.isdisjoint(part.classes) or (outer is not None and outer.is_beside)
        )
        part.is_name = not _NAMES.isdisjoint(part.classes) or (outer is not None and outer.is_name)

    def _is_text(self, part: Part, outer: Part | None) -> bool:
        if not _CONTENT.isdisjoint(part.classes):
            return outer is None or _HEADINGS.isdisjoint(outer.classes)
        if b"post" in part.classes:  # of stand-alone bbPress
            return outer is not None and b"threadpost" in outer.classes
        return self._marked > 0 and any(map(_THEME_CONTENT.match, part.classes))

    def _close_to(self, tag: Tag) -> None:
        wanted = self._counts[tag.name] - 1
        while 0 <= wanted < self._counts[tag.name]:
            is_own = self._open[-1].name == tag.name
            self._pop(tag.end if is_own else tag.start)

    def _pop(self, end: int) -> None:
        part = self._open.pop()
        part.end = end
        self._counts[part.name] -= 1
        self._marked -= part.is_marked


def _attributes(data: bytes, tag: Tag) -> Iterator[Attribute]:
    for match in _ATTRIBUTE.finditer(data, tag.attributes, tag.end - 1):
        group = match.lastindex or 1
        start, end = match.span(group) if group > 1 else (match.end(), match.end())
        yield Attribute(match[1].lower(), start, end)

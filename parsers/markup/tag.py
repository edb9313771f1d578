"""Take markup apart into tags, in time that only grows with its length; what tags mean is left to others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SPACE = rb"[\t\n\f\r /]*+"
_VALUE = (
    rb"""[\t\n\f\r ]*+=[\t\n\f\r ]*+(?:"[^"]*+"|'[^']*+'|[^\t\n\f\r >"'][^\t\n\f\r >]*+|(?=>))"""
)
# A value whose quote is never closed is none, and its tag no tag.
_NO_VALUE = rb"""(?![\t\n\f\r ]*+=[\t\n\f\r ]*+["'])"""
_ATTRIBUTE = rb"[^\t\n\f\r />][^\t\n\f\r />=]*+(?:%b|%b)%b" % (_VALUE, _NO_VALUE, _SPACE)
_TAG = re.compile(rb"<(/?)([a-zA-Z][^\t\n\f\r />]*+)%b((?:%b)*+)>" % (_SPACE, _ATTRIBUTE))
_ATTRIBUTES = re.compile(_ATTRIBUTE)
_COMMENT_END = re.compile(rb"--!?>")
# Comments that end as they begin, declarations, instructions, end tags of nothing.
_EMPTY_COMMENT = re.compile(rb"<!---?>")
_OTHER = re.compile(rb"<(?:[!?]|/[^a-zA-Z>])[^>]*+>")
# Elements in which nothing is a tag but their own end.
RAW = frozenset(b"iframe noembed noframes script style textarea title xmp".split())
_OTHERS = b"!"


# The same in one pattern, for pages in which all is closed and no tag has many attributes: nearly every page.
_REST = rb"[^\t\n\f\r />]*+%b(?:%b){0,200}+>" % (_SPACE, _ATTRIBUTE)
_END_OF_NAME = rb"[\t\n\f\r />]"
_WHOLE_RAW = b"|".join(
    rb"<%b(?=%b)%b[^<]*+(?:<(?!/%b%b)[^<]*+)*+</%b%b"
    % (name, _END_OF_NAME, _REST, name, _END_OF_NAME, name, _REST)
    for name in sorted(RAW)
)
_ORDERLY = re.compile(
    rb"(?:[^<]++"
    rb"|<(?!(?:%b)%b)/?[a-z]%b"
    rb"|%b"
    rb"|<!--(?:-?>|(?:[^-]++|-(?!-!?>))*+--!?>)"
    rb"|<(?:[!?](?!--)|/[^a-z>])[^>]*+>"
    rb"|<(?![a-z/!?])"
    rb")*+" % (b"|".join(sorted(RAW)), _END_OF_NAME, _REST, _WHOLE_RAW),
    re.IGNORECASE,
)


class Tag(NamedTuple):
    """A tag, and where it stands.

    Attributes:
        name: in small letters; `!` for what is no tag but looks like one to the eye: comments, declarations.
        is_end: an end tag.
        attributes: where its attributes begin; they end before the `>`.
        has_end: false where everything behind the tag would be its text, since nothing ends it.
    """

    name: bytes
    is_end: bool
    start: int
    attributes: int
    end: int
    has_end: bool = True


def tags(
    data: bytes,
    raw: frozenset[bytes] = RAW,
    is_left_open: Callable[[int, int], bool] = lambda start, end: start > end,
) -> Iterator[Tag]:
    """The tags of some markup, in order; not what stands in comments and scripts.

    What is never closed (a comment, a quoted value, a script) swallows nothing: it is passed over, and reading goes on
    right behind its beginning.

    Args:
        data: markup in an encoding in which `<` is a byte.
        raw: the elements in which nothing is a tag.
        is_left_open: tells of the text of one, by where it begins and ends, whether it is a page's and no script's: then
            its own end is missing, and what ends it there is the end of another.
    """
    return _Tags(data, raw, is_left_open).read()


def is_orderly(data: bytes) -> bool:
    """Whether every tag, comment and script of some markup is closed, and no tag has more than 200 attributes."""
    return _ORDERLY.fullmatch(data) is not None


def attribute_count(data: bytes, tag: Tag, most: int) -> int:
    """How many attributes a tag has; counting ends with one more than `most`."""
    found = _ATTRIBUTES.finditer(data, tag.attributes, tag.end - 1)
    return sum(1 for _ in zip(range(most + 1), found, strict=False))


class _Tags:
    """One pass over some markup."""

    def __init__(
        self, data: bytes, raw: frozenset[bytes], is_left_open: Callable[[int, int], bool]
    ) -> None:
        self._data = data
        self._raw = raw
        self._is_left_open = is_left_open
        # The next end of each kind, which several beginnings may have in common.
        self._next: dict[bytes, re.Match[bytes]] = {}
        self._last = data.rfind(b">")
        # From where on there is no end of a kind any more: it is not looked for again.
        self._endless: dict[bytes, int] = {}

    def read(self) -> Iterator[Tag]:
        data, at = self._data, self._data.find(b"<")
        while 0 <= at < self._last:
            end = at + 1
            if match := _TAG.match(data, at):
                tag = Tag(match[2].lower(), bool(match[1]), at, match.start(3), match.end())
                end = tag.end
                if tag.name in self._raw and not tag.is_end:
                    found = self._end_of_raw(tag)
                    tag, end = tag._replace(has_end=bool(found)), found or end
                yield tag
            elif past := self._end_of_other(at):
                yield Tag(_OTHERS, is_end=False, start=at, attributes=at, end=past)
                end = past
            at = data.find(b"<", end)

    def _end_of_raw(self, tag: Tag) -> int:
        end = re.compile(rb"</%b(?=[\t\n\f\r />])" % re.escape(tag.name), re.IGNORECASE)
        match = self._next.get(tag.name)
        if match is None or match.start() < tag.end:
            match = self._search(end, tag.name, tag.end)
        if match is None:
            return 0
        self._next[tag.name] = match
        return 0 if self._is_left_open(tag.end, match.start()) else match.start()

    def _end_of_other(self, at: int) -> int:
        """The end of what is no tag; 0 where it has none, or is text."""
        is_comment = self._data.startswith(b"<!--", at)
        match = (_EMPTY_COMMENT if is_comment else _OTHER).match(self._data, at)
        if match is None and is_comment:
            match = self._search(_COMMENT_END, _OTHERS, at + 4)
        return match.end() if match else 0

    def _search(self, end: re.Pattern[bytes], kind: bytes, at: int) -> re.Match[bytes] | None:
        if at >= self._endless.get(kind, len(self._data)):
            return None
        match = end.search(self._data, at)
        if match is None:
            self._endless[kind] = at
        return match

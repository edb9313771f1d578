"""Rewrite markup so that every element that is opened is closed, and none lies too deep: for what lxml misreads."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from parsers.markup.frame import Frames
from parsers.markup.tag import tags

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.markup.tag import Tag

_VOID = frozenset(
    b"area base basefont br col embed frame hr img input link meta param source track wbr".split()
)
# Elements that the next of their name ends.
_SIBLINGS = frozenset(b"dd dt li option p td th tr".split())
# A text field that is left open ends where the box ends that it stands in: its text is read as markup.
_RAW = frozenset((b"script", b"style"))


class Balanced(NamedTuple):
    """Markup that has been rewritten, and whether all its elements are left."""

    data: bytes
    is_whole: bool


def balanced(data: bytes, most_levels: int | None = None) -> Balanced:
    """The markup with every element closed that is open where an element around it ends.

    Left out are end tags of nothing that is open, and the beginnings of comments, scripts and values that never end.

    Args:
        data: markup in UTF-8.
        most_levels: how many elements may lie in one another; of what lies deeper, only the text is left.
    """
    balance = _Balance(data, most_levels)
    return Balanced(b"".join(balance.parts()), balance.is_whole)


class _Balance:
    """One pass over some markup."""

    def __init__(self, data: bytes, most_levels: int | None) -> None:
        self._data = data
        self._most_levels = len(data) if most_levels is None else most_levels
        self._open: list[bytes] = []
        self._counts: Counter[bytes] = Counter()
        self.is_whole = True

    def parts(self) -> Iterator[bytes]:
        """The pieces of the markup as rewritten."""
        at, is_raw = 0, False
        for tag in tags(self._data, _RAW, Frames(self._data).are_between):
            text = self._data[at : tag.start]
            yield text if is_raw else _as_text(text)
            yield from self._rewritten(tag)
            at, is_raw = tag.end, tag.name in _RAW and tag.has_end and not tag.is_end
        yield _as_text(self._data[at:])
        while self._open:
            yield self._close()

    def _rewritten(self, tag: Tag) -> Iterator[bytes]:
        if tag.is_end:
            yield from self._close_to(tag.name)
        elif tag.name in _VOID or tag.name == b"!":
            yield self._data[tag.start : tag.end]
        elif tag.has_end and tag.name != b"plaintext":
            if self._open and self._open[-1] == tag.name and tag.name in _SIBLINGS:
                yield self._close()
            yield self._opened(tag)

    def _opened(self, tag: Tag) -> bytes:
        self._open.append(tag.name)
        self._counts[tag.name] += 1
        if len(self._open) <= self._most_levels:
            return self._data[tag.start : tag.end]
        self.is_whole = False
        return b""

    def _close_to(self, name: bytes) -> Iterator[bytes]:
        """End tags up to that of the innermost open element of a name; none where no such is open."""
        wanted = self._counts[name] - 1
        while 0 <= wanted < self._counts[name]:
            yield self._close()

    def _close(self) -> bytes:
        is_left = len(self._open) <= self._most_levels
        name = self._open.pop()
        self._counts[name] -= 1
        return b"</%b>" % name if is_left else b""


def _as_text(text: bytes) -> bytes:
    return text.replace(b"<!--", b"").replace(b"<", b"&lt;")

"""Tell whose words stand at a place of a page: the forum's own, or other people's."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from parsers.redaction.outline import Outline, Part

Zone = Literal["forum", "words", "person"]
"""What the forum says; what other people wrote, titles included; who they are."""

_TITLES = frozenset((b"title", b"h1", b"h2", b"h3", b"h4", b"h5", b"h6"))
_QUOTES = frozenset((b"blockquote", b"q", b"cite"))
_TITLE_CLASS = re.compile(
    rb"(?:.*[_-])?(?:topic|forum|entry|post|reply|page)[_-](?:title|permalink)|bbp-breadcrumb-current"
)
_LOG_CLASS = re.compile(rb"bbp-(?:topic|reply)-revision-log.*")


class Zones:
    """Where whose words stand on one page."""

    def __init__(self, outline: Outline) -> None:
        self._parts = outline.parts
        self._starts = [part.start for part in outline.parts]

    def part_at(self, place: int) -> Part | None:
        """The innermost element at a byte."""
        at = bisect_right(self._starts, place) - 1
        part = self._parts[at] if at >= 0 else None
        while part is not None and part.end <= place:
            part = part.outer
        return part

    def is_in_text(self, part: Part | None, place: int) -> bool:
        """Whether a byte of an element is of a text that somebody wrote, its links and pictures included."""
        if part is None or not part.is_text or _is_own_tag(part, place):
            return False
        return not any(map(_is_log, outward(part)))

    def zone_of(self, part: Part | None, place: int) -> Zone:
        """Whose words stand at a byte of an element; what its own tag says is its surroundings'."""
        around = outward(part)
        if self.is_in_text(part, place):
            return "words"
        if any(map(_is_log, around)):
            return "forum"
        if any(map(is_title, around)):
            return "words"
        return "person" if any(one.is_name or one.is_beside for one in around) else "forum"


def outward(part: Part | None) -> list[Part]:
    """An element and all that it lies in."""
    found: list[Part] = []
    while part is not None:
        found.append(part)
        part = part.outer
    return found


def is_quoted(part: Part | None) -> bool:
    """Whether an element is what somebody quotes, or lies in it."""
    return any(
        one.name in _QUOTES or any(b"quote" in token for token in one.classes)
        for one in outward(part)
    )


def is_title(part: Part) -> bool:
    """Whether an element shows the title of a topic or forum, or of the page."""
    if part.name in _TITLES:
        return True
    return any(map(_TITLE_CLASS.fullmatch, part.classes))


def _is_own_tag(part: Part, place: int) -> bool:
    """Whether it is the tag of what holds a whole text, and no word of that text."""
    is_outermost = part.outer is None or not part.outer.is_text
    return place < part.inner and is_outermost


def _is_log(part: Part) -> bool:
    return any(map(_LOG_CLASS.fullmatch, part.classes))

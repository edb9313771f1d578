"""Read the heads of posts: name, role, date and number, in the order that most of a dump's posts have them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from parsers.text_dump.wording import phrase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parsers.text_dump.line import Line
    from parsers.text_dump.mark import Mark, Shape
    from parsers.text_dump.wording import Wording

# Where a role stands: on the line above a mark, on the line below, below the name that is below the mark, or nowhere.
Place = Literal["above", "below", "second", "nowhere"]

_PLACES: dict[Shape, tuple[Place, ...]] = {
    "byline": ("above", "below"),
    "date": ("second", "above"),
    "bare": ("second", "above"),
}
_LONGEST_ROLE, _LONGEST_NAME = 40, 120
# A name that a text browser breaks is at least so long up to there.
_BROKEN_NAME = 50
# A picture's stand-in in text: its file's name, or what a text browser says of it.
_PICTURE = re.compile(r"\[(?:|[0-9a-f]{8,64}|[^\]]{0,40}(?:avatar|photo|image|gravatar|\.(?:png|jpe?g|gif))[^\]]{0,40})\]\s*", re.IGNORECASE)  # fmt: skip
# An address is shown to moderators only and is no part of a post; of one that was cut out, the brackets are left.
_ADDRESS = re.compile(r"\(?(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){2,7})\)?|\(\)", re.IGNORECASE)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The head of a post.

    Attributes:
        start: the first of its lines.
        end: the line after its last.
        is_sure: it has everything that the others have, in the same order.
        has_address: it showed the author's address, which is left out.
    """

    mark: Mark
    start: int
    end: int
    author: str
    role: str | None = None
    is_sure: bool
    has_address: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """What the heads of a dump have in common.

    Attributes:
        place: where the role stands.
        roles: texts that are roles there: known ones, and those that repeat.
        is_spaced: a blank line follows, so that a role is told from a body by its place alone.
    """

    shape: Shape
    place: Place
    roles: frozenset[str] = frozenset()
    is_spaced: bool = False


def read_heads(
    lines: Sequence[Line], marks: Sequence[Mark], words: Wording, *, nested: bool
) -> list[Head]:
    """Read the head of every mark that has the shape most have.

    Args:
        lines: the dump's lines.
        marks: where heads can be, one at least.
        words: what the page's frame can say.
        nested: replies stand deeper than what they answer, so that a head may be indented.
    """
    layout = _layout(lines, marks, words)
    read = _read_byline if layout.shape == "byline" else _READERS[layout.place]
    heads = [read(lines, mark, layout) for mark in marks if mark.shape == layout.shape]
    return _doubt_unlisted(lines, heads) if nested else _doubt_deeper(heads)


def choose_heads(heads: Sequence[Head], expected: frozenset[int]) -> list[Head]:
    """Choose the heads that are posts; the others are text that looks like one, as in a quote.

    Args:
        heads: all that have the shape of one.
        expected: how many posts the page says it shows, where it says so.
    """
    sure = _once([head for head in heads if head.is_sure])
    known = {head.mark.post_id for head in sure}
    every = _once([head for head in heads if head.is_sure or head.mark.post_id not in known])
    for choice in (sure, every, _ascending(sure)):
        if len(choice) in expected:
            return choice
    return sure


def _once(heads: Sequence[Head]) -> list[Head]:
    """The first of each number: a post is quoted after it was written."""
    first = {head.mark.post_id: head for head in reversed(heads)}
    return [head for head in heads if first[head.mark.post_id] is head]


def _ascending(heads: Sequence[Head]) -> list[Head]:
    """The longest run of heads whose numbers grow, others left out."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int | None] = []
    for place, head in enumerate(heads):
        at = bisect_left(tails, head.mark.post_id)
        before.append(ends[at - 1] if at else None)
        tails[at : at + 1] = [head.mark.post_id]
        ends[at : at + 1] = [place]
    chosen: list[Head] = []
    step = ends[-1] if ends else None
    while step is not None:
        chosen.append(heads[step])
        step = before[step]
    return chosen[::-1]


def _doubt_deeper(heads: list[Head]) -> list[Head]:
    """Doubt what stands deeper than most: on a flat page only a quoted head does."""
    columns = Counter(head.mark.column for head in heads if head.is_sure)
    usual = min(columns, key=lambda column: (-columns[column], column), default=0)
    return [
        head if head.mark.column <= usual + 1 else replace(head, is_sure=False) for head in heads
    ]


def _doubt_unlisted(lines: Sequence[Line], heads: list[Head]) -> list[Head]:
    """Doubt what has no bullet where most have one: nested posts are items of lists."""
    listed = sum(lines[head.mark.start].has_bullet for head in heads)
    if 2 * listed <= len(heads):
        return heads
    return [
        head if lines[head.mark.start].has_bullet else replace(head, is_sure=False)
        for head in heads
    ]


def _layout(lines: Sequence[Line], marks: Sequence[Mark], words: Wording) -> _Layout:
    """The shape, and the place of roles, that most marks agree on."""
    places: dict[tuple[Shape, Place], list[int]] = defaultdict(list)
    for mark in marks:
        for place in _PLACES[mark.shape]:
            places[mark.shape, place].append(_role_line(lines, mark, place))
    texts = {key: Counter(phrase(lines[at].text) for at in found) for key, found in places.items()}
    known = {
        key: sum(seen[role] for role in words.roles & seen.keys()) for key, seen in texts.items()
    }
    best = max(known, key=lambda key: known[key])
    if not known[best]:
        return _unknown_roles(marks, texts)
    found = [at for at in places[best] if phrase(lines[at].text) in words.roles]
    spaced = [at for at in found if _is_blank(lines, at + 1)]
    return _Layout(
        shape=best[0],
        place=best[1],
        roles=words.roles.union(_repeated(texts[best])),
        is_spaced=best[1] == "second" and 2 * len(spaced) >= len(found),
    )


def _unknown_roles(
    marks: Sequence[Mark], texts: dict[tuple[Shape, Place], Counter[str]]
) -> _Layout:
    """The layout where no role is in a table: what repeats at one place of most heads is one."""
    shapes: Counter[Shape] = Counter(mark.shape for mark in marks)
    shape = max(shapes, key=lambda one: shapes[one])
    for place in _PLACES[shape]:
        seen = texts[shape, place]
        repeated = _repeated(seen)
        if 2 * sum(seen[text] for text in repeated) > seen.total():
            return _Layout(shape=shape, place=place, roles=repeated)
    return _Layout(shape=shape, place="nowhere")


def _repeated(seen: Counter[str]) -> frozenset[str]:
    return frozenset(text for text, times in seen.items() if times > 1 and _is_like_role(text))


def _is_like_role(text: str) -> bool:
    is_short = 0 < len(text) <= _LONGEST_ROLE and text.count(" ") < 4
    return is_short and text[-1].isalnum() and not any(map(str.isdecimal, text))


def _role_line(lines: Sequence[Line], mark: Mark, place: Place) -> int:
    """Where a mark's role would be; the last line, which is empty, where it can be nowhere."""
    if place == "above":
        return mark.start - 1 if mark.start else -1
    name_or_role = _below(lines, mark.index)
    if place == "below" or name_or_role == -1:
        return name_or_role
    return _below(lines, name_or_role)


def _below(lines: Sequence[Line], index: int) -> int:
    """The next line that has text other than a picture's, a few blank ones skipped."""
    for at in range(index + 1, min(index + 4, len(lines))):
        if _without_picture(lines[at].text):
            return at
    return -1


def _is_blank(lines: Sequence[Line], index: int) -> bool:
    return index >= len(lines) or not lines[index].text


def _without_picture(text: str) -> str:
    return _PICTURE.sub("", text) if text.startswith("[") else text


def _read_byline(lines: Sequence[Line], mark: Mark, layout: _Layout) -> Head:
    """A name and a number on one line, a role above or below it."""
    at = _role_line(lines, mark, layout.place)
    has_role = layout.place != "nowhere" and phrase(lines[at].text) in layout.roles
    start = at if has_role and layout.place == "above" else mark.start
    end = at + 1 if has_role and layout.place == "below" else mark.index + 1
    return Head(
        mark=mark,
        start=start,
        end=end,
        author=_without_picture(mark.author or ""),
        role=lines[at].text if has_role else None,
        is_sure=has_role or layout.place == "nowhere",
    )


def _read_name_above(lines: Sequence[Line], mark: Mark, layout: _Layout) -> Head:
    """A name, a role and then the number."""
    at = _role_line(lines, mark, "above")
    has_role = phrase(lines[at].text) in layout.roles
    name = at - 1 if has_role and at > 0 else at
    is_name = name >= 0 and 0 < len(lines[name].text) <= _LONGEST_NAME
    return Head(
        mark=mark,
        start=name if is_name else mark.start,
        end=mark.index + 1,
        author=_without_picture(lines[name].text) if is_name else "",
        role=lines[at].text if has_role else None,
        is_sure=has_role and is_name,
    )


def _read_name_below(lines: Sequence[Line], mark: Mark, layout: _Layout) -> Head:
    """The number, a name below it and a role below that."""
    name = _below(lines, mark.index)
    author = _without_picture(lines[name].text)
    if not 0 < len(author) <= _LONGEST_NAME:
        return Head(mark=mark, start=mark.start, end=mark.index + 1, author="", is_sure=False)
    at = _below(lines, name)
    if len(author) >= _BROKEN_NAME and phrase(lines[at + 1].text) in layout.roles:
        # A text browser broke the name into two lines.
        author, name, at = f"{author} {lines[at].text}", at, at + 1
    has_role = layout.place == "second" and _is_role(lines, name, at, layout)
    end = (at if has_role else name) + 1
    has_address = end < len(lines) and bool(_ADDRESS.fullmatch(lines[end].text))
    return Head(
        mark=mark,
        start=mark.start,
        end=end + has_address,
        author=author,
        role=lines[at].text if has_role else None,
        is_sure=has_role or layout.place == "nowhere",
        has_address=has_address,
    )


def _is_role(lines: Sequence[Line], name: int, at: int, layout: _Layout) -> bool:
    """Whether a line is a role: it is one elsewhere, or stands where only roles do."""
    text = phrase(lines[at].text)
    if text in layout.roles:
        return True
    stands_alone = at == name + 1 and _is_blank(lines, at + 1) and not _is_blank(lines, name - 1)
    return layout.is_spaced and stands_alone and _is_like_role(text)


_READERS = {"second": _read_name_below, "above": _read_name_above, "nowhere": _read_name_below}

"""Find the lines that can head a post: those that end in its number (`#53901`); which of them do is decided elsewhere."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Literal

from parsers.text_dump.date_text import is_date, is_full, looks_dated
from parsers.text_dump.wording import phrase

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from parsers.text_dump.line import Line
    from parsers.text_dump.wording import Wording

Shape = Literal["date", "byline", "bare"]

_LONGEST, _MOST_WORDS, _LONGEST_LINK = 200, 30, 25
_LARGEST_ID = 2**63 - 1
# A post is quoted that often at most; what repeats its number more often is no forum.
_MOST_QUOTES = 50
_AFTER = re.compile(r"(\d{1,19})(?:\s+(\S.*))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """A line that ends in `#` and a number.

    Attributes:
        index: its place among the lines.
        before: what stands before the number.
        post_id: the number.
        after: what stands behind it, as the words of links would.
    """

    index: int
    before: str
    post_id: int
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A numbered line that has the shape of a post's head.

    Attributes:
        shape: a date before the number, a name (with or without a date) before it, or nothing.
        start: the first line of it; a date may stand on the line above the number.
        index: the line with the number.
        column: where that line's text begins.
        author: the name, in a byline.
        published: the date as displayed.
    """

    post_id: int
    shape: Shape
    start: int
    index: int
    column: int
    author: str | None = None
    published: str | None = None


def numbered_lines(lines: Sequence[Line]) -> Iterator[Numbered]:
    """The short lines that end in `#` and a number, words of links behind it allowed; of one number, the first few."""
    seen: Counter[int] = Counter()
    for index, line in enumerate(lines):
        if "#" not in line.text or len(line.text) > _LONGEST:
            continue
        before, _, rest = line.text.rpartition("#")
        match = _AFTER.fullmatch(rest)
        number = int(match[1]) if match else 0
        seen[number] += 1
        if match and 0 < number <= _LARGEST_ID and seen[number] <= _MOST_QUOTES:
            yield Numbered(
                index=index, before=before.strip(), post_id=number, after=match[2] or ""
            )


def read_mark(one: Numbered, lines: Sequence[Line], words: Wording) -> Mark | None:
    """Tell the shape of a numbered line, or None where it has none of a head's."""
    if one.after and not _are_links(one.after, words):
        return None
    start, before = one.index, one.before
    if not before and start and is_date(lines[start - 1].text, words.dates):
        start, before = start - 1, lines[start - 1].text
    shape, author, published = _shape(before, words)
    if shape is None:
        return None
    return Mark(
        post_id=one.post_id,
        shape=shape,
        start=start,
        index=one.index,
        column=lines[one.index].column,
        author=author,
        published=published,
    )


def _are_links(after: str, words: Wording) -> bool:
    """Whether the words behind a number are links: `Reply`, or a moderator's `Edit | Trash | Spam`."""
    links = [text.strip() for text in after.split("|")]
    if len(links) > 1:
        return all(len(text) <= _LONGEST_LINK for text in links)
    return phrase(after) in words.actions


@lru_cache(maxsize=4096)
def _shape(before: str, words: Wording) -> tuple[Shape | None, str | None, str | None]:
    if not before:
        return "bare", None, None
    if is_date(before, words.dates):
        return "date", None, before
    bylines = list(_bylines(before, words))
    full = [pair for pair in bylines if is_full(pair[1])]
    author, published = next(iter((*full, *_name_and_date(before, words), *bylines)), ("", ""))
    if author:
        return "byline", author, published or None
    if looks_dated(before):
        return "date", None, before
    return None, None, None


def _bylines(before: str, words: Wording) -> Iterator[tuple[str, str]]:
    """Every way to part `McKing op 3 mei 2013` at a word that has a date, or nothing, behind it."""
    parts = before.split()
    folded = [phrase(part) for part in parts[:_MOST_WORDS]]
    for at, length in product(range(1, len(folded)), (1, 2, 3)):
        if " ".join(folded[at : at + length]) in words.bylines:
            rest = " ".join(parts[at + length :])
            if not rest or is_date(rest, words.dates):
                yield " ".join(parts[:at]), rest


def _name_and_date(before: str, words: Wording) -> Iterator[tuple[str, str]]:
    """Every way to part a name and a full date with no word between."""
    parts = before.split()
    for at in range(1, len(parts[:_MOST_WORDS])):
        rest = " ".join(parts[at:])
        if is_full(rest) and is_date(rest, words.dates):
            yield " ".join(parts[:at]), rest

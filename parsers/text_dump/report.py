"""Say what of a dump could not be read, with the numbers of its lines."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from parsers.records import Problem
from parsers.text_dump.claim import expected_posts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from parsers.records import CountClaim
    from parsers.text_dump.head import Head
    from parsers.text_dump.line import Line

# So many problems of one kind are told one by one.
_MOST = 50
_EXCERPT = 60


def unplaced(lines: Sequence[Line], indexes: Sequence[int]) -> Iterator[Problem]:
    """One problem for every run of lines that belong to nothing."""
    runs = list(_runs(lines, indexes))
    for run in runs[:_MOST]:
        text = " ".join(lines[at].text for at in run[:3])
        excerpt = text if len(text) <= _EXCERPT else f"{text[:_EXCERPT]}…"
        yield Problem(code="unplaced-text", detail=f"{_where(lines, run)}: “{excerpt}”")
    if runs[_MOST:]:
        rest = [at for run in runs[_MOST:] for at in run]
        yield Problem(
            code="unplaced-text", detail=f"{_where(lines, rest)}, in {len(runs) - _MOST} places"
        )


def doubtful_heads(lines: Sequence[Line], heads: Iterable[Head]) -> Iterator[Problem]:
    """One problem for all lines that look like heads of posts and were not taken for such."""
    numbers = [str(lines[head.mark.index].number) for head in heads]
    if numbers:
        named = ", ".join(numbers[:_MOST]) + (", …" if numbers[_MOST:] else "")
        detail = f"line {named}: like the head of a post, but read as text of the post above it"
        yield Problem(code="doubtful-head", detail=detail)


def miscounted(claim: CountClaim | None, posts: int) -> Iterator[Problem]:
    """A problem where the page says that it shows more or fewer posts than were read."""
    expected = expected_posts(claim)
    if claim is not None and expected and posts not in expected:
        detail = f"the page says “{claim.text}”, and {posts} posts were read"
        yield Problem(code="count-mismatch", detail=detail)


def _runs(lines: Sequence[Line], indexes: Sequence[int]) -> Iterator[list[int]]:
    """Indexes in runs that only blank lines interrupt."""
    full = 0
    order: list[tuple[int, int]] = []
    wanted = set(indexes)
    for at in range(min(indexes, default=0), max(indexes, default=-1) + 1):
        if at in wanted:
            order.append((full, at))
        elif lines[at].text:
            full += 1
    for _, group in groupby(order, key=lambda pair: pair[0]):
        yield [at for _, at in group]


def _where(lines: Sequence[Line], run: Sequence[int]) -> str:
    first, last = lines[run[0]].number, lines[run[-1]].number
    return f"line {first}" if first == last else f"line {first}-{last}"

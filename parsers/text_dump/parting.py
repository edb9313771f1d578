"""Part a text into the posts of a page and the frame around them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parsers.text_dump.claim import claims_by_numbers, expected_posts
from parsers.text_dump.frame import left_over, read_frame
from parsers.text_dump.head import choose_heads, read_heads
from parsers.text_dump.tail import frame_start
from parsers.text_dump.wording import phrase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parsers.records import CountClaim
    from parsers.text_dump.frame import Piece
    from parsers.text_dump.head import Head
    from parsers.text_dump.line import Line
    from parsers.text_dump.mark import Mark
    from parsers.text_dump.wording import Wording

# So many lines next to the posts, above, and at the end of the text, below, can be a page's frame.
_FRAME_LINES = 3000


@dataclass(frozen=True, slots=True, kw_only=True)
class Dump:
    """A text parted into what its lines are.

    Attributes:
        heads: the heads of its posts.
        doubtful: heads that were taken for text.
        ends: where each post's body ends.
        pieces: what the page's frame says.
        claim: what its count sentence says.
        above: lines above the posts that say nothing known.
        rest: such lines elsewhere outside the posts.
        is_open: nothing tells where the last post ends.
    """

    heads: Sequence[Head]
    doubtful: Sequence[Head]
    ends: Sequence[int]
    pieces: Sequence[Piece]
    claim: CountClaim | None
    above: Sequence[int]
    rest: Sequence[int]
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Around:
    """What may be the frame: above the posts, between an opening post that stands apart and the replies, and below."""

    above: list[Piece]
    between: list[Piece]
    below: list[Piece]
    claim: CountClaim | None


def part(lines: Sequence[Line], marks: Sequence[Mark], words: Wording) -> Dump | None:
    """Part a text; None where it has no posts, or nothing that only a forum says."""
    if not marks:
        return None
    claim = _claim(_frame(lines, 0, marks[0].start, words))
    claim = claim or _claim(_frame(lines, marks[-1].index + 1, len(lines), words))
    nested = claim is not None and claim.unit == "threads"
    heads = read_heads(lines, marks, words, nested=nested)
    sure = [head for head in heads if head.is_sure]
    if claim is None and sure:
        claim = _claim(_frame(lines, sure[-1].end, len(lines), words))
    chosen = choose_heads(heads, expected_posts(claim))
    around = _around(lines, chosen, words) if chosen else None
    if around is None or not _is_forum(chosen, around, words):
        return None
    return _parted(lines, heads, chosen, around)


def _around(lines: Sequence[Line], heads: Sequence[Head], words: Wording) -> _Around:
    first, last = heads[0], heads[-1]
    above = _frame(lines, 0, first.start, words)
    below = _frame(lines, last.end, len(lines), words)
    if not _claim(above) and not _claim(below):
        above = _with_counts(lines, above, range(first.start), len(heads))
        below = _with_counts(lines, below, range(last.end, len(lines)), len(heads))
    claim = _claim(above) or _claim(below)
    between: list[Piece] = []
    if len(heads) > 1 and not _claim(above) and (claim is None or claim.unit == "replies"):
        between = _between(_frame(lines, first.end, heads[1].start, words), claim)
    return _Around(above=above, between=between, below=below, claim=claim or _claim(between))


def _between(pieces: list[Piece], claim: CountClaim | None) -> list[Piece]:
    """The frame that parts an opening post from the replies: the count sentence of the replies, and headings."""
    has_heading = any(piece.kind == "heading" for piece in pieces)
    found = _claim(pieces)
    is_frame = found is not None and found.unit == "replies" and (found == claim or has_heading)
    return pieces if is_frame and claim in {None, found} else []


def _frame(lines: Sequence[Line], start: int, end: int, words: Wording) -> list[Piece]:
    return read_frame(lines, max(start, end - _FRAME_LINES), end, words)


def _with_counts(
    lines: Sequence[Line], pieces: list[Piece], indexes: range, posts: int
) -> list[Piece]:
    near = indexes[-_FRAME_LINES:]
    found = claims_by_numbers(lines, left_over(lines, near.start, near.stop, pieces), posts)
    return sorted((*pieces, *found), key=lambda piece: piece.start)


def _claim(pieces: Sequence[Piece]) -> CountClaim | None:
    return next((piece.claim for piece in reversed(pieces) if piece.claim), None)


def _is_forum(heads: Sequence[Head], around: _Around, words: Wording) -> bool:
    """Whether anything but the shape of some lines says that they are a forum's."""
    telling = {"heading", "login", "closed", "described", "reply_title"}
    if around.claim or any(piece.kind in telling for piece in (*around.above, *around.below)):
        return True
    return any(head.role and phrase(head.role) in words.roles for head in heads)


def _parted(
    lines: Sequence[Line], heads: Sequence[Head], chosen: Sequence[Head], around: _Around
) -> Dump:
    ends = [*(head.start for head in chosen[1:]), len(lines)]
    frames: list[tuple[int, int, list[Piece]]] = []
    cut = frame_start(lines, around.below, around.claim)
    if cut is not None:
        ends[-1] = cut
        frames.append((cut, len(lines), around.below))
    if around.between:
        apart = frame_start(lines, around.between, around.claim)
        if apart is not None:
            frames.insert(0, (apart, ends[0], around.between))
            ends[0] = apart
    chosen_marks = {head.mark.index for head in chosen}
    return Dump(
        heads=chosen,
        doubtful=[head for head in heads if head.mark.index not in chosen_marks],
        ends=ends,
        pieces=[
            *around.above,
            *(one for start, _, pieces in frames for one in pieces if one.start >= start),
        ],
        claim=around.claim,
        above=left_over(lines, 0, chosen[0].start, around.above),
        rest=[at for frame in frames for at in left_over(lines, *frame)],
        is_open=cut is None,
    )

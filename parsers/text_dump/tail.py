"""Find where the last post ends and the page's frame begins again."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parsers.records import CountClaim
    from parsers.text_dump.frame import Piece, PieceKind
    from parsers.text_dump.line import Line

# What can begin the frame below the posts, the surest first. A post can hold any of them too, so the last one is meant.
_BEGINNINGS: tuple[frozenset[PieceKind], ...] = (
    frozenset(("count",)),
    frozenset(("login", "closed")),
    frozenset(("heading",)),
    frozenset(("reply_title",)),
)
# What stands just above the count sentence.
_ABOVE: frozenset[PieceKind] = frozenset(("heading", "pager", "tags"))


def frame_start(
    lines: Sequence[Line], pieces: Sequence[Piece], claim: CountClaim | None
) -> int | None:
    """Where the frame below the posts begins, or None where nothing tells.

    Args:
        lines: the dump's lines.
        pieces: what looks like pieces of a frame from the last post's body on.
        claim: the count sentence; where it stands above the posts too, only the same one stands below them.
    """
    first = _beginning(pieces, claim)
    if first is None:
        return None
    start = pieces[first].start
    for piece in reversed(pieces[:first]):
        if piece.kind not in _ABOVE or any(line.text for line in lines[piece.end : start]):
            break
        start = piece.start
    return start


def _beginning(pieces: Sequence[Piece], claim: CountClaim | None) -> int | None:
    for kinds in _BEGINNINGS:
        found = [at for at, piece in enumerate(pieces) if piece.kind in kinds]
        same = [at for at in found if claim and pieces[at].claim == claim]
        if found:
            return (same or found)[-1]
    return None

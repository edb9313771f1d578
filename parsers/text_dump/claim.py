"""What a dump says of its own completeness: the count sentence, the pager, and whether it begins at the topic's first post."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from parsers.count_sentence import read_count
from parsers.records import Pager
from parsers.text_dump.frame import Piece

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from parsers.records import CountClaim
    from parsers.text_dump.line import Line

_LATER_PAGE = re.compile(r"(?:/page/|[?&](?:paged|page)=)(?!0*1(?!\d))\d+")
_PAGE_OF = re.compile(r"(?:page/\d+/?|[?&](?:paged|page)=\d+)?(?:#.*)?$")
_ARROWS = frozenset("←→«»‹›")


def expected_posts(claim: CountClaim | None) -> frozenset[int]:
    """How many posts the page can show: with replies counted, the opening post may stand above them. Empty if unknown."""
    count = _items(claim) if claim is not None else None
    if claim is None or count is None or claim.unit == "threads":
        return frozenset()
    return frozenset((count, count + 1) if claim.unit == "replies" else (count,))


def _items(claim: CountClaim) -> int | None:
    if claim.count is not None:
        return claim.count
    if claim.first is None:
        return None
    last = claim.total if claim.first == claim.total else claim.last
    return last - claim.first + 1 if last is not None else None


def claims_by_numbers(lines: Sequence[Line], indexes: Iterable[int], posts: int) -> list[Piece]:
    """Lines whose numbers, in a language that is not known, say just how many posts were read."""
    found: list[Piece] = []
    for at in indexes:
        claim = read_count(lines[at].text, None) if lines[at].is_short else None
        if claim is None or claim.first is None or claim.last is None or claim.total is None:
            continue
        if claim.last - claim.first + 1 == posts and claim.count in {None, posts}:
            found.append(Piece(kind="count", start=at, end=at + 1, claim=claim))
    return found


def begins_at_opening(
    claim: CountClaim | None, pieces: Sequence[Piece], url: str | None, *, has_lead: bool
) -> bool:
    """Whether a dump's first post is the topic's: nothing says that it is of a later page."""
    if has_lead:
        return True
    if claim is not None and claim.first is not None:
        return claim.first == 1 and claim.unit != "replies"
    is_later = any(_leads_back(piece.texts) for piece in pieces if piece.kind == "pager")
    return not is_later and (url is None or not _LATER_PAGE.search(url))


def read_pager(claim: CountClaim | None, pieces: Sequence[Piece]) -> Pager:
    """The page's place among its topic's, as far as its page links and its count sentence tell; else the only one."""
    texts = next((piece.texts for piece in reversed(pieces) if piece.kind == "pager"), None)
    if texts is None:
        return Pager()
    last = max((int(text) for text in texts if text.isdecimal()), default=1)
    current = _current(claim, texts, last)
    return Pager(current=current, last=last) if current is not None else Pager()


def _current(claim: CountClaim | None, texts: Sequence[str], last: int) -> int | None:
    """Which page this is: the first has no way back, the last none on; the others are full, so that they can be counted."""
    if not _leads_back(texts) and _leads_on(texts):
        return 1
    if _leads_back(texts) and not _leads_on(texts):
        return last
    if claim is None or claim.first is None or claim.last is None:
        return None
    return (claim.first - 1) // (claim.last - claim.first + 1) + 1


def _leads_back(texts: Sequence[str]) -> bool:
    return bool(texts) and texts[0] in _ARROWS


def _leads_on(texts: Sequence[str]) -> bool:
    return bool(texts) and texts[-1] in _ARROWS


def stated_number(pieces: Sequence[Piece]) -> int | None:
    """The number of replies that a topic's description states."""
    said = (piece.texts[0] for piece in pieces if piece.kind == "described")
    digits = (re.sub(r"\D", "", text) for text in said)
    return next((int(number) for number in digits if 0 < len(number) < 10), None)


def topic_address(url: str | None) -> str | None:
    """The address of a topic's first page, of any of its pages."""
    return _PAGE_OF.sub("", url) if url is not None else None

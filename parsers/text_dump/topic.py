"""Tell a topic's title and forum from what stands above its posts."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from parsers.locale import fold
from parsers.text_dump.line import LINK_LIST
from parsers.text_dump.wording import phrase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parsers.text_dump.frame import Piece
    from parsers.text_dump.line import Line
    from parsers.text_dump.wording import Wording

# What parts a page's title from its site's name.
_TITLE_MARKS = ("-", "|", ":", "·", '"')
# No text browser is wider, and no title takes more lines in one.
_WIDEST, _MOST_LINES = 200, 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """Where a topic is and what it is called; `used` are the lines that say so and belong to no piece."""

    title: str
    forum: tuple[str, ...]
    used: frozenset[int]


def read_topic(
    lines: Sequence[Line], pieces: Sequence[Piece], rest: Sequence[int], words: Wording
) -> Topic:
    """Read a topic's title and forum.

    Args:
        lines: the dump's lines.
        pieces: what the frame says, that below the posts included.
        rest: the lines above the posts that belong to no piece.
        words: what the page's frame can say.
    """
    crumbs = _breadcrumb(pieces, words)
    posted_in = next((piece for piece in pieces if piece.kind == "posted_in"), None)
    title, extra = "", frozenset[int]()
    if crumbs:
        title, extra = _unbroken(crumbs, lines, frozenset(rest))
    title = title or _named(pieces)
    if not title and not crumbs:
        title = _above(lines, pieces, rest)
    forum = _forum(crumbs.texts, words) if crumbs else ()
    if posted_in and not forum:
        forum = posted_in.texts
    return Topic(title=title, forum=forum, used=extra.union(_titles(lines, rest, title)))


def _breadcrumb(pieces: Sequence[Piece], words: Wording) -> Piece | None:
    """The breadcrumb that begins at home, else the last."""
    found = [piece for piece in pieces if piece.kind == "breadcrumb"]
    from_home = [piece for piece in found if _is_home(piece.texts[0], words)]
    return next(reversed(from_home or found), None)


def _is_home(step: str, words: Wording) -> bool:
    """Whether a step is the first, with or without words before it (`You are here: Home`)."""
    return phrase(step.rpartition(":")[2]) in words.homes


def _forum(steps: Sequence[str], words: Wording) -> tuple[str, ...]:
    """The forums of a breadcrumb: without the site's home, the list of all forums, and the topic itself."""
    forums = list(steps[:-1])
    if forums and _is_home(forums[0], words):
        del forums[0]
    for place in (0, 1):
        if len(forums) > place and phrase(forums[place]) in words.forums:
            return tuple(forums[place + 1 :])
    return tuple(forums)


def _unbroken(
    crumbs: Piece, lines: Sequence[Line], rest: frozenset[int]
) -> tuple[str, frozenset[int]]:
    """A breadcrumb's last step, with the lines below it where a text browser broke it."""
    title, below = crumbs.texts[-1], crumbs.end
    width = _width(lines)
    while title and below in rest and below < crumbs.end + _MOST_LINES:
        first_word = lines[below].text.partition(" ")[0]
        if len(lines[below - 1].raw) + 1 + len(first_word) <= width:
            break
        title = f"{title} {lines[below].text}"
        below += 1
    # What is below then is something else: text that no browser broke goes on with more that is not known.
    if width > _WIDEST or below in rest:
        return crumbs.texts[-1], frozenset()
    return title, frozenset(range(crumbs.end, below))


def _width(lines: Sequence[Line]) -> int:
    """How wide a text is, but for the few lines that hold an address too long to be broken."""
    above_links = takewhile(lambda line: line.raw != LINK_LIST, lines)
    lengths = sorted((len(line.raw) for line in above_links if line.text), reverse=True)
    return lengths[len(lengths) // 20] if lengths else 0


def _named(pieces: Sequence[Piece]) -> str:
    """The title as a notice or a form's heading names it."""
    named = (piece for piece in pieces if piece.kind in {"closed", "reply_title"} and piece.texts)
    return next((piece.texts[0] for piece in named), "")


def _above(lines: Sequence[Line], pieces: Sequence[Piece], rest: Sequence[int]) -> str:
    """The line just above the first piece, or above the posts."""
    first = min((piece.start for piece in pieces if piece.kind != "pager"), default=None)
    above = [at for at in rest if first is None or at < first] or list(rest)
    short = [at for at in above if lines[at].is_short]
    return lines[short[-1]].text if short else ""


def _titles(lines: Sequence[Line], rest: Sequence[int], title: str) -> set[int]:
    """The lines that are the title, one or several to it, or the page's title: the topic's and the site's."""
    used: set[int] = set()
    free = frozenset(rest)
    for at in rest if title else ():
        text, end = lines[at].text, at + 1
        while end in free and len(text) < len(title):
            text, end = f"{text} {lines[end].text}", end + 1
        if _is_title(text, title):
            used.update(range(at, end))
    return used


def _is_title(text: str, title: str) -> bool:
    """Whether a line is the title, or a page's title: the topic's and the site's."""
    line, wanted = fold(text), fold(title)
    if not line.startswith(wanted):
        return False
    behind = line[len(wanted) :]
    return not behind or (behind[0] == " " and behind.lstrip().startswith(_TITLE_MARKS))

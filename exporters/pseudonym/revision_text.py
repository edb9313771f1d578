"""Take the time out of a line of a revision log, in every language that a table of wordings knows."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from parsers.locale import all_locales
from parsers.revision_line import time_in

if TYPE_CHECKING:
    from parsers.records import Edit

_LEFT_OUT = "…"


def timeless(edit: Edit) -> str:
    """The line with `…` in the place of its time; of a line in unknown words no more than who and why."""
    place = _place(edit.text)
    if place is None:
        return " ".join(part for part in (_LEFT_OUT, edit.editor, edit.reason) if part)
    start, end = place
    return f"{edit.text[:start]}{_LEFT_OUT}{edit.text[end:]}"


# Trying all languages takes a millisecond, and most lines of a forum are in one and the same words.
@lru_cache(maxsize=4096)
def _place(line: str) -> tuple[int, int] | None:
    return time_in(line, all_locales())

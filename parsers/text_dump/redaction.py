"""Cut the addresses of authors, which only moderators see, out of a text dump; empty brackets stand in their place."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from parsers.records import TopicPage

_BREAK = re.compile(rb"(\r\n|\r|\n)")
_PLACE = re.compile(r"line (\d+): ")
_ADDRESS = re.compile(rb"\(?[0-9a-fA-F][0-9a-fA-F.:]*\)?")
_WIDE = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def redact_dump(body: bytes, found: TopicPage) -> bytes:
    """A dump's bytes without the addresses that were left out of what was read from it; else as they are.

    Args:
        body: the dump.
        found: what was read from it.
    """
    told = (
        _PLACE.match(problem.detail)
        for post in found.posts
        for problem in post.problems
        if problem.code == "address-left-out"
    )
    numbers = {int(match[1]) for match in told if match}
    wide = next((name for mark, name in _WIDE if body.startswith(mark)), None)
    if not numbers or wide is None:
        return _without(body, numbers)
    text = body.decode(wide, "replace").encode()
    return _without(text, numbers).decode().encode(wide)


def _without(body: bytes, numbers: set[int]) -> bytes:
    pieces = _BREAK.split(body)
    for number in numbers:
        place = 2 * (number - 1)
        pieces[place] = _ADDRESS.sub(b"()", pieces[place].rstrip(), count=1)
    return b"".join(pieces) if numbers else body

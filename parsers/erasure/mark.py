"""What stands in the place of what was erased."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

_MARK = re.compile(r" threadkeep: erased (post|topic)((?: [a-z-]+)*) ")
# What bbPress says of a topic with its opening post.
_STATES = ("status-closed", "sticky", "super-sticky")


def erased_mark(classes: Collection[bytes], *, is_opening: bool) -> bytes:
    """What stands in the place of a post, so that whoever counts posts knows of it; engines read it.

    Args:
        classes: the post's; what an opening post says of its topic stays.
        is_opening: it opens its topic.
    """
    states = [state for state in _STATES if is_opening and state.encode() in classes]
    words = " ".join(("topic" if is_opening else "post", *states))
    return f"<!-- threadkeep: erased {words} -->".encode()


def read_mark(comment: str | None) -> frozenset[str] | None:
    """The words of a comment that stands in the place of a post: `post`, or `topic` with its states; None of any other."""
    match = _MARK.fullmatch(comment or "")
    return frozenset((match[1], *match[2].split())) if match is not None else None


IN_TEXT = "[erased]"
"""In the place of a name, a sentence or a title."""

IN_ADDRESS = "erased"
"""The same in addresses, which take no brackets."""

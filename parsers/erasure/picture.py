"""Find the pictures of who wrote certain posts: their addresses hold a digest of an e-mail address."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from parsers.erasure.zone import outward
from parsers.redaction.outline import read_outline

if TYPE_CHECKING:
    from collections.abc import Collection

_DIGEST = re.compile(rb"avatar/([0-9a-f]{32,64})(?![0-9a-f])")


def pictures_of(data: bytes, posts: Collection[int]) -> frozenset[str]:
    """The digests in the addresses of the pictures that stand beside posts.

    Args:
        data: a page.
        posts: the posts.
    """
    outline = read_outline(data)
    found: set[str] = set()
    for part in outline.parts:
        if part.name == b"img" and not part.is_text:
            numbers = {one.post_id or one.numbered for one in outward(part)}
            if not numbers.isdisjoint(posts):
                match = _DIGEST.search(outline.written(part, b"src"))
                found |= {match[1].decode()} if match is not None else set()
    return frozenset(found)

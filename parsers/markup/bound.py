"""Refuse markup that would take more time or memory than any page of a forum is worth; what is refused is not read at all."""

from __future__ import annotations

from parsers.errors import OversizedPageError
from parsers.markup.tag import attribute_count, is_orderly, tags

# Tags and attributes of a page: more than ten thousand posts.
MOST_PARTS = 1_000_000
# The time that libxml2 takes for a tag grows with the square of how many attributes it has.
MOST_ATTRIBUTES = 1_000
# What is smaller cannot hold enough attributes to take long, nor enough of anything to take much memory.
_SMALL, _LARGE = 128 * 2**10, 4 * 2**20


def check_markup(data: bytes, url: str) -> None:
    """Count what is in a page's markup.

    Raises:
        OversizedPageError: it has more parts, or a tag with more attributes, than a page of a forum has.
    """
    if len(data) <= _SMALL or (len(data) <= _LARGE and is_orderly(data)):
        return
    parts = 0
    for tag in tags(data):
        # An attribute takes two bytes at least.
        if len(data) > _LARGE or tag.end - tag.attributes > 2 * MOST_ATTRIBUTES:
            attributes = attribute_count(data, tag, MOST_ATTRIBUTES)
            if attributes > MOST_ATTRIBUTES:
                raise OversizedPageError(
                    f"The page at {url} has a tag with more than {MOST_ATTRIBUTES:,} attributes, as no forum "
                    "writes any; threadkeep does not read it.",
                    url=url,
                )
            parts += 1 + attributes
        if parts > MOST_PARTS:
            raise OversizedPageError(
                f"The page at {url} has more than {MOST_PARTS:,} tags and attributes; have the forum show fewer "
                "posts on a page.",
                url=url,
            )

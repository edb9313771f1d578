"""Read what a topic page shows of its posts beside their bodies: pictures of their authors, lists of attachments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parsers.bbpress.landmark import find_landmarks
from parsers.bbpress.post_part import scopes_of
from parsers.post_media import post_media

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.bbpress.candidate import Candidate
    from parsers.document import Document
    from parsers.element import Element
    from parsers.media_link import PostMedia


def read_media(document: Document) -> tuple[PostMedia, ...]:
    """What the page shows of each of its posts beside its body."""
    base = document.base or document.page.final_url
    marks = find_landmarks(document.root, document.page.viewer)
    return tuple(
        post_media(one.post_id, scopes_of(one), _around(one), base) for one in marks.posts
    )


def _around(one: Candidate) -> Iterator[Element]:
    """Where a list of a post's attachments may stand: in its content or beside it."""
    if one.content is not None:
        yield one.content
    yield from scopes_of(one)

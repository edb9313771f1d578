"""What was seen of a post's body over time, as formats for data have it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A body that was seen of a post.

    Attributes:
        post_id: whose body.
        revision: 1 for the first body seen, one more for each changed one.
        seen_at: when it was first seen, in UTC; null where that is not known.
        body_html: the body's inner HTML.
        body_text: its visible text.
        source_url: the stored page that it was read from; null where a text dump says no address.
        source_sha256: of that page's body.
    """

    post_id: int
    revision: int
    seen_at: str | None
    body_html: str
    body_text: str
    source_url: str | None
    source_sha256: str


def no_revisions(post_id: int) -> Iterator[Revision]:
    """The bodies of a post of which nothing but the newest is known."""
    del post_id
    return iter(())

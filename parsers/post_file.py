"""A file that a post shows or links, as formats that bring files back to a forum have it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True, kw_only=True)
class PostFile:
    """A file that was found at its address.

    Attributes:
        url: where it lies, or lay.
        is_attachment: the post has it in its list of files; else its body shows or links it.
    """

    url: str
    is_attachment: bool


def no_files(post_id: int) -> Iterator[PostFile]:
    """The files of a post of which none are known."""
    del post_id
    return iter(())

"""What is to be kept out of pages: who and which posts, as whoever cuts them out may ask; nobody is named here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parsers.records import Author

PHRASE = 6
"""How many words in a row are taken for a quotation of an erased post."""


class Erased(Protocol):
    """Tells what was erased.

    Attributes:
        has_continuations: posts were erased that cut their pages.
        in_mentions: names and sentences are also cut out of what other people wrote.
    """

    @property
    def has_continuations(self) -> bool:
        """See the class."""
        ...

    @property
    def in_mentions(self) -> bool:
        """See the class."""
        ...

    def has_post(self, post_id: int) -> bool:
        """Whether a post was erased."""
        ...

    def has_author(self, author: Author) -> bool:
        """Whether who wrote a post was erased."""
        ...

    def has_account(self, user_id: int) -> bool:
        """Whether an account was erased, by its number."""
        ...

    def has_profile(self, url: str) -> bool:
        """Whether an address is the profile of somebody erased, or lies below it."""
        ...

    def has_address(self, url: str) -> bool:
        """Whether what is at an address was erased as a whole."""
        ...

    def has_opened(self, url: str) -> bool:
        """Whether the topic at an address was opened by somebody erased, and has no number that tells so."""
        ...

    def has_continuation(self, url: str) -> bool:
        """Whether a part of a page begins with the rest of an erased post, by its address."""
        ...

    def alias_of(self, url: str) -> str:
        """What stands in the place of the last part of an address that was erased as a whole."""
        ...

    def has_name(self, words: tuple[str, ...]) -> bool:
        """Whether these words are the name of somebody erased, and of nobody else."""
        ...

    def has_own_name(self, words: tuple[str, ...]) -> bool:
        """Whether these words are a name of somebody erased, who may share it: where a link says who is meant."""
        ...

    def has_title(self, words: tuple[str, ...]) -> bool:
        """Whether these words are the title of a topic that somebody erased opened, and of no other."""
        ...

    def rows_in(self, words: Sequence[str]) -> frozenset[tuple[str, ...]]:
        """Of the words of a page, those in a row that are any name, title or sentence of what was erased."""
        ...

    def has_phrase(self, words: tuple[str, ...]) -> bool:
        """Whether these words stand in a row in an erased post."""
        ...

"""The contract of an engine, the reader of one forum software; what an engine may see is here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from parsers.document import Document
    from parsers.records import PageKind, TopicPage


class Engine(Protocol):
    """One forum software. An engine is a module in `parsers/engines` with an `ENGINE` of this shape.

    Attributes:
        name: the software, as records name it (`bbpress`).
        example: an address that this engine claims and no other does.
    """

    name: str
    example: str

    def claims(self, url: str) -> bool:
        """Whether the address looks like one of this software's, as a hint and without a request."""
        ...

    def recognise(self, document: Document) -> PageKind | None:
        """What kind of page of this software this is; None where it is none of it."""
        ...

    def topic_link(self, document: Document) -> str | None:
        """The address of the topic that a page of kind `reply` belongs to."""
        ...

    def parse_topic(self, document: Document) -> TopicPage:
        """Read a page of kind `topic`.

        Raises:
            LayoutChangedError: a landmark that every post needs is missing.
            LoginRequiredError: the posts are behind a password.
        """
        ...

"""The contract of an engine, the reader of one forum software; what an engine may see is here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from parsers.document import Document
    from parsers.list_records import ListPage, ProfilePage
    from parsers.media_link import PostMedia
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


@runtime_checkable
class ListReader(Engine, Protocol):
    """An engine that reads more than topics: pages of the kinds `forum`, `list` and `profile`, too."""

    def parse_list(self, document: Document) -> ListPage:
        """Read a page of kind `forum` or `list`: what it lists, a row each, in page order.

        A list that is empty is read where the page says that it is; an empty record never stands for a page that was not
        understood.

        Raises:
            LayoutChangedError: it shows no rows, and nothing in their place.
            LoginRequiredError: the list is behind a login or a password.
        """
        ...

    def parse_profile(self, document: Document) -> ProfilePage:
        """Read a page of kind `profile`.

        Raises:
            LayoutChangedError: it names nobody.
        """
        ...


@runtime_checkable
class MediaReader(Engine, Protocol):
    """An engine that reads what a page of kind `topic` shows of posts beside their bodies."""

    def parse_media(self, document: Document) -> tuple[PostMedia, ...]:
        """Read the pictures of the authors and the lists of attachments, of each post in page order."""
        ...


@runtime_checkable
class LastResort(Engine, Protocol):
    """An engine that knows no software: it is asked where no other engine reads a page, and says why it does not."""

    def reason_against(self, document: Document) -> str | None:
        """Why it does not read a page, in one sentence; None where it does."""
        ...

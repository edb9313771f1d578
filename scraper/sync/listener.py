"""What a run tells while it goes on; whoever shows progress listens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSaved:
    """A page was read and committed.

    Attributes:
        title: the topic's.
        number: the page's number.
        last: the topic's last page, as known now.
        posts: posts on it.
    """

    title: str
    number: int
    last: int
    posts: int


class Listener(Protocol):
    """Whoever shows progress."""

    def page_saved(self, event: PageSaved) -> None:
        """A page was read and committed."""
        ...

    def page_failed(self, url: str, error: str) -> None:
        """A page could not be read; the crawl goes on."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaTried:
    """A picture or a file was asked for.

    Attributes:
        url: its address.
        number: which one of the run it is, from 1.
        total: how many there are to be asked for.
        error: one sentence that says why it was not kept; None where it was.
    """

    url: str
    number: int
    total: int
    error: str | None = None


@runtime_checkable
class MediaListener(Listener, Protocol):
    """A listener that is told of pictures and files, too."""

    def media_tried(self, event: MediaTried) -> None:
        """A picture or a file was asked for, and kept if it could be."""
        ...


class SilentListener:
    """Shows nothing."""

    def page_saved(self, event: PageSaved) -> None:
        """See `Listener.page_saved`."""

    def page_failed(self, url: str, error: str) -> None:
        """See `Listener.page_failed`."""

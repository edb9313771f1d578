"""What a run tells while it goes on; whoever shows progress listens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


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


class SilentListener:
    """Shows nothing."""

    def page_saved(self, event: PageSaved) -> None:
        """See `Listener.page_saved`."""

    def page_failed(self, url: str, error: str) -> None:
        """See `Listener.page_failed`."""

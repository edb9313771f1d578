"""Stored pages as a source: answers requests from pages that are at hand, and never connects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parsers.errors import NotFoundError
from scraper.fetch.verdict import judged

if TYPE_CHECKING:
    from collections.abc import Iterable

    from parsers.records import Page, Viewer
    from scraper.fetch.fetcher import Request


class ReplayFetcher:
    """Hands out stored pages by the address that was asked for; of several, the last.

    Attributes:
        requests: what was asked for, in order.
    """

    def __init__(self, pages: Iterable[Page]) -> None:
        self.requests: list[Request] = []
        self._pages = {page.url: page for page in pages}

    @property
    def viewer(self) -> Viewer:
        """See `Fetcher.viewer`."""
        return "guest"

    def get(self, request: Request, /) -> Page:
        """See `Fetcher.get`."""
        self.requests.append(request)
        if request.url not in self._pages:
            raise NotFoundError(f"No stored page has the address {request.url}.", url=request.url)
        return judged(self._pages[request.url], is_conditional=request.is_conditional)

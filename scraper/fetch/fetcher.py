"""The seam to the world: a `Fetcher` has one method, from a `Request` to a `Page`; nothing else in threadkeep fetches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from parsers.records import Page, Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One thing to ask for.

    Attributes:
        url: the address.
        reason: why, in a word or two, for logs and reports: `topic page 2`, `robots.txt`.
        etag: the `ETag` of the copy at hand, exactly as it came.
        last_modified: the `Last-Modified` of the copy at hand, exactly as it came.
        accept: what is welcome, where it is not a page.
        max_body: the largest body that is read, where that is not the settings' number.
    """

    url: str
    reason: str
    etag: str | None = None
    last_modified: str | None = None
    accept: str | None = None
    max_body: int | None = None

    @property
    def is_conditional(self) -> bool:
        """Whether “not modified” is a possible answer."""
        return self.etag is not None or self.last_modified is not None


class Fetcher(Protocol):
    """Whatever answers requests."""

    @property
    def viewer(self) -> Viewer:
        """As whom it asks, as far as answers have shown that."""
        ...

    def get(self, request: Request, /) -> Page:
        """Ask for one page.

        An answer of 304 to a conditional request is a `Page` with that status and an empty body: the copy at hand
        is current. The body may also be empty where a site sends an empty 200; what that means is the caller's to say.

        Raises:
            FetchError: the network or the site failed, after as many attempts as are allowed.
            AccessDeniedError: the site does not let the page be read.
            NotFoundError: there is nothing at the address.
            UsageError: the address is no web address, or one that is never asked for.
        """
        ...

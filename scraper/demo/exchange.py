"""One request to the demo server and one answer of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from scraper.demo.forum import DemoForum


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoRequest:
    """What somebody asked of the server.

    Attributes:
        number: counts the server's requests from 1.
        path: the path with its query, as sent.
        headers: names and values as sent.
        at: when it came, on the monotonic clock, in seconds.
        status: what was answered; 0 while nothing was, and for good where the connection was closed without a word.
        body: what was sent with it.
    """

    number: int
    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    at: float = 0.0
    status: int = 0
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The first value of a header, its name in any case."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAnswer:
    """What the server sends back.

    Attributes:
        headers: besides `Content-Length`, which is the body's whole length unless it is given here.
        hang_up: close the connection without a word.
        cut_head: close it in the midst of the headers, before any length and the line that ends them.
        cut_after: how many bytes of the body are sent before the connection is closed; all where it is None.
        delay: seconds before the first byte.
        pieces: how many pieces the body is sent in.
        pause: seconds between two of them. No wait keeps the server from stopping.
    """

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    hang_up: bool = False
    cut_head: bool = False
    cut_after: int | None = None
    delay: float = 0.0
    pieces: int = 1
    pause: float = 0.0


class AnsweringSite(Protocol):
    """The forum as it is being served."""

    @property
    def forum(self) -> DemoForum:
        """What is being served."""
        ...

    @property
    def base(self) -> str:
        """Its address, without a slash at its end."""
        ...

    def answer(self, target: str) -> DemoAnswer:
        """What the forum itself says to a path and query."""
        ...


Alteration = Callable[[AnsweringSite], DemoAnswer]
"""Makes an answer out of what the forum itself would say."""

Intercept = Callable[[DemoRequest], DemoAnswer | Alteration | None]
"""What a test may put before the forum: it answers a request itself, or returns None to let the forum answer."""

"""One request to the demo server and one answer of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoRequest:
    """What somebody asked of the server.

    Attributes:
        number: counts the server's requests from 1.
        path: the path with its query, as sent.
        headers: names and values as sent.
        at: when it came, on the monotonic clock, in seconds.
        status: what was answered; 0 while nothing was.
    """

    number: int
    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    at: float = 0.0
    status: int = 0

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
        cut_after: how many bytes of the body are sent before the connection is closed; all where it is None.
    """

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    hang_up: bool = False
    cut_after: int | None = None


Intercept = Callable[[DemoRequest], DemoAnswer | None]
"""What a test may put before the forum: it answers a request itself, or returns None to let the forum answer."""

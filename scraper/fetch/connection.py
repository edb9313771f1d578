"""Connections that keep their promises: no private peer, no answer without an end, no byte beyond the stated length.

Built on what http.client, urllib3 and requests offer for subclassing: `response_class`, `connect`, `ConnectionCls`,
`get_connection_with_tls_context`, `get_redirect_target`.
"""

from __future__ import annotations

import http.client
import io
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, cast

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from requests.utils import get_environ_proxies, select_proxy
from urllib3.connection import HTTPConnection, HTTPSConnection

from parsers.errors import UnsafeRedirectError
from scraper.fetch.network import addresses_of, named_host, refuse_private

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Mapping

    from _typeshed import WriteableBuffer
    from requests import PreparedRequest, Response
    from urllib3._base_connection import BaseHTTPConnection
    from urllib3.connectionpool import ConnectionPool, HTTPConnectionPool

    from scraper.politeness.clock import Clock

_BUFFER = 64 * 1024


class SurplusError(http.client.HTTPException):
    """More bytes came than the answer's `Content-Length` says: the body that would be read is cut short."""


class Guard:
    """What the connections of one session must observe just now.

    Attributes:
        open_host: the one host that may be in a private network, see `network.trust_key`.
        deadline: the monotonic time by which the answer under way must have come.
        newest: the answer that was begun last.
    """

    def __init__(self, clock: Clock) -> None:
        self.open_host: tuple[str, int] | None = None
        self.deadline = float("inf")
        self.newest: http.client.HTTPResponse | None = None
        self._clock = clock

    @property
    def remaining(self) -> float:
        """Seconds until the deadline."""
        return self.deadline - self._clock.monotonic()

    def abandon(self) -> None:
        """Close the answer under way: urllib3 forgets to, where its constructor refuses the headers."""
        if self.newest is not None:
            self.newest.close()

    def check_name(self, host: str, port: int | None) -> None:
        """Refuse a host before connecting, where its name stands for a private address.

        Raises:
            UnsafeRedirectError: it does.
        """
        if named_host(host, port) == self.open_host:
            return
        try:
            addresses = addresses_of(host, port or 80)
        except OSError:  # connecting fails in the same way, with an error that says more
            return
        refuse_private(host, addresses)

    def check_peer(self, host: str, port: int | None, sock: socket.socket) -> None:
        """Refuse a host after connecting, where its name meant another address this time.

        Raises:
            UnsafeRedirectError: the connection leads to a private address.
        """
        if named_host(host, port) != self.open_host:
            refuse_private(host, (str(sock.getpeername()[0]),))


class TimedReader(io.RawIOBase):
    """A socket's reading end that stops at the guard's deadline, however slowly bytes trickle in."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, guard: Guard) -> None:
        super().__init__()
        self._raw = raw
        self._sock = sock
        self._guard = guard

    def readable(self) -> bool:
        """See `io.IOBase.readable`."""
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int | None:
        """See `io.RawIOBase.readinto`."""
        remaining = self._guard.remaining
        if remaining <= 0:
            raise TimeoutError("the answer takes too long")
        if remaining < (self._sock.gettimeout() or float("inf")):
            self._sock.settimeout(remaining)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        """See `io.IOBase.close`."""
        self._raw.close()
        super().close()


class GuardedResponse(http.client.HTTPResponse):
    """An answer that is read against the clock and notices bytes beyond its stated length."""

    guard: Guard

    def __init__(
        self, sock: socket.socket, debuglevel: int = 0, method: str | None = None
    ) -> None:
        super().__init__(sock, debuglevel, method)
        self.fp = io.BufferedReader(TimedReader(self.fp.detach(), sock, self.guard), _BUFFER)
        self.guard.newest = self

    def read1(self, n: int = -1) -> bytes:
        """See `http.client.HTTPResponse.read1`."""
        if not self.isclosed() and self.length and not self.chunked:
            # One read from the socket at most: what it brings beyond the end should not be there.
            surplus = self.fp.peek()[self.length :]
            if surplus.strip():
                raise SurplusError(f"at least {len(surplus)} bytes more than the stated length")
        data = super().read1(n)
        if self.chunked and (self.chunk_left or 0) < 0:
            # http.client reads a negative chunk size as any number of bytes.
            raise http.client.IncompleteRead(data)
        return data


def guarded_connections(guard: Guard) -> dict[type, type[BaseHTTPConnection]]:
    """urllib3's two connection classes, each with a subclass that observes the guard."""

    class Answer(GuardedResponse):
        pass

    class Plain(HTTPConnection):
        response_class = Answer

        def connect(self) -> None:
            _connect(self, guard, super().connect)

    class Secure(HTTPSConnection):
        response_class = Answer

        def connect(self) -> None:
            _connect(self, guard, super().connect)

    Answer.guard = guard
    # urllib3's protocol and its own class differ in how they declare default_socket_options.
    return {
        HTTPConnection: cast("type[BaseHTTPConnection]", Plain),
        HTTPSConnection: cast("type[BaseHTTPConnection]", Secure),
    }


class GuestSession(requests.Session):
    """A session that stays a guest: no cookie is kept, no password sent, no redirect followed behind our back.

    Only where it is handed something to identify itself with, it is not.
    """

    def __init__(
        self, guard: Guard, headers: Mapping[str, str], auth: AuthBase | None = None
    ) -> None:
        super().__init__()
        self.auth = auth or _NoAuth()
        self.headers.clear()
        self.headers.update(headers)
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = _GuardedAdapter(guard)
        self.mount("http://", adapter)
        self.mount("https://", adapter)

    def get_redirect_target(self, resp: Response) -> str | None:  # noqa: ARG002 - requests' own signature
        """None: requests reads a redirect's whole body to prepare the next request, which we make ourselves."""
        return None


def is_proxied(url: str) -> bool:
    """Whether the environment names a proxy for this address; it is then the proxy that resolves the host's name."""
    return select_proxy(url, get_environ_proxies(url, no_proxy=None)) is not None


class _NoAuth(AuthBase):
    """Sends no password, and keeps requests from looking one up in `~/.netrc`."""

    def __call__(self, r: PreparedRequest) -> PreparedRequest:
        return r


class _GuardedAdapter(HTTPAdapter):
    def __init__(self, guard: Guard) -> None:
        self._connections = guarded_connections(guard)
        super().__init__(pool_connections=8, pool_maxsize=1)

    def get_connection_with_tls_context(
        self,
        request: PreparedRequest,
        verify: bool | str | None,
        proxies: Mapping[str, str] | None = None,
        cert: tuple[str, str] | str | None = None,
    ) -> ConnectionPool:
        found = super().get_connection_with_tls_context(request, verify, proxies, cert)
        pool = cast("HTTPConnectionPool", found)
        pool.ConnectionCls = self._connections.get(pool.ConnectionCls, pool.ConnectionCls)
        return pool


def _connect(connection: HTTPConnection, guard: Guard, connect: Callable[[], None]) -> None:
    if connection.proxy is not None:
        connect()
        return
    guard.check_name(connection.host, connection.port)
    connect()
    try:
        guard.check_peer(connection.host, connection.port, connection.sock)
    except UnsafeRedirectError:
        connection.close()
        raise

"""A raw-socket server on loopback that answers with scripted bytes: for faults that HTTP libraries do not produce."""

from __future__ import annotations

import contextlib
import gzip
import socket
import threading
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What one request is answered with, byte for byte.

    Attributes:
        pieces: sent one after the other.
        gap: seconds between two pieces.
        keep: wait for another request on the same connection instead of closing it.
    """

    pieces: tuple[bytes, ...]
    gap: float = 0.0
    keep: bool = False


def reply(data: bytes, *, keep: bool = False) -> Reply:
    """A reply sent in one piece, `{...}` left as it is; line ends of the head must be right already."""
    return Reply(pieces=(data,), keep=keep)


def page_reply(body: bytes, *, keep: bool = False) -> Reply:
    """A faultless answer with this body."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n" % len(body)
    return reply(head + (b"\r\n" if keep else b"Connection: close\r\n\r\n") + body, keep=keep)


class RawServer:
    """Answers each request with the next reply, the last one again and again.

    Attributes:
        heads: the heads of the requests that came, in order.
        greeting: sent on each connection before anything is read from it.
    """

    def __init__(self, replies: Sequence[Reply] = (), *, greeting: bytes = b"") -> None:
        self.greeting = greeting
        self.heads: list[str] = []
        self.replies = list(replies)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._connections: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    @property
    def paths(self) -> list[str]:
        return [head.split(" ")[1] for head in self.heads]

    @property
    def connections(self) -> int:
        return len(self._connections)

    def finish(self) -> None:
        """Wait until the newest connection is closed from this side."""
        self._threads[-1].join(5)

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        # A connection of our own wakes the thread that waits for one.
        with contextlib.suppress(OSError), socket.create_connection(self._listener.getsockname()):
            pass
        with self._lock:
            for connection in self._connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        self._listener.close()

    def _start(self, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._stopped.is_set():
            connection, _ = self._listener.accept()
            with self._lock:
                self._connections.append(connection)
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.sendall(self.greeting)
            while (head := _read_head(connection)) and not self._stopped.is_set():
                with self._lock:
                    self.heads.append(head)
                    answer = self.replies[min(len(self.heads), len(self.replies)) - 1]
                self._send(connection, answer)
                if not answer.keep:
                    return

    def _send(self, connection: socket.socket, answer: Reply) -> None:
        for piece in answer.pieces:
            connection.sendall(piece.replace(b"{origin}", self.origin.encode()))
            if answer.gap:
                self._stopped.wait(answer.gap)


def _read_head(connection: socket.socket) -> str:
    head = b""
    while b"\r\n\r\n" not in head:
        received = connection.recv(65536)
        if not received:
            return ""
        head += received
    return head.decode("latin-1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A case from `fixtures/http`: what a server sends, and what must come of it.

    Attributes:
        why: what the case shows.
        replies: one a request.
        settings: settings of the fetcher that differ from their defaults.
        request: fields of the request beyond its URL.
        expect: what must hold, see `tests/test_fetch.py`.
    """

    why: str
    replies: tuple[Reply, ...]
    settings: dict[str, Any] = field(default_factory=dict[str, Any])
    request: dict[str, Any] = field(default_factory=dict[str, Any])
    expect: dict[str, Any]


def load_exchange(path: Path) -> Exchange:
    """Read a case.

    Above the line `+++` stand its reason and expectation in TOML, below it the answers, each begun by a line `>>>`
    with options after it, in TOML: `gzip = true` compresses the body, `cut = N` leaves out its last N bytes as sent,
    `extra = N` states N bytes more than are sent, `fill = N` repeats the body up to N bytes, `length = false` states
    no length, `head = "raw"` changes and adds nothing, `keep = true` keeps the connection open.
    """
    top, _, answers = path.read_bytes().partition(b"\n+++\n")
    meta = tomllib.loads(top.decode())
    replies = tuple(_reply_from(part) for part in answers.split(b">>>")[1:])
    return Exchange(
        why=meta.pop("why"),
        replies=replies,
        settings=meta.get("settings", {}),
        request=meta.get("request", {}),
        expect=meta["expect"],
    )


def _reply_from(part: bytes) -> Reply:
    line, _, rest = part.partition(b"\n")
    options = tomllib.loads("options = {" + line.decode() + "}")["options"]
    head, _, body = rest.partition(b"\n\n")
    body = body.removesuffix(b"\n").replace(b"\\r\\n", b"\r\n").replace(b"\\0", b"\0")
    if options.get("head") == "raw":
        return Reply(
            pieces=(head.replace(b"\n", b"\r\n") + (b"\r\n\r\n" + body if body else b""),)
        )
    if "fill" in options:
        body = (body * (options["fill"] // max(len(body), 1) + 1))[: options["fill"]]
    if options.get("gzip"):
        body = gzip.compress(body, mtime=0)
    stated = len(body) + options.get("extra", 0)
    body = body[: len(body) - options.get("cut", 0)]
    if options.get("length", True) and b"transfer-encoding" not in head.lower():
        head += b"\nContent-Length: %d" % stated
    if not options.get("keep", False):
        head += b"\nConnection: close"
    return Reply(
        pieces=(head.replace(b"\n", b"\r\n") + b"\r\n\r\n", body), keep=options.get("keep", False)
    )

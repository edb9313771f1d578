"""Serves a demo forum over HTTP on loopback, remembers what was asked, and lets a test interfere."""

from __future__ import annotations

import contextlib
import gzip
import socket
import sys
import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import TYPE_CHECKING

from scraper.demo.exchange import DemoAnswer, DemoRequest, Intercept
from scraper.demo.site import DemoSite

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any, Self

    from scraper.demo.forum import DemoForum
    from scraper.demo.life_script import Life
    from scraper.demo.login import Gate

_TEXT = ("text/", "application/")


class DemoServer:
    """A demo forum at `http://127.0.0.1:PORT`, served by threads from `start` (or entering `with`) on.

    The forum may be replaced at any time, also while it is served: the next request meets the new one.

    Attributes:
        url: the site's address, without a slash at its end.
        intercept: is asked before every answer; what it returns is sent instead, None leaves the forum to answer.
            It runs in the request's own thread and may call `ordinary` for what the forum would have said.
        life: what happens on the forum while it is visited and between visits; the first visit begins at once.
        gate: logs members in; without it nobody can.
        max_in_flight: the most requests that were ever being answered at the same time.
    """

    def __init__(
        self,
        forum: DemoForum,
        *,
        port: int = 0,
        intercept: Intercept | None = None,
        life: Life | None = None,
        gate: Gate | None = None,
    ) -> None:
        self._listener = _Listener(("127.0.0.1", port), self)
        self.url = f"http://127.0.0.1:{self._listener.server_port}"
        self.intercept = intercept
        self.life = life
        self.gate = gate
        self.max_in_flight = 0
        self._site = DemoSite(life.next_visit(forum) if life else forum, self.url)
        self._requests: list[DemoRequest] = []
        self._count = 0
        self._in_flight = 0
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def forum(self) -> DemoForum:
        """What is being served."""
        return self._site.forum

    @forum.setter
    def forum(self, forum: DemoForum) -> None:
        self._site = DemoSite(forum, self.url)

    @property
    def requests(self) -> list[DemoRequest]:
        """What was asked so far, in the order in which it was answered."""
        with self._lock:
            return list(self._requests)

    def forget_requests(self) -> None:
        """Start the list of requests and the maximum in flight anew."""
        with self._lock:
            self._requests.clear()
            self.max_in_flight = 0

    def next_visit(self) -> None:
        """Let happen what the life script has between the visit before and the one that begins now."""
        if self.life:
            with self._lock:
                self.forum = self.life.next_visit(self.forum)

    def ordinary(self, path: str) -> DemoAnswer:
        """What the forum itself answers, whatever `intercept` would say; it is not counted as a request."""
        return self._site.answer(path)

    def start(self) -> Self:
        """Begin to answer.

        Returns:
            The server itself.
        """
        self._thread = threading.Thread(
            target=self._listener.serve_forever, args=(0.02,), daemon=True
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop answering and close every connection. A stopped server cannot be started again."""
        self._stopping.set()
        if self._thread:
            self._listener.shutdown()
            self._thread.join()
            self._thread = None
        self._listener.server_close()
        self._listener.close_connections()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def wait(self, seconds: float) -> bool:
        """Let time pass in the middle of an answer. The listener calls this.

        Returns:
            Whether the server goes on; one that stops waits no longer.
        """
        return not self._stopping.wait(seconds)

    def respond(
        self, method: str, path: str, headers: tuple[tuple[str, str], ...], body: bytes = b""
    ) -> DemoAnswer:
        """Answer one request and remember it. The listener calls this."""
        with self._lock:
            self._count += 1
            self._in_flight += 1
            self.max_in_flight = max(self.max_in_flight, self._in_flight)
            number = self._count
        request = DemoRequest(
            number=number,
            method=method,
            path=path,
            headers=headers,
            at=time.monotonic(),
            body=body,
        )
        status = 500  # what an exception in the forum or in `intercept` comes down to
        try:
            answer = self._answer(request)
            self._live_on(request)
            status = 0 if answer.hang_up else answer.status
        finally:
            with self._lock:
                self._in_flight -= 1
                self._requests.append(replace(request, status=status))
        return answer

    def _answer(self, request: DemoRequest) -> DemoAnswer:
        site = self._site if self.gate is None else self.gate.site_for(request, self._site)
        intercepted = self.intercept(request) if self.intercept else None
        if isinstance(intercepted, DemoAnswer):
            return intercepted
        if intercepted is not None:
            return intercepted(site)
        if self.gate is not None and self.gate.is_meant(request):
            return self.gate.answer(request, self.url)
        if request.method not in {"GET", "HEAD"}:
            return DemoAnswer(status=405, headers=(("Allow", "GET, HEAD"),))
        return _compressed(site.answer(request.path), request)

    def _live_on(self, request: DemoRequest) -> None:
        """Let happen what comes after this request: its answer is made, but nobody has seen it yet."""
        if self.life is None:
            return
        with self._lock:
            before = self.forum
            after = self.life.answered(request.path, before)
            if after is not before:
                self.forum = after


def _compressed(answer: DemoAnswer, request: DemoRequest) -> DemoAnswer:
    """The forum's own answer as a client gets it that takes gzip."""
    kind = dict(answer.headers).get("Content-Type", "")
    if not answer.body or not kind.startswith(_TEXT):
        return answer
    headers = (*answer.headers, ("Vary", "Accept-Encoding"))
    if "gzip" not in (request.header("Accept-Encoding") or ""):
        return replace(answer, headers=headers)
    # The quickest level: what a client can decompress matters here, not how small it is.
    body = gzip.compress(answer.body, compresslevel=1, mtime=0)
    return replace(answer, headers=(*headers, ("Content-Encoding", "gzip")), body=body)


class _Listener(ThreadingHTTPServer):
    """Accepts connections, a thread each, and knows which are open."""

    request_queue_size = 128

    def __init__(self, address: tuple[str, int], demo: DemoServer) -> None:
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__(
            address, lambda request, client, listener: _Handler(request, client, listener, demo)
        )

    def server_bind(self) -> None:
        """Bind without looking up the machine's name, which can take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.socket.getsockname()[1]

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401  # socketserver's own signature
        """Remember a connection before its thread begins."""
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401  # socketserver's own signature
        """Forget a connection that its thread is done with."""
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        """Wake the threads that wait on kept connections; each then closes its own."""
        with self._guard:
            waiting = list(self._open)
        for connection in waiting:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401  # socketserver's own signature
        """Say nothing of a client that went away; anything else is a mistake here and is shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """Speaks HTTP/1.1 on one connection, for as long as the client keeps it."""

    protocol_version = "HTTP/1.1"
    server_version = "DemoForum"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave in one packet

    def __init__(
        self,
        request: Any,  # noqa: ANN401  # socketserver's own signature
        client_address: Any,  # noqa: ANN401  # socketserver's own signature
        server: _Listener,
        demo: DemoServer,
    ) -> None:
        self._demo = demo
        super().__init__(request, client_address, server)

    def do_GET(self) -> None:
        self._respond()

    do_HEAD = do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815  # http.server's own names

    def _respond(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = tuple(self.headers.items())
        answer = self._demo.respond(self.command, self.path, headers, body)
        if answer.hang_up or not self._demo.wait(answer.delay):
            self.close_connection = True
            return
        self._send_head(answer)
        if self.command != "HEAD" and not answer.cut_head:
            self._send_body(answer)
        if answer.cut_head or answer.cut_after is not None:
            self.close_connection = True

    def _send_body(self, answer: DemoAnswer) -> None:
        body = answer.body[: answer.cut_after]
        size = -(-len(body) // answer.pieces) or 1
        self.wfile.write(body[:size])
        for start in range(size, len(body), size):
            self.wfile.flush()
            if not self._demo.wait(answer.pause):
                self.close_connection = True
                return
            self.wfile.write(body[start : start + size])

    def _send_head(self, answer: DemoAnswer) -> None:
        self.send_response(answer.status)
        names = {name.lower() for name, _ in answer.headers}
        for name, value in answer.headers:
            self.send_header(name, value)
        if answer.cut_head:
            self.flush_headers()
            return
        if "content-length" not in names and "transfer-encoding" not in names:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # http.server's own name
        """Print nothing: requests are remembered instead."""

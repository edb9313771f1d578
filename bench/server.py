"""Serve a demo topic from a process of its own, each page rendered and compressed once, so that its cost hides nobody's.

python -m bench.server POSTS [--delay SECONDS]
"""

from __future__ import annotations

import argparse
import gzip
import json
import socketserver
import time
from typing import TYPE_CHECKING, cast

from scraper.demo import DemoSettings, expected_topics, generate
from scraper.demo.site import DemoSite

if TYPE_CHECKING:
    from scraper.demo import DemoAnswer


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, posts: int, delay: float) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.delay = delay
        self._forum = generate(DemoSettings(topics=1, posts=posts, showcase=False))
        self._url = f"http://127.0.0.1:{self.server_address[1]}"
        self._site = DemoSite(self._forum, self._url)
        self._answers: dict[str, bytes] = {}

    def urls(self) -> list[str]:
        topic = expected_topics(self._forum, self._url)[0]
        return [
            topic.url if number == 1 else f"{topic.url}page/{number}/"
            for number in range(1, topic.pages + 1)
        ]

    def answer(self, path: str) -> bytes:
        if path not in self._answers:
            self._answers[path] = _message(self._site.answer(path))
        return self._answers[path]


def _message(answer: DemoAnswer) -> bytes:
    body = gzip.compress(answer.body, compresslevel=6, mtime=0)
    headers = (*answer.headers, ("Content-Encoding", "gzip"), ("Content-Length", str(len(body))))
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"HTTP/1.1 {answer.status} As-Is\r\n{lines}\r\n".encode() + body


class _Connection(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self) -> None:
        server = cast("_Server", self.server)
        while line := self.rfile.readline():
            while self.rfile.readline() not in {b"\r\n", b""}:
                pass
            message = server.answer(line.split()[1].decode())
            if server.delay:
                time.sleep(server.delay)
            self.wfile.write(message)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.server", description=__doc__)
    parser.add_argument("posts", type=int)
    parser.add_argument("--delay", type=float, default=0.0)
    options = parser.parse_args()
    with _Server(options.posts, options.delay) as server:
        print(json.dumps(server.urls()), flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()

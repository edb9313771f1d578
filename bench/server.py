"""Serve a demo forum from a process of its own, each page rendered and compressed once, so that its cost hides nobody's.

python -m bench.server POSTS [--topics N] [--showcase] [--delay SECONDS]

It first prints its address. Then each line on its standard input is a question or an event, and it prints one line of
JSON after each: `pages`, those of the first topic; `posts`, the number of each post that a guest may read; `asked`, how
many requests came since that was last asked; or an event of `bench.day`, which happens on the forum as it was at first.
It ends with its input.
"""

from __future__ import annotations

import argparse
import gzip
import json
import socketserver
import sys
import threading
import time
from typing import TYPE_CHECKING, cast

from bench.day import EVENTS
from scraper.demo import DemoSettings, expected_topics, generate
from scraper.demo.site import DemoSite

if TYPE_CHECKING:
    from scraper.demo import DemoAnswer, DemoForum


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, forum: DemoForum, delay: float) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.delay = delay
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.asked: list[str] = []
        self._forum = forum
        self._show(forum)

    def _show(self, forum: DemoForum) -> None:
        self._site = DemoSite(forum, self.url)
        self._answers: dict[tuple[str, bool], bytes] = {}

    def reply(self, question: str) -> object:
        """What is printed after a line on the standard input."""
        if question in EVENTS:
            self._show(EVENTS[question](self._forum))
            return len(self._site.forum.topics)
        questions = {"pages": self._pages, "posts": self._posts, "asked": self._take_asked}
        return questions[question]()

    def _pages(self) -> list[str]:
        topic = expected_topics(self._site.forum, self.url)[0]
        return [
            topic.url if number == 1 else f"{topic.url}page/{number}/"
            for number in range(1, topic.pages + 1)
        ]

    def _posts(self) -> list[int]:
        topics = expected_topics(self._site.forum, self.url)
        return [post.post_id for topic in topics for post in topic.posts]

    def _take_asked(self) -> int:
        asked, self.asked = self.asked, []
        return len(asked)

    def answer(self, path: str, *, is_packed: bool) -> bytes:
        if (path, is_packed) not in self._answers:
            answer = self._site.answer(path)
            self._answers[path, is_packed] = _message(answer, is_packed=is_packed)
        return self._answers[path, is_packed]


def _message(answer: DemoAnswer, *, is_packed: bool) -> bytes:
    body, headers = answer.body, answer.headers
    if is_packed:
        body = gzip.compress(body, compresslevel=6, mtime=0)
        headers = (*headers, ("Content-Encoding", "gzip"))
    headers = (*headers, ("Content-Length", str(len(body))))
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"HTTP/1.1 {answer.status} As-Is\r\n{lines}\r\n".encode() + body


class _Connection(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self) -> None:
        server = cast("_Server", self.server)
        while line := self.rfile.readline():
            is_packed = False
            while (header := self.rfile.readline().lower()) not in {b"\r\n", b""}:
                is_packed |= header.startswith(b"accept-encoding:") and b"gzip" in header
            path = line.split()[1].decode()
            server.asked.append(path)
            message = server.answer(path, is_packed=is_packed)
            if server.delay:
                time.sleep(server.delay)
            self.wfile.write(message)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.server", description=__doc__)
    parser.add_argument("posts", type=int)
    parser.add_argument("--topics", type=int, default=1)
    parser.add_argument("--showcase", action="store_true")
    parser.add_argument("--delay", type=float, default=0.0)
    options = parser.parse_args()
    settings = DemoSettings(topics=options.topics, posts=options.posts, showcase=options.showcase)
    with _Server(generate(settings), options.delay) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(json.dumps(server.url), flush=True)
        for line in sys.stdin:
            print(json.dumps(server.reply(line.strip())), flush=True)
        server.shutdown()


if __name__ == "__main__":
    main()

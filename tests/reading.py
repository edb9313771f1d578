"""An archive with everything that a reader shows, and readers of it: served on loopback, or written as a site."""

from __future__ import annotations

import hashlib
import socket
import sqlite3
import threading
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import requests
import uvicorn

from scraper.demo import DemoServer, DemoSettings, Written, generate
from scraper.politeness.clock import FakeClock
from scraper.sync.crawl_options import CrawlOptions
from scraper.sync.pipeline import ArchiveJob, archive_topics
from tests.archiving import HASTY, readable_topics
from threadkeep.reader.application import application

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from scraper.demo import DemoPost, DemoTopic

LONG = "Long and winding"
EDITED = "What was written at first."
SINCE = "What was written in the end."


PICTURE = b"\x89PNG\r\n\x1a\n picture"
DOCUMENT = b"<html><script>alert(1)</script></html>"
_ADDRESS = """
INSERT INTO media_addresses (url, host, kind, status, sha256, found_at, fetched_at)
VALUES (?, 'files.test', 'image', ?, ?, '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z')
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadForum:
    """An archive, and what was done on its forum.

    Attributes:
        path: the archive.
        host: of the forum.
        long: a topic of two pages in a reader.
        edited: a post of which two versions were seen.
        gone: a post of the same topic that has vanished.
    """

    path: Path
    host: str
    long: DemoTopic
    edited: DemoPost
    gone: DemoPost

    @property
    def topic_page(self) -> str:
        """The name of the first page of the long topic."""
        return f"topics/{self.long.topic_id}-long-and-winding"


def read_forum(folder: Path) -> ReadForum:
    """Archive a demo forum, let a post be edited and another one vanish, and archive it again."""
    path = folder / "forum.db"
    forum = generate(DemoSettings(topics=22, posts=12, per_page=15))
    long = _long_topic(forum.topics[-1])
    with DemoServer(forum.with_topic(long)) as server:
        clock = FakeClock()
        _archive(server, path, clock)
        posts = list(long.posts)
        edited, gone = posts[3], posts[5]
        posts[3] = replace(edited, body=_written(SINCE))
        del posts[5]
        server.forum = server.forum.with_topic(replace(long, posts=tuple(posts)))
        clock.advance(timedelta(days=1).total_seconds())
        _archive(server, path, clock)
        host = server.url.removeprefix("http://")
    return ReadForum(path=path, host=host, long=long, edited=edited, gone=gone)


def _long_topic(topic: DemoTopic) -> DemoTopic:
    first = max(post.post_id for post in topic.posts) + 1
    posts = list(topic.posts)
    for number in range(60):
        moment = posts[-1].posted + timedelta(hours=1)
        body = _written(f"Reply {number} of many.")
        posts.append(
            replace(
                posts[1], post_id=first + number, posted=moment, body=body, parent=None, edits=()
            )
        )
    posts[3] = replace(posts[3], body=_written(EDITED))
    return replace(topic, title=LONG, slug="long-and-winding", posts=tuple(posts))


def _written(text: str) -> Written:
    return Written(html=f"<p>{text}</p>", text=text)


def _archive(server: DemoServer, path: Path, clock: FakeClock) -> None:
    urls = tuple(topic.url for topic in readable_topics(server))
    options = CrawlOptions(refresh=path.exists())
    job = ArchiveJob(urls=urls, path=path, fetch=HASTY, crawl=options, command="threadkeep demo")
    archive_topics(job, clock=clock)


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A reader that is being served.

    Attributes:
        url: its address, with a slash at its end.
    """

    url: str

    def get(
        self, address: str = "", *, follow: bool = True, headers: dict[str, str] | None = None
    ) -> requests.Response:
        """What it answers."""
        return requests.get(
            f"{self.url}{address}", headers=headers, allow_redirects=follow, timeout=60
        )


@contextmanager
def served(path: Path, *, token: str | None = None) -> Generator[Served]:
    """Serve an archive on loopback, as `threadkeep serve` does."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        application(path, token=token), log_config=None, access_log=False, lifespan="on"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield Served(url=f"http://127.0.0.1:{listener.getsockname()[1]}/")
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def keep_files(path: Path, post_id: int) -> None:
    """Have a post show a picture and link a document that the archive keeps, and show a picture that is dead."""
    files = {"p.png": ("image/png", PICTURE), "d.html": ("text/html", DOCUMENT)}
    body = '<img src="/p.png" alt="P"><a href="/d.html">document</a><img src="/dead.png" alt="D">'
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "UPDATE revisions SET body_html = ? WHERE post_id = ?",
            (body.replace('="/', '="https://files.test/'), post_id),
        )
        for name, (kind, data) in files.items():
            digest = hashlib.sha256(data).hexdigest()
            connection.execute(
                "INSERT INTO media VALUES (?, ?, ?, ?)", (digest, kind, len(data), data)
            )
            connection.execute(_ADDRESS, (f"https://files.test/{name}", "kept", digest))
        connection.execute(_ADDRESS, ("https://files.test/dead.png", "dead", None))


def keep_portrait(path: Path, post_id: int) -> None:
    """Have the picture of a post's author be the one that `keep_files` keeps, and those of all others be dead."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE authors SET avatar_url = 'https://files.test/dead.png'")
        connection.execute(
            "UPDATE authors SET avatar_url = 'https://files.test/p.png'"
            " WHERE author_id = (SELECT author_id FROM posts WHERE post_id = ?)",
            (post_id,),
        )


def poison(path: Path, bodies: list[str]) -> list[int]:
    """Put hostile bodies into posts of an archive, and one into every name that a page shows.

    Returns:
        The posts that have them, in order.
    """
    name = bodies[0]
    with closing(sqlite3.connect(path)) as connection, connection:
        rows = connection.execute(
            "SELECT post_id FROM posts WHERE gone_at IS NULL ORDER BY post_id LIMIT ?",
            (len(bodies),),
        ).fetchall()
        assert len(rows) == len(bodies)
        numbers = [row[0] for row in rows]
        for post_id, body in zip(numbers, bodies, strict=True):
            connection.execute(
                "UPDATE revisions SET body_html = ?, body_text = ? WHERE post_id = ?",
                (body, body, post_id),
            )
        connection.execute(
            "UPDATE topics SET title = ? || topic_key, tags = json_array(?)", (name, name)
        )
        connection.execute("UPDATE forums SET title = ? || forum_id", (name,))
        connection.execute("UPDATE authors SET name = ? || author_id", (name,))
        connection.execute("UPDATE authors SET url = 'javascript:alert(1)' WHERE slug IS NULL")
        connection.execute(
            "UPDATE posts SET role = ?1, published_text = ?1, edits = json_array(json_object('text', ?1)),"
            " url = CASE WHEN post_id % 2 THEN 'javascript:alert(1)' ELSE url END",
            (name,),
        )
        connection.execute("UPDATE site SET name = ?", (name,))
        connection.execute("UPDATE runs SET command = ?", (name,))
    return numbers

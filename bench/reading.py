"""Measure the reader on a large archive: pages, search and the site, against SQLite reading the same rows and Markdown.

python -m bench reading [--posts N] [--archive FILE]
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import sys
import threading
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import requests
import uvicorn

from bench.process import run
from scraper.demo import DemoServer, DemoSettings, generate
from scraper.fetch.settings import FetchSettings
from scraper.sync.pipeline import ArchiveJob, archive_topics
from tests.archiving import readable_topics
from threadkeep.reader.application import application

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

_PER_TOPIC = 40
_ROUNDS = 20
_WORDS = ("hook", "hinge steel", "sieve", "lantern", "solder", "glue")
_POSTS = """
SELECT posts.*, body_html, body_text, name, final_url FROM posts JOIN revisions USING (post_id, revision)
JOIN authors USING (author_id) JOIN pages ON pages.page_id = posts.page_id
WHERE topic_key = ? ORDER BY published_local, post_id LIMIT 50
"""
_FOUND = """
SELECT post_id, topics.title, name, body_text, bm25(search_index, 5.0, 1.0) AS rank
FROM search_index JOIN search_entries ON entry_id = search_index.rowid JOIN posts USING (post_id)
JOIN revisions USING (post_id, revision) JOIN topics USING (topic_key) JOIN authors USING (author_id)
WHERE search_index MATCH ? ORDER BY rank, post_id LIMIT 20
"""
_COUNTED = "SELECT count(*) FROM search_index WHERE search_index MATCH ?"
_LINES = """
SELECT posts.*, body_text FROM posts JOIN revisions USING (post_id, revision)
WHERE author_id = ? ORDER BY published DESC LIMIT 50
"""
_FORUM = """
SELECT topics.*, count(*), count(DISTINCT author_id), max(published) FROM topics JOIN posts USING (topic_key)
WHERE forum_id = ? GROUP BY topic_key ORDER BY max(published) DESC LIMIT 50
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of page, and the rows that it shows.

    Attributes:
        addresses: its pages.
        rows: reads what the page of a place in `addresses` shows; None where nothing compares.
    """

    name: str
    addresses: tuple[str, ...]
    rows: Callable[[int], object] | None = None


def make_archive(path: Path, posts: int) -> None:
    """Archive a demo forum of so many posts."""
    topics = max(1, posts // _PER_TOPIC)
    forum = generate(DemoSettings(topics=topics, posts=_PER_TOPIC, per_page=_PER_TOPIC))
    with DemoServer(forum) as server:
        urls = tuple(topic.url for topic in readable_topics(server))
        archive_topics(ArchiveJob(urls=urls, path=path, fetch=FetchSettings(delay=0)))


@contextmanager
def reader_of(path: Path) -> Generator[str]:
    """Serve an archive; its address."""
    server = uvicorn.Server(
        uvicorn.Config(application(path), port=0, log_config=None, access_log=False)
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/"
    server.should_exit = True
    thread.join()


def kinds(connection: sqlite3.Connection) -> list[Kind]:
    """What is measured."""

    def all_of(query: str, *values: object) -> list[object]:
        return connection.execute(query, values).fetchall()

    topics = all_of("SELECT topic_id, topic_key FROM topics ORDER BY topic_key DESC LIMIT 20")
    return [
        Kind(name="overview", addresses=("",)),
        Kind(name="forum", addresses=("forums/4",), rows=lambda _: all_of(_FORUM, 4)),
        Kind(
            name="topic",
            addresses=tuple(f"topics/{topic[0]}" for topic in topics),  # type: ignore[index]
            rows=lambda place: all_of(_POSTS, topics[place][1]),  # type: ignore[index]
        ),
        Kind(name="author", addresses=("authors/1",), rows=lambda _: all_of(_LINES, 1)),
        Kind(name="people", addresses=("authors",)),
        Kind(name="missing", addresses=("missing",)),
        Kind(name="runs", addresses=("runs",)),
        Kind(name="feed", addresses=("feeds/posts.atom", "feeds/changes.atom")),
        Kind(
            name="search",
            addresses=tuple(f"search?q={words}" for words in _WORDS),
            rows=lambda place: (all_of(_FOUND, _WORDS[place]), all_of(_COUNTED, _WORDS[place])),
        ),
    ]


def timed(work: Callable[[int], object], places: int) -> list[float]:
    """Milliseconds that each call took, each place in turn."""
    took: list[float] = []
    for number in range(_ROUNDS * places):
        start = time.perf_counter()
        work(number % places)
        took.append((time.perf_counter() - start) * 1000)
    return took


def measure_pages(path: Path) -> None:
    """Print what each kind of page takes."""
    with reader_of(path) as url, closing(sqlite3.connect(path)) as connection:
        session = requests.Session()
        start = time.perf_counter()
        session.get(url, timeout=600)
        print(
            f"the first page   {(time.perf_counter() - start) * 1000:8.1f} ms, the archive surveyed"
        )
        for kind in kinds(connection):

            def read(place: int, addresses: Sequence[str] = kind.addresses) -> None:
                session.get(f"{url}{addresses[place]}", timeout=600).raise_for_status()

            took = timed(read, len(kind.addresses))
            line = f"{kind.name:16} {statistics.median(took):8.1f} ms, at most {max(took):6.1f} ms"
            if kind.rows is not None:
                rows = statistics.median(timed(kind.rows, len(kind.addresses)))
                line += f"; SQLite, the same rows {rows:6.1f} ms: {statistics.median(took) / rows:.1f} times"
            print(line)


def measure_site(path: Path, folder: Path, posts: int) -> None:
    """Print what the site takes, first and again, beside Markdown."""
    program = (sys.executable, "-m", "threadkeep", "export", "-q", "-a", str(path))
    commands = {
        "site": (*program, "-f", "html", "-o", "site"),
        "site again": (*program, "-f", "html", "-o", "site"),
        "one page": (*program, "-o", "all.html"),
        "Markdown": (*program, "-o", "all.md"),
    }
    for name, command in commands.items():
        cost = run(command, folder=folder)
        rate = posts / cost.seconds
        print(f"{name:16} {cost.seconds:6.1f} s  {rate:7,.0f} posts/s  {cost.mebibytes:5.0f} MiB")


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench reading", description=__doc__)
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--archive", type=Path, help="an archive of the demo forum, made before")
    options = parser.parse_args(arguments)
    with TemporaryDirectory() as name:
        folder = Path(name)
        path = options.archive.absolute() if options.archive else folder / "forum.db"
        if not path.exists():
            make_archive(path, options.posts)
        with closing(sqlite3.connect(path)) as connection:
            posts = connection.execute("SELECT count(*) FROM posts").fetchone()[0]
        print(f"{posts:,} posts; medians of {_ROUNDS} rounds")
        measure_pages(path)
        measure_site(path, folder, posts)

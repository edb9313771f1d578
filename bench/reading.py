"""Measure the reader on a large archive: pages, search and the site, against SQLite reading the same rows and Markdown.

A page is measured as a browser sees it, from the request to the last byte, over one connection to a reader in a process of
its own: when it is read for the first time, and again while the archive is the same. How long the reader was at work for the
former is what the kernel says (Linux); the rest is waiting for a processor. What is asked of SQLite are the rows of that page, in
a connection that has been open for a while. What HTTP takes by itself is the time of a file of 200 bytes.

python -m bench reading [--posts N] [--archive FILE]
"""

from __future__ import annotations

import argparse
import re
import sqlite3
import statistics
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import quote

from bench.process import run
from scraper.demo import DemoServer, DemoSettings, generate
from scraper.fetch.settings import FetchSettings
from scraper.sync.pipeline import ArchiveJob, archive_topics
from tests.archiving import readable_topics

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
def reader_of(path: Path) -> Generator[tuple[HTTPConnection, int]]:
    """Serve an archive as a user does; a connection to it, and the number of its process."""
    command = (sys.executable, "-m", "threadkeep", "serve", "--port", "0", "-a", str(path))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        said = server.stdout.readline()
        found = re.search(r"127\.0\.0\.1:(\d+)", said)
        if found is None:
            sys.exit(f"the reader said {said!r}")
        with closing(HTTPConnection("127.0.0.1", int(found[1]), timeout=600)) as connection:
            yield connection, server.pid
        server.terminate()


def kinds(connection: sqlite3.Connection) -> list[Kind]:
    """What is measured."""

    def all_of(query: str, *values: object) -> list[object]:
        return connection.execute(query, values).fetchall()

    topics = all_of("SELECT topic_id, topic_key FROM topics ORDER BY topic_key DESC LIMIT 200")
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
            addresses=tuple(f"search?q={quote(words)}" for words in _WORDS),
            rows=lambda place: (all_of(_FOUND, _WORDS[place]), all_of(_COUNTED, _WORDS[place])),
        ),
    ]


def work_of(process: int) -> float:
    """Milliseconds that a process was at work so far."""
    return int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e6


def timed(work: Callable[[int], object], places: range) -> float:
    """Milliseconds that a call takes, the median over all places."""
    took: list[float] = []
    for place in places:
        start = time.perf_counter()
        work(place)
        took.append((time.perf_counter() - start) * 1000)
    return statistics.median(took)


def measure_pages(path: Path) -> None:
    """Print what each kind of page takes."""
    with reader_of(path) as (reader, process), closing(sqlite3.connect(path)) as connection:

        def read(address: str) -> None:
            reader.request("GET", f"/{address}", headers={"Accept-Encoding": "gzip"})
            with reader.getresponse() as response:
                response.read()
                if response.status != 200:
                    sys.exit(f"{address}: {response.status}")

        surveyed = timed(lambda _: read("index"), range(1))
        alone = timed(lambda _: read("assets/icon.svg"), range(_ROUNDS))
        print(f"the first page   {surveyed:8.1f} ms, the archive surveyed")
        print(f"HTTP alone       {alone:8.2f} ms")
        for kind in kinds(connection):
            print(told(kind, read, process))


def told(kind: Kind, read: Callable[[str], object], process: int) -> str:
    """What a kind of page takes: the first time, again, and beside the rows that it shows."""
    count = len(kind.addresses)
    before = work_of(process)
    first = timed(lambda place: read(kind.addresses[place]), range(count))
    work = (work_of(process) - before) / count
    again = timed(lambda place: read(kind.addresses[place % count]), range(count * _ROUNDS))
    line = f"{kind.name:16} {first:8.2f} ms first ({work:5.2f} at work), {again:.2f} ms again"
    if kind.rows is None:
        return line
    wanted = kind.rows
    timed(wanted, range(count))
    rows = timed(lambda place: wanted(place % count), range(count * _ROUNDS))
    return f"{line}; SQLite {rows:5.2f} ms: {work / rows:.1f} and {again / rows:.1f} times"


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

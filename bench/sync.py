"""Measure what a sync costs against the size of the forum, for the same things happening on each, and draw it.

python -m bench sync [--sizes N,N,…] [--posts N] [--rounds N] [--picture FILE.svg]

Every sync begins with a copy of the first archive, and must end with exactly the posts that the forum shows.
"""

from __future__ import annotations

import argparse
import shutil
import sqlite3
import statistics
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bench.day import FEWEST_TOPICS
from bench.forum import served_forum
from bench.plot import Line, Plot, table
from threadkeep import ArchiveJob, FetchSettings, archive_topics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.forum import ServedForum

_PICTURE = Path("docs/pictures/sync-cost.svg")
_EVENTS = {"nothing changed": None, "new posts": "night", "a whole day": "day"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sync:
    """What a sync took; seconds of the processor, since those of the clock are the machine's other work as well."""

    requests: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """What one size of forum took: its first archive in requests, and the sync after each thing that can happen."""

    topics: int
    posts: int
    first: int
    syncs: dict[str, Sync]


def visit(forum: ServedForum, path: Path, *urls: str) -> Sync:
    """Archive what addresses show, or bring the archive up to date; all must be there in the end."""
    forum.requests()
    start = time.process_time()
    report = archive_topics(ArchiveJob(urls=urls, path=path, fetch=FetchSettings(delay=0)))
    took = time.process_time() - start
    requests = forum.requests()
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT post_id FROM posts WHERE gone_at IS NULL").fetchall()
    if report.exit_code or frozenset[int](row[0] for row in rows) != forum.posts():
        sys.exit(f"the archive is not what the forum is; exit code {report.exit_code}")
    return Sync(requests=requests, seconds=took)


def sync_copies(forum: ServedForum, path: Path, rounds: int) -> Sync:
    """Sync copies of an archive, after one that is not counted, in which the server renders its pages."""
    done: list[Sync] = []
    for number in range(rounds + 1):
        copy = path.with_name(f"copy-{number}.db")
        shutil.copyfile(path, copy)
        done.append(visit(forum, copy))
        copy.unlink()
    return Sync(
        requests=max(one.requests for one in done),
        seconds=statistics.median(one.seconds for one in done[1:]),
    )


def measure(topics: int, posts: int, rounds: int) -> Growth:
    """Archive a forum of so many topics, and sync it after each thing that can happen."""
    with served_forum(posts, topics=topics) as forum, TemporaryDirectory() as folder:
        path = Path(folder, "first.db")
        first = visit(forum, path, forum.url)
        syncs: dict[str, Sync] = {}
        for name, event in _EVENTS.items():
            if event is not None:
                forum.live(event)
            syncs[name] = sync_copies(forum, path, rounds)
    return Growth(topics=topics, posts=topics * posts, first=first.requests, syncs=syncs)


def shown(growths: Sequence[Growth]) -> str:
    """The table."""
    heading = ["topics", "posts", "first archive", *_EVENTS]
    rows = [
        [
            f"{one.topics:,}",
            f"{one.posts:,}",
            f"{one.first:,}",
            *(f"{sync.requests:,}  {sync.seconds:5.2f} s" for sync in one.syncs.values()),
        ]
        for one in growths
    ]
    return table(heading, rows)


def drawn(growths: Sequence[Growth]) -> str:
    """The picture, which has no seconds: so it is the same on every machine."""
    lines = [
        Line(
            name="first archive",
            points=tuple((one.topics, one.first) for one in growths),
        )
    ]
    lines += [
        Line(name=name, points=tuple((one.topics, one.syncs[name].requests) for one in growths))
        for name in reversed(_EVENTS)
    ]
    return Plot(
        title="Requests of a first archive and of a sync, against the number of topics",
        across="topics in the forum",
        up="requests",
        lines=tuple(lines),
    ).svg()


def _sizes(text: str) -> list[int]:
    sizes = sorted(int(size) for size in text.split(","))
    if sizes[0] < FEWEST_TOPICS:
        raise argparse.ArgumentTypeError(f"a forum needs {FEWEST_TOPICS} topics for such a day")
    return sizes


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench sync", description=__doc__)
    parser.add_argument(
        "--sizes", type=_sizes, default=[100, 1_000, 10_000], help="how many topics, with commas"
    )
    parser.add_argument("--posts", type=int, default=4, help="how many posts each topic has")
    parser.add_argument("--rounds", type=int, default=3, help="how often each sync is measured")
    parser.add_argument("--picture", type=Path, default=_PICTURE, help="where it is drawn")
    options = parser.parse_args(arguments)
    growths = [measure(size, options.posts, options.rounds) for size in options.sizes]
    print(f"requests and CPU seconds of a sync; medians of {options.rounds} rounds")
    print(shown(growths))
    options.picture.parent.mkdir(parents=True, exist_ok=True)
    options.picture.write_text(drawn(growths), "utf-8")
    print(f"drawn in {options.picture}")

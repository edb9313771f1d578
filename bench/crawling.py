"""Compare archiving a whole forum with `wget --mirror` and with a spider of Scrapy's, each with one request at a time.

python -m bench crawling [--topics N] [--posts N] [--rounds N]

Each visits the forum twice: nothing changes in between. Who is not installed is left out, and that is said.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sqlite3
import statistics
import sys
from contextlib import closing
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bench import process
from bench.forum import served_forum

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bench.forum import ServedForum
    from bench.process import Cost

_POST = re.compile(rb'id="post-(\d+)"')
# wget's word for a page that was answered with an error, after it has read all others.
_SITE_ERROR = 8
_MEASURES: tuple[Callable[[Visit], float], ...] = (
    lambda one: one.requests,
    lambda one: one.cost.seconds,
    lambda one: one.cost.processor,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawler:
    """A program that reads a forum.

    Attributes:
        command: what is run in an empty folder, and again in the same one.
        posts: the numbers of the posts that it got, out of what it left there.
        missing: what to do where it is not installed.
        good: exit codes that mean that it is done.
    """

    name: str
    command: Callable[[str], Sequence[str]]
    posts: Callable[[Path], set[int]]
    missing: str | None = None
    good: frozenset[int] = frozenset({0})


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What one visit took, and the share of all posts that it had in the end."""

    cost: Cost
    requests: int
    share: float


def archived(folder: Path) -> set[int]:
    """The posts in an archive."""
    with closing(sqlite3.connect(folder / "forum.db")) as connection:
        return {row[0] for row in connection.execute("SELECT post_id FROM posts")}


def mirrored(folder: Path) -> set[int]:
    """The posts in the pages of a mirror."""
    pages = (path.read_bytes() for path in folder.rglob("*") if path.is_file())
    return {int(number) for page in pages for number in _POST.findall(page)}


def scraped(folder: Path) -> set[int]:
    """The posts among a spider's items."""
    lines = (folder / "posts.jsonl").read_text("utf-8").splitlines()
    return {json.loads(line)["id"] for line in lines}


def crawlers() -> list[Crawler]:
    """Those who are compared, threadkeep first."""
    return [
        Crawler(name="threadkeep", command=_threadkeep, posts=archived),
        Crawler(
            name="wget --mirror",
            command=_wget,
            posts=mirrored,
            missing=None if shutil.which("wget") else "install wget",
            good=frozenset({0, _SITE_ERROR}),
        ),
        Crawler(
            name="a Scrapy spider",
            command=_scrapy,
            posts=scraped,
            missing=None if find_spec("scrapy") else "pip install --group bench",
        ),
    ]


def _threadkeep(url: str) -> Sequence[str]:
    options = ("-a", "forum.db", "--delay", "0", "-q")
    return (sys.executable, "-m", "threadkeep", "archive", url, *options)


def _wget(url: str) -> Sequence[str]:
    return ("wget", "--no-config", "--mirror", "--no-parent", "--no-verbose", url)


def _scrapy(url: str) -> Sequence[str]:
    return (sys.executable, "-m", "bench.spider", url, "posts.jsonl")


def visit(crawler: Crawler, forum: ServedForum, folder: Path, truth: frozenset[int]) -> Visit:
    """Let a crawler read the forum once."""
    forum.requests()
    cost = process.run(crawler.command(forum.url), folder=folder, good=crawler.good)
    requests = forum.requests()
    return Visit(
        cost=cost,
        requests=requests,
        share=len(truth & crawler.posts(folder)) / len(truth),
    )


def one_round(crawler: Crawler, forum: ServedForum, truth: frozenset[int]) -> tuple[Visit, Visit]:
    """Both visits, which begin in an empty folder."""
    with TemporaryDirectory() as folder:
        first = visit(crawler, forum, Path(folder), truth)
        return first, visit(crawler, forum, Path(folder), truth)


def row(name: str, own: Sequence[Visit], ours: Sequence[Visit]) -> str:
    """One row of a table: medians, and the medians of threadkeep's ratios to them in the same rounds."""
    requests, seconds, processor = (
        statistics.median(pick(one) for one in own) for pick in _MEASURES
    )
    share = 100 * min(one.share for one in own)
    cells = f"  {name:16}{requests:7,.0f}{seconds:9.2f} s{processor:9.2f} s{share:8.1f} %"
    if own is ours:
        return cells
    ratios = (
        statistics.median(pick(our) / pick(one) for our, one in zip(ours, own, strict=True))
        for pick in _MEASURES
    )
    return cells + "   threadkeep: " + ", ".join(f"{ratio:.3g}" for ratio in ratios) + " times"


def measure(
    able: Sequence[Crawler], forum: ServedForum, truth: frozenset[int], rounds: int
) -> dict[str, list[tuple[Visit, Visit]]]:
    """All in turn, after one round that is not counted, in which the server renders its pages."""
    results: dict[str, list[tuple[Visit, Visit]]] = {crawler.name: [] for crawler in able}
    for number in range(rounds + 1):
        for crawler in able:
            visits = one_round(crawler, forum, truth)
            if number:
                results[crawler.name].append(visits)
    return results


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench crawling", description=__doc__)
    parser.add_argument("--topics", type=int, default=100, help="how many topics the forum has")
    parser.add_argument("--posts", type=int, default=20, help="how many posts most of them have")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is measured")
    options = parser.parse_args(arguments)
    able = [crawler for crawler in crawlers() if crawler.missing is None]
    for crawler in crawlers():
        if crawler.missing is not None:
            print(f"{crawler.name} is left out, since it is not there: {crawler.missing}")
    with served_forum(options.posts, topics=options.topics, showcase=True) as forum:
        truth = forum.posts()
        results = measure(able, forum, truth, options.rounds)
    print(f"{options.topics:,} topics, {len(truth):,} posts; medians of {options.rounds} rounds")
    for place, heading in enumerate(("first visit", "second, nothing new")):
        print(f"{heading:20}requests     time  processor   posts")
        ours = [visits[place] for visits in results["threadkeep"]]
        for name, rounds in results.items():
            own = ours if name == "threadkeep" else [visits[place] for visits in rounds]
            print(row(name, own, ours))

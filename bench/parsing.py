"""Compare full-field parsing with BeautifulSoup doing the same job, and with lxml only building the trees.

python -m bench parsing [--recording FORUM.tar.xz] [--rounds N]
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from lxml import etree

from bench.pages import demo_pages, recorded_pages
from bench.peer import read_with_soup
from parsers.document import read_document
from parsers.registry import recognise

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from parsers.records import Page, TopicPage


def read_in_full(page: Page) -> TopicPage:
    document = read_document(page)
    engine, _ = recognise(document)
    return engine.parse_topic(document)


def build_tree(page: Page) -> object:
    return etree.fromstring(page.body, etree.HTMLParser(encoding="utf-8"))


def read_as_peer(page: Page) -> object:
    return read_with_soup(page.body, page.final_url)


def seconds(work: Callable[[Page], object], pages: list[Page]) -> float:
    start = time.perf_counter()
    for page in pages:
        work(page)
    return time.perf_counter() - start


def same_job(pages: list[Page]) -> int:
    """How many posts both read, after checking that they read the same."""
    count = 0
    for page in pages:
        ours = [
            (post.post_id, post.author.name, post.role, post.published_text)
            for post in read_in_full(page).posts
        ]
        theirs = [
            (post["post_id"], post["author"], post["role"], post["published_text"])
            for post in read_with_soup(page.body, page.final_url)
        ]
        if ours != theirs:
            sys.exit(f"the peer does not read the same of {page.url}: {set(ours) ^ set(theirs)}")
        count += len(ours)
    return count


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench parsing", description=__doc__)
    parser.add_argument(
        "--recording",
        type=Path,
        metavar="FORUM.tar.xz",
        help="measure on a recorded forum's pages",
    )
    parser.add_argument(
        "--rounds", type=int, default=7, help="how often each is measured, in turn"
    )
    options = parser.parse_args(arguments)
    pages = recorded_pages(options.recording) if options.recording else demo_pages()
    posts = same_job(pages)
    rounds = [
        (seconds(read_in_full, pages), seconds(read_as_peer, pages), seconds(build_tree, pages))
        for _ in range(options.rounds)
    ]
    ours, peer, trees = (statistics.median(column) for column in zip(*rounds, strict=True))
    size = sum(len(page.body) for page in pages)
    print(
        f"{len(pages)} pages, {posts} posts, {size / 1e6:.1f} MB; medians of {options.rounds} rounds"
    )
    print(f"threadkeep, every field            {posts / ours:8.0f} posts/s")
    print(
        f"BeautifulSoup with lxml, the same  {posts / peer:8.0f} posts/s   threadkeep is {statistics.median(b / a for a, b, _ in rounds):.1f} times as fast"
    )
    print(
        f"lxml, only building the trees      {posts / trees:8.0f} posts/s   threadkeep takes {statistics.median(a / c for a, _, c in rounds):.1f} times as long"
    )

"""Compare archiving a long topic with a bare requests session that fetches the same pages in turn and keeps nothing.

python -m bench archiving [--rounds N] [--posts N]
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import requests

from bench.topic import ServedTopic, served_topic
from threadkeep import ArchiveJob, FetchSettings, archive_topics

if TYPE_CHECKING:
    from collections.abc import Sequence

_DELAYS = (0.02, 0.0)


def archive(topic: ServedTopic, path: Path) -> float:
    """Archive the topic, and make sure that all of it was."""
    start = time.perf_counter()
    report = archive_topics(ArchiveJob(urls=(topic.url,), path=path, fetch=FetchSettings(delay=0)))
    took = time.perf_counter() - start
    if report.exit_code or report.topics[0].posts != topic.posts:
        sys.exit(f"archiving failed: {report}")
    return took


def fetch(topic: ServedTopic) -> float:
    """Only fetch the pages."""
    start = time.perf_counter()
    with requests.Session() as session:
        for url in topic.urls:
            session.get(url, timeout=60).raise_for_status()
    return time.perf_counter() - start


def measure(topic: ServedTopic, rounds: int) -> list[tuple[float, float]]:
    """Both in turn, after one that is not counted, in which the server renders its pages."""
    with TemporaryDirectory() as folder:
        archive(topic, Path(folder, "warm.db"))
        fetch(topic)
        return [
            (archive(topic, Path(folder, f"{number}.db")), fetch(topic))
            for number in range(rounds)
        ]


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench archiving", description=__doc__)
    parser.add_argument(
        "--rounds", type=int, default=9, help="how often each is measured, in turn"
    )
    parser.add_argument("--posts", type=int, default=1205, help="how long the topic is")
    options = parser.parse_args(arguments)
    for delay in _DELAYS:
        with served_topic(options.posts, delay=delay) as topic:
            rounds = measure(topic, options.rounds)
        ours, peer = (statistics.median(column) for column in zip(*rounds, strict=True))
        ratio = statistics.median(one / other for one, other in rounds)
        when = f"after {delay * 1000:.0f} ms" if delay else "at once"
        print(f"{len(topic.urls)} pages of a server that answers {when}")
        print(f"  threadkeep, archived and complete  {ours:6.2f} s   {ratio:.2f} times as long")
        print(f"  requests, fetched only             {peer:6.2f} s")

"""Measure the most memory that archiving and exporting take, for a topic that fits on 80 pages and for a huge one.

python -m bench memory [--posts N …]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bench import process
from bench.topic import served_topic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.process import Cost

_FORMATS = ("csv", "html", "json", "jsonl", "markdown")


def run(*arguments: str, folder: Path) -> Cost:
    """Run a command of threadkeep to its end in a process of its own."""
    return process.run((sys.executable, "-m", "threadkeep", *arguments), folder=folder)


def measure(posts: int, folder: Path) -> dict[str, Cost]:
    """Archive a topic of so many posts, sync it, check it, and export it in every format."""
    with served_topic(posts) as topic:
        archive = ("archive", topic.url, "-a", "forum.db", "--delay", "0", "-q")
        costs = {
            "archive": run(*archive, folder=folder),
            "archive again": run(*archive, folder=folder),
        }
    costs["verify"] = run("verify", "-a", "forum.db", folder=folder)
    for name in _FORMATS:
        export = ("export", "-a", "forum.db", "-f", name, "-o", f"posts.{name}")
        costs[f"export {name}"] = run(*export, folder=folder)
    return costs


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench memory", description=__doc__)
    parser.add_argument("--posts", type=int, nargs="+", default=[1_200, 100_000])
    options = parser.parse_args(arguments)
    results: list[dict[str, Cost]] = []
    for posts in options.posts:
        with TemporaryDirectory() as folder:
            results.append(measure(posts, Path(folder)))
    print("posts           " + "".join(f"{posts:>20,}" for posts in options.posts))
    for name in results[0]:
        cells = [f"{one[name].mebibytes:8.0f} MiB {one[name].seconds:5.0f} s" for one in results]
        print(f"{name:16}" + "".join(f"{cell:>20}" for cell in cells))

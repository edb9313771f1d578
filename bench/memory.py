"""Measure the most memory that archiving and exporting take, for a topic that fits on 80 pages and for a huge one.

python -m bench memory [--posts N …]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bench.topic import served_topic

if TYPE_CHECKING:
    from collections.abc import Sequence

_FORMATS = ("csv", "json", "jsonl", "markdown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a command took: seconds, and the most MiB that it held at once."""

    seconds: float
    mebibytes: float


def run(*arguments: str, folder: Path) -> Cost:
    """Run a command of threadkeep to its end in a process of its own."""
    start = time.perf_counter()
    command = (sys.executable, "-m", "threadkeep", *arguments)
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(arguments)} ended with exit code {process.returncode}")
    return Cost(seconds=time.perf_counter() - start, mebibytes=usage.ru_maxrss / 1024)


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

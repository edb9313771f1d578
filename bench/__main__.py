"""Measure one thing, or everything: python -m bench [NAME [OPTIONS]]."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

BENCHMARKS = {
    "parsing": "bench.parsing",
    "quality": "bench.quality",
    "archiving": "bench.archiving",
    "crawling": "bench.crawling",
    "sync": "bench.sync",
    "startup": "bench.startup",
    "memory": "bench.memory",
    "size": "bench.size",
    "markdown": "bench.html_to_markdown",
    "reading": "bench.reading",
    "exporting": "bench.exporting",
    "harvesting": "bench.harvesting",
    "hosts": "bench.hosts",
}


def main(arguments: list[str]) -> None:
    if not arguments:
        for name in BENCHMARKS:
            print(f"\n== {name}", flush=True)
            # A process of its own: what one has loaded must not count in the next.
            subprocess.run((sys.executable, "-m", "bench", name), check=True)
    elif arguments[0] in BENCHMARKS:
        import_module(BENCHMARKS[arguments[0]]).main(arguments[1:])
    else:
        sys.exit(f"{__doc__}\n\nNAME is one of {', '.join(BENCHMARKS)}.")


if __name__ == "__main__":
    main(sys.argv[1:])

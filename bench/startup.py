"""Compare `threadkeep --help` with a Python that does nothing, and say which imports take the time.

python -m bench startup [--rounds N]
"""

from __future__ import annotations

import argparse
import re
import statistics
import subprocess
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_NOTHING = ("-c", "pass")
_HELP = ("-m", "threadkeep", "--help")
_SHOWN = 6
_IMPORT = re.compile(r"import time:\s+\d+ \|\s+(\d+) \|(?P<depth> +)(?P<name>\S+)")


def seconds(arguments: Sequence[str]) -> float:
    """How long a Python takes from its start to its end."""
    start = time.perf_counter()
    subprocess.run((sys.executable, *arguments), check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def imports(arguments: Sequence[str]) -> list[tuple[float, str]]:
    """The modules that take longest to import, with all that they import themselves; milliseconds."""
    done = subprocess.run(
        (sys.executable, "-X", "importtime", *arguments),
        check=True,
        capture_output=True,
        text=True,
    )
    found = [match for line in done.stderr.splitlines() if (match := _IMPORT.match(line))]
    return sorted(((int(match[1]) / 1000, match["name"]) for match in found), reverse=True)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench startup", description=__doc__)
    parser.add_argument(
        "--rounds", type=int, default=21, help="how often each is measured, in turn"
    )
    options = parser.parse_args(arguments)
    seconds(_HELP)  # the first one writes bytecode
    rounds = [(seconds(_HELP), seconds(_NOTHING)) for _ in range(options.rounds)]
    ours, peer = (statistics.median(column) for column in zip(*rounds, strict=True))
    ratio = statistics.median(one / other for one, other in rounds)
    print(f"threadkeep --help  {ours * 1000:4.0f} ms   {ratio:.1f} times as long")
    print(f"python -c pass     {peer * 1000:4.0f} ms")
    longest = imports(_HELP)[:_SHOWN]
    print(
        "  of it imports, with what they import: "
        + ", ".join(f"{name} {took:.0f} ms" for took, name in longest)
    )

"""Run a program to its end, and tell what it took: seconds, seconds of the processor, and memory."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Sequence
    from pathlib import Path

_GOOD = frozenset({0})
# Linux counts what a process held before it became the program as the program's: so a small one starts it.
_STARTER = """
import os, subprocess, sys, time
start = time.perf_counter()
program = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
_, status, usage = os.wait4(program.pid, 0)
program.returncode = os.waitstatus_to_exitcode(status)
print(program.returncode, time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a program took: seconds, those that a processor worked for it, and the most MiB that it held at once."""

    seconds: float
    processor: float
    mebibytes: float


def run(command: Sequence[str], *, folder: Path, good: Container[int] = _GOOD) -> Cost:
    """Run a program in a folder; one that fails ends the benchmark."""
    starting = [sys.executable, "-S", "-c", _STARTER, *command]
    ended = subprocess.run(starting, cwd=folder, capture_output=True, text=True, check=True)
    code, seconds, processor, kibibytes = ended.stdout.split()
    if int(code) not in good:
        sys.exit(f"{' '.join(command)} ended with exit code {code}")
    return Cost(
        seconds=float(seconds), processor=float(processor), mebibytes=int(kibibytes) / 1024
    )

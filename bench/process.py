"""Run a program to its end, and tell what it took: seconds, seconds of the processor, and memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Sequence
    from pathlib import Path

_GOOD = frozenset({0})


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a program took: seconds, those that a processor worked for it, and the most MiB that it held at once."""

    seconds: float
    processor: float
    mebibytes: float


def run(command: Sequence[str], *, folder: Path, good: Container[int] = _GOOD) -> Cost:
    """Run a program in a folder; one that fails ends the benchmark."""
    start = time.perf_counter()
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in good:
        sys.exit(f"{' '.join(command)} ended with exit code {process.returncode}")
    return Cost(
        seconds=time.perf_counter() - start,
        processor=usage.ru_utime + usage.ru_stime,
        mebibytes=usage.ru_maxrss / 1024,
    )

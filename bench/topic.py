"""A demo topic that another process serves while something is measured here; this one loads nothing that would count."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedTopic:
    """A topic that is being served.

    Attributes:
        urls: its pages, in order.
    """

    urls: tuple[str, ...]
    posts: int

    @property
    def url(self) -> str:
        return self.urls[0]


@contextlib.contextmanager
def served_topic(posts: int, *, delay: float = 0.0) -> Generator[ServedTopic]:
    """Serve a topic of so many posts, every answer sent so many seconds after it was asked for."""
    command = (sys.executable, "-m", "bench.server", str(posts), "--delay", str(delay))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield ServedTopic(urls=tuple(json.loads(server.stdout.readline())), posts=posts)
        finally:
            server.terminate()

"""A demo forum that another process serves while something is measured here; this one loads nothing that would count."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Generator


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedForum:
    """A forum that is being served.

    Attributes:
        url: the address of its index.
    """

    url: str
    questions: IO[str]
    answers: IO[str]

    def pages(self) -> list[str]:
        """The pages of its first topic, in order."""
        return list(self._ask("pages"))

    def posts(self) -> frozenset[int]:
        """The numbers of the posts that a guest may read."""
        return frozenset(self._ask("posts"))

    def requests(self) -> int:
        """How many requests came since this was last asked."""
        return int(self._ask("asked"))

    def live(self, event: str) -> None:
        """Let happen what `bench.day` has under a name, on the forum as it was at first."""
        self._ask(event)

    def _ask(self, question: str) -> Any:  # noqa: ANN401  # whatever the answer is
        print(question, file=self.questions, flush=True)
        return json.loads(self.answers.readline())


@contextlib.contextmanager
def served_forum(
    posts: int, *, topics: int = 1, showcase: bool = False, delay: float = 0.0
) -> Generator[ServedForum]:
    """Serve topics of so many posts each, every answer sent so many seconds after it was asked for."""
    command = [sys.executable, "-m", "bench.server", str(posts), "--topics", str(topics)]
    command += ["--delay", str(delay), *(["--showcase"] if showcase else [])]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdin is not None
            assert server.stdout is not None
            url = json.loads(server.stdout.readline())
            yield ServedForum(url=f"{url}/forums/", questions=server.stdin, answers=server.stdout)
        finally:
            server.terminate()

"""A long demo topic that another process serves while something is measured here."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.forum import served_forum

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
    with served_forum(posts, delay=delay) as forum:
        yield ServedTopic(urls=tuple(forum.pages()), posts=posts)

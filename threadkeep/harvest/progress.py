"""How a harvest is getting on, as far as whoever watches it wants to know."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from threadkeep.harvest.report import HostReport, InputReport


@dataclass(frozen=True, slots=True, kw_only=True)
class InputProgress:
    """How far an input is, while it is being done.

    Attributes:
        name: the input.
        records: that were read.
        candidates: that were looked at closely.
        topic_pages: pages of topics among them.
        posts: on these.
    """

    name: str
    records: int
    candidates: int
    topic_pages: int
    posts: int


Tell = Callable[[InputProgress], None]
"""What is told how an input is getting on."""


class HarvestListener(Protocol):
    """What is told how a harvest is getting on."""

    def begun(self, inputs: int, done_before: int, dashboard: str | None) -> None:
        """It has begun: how many inputs there are, how many were done before, and where the dashboard is."""
        ...

    def input_going_on(self, progress: InputProgress) -> None:
        """An input is so far; at most once a second each."""
        ...

    def input_done(self, report: InputReport) -> None:
        """An input is done."""
        ...

    def writing(self, hosts: int) -> None:
        """All inputs are done, and so many sites are written."""
        ...

    def host_done(self, report: HostReport) -> None:
        """A site is written."""
        ...


def silent(progress: InputProgress) -> None:
    """Tell nobody."""
    del progress

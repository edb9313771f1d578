"""Show on stderr how a harvest is getting on: rates of each stage, on a terminal in one line that changes."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from scraper.politeness.clock import SystemClock
from threadkeep.cli.console import counted, one_line, warn

if TYPE_CHECKING:
    from threadkeep.harvest.progress import InputProgress
    from threadkeep.harvest.report import HostReport, InputReport

_STAGES = ("records", "candidates", "topic_pages", "posts")


class QuietHarvest:
    """Shows nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave nothing behind."""

    def begun(self, inputs: int, done_before: int, dashboard: str | None) -> None:
        """See `HarvestListener.begun`."""

    def input_going_on(self, progress: InputProgress) -> None:
        """See `HarvestListener.input_going_on`."""

    def input_done(self, report: InputReport) -> None:
        """See `HarvestListener.input_done`."""

    def writing(self, hosts: int) -> None:
        """See `HarvestListener.writing`."""

    def host_done(self, report: HostReport) -> None:
        """See `HarvestListener.host_done`."""


class PlainHarvest(QuietHarvest):
    """A line an input, for logs and pipes."""

    def __init__(self) -> None:
        self._clock = SystemClock()
        self._started = self._clock.monotonic()
        self._done: Counter[str] = Counter()
        self._going_on: dict[str, InputProgress] = {}
        self._inputs = self._total = 0

    def begun(self, inputs: int, done_before: int, dashboard: str | None) -> None:
        """See `HarvestListener.begun`."""
        self._inputs, self._total = done_before, inputs
        self.say(f"{counted(inputs, 'input')}, {done_before} of them done before")
        if dashboard is not None:
            self.say(f"what the workers do: {dashboard}")

    def input_going_on(self, progress: InputProgress) -> None:
        """See `HarvestListener.input_going_on`."""
        self._going_on[progress.name] = progress

    def input_done(self, report: InputReport) -> None:
        """See `HarvestListener.input_done`."""
        self._going_on.pop(report.name, None)
        self._done.update({name: getattr(report.counts, name) for name in _STAGES})
        self._inputs += 1
        self.say(f"input {self._inputs} of {self._total}, {self.rates()}: {one_line(report.name)}")

    def writing(self, hosts: int) -> None:
        """See `HarvestListener.writing`."""
        self.say(f"writing {counted(hosts, 'site')}")

    def host_done(self, report: HostReport) -> None:
        """See `HarvestListener.host_done`."""
        self.say(f"{report.host}: {counted(report.posts, 'post')}")

    def rates(self) -> str:
        """How much came to each stage, a second."""
        passed = max(self._clock.monotonic() - self._started, 0.001)
        so_far = Counter(self._done)
        for one in tuple(self._going_on.values()):
            so_far.update({name: getattr(one, name) for name in _STAGES})
        return ", ".join(
            f"{so_far[name] / passed:.0f} {name.replace('_', ' ')}/s" for name in _STAGES
        )

    def say(self, text: str) -> None:
        """Show a line."""
        warn(text)


class BarHarvest(PlainHarvest):
    """A bar for the inputs, then one for the sites."""

    def __init__(self) -> None:
        super().__init__()
        self._bars = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rates]}", markup=False),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bars.add_task("inputs", total=None, rates="")

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def begun(self, inputs: int, done_before: int, dashboard: str | None) -> None:
        """See `HarvestListener.begun`."""
        super().begun(inputs, done_before, dashboard)
        self._bars.update(self._task, total=inputs, completed=done_before)

    def input_going_on(self, progress: InputProgress) -> None:
        """See `HarvestListener.input_going_on`."""
        super().input_going_on(progress)
        self._bars.update(self._task, rates=self.rates())

    def input_done(self, report: InputReport) -> None:
        """See `HarvestListener.input_done`."""
        self._going_on.pop(report.name, None)
        self._done.update({name: getattr(report.counts, name) for name in _STAGES})
        self._bars.update(self._task, advance=1, rates=self.rates())

    def writing(self, hosts: int) -> None:
        """See `HarvestListener.writing`."""
        self._bars.reset(self._task, description="sites", total=hosts, rates="")

    def host_done(self, report: HostReport) -> None:
        """See `HarvestListener.host_done`."""
        self._bars.update(self._task, advance=1, rates=f"posts of {one_line(report.host)}")

    def say(self, text: str) -> None:
        """See `PlainHarvest.say`."""
        self._bars.console.print(one_line(text), markup=False)


def harvest_progress(*, quiet: bool) -> QuietHarvest:
    """The progress that suits where stderr goes."""
    if quiet:
        return QuietHarvest()
    return BarHarvest() if sys.stderr.isatty() else PlainHarvest()

"""Show progress on stderr and results on stdout: bars on a terminal, plain lines elsewhere, JSON where asked for."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Self

import msgspec
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

if TYPE_CHECKING:
    from scraper.politeness.waiting import Wait
    from scraper.sync.listener import PageSaved


# C0 but the line feed, DEL, C1, and the bidirectional overrides and isolates.
_UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """Text that came from a site, safe on a terminal: control characters, and marks that turn lines round, are shown."""
    return _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", text)


def say(text: str) -> None:
    """Print a line of a result."""
    sys.stdout.write(f"{printable(text)}\n")


def warn(text: str) -> None:
    """Print a line beside the results."""
    sys.stderr.write(f"{printable(text)}\n")


def say_json(value: object) -> None:
    """Print a report as JSON."""
    data = msgspec.json.format(msgspec.json.encode(value, enc_hook=str), indent=2)
    sys.stdout.write(f"{data.decode('utf-8', 'replace')}\n")


class PlainProgress:
    """One line a page, for logs and pipes."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave nothing behind."""

    def page_saved(self, event: PageSaved) -> None:
        """See `Listener.page_saved`."""
        warn(f"page {event.number} of {event.last}, {event.posts} posts: {event.title}")

    def page_failed(self, url: str, error: str) -> None:
        """See `Listener.page_failed`."""
        warn(f"failed: {url}: {error}")

    def waiting(self, wait: Wait) -> None:
        """Say why nothing happens."""
        warn(f"waiting {wait.seconds:.0f} s: {wait.reason}")


class QuietProgress(PlainProgress):
    """Nothing at all."""

    def page_saved(self, event: PageSaved) -> None:
        """See `Listener.page_saved`."""

    def page_failed(self, url: str, error: str) -> None:
        """See `Listener.page_failed`."""

    def waiting(self, wait: Wait) -> None:
        """See `PlainProgress.waiting`."""


class BarProgress(PlainProgress):
    """A bar for the topic that is being read: pages, posts, rate, time left."""

    def __init__(self) -> None:
        self._bars = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[posts]} posts, {task.fields[rate]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bars.add_task("…", total=None, posts=0, rate="")
        self._title = ""
        self._posts = 0

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def page_saved(self, event: PageSaved) -> None:
        """See `Listener.page_saved`."""
        if event.title != self._title:
            self._title, self._posts = event.title, 0
            self._bars.reset(self._task, total=event.last, description=printable(event.title)[:40])
        self._posts += event.posts
        self._bars.update(
            self._task, total=event.last, advance=1, posts=self._posts, rate=self._rate()
        )

    def page_failed(self, url: str, error: str) -> None:
        """See `Listener.page_failed`."""
        self._bars.console.print(printable(f"failed: {url}: {error}"), markup=False)

    def waiting(self, wait: Wait) -> None:
        """See `PlainProgress.waiting`."""
        self._bars.console.print(
            printable(f"waiting {wait.seconds:.0f} s: {wait.reason}"), markup=False
        )

    def _rate(self) -> str:
        speed = self._bars.tasks[0].speed
        return f"{speed:.1f} pages/s" if speed else ""


def progress(*, quiet: bool) -> PlainProgress:
    """The progress that suits where stderr goes."""
    if quiet:
        return QuietProgress()
    return BarProgress() if sys.stderr.isatty() else PlainProgress()

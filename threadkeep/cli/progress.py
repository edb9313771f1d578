"""Show on stderr how a run is getting on: a bar on a terminal, a line a page elsewhere, nothing where asked for."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from threadkeep.cli.console import counted, one_line, warn

if TYPE_CHECKING:
    from scraper.politeness.waiting import Wait
    from scraper.sync.listener import MediaTried, PageSaved

_LONGEST_TITLE = 40


class PlainProgress:
    """One line a page, for logs and pipes."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave nothing behind."""

    def page_saved(self, event: PageSaved) -> None:
        """See `Listener.page_saved`."""
        warn(
            f"page {event.number} of {event.last}, {counted(event.posts, 'post')}: {one_line(event.title)}"
        )

    def page_failed(self, url: str, error: str) -> None:
        """See `Listener.page_failed`."""
        warn(f"failed: {url}: {one_line(error)}")

    def media_tried(self, event: MediaTried) -> None:
        """See `MediaListener.media_tried`."""
        if event.error is not None:
            self.page_failed(event.url, event.error)
        else:
            warn(f"file {event.number} of {event.total}: {one_line(event.url)}")

    def waiting(self, wait: Wait) -> None:
        """Say why nothing happens."""
        warn(f"waiting {wait.seconds:.0f} s: {one_line(wait.reason)}")


class QuietProgress(PlainProgress):
    """Nothing at all."""

    def page_saved(self, event: PageSaved) -> None:
        """See `Listener.page_saved`."""

    def page_failed(self, url: str, error: str) -> None:
        """See `Listener.page_failed`."""

    def media_tried(self, event: MediaTried) -> None:
        """See `MediaListener.media_tried`."""

    def waiting(self, wait: Wait) -> None:
        """See `PlainProgress.waiting`."""


class BarProgress(PlainProgress):
    """A bar for the topic that is being read: pages, posts, rate, time left."""

    def __init__(self) -> None:
        self._bars = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TextColumn("{task.fields[what]}{task.fields[rate]}", markup=False),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bars.add_task("connecting", total=None, what="", rate="")
        self._title = ""
        self._pages = self._posts = 0

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def page_saved(self, event: PageSaved) -> None:
        """See `Listener.page_saved`."""
        if event.title != self._title:
            self._title, self._pages, self._posts = event.title, 0, 0
            title = one_line(event.title)[:_LONGEST_TITLE]
            self._bars.reset(self._task, description=title, what="", rate="")
        self._pages += 1
        self._posts += event.posts
        # Pages that are read again may make it more than the topic has.
        total = max(event.last, self._pages)
        self._bars.update(
            self._task,
            total=total,
            completed=self._pages,
            what=f"pages, {self._posts} posts",
            rate=self._rate("pages"),
        )

    def media_tried(self, event: MediaTried) -> None:
        """See `MediaListener.media_tried`."""
        if event.number == 1:
            self._bars.reset(self._task, description="pictures and files", what="", rate="")
        self._bars.update(
            self._task,
            total=event.total,
            completed=event.number,
            what="files",
            rate=self._rate("files"),
        )
        if event.error is not None:
            self.page_failed(event.url, event.error)

    def page_failed(self, url: str, error: str) -> None:
        """See `Listener.page_failed`."""
        self._bars.console.print(one_line(f"failed: {url}: {error}"), markup=False)

    def waiting(self, wait: Wait) -> None:
        """See `PlainProgress.waiting`."""
        text = one_line(f"waiting {wait.seconds:.0f} s: {wait.reason}")
        self._bars.console.print(text, markup=False)

    def _rate(self, what: str) -> str:
        speed = self._bars.tasks[0].speed
        return f", {speed:.1f} {what}/s" if speed else ""


def progress(*, quiet: bool) -> PlainProgress:
    """The progress that suits where stderr goes."""
    if quiet:
        return QuietProgress()
    return BarProgress() if sys.stderr.isatty() else PlainProgress()

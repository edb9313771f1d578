"""Show how a run of many jobs is getting on: on stderr as `progress` does it for one, on stdout a line a job that ended."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from threadkeep.cli.console import counted, one_line, say, warn
from threadkeep.jobs.sentence import line_of

if TYPE_CHECKING:
    from rich.progress import TaskID

    from scraper.politeness.waiting import Wait
    from scraper.sync.listener import MediaTried, PageSaved
    from threadkeep.jobs.report import JobReport

_LONGEST_TITLE = 40


class QuietJob:
    """Shows nothing of a job."""

    def page_saved(self, event: PageSaved) -> None:
        """See `Listener.page_saved`."""

    def page_failed(self, url: str, error: str) -> None:
        """See `Listener.page_failed`."""

    def media_tried(self, event: MediaTried) -> None:
        """See `MediaListener.media_tried`."""

    def waiting(self, wait: Wait) -> None:
        """See `JobListener.waiting`."""


class PlainJob(QuietJob):
    """One line a page, which begins with the job's name: jobs go on at the same time."""

    def __init__(self, name: str) -> None:
        self._name = name

    def page_saved(self, event: PageSaved) -> None:
        """See `Listener.page_saved`."""
        posts = counted(event.posts, "post")
        self.tell(f"page {event.number} of {event.last}, {posts}: {one_line(event.title)}")

    def page_failed(self, url: str, error: str) -> None:
        """See `Listener.page_failed`."""
        self.tell(f"failed: {url}: {one_line(error)}")

    def media_tried(self, event: MediaTried) -> None:
        """See `MediaListener.media_tried`."""
        if event.error is not None:
            self.page_failed(event.url, event.error)
        else:
            self.tell(f"file {event.number} of {event.total}: {one_line(event.url)}")

    def waiting(self, wait: Wait) -> None:
        """See `JobListener.waiting`."""
        self.tell(f"waiting {wait.seconds:.0f} s: {one_line(wait.reason)}")

    def tell(self, text: str) -> None:
        """Show a line."""
        warn(f"{self._name}: {text}")


class BarJob(PlainJob):
    """A line of a job's own that changes: pages and posts so far, and the title in hand."""

    def __init__(self, name: str, bars: Progress, task: TaskID) -> None:
        super().__init__(name)
        self._bars = bars
        self._task = task
        self._pages = self._posts = 0

    def page_saved(self, event: PageSaved) -> None:
        """See `Listener.page_saved`."""
        self._pages += 1
        self._posts += event.posts
        title = one_line(event.title)[:_LONGEST_TITLE]
        self._bars.update(self._task, pages=self._pages, posts=self._posts, title=title)

    def media_tried(self, event: MediaTried) -> None:
        """See `MediaListener.media_tried`."""
        if event.error is not None:
            self.page_failed(event.url, event.error)
        title = f"file {event.number} of {event.total}"
        self._bars.update(self._task, title=title)

    def tell(self, text: str) -> None:
        """See `PlainJob.tell`."""
        self._bars.console.print(one_line(f"{self._name}: {text}"), markup=False)


class JobsProgress:
    """Shows what jobs have come to an end, and nothing of those that go on."""

    def __init__(self, *, tell_lines: bool) -> None:
        """Show it.

        Args:
            tell_lines: print a line on stdout for each job that has ended.
        """
        self._tell_lines = tell_lines

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave nothing behind."""

    def of_job(self, name: str) -> QuietJob:
        """See `RunListener.of_job`."""
        del name
        return QuietJob()

    def job_ended(self, report: JobReport) -> None:
        """See `RunListener.job_ended`."""
        if self._tell_lines:
            say(one_line(line_of(report)))

    def stopping(self, hosts: int) -> None:
        """See `RunListener.stopping`."""
        where = counted(hosts, "host")
        warn(f"threadkeep: stopping at {where} after the page in hand; Ctrl-C again ends at once.")


class PlainProgress(JobsProgress):
    """A line a page, for logs and pipes."""

    def of_job(self, name: str) -> QuietJob:
        """See `RunListener.of_job`."""
        return PlainJob(name)


class BarProgress(JobsProgress):
    """A line a job that changes, for terminals."""

    def __init__(self, *, tell_lines: bool) -> None:
        """See `JobsProgress`."""
        super().__init__(tell_lines=tell_lines)
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=10),
            TextColumn("{task.fields[pages]} pages, {task.fields[posts]} posts", markup=False),
            TimeElapsedColumn(),
            TextColumn("{task.fields[title]}", markup=False),
            console=Console(stderr=True),
            transient=True,
            # Lines on the same terminal have to go above the bars; results in a pipe have to stay there.
            redirect_stdout=sys.stdout.isatty(),
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def of_job(self, name: str) -> QuietJob:
        """See `RunListener.of_job`."""
        shown = one_line(name)
        task = self._bars.add_task(shown, total=None, pages=0, posts=0, title="connecting")
        self._tasks[name] = task
        return BarJob(shown, self._bars, task)

    def job_ended(self, report: JobReport) -> None:
        """See `RunListener.job_ended`."""
        if report.name in self._tasks:
            self._bars.remove_task(self._tasks.pop(report.name))
        super().job_ended(report)


def jobs_progress(*, quiet: bool, tell_lines: bool) -> JobsProgress:
    """The progress that suits where stderr goes."""
    if quiet:
        return JobsProgress(tell_lines=tell_lines)
    kind = BarProgress if sys.stderr.isatty() else PlainProgress
    return kind(tell_lines=tell_lines)

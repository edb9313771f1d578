"""What a worker does with a piece of work: a host's jobs, one after the other, each on a copy of its archive; this is the task."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from parsers.errors import ThreadkeepError, UsageError
from scraper.archive.page import utc_text
from scraper.fetch.settings import FetchSettings
from scraper.politeness.clock import SystemClock
from threadkeep.cluster.connection import version_here
from threadkeep.cluster.engine import distributed
from threadkeep.cluster.gate import Gate
from threadkeep.cluster.on_worker import run_on
from threadkeep.cluster.piece import Part, PieceEnd
from threadkeep.cluster.piece_clock import PieceClock
from threadkeep.cluster.working_copy import WorkingCopy
from threadkeep.jobs.job_run import JobRun, Known, Surroundings, pause_after
from threadkeep.jobs.report import JobReport

if TYPE_CHECKING:
    from scraper.politeness.waiting import Wait
    from scraper.sync.listener import MediaTried, PageSaved
    from threadkeep.cluster.engine import Worker
    from threadkeep.cluster.on_worker import RunOnWorker
    from threadkeep.cluster.piece import Assignment, Ending, Piece

_LOOK_EVERY = 1.0
_PATIENCE = 120.0
# A login takes two, robots.txt one: what is more is progress.
_LEAST_REQUESTS = 5
_AT_WORK = frozenset(("executing", "long-running"))
_BELONGING = frozenset(("running", "paused"))
_INTERRUPTED = 130
# What another piece goes on with.
_GOES_ON = frozenset[str](("slice", "join", "worker"))


def do_piece(piece: Piece) -> PieceEnd:
    """Do a piece of work, on the worker that it was given to.

    Raises:
        UsageError: this worker has another threadkeep.
    """
    if piece.version != version_here():
        raise UsageError(
            f"A worker has threadkeep {version_here()}, and this is {piece.version}: install the same version there."
        )
    worker = distributed().get_worker()
    run = run_on(piece.run, worker.address)
    end = _Work(piece, worker, run).done()
    run.ended(piece.name, end)
    return end


class _Work:
    def __init__(self, piece: Piece, worker: Worker, run: RunOnWorker) -> None:
        self._piece = piece
        self._run = run
        self._worker = worker
        self._clock = PieceClock(_Ending(piece, worker, run).why)
        self._gate = Gate(piece.hosts, run, self._clock, patience=_PATIENCE)
        self._parts: list[Part] = []
        self._pause = piece.pause

    def done(self) -> PieceEnd:
        self._run.begun(self._piece.hosts[0])
        try:
            with self._gate.held():
                for assignment in self._piece.assignments:
                    self._clock.sleep(self._pause)
                    self._do(assignment)
        except KeyboardInterrupt:
            self._clock.ending = self._clock.ending or "stop"
        except ThreadkeepError as error:
            left = self._piece.assignments[len(self._parts) :]
            self._parts += [_failed(one, error) for one in left]
        return PieceEnd(
            parts=tuple(self._parts),
            seconds=self._clock.seconds,
            pause=self._pause,
            joins=self._gate.met,
        )

    def _do(self, assignment: Assignment) -> None:
        piece, worker = self._piece, self._worker
        job = assignment.job
        copy = WorkingCopy(
            job, piece.run, worker.address, self._clock, Path(worker.local_directory)
        )
        report, known, done = copy.done_before(), Known(), None
        try:
            if report is None:
                report, known = self._run_on(copy, assignment)
            part = self._part(report, known)
            done = report if part.is_done else None
        finally:
            copy.give_back(done)
        self._parts.append(part)
        if report.exit_code == _INTERRUPTED:
            self._clock.end("stop")

    def _run_on(self, copy: WorkingCopy, assignment: Assignment) -> tuple[JobReport, Known]:
        job = assignment.job
        here = replace(job, archive=copy.path, home=None)
        command = f"{self._piece.command} ({job.name})"
        shown = _Shown(self._run, job.name)
        run = JobRun(
            here,
            self._clock,
            shown,
            shown.waiting,
            Surroundings(
                place=partial(copy.held, command, assignment.known),
                fetch=FetchSettings(gate=self._gate),
            ),
        )
        report = replace(run.archive(command), archive=job.place, asked=())
        self._pause = pause_after(here, self._clock)
        return report, run.known

    def _part(self, report: JobReport, known: Known) -> Part:
        goes_on = report.exit_code == _INTERRUPTED and self._clock.ending in _GOES_ON
        return Part(
            name=report.name,
            report=replace(report, ledger=()) if goes_on else report,
            known=known,
            is_done=not goes_on,
        )


class _Ending:
    """Finds out why a piece is to end."""

    def __init__(self, piece: Piece, worker: Worker, run: RunOnWorker) -> None:
        self._piece = piece
        self._run = run
        self._worker = worker
        self._key = worker.get_current_task()
        self._looked_at = 0.0
        self._clock = SystemClock()

    def why(self, clock: PieceClock) -> Ending | None:
        if self._run.stop.is_set():
            return "stop"
        # However short a slice is, something is read in it.
        is_long = clock.seconds > self._piece.seconds and clock.requests >= _LEAST_REQUESTS
        if is_long and self._run.is_crowded:
            return "slice"
        now = self._clock.monotonic()
        if now - self._looked_at < _LOOK_EVERY:
            return None
        self._looked_at = now
        return self._of_worker()

    def _of_worker(self) -> Ending | None:
        """Whether the worker is leaving the cluster, or nobody waits for the result any more."""
        if self._worker.status.name not in _BELONGING:
            return "worker"
        task = self._worker.state.tasks.get(self._key)
        return None if task is not None and task.state in _AT_WORK else "cancelled"


class _Shown:
    """Counts what a job does, for whoever watches the run."""

    def __init__(self, run: RunOnWorker, job: str) -> None:
        self._run = run
        self._job = job

    def page_saved(self, event: PageSaved) -> None:
        """See `Listener.page_saved`."""
        self._run.counted(pages=1, posts=event.posts)

    def page_failed(self, url: str, error: str) -> None:
        """See `Listener.page_failed`."""
        self._run.failed(self._job, f"{url}: {error}")

    def media_tried(self, event: MediaTried) -> None:
        """See `MediaListener.media_tried`."""
        if event.error is not None:
            self.page_failed(event.url, event.error)

    def waiting(self, wait: Wait) -> None:
        """See `JobListener.waiting`."""
        del wait
        self._run.tell()


def _failed(assignment: Assignment, error: ThreadkeepError) -> Part:
    job = assignment.job
    report = JobReport(
        name=job.name,
        urls=job.urls,
        archive=job.place,
        started_at=utc_text(SystemClock().now()),
        error=str(error),
        problems=(str(error),),
        exit_code=error.exit_code,
    )
    return Part(name=job.name, report=report, known=assignment.known or Known(), is_done=True)

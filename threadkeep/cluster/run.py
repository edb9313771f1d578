"""Run all jobs of a JOBS.toml on a cluster: each host is one unit of work, a slice at a time; the scheduler has them done."""

from __future__ import annotations

import logging
import pickle
import uuid
from contextlib import suppress
from dataclasses import replace
from functools import partial
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from parsers.errors import ClusterError
from scraper.politeness.clock import SystemClock
from threadkeep.cluster.aftermath import Aftermath
from threadkeep.cluster.connection import open_cluster, version_here
from threadkeep.cluster.host_unit import unit_of
from threadkeep.cluster.on_worker import RunPlugin, set_crowded, stop_run, topic_of
from threadkeep.cluster.order import SLICE_SECONDS, priority_of
from threadkeep.cluster.outcome import outcome_of
from threadkeep.cluster.piece import Piece, PieceEnd
from threadkeep.cluster.progress import Count
from threadkeep.cluster.work import do_piece
from threadkeep.jobs.job_run import INTERRUPTED
from threadkeep.jobs.report import JobReport
from threadkeep.jobs.run import BUG, concluded, jobs_by_host

if TYPE_CHECKING:
    from collections.abc import Callable

    from parsers.errors import ThreadkeepError
    from threadkeep.cluster.connection import Cluster, ClusterChoice
    from threadkeep.cluster.engine import Future
    from threadkeep.cluster.host_unit import HostUnit
    from threadkeep.cluster.progress import ClusterListener
    from threadkeep.jobs.report import RunReport
    from threadkeep.jobs.settings import Job, JobsFile

logger = logging.getLogger(__name__)

_TICK = 0.2
_SHOW_EVERY = 1.0
_LOOK_EVERY = 5.0
_WORKER_PATIENCE = 600.0
_OPEN = frozenset(("running", "connecting"))
_LOST_BY = "the cluster lost its"
_KEPT = "what was published is kept, and the same command goes on from there."


def run_jobs_on_cluster(
    file: JobsFile,
    choice: ClusterChoice,
    shown: ClusterListener,
    *,
    command: str = "threadkeep run",
    slice_seconds: float = SLICE_SECONDS,
) -> RunReport:
    """Run all jobs on the workers of a cluster; exports, copies and reports are made here.

    What fails for one job is in its report; the others are run all the same. Ctrl-C stops all of them in order; pressed
    again, it ends everything at once.

    Args:
        file: the jobs.
        choice: the cluster.
        shown: is told how it is getting on.
        command: what is running, to be told to whoever finds an archive locked.
        slice_seconds: for how long a host is read at a time while others wait.

    Raises:
        UsageError: the cluster cannot be meant.
        ClusterError: it cannot be reached.
        ExportError: `shown` can show nothing any more.
    """
    clock = SystemClock()
    started = clock.now()
    with open_cluster(choice) as cluster:
        shown.opened(cluster)
        run = _Run(file, cluster, shown, command, slice_seconds)
        run.run_all()
    return concluded(file, run.reports(), started, clock, was_stopped=run.was_stopped)


class _Run:
    """All jobs while they go on: a thread of its own looks after them, so that Ctrl-C meets it between two steps."""

    def __init__(
        self,
        file: JobsFile,
        cluster: Cluster,
        shown: ClusterListener,
        command: str,
        slice_seconds: float,
    ) -> None:
        self._file = file
        self._cluster = cluster
        self._client = cluster.client
        self._shown = shown
        self._command = command
        self._slice_seconds = slice_seconds
        self._name = uuid.uuid4().hex[:8]
        self._clock = SystemClock()
        self._stop, self._is_over = Event(), Event()
        self._units = {host: unit_of(host, jobs) for host, jobs in jobs_by_host(file.jobs).items()}
        self._count = Count(frozenset(self._units))
        self._reports: dict[str, JobReport] = {}
        self._calls: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._aftermath = Aftermath(
            self._name, file, self._clock, self._stop, self._later(self._ended)
        )
        self._out: dict[str, HostUnit] = {}
        self._futures: dict[str, Future] = {}
        self._lost: str | None = None
        self._raised: BaseException | None = None
        self._looked_at = self._shown_at = self._alone_since = self._clock.monotonic()
        self._is_stop_told = False

    @property
    def was_stopped(self) -> bool:
        """Whether a stop was asked for."""
        return self._stop.is_set()

    def run_all(self) -> None:
        """Have all done; Ctrl-C stops it in order, and pressed again at once."""
        Thread(target=self._look_after_all, name="run", daemon=True).start()
        # Not by joining it: Python takes a thread for ended where Ctrl-C interrupts that.
        while not self._is_over.is_set():
            try:
                self._is_over.wait(_TICK)
            except KeyboardInterrupt:
                if self._stop.is_set():
                    raise
                self._stop.set()
        if self._raised is not None:
            raise self._raised

    def reports(self) -> tuple[JobReport, ...]:
        """What every job did, in the order of the file."""
        return tuple(self._reports.get(job.name) or self._not_run(job) for job in self._file.jobs)

    def _look_after_all(self) -> None:
        try:
            self._do_all()
        except BaseException as error:  # noqa: BLE001  raised again in the thread that waits for this one
            self._raised = error
        finally:
            self._is_over.set()

    def _do_all(self) -> None:
        client, topic = self._client, topic_of(self._name)
        client.subscribe_topic(topic, self._later(self._told))
        client.register_plugin(RunPlugin(self._name, frozenset(self._units)), name=topic)
        try:
            for unit in list(self._units.values()):
                self._give_out(unit)
            while (self._out or self._aftermath.is_busy) and self._lost is None:
                with suppress(Empty):
                    self._calls.get(timeout=_TICK)()
                self._look()
        finally:
            self._aftermath.close()
            with suppress(OSError):
                client.unsubscribe_topic(topic)
                client.unregister_worker_plugin(topic)
        self._shown.progressed(self._count.progress(self._clock.monotonic()))

    def _later(self, call: Callable[..., None]) -> Callable[..., None]:
        """Have a function called by the run's own thread, whoever calls it."""
        return lambda *arguments: self._calls.put(partial(call, *arguments))

    # --- units ---

    def _give_out(self, unit: HostUnit) -> None:
        """Have the next slice of a unit done, when its turn comes."""
        unit.is_out = True
        unit.pieces += 1
        hosts = tuple(sorted(unit.hosts))
        piece = Piece(
            run=self._name,
            name=f"{hosts[0]} {unit.pieces}",
            version=version_here(),
            command=self._command,
            hosts=hosts,
            assignments=tuple(unit.left),
            pause=unit.pause,
            seconds=self._slice_seconds,
        )
        # All are of one group, so that the scheduler keeps back what no worker is free for, and hands it out by priority.
        key = (topic_of(self._name), piece.name)
        future = self._client.submit(
            do_piece, piece, key=key, pure=False, priority=priority_of(unit.spent)
        )
        self._out[piece.name], self._futures[piece.name] = unit, future
        future.add_done_callback(self._later(partial(self._ended_task, piece)))

    def _ended_task(self, piece: Piece, future: Future) -> None:
        """Take over what became of a piece, unless its worker told it already."""
        if piece.name in self._out:
            self._take(piece.name, outcome_of(future, piece))
        # Not before: a task that is given up while it ends is cancelled, and its worker told so.
        self._futures.pop(piece.name).release()

    def _take(self, name: str, outcome: PieceEnd | ThreadkeepError | str) -> None:
        """Take over what became of a piece."""
        unit = self._out.pop(name)
        if not isinstance(outcome, PieceEnd):
            self._fail(unit, outcome)
            return
        for report in unit.took(outcome):
            self._aftermath.follow(report)
        if outcome.joins is not None:
            unit = self._joined(unit, outcome.joins)
        if not unit.is_out:
            self._go_on(unit)

    def _go_on(self, unit: HostUnit) -> None:
        if unit.left and not self.was_stopped:
            self._give_out(unit)
            return
        for report in unit.reports.values():  # begun in a slice before, and stopped now
            self._aftermath.follow(report)
        unit.reports = {}
        self._count.done(len(unit.hosts))

    def _joined(self, unit: HostUnit, host: str) -> HostUnit:
        """Have the jobs that were led to another unit's host wait for it, and be a part of it from now on."""
        other = self._units[host]
        if other is not unit:
            logger.info("jobs of %s were led to %s", ", ".join(sorted(unit.hosts)), host)
            is_done = not other.is_out and not other.left
            self._count.done(-len(other.hosts) if is_done else 0)
            other.join(unit)
            self._units.update(dict.fromkeys(unit.hosts, other))
        return other

    def _fail(self, unit: HostUnit, error: ThreadkeepError | str) -> None:
        """Give a unit up; a bug has no words of its own."""
        code = 1 if isinstance(error, str) else error.exit_code
        unit.is_out = False
        for one in unit.left:
            report = unit.reports.pop(one.job.name, None) or self._blank(one.job)
            self._aftermath.follow(
                replace(report, error=str(error), problems=(str(error),), exit_code=code)
            )
        unit.left = []
        self._count.done(len(unit.hosts))

    # --- looking up ---

    def _look(self) -> None:
        now = self._clock.monotonic()
        if self._stop.is_set() and not self._is_stop_told:
            self._is_stop_told = True
            logger.warning("interrupted; every page read so far is kept")
            self._shown.stopping(self._count.running)
            self._looked_at = 0.0
        if now - self._shown_at >= _SHOW_EVERY:
            self._shown_at = now
            self._shown.progressed(self._count.progress(now))
        if now - self._looked_at >= _LOOK_EVERY:
            self._looked_at = now
            self._look_at_cluster(now)

    def _look_at_cluster(self, now: float) -> None:
        if self._client.status not in _OPEN:
            self._lost = f"{_LOST_BY} scheduler; {_KEPT}"
            return
        with suppress(OSError):
            self._count.workers = self._cluster.workers
            if self._count.workers:
                self._alone_since = now
                self._tell_workers()
        if now - self._alone_since > _WORKER_PATIENCE:
            self._lost = f"{_LOST_BY} workers; {_KEPT}"

    def _tell_workers(self) -> None:
        """Tell all, since some may have come since; they do as they are told at the next request."""
        if self._stop.is_set():
            self._client.run(stop_run, self._name, on_error="ignore")
        else:
            is_crowded = len(self._out) > self._cluster.threads
            self._client.run(set_crowded, self._name, is_crowded, on_error="ignore")

    def _told(self, event: tuple[float, dict[str, Any]]) -> None:
        message = event[1]
        for job, sentence in self._count.add(message):
            self._shown.page_failed(job, sentence)
        if "ended" in message:
            name, end = message["ended"]
            if name in self._out:
                self._take(name, pickle.loads(end))  # noqa: S301  of a worker, as results of tasks are

    def _ended(self, report: JobReport) -> None:
        self._aftermath.noted()
        self._reports[report.name] = report
        self._shown.job_ended(report)

    def _not_run(self, job: Job) -> JobReport:
        report = self._blank(job)
        if self._lost is not None:
            return replace(
                report,
                error=self._lost,
                problems=(self._lost,),
                exit_code=ClusterError.exit_code,
            )
        if self.was_stopped:
            return replace(report, exit_code=INTERRUPTED)
        return replace(report, error=BUG, problems=(BUG,), exit_code=1)

    def _blank(self, job: Job) -> JobReport:
        return JobReport(name=job.name, urls=job.urls, archive=job.place)

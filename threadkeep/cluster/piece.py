"""What goes over the wire: a host's jobs for a slice of time, and what became of them; no passwords, they are found where the work is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from threadkeep.jobs.job_run import Known
    from threadkeep.jobs.report import JobReport
    from threadkeep.jobs.settings import Job

# Why a piece ended before its jobs did.
Ending = Literal["slice", "join", "stop", "worker", "cancelled", "superseded"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A job to be begun, or to be gone on with.

    Attributes:
        job: the job, without exports, copies and report: they are made where the command runs.
        known: what its archive held before the run; None: it was not begun yet.
    """

    job: Job
    known: Known | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """The jobs of one host, for a slice of time.

    Attributes:
        run: which run of JOBS.toml it belongs to.
        name: its name among the pieces of the run; whoever opens the dashboard sees it.
        version: the threadkeep that it was made by.
        command: what is running, to be told to whoever finds an archive locked.
        hosts: the host and its port; several where jobs of one were led to another.
        assignments: the jobs, in order.
        pause: seconds that the host is to be left alone before.
        seconds: how long the slice is.
    """

    run: str
    name: str
    version: str
    command: str
    hosts: tuple[str, ...]
    assignments: tuple[Assignment, ...]
    pause: float
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What became of one job.

    Attributes:
        name: the job.
        report: what it did since the run began; where it goes on, without its ledger.
        known: what its archive held before the run.
        is_done: it is not to be gone on with.
    """

    name: str
    report: JobReport
    known: Known
    is_done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceEnd:
    """What became of a piece.

    Attributes:
        parts: of the jobs that were begun.
        seconds: how long it took.
        pause: seconds that the host is to be left alone from now on.
        joins: the host of other jobs that its jobs were led to; None where they were not.
    """

    parts: tuple[Part, ...]
    seconds: float
    pause: float
    joins: str | None = None

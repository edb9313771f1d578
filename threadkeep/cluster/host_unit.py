"""The jobs of one host while a run goes on: what is done, what is left, and the piece of work that is next."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from scraper.sync.report import worst_exit_code
from threadkeep.cluster.piece import Assignment

if TYPE_CHECKING:
    from threadkeep.cluster.piece import Part, PieceEnd
    from threadkeep.jobs.report import JobReport
    from threadkeep.jobs.settings import Job


@dataclass(slots=True)
class HostUnit:
    """One unit of work, which no two workers ever have at the same time.

    Attributes:
        hosts: the host; several where jobs of one were led to another.
        left: the jobs that are to be begun or gone on with.
        is_out: a worker has it, or it waits for one.
        pieces: how many pieces of it were given out so far.
        spent: seconds of a worker's time that it has had.
        pause: seconds that its host is to be left alone.
        reports: what its jobs have done so far, of those that were begun and are not done.
    """

    hosts: set[str]
    left: list[Assignment]
    is_out: bool = False
    pieces: int = 0
    spent: float = 0.0
    pause: float = 0.0
    reports: dict[str, JobReport] = field(default_factory=dict)

    def took(self, end: PieceEnd) -> list[JobReport]:
        """Take over what became of a piece.

        Returns:
            The reports of the jobs that are done.
        """
        self.is_out = False
        self.spent += end.seconds
        self.pause = end.pause
        return [found for part in end.parts if (found := self._took(part)) is not None]

    def _took(self, part: Part) -> JobReport | None:
        report = _together(self.reports.pop(part.name, None), part.report)
        if part.is_done:
            self.left = [one for one in self.left if one.job.name != part.name]
            return report
        self.reports[part.name] = report
        self.left = [
            replace(one, known=part.known) if one.job.name == part.name else one
            for one in self.left
        ]
        return None

    def join(self, other: HostUnit) -> None:
        """Take over all that another has, since jobs of one were led to the host of the other."""
        self.hosts |= other.hosts
        self.left += other.left
        self.reports |= other.reports
        self.spent = max(self.spent, other.spent)
        self.pause = max(self.pause, other.pause)
        other.left = []


def unit_of(host: str, jobs: list[Job]) -> HostUnit:
    """The unit of a host; exports, copies and reports are made where the command runs, so workers need not know of them."""
    bare = [replace(job, exports=(), snapshots=None, report=None) for job in jobs]
    return HostUnit(hosts={host}, left=[Assignment(job=job) for job in bare])


def _together(before: JobReport | None, now: JobReport) -> JobReport:
    """What a job has done: its newest report counts all since the run began, but for what only the piece itself knew."""
    if before is None:
        return now
    codes = [code for code in (before.exit_code, now.exit_code) if code != _INTERRUPTED]
    is_stopped = now.exit_code == _INTERRUPTED
    return replace(
        now,
        started_at=before.started_at,
        seconds=round(before.seconds + now.seconds, 3),
        requests=before.requests + now.requests,
        body_bytes=before.body_bytes + now.body_bytes,
        withheld=max(before.withheld, now.withheld),
        problems=tuple(dict.fromkeys((*before.problems, *now.problems))),
        exit_code=_INTERRUPTED if is_stopped else worst_exit_code(codes),
    )


_INTERRUPTED = 130

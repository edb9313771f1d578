"""Keep beside JOBS.toml how it last ended, for `status` and `schedule status`: also where no archive could be written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import msgspec

from exporters.destination import write_bytes
from parsers.errors import ExportError
from threadkeep.jobs.report_file import report_json

if TYPE_CHECKING:
    from pathlib import Path

    from threadkeep.jobs.report import RunReport


@dataclass(frozen=True, slots=True, kw_only=True)
class LastJob:
    """How a job ended.

    Attributes:
        name: its name.
        started_at: when it began, in UTC; None where it was not begun.
        problems: what failed.
        exit_code: how it ended.
    """

    name: str
    started_at: str | None
    problems: tuple[str, ...]
    exit_code: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRun:
    """How a run ended.

    Attributes:
        started_at: when it began, in UTC.
        ended_at: when it ended, in UTC.
        jobs: how each job ended.
        exit_code: how it ended.
    """

    started_at: str
    ended_at: str
    jobs: tuple[LastJob, ...]
    exit_code: int


def kept_last_run(report: RunReport) -> RunReport:
    """Write down how a run ended; single requests are left out, which the archives have.

    Returns:
        The report, which says so where it could not be written down: that is no fault of the run's.
    """
    kept = replace(report, jobs=tuple(replace(job, asked=()) for job in report.jobs))
    try:
        write_bytes(_place(report.jobs_file), report_json(kept))
    except ExportError as error:
        return replace(report, problems=(*report.problems, str(error)))
    return report


def last_run(jobs_file: Path) -> LastRun | None:
    """How the newest run of a JOBS.toml ended; None where none is written down, or not readably."""
    try:
        return msgspec.json.decode(_place(jobs_file).read_bytes(), type=LastRun)
    except (OSError, msgspec.DecodeError):
        return None


def _place(jobs_file: Path) -> Path:
    return jobs_file.with_name(f"{jobs_file.stem}.last-run.json")

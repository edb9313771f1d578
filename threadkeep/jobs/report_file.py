"""Write the report of a run to a file, as Markdown to read or as JSON; the file appears whole or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from exporters.destination import write_bytes
from exporters.record import json_of
from parsers.errors import ExportError, UsageError
from scraper.archive.page import utc_moment, utc_text
from scraper.sync.report import worst_exit_code
from threadkeep.jobs.markdown_report import markdown_of
from threadkeep.jobs.report import RunReport

if TYPE_CHECKING:
    from threadkeep.jobs.report import JobReport
    from threadkeep.jobs.settings import Job


REPORT_ENDINGS = frozenset((".md", ".json"))


def check_report(path: Path) -> None:
    """Refuse a name that says neither Markdown nor JSON, before anything is done.

    Raises:
        UsageError: it does not.
    """
    if path.suffix not in REPORT_ENDINGS:
        raise UsageError(f"A report ends in .md (Markdown) or .json, and “{path}” does not.")


def write_report(path: Path, report: RunReport) -> None:
    """Write a report; the ending says whether as Markdown or as JSON. Folders that are missing are made.

    Raises:
        ExportError: it cannot be written.
    """
    data = report_json(report) if path.suffix == ".json" else markdown_of(report).encode()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ExportError(
            f"The folder “{path.parent}” cannot be made ({error.strerror}); choose another place."
        ) from error
    write_bytes(path, data)


def report_json(report: RunReport) -> bytes:
    """A report as `--json` prints it."""
    plain = msgspec.to_builtins(report, enc_hook=str)
    return msgspec.json.format(json_of(plain), indent=2) + b"\n"


def with_report_file(job: Job, report: JobReport) -> JobReport:
    """Write a job's report where it has a file for it.

    Returns:
        The report, which says so where the file could not be written.
    """
    if job.report is None or report.started_at is None:
        return report
    ended = utc_moment(report.started_at) + timedelta(seconds=report.seconds)
    alone = RunReport(
        jobs_file=job.source,
        started_at=report.started_at,
        ended_at=utc_text(ended),
        seconds=report.seconds,
        jobs=(report,),
        exit_code=report.exit_code,
    )
    path = Path(str(job.report).replace("{date}", report.started_at[:10]))
    try:
        write_report(path, alone)
    except ExportError as error:
        return replace(
            report,
            problems=(*report.problems, str(error)),
            exit_code=worst_exit_code([report.exit_code, error.exit_code]),
        )
    return report

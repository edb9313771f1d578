"""`threadkeep run`: the scheduled job, many sites at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from parsers.errors import ExportError, UsageError
from scraper.sync.report import worst_exit_code
from threadkeep.cli.cluster_progress import cluster_progress
from threadkeep.cli.console import counted, one_line, say, say_json, warn
from threadkeep.cli.fetching import command_line
from threadkeep.cli.jobs_progress import jobs_progress
from threadkeep.cli.log_file import logged
from threadkeep.cli.option import JsonOption, QuietOption
from threadkeep.cluster.connection import ClusterChoice
from threadkeep.cluster.engine import distributed
from threadkeep.jobs.jobs_file import read_jobs
from threadkeep.jobs.login import login_of
from threadkeep.jobs.notification import check_notifications
from threadkeep.jobs.report_file import check_report, write_report
from threadkeep.jobs.run import run_jobs

if TYPE_CHECKING:
    from threadkeep.jobs.report import JobReport, RunReport
    from threadkeep.jobs.settings import JobsFile

_HOSTS_PER_WORKER = 32


@logged
def command(
    jobs: Annotated[
        Path, typer.Argument(metavar="JOBS.toml", help="What to archive, and how: docs/jobs.md.")
    ],
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Check the file; nothing is asked for.")
    ] = False,
    report: Annotated[
        Path | None,
        typer.Option(
            "--report", metavar="FILE", help="Write a report, Markdown (.md) or JSON (.json)."
        ),
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(
            "--cluster",
            metavar="ADDRESS",
            help="Have the workers of this dask scheduler do it: docs/cluster.md.",
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers", metavar="N", min=1, help="Have N worker processes of this machine do it."
        ),
    ] = None,
    hosts_per_worker: Annotated[
        int | None,
        typer.Option(
            "--hosts-per-worker",
            metavar="N",
            min=1,
            help="How many hosts each of these reads side by side; without it 32.",
        ),
    ] = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> int:
    """Archive and sync many sites, as a file says.

    Hosts are read side by side, each at its own pace. A site that fails does not stop the others. Exports, copies,
    reports and notifications follow.

    \b
    Examples:
      threadkeep run JOBS.toml
      threadkeep run JOBS.toml --check
      threadkeep run JOBS.toml --quiet --report run.md
      threadkeep run JOBS.toml --workers 2
      threadkeep run JOBS.toml --cluster tcp://10.0.0.1:8786

    Exit code: the first in the order of docs/errors.md that any job met.
    """
    choice = _cluster(cluster, workers, hosts_per_worker)
    file = read_jobs(jobs)
    if report is not None:
        check_report(report)
    if check:
        return _check(file, as_json=as_json)
    if choice is None:
        with jobs_progress(quiet=quiet, tell_lines=not as_json) as shown:
            done = run_jobs(file, shown, command=command_line())
    else:
        from threadkeep.cluster.run import run_jobs_on_cluster  # noqa: PLC0415  takes an extra

        with cluster_progress(quiet=quiet, tell_lines=not as_json) as shown:
            done = run_jobs_on_cluster(file, choice, shown, command=command_line())
    if report is not None:
        done = _filed(done, report)
    _tell(done, as_json=as_json)
    return done.exit_code


def _cluster(
    address: str | None, workers: int | None, hosts_per_worker: int | None
) -> ClusterChoice | None:
    """Which cluster was asked for; None: the work is done in this process."""
    if hosts_per_worker is not None and workers is None:
        raise UsageError(
            "--hosts-per-worker goes with --workers; how many hosts a worker of --cluster reads, its --nthreads says."
        )
    if address is not None and workers is not None:
        raise UsageError("--cluster and --workers both say who does it; choose one.")
    if address is None and workers is None:
        return None
    distributed()
    return ClusterChoice(
        address=address, workers=workers or 0, threads=hosts_per_worker or _HOSTS_PER_WORKER
    )


def _filed(done: RunReport, path: Path) -> RunReport:
    """Write the report; where that fails, what was done is reported all the same."""
    try:
        write_report(path, done)
    except ExportError as error:
        return replace(
            done,
            problems=(*done.problems, str(error)),
            exit_code=worst_exit_code([done.exit_code, error.exit_code]),
        )
    return done


def _check(file: JobsFile, *, as_json: bool) -> int:
    if as_json:
        raise UsageError("--check reports nothing; leave out --json.")
    for job in file.jobs:
        login_of(job)
    check_notifications(file)
    hosts = {job.host for job in file.jobs}
    say(f"{file.path.name}: {counted(len(file.jobs), 'job')} on {counted(len(hosts), 'host')}")
    return 0


def _tell(done: RunReport, *, as_json: bool) -> None:
    if as_json:
        say_json(done)
    for job in done.jobs:
        _tell_problems(job)
    for problem in (*done.problems, *(notice.error for notice in done.notices)):
        if problem:
            warn(f"threadkeep: {one_line(problem)}")
    if done.interrupted:
        warn(
            "threadkeep: interrupted; every page read so far is kept. Run the same command again to go on."
        )


def _tell_problems(job: JobReport) -> None:
    for problem in job.problems:
        warn(f"threadkeep: {job.name}: {one_line(problem)}")
    for gap in job.new_gaps:
        warn(f"threadkeep: {job.name}: missing in “{one_line(gap.of)}”: {one_line(gap.detail)}")

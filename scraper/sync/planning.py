"""Find out what a run would ask for, without keeping anything: its lists are read into a copy that is thrown away."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from scraper.archive.database import reading
from scraper.archive.migration import back_up
from scraper.sync.pipeline import archive_topics
from scraper.sync.report import worst_exit_code

if TYPE_CHECKING:
    from scraper.politeness.clock import Clock
    from scraper.politeness.waiting import WaitHook
    from scraper.sync.list_outcome import ListOutcome
    from scraper.sync.listener import Listener
    from scraper.sync.pipeline import ArchiveJob
    from scraper.sync.planned import PlannedTopic
    from scraper.sync.report import TopicOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPlan:
    """What a run would do.

    Attributes:
        topics: the topics that it would read.
        requests: how many requests that would take, as far as the lists tell.
        asked: requests that were made to find this out.
        delay: seconds between two requests.
        seconds: how long it would take at least.
        errors: one sentence for each address or list that could not be read.
        exit_code: as the command line exits.
    """

    topics: tuple[PlannedTopic, ...]
    requests: int
    asked: int
    delay: float
    seconds: float
    errors: tuple[str, ...]
    exit_code: int


def plan_run(
    job: ArchiveJob,
    *,
    listener: Listener | None = None,
    on_wait: WaitHook | None = None,
    clock: Clock | None = None,
) -> RunPlan:
    """Find out what a run would do: lists and feeds are read, topics are not, and nothing is kept.

    Raises:
        UsageError: see `archive_topics`.
        ArchiveError: the archive cannot be read.
    """
    with TemporaryDirectory(prefix="threadkeep-") as folder:
        copy = Path(folder) / job.path.name
        if job.path.exists():
            with reading(job.path) as archive:
                back_up(archive.connection, copy)
        report = archive_topics(
            replace(job, path=copy, is_dry=True), listener=listener, on_wait=on_wait, clock=clock
        )
    requests = sum(one.requests for one in report.planned)
    outcomes: tuple[TopicOutcome | ListOutcome, ...] = (*report.topics, *report.lists)
    errors = tuple(one.error for one in outcomes if one.error is not None)
    return RunPlan(
        topics=report.planned,
        requests=requests,
        asked=report.traffic.requests,
        delay=job.fetch.delay,
        seconds=requests * job.fetch.delay,
        errors=errors,
        exit_code=130
        if report.interrupted
        else worst_exit_code([one.exit_code for one in outcomes]),
    )

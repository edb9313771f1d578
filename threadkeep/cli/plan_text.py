"""Say what a run would ask for and how long that would take, for `--dry-run`; nothing of it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scraper.sync.planning import plan_run
from threadkeep.cli.console import counted, one_line, say, say_json, warn
from threadkeep.cli.progress import progress

if TYPE_CHECKING:
    from scraper.sync.pipeline import ArchiveJob
    from scraper.sync.planning import RunPlan

_MOST_NAMED = 20


def tell_plan(job: ArchiveJob, *, quiet: bool, as_json: bool) -> int:
    """Find out what a run would do, and say it.

    Returns:
        The exit code.
    """
    with progress(quiet=quiet) as shown:
        plan = plan_run(job, listener=shown, on_wait=shown.waiting)
    if as_json:
        say_json(plan)
    else:
        _tell(plan)
    return plan.exit_code


def _tell(plan: RunPlan) -> None:
    for error in plan.errors:
        warn(f"threadkeep: {error}")
    for one in plan.topics[:_MOST_NAMED]:
        say(f"{counted(one.requests, 'request')}: {one_line(one.url)} ({one.reason})")
    if len(plan.topics) > _MOST_NAMED:
        say(f"… and {counted(len(plan.topics) - _MOST_NAMED, 'topic')} more")
    topics = counted(len(plan.topics), "topic")
    say(
        f"{topics}, about {counted(plan.requests, 'request')} beside the {plan.asked} made just now: "
        f"{_spoken(plan.seconds)} at {plan.delay:g} s a request. Nothing was kept."
    )


def _spoken(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"

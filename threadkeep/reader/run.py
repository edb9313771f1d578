"""The runs that made an archive: the list of all, and what one asked the site for and reported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from exporters.html.shown_post import ShownTime, seen_time
from scraper.archive.browse.run_list import (
    SentRequest,
    count_runs,
    requests_of_run,
    run_numbered,
    runs,
)
from threadkeep.reader.frame import Frame, Link, Pager, frame, pager, pages_for

if TYPE_CHECKING:
    from scraper.archive.browse.run_list import ListedRun
    from threadkeep.reader.open_archive import Links, OpenArchive

RUNS_PER_PAGE = 100
REQUESTS_PER_PAGE = 200
_MEANINGS = {
    None: "did not end",
    0: "complete",
    3: "incomplete",
    130: "interrupted",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRun:
    """A run in a list of runs.

    Attributes:
        link: its number and page.
        command: as it was typed; None where that is nobody's business.
        started_at: when it began.
        ended_at: None while it runs, and for good if it was killed.
        exit_code: as it ended.
        result: what that means.
        requests: requests made.
        pages: topic pages read.
        new_posts: posts met for the first time.
        changed_posts: posts whose body had changed.
        gone_posts: posts found to have vanished.
    """

    link: Link
    command: str | None
    started_at: ShownTime
    ended_at: ShownTime | None
    exit_code: int | None
    result: str
    requests: int
    pages: int
    new_posts: int
    changed_posts: int
    gone_posts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsPage:
    """A page of the list of all runs, the newest first.

    Attributes:
        count: how many runs there are.
        runs: those of this page.
        pager: which page it is.
    """

    frame: Frame
    count: int
    runs: tuple[ShownRun, ...]
    pager: Pager | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPage:
    """What a run did.

    Attributes:
        run: its counts.
        requests: some of the requests that it sent, in order; none of them in a site.
        report: what it reported at its end, as JSON; None where nothing is kept, and in a site.
        pager: which page of the requests it is.
    """

    frame: Frame
    run: ShownRun
    requests: tuple[SentRequest, ...]
    report: str | None
    pager: Pager | None


def runs_page(opened: OpenArchive, page: int) -> RunsPage | None:
    """Make a page of the list of all runs; None where there is none."""
    count = count_runs(opened.archive)
    last = pages_for(count, RUNS_PER_PAGE)
    if page > last:
        return None
    links = opened.links("")
    first = (page - 1) * RUNS_PER_PAGE
    return RunsPage(
        frame=frame(opened, "runs", runs_name(page), "Runs"),
        count=count,
        runs=tuple(
            shown_run(run, links, is_public=opened.is_site)
            for run in runs(opened.archive, first=first, count=RUNS_PER_PAGE)
        ),
        pager=pager(page, last, lambda number: links.named(runs_name(number))),
    )


def runs_name(page: int) -> str:
    """The name of a page of the list of all runs."""
    return "runs" if page == 1 else f"runs.page-{page}"


def run_page(opened: OpenArchive, run_id: int, page: int) -> RunPage | None:
    """Make the page of a run; None where there is none.

    What it asked for and reported names folders and addresses of whoever ran it: it is not part of a site.
    """
    found = run_numbered(opened.archive, run_id)
    if found is None:
        return None
    run, report = found
    last = 1 if opened.is_site else pages_for(run.requests, REQUESTS_PER_PAGE)
    if page > last:
        return None
    name = f"runs/{run_id}" if page == 1 else f"runs/{run_id}.page-{page}"
    links = opened.links("../")
    first = (page - 1) * REQUESTS_PER_PAGE
    sent = requests_of_run(opened.archive, run_id, first=first, count=REQUESTS_PER_PAGE)
    trail = (Link(text="Runs", address=links.named("runs")),)
    return RunPage(
        frame=frame(opened, "run", name, f"Run {run_id}", trail),
        run=shown_run(run, links, is_public=opened.is_site),
        requests=() if opened.is_site else sent,
        report=None if opened.is_site or not report else _readable(report),
        pager=pager(
            page,
            last,
            lambda number: (
                links.run(run_id) if number == 1 else links.named(f"runs/{run_id}.page-{number}")
            ),
        ),
    )


def shown_run(run: ListedRun, links: Links, *, is_public: bool) -> ShownRun:
    """A run in a list of runs.

    Args:
        run: the run.
        links: of the page.
        is_public: others will read it: the command names folders, and is left out.
    """
    return ShownRun(
        link=Link(text=f"Run {run.run_id}", address=links.run(run.run_id)),
        command=None if is_public else run.command,
        started_at=seen_time(run.started_at),
        ended_at=seen_time(run.ended_at) if run.ended_at else None,
        exit_code=run.exit_code,
        result=_MEANINGS.get(run.exit_code, f"exit code {run.exit_code}"),
        requests=run.requests,
        pages=run.pages,
        new_posts=run.new_posts,
        changed_posts=run.changed_posts,
        gone_posts=run.gone_posts,
    )


def _readable(report: str) -> str:
    try:
        return msgspec.json.format(report, indent=2)
    except msgspec.DecodeError:
        return report

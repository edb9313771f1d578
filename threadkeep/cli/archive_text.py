"""Say on the terminal what an archiving run did: each topic where a few were asked for, sums where a whole forum was."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from threadkeep.cli.console import counted, one_line, warn
from threadkeep.cli.media_text import media_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scraper.sync.list_outcome import ListOutcome
    from scraper.sync.pipeline import ArchiveReport
    from scraper.sync.report import TopicOutcome

_INTERRUPTED = 130


def tell_report(report: ArchiveReport, *, quiet: bool, tell: Callable[[str], None]) -> None:
    """Say what a run did.

    Args:
        report: the run.
        quiet: only what is wrong.
        tell: prints a line.
    """
    is_forum = bool(report.lists or report.withheld)
    for outcome in report.topics:
        if not is_forum or outcome.exit_code:
            _tell_topic(outcome, quiet=quiet, tell=tell)
    for one in report.lists:
        _tell_list(one, tell=tell)
    for line in () if quiet else _further(report, is_forum=is_forum):
        tell(line)
    is_told = report.interrupted or is_forum or any(outcome.title for outcome in report.topics)
    if not quiet and is_told:
        tell(_summary(report))
    _warn(report)


def _tell_topic(outcome: TopicOutcome, *, quiet: bool, tell: Callable[[str], None]) -> None:
    if outcome.title is None:
        warn(f"threadkeep: {outcome.error}")
        return
    changes = f"{outcome.saved.new} new, {outcome.saved.changed} changed, {outcome.gone} gone"
    posts = _of(outcome.posts, outcome.expected)
    tell(f"{one_line(outcome.title)}: {posts}, {_state(outcome)} ({changes})")
    if outcome.exit_code == _INTERRUPTED:
        return
    for gap in outcome.gaps:
        tell(f"  missing: {one_line(gap.detail)}")
    for note in () if quiet else outcome.notes:
        tell(f"  note: {one_line(note)}")


def _tell_list(outcome: ListOutcome, *, tell: Callable[[str], None]) -> None:
    if outcome.title is None:
        warn(f"threadkeep: {outcome.error}")
    elif outcome.error is not None:
        tell(f"{one_line(outcome.title)}: {counted(outcome.topics, 'topic')} listed")
        tell(f"  missing: {one_line(outcome.error)}")


def _further(report: ArchiveReport, *, is_forum: bool) -> Iterator[str]:
    if is_forum:
        yield from _sums(report)
    if report.media is not None:
        yield from media_lines(report.media)


def _sums(report: ArchiveReport) -> Iterator[str]:
    read = [outcome for outcome in report.topics if outcome.title is not None]
    complete = sum(not outcome.exit_code for outcome in read)
    new = sum(outcome.saved.new for outcome in read)
    changed = sum(outcome.saved.changed for outcome in read)
    gone = sum(outcome.gone for outcome in read) + report.gone_posts
    topics = f"{counted(len(read), 'topic')} read, {complete} of them complete"
    yield f"{counted(len(report.lists), 'list')} and {topics}: {new} new posts, {changed} changed, {gone} gone"
    if report.gone_topics:
        yield f"{counted(report.gone_topics, 'topic')} gone from the site; what was kept of them stays."
    if report.withheld:
        names = ", ".join(one.url for one in report.withheld[:3])
        more = f" and {len(report.withheld) - 3} more" if len(report.withheld) > 3 else ""
        yield f"withheld by the site: {counted(len(report.withheld), 'topic')} that guests cannot read ({names}{more})"
    for note in report.notes:
        yield f"note: {one_line(note)}"


def _warn(report: ArchiveReport) -> None:
    if report.stopped is not None:
        warn(f"threadkeep: {report.stopped}")
    if report.held_back:
        warn(
            f"threadkeep: {counted(report.held_back, 'post')} vanished at once, which a broken site may only look like; "
            "none was marked as gone. Look at the site, and say --confirm-gone if it is right."
        )
    if report.interrupted:
        warn(
            "threadkeep: interrupted; every page read so far is kept. Run the same command again to go on."
        )
    elif _is_incomplete(report):
        verify = f"`threadkeep verify -a {shlex.quote(str(report.archive))}`"
        warn(f"threadkeep: not everything was archived; {verify} says what, and how to repair it.")


def _is_incomplete(report: ArchiveReport) -> bool:
    if any(outcome.gaps or outcome.error for outcome in report.topics if outcome.title):
        return True
    return bool(report.lists) and report.exit_code not in {0, _INTERRUPTED}


def _state(outcome: TopicOutcome) -> str:
    if outcome.exit_code == _INTERRUPTED:
        return "interrupted"
    return "INCOMPLETE" if outcome.gaps or outcome.error else "complete"


def _of(posts: int, expected: int | None) -> str:
    return (
        f"{posts} of {counted(expected, 'post')}"
        if expected is not None
        else counted(posts, "post")
    )


def _summary(report: ArchiveReport) -> str:
    zone = ""
    if report.times is not None and report.times.timezone:
        zone = f"; times by {report.times.timezone}"
    return f"{report.archive}: {counted(report.traffic.requests, 'request')}{zone}"

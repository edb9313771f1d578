"""A report of a run as Markdown, for people; writes no file itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scraper.politeness.waiting import spoken
from threadkeep.jobs.sentence import counted, held_back_line, outcome_of, size_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scraper.archive.run_record import RecordedGap
    from threadkeep.jobs.report import ExportedFile, JobReport, LedgerLine, Notice, RunReport

# Markdown's own signs, where a title or an address holds them.
_SIGNS = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_[]<>|#"})


def markdown_of(report: RunReport) -> str:
    """The whole report."""
    return "\n".join([*_head(report), *(line for job in report.jobs for line in _job(job))]) + "\n"


def _head(report: RunReport) -> Iterator[str]:
    yield f"# threadkeep run, {report.started_at[:10]}"
    yield ""
    yield f"{_text(report.jobs_file)}: {report.started_at} to {report.ended_at} ({spoken(report.seconds)})."
    yield ""
    yield "| job | outcome | posts | new | changed | gone | new gaps | requests | bytes | time |"
    yield "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|"
    for job in report.jobs:
        yield _row(job)
    for problem in report.problems:
        yield f"\n- {_text(problem)}"
    for notice in report.notices:
        yield f"\n{_notice(notice)}"


def _row(job: JobReport) -> str:
    numbers = (job.posts, job.new, job.changed, job.gone, len(job.new_gaps), job.requests)
    cells = (_text(job.name), outcome_of(job), *map(str, numbers))
    return f"| {' | '.join(cells)} | {size_of(job.body_bytes)} | {spoken(job.seconds)} |"


def _notice(notice: Notice) -> str:
    of = f"Notification about {_text(', '.join(notice.jobs))} ({', '.join(notice.occasions)})"
    return f"{of}: {_text(notice.error)}" if notice.error else f"{of}: delivered."


def _job(job: JobReport) -> Iterator[str]:
    yield f"\n## {_text(job.name)}\n"
    yield f"- archive: {_text(job.archive)}, {counted(job.posts, 'post')} in {counted(job.topics, 'topic')}"
    yield from (f"- address: {_text(url)}" for url in job.urls)
    yield f"- exit code: {job.exit_code}, {outcome_of(job)}"
    yield from (f"- exported: {_text(one.path)}, {_amount(one)}" for one in job.exports)
    if job.snapshot is not None:
        yield f"- copied: {_text(job.snapshot)}"
    if job.held_back:
        yield f"- {held_back_line(job)}"
    if job.withheld:
        yield f"- withheld: {counted(job.withheld, 'topic')} that the site does not show to this reader"
    yield from _gaps(job.new_gaps, job.known_gaps)
    yield from _listed("Problems", job.problems)
    yield from _ledger(job.ledger)


def _gaps(new: Iterable[RecordedGap], known: int) -> Iterator[str]:
    yield from _listed("New gaps", [f"{gap.of}: {gap.detail}" for gap in new])
    if known:
        yield f"\n{counted(known, 'gap')} more known from earlier runs."


def _listed(heading: str, texts: Iterable[str]) -> Iterator[str]:
    lines = [f"- {_text(text)}" for text in texts]
    if lines:
        yield f"\n### {heading}\n"
        yield from lines


def _ledger(lines: tuple[LedgerLine, ...]) -> Iterator[str]:
    if not lines:
        return
    yield "\n### What was asked of whom\n"
    yield "| host | why | requests | failed | bytes |"
    yield "|---|---|--:|--:|--:|"
    for line in lines:
        cells = (_text(line.host), _text(line.reason), str(line.requests), str(line.failed))
        yield f"| {' | '.join(cells)} | {size_of(line.body_bytes)} |"


def _amount(export: ExportedFile) -> str:
    return counted(export.pages, "page") if export.pages else counted(export.posts, "post")


def _text(value: object) -> str:
    """Text on one line in which nothing is Markdown."""
    return " ".join(str(value).split()).translate(_SIGNS)

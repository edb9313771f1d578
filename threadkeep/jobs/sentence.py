"""How a run is told in words, the same on the terminal, in reports and in notifications."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from threadkeep.jobs.report import JobReport

_ENDINGS = {
    0: "complete",
    3: "INCOMPLETE",
    130: "interrupted",
}


def counted(number: int, what: str) -> str:
    """A number with its noun: `1 post`, `2 posts`."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def outcome_of(job: JobReport) -> str:
    """How a job ended, in a word."""
    return _ENDINGS.get(job.exit_code, "FAILED")


def line_of(job: JobReport) -> str:
    """A job in one line."""
    changes = f"{job.new} new, {job.changed} changed, {job.gone} gone"
    gaps = f", {counted(len(job.new_gaps), 'new gap')}" if job.new_gaps else ""
    held = f", {job.held_back} held back" if job.held_back else ""
    return (
        f"{job.name}: {counted(job.posts, 'post')}, {outcome_of(job)} ({changes}{held}{gaps});"
        f" {counted(job.requests, 'request')}"
    )


def held_back_line(job: JobReport) -> str:
    """What is to be done about posts that seem to have vanished at once."""
    return (
        f"held back: {counted(job.held_back, 'post')} seem to have vanished at once; look at the site, and if it is"
        f" right, confirm it once by `threadkeep sync -a {shlex.quote(job.archive)} --confirm-gone`"
    )


def size_of(count: int) -> str:
    """A number of bytes as people say it."""
    size, units = float(count), ["B", "kB", "MB", "GB", "TB"]
    while size >= 1000 and len(units) > 1:
        size, units = size / 1000, units[1:]
    return f"{size:.0f} {units[0]}" if units[0] == "B" else f"{size:.1f} {units[0]}"

"""When a schedule starts a run, as systemd and as cron write it; knows neither of them otherwise."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from parsers.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

_TIME = re.compile(r"(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)")
_CRON = {
    "hourly": "{minute} * * * *",
    "daily": "{minute} 0 * * *",
    "weekly": "{minute} 0 * * 1",
    "monthly": "{minute} 0 1 * *",
}
_DEFAULT_HOUR = 3
_SPREAD = "30min"
_FIELDS = re.compile(r"(\d+) (\d+|\*) (\d+|\*) (\*) (\d|\*)")
_LONGEST_MONTHS = 62


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """When to start.

    Attributes:
        calendar: as `OnCalendar` of systemd has it.
        cron: the five fields of cron; None where it has no words for it.
        spread: how much later systemd may start, so that not everybody comes at once; None: not at all.
    """

    calendar: str
    cron: str | None
    spread: str | None = None


def when_of(at: str | None, every: str | None, jobs_file: Path) -> When:
    """When to start, as somebody typed it; without either a time at night.

    Args:
        at: a time of the day, `03:00`.
        every: `hourly`, `daily`, `weekly`, `monthly`, or what systemd's `OnCalendar` takes.
        jobs_file: settles the minute that cron starts at, where none is asked for.

    Raises:
        UsageError: it cannot be meant.
    """
    if at is not None and every is not None:
        raise UsageError("--at and --every both say when; choose one.")
    minute = int(hashlib.sha256(str(jobs_file).encode("utf-8", "replace")).hexdigest(), 16) % 60
    if at is not None:
        return _at(at)
    if every is None:
        cron = f"{minute} {_DEFAULT_HOUR} * * *"
        return When(calendar=f"*-*-* {_DEFAULT_HOUR:02}:00:00", cron=cron, spread=_SPREAD)
    if not every.strip() or not every.isprintable():
        raise UsageError(
            "--every takes hourly, daily, weekly, monthly, or a moment as systemd's OnCalendar has it."
        )
    if every in _CRON:
        return When(calendar=every, cron=_CRON[every].format(minute=minute), spread=_SPREAD)
    return When(calendar=every, cron=None)


def _at(at: str) -> When:
    found = _TIME.fullmatch(at)
    if found is None:
        raise UsageError(f"--at takes a time of the day, as 03:00, not “{at}”.")
    hour, minute = int(found["hour"]), int(found["minute"])
    return When(calendar=f"*-*-* {hour:02}:{minute:02}:00", cron=f"{minute} {hour} * * *")


def next_by_cron(fields: str, now: datetime) -> datetime | None:
    """When cron starts next what has these fields, in the zone of `now`; None where somebody wrote others than ours."""
    found = _FIELDS.fullmatch(fields)
    if found is None:
        return None
    minute, hour, day, _, weekday = found.groups()
    start = now.replace(minute=0, second=0, microsecond=0)
    for hours in range(24 * _LONGEST_MONTHS):
        moment = (start + timedelta(hours=hours)).replace(minute=int(minute))
        wanted = ((hour, moment.hour), (day, moment.day), (weekday, moment.isoweekday() % 7))
        if moment > now and all(field in {"*", str(is_so)} for field, is_so in wanted):
            return moment
    return None

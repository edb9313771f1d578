"""Decide which snapshots stay: the newest of each day, week and month, for so many of each. Pure: names in, names out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_STAMP = "%Y-%m-%dT%H%M%SZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How many snapshots stay.

    Attributes:
        daily: of so many days the newest.
        weekly: of so many weeks, from Monday on, the newest.
        monthly: of so many months the newest.
    """

    daily: int = 0
    weekly: int = 0
    monthly: int = 0


def snapshot_name(stem: str, moment: datetime) -> str:
    """What the snapshot of a moment is called: `STEM-2026-11-24T030000Z.db`, which every file system takes."""
    return f"{stem}-{moment.astimezone(UTC).strftime(_STAMP)}.db"


def snapshot_moment(stem: str, name: str) -> datetime | None:
    """The moment that a snapshot's name tells; None where it is not called as one of this archive's is."""
    found = re.fullmatch(rf"{re.escape(stem)}-(\d{{4}}-\d\d-\d\dT\d{{6}}Z)\.db", name, re.ASCII)
    if found is None:
        return None
    try:
        return datetime.strptime(found[1], _STAMP).replace(tzinfo=UTC)
    except ValueError:  # no such day
        return None


def outdated(moments: Iterable[datetime], keep: Retention, now: datetime) -> tuple[datetime, ...]:
    """Which of an archive's snapshots need not stay, oldest first.

    Days, weeks and months are those in UTC of which there is a snapshot, so that a pause in taking them costs none. The
    newest always stays. What is dated after now was named by a clock that went wrong: it stays, and counts for nothing.
    """
    past = sorted((moment for moment in moments if moment <= now), reverse=True)
    kept = set(past[:1])
    for period, number in (
        (_day, keep.daily),
        (_week, keep.weekly),
        (_month, keep.monthly),
    ):
        kept |= _newest_of_each(past, period, number)
    return tuple(moment for moment in reversed(past) if moment not in kept)


def _newest_of_each(
    past: list[datetime], period: Callable[[datetime], tuple[int, ...]], number: int
) -> set[datetime]:
    newest: dict[tuple[int, ...], datetime] = {}
    for moment in past:
        newest.setdefault(period(moment), moment)
    return set(list(newest.values())[:number])


def _day(moment: datetime) -> tuple[int, ...]:
    return (moment.year, moment.month, moment.day)


def _week(moment: datetime) -> tuple[int, ...]:
    return moment.isocalendar()[:2]


def _month(moment: datetime) -> tuple[int, ...]:
    return (moment.year, moment.month)

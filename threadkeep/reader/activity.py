"""Lay out a chart of posts over time: a bar a month, or a bar a year where there are too many months."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_MOST_MONTHS = 120
_HEIGHT = 100
_WIDTH = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bar.

    Attributes:
        label: the month or the year.
        posts: how many were written in it.
        x: where it begins, of 600.
        width: how wide it is.
        height: of 100.
    """

    label: str
    posts: int
    x: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """The chart.

    Attributes:
        unit: what a bar is, `month` or `year`.
        most: posts of the highest bar.
        bars: from left to right; without a gap in time.
    """

    unit: str
    most: int
    bars: tuple[Bar, ...]


def activity(months: Mapping[str, int]) -> Activity | None:
    """A chart of posts by month; None where no post has a time.

    Args:
        months: posts by month, `2019-03`.
    """
    counts, unit = (
        Counter({month: count for month, count in months.items() if _is_month(month)}),
        "month",
    )
    if not counts:
        return None
    labels = list(_months(min(counts), max(counts)))
    if len(labels) > _MOST_MONTHS:
        unit = "year"
        counts = _by_year(counts)
        labels = [f"{year:04}" for year in range(int(min(counts)), int(max(counts)) + 1)]
    most = max(counts.values())
    step = _WIDTH / len(labels)
    bars = (
        Bar(
            label=label,
            posts=counts[label],
            x=round(place * step, 2),
            width=round(step * 0.86, 2),
            height=round(counts[label] / most * _HEIGHT, 2),
        )
        for place, label in enumerate(labels)
    )
    return Activity(unit=unit, most=most, bars=tuple(bars))


def _is_month(text: str) -> bool:
    year, _, month = text.partition("-")
    return len(year) == 4 and year.isdecimal() and month.isdecimal() and 1 <= int(month) <= 12


def _months(first: str, last: str) -> Iterator[str]:
    year, month = map(int, first.split("-"))
    while (label := f"{year:04}-{month:02}") <= last:
        yield label
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def _by_year(months: Counter[str]) -> Counter[str]:
    years: Counter[str] = Counter()
    for month, count in months.items():
        years[month[:4]] += count
    return years

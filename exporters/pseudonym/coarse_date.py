"""Make dates coarser: a week becomes its Monday, a month its first day; what came before another does so still."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

Dates = Literal["exact", "week", "month"]
DATES: tuple[Dates, ...] = ("exact", "week", "month")
"""How coarse dates may be."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoarseDate:
    """Makes dates as coarse as asked for.

    Attributes:
        dates: how coarse.
    """

    dates: Dates

    @property
    def is_exact(self) -> bool:
        """Whether dates stay as they are."""
        return self.dates == "exact"

    def moment(self, iso: str | None) -> str | None:
        """The beginning of the week or month that a time in ISO 8601 is in."""
        if iso is None or self.is_exact:
            return iso
        return _written(self._begin(_read(iso)), iso)

    def latest(self, iso: str | None) -> str | None:
        """The last second of that week or month: what is no later than the time is no later than this."""
        if iso is None or self.is_exact:
            return iso
        begin = self._begin(_read(iso))
        after = begin + 7 * _DAY if self.dates == "week" else self._begin(begin + 31 * _DAY)
        return _written(after - timedelta(seconds=1), iso)

    def text(self, shown: str | None, *, known: str | None) -> str | None:
        """What is told in the place of a date as it was displayed: `2021-W09` or `2021-03`; null where no time is known."""
        if shown is None or self.is_exact:
            return shown
        if known is None:
            return None
        moment = _read(known)
        if self.dates == "month":
            return f"{moment:%Y-%m}"
        year, week, _ = moment.isocalendar()
        return f"{year:04}-W{week:02}"

    def _begin(self, moment: datetime) -> datetime:
        midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
        if self.dates == "month":
            return midnight.replace(day=1)
        try:
            return midnight - midnight.weekday() * _DAY
        except OverflowError:  # the first week of the year 1
            return midnight.replace(month=1, day=1)


def _read(iso: str) -> datetime:
    return datetime.fromisoformat(iso)


def _written(moment: datetime, like: str) -> str:
    """A time written like another: in UTC with a `Z`, or on the site's clock without."""
    if moment.tzinfo is None:
        return moment.isoformat(timespec="seconds")
    text = moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
    return f"{text}Z" if like.endswith("Z") else f"{text}+00:00"

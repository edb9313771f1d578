"""Read a year, month, day or moment that somebody typed, as the archive writes moments."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from parsers.errors import UsageError
from scraper.archive.page import utc_text

_FORM = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d)?Z)?)?)?", re.ASCII)
_FIRST_DAY = "0000-01-01"


def period(text: str, name: str) -> tuple[str, str]:
    """Where a year, month, day, minute or second begins, and where the next one does.

    Args:
        text: `2026`, `2026-11`, `2026-11-24`, `2026-11-24T03:00Z` or `2026-11-24T03:00:00Z`, in UTC.
        name: the option, for the message.

    Raises:
        UsageError: it is none of these.
    """
    known = text if _FORM.fullmatch(text) else ""
    try:
        begin = datetime.fromisoformat(known + _FIRST_DAY[len(text) :]).replace(tzinfo=UTC)
        return utc_text(begin), utc_text(_next(begin, len(text)))
    except (ValueError, OverflowError) as error:  # no such day, or none after it
        raise UsageError(
            f"{name} takes a year, month, day or moment in UTC such as 2026, 2026-11, 2026-11-24 or 2026-11-24T03:00:00Z,"
            f" not “{text}”."
        ) from error


def _next(begin: datetime, length: int) -> datetime:
    """The beginning of the next period that a text of this length means."""
    if length == len("2026"):
        return begin.replace(year=begin.year + 1)
    if length == len("2026-11"):
        return (begin + timedelta(days=31)).replace(day=1)
    step = {len("2026-11-24"): timedelta(days=1), len("2026-11-24T03:00Z"): timedelta(minutes=1)}
    return begin + step.get(length, timedelta(seconds=1))

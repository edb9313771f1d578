"""Reads dates that no known format explains, by way of dateparser; takes only what it cannot have invented.

dateparser is made for guessing. Here it may not guess: only whole absolute dates, in the page's language or English, and
every number in the text must be accounted for by what was read.
"""

from __future__ import annotations

import importlib
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol, cast

from parsers.dates.php_format import plausible_year

if TYPE_CHECKING:
    from parsers.dates.formats import Order

_ORDERS: tuple[Order, ...] = ("DMY", "MDY", "YMD")

_HALF = re.compile(r"\b([ap])\.? ?m\b")
# An hour with its minute, as no day and hour stand beside each other.
_CLOCK = re.compile(r"(?<!\d)(\d{1,2})(?: ?(?:h|時|时|点|시) ?|[:.])(\d\d)(?!\d)")
_WHOLE_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_SETTINGS: dict[str, object] = {
    "PARSERS": ["absolute-time"],
    "STRICT_PARSING": True,
    "REQUIRE_PARTS": ["day", "month", "year"],
    "RETURN_TIME_AS_PERIOD": True,
    "NORMALIZE": False,  # it drops vowel signs, and then takes the Thai March for January
    # The defaults of these two are the machine's.
    "TIMEZONE": "UTC",
    "RELATIVE_BASE": datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None),
}


class _Result(Protocol):
    date_obj: datetime | None
    period: str


class _Parser(Protocol):
    def get_date_data(self, date_string: str) -> _Result: ...


class Fallback:
    """dateparser for one page language."""

    def __init__(self, language: str | None) -> None:
        base = (language or "en").lower().replace("_", "-").partition("-")[0]
        self._languages = [base, "en"] if base != "en" else ["en"]
        self._parsers: dict[Order, _Parser] = {}

    def read(self, folded: str, order: Order | None) -> datetime | None:
        """The local time that the text says in the site's order, or whatever the order; null if it says none so.

        A site whose short years come first says nothing of dates with a whole year.
        """
        if not _WHOLE_YEAR.search(folded):
            return None
        orders = _ORDERS if order in (None, "YMD") else (order,)
        values = {self._read(folded, order) for order in orders}
        return values.pop() if len(values) == 1 else None

    def _read(self, folded: str, order: Order) -> datetime | None:
        result = self._parser(order).get_date_data(folded)
        value = result.date_obj
        if (
            value is None
            or value.tzinfo is not None
            or result.period != "time"
            or plausible_year(value.year) is None
        ):
            return None
        return value if _is_accounted_for(folded, value) and _is_half(folded, value) else None

    def _parser(self, order: Order) -> _Parser:
        if order not in self._parsers:
            self._parsers[order] = _make_parser(self._languages, order)
        return self._parsers[order]


def _make_parser(languages: list[str], order: Order) -> _Parser:
    # Imported when first needed: it is slow to load and most sites never need it. It has no type annotations.
    known: list[str] = importlib.import_module("dateparser.data.languages_info").language_order
    parser = importlib.import_module("dateparser.date").DateDataParser(
        languages=[name for name in languages if name in known],
        settings={**_SETTINGS, "DATE_ORDER": order},
    )
    return cast("_Parser", parser)


def _is_accounted_for(folded: str, value: datetime) -> bool:
    """Say whether year, day, hour and minute stand in the text, and no number that is not part of the date."""
    numbers = [int(number) for number in re.findall(r"\d+", folded)]
    hour = value.hour if value.hour in numbers else (value.hour - 1) % 12 + 1
    if (hour, value.minute) not in {(int(one), int(two)) for one, two in _CLOCK.findall(folded)}:
        return False
    for needed in (value.year, value.day, hour, value.minute):
        if needed not in numbers:
            return False
        numbers.remove(needed)
    for possible in (value.month, value.second):
        if possible in numbers:
            numbers.remove(possible)
    return not numbers


def _is_half(folded: str, value: datetime) -> bool:
    """Say whether the hour is in the half of the day that the text names, if it names one (dateparser takes `0:20 pm`)."""
    half = _HALF.search(folded)
    return half is None or (half[1] == "p") == (value.hour >= 12)

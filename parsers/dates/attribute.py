"""Reads dates that a page writes for machines (`datetime`, `title`); nothing that has to be understood."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from parsers.dates.php_format import plausible_year

_ISO = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,6})?)?\s*(?:Z|[+-]\d\d(?::?\d\d)?)?",
    re.IGNORECASE,
)
_RFC_5322 = re.compile(
    r"(?:[A-Z][a-z]{2}, ?)?\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d(?::\d\d)? (?:[+-]\d{4}|GMT|UT|Z)"
)
_SPACE_BEFORE_OFFSET = re.compile(r"\s+(?=[Zz+-])")


def read_attribute(value: str) -> datetime | None:
    """The time in a machine-readable attribute: aware if it has an offset, else naive, the site's local time.

    Null for everything that is not, as a whole, ISO 8601 with a time of day or an internet date: a `title` is more often
    the title of a post or a number.
    """
    text = value.strip()
    try:
        if _ISO.fullmatch(text):
            found = datetime.fromisoformat(_SPACE_BEFORE_OFFSET.sub("", text).upper())
        elif _RFC_5322.fullmatch(text):
            found = _aware(parsedate_to_datetime(text))
        else:
            return None
    except ValueError:  # 31 February, hour 25
        return None
    return found if plausible_year(found.year) else None


def _aware(found: datetime) -> datetime:
    """In mail `-0000` means UTC, told by someone whose own zone is not known."""
    return found if found.tzinfo else found.replace(tzinfo=UTC)

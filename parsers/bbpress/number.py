"""Read the counts that lists show: any script's digits, parted by thousands in any way. A doubtful one is none."""

from __future__ import annotations

import re

# A comma, point, apostrophe or blank parts thousands; in India every second digit before the last three.
_PART = r"[.,'’\u060c\u066c\u00a0\u2009\u202f ]"
COUNT = rf"\d{{1,3}}(?:{_PART}\d{{2,3}})*{_PART}\d{{3}}(?!\d)|\d{{1,12}}"
_COUNT = re.compile(rf"(?<![\d.,])(?:{COUNT})(?![.,]?\d)")
_NO_DIGIT = re.compile(r"\D")
_LONGEST = 100
# What stands for a thousand or a million right behind a number that was rounded.
_ROUNDED = re.compile(r"\s?[km](?!\w)|\+", re.IGNORECASE)


def read_number(text: str) -> int | None:
    """The only number in a text; None where there is none, where there are several, and where it was rounded (`1.2k`)."""
    found = list(_COUNT.finditer(text)) if len(text) <= _LONGEST else []
    if len(found) != 1 or _ROUNDED.match(text, found[0].end()):
        return None
    rest = text[: found[0].start()] + text[found[0].end() :]
    return None if any(one.isdecimal() for one in rest) else as_number(found[0][0])


def read_numbers(text: str) -> list[int]:
    """All numbers in a sentence, in its order."""
    return [as_number(match[0]) for match in _COUNT.finditer(text)]


def as_number(digits: str) -> int:
    """What matched `COUNT`, as a number."""
    return int(_NO_DIGIT.sub("", digits))

"""How WordPress sets names, titles and times in type: curly quotes, dashes, dates in a language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scraper.demo.wording import Words, fill

if TYPE_CHECKING:
    from datetime import datetime

_CURLS = (
    (re.compile(r"(?<=\w)'(?=\w)"), "\u2019"),
    (re.compile(r'"(?=\w)'), "\u201c"),
    (re.compile(r'(?<=[\w.!?])"'), "\u201d"),
    (re.compile(r" - "), " \u2013 "),
    (re.compile(r"\.\.\."), "\u2026"),
)
_SECONDS = (
    ("year", 31_536_000),
    ("month", 2_592_000),
    ("week", 604_800),
    ("day", 86_400),
    ("hour", 3_600),
    ("minute", 60),
    ("second", 1),
)


def curled(text: str) -> str:
    """A name or title as pages show it."""
    for pattern, replacement in _CURLS:
        text = pattern.sub(replacement, text)
    return text


def written_date(words: Words, local: datetime) -> str:
    """The date above a post, in the language's default format."""
    return fill(
        words.sentences["at"],
        _php(words.date_format, words, local),
        _php(words.time_format, words, local),
    )


def _php(pattern: str, words: Words, local: datetime) -> str:
    """What PHP prints for a format: letters stand for parts of the time, but for those behind a backslash."""
    letters = _letters(words, local)
    return re.sub(
        r"\\(.)|(.)",
        lambda match: match[1] or letters.get(match[2], match[2]),
        pattern,
        flags=re.DOTALL,
    )


def _letters(words: Words, local: datetime) -> dict[str, str]:
    half = "am" if local.hour < 12 else "pm"
    hour = local.hour % 12 or 12
    return {
        "d": f"{local.day:02d}", "j": str(local.day), "m": f"{local.month:02d}", "n": str(local.month),
        "F": words.months[local.month - 1], "Y": str(local.year), "y": f"{local.year % 100:02d}",
        "H": f"{local.hour:02d}", "G": str(local.hour), "h": f"{hour:02d}", "g": str(hour),
        "i": f"{local.minute:02d}", "s": f"{local.second:02d}", "a": half, "A": half.upper(),
    }  # fmt: skip


def time_since(words: Words, then: datetime, now: datetime) -> str:
    """How long ago something was, in at most two neighbouring units, as bbPress counts them."""
    seconds = int((now - then).total_seconds())
    for place, (unit, size) in enumerate(_SECONDS):
        if seconds >= size:
            parts = [_amount(words, unit, seconds // size)]
            lower, lower_size = _SECONDS[min(place + 1, len(_SECONDS) - 1)]
            # Minutes stand alone: bbPress does not go on to seconds.
            if lower != "second" and (rest := seconds % size // lower_size):
                parts.append(_amount(words, lower, rest))
            return fill(words.sentences["ago"], ", ".join(parts))
    return words.sentences["now"]


def days_since(words: Words, then: datetime, now: datetime) -> str:
    """How long ago something was as WordPress itself said it in the days of bbPress 2.0: days, without `ago`."""
    return _amount(words, "day", max(1, (now - then).days))


def _amount(words: Words, unit: str, number: int) -> str:
    return fill(words.units[unit][number != 1], str(number))

"""Reads dates written with a given PHP date format: format and words in, fields out; knows no site and no usual formats."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from parsers.dates.lexicon import alternatives
from parsers.dates.text import fold_part

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from parsers.dates.lexicon import Lexicon

# Letters that stand for several others.
_COMPOUND = {"c": r"Y-m-d\TH:i:sP", "r": "D, d M Y H:i:s O"}
_FIELD = {
    "d": "day", "j": "day", "m": "month", "n": "month", "F": "month_name", "M": "month_name", "Y": "year", "y": "short_year",
    "H": "hour", "G": "hour", "g": "half_hour", "h": "half_hour", "a": "half", "A": "half", "i": "minute", "s": "second",
}  # fmt: skip
_NUMBER = r"\d{1,2}"
_PATTERN = {
    "day": _NUMBER, "month": _NUMBER, "year": r"\d{4}", "short_year": r"\d\d", "hour": _NUMBER, "half_hour": _NUMBER,
    "minute": r"\d\d", "second": r"\d\d",
}  # fmt: skip
_GROUPS = ("year", "short_year", "month", "month_name", "day", "hour", "half_hour", "half", "minute", "second")  # fmt: skip
# Of zones; spelt out, or else `pm` in a language without a table would pass for one.
_ABBREVIATION = (
    "utc|gmt|z|msk|[ecmpha][sd]t|ak[sd]t|[wce]es?t|bst|ist|jst|kst|sast|a[ecw][sd]t|nz[sd]t|wib"
)
# What a date says twice, or what says nothing of the site's own time.
_IGNORED = {
    "S": "st|nd|rd|th", "N": "[1-7]", "w": "[0-6]", "z": r"\d{1,3}", "W": r"\d{1,2}", "t": r"\d\d", "L": "[01]", "I": "[01]",
    "o": r"\d{4}", "u": r"\d{1,6}", "v": r"\d{1,3}", "Z": r"-?\d+", "O": r"[+-]\d\d:?\d\d", "P": r"[+-]\d\d:?\d\d",
    "p": r"z|[+-]\d\d:?\d\d", "e": rf"[a-z]+(?:/[a-z_+-]+)+|{_ABBREVIATION}|[+-]\d\d:\d\d",
    "T": rf"{_ABBREVIATION}|[+-]\d\d(?::?\d\d)?",
}  # fmt: skip
_REFUSED = {"U": "a Unix time", "B": "Swatch beats", "X": "expanded years", "x": "expanded years"}
_BUDDHIST_ERA = 543
_FIRST_YEAR, _LAST_YEAR = 1900, 2100


class Fields(NamedTuple):
    """What a text says; null where the format has no place for it or the value cannot be meant."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    hour: int | None = None
    minute: int | None = None
    second: int | None = None


class Token(NamedTuple):
    """A letter of a format, or a literal text between letters."""

    text: str
    is_literal: bool


class Matcher:
    """One format, ready to read texts that `fold` has folded."""

    def __init__(self, php_format: str, lexicon: Lexicon) -> None:
        """Compile a format with the words of a language.

        Raises:
            ValueError: the format has a letter that says no date, or says it in a way that has no local time.
        """
        self.php_format = php_format.strip()
        self._lexicon = lexicon
        self._is_buddhist = lexicon.is_buddhist
        self._months = _closed_up(lexicon.months)
        self._halves = _closed_up(lexicon.halves)
        self._names: list[str] = []
        self._pattern = re.compile(self._compile() + "()")
        # The group of each field; a field that the format does not have is the empty group at the end.
        places = {name: place for place, name in enumerate(self._names, start=1)}
        self._groups = [places.get(name, len(places) + 1) for name in _GROUPS]

    def fields(self, folded: str) -> Fields | None:
        """What the text says, or null if it is not of this format."""
        match = self._pattern.fullmatch(folded)
        if match is None:
            return None
        year, short_year, month, month_name, day, hour, half_hour, half, minute, second = (
            match.group(*self._groups)
        )
        return Fields(
            self._year(year, short_year),
            self._months[month_name.replace(" ", "")] if month_name else _number(month),
            _number(day),
            _number(hour) if hour else self._hour(half_hour, half),
            _number(minute),
            _number(second),
        )

    def read(self, folded: str) -> datetime | None:
        """The local time that the text says, or null if it says no whole one."""
        fields = self.fields(folded)
        return None if fields is None else whole(fields)

    def _compile(self) -> str:
        pieces: list[str] = []
        tokens = list(parse(self.php_format))
        for token, following in zip(tokens, [*tokens[1:], None], strict=True):
            if not token.is_literal:
                pieces.append(self._letter(token.text))
            elif following is not None and _FIELD.get(following.text) == "month_name":
                pieces.append(_before_month(fold_part(token.text)))
            else:
                pieces.append(re.escape(fold_part(token.text)))
        return "".join(pieces)

    def _letter(self, letter: str) -> str:
        if letter in "Dl":
            return rf"(?:{alternatives(self._lexicon.weekdays)})\.?"
        if letter in _IGNORED:
            return f"(?:{_IGNORED[letter]})"
        return self._field(_FIELD[letter])

    def _field(self, name: str) -> str:
        words = {"month_name": self._lexicon.months, "half": self._lexicon.halves}.get(name)
        pattern = _PATTERN[name] if words is None else alternatives(words)
        stop = "" if words is None else r"\.?"
        if name in self._names:  # said twice: the first counts
            return f"(?:{pattern}){stop}"
        self._names.append(name)
        return f"({pattern}){stop}"

    def _year(self, year: str, short_year: str) -> int | None:
        if year:
            return plausible_year(int(year), is_buddhist=self._is_buddhist)
        # As PHP and POSIX have it. The other century is before the web or far ahead.
        return int(short_year) + (2000 if short_year < "70" else 1900) if short_year else None

    def _hour(self, half_hour: str, half: str) -> int | None:
        if not half or not half_hour:
            return None
        hour, noon = int(half_hour), self._halves[half.replace(" ", "")]
        if 1 <= hour <= 12:
            return hour % 12 + noon
        # Owners also write `H:i a`, which says it twice (18:20 pm).
        return hour if noon == (12 if hour else 0) else None


def whole(fields: Fields) -> datetime | None:
    """The local time that fields make, or null if one of the five that matter is missing or impossible."""
    year, month, day, hour, minute, second = fields
    if year is None or month is None or day is None or hour is None or minute is None:
        return None
    try:
        return datetime(year, month, day, hour, minute, second or 0)  # noqa: DTZ001  # a local time has no zone yet
    except ValueError:
        return None


def plausible_year(year: int, *, is_buddhist: bool = False) -> int | None:
    """The Gregorian year that a four-digit year means; null for one of another calendar (1399, 1442) or of none (0000)."""
    if is_buddhist and year > _FIRST_YEAR + _BUDDHIST_ERA:
        year -= _BUDDHIST_ERA
    return year if _FIRST_YEAR <= year <= _LAST_YEAR else None


def parse(php_format: str) -> Iterator[Token]:
    """Split a format into letters and literals.

    Raises:
        ValueError: see `Matcher`.
    """
    literal = ""
    characters = iter(php_format)
    for character in characters:
        if character == "\\":
            literal += next(characters, "")
            continue
        letters = list(_meaning(character))
        if not letters:
            literal += character
        else:
            yield from _literal(literal)
            literal = ""
            yield from letters
    yield from _literal(literal)


def escape(literal: str) -> str:
    """A literal as PHP formats write it."""
    return re.sub(r"([A-Za-z\\])", r"\\\1", literal)


def _meaning(character: str) -> Iterator[Token]:
    if character in _REFUSED:
        raise ValueError(
            f"a date format with {character!r} ({_REFUSED[character]}) says no local date and time"
        )
    if character in _COMPOUND:
        yield from parse(_COMPOUND[character])
    elif character in _FIELD or character in _IGNORED or character in "Dl":
        yield Token(character, is_literal=False)


def _literal(text: str) -> Iterator[Token]:
    if text:
        yield Token(text, is_literal=True)


def _before_month(literal: str) -> str:
    """WordPress writes `d'abril` where a Catalan format has `de`."""
    escaped = re.escape(literal)
    return escaped.removesuffix(r"de\ ") + "d(?:e |')" if literal.endswith("de ") else escaped


def _closed_up(words: Mapping[str, int]) -> dict[str, int]:
    """The words without their spaces, which a text may leave out (`1 月`, `p. m.`)."""
    return {word.replace(" ", ""): meaning for word, meaning in words.items()}


def _number(text: str) -> int | None:
    return int(text) if text else None

"""What a language's bbPress and WordPress say on a demo page, and how a sentence is filled in.

The tables in `languages` are this package's own: were they the parsers', a wrong word there would confirm itself here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scraper.demo.forum import Role


Forms = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One language. `%1$s`, `%2$s` … and `%s` stand for what is filled in; a pair is singular and plural.

    Attributes:
        language: the language as `<html lang>` has it.
        date_format: in PHP's letters, as `time_format`.
        counts: counted things by their key.
        units: units of relative times.
        sentences: what bbPress 2.6 says, by a key.
        older: what 2.5 and before said where it differs.
    """

    language: str
    months: tuple[str, ...]
    date_format: str
    time_format: str
    roles: dict[Role, str]
    counts: dict[str, Forms]
    units: dict[str, Forms]
    sentences: dict[str, str]
    older: dict[str, str]

    def say(self, key: str, *values: str) -> str:
        """A sentence with its places filled in."""
        return fill(self.sentences[key], *values)

    def count(self, key: str, number: int) -> str:
        """A counted thing, as in `1,391 replies`."""
        return fill(self.counts[key][number != 1], grouped(number))

    def before_2_6(self) -> Words:
        """The same language as older versions of bbPress speak it."""
        return replace(self, sentences=self.sentences | self.older)


def fill(template: str, *values: str) -> str:
    """Put values in their places, all at once, so that a value may look like a place."""
    numbered = iter(range(len(values)))
    return re.sub(
        r"%(?:(\d)\$)?s",
        lambda place: values[int(place[1]) - 1 if place[1] else next(numbered)],
        template,
    )


def grouped(number: int) -> str:
    """A number as bbPress prints it, with commas in every language."""
    return f"{number:,}"

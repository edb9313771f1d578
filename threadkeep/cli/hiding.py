"""The options that hide people in an export, and what is said about it afterwards."""

from __future__ import annotations

import stat
import sys
from dataclasses import fields
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from exporters.pseudonym.coarse_date import DATES
from parsers.errors import UsageError
from threadkeep.cli.console import warn
from threadkeep.pseudonym_key import check_key_place, read_or_make_key
from threadkeep.pseudonymity import Pseudonymity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporters.pseudonym.coarse_date import Dates
    from exporters.pseudonym.tally import PseudonymReport

# The standard input is read once, and people keep their pseudonyms only with a key that stays.
_NO_FILES = frozenset({Path("-"), Path()})
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class CoarseDates(StrEnum):
    """How coarse dates may be, as typed."""

    EXACT = "exact"
    WEEK = "week"
    MONTH = "month"

    @property
    def dates(self) -> Dates:
        """The same, as exports take it."""
        return next(dates for dates in DATES if dates == self.value)


PseudonymizeOption = Annotated[
    Path | None,
    typer.Option(
        "--pseudonymize",
        metavar="KEY_FILE",
        help="Replace names by pseudonyms of the key in this file, which is made if there is none; remove contact data.",
    ),
]
DatesOption = Annotated[
    CoarseDates,
    typer.Option("--dates", help="How coarse dates and times are."),
]


def pseudonymity_of(
    key_file: Path | None, dates: CoarseDates, output: Path | None
) -> Pseudonymity | None:
    """What the options ask for; a key is made where there is none.

    Args:
        key_file: the key's file.
        dates: how coarse dates are.
        output: where to export to; None for stdout.

    Raises:
        UsageError: the key would be part of the export, or is none.
        ExportError: it cannot be made.
    """
    if key_file is None:
        return Pseudonymity(dates=dates.dates) if dates is not CoarseDates.EXACT else None
    if key_file in _NO_FILES:
        raise UsageError(
            "--pseudonymize takes the name of a file with a key, which is made if there is none; - and nothing are no names."
        )
    check_key_place(key_file, output)
    key, is_new = read_or_make_key(key_file)
    if is_new:
        warn(
            f"Made the key {key_file}. Keep it, and never with an export: who has it can tell who is who, and only with it do "
            "people keep their pseudonyms."
        )
    elif sys.platform != "win32" and key_file.stat().st_mode & _OTHERS:
        warn(f"Others can read the key {key_file}; `chmod 600` keeps it to yourself.")
    return Pseudonymity(key=key, dates=dates.dates)


def refuse_for_pages(key_file: Path | None, dates: CoarseDates) -> None:
    """Say that pages as they came cannot be changed.

    Raises:
        UsageError: they are to be.
    """
    if key_file is not None or dates is not CoarseDates.EXACT:
        raise UsageError(
            "A web archive holds pages as they came, and nothing in them can be replaced: --pseudonymize and --dates are for "
            "other formats."
        )


def told_of(report: PseudonymReport) -> Iterator[str]:
    """What was replaced, and what could not be, in two lines at most."""
    replaced = list(_counts(report.replaced))
    yield f"replaced or removed: {', '.join(replaced) or 'nothing'}"
    left = list(_counts(report.left))
    if left:
        yield f"could not be replaced, or only in part: {', '.join(left)}"


def _counts(counts: object) -> Iterator[str]:
    for field in fields(counts):  # type: ignore[arg-type]  # both are dataclasses
        count: int = getattr(counts, field.name)
        if count:
            yield f"{field.name.replace('_', ' ')} {count}"

"""Lists and records as the archive keeps them in columns: JSON text. Nothing else is written as JSON there."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from parsers.errors import DamagedArchiveError
from parsers.first_use import prepared

Value = TypeVar("Value")
NONE = "[]"
"""A list of nothing, as most are: to be told from others without being read."""


def to_json(value: object) -> str:
    """A value as the archive keeps it."""
    return msgspec.json.encode(value).decode()


def from_json(text: str, kind: type[Value]) -> Value:
    """A value that the archive kept.

    Raises:
        DamagedArchiveError: it is not what was kept.
    """
    try:
        return msgspec.json.decode(text, type=prepared(kind))
    except (msgspec.DecodeError, TypeError) as error:  # a row that was overwritten has nulls
        raise DamagedArchiveError(
            f"The archive is damaged: it keeps “{str(text)[:40]}” where a list belongs ({error}). Restore a copy of it."
        ) from error


def numbers(text: str) -> tuple[int, ...]:
    """A list of numbers.

    Raises:
        DamagedArchiveError: it is none.
    """
    return from_json(text, tuple[int, ...])


def texts(text: str) -> tuple[str, ...]:
    """A list of texts.

    Raises:
        DamagedArchiveError: it is none.
    """
    return () if text == NONE else from_json(text, tuple[str, ...])

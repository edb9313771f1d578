"""Tell on a page which posts were selected for it: for people in words, for programs as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from exporters.record import json_of

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSelection:
    """What was asked for.

    Attributes:
        text: in words.
        data: as JSON.
    """

    text: str
    data: str


def shown_selection(facts: Mapping[str, object]) -> ShownSelection | None:
    """What was asked for, ready to be shown; None where all posts were.

    Args:
        facts: see `Selection.facts`.
    """
    if not facts:
        return None
    text = "; ".join(f"{name.replace('_', ' ')}: {_value(value)}" for name, value in facts.items())
    return ShownSelection(text=text, data=json_of(facts).decode())


def _value(value: object) -> str:
    if isinstance(value, list):
        return " or ".join(map(str, cast("list[object]", value)))
    return str(value)

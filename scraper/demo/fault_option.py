"""Reads a fault rule as the command line spells it: `503:every=5`, `early-close:path=/forums/*:first=2:each`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from parsers.errors import UsageError
from scraper.demo.fault import FaultRule
from scraper.demo.fault_kind import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

_NEXT = re.compile(r":(?=[a-z_-]+=|each(?::|$))")
_READERS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "path": ("a path", str),
    "after": ("a whole number", int),
    "first": ("a whole number", int),
    "nth": ("a whole number", int),
    "every": ("a whole number", int),
    "share": ("a number between 0 and 1", float),
    "seconds": ("a number", float),
    "size": ("a whole number", int),
    "to": ("a path or an address", str),
}


def read_rule(text: str) -> FaultRule:
    """The rule that a text stands for: a fault's name, then `NAME=VALUE` or `each`, with colons between.

    Raises:
        UsageError: it stands for none.
    """
    name, *options = _NEXT.split(text)
    try:
        return FaultRule(fault=_fault(name), **dict(_option(option) for option in options))
    except UsageError as error:
        raise UsageError(f"--fault {text}: {error}") from error


def _fault(name: str) -> Fault:
    known, _, rest = name.partition(":")
    try:
        fault = Fault(known)
    except ValueError as error:
        raise UsageError(f"there is no fault {known!r}; there are {', '.join(Fault)}") from error
    if rest:
        raise UsageError(f"{rest!r} is no option; {_options()}")
    return fault


def _option(text: str) -> tuple[str, Any]:
    name, _, value = text.partition("=")
    if name == "each":
        return name, True
    if name not in _READERS:
        raise UsageError(f"{name!r} is no option; {_options()}")
    wanted, reader = _READERS[name]
    try:
        return name, reader(value)
    except ValueError as error:
        raise UsageError(f"{name} takes {wanted}, not {value!r}") from error


def _options() -> str:
    return f"there are {', '.join(f'{name}=' for name in _READERS)} and each"

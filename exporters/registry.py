"""Find export formats: every module of `exporters.formats` is one, by its `EXPORTER`; there is no list to edit.

A format is called as its module is, so that all can be named without loading what any of them needs.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING, cast

import exporters.formats
from parsers.errors import UsageError

if TYPE_CHECKING:
    from exporters.exporter import Exporter


def exporter_names() -> tuple[str, ...]:
    """The name of every format, as `--format` takes it, sorted."""
    return tuple(sorted(info.name for info in pkgutil.iter_modules(exporters.formats.__path__)))


def exporters_by_name() -> dict[str, Exporter]:
    """Every format by its name, sorted."""
    return {name: exporter_named(name) for name in exporter_names()}


def exporter_named(name: str) -> Exporter:
    """The format of this name.

    Raises:
        UsageError: there is none; the message names those there are.
    """
    known = exporter_names()
    if name not in known:
        raise UsageError(f"There is no format “{name}”; choose one of {', '.join(known)}.")
    return cast("Exporter", importlib.import_module(f"exporters.formats.{name}").EXPORTER)


def exporter_for_path(path: str) -> Exporter:
    """The format that a file name's ending stands for.

    Raises:
        UsageError: no format has that ending.
    """
    suffixes: list[str] = []
    for exporter in map(exporter_named, exporter_names()):
        if path.lower().endswith(exporter.suffix):
            return exporter
        suffixes.append(exporter.suffix)
    raise UsageError(
        f"The name “{path}” ends in none of {', '.join(suffixes)}; name the format with --format."
    )

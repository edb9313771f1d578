"""Find export formats: every module of `exporters.formats` is one, by its `EXPORTER`; there is no list to edit."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING, cast

import exporters.formats
from parsers.errors import UsageError

if TYPE_CHECKING:
    from exporters.exporter import Exporter


def exporters_by_name() -> dict[str, Exporter]:
    """Every format by the name that `--format` takes, sorted."""
    found: dict[str, Exporter] = {}
    for info in pkgutil.iter_modules(exporters.formats.__path__, "exporters.formats."):
        exporter = cast("Exporter", importlib.import_module(info.name).EXPORTER)
        found[exporter.name] = exporter
    return dict(sorted(found.items()))


def exporter_named(name: str) -> Exporter:
    """The format of this name.

    Raises:
        UsageError: there is none; the message names those there are.
    """
    known = exporters_by_name()
    if name not in known:
        raise UsageError(f"There is no format “{name}”; choose one of {', '.join(known)}.")
    return known[name]


def exporter_for_path(path: str) -> Exporter:
    """The format that a file name's ending stands for.

    Raises:
        UsageError: no format has that ending.
    """
    known = exporters_by_name().values()
    for exporter in known:
        if path.lower().endswith(exporter.suffix):
            return exporter
    endings = ", ".join(exporter.suffix for exporter in known)
    raise UsageError(
        f"The name “{path}” ends in none of {endings}; name the format with --format."
    )

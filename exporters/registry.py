"""Find export formats: every module of `exporters.formats` is one, by its `EXPORTER`; there is no list to edit.

Formats that take pages as they came instead of posts are in `exporters.page_formats`, and are found in the same way.

A format is called as its module is, so that all can be named without loading what any of them needs.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING, cast

import exporters.formats
import exporters.page_formats
from parsers.errors import UsageError

if TYPE_CHECKING:
    from exporters.exporter import Exporter
    from exporters.page_exporter import PageExporter


def exporter_names() -> tuple[str, ...]:
    """The name of every format, as `--format` takes it, sorted."""
    return tuple(sorted(info.name for info in pkgutil.iter_modules(exporters.formats.__path__)))


def format_names() -> tuple[str, ...]:
    """The name of every format, of posts and of pages, sorted."""
    return tuple(sorted((*exporter_names(), *page_exporter_names())))


def exporters_by_name() -> dict[str, Exporter]:
    """Every format by its name, sorted."""
    return {name: exporter_named(name) for name in exporter_names()}


def exporter_named(name: str) -> Exporter:
    """The format of this name.

    Raises:
        UsageError: there is none of posts; the message names all there are.
    """
    if name in page_exporter_names():
        raise UsageError(f"The format {name} has pages as they came, and no posts.")
    if name not in exporter_names():
        raise UsageError(
            f"There is no format “{name}”; choose one of {', '.join(format_names())}."
        )
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
    suffixes += (page_exporter_named(name).suffix for name in page_exporter_names())
    raise UsageError(
        f"The name “{path}” ends in none of {', '.join(suffixes)}; name the format with --format."
    )


def page_exporter_names() -> tuple[str, ...]:
    """The name of every format that takes pages as they came instead of posts, sorted."""
    modules = pkgutil.iter_modules(exporters.page_formats.__path__)
    return tuple(sorted(info.name for info in modules))


def page_exporter_named(name: str) -> PageExporter:
    """The format of pages of this name, which must be one of `page_exporter_names`."""
    return cast("PageExporter", importlib.import_module(f"exporters.page_formats.{name}").EXPORTER)

"""What the shell offers when Tab is typed behind an option; quick, and silent where something is in the way.

typer leaves out what does not begin as the word that is being typed.
"""

from __future__ import annotations

import re
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from exporters.json_schema import json_schema_names
from exporters.registry import exporter_names, page_exporter_names
from scraper.archive.header import is_archive
from threadkeep.cli.location import ARCHIVE_SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# Shells differ in how they take a name that has to be quoted; their own completion of file names knows.
_TO_BE_QUOTED = re.compile(r"""[\s'"`$\\&;|()<>{}\[\]*?!#~]""")


def one_of(values: Iterable[str]) -> Callable[[], list[str]]:
    """What offers a few values."""
    known = list(values)
    return lambda: known


def formats() -> list[str]:
    """Names of export formats, those that take pages among them."""
    return sorted((*exporter_names(), *page_exporter_names()))


def schemas() -> list[str]:
    """Names of JSON Schemas."""
    return list(json_schema_names())


def zones() -> list[str]:
    """Names of time zones."""
    return (files("tzdata") / "zones").read_text("utf-8").split()


def archives(incomplete: str) -> list[str]:
    """Archives in the folder that is being typed; where none is offered, the shell completes file names."""
    folder, slash, _ = incomplete.rpartition("/")
    found: list[str] = []
    with suppress(OSError, RuntimeError):  # no such folder, no such user
        place = Path(folder + slash).expanduser()
        found += [path.name for path in place.iterdir() if _is_offered(path)]
    return [f"{folder}{slash}{name}" for name in sorted(found)]


def _is_offered(path: Path) -> bool:
    return (
        path.suffix in ARCHIVE_SUFFIXES
        and path.name.isprintable()
        and not _TO_BE_QUOTED.search(path.name)
        and path.is_file()
        and is_archive(path)
    )

"""Find engines: every module of `parsers.engines` is one, by its `ENGINE`; there is no list to edit."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING, cast

import parsers.engines
from parsers.errors import UnknownForumError

if TYPE_CHECKING:
    from parsers.document import Document
    from parsers.engine import Engine
    from parsers.records import PageKind


def engines() -> tuple[Engine, ...]:
    """Every engine, sorted by name."""
    return _engines_in(tuple(parsers.engines.__path__))


@cache
def _engines_in(folders: tuple[str, ...]) -> tuple[Engine, ...]:
    modules = pkgutil.iter_modules(folders, "parsers.engines.")
    found = [cast("Engine", importlib.import_module(info.name).ENGINE) for info in modules]
    return tuple(sorted(found, key=lambda engine: engine.name))


def recognise(document: Document) -> tuple[Engine, PageKind]:
    """The engine that reads a page, and what kind of page it is.

    Raises:
        UnknownForumError: no engine knows it.
    """
    for engine in engines():
        kind = engine.recognise(document)
        if kind is not None:
            return engine, kind
    names = ", ".join(engine.name for engine in engines())
    raise UnknownForumError(
        f"The page at {document.url} is no page of a forum that threadkeep reads ({names}); "
        "give the address of a topic as a guest sees it.",
        url=document.url,
    )

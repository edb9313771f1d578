"""Find engines: every module of `parsers.engines` is one, by its `ENGINE`; there is no list to edit."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, cast

import parsers.engines
from parsers.engine import LastResort, ListReader
from parsers.errors import LayoutChangedError, ThreadkeepError, UnknownForumError
from parsers.stand_in import stand_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.document import Document
    from parsers.engine import Engine
    from parsers.list_records import ListPage, ProfilePage
    from parsers.records import PageKind, TopicPage


_OTHER = "Another engine knows the page."


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """An engine that did not read a page.

    Attributes:
        engine: its name.
        reason: why not, in one sentence.
    """

    engine: str
    reason: str


def engines() -> tuple[Engine, ...]:
    """Every engine, in the order in which they are asked: by name, those of last resort after all others."""
    return _engines_in(tuple(parsers.engines.__path__))


@cache
def _engines_in(folders: tuple[str, ...]) -> tuple[Engine, ...]:
    modules = pkgutil.iter_modules(folders, "parsers.engines.")
    found = [cast("Engine", importlib.import_module(info.name).ENGINE) for info in modules]
    return tuple(sorted(found, key=lambda engine: (isinstance(engine, LastResort), engine.name)))


def recognise(document: Document) -> tuple[Engine, PageKind]:
    """The engine that reads a page, and what kind of page it is.

    Raises:
        UnknownForumError: no engine knows it.
        ChallengeError: it is a check of the browser.
        LoginRequiredError: it asks for a login or a password.
        MaintenanceError: it says that the site is closed for a while.
        NotFoundError: it says that there is nothing at the address.
        EmptyPageError: there is nothing on it.
    """
    for engine in engines():
        kind = engine.recognise(document)
        if kind is not None:
            return engine, kind
    named = stand_in(document)
    if named is not None:
        raise named
    names = ", ".join(engine.name for engine in engines() if not isinstance(engine, LastResort))
    raise UnknownForumError(
        f"The page at {document.url} is no page of a forum that threadkeep reads ({names}); "
        "give the address of a topic as a guest sees it.",
        url=document.url,
    )


def parse_topic(engine: Engine, document: Document) -> TopicPage:
    """Read a topic page with the engine that knows it, else with one of last resort.

    Raises:
        LayoutChangedError: it lacks what the engine needs, and is not readable without a template.
        LoginRequiredError: the posts are behind a password.
    """
    try:
        return engine.parse_topic(document)
    except LayoutChangedError:
        others = (other for other in engines() if isinstance(other, LastResort))
        for other in others:
            if other is not engine and other.reason_against(document) is None:
                return other.parse_topic(document)
        raise


def parse_list(engine: Engine, document: Document) -> ListPage:
    """Read a page of kind `forum` or `list` with the engine that knows it.

    Raises:
        LayoutChangedError: it lacks what the engine needs.
        LoginRequiredError: the list is behind a login or a password.
        UnknownForumError: the engine reads topics only.
    """
    return _list_reader(engine, document).parse_list(document)


def parse_profile(engine: Engine, document: Document) -> ProfilePage:
    """Read a page of kind `profile` with the engine that knows it.

    Raises:
        LayoutChangedError: it names nobody.
        UnknownForumError: the engine reads topics only.
    """
    return _list_reader(engine, document).parse_profile(document)


def _list_reader(engine: Engine, document: Document) -> ListReader:
    if isinstance(engine, ListReader):
        return engine
    raise UnknownForumError(
        f"Of {engine.name}, threadkeep reads topics only, and the page at {document.url} is none; give the address of "
        "a topic.",
        url=document.url,
    )


def declined(document: Document, reader: str | None) -> tuple[Declined, ...]:
    """Why each engine but the reader does not read a page.

    Args:
        document: the page.
        reader: the engine that read it; None where none did.
    """
    return tuple(_declined(document, reader))


def _declined(document: Document, reader: str | None) -> Iterator[Declined]:
    for engine in engines():
        if engine.name == reader:
            continue
        if isinstance(engine, LastResort) and reader is not None:
            reason: str | None = f"It is asked last, and {reader} reads the page."
        elif isinstance(engine, LastResort):
            reason = engine.reason_against(document)
        else:
            reason = _reason(engine, document)
        yield Declined(engine=engine.name, reason=reason or _OTHER)


def _reason(engine: Engine, document: Document) -> str:
    """Why an engine that knows templates does not read a page."""
    kind = engine.recognise(document)
    if kind is None:
        return "The page has none of its marks."
    if kind != "topic":
        return f"It takes the page for one of kind “{kind}”, not for a topic."
    try:
        engine.parse_topic(document)
    except ThreadkeepError as error:
        return str(error)
    return _OTHER

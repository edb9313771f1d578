"""The reader as a web application: one archive, read only, a page for each name."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from exporters.record import json_of
from parsers.errors import ArchiveError
from scraper.archive.media import StoredPicture, file_with_digest
from scraper.archive.search_text import folded, storable
from threadkeep.reader.answer import answer_with, response_of
from threadkeep.reader.asset import ASSETS, asset_named
from threadkeep.reader.feed import FEEDS, feed_named
from threadkeep.reader.guard import Guard
from threadkeep.reader.keeper import ArchiveKeeper
from threadkeep.reader.page import absent_page, html_of, page_named, plain_json
from threadkeep.reader.search import FIELDS, search_page

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from pathlib import Path

    from starlette.requests import Request

    from threadkeep.reader.answer import Answer
    from threadkeep.reader.open_archive import OpenArchive
    from threadkeep.reader.page import Page

_HTML = "text/html; charset=utf-8"
_ATOM = "application/atom+xml; charset=utf-8"
_SUGGESTIONS = 10
_JSON = ".json"


def application(path: Path, *, token: str | None = None, only_loopback: bool = True) -> Starlette:
    """The reader of an archive.

    Args:
        path: the archive.
        token: what a reader has to know; None: nothing.
        only_loopback: it is reached under names of this machine alone.
    """
    reader = _Reader(path)
    return Starlette(
        routes=[
            Route("/assets/{name}", reader.asset),
            Route("/feeds/{name}.atom", reader.feed),
            Route("/media/{name}", reader.media),
            Route("/suggestions.json", reader.suggestions),
            Route("/{name:path}", reader.page),
        ],
        middleware=[Middleware(Guard, token=token, only_loopback=only_loopback)],
        exception_handlers={ArchiveError: _unreadable},
        lifespan=reader.lifespan,
    )


class _Reader:
    """Answers requests, one after the other: a page takes milliseconds, and SQLite's connection one thread."""

    def __init__(self, path: Path) -> None:
        self._keeper = ArchiveKeeper(path)

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncGenerator[None]:
        """Keep the archive open while the application runs."""
        with self._keeper:
            yield

    async def page(self, request: Request) -> Response:
        """Any page, as HTML or JSON; an address of the original site leads to its page."""
        with self._keeper.page() as opened:
            answer = self._kept(request, lambda: _page(opened, request))
            if answer is None:
                return _elsewhere(opened, request)
            return response_of(answer, request)

    async def asset(self, request: Request) -> Response:
        """A style sheet or a script."""
        name: str = request.path_params["name"]
        if name not in ASSETS:
            return PlainTextResponse("There is no such file.", 404)
        return response_of(answer_with(asset_named(name), ASSETS[name]), request)

    async def feed(self, request: Request) -> Response:
        """A feed."""
        with self._keeper.page() as opened:
            answer = self._kept(request, lambda: _feed(opened, request))
        if answer is None:
            return PlainTextResponse("There is no such feed.", 404)
        return response_of(answer, request)

    async def media(self, request: Request) -> Response:
        """A file that posts show or link; what a browser cannot show as a picture is saved."""
        digest = request.path_params["name"].partition(".")[0]
        with self._keeper.page() as opened:
            file = file_with_digest(opened.archive.connection, digest)
            if file is None:
                return PlainTextResponse("This archive keeps no such file.", 404)
            is_picture = isinstance(file, StoredPicture)
            media_type = file.media_type if is_picture else "application/octet-stream"
            response = response_of(answer_with(file.load(), media_type, is_text=False), request)
        if not is_picture:
            response.headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
        return response

    async def suggestions(self, request: Request) -> Response:
        """Titles and names that what is being typed is in, those first that begin with it."""
        typed = folded(storable(request.query_params.get("q", "").strip()))
        with self._keeper.page() as opened:
            found = [pair for pair in opened.suggestions if typed and typed in pair[0]]
        found.sort(key=lambda pair: not pair[0].startswith(typed))
        texts = json_of([text for _, text in found[:_SUGGESTIONS]])
        return response_of(answer_with(texts, "application/json"), request)

    def _kept(self, request: Request, make: Callable[[], Answer | None]) -> Answer | None:
        """What was answered before, of the archive as it is now; else what is made, which is kept for the next time."""
        address, answers = str(request.url), self._keeper.answers
        kept = answers.get(address)
        if kept is not None:
            return kept
        made = make()
        return None if made is None else answers.keep(address, made)


def _wanted(name: str) -> tuple[str, bool]:
    """The name of a page, and whether it is wanted as JSON."""
    as_json = name.endswith(_JSON)
    bare = name.removesuffix(_JSON) if as_json else name.removesuffix(".html")
    return bare or "index", as_json


def _page(opened: OpenArchive, request: Request) -> Answer | None:
    name, as_json = _wanted(request.path_params["name"])
    is_old = name == "index" and opened.original.is_of_something(f"?{request.url.query}")
    page = None if is_old else _page_named(opened, name, request)
    if page is None:
        return None
    if as_json:
        return answer_with(plain_json(page), "application/json")
    return answer_with(html_of(page, opened), _HTML)


def _page_named(opened: OpenArchive, name: str, request: Request) -> Page | None:
    if name != "search":
        return page_named(opened, name)
    given = {field: storable(request.query_params.get(field, "")) for field in FIELDS}
    number = request.query_params.get("page", "1")
    return search_page(opened, given, int(number) if number.isdecimal() and len(number) < 9 else 1)


def _original(opened: OpenArchive, request: Request) -> str | None:
    """Where an address of the original site leads to here."""
    path: str = request.path_params["name"]
    query = f"?{request.url.query}" if request.url.query else ""
    if not path and not query:
        return None
    links = opened.links("/")
    place = opened.original.place_of(f"/{path}{query}")
    return links.place(place)


def _feed(opened: OpenArchive, request: Request) -> Answer | None:
    name: str = request.path_params["name"]
    if name not in FEEDS:
        return None
    return answer_with(feed_named(opened, name, str(request.base_url)), _ATOM)


def _elsewhere(opened: OpenArchive, request: Request) -> Response:
    """To the page of an address of the original site, or to the one that says that there is none."""
    place = _original(opened, request)
    if place is not None:
        return RedirectResponse(place, 302)
    absent = absent_page(opened, request.path_params["name"])
    return response_of(answer_with(html_of(absent, opened), _HTML), request, 404)


async def _unreadable(_: Request, error: Exception) -> Response:
    return PlainTextResponse(str(error), 503)

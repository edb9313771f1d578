"""The search page: what was asked for, and a page of what was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from parsers.errors import UsageError
from scraper.archive.browse.lookup import topic_of_post
from scraper.archive.browse.spelling import respelled
from scraper.archive.search import SearchFilter, search
from threadkeep.reader.author import time_of
from threadkeep.reader.frame import Frame, Link, Pager, frame, pager, pages_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporters.html.shown_post import ShownTime
    from scraper.archive.search import SearchHit, SearchReport
    from threadkeep.reader.open_archive import Links, OpenArchive

HITS_PER_PAGE = 20
_MOST_PAGES = 50
FIELDS = ("q", "forum", "author", "role", "since", "until", "sort")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of a snippet.

    Attributes:
        text: the piece.
        is_found: it is what was searched for.
    """

    text: str
    is_found: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPost:
    """A post that was found.

    Attributes:
        topic: its topic's title, and where the post stands.
        author: who wrote it.
        forum: titles from the root down.
        time: when it was published.
        gone: it has vanished from the site.
        pieces: a piece of its text, with what was found.
    """

    topic: Link
    author: str
    forum: tuple[str, ...]
    time: ShownTime | None
    gone: bool
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """The search page.

    Attributes:
        asked: what was typed into each field.
        forums: the titles that there are to choose from.
        roles: likewise.
        error: why nothing was searched for; None: it was, or nothing was asked for.
        meant: what would find something where nothing was found; None: nothing near does.
        total: how many posts match; None where nothing was asked for.
        found: those of this page.
        pager: which page it is.
    """

    frame: Frame
    asked: dict[str, str]
    forums: tuple[str, ...]
    roles: tuple[str, ...]
    error: str | None
    meant: Link | None
    total: int | None
    found: tuple[FoundPost, ...]
    pager: Pager | None


def search_page(opened: OpenArchive, fields: Mapping[str, str], page: int) -> SearchPage:
    """Make the search page.

    Args:
        opened: the archive.
        fields: what was typed, by the names in `FIELDS`.
        page: which page of what is found, from 1.
    """
    asked = {name: fields.get(name, "").strip() for name in FIELDS}
    links = opened.links("")
    report, error = None, None
    if asked["q"] and not opened.is_site:
        try:
            report = _search(opened, asked, page)
        except UsageError as problem:
            error = str(problem)
    survey = opened.survey
    return SearchPage(
        frame=frame(opened, "search", "search", "Search"),
        asked=asked,
        forums=tuple(sorted({forum.title for forum in survey.forums.values()})),
        roles=tuple(sorted({role for one in survey.authors.values() for role in one.roles})),
        error=error,
        meant=_meant(opened, asked, links) if report is not None and not report.total else None,
        total=report.total if report else None,
        found=tuple(_found(opened, hit, links) for hit in report.hits) if report else (),
        pager=_pager(report, asked, page, links),
    )


def _search(opened: OpenArchive, asked: Mapping[str, str], page: int) -> SearchReport:
    only = SearchFilter(
        forum=asked["forum"] or None,
        author=asked["author"] or None,
        role=asked["role"] or None,
        since=asked["since"] or None,
        until=asked["until"] or None,
    )
    return search(
        opened.archive,
        asked["q"],
        only,
        newest_first=asked["sort"] == "newest",
        limit=HITS_PER_PAGE,
        skip=(min(page, _MOST_PAGES) - 1) * HITS_PER_PAGE,
    )


def _meant(opened: OpenArchive, asked: Mapping[str, str], links: Links) -> Link | None:
    """A search with words that posts have in the place of some that none has, if it finds anything."""
    words = respelled(opened.archive, asked["q"])
    if words is None or not _search(opened, {**asked, "q": words}, 1).total:
        return None
    return Link(text=words, address=_address({**asked, "q": words}, links))


def _address(asked: Mapping[str, object], links: Links) -> str:
    given = {name: value for name, value in asked.items() if value}
    return f"{links.named('search')}?{urlencode(given)}"


def _pager(
    report: SearchReport | None, asked: Mapping[str, str], page: int, links: Links
) -> Pager | None:
    if report is None:
        return None
    last = min(pages_for(report.total, HITS_PER_PAGE), _MOST_PAGES)
    return pager(min(page, last), last, lambda number: _address({**asked, "page": number}, links))


def _found(opened: OpenArchive, hit: SearchHit, links: Links) -> FoundPost:
    topic_key = topic_of_post(opened.archive, hit.post_id)
    address = None if topic_key is None else links.post(topic_key, hit.post_id)
    return FoundPost(
        topic=Link(text=hit.topic_title or "(no title)", address=address),
        author=hit.author,
        forum=hit.forum,
        time=time_of(hit.published, hit.published_text, "") if _has_time(hit) else None,
        gone=hit.gone_at is not None,
        pieces=tuple(_pieces(hit)),
    )


def _has_time(hit: SearchHit) -> bool:
    return bool(hit.published or hit.published_text)


def _pieces(hit: SearchHit) -> list[Piece]:
    pieces: list[Piece] = []
    done = 0
    for first, last in hit.found:
        if first >= done:
            pieces += [
                Piece(text=hit.snippet[done:first], is_found=False),
                Piece(text=hit.snippet[first:last], is_found=True),
            ]
            done = last
    pieces.append(Piece(text=hit.snippet[done:], is_found=False))
    return [piece for piece in pieces if piece.text]

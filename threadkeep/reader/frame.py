"""What every page has around what is on it: title, ways through the reader, and which of several pages it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from exporters.markdown.address import EMBEDDED, safe_address

if TYPE_CHECKING:
    from collections.abc import Callable

    from exporters.html.shown_selection import ShownSelection
    from threadkeep.reader.open_archive import OpenArchive

_NEAR = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link.

    Attributes:
        text: what it says.
        address: where it leads, from the page on; None: this is where the reader is.
    """

    text: str
    address: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pager:
    """Which of several pages it is.

    Attributes:
        number: from 1.
        last: how many there are.
        previous: the page before.
        next: the page after.
        pages: the first, the last, and those near; a text `…` where some are left out.
    """

    number: int
    last: int
    previous: str | None
    next: str | None
    pages: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What every page has.

    Attributes:
        kind: which template shows it.
        title: its title.
        site: the site's name.
        home: the original site.
        root: the way to the reader's root.
        trail: the pages above it.
        name: the page's own, without an ending.
        is_site: pages are files in a folder.
        selection: which posts were selected; None where all are there.
        address: where the page will stand; None where that is not known.
    """

    kind: str
    title: str
    site: str
    home: str | None
    root: str
    trail: tuple[Link, ...]
    name: str
    is_site: bool
    selection: ShownSelection | None
    address: str | None


def frame(
    opened: OpenArchive, kind: str, name: str, title: str, trail: tuple[Link, ...] = ()
) -> Frame:
    """What stands around a page."""
    survey = opened.survey
    links = opened.links(root_of(name))
    return Frame(
        kind=kind,
        title=title,
        site=survey.name or survey.host or "Forum",
        home=safe_address(survey.home or "", "", EMBEDDED) or None,
        root=root_of(name),
        trail=()
        if kind == "overview"
        else (Link(text="Overview", address=links.overview), *trail),
        name=name,
        is_site=opened.is_site,
        selection=opened.selection,
        address=page_address(opened.site_url, name) if opened.site_url else None,
    )


def page_address(site_url: str, name: str) -> str:
    """Where a page of a site will stand.

    Args:
        site_url: where the site will, with a slash at its end.
        name: the page's own, without an ending.
    """
    return site_url if name == "index" else f"{site_url}{quote(name)}.html"


def root_of(name: str) -> str:
    """The way from a page to the reader's root."""
    return "../" * name.count("/")


def pages_for(items: int, per_page: int) -> int:
    """How many pages so many things take; even nothing takes one."""
    return max(1, -(-items // per_page))


def pager(number: int, last: int, address: Callable[[int], str]) -> Pager | None:
    """Which of several pages it is; None where there is only one.

    Args:
        number: from 1.
        last: how many there are.
        address: where a page is.
    """
    if last == 1:
        return None
    near = range(number - _NEAR, number + _NEAR + 1)
    shown = sorted({1, last, *(page for page in near if 1 <= page <= last)})
    links: list[Link] = []
    for before, page in zip([0, *shown], shown, strict=False):
        if page > before + 1:
            links.append(Link(text="…", address=None))
        links.append(Link(text=str(page), address=None if page == number else address(page)))
    return Pager(
        number=number,
        last=last,
        previous=address(number - 1) if number > 1 else None,
        next=address(number + 1) if number < last else None,
        pages=tuple(links),
    )

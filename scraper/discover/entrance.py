"""Tell what an address leads to: a topic, a list of topics, a person, a sitemap, or a site that has a forum somewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parsers.document import read_document
from parsers.engine import ListReader
from parsers.errors import (
    LoginRequiredError,
    NoArchiveError,
    NotFoundError,
    UnknownForumError,
    UsageError,
)
from parsers.registry import engines, parse_list, parse_profile, recognise
from parsers.sitemap import parse_sitemap
from scraper.fetch.address import join_address, normalise_url, parse_address
from scraper.fetch.host import on_site
from scraper.politeness.permission import forbids_archiving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.document import Document
    from parsers.list_records import ListPage, ProfilePage, Sitemap
    from parsers.records import Page

# Where bbPress puts its index unless the owner says otherwise.
_USUAL_INDEX = "forums/"
_TOPIC = re.compile(r"/(?:topic|reply)/[^/]|[?&](?:topic|reply)=")
_FORUM_PATHS = ("/forums", "/forum", "/community", "/support")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """What is at an address; one of these.

    Attributes:
        is_topic: a topic's page, or a reply's that leads to one.
        list_page: a list.
        sitemap: a sitemap.
        leads: addresses to be tried in their order, where the page itself is none of these.
        is_site: it is a site's home, so all that the site has is meant.
    """

    is_topic: bool = False
    list_page: ListPage | None = None
    sitemap: Sitemap | None = None
    leads: tuple[str, ...] = ()
    is_site: bool = False


def entrance(page: Page, *, may_archive: bool) -> Entrance:
    """What a page is the way into.

    Args:
        page: what came.
        may_archive: the user has the site's permission, so `noarchive` does not count.

    Raises:
        NoArchiveError: it asks not to be archived.
        LoginRequiredError: it is behind a login.
        NothingReadableError: it is nothing that threadkeep archives.
    """
    if _is_xml(page):
        return Entrance(sitemap=_sitemap(page))
    document = read_document(page)
    try:
        engine, kind = recognise(document)
    except UnknownForumError:
        _refuse_astray(page)
        if not _is_home(page.final_url) and "sitemap" not in page.final_url:
            raise
        return Entrance(leads=tuple(_leads(document)), is_site=True)
    if kind in {"topic", "reply"}:
        return Entrance(is_topic=True)
    _refuse_astray(page)
    if kind == "profile" and isinstance(engine, ListReader):
        return Entrance(leads=_topics_of(parse_profile(engine, document), page.final_url))
    if kind in {"forum", "list"}:
        return Entrance(list_page=read_list(page, may_archive=may_archive))
    raise _nothing(page, kind)


def _refuse_astray(page: Page) -> None:
    """Refuse what an address sends on to that was another thing once: sites send visitors of deleted topics home.

    Raises:
        UnknownForumError: it is so.
    """
    asked, found = parse_address(page.url), parse_address(page.final_url)
    is_moved = asked.path.rstrip("/") != found.path.rstrip("/")
    if is_moved and not _is_home(page.url) and (_TOPIC.search(page.url) or _is_home(found.url)):
        raise UnknownForumError(
            f"{page.url} leads to {page.final_url}, which is something else; give the address of a topic or a forum.",
            url=page.url,
        )


def read_list(page: Page, *, may_archive: bool) -> ListPage:
    """Read a page that should be a list's.

    Raises:
        NoArchiveError: it asks not to be archived.
        LoginRequiredError: it is behind a login.
        NothingReadableError: it is no list.
    """
    reason = None if may_archive else forbids_archiving(page)
    if reason:
        raise NoArchiveError(
            f"{reason[:-1]}; with the owner's permission, say --my-site.", url=page.final_url
        )
    document = read_document(page)
    engine, kind = recognise(document)
    if kind not in {"forum", "list"}:
        raise _nothing(page, kind)
    found = parse_list(engine, document)
    if found.kind == "search":
        raise UsageError(
            f"{page.final_url} is what a search found, which changes with every visit; give the address of a forum, "
            "a tag or a topic."
        )
    is_bare = found.notice is not None and not found.topics and not found.forums
    if is_bare and found.kind == "forum" and found.pager.current == 1:
        _refuse_login(found, page)
    return found


def _refuse_login(found: ListPage, page: Page) -> None:
    if found.claim is None and found.stated_topics:
        raise LoginRequiredError(
            f"The forum at {page.final_url} says that it has {found.stated_topics} topics and shows a guest none of them.",
            url=page.final_url,
        )


def _nothing(page: Page, kind: str) -> UnknownForumError | NotFoundError:
    if kind == "missing":
        return NotFoundError(
            f"The site says that there is nothing at {page.final_url}; check the address.",
            url=page.final_url,
        )
    return UnknownForumError(
        f"{page.final_url} is a page of a forum, but none that lists topics or shows one; give the address of a topic "
        "or a forum.",
        url=page.final_url,
    )


def _is_xml(page: Page) -> bool:
    start = page.body[:512].lstrip()
    return page.final_url.endswith((".xml", ".xml.gz")) or start.startswith(b"<?xml")


def _sitemap(page: Page) -> Sitemap:
    found = parse_sitemap(page)
    if not found.entries and found.problems:
        raise UnknownForumError(
            f"{page.final_url} is neither a sitemap nor a page of a forum; give the address of a topic or a forum.",
            url=page.final_url,
        )
    return found


def _is_home(url: str) -> bool:
    """Whether an address may be a site's home: it has no query, and at most one folder, for a site in one."""
    address = parse_address(url)
    return not address.query and re.fullmatch(r"/(?:[^/]+/)?", address.path) is not None


def _leads(document: Document) -> Iterator[str]:
    """Where a site's forum may be: what its home links that looks like an index, like a forum, like a topic."""
    links = list(dict.fromkeys(_links(document)))
    usual = normalise_url(f"{document.url.rstrip('/')}/{_USUAL_INDEX}")
    indexes = [link for link in links if _looks_like_index(link)]
    claimed = [link for link in links if any(engine.claims(link) for engine in engines())]
    forums = [link for link in claimed if "topic" not in link and "repl" not in link]
    found = [*indexes[:3], *forums[:1], *([] if indexes else [usual])]
    yield from dict.fromkeys(found)


def _looks_like_index(link: str) -> bool:
    address = parse_address(link)
    path = address.path.rstrip("/").lower()
    return path.endswith(_FORUM_PATHS) or address.query == "post_type=forum"


def _links(document: Document) -> Iterator[str]:
    for element in document.root.iter("a"):
        href = element.get("href") or ""
        if href and not href.startswith("#"):
            try:
                link = join_address(parse_address(document.url), href).url
            except UsageError:
                continue
            if on_site(link, document.url) is not None:
                yield link


def _topics_of(profile: ProfilePage, url: str) -> tuple[str, ...]:
    """The list of the topics that somebody started."""
    links = [link.url for link in profile.links if link.kind == "started"]
    if not links:
        raise UnknownForumError(
            f"The profile at {url} links no list of the person's topics; give the address of a topic or a forum.",
            url=url,
        )
    return tuple(links[:1])

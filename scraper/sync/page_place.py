"""Say where the pages of a topic are now, of which older copies came from addresses that it had before. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scraper.fetch.host import on_site

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parsers.records import TopicPage
    from scraper.archive.topic_state import PageState, TopicState

Place = tuple[int, int]


def current_places(state: TopicState, linked: Mapping[int, str]) -> dict[Place, str]:
    """The addresses of a topic's pages; the further parts of a page stay where they were.

    Args:
        state: the topic.
        linked: the pages that a page links which came from an address that was not known; empty where none did.
    """
    pattern = _pattern(state, linked)
    return {page.place: linked.get(page.number) or _derived(page, pattern) for page in state.pages}


def linked_places(found: TopicPage, url: str) -> dict[int, str]:
    """The pages that a page of a topic links on its own site, by number."""
    links = ((number, on_site(link, url)) for number, link in found.pager.urls)
    return {number: link for number, link in links if link is not None}


def _pattern(state: TopicState, linked: Mapping[int, str]) -> tuple[int, int, str] | None:
    """A page that is not the first, and how new what is known of it is."""
    for number, link in linked.items():
        if number > 1:
            return max((page.page_id for page in state.pages), default=0), number, link
    further = [page for page in state.pages if page.number > 1 and page.part == 1]
    newest = max(further, key=lambda page: page.page_id, default=None)
    return (newest.page_id, newest.number, newest.url) if newest is not None else None


def _derived(page: PageState, pattern: tuple[int, int, str] | None) -> str:
    """An address by that of a newer page: the number is the last that is the other's."""
    if pattern is None or page.part > 1 or page.number == 1 or page.page_id >= pattern[0]:
        return page.url
    before, found, after = pattern[2].rpartition(str(pattern[1]))
    return f"{before}{page.number}{after}" if found else page.url

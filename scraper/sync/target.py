"""Which addresses of a topic's pages go on the frontier: those to be read again, and those that a page leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scraper.archive.frontier import Target, known_places
from scraper.fetch.host import on_site
from scraper.sync.plan import Place

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

    from parsers.records import TopicPage
    from scraper.archive.topic_state import PageState


def pages_again(
    topic_key: int, pages: Iterable[PageState], places: Mapping[tuple[int, int], str]
) -> list[Target]:
    """Pages that are to be read once more, at the places where they are now."""
    return [
        Target(
            url=places.get(page.place, page.url),
            topic_key=topic_key,
            number=page.number,
            part=page.part,
            reason=f"page {page.number} again",
        )
        for page in pages
    ]


def pages_beyond(
    connection: sqlite3.Connection,
    topic_key: int,
    found: TopicPage,
    links: Iterable[tuple[int, str]],
    url: str,
) -> list[Target]:
    """The pages and parts that a page links on its own site, and that the archive has not met."""
    pages = [(number, 1, link) for number, link in links]
    parts = [(found.pager.current, part, link) for part, link in found.part_urls]
    known = known_places(connection, topic_key) if pages or parts else set[Place]()
    return [
        Target(url=target, topic_key=topic_key, number=number, part=part, reason=f"page {number}")
        for number, part, link in (*pages, *parts)
        if (number, part) not in known and (target := on_site(link, url)) is not None
    ]

"""What a forum's own pages become when the server mixes them up or breaks off in writing one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scraper.demo.permalink import Links
from scraper.demo.route import route_of
from scraper.demo.target import bare

if TYPE_CHECKING:
    from scraper.demo.forum import DemoForum

_HEADER = re.compile(rb'<(?:div|tr) (?:id="post-\d+" )?class="bbp-(?:topic|reply)-header">')
_WORDS = re.compile(rb'class="bbp-(?:topic|reply)-content">.*?>([^<]{4,})', re.DOTALL)


def cut_in_post(page: bytes) -> bytes:
    """A page as far as the middle of its middle post; half of what has no posts."""
    headers = [found.start() for found in _HEADER.finditer(page)]
    if not headers:
        return page[: len(page) // 2]
    start = headers[len(headers) // 2]
    words = _WORDS.search(page, start)
    # Within the post's first words: further on, the body may be over and only what add-ons put after it be missing.
    return page[: sum(words.span(1)) // 2 if words else start]


def cut_before_posts(page: bytes) -> bytes:
    """A page up to its first post; a third of what has no posts."""
    first = _HEADER.search(page)
    return page[: first.start() if first else len(page) // 3]


def other_topic(forum: DemoForum, target: str) -> str:
    """The address of the topic after the one at an address, the same page or feed of it; the front page elsewhere."""
    links, route = _links(forum), route_of(bare(target))
    topics = [topic for topic in forum.topics if topic.access == "public"]
    slugs = [topic.slug for topic in topics]
    if route is None or route.kind != "topic" or len(topics) < 2:
        return links.home
    own = next((place for place, slug in enumerate(slugs) if bare(slug) == route.key), -1)
    other = topics[(own + 1) % len(topics)]
    return links.feed(links.topic(other)) if route.feed else links.topic(other, route.page)


def other_page(forum: DemoForum, target: str) -> str:
    """The address of the page before the one at an address, of the second for the first; the front page elsewhere."""
    links, route = _links(forum), route_of(bare(target))
    topics = {bare(topic.slug): topic for topic in forum.topics}
    boards = {board.path: board for board in forum.boards}
    if route is None:
        return links.home
    page = route.page - 1 if route.page > 1 else 2
    if route.kind == "topic" and route.key in topics:
        return links.topic(topics[route.key], page)
    if route.kind == "forum" and route.key in boards:
        return links.board(boards[route.key], page)
    return links.home


def _links(forum: DemoForum) -> Links:
    return Links(plain=forum.settings.plain_permalinks)

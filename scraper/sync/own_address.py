"""Whether a topic stands at its own address: caches mix pages up, and hand out one topic at the address of another. Pure."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.records import TopicPage

Place = tuple[str, str]
_PAGE = re.compile(r"/page/\d{1,9}$")


def own_address_elsewhere(found: TopicPage, url: str) -> str | None:
    """The address that a topic's page says is the topic's own, where that is another topic's than the one it came from.

    Addresses that name a topic in another way, by a number or on a page that shows a topic among other things, say
    nothing: only one that differs in nothing but the topic's name does.

    Args:
        found: the page.
        url: where it came from.

    Returns:
        None where it is the topic's own, or where the page does not say.
    """
    way, name = _place(url)
    links = {_place(link): link for link in _own_links(found)}
    named = {its_name: link for (its_way, its_name), link in links.items() if its_way == way}
    return None if name in named else next(iter(named.values()), None)


def _own_links(found: TopicPage) -> Iterator[str]:
    """Links of a page that hold its topic's address; that to the page itself is only where it came from."""
    for post in found.posts:
        if post.url:
            yield post.url
    for number, link in found.pager.urls:
        if number != found.pager.current:
            yield link


def _place(url: str) -> Place:
    """How an address names a topic, and the name: `/forums/topic` and `hello`."""
    try:
        parts = urlsplit(url)
    except ValueError:  # brackets that are no IPv6 address
        return "", ""
    plain = parse_qs(parts.query).get("topic")
    if plain:
        return f"{parts.path}?topic", _folded(plain[0])
    way, _, name = _PAGE.sub("", parts.path.rstrip("/")).rpartition("/")
    return way, _folded(name)


def _folded(name: str) -> str:
    """A name as sites compare them: neither case nor accents nor what stands between the words makes another one."""
    letters = unicodedata.normalize("NFKD", unquote(name)).casefold()
    return "".join(filter(str.isalnum, letters))

"""Find what an address of the original site is in the archive: permalinks of posts, topics, forums and people go on working."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal
from urllib.parse import parse_qs, unquote, urlsplit

from scraper.archive.browse.lookup import addresses_of_topics, post_at, topic_of_post

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scraper.archive.browse.survey import Survey
    from scraper.archive.database import Archive

    Key = tuple[str, str]

_PAGE = re.compile(r"/page/(\d{1,9})$")
_REPLY = re.compile(r"/(?:reply|replies)/(\d+)$")
_REPLIES = re.compile(r"/(?:reply|replies)/")
_POST = re.compile(r"post-(\d+)")
# WordPress numbers posts of all kinds alike, and these parameters take a number.
_NUMBERED = ("p", "page_id", "topic_id", "reply_id")
_NAMED = ("topic", "forum")
_LONGEST_NUMBER = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What an address leads to.

    Attributes:
        kind: what it is.
        number: a post's of the site; else the archive's own.
        page: which page of it on the site.
    """

    kind: Literal["post", "topic", "forum", "author"]
    number: int
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Original:
    """An address taken apart.

    Attributes:
        path: decoded, without a slash at its end and without the page.
        page: which page of several.
        query: its parameters.
        fragment: what stands behind #.
    """

    path: str
    page: int
    query: dict[str, list[str]]
    fragment: str

    @property
    def key(self) -> Key:
        """What tells it from other addresses: the path, and with plain permalinks the parameter."""
        for name in _NAMED:
            if self.query.get(name):
                return self.path, f"{name}={self.query[name][0]}"
        return self.path, ""

    @property
    def numbers(self) -> list[int]:
        """Numbers of posts that it may name."""
        found = [_POST.fullmatch(self.fragment), _REPLY.search(self.path)]
        texts = [match[1] for match in found if match]
        texts += [text for name in _NUMBERED for text in self.query.get(name, [])]
        return [int(text) for text in texts if text.isdecimal() and len(text) <= _LONGEST_NUMBER]


class OriginalSite:
    """The original site's addresses, as far as the archive knows what they lead to."""

    def __init__(self, archive: Archive, survey: Survey) -> None:
        self._archive = archive
        self._survey = survey

    def place_of(self, address: str) -> Place | None:
        """What an address leads to, with or without its host; None where that is not known."""
        original = _taken_apart(address)
        if original is None:
            return None
        return self._numbered(original) or self._reply_named(original) or self._named(original)

    def is_of_something(self, address: str) -> bool:
        """Whether the parameters of an address name a post, a topic or a forum, be it here or not."""
        original = _taken_apart(address)
        return original is not None and any(map(original.query.get, (*_NUMBERED, *_NAMED)))

    def place_of_link(self, address: str) -> Place | None:
        """What a link in a post leads to, if that is on the site."""
        try:
            host = urlsplit(address).netloc
        except ValueError:
            return None
        return self.place_of(address) if host and host == self._survey.host else None

    def _numbered(self, original: _Original) -> Place | None:
        for number in original.numbers:
            if topic_of_post(self._archive, number) is not None:
                return Place(kind="post", number=number)
            if number in self._topic_numbers:
                return Place(kind="topic", number=self._topic_numbers[number])
        return None

    def _reply_named(self, original: _Original) -> Place | None:
        if not _REPLIES.search(original.path):
            return None
        base = f"{urlsplit(self._survey.home or '').scheme or 'https'}://{self._survey.host}"
        for url in (f"{base}{original.path}/", f"{base}{original.path}"):
            number = post_at(self._archive, url)
            if number is not None:
                return Place(kind="post", number=number)
        return None

    def _named(self, original: _Original) -> Place | None:
        key = original.key
        if key in self._topics:
            return replace(self._topics[key], page=original.page)
        return self._forums.get(key) or self._people.get(key)

    @cached_property
    def _topic_numbers(self) -> dict[int, int]:
        topics = self._survey.topics.values()
        return {topic.topic_id: topic.key for topic in topics if topic.topic_id is not None}

    @cached_property
    def _topics(self) -> dict[Key, Place]:
        return _places("topic", addresses_of_topics(self._archive))

    @cached_property
    def _forums(self) -> dict[Key, Place]:
        forums = self._survey.forums.values()
        return _places("forum", ((forum.url, forum.forum_id) for forum in forums))

    @cached_property
    def _people(self) -> dict[Key, Place]:
        people = self._survey.authors.values()
        return _places("author", ((one.url, one.author_id) for one in people if one.slug))


def _taken_apart(address: str) -> _Original | None:
    try:
        parts = urlsplit(address)
        path, query = unquote(parts.path).rstrip("/"), parse_qs(parts.query, max_num_fields=50)
        numbers = [*_PAGE.findall(path), *query.get("paged", [])]
        return _Original(
            path=_PAGE.sub("", path),
            page=next((int(one) for one in numbers if one.isdecimal() and len(one) < 9), 1),
            query=query,
            fragment=parts.fragment,
        )
    except ValueError:
        return None


def _places(
    kind: Literal["topic", "forum", "author"], known: Iterable[tuple[str | None, int]]
) -> dict[Key, Place]:
    places: dict[Key, Place] = {}
    for url, number in known:
        original = _taken_apart(url or "")
        if original is not None and original.key != ("", ""):
            places.setdefault(original.key, Place(kind=kind, number=number))
    return places

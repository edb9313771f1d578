"""Read a site's sitemaps: which topics they name, and when each was changed."""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parsers.errors import (
    AccessDeniedError,
    FetchError,
    NothingReadableError,
    SessionEndedError,
    UsageError,
)
from parsers.registry import engines
from parsers.sitemap import parse_sitemap
from scraper.fetch.address import normalise_url
from scraper.fetch.fetcher import Request
from scraper.fetch.host import on_site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from parsers.list_records import Sitemap, SitemapEntry
    from parsers.records import Page
    from scraper.fetch.fetcher import Fetcher

logger = logging.getLogger(__name__)

# Of an index that says of none of its sitemaps what it holds, so many are tried.
_MOST_UNNAMED = 20
_MOST_SITEMAPS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SitemapRead:
    """A sitemap that was read.

    Attributes:
        page: what came.
        topics: the topics that it names; none where it is an index.
        is_known: it had come before, and was not asked for again.
    """

    page: Page
    is_known: bool = False
    topics: tuple[SitemapEntry, ...] = ()


class SitemapWalk:
    """Walks through sitemaps, each once.

    Attributes:
        failures: one sentence for each that could not be read.
    """

    def __init__(
        self, fetcher: Fetcher, known: Callable[[str], Page | None] = lambda _: None
    ) -> None:
        """Prepare a walk.

        Args:
            fetcher: asks for sitemaps.
            known: hands over one that came before and is good still.
        """
        self._fetcher = fetcher
        self._known = known
        self._seen: set[str] = set()
        self.failures: list[str] = []

    def read(self, urls: Iterable[str], site: str) -> Iterator[SitemapRead]:
        """Read sitemaps and those that they lead to.

        Args:
            urls: sitemaps, or indexes of them.
            site: an address of the site; what is elsewhere is passed over.
        """
        yield from self._walk(deque((url, False) for url in urls), site)

    def read_from(self, page: Page) -> Iterator[SitemapRead]:
        """Read a sitemap that has come already, and those that it leads to."""
        self._seen |= {normalise_url(page.url), normalise_url(page.final_url)}
        found = parse_sitemap(page)
        if found.is_index:
            yield SitemapRead(page=page)
            yield from self._walk(deque(_worth_reading(found)), page.final_url)
        else:
            name = page.final_url.rpartition("/")[2]
            is_named = "topic" in name and "tag" not in name
            yield SitemapRead(page=page, topics=_topics(found, is_named=is_named))

    def _walk(self, waiting: deque[tuple[str, bool]], site: str) -> Iterator[SitemapRead]:
        while waiting and len(self._seen) < _MOST_SITEMAPS:
            link, is_named = waiting.popleft()
            url = on_site(link, site)
            if url is None or url in self._seen:
                continue
            self._seen.add(url)
            known = self._known(url)
            page = known or self._ask(url)
            if page is None:
                continue
            found = parse_sitemap(page)
            self.failures += [str(problem) for problem in found.problems]
            if found.is_index:
                waiting.extend(_worth_reading(found))
            topics = () if found.is_index else _topics(found, is_named=is_named)
            if found.entries:
                yield SitemapRead(page=page, topics=topics, is_known=known is not None)

    def _ask(self, url: str) -> Page | None:
        try:
            return self._fetcher.get(Request(url=url, reason="sitemap"))
        except SessionEndedError:
            raise
        except (FetchError, AccessDeniedError, NothingReadableError, UsageError) as error:
            logger.warning("sitemap: %s", error)
            self.failures.append(str(error))
            return None


def _topics(found: Sitemap, *, is_named: bool) -> tuple[SitemapEntry, ...]:
    """What is a topic in a sitemap: all of it where its name says so, else what looks like one."""
    return tuple(entry for entry in found.entries if is_named or _looks_like_topic(entry.url))


def _looks_like_topic(url: str) -> bool:
    is_ours = any(engine.claims(url) for engine in engines())
    return is_ours and "topic" in url and "topic-tag" not in url and "/reply/" not in url


def _worth_reading(index: Sitemap) -> list[tuple[str, bool]]:
    """The sitemaps of an index that list topics; where its names tell nothing, the first ones."""
    if any(entry.holds is not None for entry in index.entries):
        return [(entry.url, True) for entry in index.entries if entry.holds == "topics"]
    return [(entry.url, False) for entry in index.entries[:_MOST_UNNAMED]]

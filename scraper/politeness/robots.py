"""What a site's robots.txt allows, after RFC 9309, read by protego; it fetches nothing, it reads a `Page`."""

from __future__ import annotations

import codecs
import math
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from protego import Protego

from parsers.errors import FetchError
from scraper.politeness.agent import PRODUCT
from scraper.politeness.pace import MAX_CRAWL_DELAY

if TYPE_CHECKING:
    from parsers.records import Page

MAX_ROBOTS_BYTES = 500 * 1024
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class RobotsRules:
    """The rules of one origin, as they bind threadkeep."""

    def __init__(self, text: str = "") -> None:
        self._rules = Protego.parse(text)

    def allows(self, url: str) -> bool:
        """Whether threadkeep may ask for this address."""
        return self._rules.can_fetch(url, PRODUCT)

    @property
    def crawl_delay(self) -> float | None:
        """Seconds between requests that the site asks for: of our own group, else of everybody's; a minute at most."""
        wishes = [self._delay(PRODUCT), self._delay("*")]
        return next((min(wish, MAX_CRAWL_DELAY) for wish in wishes if wish is not None), None)

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """The sitemaps it names, as written."""
        return tuple(self._rules.sitemaps)

    def _delay(self, agent: str) -> float | None:
        rate = self._rules.request_rate(agent)
        by_rate = rate.seconds / rate.requests if rate is not None and rate.requests else None
        wishes = (self._rules.crawl_delay(agent), by_rate)
        # Older versions of protego hand on `nan` and negative numbers as the site wrote them.
        return max(
            (wish for wish in wishes if wish is not None and 0 <= wish < math.inf), default=None
        )


def robots_url(url: str) -> str:
    """Where the robots.txt lies that binds this address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/robots.txt"


def robots_from_bytes(body: bytes) -> RobotsRules:
    """The rules in a robots.txt: its first 500 KiB, in whatever state it is. A web page in its place has no rules."""
    text = _decoded(body[:MAX_ROBOTS_BYTES])
    if text.lstrip().startswith("<"):
        return RobotsRules()
    return RobotsRules(text)


def robots_from_page(page: Page) -> RobotsRules:
    """The rules that an answer to `/robots.txt` stands for: fetched just now, or kept from an earlier run.

    A site without one (HTTP 4xx, or a redirect that leads nowhere) allows everything.

    Raises:
        FetchError: the server failed (5xx or 429), which RFC 9309 counts as a ban on everything.
    """
    if 200 <= page.status < 300:
        return robots_from_bytes(page.body)
    if page.status >= 500 or page.status == 429:
        raise FetchError(
            f"{page.url} answered with HTTP {page.status}: without robots.txt nobody knows what the site allows, "
            "so nothing was fetched from it; try again later.",
            url=page.url,
        )
    return RobotsRules()


def _decoded(body: bytes) -> str:
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return _cleaned(body[len(mark) :].decode(encoding, "replace"))
    return _cleaned(body.decode("utf-8", "replace"))


def _cleaned(text: str) -> str:
    return text.replace("\x00", "")

"""How topics are archived: what is read again, what is believed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlOptions:
    """How a topic is archived.

    Attributes:
        refresh: read every page again, not only from the last one on.
        may_archive: the user has the site's permission, so `noarchive` does not count.
        confirm_gone: what vanished may be marked as gone, however much it is.
    """

    refresh: bool = False
    may_archive: bool = False
    confirm_gone: bool = False


EVERY_PAGE: frozenset[int] = frozenset({-1})
"""Stands for all pages of a topic, where pages to be read again are named."""

SAME_CRAWL = timedelta(hours=24)
"""What was read within this time is not read again only because the run that read it was stopped or left something out."""

"""Records of stored pages as they are handed on whole, to web archives and back; data only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from parsers.records import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request that was sent on the way to a page, as far as it was written down.

    Attributes:
        url: the address.
        asked_at: when, in UTC.
        status: the HTTP status of its answer.
    """

    url: str
    asked_at: datetime
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPage:
    """A page that an archive keeps, and what is known of how it came.

    Attributes:
        number: the archive's own number for it; higher is newer.
        kind: what it is, as `pages.kind` lists.
        page: what came; a body that was kept before is in it, too.
        asked: the requests that led to it, in order; empty where nobody wrote them down.
        first: the first page with the same body, where that is not this one.
    """

    number: int
    kind: str
    page: Page
    asked: tuple[Asked, ...] = ()
    first: FirstCopy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstCopy:
    """The first page that had a body.

    Attributes:
        number: the archive's own number for it.
        url: its address.
        fetched_at: when it came, in UTC.
    """

    number: int
    url: str
    fetched_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GonePost:
    """A post that was found to have vanished.

    Attributes:
        post_id: the post.
        gone_at: when.
        reason: how.
        returned_at: when a page showed it again; null: it is gone.
    """

    post_id: int
    gone_at: str
    reason: str | None = None
    returned_at: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GoneTopic:
    """A topic that was found to be no longer there.

    Attributes:
        topic_id: its number, where pages show it.
        url: its address, where pages show it.
        gone_at: when.
        reason: how.
    """

    topic_id: int | None
    url: str | None
    gone_at: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMedia:
    """A picture or file that an archive keeps since a post shows it, at one of its addresses.

    Attributes:
        url: the address.
        kind: `image`, `avatar` or `attachment`.
        media_type: what it is by its bytes.
        fetched_at: when it came, in UTC.
        body: its bytes.
    """

    url: str
    kind: str
    media_type: str
    fetched_at: datetime
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class LackingMedia:
    """An address of what a post shows that was asked for and gave no file.

    Attributes:
        url: the address.
        kind: `image`, `avatar` or `attachment`.
        status: `dead`, `failed`, `refused` or `unfit`.
        error: why.
        attempts: how often it was asked for.
        size_limit: it is larger than this; null: that is not why.
        fetched_at: when it was last asked for.
    """

    url: str
    kind: str
    status: str
    error: str | None
    attempts: int
    size_limit: int | None
    fetched_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observations:
    """What an archive knows and no page of it says.

    Attributes:
        timezone: the site's zone, where it or the user stated it.
        timezone_source: who did, as `site.timezone_source` lists.
        posts: those that vanished, and those that had and came back.
        topics: those that vanished.
        media: addresses of what posts show that gave no file.
    """

    timezone: str | None = None
    timezone_source: str | None = None
    posts: tuple[GonePost, ...] = ()
    topics: tuple[GoneTopic, ...] = ()
    media: tuple[LackingMedia, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PageCollection:
    """All that an archive keeps of one site, as it came.

    Attributes:
        host: host and port of the site; empty where no page says it.
        made_at: when the newest page came; null: there is none.
        has_members_pages: some pages were read by somebody who was logged in.
        pages: every page, in the order of their numbers.
        media: every picture and file that is kept, at each of its addresses.
        observations: what no page says.
    """

    host: str
    made_at: datetime | None
    has_members_pages: bool
    pages: Iterable[StoredPage]
    media: Iterable[StoredMedia]
    observations: Observations

"""Where exported posts come from: the site, the runs that read it, what it let robots do, and the stored pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parsers.forum_tree import no_forum_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from parsers.forum_tree import ForumTree


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginRun:
    """One run that read the site.

    Attributes:
        started_at: when, in UTC.
        ended_at: when it ended; None where it was killed.
        exit_code: how it ended; None where it was killed.
        requests: how many it sent.
        pages: how many pages it kept.
    """

    started_at: str
    ended_at: str | None
    exit_code: int | None
    requests: int
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsFile:
    """What robots.txt said at a time.

    Attributes:
        url: its address.
        fetched_at: when it was read, in UTC.
        status: the HTTP status; 404 is that there was none.
        sha256: of what came.
        text: what it said, its first part where it is very long; empty where there was none.
    """

    url: str
    fetched_at: str
    status: int
    sha256: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GapCount:
    """What is missing of the whole archive, of one kind.

    Attributes:
        code: the kind of gap.
        gaps: how many there are.
        missing: how many posts lack by them, as far as known.
    """

    code: str
    gaps: int
    missing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePage:
    """A stored page that posts were read from.

    Attributes:
        sha256: of its body; joins with `source_sha256`.
        url: the address asked for.
        final_url: the address that answered.
        status: the HTTP status.
        fetched_at: when it came, in UTC.
        viewer: as whom it was read: `guest`, `member` or `moderator`.
    """

    sha256: str
    url: str
    final_url: str
    status: int
    fetched_at: str
    viewer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where exported posts come from.

    Attributes:
        host: the site's host and port; empty for a dump without an address.
        home: its home's address, where shown.
        name: its name, where stated.
        timezone: its time zone, where known.
        first_fetched: when the first page was read, in UTC; None where there is none.
        last_fetched: when the last one was.
        pages: how many stored pages there are.
        topics: how many topics.
        posts: how many posts, gone ones among them.
        runs: every run, the oldest first.
        robots: what robots.txt said, each text once, the oldest first.
        gaps: what is missing, by kind.
        source_pages: gives every page that posts were read from.
        forum_tree: gives all forums of the site that are known.
    """

    host: str
    home: str | None
    name: str | None
    timezone: str | None
    first_fetched: str | None
    last_fetched: str | None
    pages: int
    topics: int
    posts: int
    runs: tuple[OriginRun, ...]
    robots: tuple[RobotsFile, ...]
    gaps: tuple[GapCount, ...]
    source_pages: Callable[[], Iterator[SourcePage]]
    forum_tree: Callable[[], ForumTree] = no_forum_tree

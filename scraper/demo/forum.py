"""What a demo forum holds: frozen data, without markup, addresses or network."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from parsers.errors import UsageError

if TYPE_CHECKING:
    from scraper.demo.prose import Prose

Role = Literal[
    "keymaster", "moderator", "participant", "spectator", "blocked", "guest", "inactive"
]
ThemeName = Literal["default", "classic", "table", "themed"]
LocaleName = Literal["en_US", "nl_NL", "de_DE"]
Stickiness = Literal["no", "sticky", "super"]
Access = Literal["public", "password", "private", "staff"]
Visibility = Literal["public", "private", "hidden"]

THEMES: tuple[ThemeName, ...] = ("default", "classic", "table", "themed")
LOCALES: tuple[LocaleName, ...] = ("en_US", "nl_NL", "de_DE")


@cache
def zone_of(name: str) -> tzinfo:
    """The zone of an IANA name, or of a fixed offset such as `+05:30`.

    Raises:
        UsageError: there is no such zone.
    """
    if fixed := re.fullmatch(r"([+-])(\d\d):(\d\d)", name):
        offset = timedelta(hours=int(fixed[2]), minutes=int(fixed[3]))
        return timezone(offset if fixed[1] == "+" else -offset)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UsageError(f"no time zone is called {name!r}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSettings:
    """What to generate and how to show it; the same settings always give the same forum.

    Attributes:
        seed: where the random numbers start.
        topics: how many topics there are, the showcase's among them.
        posts: how many posts an ordinary topic has, the opening post among them.
        vary: draw an ordinary topic's size from 1 to twice `posts` instead.
        showcase: begin with topics that each show one thing that is hard to archive.
        per_page: posts a topic page.
        topics_per_page: topics a forum page.
        threaded: show replies under the post they answer, the whole topic on one page.
        thread_depth: how many levels a threaded page has; deeper replies join the last one.
        lead: show the opening post apart, on every page of its topic.
        timezone: the site's zone, an IANA name or a fixed offset such as `+05:30`.
        old_timezone: the zone that the site was set to before `timezone_since`, if it was another.
        date_format: how dates are written, in PHP's letters d j m n F Y y; the language's own if empty.
        time_format: likewise the time of day, in H G h g i s a A.
        relative_dates: say only how long ago a post was written, as some themes do.
        plain_permalinks: addresses of the form `/?topic=…`.
        rest: answer at the REST root, which tells the site's zone.
        page_breaks: add two topics whose posts hold `<!--nextpage-->`, and be a WordPress before 5.5: a later one
            hands out the further parts of a page only where the opening post is what was cut.
        now: the moment that relative times ("3 years ago") count from.
    """

    seed: int = 1
    topics: int = 30
    posts: int = 12
    vary: bool = False
    showcase: bool = True
    locale: LocaleName = "en_US"
    theme: ThemeName = "default"
    title: str = "Lantern Street Forum"
    per_page: int = 15
    topics_per_page: int = 15
    threaded: bool = False
    thread_depth: int = 5
    lead: bool = False
    timezone: str = "Europe/Amsterdam"
    old_timezone: str | None = None
    timezone_since: datetime = datetime(2016, 3, 1, tzinfo=UTC)
    date_format: str = ""
    time_format: str = ""
    relative_dates: bool = False
    plain_permalinks: bool = False
    rest: bool = True
    page_breaks: bool = False
    now: datetime = datetime(2025, 1, 15, 12, tzinfo=UTC)

    def __post_init__(self) -> None:
        if (
            min(self.posts, self.per_page, self.topics_per_page, self.thread_depth) < 1
            or self.topics < 0
        ):
            raise UsageError(
                "a demo forum needs at least one post a topic, one post and one topic a page"
            )
        if self.threaded and self.theme == "table":
            raise UsageError("the table theme shows bbPress 2.0, which knows no threads")
        zone_of(self.timezone)
        zone_of(self.old_timezone or self.timezone)

    def local(self, moment: datetime) -> datetime:
        """The site's wall clock at a moment, under the zone that it was set to then."""
        name = self.timezone
        if self.old_timezone and moment < self.timezone_since:
            name = self.old_timezone
        return moment.astimezone(zone_of(name))


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAuthor:
    """Someone who posts.

    Attributes:
        user_id: the account's number; 0 for a guest.
        name: the name as typed; a deleted account's is not shown.
        nicename: the last part of the profile's address; empty for who has no profile.
        website: a guest's own site, if given.
        registered: when the account was made.
    """

    user_id: int
    name: str
    nicename: str = ""
    role: Role = "participant"
    website: str = ""
    registered: datetime = datetime(2012, 1, 1, 12, tzinfo=UTC)

    @property
    def is_guest(self) -> bool:
        """Whether the author has no account."""
        return self.role == "guest"

    @property
    def is_deleted(self) -> bool:
        """Whether the account is gone."""
        return self.role == "inactive"

    @property
    def has_profile(self) -> bool:
        """Whether the author's name leads to a profile."""
        return bool(self.nicename)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoBoard:
    """One forum of the tree. A category holds forums, no topics.

    Attributes:
        slug: the last part of its address.
        visibility: whether all may find it, members, or only those who keep order.
    """

    board_id: int
    title: str
    slug: str
    description: str
    parent: DemoBoard | None = None
    is_category: bool = False
    visibility: Visibility = "public"

    @property
    def lineage(self) -> tuple[DemoBoard, ...]:
        """The boards from the root down to this one."""
        above = self.parent.lineage if self.parent else ()
        return (*above, self)

    @property
    def path(self) -> str:
        """The slugs from the root down, as its address has them."""
        return "/".join(board.slug for board in self.lineage)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoTag:
    """A topic's tag."""

    name: str
    slug: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoEdit:
    """One line of a post's revision log."""

    edit_id: int
    editor: DemoAuthor
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPost:
    """One post, the opening post or a reply.

    Attributes:
        posted: when, in UTC, to the second.
        parent: the id of the reply that it answers; None where it answers the topic.
    """

    post_id: int
    author: DemoAuthor
    posted: datetime
    body: Prose
    parent: int | None = None
    edits: tuple[DemoEdit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoTopic:
    """One topic.

    Attributes:
        title: as typed; pages show it with typographic quotes and dashes.
        slug: the last part of its address, percent-encoded as WordPress does it.
        posts: the opening post first, the others as they were written.
        access: who may read it: everybody, who knows a password, or no visitor at all; as those see it who keep order,
            one of the last kind is `staff`.
    """

    title: str
    slug: str
    board: DemoBoard
    posts: tuple[DemoPost, ...]
    tags: tuple[DemoTag, ...] = ()
    sticky: Stickiness = "no"
    closed: bool = False
    access: Access = "public"

    @property
    def topic_id(self) -> int:
        """The opening post's id, which is the topic's."""
        return self.posts[0].post_id

    @property
    def opening(self) -> DemoPost:
        """The opening post."""
        return self.posts[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoForum:
    """A whole site.

    Attributes:
        authors: the accounts that have a profile; guests and deleted accounts are not among them.
        topics: private ones too.
        spent_id: the highest id that was ever given away, where what had it may be gone; ids are never reused.
        old_slugs: slugs that topics had before, with the topic's id: their addresses lead on to it.
    """

    settings: DemoSettings
    authors: tuple[DemoAuthor, ...]
    boards: tuple[DemoBoard, ...]
    topics: tuple[DemoTopic, ...] = field(repr=False)
    spent_id: int = 0
    old_slugs: tuple[tuple[str, int], ...] = ()

    def topic(self, slug: str) -> DemoTopic:
        """The topic of that slug.

        Raises:
            KeyError: there is none.
        """
        for topic in self.topics:
            if topic.slug == slug:
                return topic
        raise KeyError(slug)

    @property
    def free_id(self) -> int:
        """A number above every id that a post or an edit ever had: what is written next may have it."""
        posts = [post for topic in self.topics for post in topic.posts]
        edits = [edit.edit_id for post in posts for edit in post.edits]
        return 1 + max([self.spent_id, *edits, *(post.post_id for post in posts)])

    def with_topic(self, changed: DemoTopic) -> DemoForum:
        """The forum as it is after a topic was changed or, under a new id, added."""
        kept = [changed if old.topic_id == changed.topic_id else old for old in self.topics]
        if not any(topic is changed for topic in kept):
            kept.append(changed)
        return replace(self, topics=tuple(kept), spent_id=self.free_id - 1)

    def without_topic(self, topic_id: int) -> DemoForum:
        """The forum as it is after a topic was deleted."""
        kept = tuple(topic for topic in self.topics if topic.topic_id != topic_id)
        return replace(self, topics=kept, spent_id=self.free_id - 1)

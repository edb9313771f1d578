"""The dataclasses of pages that are no topics: lists of forums, topics and posts, profiles, sitemaps; data only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from parsers.records import (
    Author,
    CountClaim,
    ForumLink,
    Pager,
    Problem,
    Stickiness,
    TopicStatus,
)

if TYPE_CHECKING:
    from datetime import datetime

ListKind = Literal[
    "index", "forum", "topics", "tag", "view", "search",
    "started", "replies", "engagements", "favorites", "subscriptions", "other",
]  # fmt: skip
Withheld = Literal["pending", "spam", "trash", "private", "hidden"]
Visibility = Literal["public", "private", "hidden"]
SitemapSubject = Literal["forums", "topics", "replies", "tags", "people"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LastPost:
    """The newest post of a topic or a forum, as a row of a list names it.

    Attributes:
        text: when it was written, as displayed (`3 years ago`).
        url: where that leads; null where it is no link.
        post_id: the post, where the link names it (`#post-N`).
        title: the link's `title`: the last post's title, on some sites a date.
        author: who wrote it.
    """

    text: str | None = None
    url: str | None = None
    post_id: int | None = None
    title: str | None = None
    author: Author | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicRow:
    """One topic in a list.

    Attributes:
        topic_id: the topic's post id; null in themes that drop it.
        title: as shown; a password adds a word in front (`Protected: …`).
        url: the topic's own address.
        author: who started it.
        forum: the forum that the row names, which it does where the list is not that forum's.
        forum_id: the topic's forum; another one than the list's where the topic is on top of all forums.
        voices: how many people wrote in it.
        count: the number in the column of posts or replies; `ListPage.counts` says which.
        last_post: its newest post.
        status: whether it takes replies.
        sticky: whether it stays on top of its forum (`sticky`) or of all forums (`super`).
        withheld: why guests do not see it; only moderators see such rows.
        is_protected: its posts are behind a password.
        pager: the topic's page links that the row shows: how long it is, at little cost.
    """

    topic_id: int | None
    title: str
    url: str | None = None
    author: Author | None = None
    forum: ForumLink | None = None
    forum_id: int | None = None
    voices: int | None = None
    count: int | None = None
    last_post: LastPost | None = None
    status: TopicStatus | None = None
    sticky: Stickiness = "no"
    withheld: Withheld | None = None
    is_protected: bool = False
    pager: Pager = field(default_factory=Pager)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubForum:
    """A forum that the row of the forum above it names.

    Attributes:
        title: as shown, without the counts behind it.
        url: its address.
        topics: how many topics it has.
        replies: how many replies.
    """

    title: str
    url: str | None = None
    topics: int | None = None
    replies: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForumRow:
    """One forum in a list. Its counts include the forums below it, and drift.

    Attributes:
        forum_id: the forum's post id; null in themes that drop it.
        title: as shown.
        url: its address.
        description: its visible text.
        parent_id: the forum above it; null at the top and where the page does not show it.
        topics: how many topics it has.
        count: the number in the column of posts or replies; `ListPage.counts` says which.
        last_post: its newest post.
        forums: the forums below it that the row names.
        is_category: it holds forums and no topics.
        status: whether it takes topics and replies; null where the page does not show it.
        visibility: who may see it; null where the page does not show it.
    """

    forum_id: int | None
    title: str
    url: str | None = None
    description: str = ""
    parent_id: int | None = None
    topics: int | None = None
    count: int | None = None
    last_post: LastPost | None = None
    forums: tuple[SubForum, ...] = ()
    is_category: bool = False
    status: TopicStatus | None = None
    visibility: Visibility | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostRow:
    """One post in a list of posts: what a search found, or what somebody replied. Its body is read from its topic.

    Attributes:
        post_id: the WordPress post id.
        kind: what it is; a search finds forums, too.
        title: the title of its topic, or of the forum that it is.
        url: the permalink, as shown.
        topic_url: the topic that it belongs to; of a forum null.
        author: who wrote it; null where the row does not say.
        published_text: the date exactly as displayed.
    """

    post_id: int
    kind: Literal["topic", "reply", "forum"]
    title: str
    url: str | None = None
    topic_url: str | None = None
    author: Author | None = None
    published_text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """One page that lists forums, topics or posts: an index, a forum, a tag, a view, a search, a list of somebody's.

    Attributes:
        engine: the reader that read it.
        kind: what is listed, as the page itself says: `topics` where an unknown tag shows all topics instead.
        title: the visible text of the heading.
        url: the list's own address (its first page).
        forum_id: the forum that the page is of; null on all other pages.
        forum: the breadcrumb's forums from the root down, the page's own not among them.
        root_url: the forum index, where the page links it.
        status: whether the forum takes topics: `closed` where the page says so, else null.
        forums: in page order.
        topics: in page order; those on top of all forums are another forum's.
        posts: in page order.
        counts: what the column of posts counts: `posts`, or `replies` without opening posts; null where its heading does not tell.
        pager: the page links.
        claim: what the count sentence says; topics on top are counted on the first page alone.
        stated_topics: the topic count in the forum's description, a soft claim.
        stated_replies: the reply count in it, likewise.
        notice: what the page says in the place of a list (`Oh, bother! No topics were found here.`).
        owner: whose list it is, on the pages of a profile.
        language: the page's declared language (`nl-NL`), as written.
        home_url: the site's home, where the page links it.
        api_url: the REST root that the page advertises.
        feed_urls: reply-type feeds of what the page lists.
        problems: what the reader was unsure of.
    """

    engine: str
    kind: ListKind
    title: str
    url: str | None = None
    forum_id: int | None = None
    forum: tuple[ForumLink, ...] = ()
    root_url: str | None = None
    status: TopicStatus | None = None
    forums: tuple[ForumRow, ...] = ()
    topics: tuple[TopicRow, ...] = ()
    posts: tuple[PostRow, ...] = ()
    counts: Literal["posts", "replies"] | None = None
    pager: Pager = field(default_factory=Pager)
    claim: CountClaim | None = None
    stated_topics: int | None = None
    stated_replies: int | None = None
    notice: str | None = None
    owner: Author | None = None
    language: str | None = None
    home_url: str | None = None
    api_url: str | None = None
    feed_urls: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileLink:
    """A page of a profile that the profile links.

    Attributes:
        kind: what it lists.
        url: its address.
    """

    kind: ListKind
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfilePage:
    """Somebody's profile.

    Attributes:
        engine: the reader that read it.
        name: as displayed; names change, and several people may have one.
        slug: the name in the profile's address, which stays.
        url: the profile's own address.
        role: the role as displayed.
        role_key: the bbPress role that it means.
        registered_text: when the account was made, as displayed.
        last_active_text: when the person was last there, as displayed.
        description: what the person says of themselves, its visible text.
        website: the person's own site.
        topics: how many topics the person started.
        replies: how many replies the person wrote.
        links: the profile's other pages.
        started: topics that the page itself lists, as bbPress before 2.2 does.
        language: the page's declared language, as written.
        problems: what the reader was unsure of.
    """

    engine: str
    name: str
    slug: str | None = None
    url: str | None = None
    role: str | None = None
    role_key: str | None = None
    registered_text: str | None = None
    last_active_text: str | None = None
    description: str = ""
    website: str | None = None
    topics: int | None = None
    replies: int | None = None
    links: tuple[ProfileLink, ...] = ()
    started: tuple[TopicRow, ...] = ()
    language: str | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SitemapEntry:
    """One address of a sitemap.

    Attributes:
        url: the address.
        modified: when what is there was last changed; of a topic the opening post, not its replies.
        holds: in an index, what the sitemap at the address lists; null where its name does not tell.
    """

    url: str
    modified: datetime | None = None
    holds: SitemapSubject | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitemap:
    """A sitemap, or an index of sitemaps. It proves nothing complete: closed topics are missing in most.

    Attributes:
        is_index: its addresses are those of sitemaps.
        entries: in the order of the file, each address once.
        problems: what the reader was unsure of.
    """

    is_index: bool
    entries: tuple[SitemapEntry, ...]
    problems: tuple[Problem, ...] = ()

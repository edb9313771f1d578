"""Every dataclass that crosses a boundary; data only, no behaviour beyond look-ups in itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime  # noqa: TC003  msgspec reads the types of fields
from typing import TYPE_CHECKING, Literal

from parsers.post_file import no_files
from parsers.revision import no_revisions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from parsers.post_file import PostFile
    from parsers.revision import Revision

Kind = Literal["topic", "reply"]
TopicStatus = Literal["open", "closed"]
Stickiness = Literal["no", "sticky", "super"]
PublishedSource = Literal["feed", "zone", "configured", "attribute", "relative", "none"]
CountUnit = Literal["posts", "replies", "threads", "topics", "results"]
Viewer = Literal["guest", "member", "moderator"]
"""As whom a page was read on purpose, those last who see most: by nobody in particular, logged in, with a moderator's links."""
PageKind = Literal["topic", "reply", "forum", "list", "profile", "missing", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What came from a site, a folder or an archive: one answer, its body byte for byte.

    Attributes:
        url: the address asked for.
        final_url: the address that answered, after redirects.
        status: the HTTP status (200 for a file).
        headers: names and values in the order sent, cookies and authorization dropped.
        body: the decoded transfer's bytes, in the page's own character encoding.
        fetched_at: when it came, in UTC.
        redirects: the addresses between `url` and `final_url`, in order.
        viewer: as whom it was asked for; `guest` for a file, whoever saved it.
    """

    url: str
    final_url: str
    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes
    fetched_at: datetime
    redirects: tuple[str, ...] = ()
    viewer: Viewer = "guest"

    def header(self, name: str) -> str | None:
        """The first value of a header, its name in any case."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something that a reader was unsure of.

    Attributes:
        code: a short stable name, e.g. `unknown-language`.
        detail: one sentence.
        post_id: the post it is about, where it is about one.
    """

    code: str
    detail: str
    post_id: int | None = None

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who a page says wrote a post.

    Attributes:
        name: as displayed.
        url: the profile, or a guest's web site.
        slug: the name in the profile's address.
        user_id: the WordPress user id.
        avatar_url: null unless media asks for it: it carries an e-mail hash.
        is_guest: has no account.
        is_deleted: the account is gone; null where the page does not tell.
    """

    name: str
    url: str | None = None
    slug: str | None = None
    user_id: int | None = None
    avatar_url: str | None = None
    is_guest: bool = False
    is_deleted: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One line of a post's revision log, as shown.

    Attributes:
        text: the line.
        editor: who edited.
        reason: the reason given.
    """

    text: str
    editor: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForumLink:
    """One step of a breadcrumb.

    Attributes:
        title: the forum's title.
        url: the forum's address.
    """

    title: str
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CountClaim:
    """What a page's count sentence says; null where it does not say it.

    Attributes:
        text: the sentence as shown.
        unit: what is counted: all posts, replies without the opening post, threads of replies; in lists topics, or what
            a search found.
        count: items on this page.
        first: the 1-based number of the page's first item.
        last: the number of its last item.
        total: items in the whole topic or list.
    """

    text: str
    unit: CountUnit = "posts"
    count: int | None = None
    first: int | None = None
    last: int | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pager:
    """The page links of a topic or a list.

    Attributes:
        current: this page's number, from 1.
        last: the highest page number linked or shown.
        urls: the absolute address of every page from 1 to `last`, by number, as far as links give or imply it.
    """

    current: int = 1
    last: int = 1
    urls: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedPost:
    """One post as one page shows it.

    Attributes:
        post_id: the WordPress post id.
        kind: the opening post is `topic`.
        url: the permalink, as shown.
        author: who wrote it.
        role: the author's role as displayed.
        role_key: the bbPress role that it means.
        published_text: the date exactly as displayed.
        published_attribute: a machine-readable date that the page attaches (`datetime`, `title`), as written.
        reply_to: the post it is nested under on the page.
        depth: how deep it is nested (0: not under another reply); null on flat pages.
        body_html: inner HTML of the post's own body.
        body_text: its visible text.
        edits: the revision log as shown, oldest first.
        is_cut: the page breaks inside this body (`<!--nextpage-->`); the rest is on a further part.
        problems: what the reader was unsure of in this post.
    """

    post_id: int
    kind: Kind
    url: str | None = None
    author: Author
    role: str | None = None
    role_key: str | None = None
    published_text: str | None = None
    published_attribute: str | None = None
    reply_to: int | None = None
    depth: int | None = None
    body_html: str
    body_text: str
    edits: tuple[Edit, ...] = ()
    is_cut: bool = False
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicPage:
    """One page of one topic.

    Attributes:
        engine: the reader that read it.
        topic_id: the topic's post id; null where the page does not show it (a text dump).
        title: the visible text of the heading.
        url: the topic's own address (its first page).
        forum: the breadcrumb's forums from the root down.
        status: whether the topic takes replies.
        sticky: whether it stays on top of its forum (`sticky`) or of all forums (`super`).
        tags: as shown.
        posts: in page order; a repeated opening post is among them, `has_lead` says so.
        pager: the page links.
        claim: what the count sentence says, if there is one.
        stated_replies: the reply count in the topic's description, a soft claim.
        has_lead: the opening post stands above the replies, on every page.
        is_threaded: replies are nested under the posts that they answer.
        hidden: posts of this page that guests do not see and that its counts hold; they are not among its posts. Null where
            its counts are those that a guest reads.
        erased: posts that this page's counts hold and that were erased from the archive for good; see `parsers.erasure`.
        part: which part of a page cut by `<!--nextpage-->` this is, from 1.
        part_urls: addresses of the page's other parts, by number.
        continuation_html: on a part after the first, the rest of the post that the part before cut.
        continuation_edits: that post's revision log.
        replies_need_login: the page says that replying needs a login.
        language: the page's declared language (`nl-NL`), as written.
        home_url: the site's home, where the page links it.
        api_url: the REST root that the page advertises.
        feed_urls: reply-type feeds that can hold this topic's posts: topic, forum, site.
        confidence: where the page was read without a template, in which share of its posts each field was found.
        problems: what the reader was unsure of, in the page and in its posts.
    """

    engine: str
    topic_id: int | None
    title: str
    url: str | None = None
    forum: tuple[ForumLink, ...] = ()
    status: TopicStatus | None = None
    sticky: Stickiness = "no"
    tags: tuple[str, ...] = ()
    posts: tuple[ParsedPost, ...]
    pager: Pager = field(default_factory=Pager)
    claim: CountClaim | None = None
    stated_replies: int | None = None
    has_lead: bool = False
    is_threaded: bool = False
    hidden: int | None = None
    erased: int = 0
    part: int = 1
    part_urls: tuple[tuple[int, str], ...] = ()
    continuation_html: str | None = None
    continuation_edits: tuple[Edit, ...] = ()
    replies_need_login: bool = False
    language: str | None = None
    home_url: str | None = None
    api_url: str | None = None
    feed_urls: tuple[str, ...] = ()
    confidence: tuple[tuple[str, float], ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedItem:
    """One post's true UTC time, from a reply-type feed."""

    post_id: int
    published: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedTopic:
    """One topic in a feed that lists topics.

    Attributes:
        url: the topic's own address.
        topic_id: its post id; bbPress's own feeds do not name it, those of WordPress do.
        title: as shown.
        author: the display name of who started it.
        published: when it was started; of feeds of WordPress alone.
        active_local: when somebody last wrote in it, on the site's own clock: bbPress's feeds call that UTC, wrongly.
    """

    url: str
    topic_id: int | None = None
    title: str = ""
    author: str | None = None
    published: datetime | None = None
    active_local: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed, in RSS or Atom.

    Attributes:
        items: of a feed that lists posts: what joins display times to UTC.
        topics: of a feed that lists topics.
        problems: what the reader was unsure of.
    """

    items: tuple[FeedItem, ...]
    topics: tuple[FeedTopic, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteInfo:
    """What a WordPress REST root says of its site.

    Attributes:
        timezone: an IANA name, or a fixed offset as `+05:30` where the site is set to one; null where it says neither.
    """

    name: str | None = None
    home: str | None = None
    timezone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One post in record format version 1; every field as in docs/record-format.md. Times are ISO 8601 text."""

    site: str | None
    forum: tuple[str, ...]
    topic_id: int | None
    topic_title: str
    topic_url: str | None
    topic_status: TopicStatus | None
    topic_sticky: Stickiness
    topic_tags: tuple[str, ...]
    post_id: int
    kind: Kind
    position: int
    url: str | None
    author: Author
    role: str | None
    role_key: str | None
    published_text: str | None
    published_local: str | None
    published: str | None
    published_source: PublishedSource
    published_earliest: str | None
    published_latest: str | None
    reply_to: int | None
    depth: int | None
    body_html: str
    body_text: str
    edits: tuple[Edit, ...]
    first_seen: str | None
    last_seen: str | None
    gone_at: str | None
    gone_reason: str | None
    revision: int
    engine: str
    problems: tuple[str, ...]
    source_url: str | None
    source_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A topic to be exported, its posts by position.

    Attributes:
        posts: consumed once; gone posts are among them.
        expected_posts: how many posts the site claims; null where it claims nothing.
        gaps: one sentence for each thing that is missing.
        path: the forums around it with their addresses, from the root down, as `forum` has their titles.
        first_seen: when a page first showed it, in UTC.
        last_seen: when a page last showed it.
        vanished_at: when it was found to be no longer there; null where it is.
        vanished_reason: how that is known.
        revisions: gives every body that was seen of one of its posts, oldest first.
        files: gives what one of its posts shows or links of which there is a file; avatars are not among it.
    """

    site: str | None
    forum: tuple[str, ...]
    topic_id: int | None
    title: str
    url: str | None
    status: TopicStatus | None
    sticky: Stickiness
    tags: tuple[str, ...]
    expected_posts: int | None
    gaps: tuple[str, ...]
    posts: Iterator[Post]
    path: tuple[ForumLink, ...] = ()
    first_seen: str | None = None
    last_seen: str | None = None
    vanished_at: str | None = None
    vanished_reason: str | None = None
    revisions: Callable[[int], Iterator[Revision]] = no_revisions
    files: Callable[[int], Iterator[PostFile]] = no_files

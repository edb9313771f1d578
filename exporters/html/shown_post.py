"""A post as a page shows it: its body cleaned, its times and names put into words; where links lead is the page's business."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporters.markdown.address import LINKED, safe_address

if TYPE_CHECKING:
    from collections.abc import Callable

    from exporters.html.cleaning import Cleaner
    from parsers.records import Author, Edit, Kind, Post

_DEEPEST = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTime:
    """When something was.

    Attributes:
        utc: in UTC, ISO 8601; None where that is not known.
        text: what is shown.
        original: as the forum showed it; None where that says nothing more.
    """

    utc: str | None
    text: str
    original: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAuthor:
    """Who wrote a post.

    Attributes:
        name: as displayed.
        notes: `guest`, `account deleted`.
        address: the page of the author; None where there is none.
        picture: where the author's picture is kept; None where it is not.
    """

    name: str
    notes: tuple[str, ...]
    address: str | None
    picture: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPost:
    """A post as a page shows it.

    Attributes:
        post_id: its number.
        kind: the opening post is `topic`.
        position: its place in the topic, from 1.
        author: who wrote it.
        role: as displayed.
        time: when it was published; None where the forum shows no time.
        reply_to: the post that it answers.
        reply_address: where that is; None where it is not here.
        depth: how deep it is nested.
        body: HTML that is safe to show.
        edits: what the forum says of edits, oldest first.
        gone_at: when it was found to have vanished, in UTC; None where it is there.
        gone_reason: how.
        revision: how many versions of its body were seen.
        history_address: the page that shows them; None where there is none.
        url: its permalink on the forum.
        problems: what the reader was unsure of.
    """

    post_id: int
    kind: Kind
    position: int
    author: ShownAuthor
    role: str | None
    time: ShownTime | None
    reply_to: int | None
    reply_address: str | None
    depth: int
    body: str
    edits: tuple[str, ...]
    gone_at: ShownTime | None
    gone_reason: str | None
    revision: int
    history_address: str | None
    url: str | None
    problems: tuple[str, ...]


def no_address(_: int) -> str | None:
    """Where the page of something is: there is none."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostLinks:
    """Where the links of a post lead.

    Attributes:
        author: the page of who wrote the post of a number.
        reply: the place of a post on this page or another.
        history: the page with the history of a post.
    """

    author: Callable[[int], str | None] = no_address
    reply: Callable[[int], str | None] = no_address
    history: Callable[[int], str | None] = no_address


def shown_post(post: Post, cleaner: Cleaner, links: PostLinks) -> ShownPost:
    """A post as a page shows it."""
    return ShownPost(
        post_id=post.post_id,
        kind=post.kind,
        position=post.position,
        author=ShownAuthor(
            name=post.author.name,
            notes=author_notes(post.author),
            address=links.author(post.post_id),
            picture=cleaner.kept_picture(post.author.avatar_url),
        ),
        role=post.role,
        time=_published(post),
        reply_to=post.reply_to,
        reply_address=None if post.reply_to is None else links.reply(post.reply_to),
        depth=min(post.depth or 0, _DEEPEST),
        body=cleaner.clean(post.body_html, post.url or post.source_url or post.topic_url or ""),
        edits=tuple(map(edit_text, post.edits)),
        gone_at=None if post.gone_at is None else seen_time(post.gone_at),
        gone_reason=post.gone_reason,
        revision=post.revision,
        history_address=links.history(post.post_id),
        url=safe_address(post.url or "", "", LINKED) or None,
        problems=post.problems,
    )


def author_notes(author: Author) -> tuple[str, ...]:
    """What is said of an author beside the name."""
    guest = ("guest",) if author.is_guest else ()
    return (*guest, "account deleted") if author.is_deleted else guest


def edit_text(edit: Edit) -> str:
    """A line of the revision log as shown, with what it does not say itself."""
    editor = f" by {edit.editor}" if edit.editor and edit.editor not in edit.text else ""
    reason = f" Reason: {edit.reason}" if edit.reason and edit.reason not in edit.text else ""
    return f"{edit.text}{editor}{reason}"


def seen_time(moment: str) -> ShownTime:
    """A moment beside which nothing was shown; local time is not taken for UTC."""
    return ShownTime(utc=moment if moment.endswith("Z") else None, text=readable(moment))


def readable(moment: str) -> str:
    """A moment for people, to the minute; that it is in UTC is said only where it is."""
    day, _, time = moment.partition("T")
    return f"{day} {time[:5]}{' UTC' if moment.endswith('Z') else ''}" if time else day


def _published(post: Post) -> ShownTime | None:
    original = post.published_text or post.published_local
    if post.published:
        return ShownTime(utc=post.published, text=readable(post.published), original=original)
    if post.published_earliest and post.published_latest:
        between = f"{readable(post.published_earliest)} to {readable(post.published_latest)}"
        return ShownTime(utc=None, text=original or between, original=between)
    return ShownTime(utc=None, text=original) if original else None

"""A person's page with their posts, and the list of all people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporters.html.shown_post import ShownTime, readable, seen_time
from exporters.markdown.address import EMBEDDED, safe_address
from scraper.archive.browse.lookup import PersonChange, changes_of_author, post_lines
from threadkeep.reader.frame import Frame, Link, Pager, frame, pager, pages_for, root_of

if TYPE_CHECKING:
    from scraper.archive.browse.lookup import PostLine
    from scraper.archive.browse.survey import SurveyedAuthor
    from threadkeep.reader.open_archive import Links, OpenArchive

LINES_PER_PAGE = 50
PEOPLE_PER_PAGE = 200
_LONGEST = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLine:
    """A post in a list of posts.

    Attributes:
        topic: its topic's title, and where the post stands.
        time: when it was published.
        gone: it has vanished from the site.
        text: how it begins.
    """

    topic: Link
    time: ShownTime
    gone: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorPage:
    """A page of a person's posts.

    Attributes:
        notes: `guest`, `account deleted`.
        url: the profile on the original site, or a guest's web site.
        picture: where their picture is kept; None where it is not.
        roles: with which their posts are shown.
        posts: how many are shown.
        changes: what changed of the person, oldest first.
        lines: the posts of this page, the newest first.
        pager: which page it is.
    """

    frame: Frame
    notes: tuple[str, ...]
    url: str | None
    picture: str | None
    roles: tuple[str, ...]
    posts: int
    changes: tuple[PersonChange, ...]
    lines: tuple[ShownLine, ...]
    pager: Pager | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """A person in the list of all.

    Attributes:
        link: name and page.
        roles: with which their posts are shown.
        posts: how many are shown.
    """

    link: Link
    roles: tuple[str, ...]
    posts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PeoplePage:
    """A page of the list of all people, those first who wrote most.

    Attributes:
        people: how many there are.
        rows: those of this page.
        pager: which page it is.
    """

    frame: Frame
    people: int
    rows: tuple[PersonRow, ...]
    pager: Pager | None


def author_page(opened: OpenArchive, author_id: int, page: int) -> AuthorPage | None:
    """Make a page of a person; None where there is none."""
    author = opened.survey.authors.get(author_id)
    if author is None:
        return None
    last = pages_for(len(author.posts), LINES_PER_PAGE)
    if page > last:
        return None
    name = opened.names.author(author_id, page)
    links = opened.links(root_of(name))
    shown = author.posts[(page - 1) * LINES_PER_PAGE : page * LINES_PER_PAGE]
    trail = (Link(text="People", address=links.named("authors")),)
    return AuthorPage(
        frame=frame(opened, "author", name, author.name, trail),
        notes=tuple(_notes(author)),
        url=safe_address(author.url or "", "", EMBEDDED) or None,
        picture=links.picture(author.avatar_url),
        roles=author.roles,
        posts=len(author.posts),
        changes=changes_of_author(opened.archive, author.url),
        lines=tuple(
            shown_line(opened, line, links)
            for line in post_lines(opened.archive, shown)
            if line.topic_key in opened.survey.topics  # which it may not be since the survey
        ),
        pager=pager(page, last, lambda number: links.author(author_id, number) or ""),
    )


def people_page(opened: OpenArchive, page: int) -> PeoplePage | None:
    """Make a page of the list of all people; None where there is none."""
    people = list(opened.survey.authors.values())
    last = pages_for(len(people), PEOPLE_PER_PAGE)
    if page > last:
        return None
    links = opened.links("")
    shown = people[(page - 1) * PEOPLE_PER_PAGE : page * PEOPLE_PER_PAGE]
    return PeoplePage(
        frame=frame(opened, "people", people_name(page), "People"),
        people=len(people),
        rows=tuple(
            PersonRow(
                link=Link(text=one.name, address=links.author(one.author_id)),
                roles=one.roles,
                posts=len(one.posts),
            )
            for one in shown
        ),
        pager=pager(page, last, lambda number: links.named(people_name(number))),
    )


def people_name(page: int) -> str:
    """The name of a page of the list of all people."""
    return "authors" if page == 1 else f"authors.page-{page}"


def shown_line(opened: OpenArchive, line: PostLine, links: Links) -> ShownLine:
    """A post in a list of posts."""
    topic = opened.survey.topics[line.topic_key]
    return ShownLine(
        topic=Link(
            text=topic.title or "(no title)", address=links.post(line.topic_key, line.post_id)
        ),
        time=time_of(line.published, line.published_text, line.first_seen),
        gone=line.gone_at is not None,
        text=beginning(line.text),
    )


def time_of(published: str | None, text: str | None, first_seen: str) -> ShownTime:
    """When a post was published; where that is not known, when it was first seen."""
    if published:
        return ShownTime(utc=published, text=readable(published), original=text)
    if text:
        return ShownTime(utc=None, text=text)
    return seen_time(first_seen)


def beginning(text: str) -> str:
    """How a text begins, on one line."""
    line = " ".join(text[: _LONGEST * 2].split())
    return (
        line
        if len(line) <= _LONGEST
        else f"{line[:_LONGEST].rpartition(' ')[0] or line[:_LONGEST]} …"
    )


def _notes(author: SurveyedAuthor) -> list[str]:
    return [
        note
        for is_so, note in ((author.is_guest, "guest"), (author.is_deleted, "account deleted"))
        if is_so
    ]

"""Read posts in record format version 1, as exports write them, and keep some of them as a page that a topic is read from."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import msgspec

from parsers.errors import LayoutChangedError
from parsers.records import (
    Author,
    CountClaim,
    Edit,
    ForumLink,
    Pager,
    ParsedPost,
    Post,
    Problem,
    TopicPage,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from parsers.records import Page

POSTS_TYPE = "application/vnd.threadkeep.posts+jsonl"
"""The media type of a page of records: a line that says which page of its topic it is, then a post a line."""

_POST, _AUTHOR, _EDIT = (
    frozenset(field.name for field in fields(kind)) for kind in (Post, Author, Edit)
)
_COLON = ": "


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPlace:
    """Which page of its topic a page of records is.

    Attributes:
        number: from 1.
        last: how many there are.
        first: the position that its first post would have by its place, where posts before it are missing.
        total: how many posts the topic has, where some are missing.
        has_lead: the opening post stands before posts that are older.
    """

    number: int
    last: int
    first: int | None = None
    total: int | None = None
    has_lead: bool = False


def read_post(line: bytes) -> Post:
    """One line of an export.

    Raises:
        ValueError: it is no record of this version; the message says why.
    """
    try:
        plain = msgspec.json.decode(line)
        post = msgspec.convert(plain, Post)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(str(error)) from error
    other = (
        *(plain.keys() - _POST),
        *(plain["author"].keys() - _AUTHOR),
        *(name for edit in plain["edits"] for name in edit.keys() - _EDIT),
    )
    if other:
        raise ValueError(f"it has the field `{min(other)}`, which that format has not")
    if any(_COLON not in problem for problem in post.problems):
        raise ValueError("a problem is a code, a colon and a sentence")
    return post


def records_body(place: RecordPlace, lines: Iterable[bytes]) -> bytes:
    """The body of a page of records."""
    return b"\n".join([msgspec.json.encode(place), *lines]) + b"\n"


def posts_on(page: Page) -> tuple[Post, ...]:
    """The records on a page; none where it is a page of another kind.

    Raises:
        LayoutChangedError: it calls itself one, and is none.
    """
    return _read(page)[1] if page.header("Content-Type") == POSTS_TYPE else ()


def topic_of_posts(page: Page) -> TopicPage | None:
    """What a page of records says of its topic; None of any other page.

    Raises:
        LayoutChangedError: it calls itself one, and is none.
    """
    if page.header("Content-Type") != POSTS_TYPE:
        return None
    place, posts = _read(page)
    shown = posts[0]
    is_counted = place.total is not None or place.first is not None
    return TopicPage(
        engine=shown.engine,
        topic_id=shown.topic_id,
        title=shown.topic_title,
        url=shown.topic_url,
        forum=tuple(ForumLink(title=title) for title in shown.forum),
        status=shown.topic_status,
        sticky=shown.topic_sticky,
        tags=shown.topic_tags,
        posts=tuple(map(_parsed, posts)),
        pager=Pager(current=place.number, last=place.last),
        claim=CountClaim(text="", first=place.first, total=place.total) if is_counted else None,
        has_lead=place.has_lead,
        is_threaded=any(post.depth is not None for post in posts),
        home_url=shown.site,
    )


def _read(page: Page) -> tuple[RecordPlace, tuple[Post, ...]]:
    try:
        place, *lines = page.body.rstrip(b"\n").split(b"\n")
        posts = tuple(map(read_post, lines))
        return msgspec.json.decode(place, type=RecordPlace), _checked(posts)
    except (msgspec.DecodeError, ValueError) as error:
        raise LayoutChangedError(
            f"The page at {page.final_url} calls itself records of posts, and is none ({error}).",
            landmark=POSTS_TYPE,
            url=page.final_url,
        ) from error


def _checked(posts: tuple[Post, ...]) -> tuple[Post, ...]:
    if not posts:
        raise ValueError("there is no post on it")
    return posts


def _parsed(post: Post) -> ParsedPost:
    return ParsedPost(
        post_id=post.post_id,
        kind=post.kind,
        url=post.url,
        author=replace(post.author),
        role=post.role,
        role_key=post.role_key,
        published_text=post.published_text,
        reply_to=post.reply_to,
        depth=post.depth,
        body_html=post.body_html,
        body_text=post.body_text,
        edits=post.edits,
        problems=tuple(_problems(post)),
    )


def _problems(post: Post) -> Iterator[Problem]:
    for problem in post.problems:
        code, _, detail = problem.partition(_COLON)
        yield Problem(code=code, detail=detail, post_id=post.post_id)

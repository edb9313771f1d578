"""Make posts of heads and bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parsers.locale import role_key
from parsers.records import Author, ParsedPost, Problem
from parsers.text_dump.body import read_body
from parsers.text_dump.wording import phrase

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from parsers.text_dump.head import Head
    from parsers.text_dump.line import Line
    from parsers.text_dump.parting import Dump
    from parsers.text_dump.wording import Wording


def read_posts(
    lines: Sequence[Line], dump: Dump, words: Wording, *, has_opening: bool, nested: bool
) -> Iterator[ParsedPost]:
    """Make a dump's posts.

    Args:
        lines: the dump's lines.
        dump: where its posts are.
        words: what the page can say.
        has_opening: the first post is the topic's.
        nested: a post's indentation tells what it answers.
    """
    places = _nesting(dump.heads) if nested else [(None, None)] * len(dump.heads)
    for at, (head, end, (depth, parent)) in enumerate(
        zip(dump.heads, dump.ends, places, strict=True)
    ):
        body = read_body(lines[head.end : end], words.locales)
        key = _role_key(head.role, words)
        yield ParsedPost(
            post_id=head.mark.post_id,
            kind="topic" if has_opening and not at else "reply",
            author=_author(head, key, words),
            role=head.role,
            role_key=key,
            published_text=head.mark.published,
            reply_to=parent,
            depth=depth,
            body_html=body.html,
            body_text=body.text,
            edits=body.edits,
            problems=tuple(_problems(lines, head)),
        )


def _nesting(heads: Sequence[Head]) -> list[tuple[int | None, int | None]]:
    """Each post's depth and the post it is nested under, by its column; unknown where all stand at one."""
    if len({head.mark.column for head in heads}) < 2:
        return [(None, None)] * len(heads)
    places: list[tuple[int | None, int | None]] = []
    above: list[Head] = []
    for head in heads:
        while above and above[-1].mark.column >= head.mark.column:
            above.pop()
        places.append((len(above), above[-1].mark.post_id if above else None))
        above.append(head)
    return places


def _role_key(role: str | None, words: Wording) -> str | None:
    """The role's key, if the languages that the page may be in agree on it."""
    if role is None:
        return None
    keys = {role_key(role, locale) for locale in words.locales[:-1] or words.locales}
    return keys.pop() if len(keys) == 1 else None


def _author(head: Head, key: str | None, words: Wording) -> Author:
    is_deleted = key == "inactive" and phrase(head.author) in words.anonymous
    return Author(
        name=head.author, is_guest=key == "guest", is_deleted=True if is_deleted else None
    )


def _problems(lines: Sequence[Line], head: Head) -> Iterator[Problem]:
    number, post_id = lines[head.mark.index].number, head.mark.post_id
    if not head.author:
        yield Problem(
            code="no-author", detail=f"line {number}: no name beside it", post_id=post_id
        )
    if head.has_address:
        detail = f"line {lines[head.end - 1].number}: an address of the author was left out"
        yield Problem(code="address-left-out", detail=detail, post_id=post_id)

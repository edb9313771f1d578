"""Read one post of stand-alone bbPress from its item."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from parsers.bbpress.address import absolute
from parsers.bbpress.body import read_body
from parsers.bbpress.class_token import class_tokens
from parsers.bbpress_standalone.author import read_author, read_role
from parsers.bbpress_standalone.item import NO_BODY
from parsers.bbpress_standalone.post_date import read_date
from parsers.records import ParsedPost, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.bbpress_standalone.item import Item
    from parsers.element import Element
    from parsers.locale import Locale

# Add-ons put signatures into a body's element. Nobody can write class names: the forum takes them away.
_FOREIGN = NO_BODY | {"signature", "post-signature", "bb-signature"}


def read_post(
    item: Item, url: str, locale: Locale | None, *, is_opening: bool, is_torn: bool
) -> ParsedPost:
    """Read a post.

    Args:
        item: its item.
        url: the page's address, for relative links.
        locale: the page's language, None where it is not known.
        is_opening: it is the topic's first.
        is_torn: the page ends in the midst of it.
    """
    role, role_key = read_role(item, url, locale)
    author = read_author(item, url, role_key)
    date, attribute = read_date(item, locale)
    link = _permalink(item)
    body = read_body(_content(item.content), item.number)
    return ParsedPost(
        post_id=item.number,
        kind="topic" if is_opening else "reply",
        url=absolute(url, link) if link else None,
        author=author,
        role=role,
        role_key=role_key,
        published_text=date,
        published_attribute=attribute,
        body_html=body.html,
        body_text=body.text,
        is_cut=is_torn,
        problems=tuple(_problems(item, author.name, date, is_torn=is_torn)),
    )


def _content(content: Element) -> Element:
    """A body's element without what is none of the body's in it."""
    if not any(_is_foreign(child) for child in content):
        return content
    copy = deepcopy(content)
    for child in [child for child in copy if _is_foreign(child)]:
        before = child.getprevious()
        if child.tail and before is not None:
            before.tail = f"{before.tail or ''}{child.tail}"
        elif child.tail:
            copy.text = f"{copy.text or ''}{child.tail}"
        copy.remove(child)
    return copy


def _is_foreign(child: Element) -> bool:
    return not _FOREIGN.isdisjoint(class_tokens(child))


def _permalink(item: Item) -> str | None:
    """A post's link to itself."""
    end = f"#post-{item.number}"
    links = (one.get("href") or "" for one in item.frame() if one.tag == "a")
    return next((href for href in links if href.endswith(end)), None)


def _problems(item: Item, name: str, date: str | None, *, is_torn: bool) -> Iterator[Problem]:
    if not name:
        yield Problem(code="no-author", detail="The page names no author.", post_id=item.number)
    if date is None and not is_torn:
        yield Problem(code="no-date", detail="The page shows no date.", post_id=item.number)
    if is_torn:
        detail = "The page ends in the middle of this post."
        yield Problem(code="torn-post", detail=detail, post_id=item.number)

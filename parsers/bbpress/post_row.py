"""Read the posts of a list of posts, what a search found or what somebody replied, from their headers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from parsers.bbpress.address import absolute, without_fragment
from parsers.bbpress.author import user_number
from parsers.bbpress.class_token import class_tokens
from parsers.bbpress.row_part import read_row_author
from parsers.bbpress.text import shown
from parsers.list_records import PostRow

if TYPE_CHECKING:
    from parsers.bbpress.list_mark import PostHead
    from parsers.element import Element
    from parsers.locale import Locale

_ID = re.compile(r"post-0*([1-9]\d{0,17})$")
_TOKEN = re.compile(r"post-(?<!\Spost-)0*([1-9]\d{0,17})(?!\S)")
_DATES = frozenset(("bbp-reply-post-date", "bbp-topic-post-date", "bbp-forum-post-date"))
_AUTHORS = frozenset(("bbp-reply-author", "bbp-topic-author"))
_PERMALINKS = frozenset(("bbp-reply-permalink", "bbp-topic-permalink", "bbp-forum-permalink"))
_TYPES: tuple[Literal["topic", "reply", "forum"], ...] = ("topic", "reply", "forum")


def read_post_row(head: PostHead, url: str, locale: Locale | None) -> PostRow | None:
    """Read a post; None where nothing tells its number.

    Args:
        head: its header.
        url: the page's address.
        locale: the page's language.
    """
    body = next(head.element.itersiblings("*"), None)
    post_id = _post_id(head.element, body)
    if post_id is None:
        return None
    kind = _kind(head, body)
    permalink, title = _links(head.element)
    own_url = absolute(url, permalink.get("href") or "") if permalink is not None else None
    target = absolute(url, title.get("href") or "") if title is not None else own_url
    author = _first(body, _AUTHORS)
    return PostRow(
        post_id=post_id,
        kind=kind,
        title=shown(title),
        url=own_url or target,
        topic_url=None if kind == "forum" or target is None else without_fragment(target),
        author=read_row_author(
            author, user_number(body) if body is not None else None, url, locale
        ),
        published_text=shown(_first(head.element, _DATES)) or None,
    )


def _post_id(head: Element, body: Element | None) -> int | None:
    for element in (head, body):
        if element is None:
            continue
        found = _ID.match(element.get("id") or "") or _TOKEN.search(element.get("class") or "")
        if found is not None:
            return int(found[1])
    return None


def _kind(head: PostHead, body: Element | None) -> Literal["topic", "reply", "forum"]:
    """What a post is: as its class names say; the header of a topic may be named a reply's."""
    tokens = class_tokens(body) if body is not None else frozenset[str]()
    for one in _TYPES:
        if f"type-{one}" in tokens:
            return one
    return head.kind


def _links(head: Element) -> tuple[Element | None, Element | None]:
    """The link to the post, which its number stands on, and the one to its topic, which its title stands on."""
    permalink = title = None
    for link in head.iter("a"):
        parent = link.getparent()
        is_meta = parent is not None and "bbp-meta" in class_tokens(parent)
        if is_meta and permalink is None and not _PERMALINKS.isdisjoint(class_tokens(link)):
            permalink = link
        elif not is_meta and title is None and shown(link):
            title = link
    return permalink, title


def _first(element: Element | None, names: frozenset[str]) -> Element | None:
    inner = element.iter("div", "span", "td", "p") if element is not None else ()
    return next((one for one in inner if not names.isdisjoint(class_tokens(one))), None)

"""Read what a page shows of a post beside its body: its author's picture, and its list of attachments. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from parsers.media_link import MediaLink, PostMedia, absolute, links_within, picture_sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from parsers.element import Element

_AVATAR = re.compile(r"(?:^|[\s_-])(?:avatar|gravatar)(?=$|[\s_-])", re.IGNORECASE)
_LIST = re.compile(r"(?:^|[\s_-])attachments(?=$|[\s_-])", re.IGNORECASE)
_BOXES = frozenset(("div", "ul", "ol", "section", "aside", "fieldset", "table"))


def post_media(
    post_id: int, beside: Iterable[Element], lists_in: Iterable[Element], base: str
) -> PostMedia:
    """What there is beside a post's body.

    Args:
        post_id: the post.
        beside: what holds the author's picture, in the order of the page.
        lists_in: what may hold lists of attachments.
        base: the page's address.
    """
    return PostMedia(
        post_id=post_id,
        avatar_url=next(_avatars(beside, base), None),
        files=tuple({link.url: link for link in _files(lists_in, base)}.values()),
    )


def _avatars(scopes: Iterable[Element], base: str) -> Iterator[str]:
    for scope in scopes:
        for picture in scope.iter("img"):
            if _AVATAR.search(picture.get("class") or ""):
                yield from filter(None, (absolute(base, one) for one in _first(picture)))


def _first(picture: Element) -> list[str]:
    """Where a picture is shown from; its other sizes are the same picture."""
    return list(picture_sources(picture))[:1]


def _files(scopes: Iterable[Element], base: str) -> Iterator[MediaLink]:
    for scope in scopes:
        for box in scope.iter(*_BOXES):
            if _LIST.search(box.get("class") or ""):
                yield from links_within(box, base, is_list=True)

"""Tell where posts stand on a threaded page, by the nesting of list items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parsers.bbpress.class_token import class_tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parsers.bbpress.candidate import Candidate
    from parsers.element import Element

_FLAT = frozenset(("bbp-body", "bbp-header", "bbp-footer"))
_THREADED = frozenset(("bbp-threaded-replies", "bbp-replies-list"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a post stands on a threaded page; null where pages are flat."""

    reply_to: int | None = None
    depth: int | None = None


FLAT = Place()


def find_places(
    posts: Sequence[Candidate], *, is_whole: bool, erased: Sequence[Element] = ()
) -> dict[int, Place]:
    """Where each post stands on a threaded page; empty for a flat page.

    A theme may put each post of a flat page into an item of its own: a page is threaded where items nest, where a list
    is named so, or where the items' list lies in the item that holds all posts of a page.

    Args:
        posts: the page's posts.
        is_whole: the page does not begin in the middle of a post; else how deep a post lies cannot be told.
        erased: what stands where a post was that was erased; who answered it lies as deep as before, under nothing.
    """
    nameless = {item for mark in erased if (item := _item_around(mark)) is not None}
    # Of what holds posts, the item that it lies in: most pages have all posts in one box.
    items: dict[Element, Element | None] = {}
    holders: dict[Element, Candidate] = {}
    depths: dict[Element, int] = {}
    places: dict[int, Place] = {}
    is_threaded = False
    for one in posts:
        box = one.element if one.element.tag == "li" else one.element.getparent()
        if box is not None and box not in items:
            items[box] = _item_of(box)
        item = items[box] if box is not None else None
        if item is None:
            continue
        around = _item_above(item, holders, nameless)
        outer = holders.get(around) if around is not None else None
        holders[item] = one
        depths[item] = _depth_of(around, holders, nameless, depths) + 1
        places[one.post_id] = Place(
            reply_to=outer.post_id if outer is not None else None,
            depth=depths[item] if is_whole else None,
        )
        is_threaded = is_threaded or around is not None or _is_in_thread_list(item)
    return {**_on_top(posts, is_whole=is_whole), **places} if is_threaded else {}


def _on_top(posts: Sequence[Candidate], *, is_whole: bool) -> dict[int, Place]:
    """Where the opening post stands that is in no item, as where it stands above the list of replies."""
    return {one.post_id: Place(depth=0) for one in posts if is_whole and one.is_opening}


def is_on_top(mark: Element) -> bool:
    """Whether what stands where a post was lies under no other post."""
    item = _item_around(mark)
    holder = next(item.iterancestors("ul", "ol"), None) if item is not None else None
    outer = holder.iterancestors("li") if holder is not None else ()
    return all(_item_of(above) is None for above in outer)


def _item_around(mark: Element) -> Element | None:
    parent = mark.getparent()
    return _item_of(parent) if parent is not None else None


def _item_of(box: Element) -> Element | None:
    """The item of a list that something is or lies in; None where one item holds a page's posts all."""
    item = box if box.tag == "li" else next(box.iterancestors("li"), None)
    return item if item is not None and _FLAT.isdisjoint(class_tokens(item)) else None


def _item_above(
    item: Element, holders: dict[Element, Candidate], nameless: set[Element]
) -> Element | None:
    """The item of the post under which an item is nested: by its list, since what a body left open does not nest."""
    holder = next(item.iterancestors("ul", "ol"), None)
    outer = holder.iterancestors("li") if holder is not None else ()
    return next((above for above in outer if above in holders or above in nameless), None)


def _depth_of(
    item: Element | None,
    holders: dict[Element, Candidate],
    nameless: set[Element],
    depths: dict[Element, int],
) -> int:
    """How deep an item lies, from 0; one that is not there -1. An item of an erased post is met through what is in it."""
    if item is None:
        return -1
    if item not in depths:
        above = _item_above(item, holders, nameless)
        depths[item] = _depth_of(above, holders, nameless, depths) + 1
    return depths[item]


def _is_in_thread_list(item: Element) -> bool:
    holder = item.getparent()
    if holder is None:
        return False
    if not _THREADED.isdisjoint(class_tokens(holder)):
        return True
    outer = holder.getparent()
    return outer is not None and outer.tag == "li" and "bbp-body" in class_tokens(outer)

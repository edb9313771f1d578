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


def find_places(posts: Sequence[Candidate], *, is_whole: bool) -> dict[int, Place]:
    """Where each post stands on a threaded page; empty for a flat page.

    A theme may put each post of a flat page into an item of its own: a page is threaded where items nest, where a list
    is named so, or where the items' list lies in the item that holds all posts of a page.

    Args:
        posts: the page's posts.
        is_whole: the page does not begin in the middle of a post; else how deep a post lies cannot be told.
    """
    # Of what holds posts, the item that it lies in: most pages have all posts in one box.
    items: dict[Element, Element | None] = {}
    holders: dict[Element, Candidate] = {}
    places: dict[int, Place] = {}
    is_threaded = False
    for one in posts:
        box = one.element if one.element.tag == "li" else one.element.getparent()
        if box is not None and box not in items:
            items[box] = _item_of(box)
        item = items[box] if box is not None else None
        if item is None:
            continue
        outer = _post_around(item, holders)
        holders[item] = one
        depth = places[outer.post_id].depth if outer is not None else None
        places[one.post_id] = Place(
            reply_to=outer.post_id if outer is not None else None,
            depth=(0 if depth is None else depth + 1) if is_whole else None,
        )
        is_threaded = is_threaded or outer is not None or _is_in_thread_list(item)
    return places if is_threaded else {}


def _item_of(box: Element) -> Element | None:
    """The item of a list that something is or lies in; None where one item holds a page's posts all."""
    item = box if box.tag == "li" else next(box.iterancestors("li"), None)
    return item if item is not None and _FLAT.isdisjoint(class_tokens(item)) else None


def _post_around(item: Element, holders: dict[Element, Candidate]) -> Candidate | None:
    """The post under which an item is nested: by its list, since what a body left open does not nest."""
    holder = next(item.iterancestors("ul", "ol"), None)
    outer = holder.iterancestors("li") if holder is not None else ()
    return next((holders[above] for above in outer if above in holders), None)


def _is_in_thread_list(item: Element) -> bool:
    holder = item.getparent()
    if holder is None:
        return False
    if not _THREADED.isdisjoint(class_tokens(holder)):
        return True
    outer = holder.getparent()
    return outer is not None and outer.tag == "li" and "bbp-body" in class_tokens(outer)

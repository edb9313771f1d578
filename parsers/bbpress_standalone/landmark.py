"""Find on a page of stand-alone bbPress what its own templates mark, and tell it from look-alikes inside posts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from parsers.bbpress.class_token import class_tokens
from parsers.bbpress.enclosure import Enclosure
from parsers.bbpress_standalone.item import Item, make_item

if TYPE_CHECKING:
    from parsers.element import Element

_NAMED_IDS = {
    "topic-info": "info",
    "topic_labels": "labels",
    "topic_posts": "count",
    "topic-tags": "tags",
    "tags-list": "tags",
}
_HEADINGS = frozenset(("h1", "h2", "h3", "h4"))
_THREADS = frozenset(("ol", "ul", "dl", "div", "section", "table", "tbody"))
# A post of the plugin, whose content is somebody's text.
_OTHERS = frozenset(("bbp-reply-content", "bbp-topic-content"))
# What a moderator is shown and others are not.
_HIDDEN = frozenset(("deleted", "spam", "bozo"))
_GENERATOR = re.compile(r"bbPress [01]\.\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Landmarks:
    """Where things are on a page; nothing in here lies inside a post's content.

    Attributes:
        items: the posts in document order, each once.
        thread: the list that holds them, where there is one.
        named: further landmarks by name: `crumbs`, `title`, `info`, `labels`, `count`, `tags`.
        page: the page's own kind, which templates print as the `id` of `body`.
        is_signed: the head names the software.
        contents: the posts' contents, and what else holds somebody's text.
        lost: numbers of posts in the list that have no content.
        nameless: how many posts nothing gives a number.
        stray: numbers of posts outside the list that no author stands before; 0 where nothing tells it.
        cells: how many authors there are, of posts or alone.
        hidden: how many posts are shown to moderators alone, since they were deleted or are spam.
        is_closed: something follows the list, so the page is not torn in the middle of it.
    """

    items: tuple[Item, ...]
    thread: Element | None
    named: dict[str, Element]
    page: str | None
    is_signed: bool
    contents: Enclosure
    lost: tuple[int, ...]
    nameless: int
    stray: tuple[int, ...]
    cells: int
    hidden: int
    is_closed: bool


# A page is scanned when it is recognised and again when it is read: the newest scan is kept, and its tree with it.
@lru_cache(maxsize=1)
def find_landmarks(root: Element) -> Landmarks:
    """Scan a page once. Everything that lies inside a post's content is somebody's text, whatever its classes say."""
    scan = _Scan(root)
    scan.take_all()
    return scan.landmarks()


class _Scan:
    """What one pass over a page has met so far."""

    def __init__(self, root: Element) -> None:
        self._root = root
        self._contents: set[Element] = set()
        self._foreign = Enclosure(self._contents.__contains__)
        self._thread: Element | None = None
        self._named: dict[str, Element] = {}
        self._items: dict[int, Item] = {}
        # Elements that hold posts, and all around them.
        self._holders: set[Element] = set()
        self._cell: Element | None = None
        self._rows: list[Element] = []
        self._stray: list[int] = []
        self._hidden = self._nameless = self._cells = 0

    def take_all(self) -> None:
        """Meet every element, outer ones first: a content is known before anything inside it is met."""
        for element in self._root.iter("*"):
            identity, classes = element.get("id"), element.get("class")
            if (identity is None and classes is None) or self._foreign.encloses(element):
                continue
            if identity is not None:
                self._take_id(element, identity)
            if classes is not None:
                self._take_classes(element)

    def _take_id(self, element: Element, identity: str) -> None:
        name = _NAMED_IDS.get(identity)
        if name is not None:
            self._named.setdefault(name, element)
        elif identity == "thread" and self._thread is None and element.tag in _THREADS:
            self._thread = element
        elif identity.startswith("post-") and self._is_in_thread(element):
            self._rows.append(element)

    def _is_in_thread(self, element: Element) -> bool:
        thread = self._thread
        return thread is not None and any(outer is thread for outer in element.iterancestors())

    def _take_classes(self, element: Element) -> None:
        tokens = class_tokens(element)
        if "bbcrumb" in tokens:
            self._named.setdefault("crumbs", element)
        if "topictitle" in tokens and element.tag in _HEADINGS:
            self._named.setdefault("title", element)
        if not _OTHERS.isdisjoint(tokens):
            self._contents.add(element)
        elif "threadauthor" in tokens:
            self._take_cell(element)
        elif "threadpost" in tokens:
            self._take_item(element)

    def _take_cell(self, element: Element) -> None:
        """An author stands before the post; in some themes after it, in the same item."""
        self._cells += 1
        last = next(reversed(self._items.values()), None)
        if last is not None and last.cell is None and last.element in element.iterancestors():
            self._items[last.number] = last._replace(cell=element)
        else:
            self._cell = element

    def _take_item(self, post: Element) -> None:
        item = make_item(post, self._thread, self._cell, self._holders)
        self._contents.add(item.content)
        self._occupy(item.element)
        self._cell = None
        is_own = self._is_in_thread(post) or item.cell is not None
        if not _HIDDEN.isdisjoint(class_tokens(item.element)):
            self._hidden += 1
        elif item.number and is_own:
            self._items.setdefault(item.number, item)
        elif is_own:
            self._nameless += 1
        else:
            self._stray.append(item.number)

    def _occupy(self, element: Element) -> None:
        for holder in (element, *element.iterancestors()):
            if holder in self._holders:
                return
            self._holders.add(holder)

    def landmarks(self) -> Landmarks:
        """What the pass has found."""
        body = next(self._root.iterchildren("body"), None)
        return Landmarks(
            items=tuple(self._items.values()),
            thread=self._thread,
            named=self._named,
            page=body.get("id") if body is not None else None,
            is_signed=any(
                meta.get("name") == "generator" and _GENERATOR.match(meta.get("content") or "")
                for meta in self._root.iter("meta")
            ),
            contents=self._foreign,
            lost=tuple(self._lost()),
            nameless=self._nameless,
            stray=tuple(self._stray),
            cells=self._cells,
            hidden=self._hidden,
            is_closed=self._thread is not None and _is_followed(self._thread),
        )

    def _lost(self) -> list[int]:
        rows = (row for row in self._rows if row not in self._holders)
        numbers = ((row.get("id") or "").removeprefix("post-") for row in rows)
        return [int(one) for one in numbers if re.fullmatch(r"[1-9][0-9]{0,17}", one)]


def _is_followed(thread: Element) -> bool:
    """Whether the page goes on after the list of posts."""
    outer = (thread, *thread.iterancestors())
    return any(next(one.itersiblings("*"), None) is not None for one in outer)

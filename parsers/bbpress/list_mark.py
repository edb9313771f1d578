"""Find the rows of a page's lists: topics, forums and posts, wherever a theme has put them; what is in them is read elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from parsers.bbpress.class_token import class_tokens, tokens_of
from parsers.bbpress.enclosure import Enclosure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from parsers.element import Element

RowKind = Literal["topic", "forum"]
PostKind = Literal["topic", "reply", "forum"]

_SCANNED = ("a", "ul", "ol", "li", "div", "table", "tbody", "tr", "article", "section", "p")
_ROW_ID = re.compile(r"(?:bbp-|spf-)?(topic|forum)-0*([1-9]\d{0,17})$")
_POST_TOKEN = re.compile(r"post-(?<!\Spost-)0*([1-9]\d{0,17})(?!\S)")
_LIST_ID = re.compile(r"(?:bbp-forum|forums-list)-(\d{1,18})$")
_LISTS = ("bbp-topics", "bbp-forums", "bs-forums-items", "spf-topics", "spf-forums")
# Class names that begin like those of lists, and are of something in a row or of a widget.
_NO_LISTS = (
    "bbp-forums-list",
    "bbp-topics-widget",
    "bbp-forums-widget",
    "bbp-topics-front",
    "__",
    "-row",
)
# What else has a topic's or a forum's number, and is no row.
_NO_ROWS = frozenset(("bbp-replies", "bbp-lead-topic", "bbp-topic-wrapper", "bbp-forum-content"))
_POST_LISTS = frozenset(("bbp-search-results", "bbp-replies"))
_POST_HEADS: dict[str, PostKind] = {
    "bbp-reply-header": "reply",
    "bbp-topic-header": "topic",
    "bbp-forum-header": "forum",
}
# What people have written, in which any class name may stand.
_TEXTS = frozenset(("bbp-reply-content", "bbp-topic-content", "bbp-forum-description"))
_LINKS: dict[str, RowKind] = {
    "bbp-topic-permalink": "topic",
    "spf-topics__permalink": "topic",
    "bbp-forum-title": "forum",
}
_BODIES = frozenset(("bbp-body", "spf-body"))
_FRAMES = frozenset(("nav", "aside", "footer"))


class Row(NamedTuple):
    """An element that is one topic or forum of a list; `number` is its post id, where it has one."""

    element: Element
    kind: RowKind
    number: int | None


class PostHead(NamedTuple):
    """The header of one post of a list of posts."""

    element: Element
    kind: PostKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ListMarks:
    """Where lists are.

    Attributes:
        rows: topics and forums, in document order.
        lists: what holds them.
        heads: headers of posts.
        has_posts: the page has a list of posts.
        forum_id: the forum whose topics or forums are listed, as the lists' ids name it.
    """

    rows: tuple[Row, ...]
    lists: tuple[Element, ...]
    heads: tuple[PostHead, ...]
    has_posts: bool
    forum_id: int | None

    def of_kind(self, kind: RowKind) -> Iterator[Row]:
        """The rows of topics or of forums."""
        return (row for row in self.rows if row.kind == kind)


def find_lists(root: Element, wrappers: frozenset[Element]) -> ListMarks:
    """Find the rows of a page's lists.

    Args:
        root: the page.
        wrappers: what bbPress wraps around all it prints: what lies in none is a widget's.
    """
    inside = Enclosure(wrappers.__contains__)
    if wrappers:
        marks = _Scan(root, wrappers, lambda one: one in wrappers or inside.encloses(one)).marks()
        if marks.rows or marks.heads:
            return marks
    site = Enclosure(_is_of_site)
    return _Scan(root, wrappers, lambda one: not site.encloses(one)).marks()


class _Scan:
    """One pass over a page."""

    def __init__(
        self, root: Element, wrappers: Iterable[Element], is_own: Callable[[Element], bool]
    ) -> None:
        self._texts = Enclosure(is_text)
        self._posts = Enclosure(_is_post_list)
        self._root = root
        self._is_own = is_own
        self._wrappers = list(wrappers)
        self._candidates: list[tuple[Row, bool]] = []
        self._lists: list[Element] = []
        self._links: list[tuple[Element, RowKind]] = []
        self._heads: list[PostHead] = []
        self._has_posts = False
        for element in root.iter(*_SCANNED):
            if element.get("class") or element.get("id"):
                self._take(element)

    def _take(self, element: Element) -> None:
        tokens = class_tokens(element)
        if element.tag == "a":
            kind = _link_kind(element.get("class"))
            if kind is not None and self._is_listed(element):
                self._links.append((element, kind))
            return
        row = _row(element, tokens)
        if row is not None and self._is_listed(element):
            self._candidates.append((row, _ROW_ID.match(element.get("id") or "") is not None))
        elif _is_list(element) and self._is_listed(element):
            self._lists.append(element)
        elif _is_post_list(element) and self._is_own(element):
            self._has_posts = True
        else:
            self._take_head(element, tokens)

    def _take_head(self, element: Element, tokens: frozenset[str]) -> None:
        kind: PostKind | None = next(
            (_POST_HEADS[token] for token in tokens if token in _POST_HEADS), None
        )
        if kind is not None and self._posts.encloses(element) and self._is_mine(element):
            self._heads.append(PostHead(element, kind))

    def _is_mine(self, element: Element) -> bool:
        return self._is_own(element) and not self._texts.encloses(element)

    def _is_listed(self, element: Element) -> bool:
        return self._is_mine(element) and not self._posts.encloses(element)

    def marks(self) -> ListMarks:
        """What was found."""
        rows = tuple(self._rows())
        numbers = (_LIST_ID.match(one.get("id") or "") for one in self._lists)
        return ListMarks(
            rows=rows,
            lists=tuple(self._lists),
            heads=tuple(self._heads),
            has_posts=self._has_posts,
            forum_id=next((int(found[1]) for found in numbers if found and int(found[1])), None),
        )

    def _rows(self) -> Iterator[Row]:
        """The rows by their marks, else the elements around the titles of a list."""
        found = list(self._without_frames())
        known = {row.element for row in found}
        within = Enclosure(known.__contains__)
        links = [link for link in self._links if not within.encloses(link[0])]
        if not links:
            yield from found
            return
        around = {*self._lists}
        bare = {
            element: Row(element, kind, None)
            for link, kind in links
            if (element := _step_below(link, around)) is not None
        }
        found += [row for row in bare.values() if row.element not in known]
        places = {element: place for place, element in enumerate(self._root.iter("*"))}
        yield from sorted(found, key=lambda row: places[row.element])

    def _without_frames(self) -> Iterator[Row]:
        """Only what is a row: a theme's frame around a page has the number of the forum that the page is of."""
        above_lists = _above([*self._lists, *self._wrappers])
        above_links = _above(link for link, _ in self._links)
        in_lists = Enclosure({*self._lists}.__contains__)
        above_rows = _above(row.element for row, _ in self._candidates)
        above_topics = _above(row.element for row, _ in self._candidates if row.kind == "topic")
        for row, is_numbered in self._candidates:
            element = row.element
            is_frame = element in above_rows and not is_numbered
            is_frame |= row.kind == "forum" and element in above_topics
            # What has but a post's class names may be the frame of a page without a list.
            is_frame |= not (is_numbered or element in above_links or in_lists.encloses(element))
            if element not in above_lists and not is_frame:
                yield row


def _row(element: Element, tokens: frozenset[str]) -> Row | None:
    """What an element is a row of: by its id, or by a post's class names."""
    is_lead = element.tag == "table" and "bbp-topic" in tokens
    if is_lead or not _NO_ROWS.isdisjoint(tokens) or _is_list_class(element.get("class")):
        return None
    named = _ROW_ID.match(element.get("id") or "")
    if named is not None:
        return Row(element, "topic" if named[1] == "topic" else "forum", int(named[2]))
    post = _POST_TOKEN.search(element.get("class") or "")
    if post is None:
        return None
    if "type-topic" in tokens or "topic" in tokens:
        return Row(element, "topic", int(post[1]))
    if "type-forum" in tokens or "forum" in tokens:
        return Row(element, "forum", int(post[1]))
    return None


def _step_below(link: Element, lists: set[Element]) -> Element | None:
    """The element of a list, or of its body, that a title lies in."""
    element = link
    for outer in link.iterancestors():
        if outer in lists or not _BODIES.isdisjoint(class_tokens(outer)) or outer.tag == "tbody":
            return element if element is not link else None
        element = outer
    return None


def _above(elements: Iterable[Element]) -> set[Element]:
    """Everything that elements lie in."""
    found: set[Element] = set()
    for element in elements:
        for outer in element.iterancestors():
            if outer in found:
                break
            found.add(outer)
    return found


def _is_list(element: Element) -> bool:
    return _is_list_class(element.get("class")) or (element.get("id") or "").startswith(
        "forums-list-"
    )


@lru_cache(maxsize=1024)
def _is_list_class(classes: str | None) -> bool:
    return any(
        token.startswith(_LISTS) and not any(other in token for other in _NO_LISTS)
        for token in tokens_of(classes)
    )


@lru_cache(maxsize=256)
def _link_kind(classes: str | None) -> RowKind | None:
    return next((_LINKS[token] for token in tokens_of(classes) if token in _LINKS), None)


def _is_post_list(element: Element) -> bool:
    return not _POST_LISTS.isdisjoint(class_tokens(element))


def is_text(element: Element) -> bool:
    """Whether what is in an element is somebody's text: a body, a description. A theme's frame is called alike."""
    tokens = class_tokens(element)
    if "bbp-forum-content" in tokens:
        return not (element.get("id") or "").startswith("forum-")
    return not _TEXTS.isdisjoint(tokens)


def _is_of_site(element: Element) -> bool:
    if element.tag in {"body", "html"}:
        return False
    return element.tag in _FRAMES or any("widget" in token for token in class_tokens(element))

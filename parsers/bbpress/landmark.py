"""Find bbPress's landmarks on a page in one pass, and tell the forum's own from look-alikes inside posts."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from lxml import etree

from parsers.bbpress.candidate import TYPES, Candidate
from parsers.bbpress.class_token import class_tokens
from parsers.bbpress.content import (
    HEADS,
    find_content,
    find_theme_content,
    has_number,
    is_bare_body,
    is_content,
    is_head,
    split_content,
)
from parsers.bbpress.numbered import by_number
from parsers.bbpress.opening import find_opening_box
from parsers.bbpress.repetition import of_one_topic, without_copies
from parsers.erasure.mark import read_mark
from parsers.redaction import hidden_statuses

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.element import Element
    from parsers.records import Viewer

_POST_ID = re.compile(r"post-0*([1-9]\d{0,17})$")
# A class name as a whole; what comes first is literal, since a pattern that begins otherwise is tried at every letter.
_POST_TOKEN = re.compile(r"post-(?<!\Spost-)0*([1-9]\d{0,17})(?!\S)")
_LIST_IDS = {
    "replies": re.compile(r"(?:bbp-)?topic-0*([1-9]\d{0,17})-replies$"),
    "notice": re.compile(r"(?:no|new)-reply-(\d{1,18})$"),
}
_LEAD_ID = re.compile(r"bbp-topic-(\d{1,18})(?:-lead)?$")
_OPENING = frozenset(("type-topic", "topic"))
_SCANNED = (
    *("div", "ul", "ol", "li", "table", "tbody", "tr", "td", "p", "form"),
    *("article", "aside", "footer", "header", "main", "nav", "section"),
)
# Class names of page-level landmarks, by the name they are kept under.
_NAMED = {
    "bbp-breadcrumb": "breadcrumb",
    "bbp-topic-tags": "tags",
    "bbp-pagination-count": "count",
    "bbp-pagination-links": "pager",
    "bbp-topic-description": "description",
}
# What stands in no header of a post.
_NO_HEADS = ("h1", "table", "article", "section", "main", "form", "nav")
_IN_NO_HEAD = re.compile(
    r"type-(?:reply|topic)|revision-log|bbp-(?:(?:reply|topic)-content|breadcrumb|replies|body|pagination|template-notice)"
)
# The opening post above the replies.
_LEADS = frozenset(("bbp-lead-topic", "bbp-topic"))  # in bbPress 2.0 a table
# Lists of other topics and forums, whose rows carry posts' classes too.
_INDEXES = frozenset(("bbp-topics", "bbp-forums", "bbp-search-results"))
# What the forum prints after a list of posts.
_ENDS = frozenset(("bbp-footer", "bbp-pagination-count", "bbp-pagination-links"))
# The reply form or the notice in its place, where a theme drops their numbers.
_NOTICES = frozenset(("bbp-no-reply", "bbp-reply-form"))
# A post of stand-alone bbPress, which knows none of what is marked here.
_STANDALONE = "threadpost"
_KNOWN = frozenset((*_NAMED, *_LEADS, *_INDEXES, *_ENDS, *_NOTICES, *HEADS, _STANDALONE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Landmarks:
    """Where things are on a page; nothing in here lies inside a post's content.

    Attributes:
        posts: elements that carry a post's classes, in document order, each post once.
        replies: the list of replies, where there is one.
        lead: the list that shows the opening post above the replies (lead topic mode).
        opening: what holds an opening post that a theme prints above the list without a post's classes.
        notice: the reply form or the notice in its place.
        wrappers: what bbPress wraps around all it prints.
        topic_id: as the list, the notice or the lead names it.
        named: further landmarks by name: `breadcrumb`, `tags`, `count`, `pager`, `description`.
        hidden: numbers of posts that guests do not see, on a page that somebody saw who was logged in.
        lost: numbers of posts whose header is here and whose body is not.
        classed: all elements of the kinds that hold parts of a page, by their `class` as written.
        numbered: those with a post's number for an `id`.
        is_closed: something of the forum's follows the last post, so the page is not torn in the middle of it.
    """

    posts: tuple[Candidate, ...]
    replies: Element | None
    lead: Element | None
    opening: Element | None = None
    notice: Element | None
    wrappers: frozenset[Element]
    topic_id: int | None
    named: dict[str, Element]
    hidden: frozenset[int]
    lost: tuple[int, ...]
    classed: dict[str, list[Element]]
    numbered: list[Element]
    is_closed: bool


# A page is scanned when it is recognised and again when it is read: the newest scan is kept, and its tree with it.
@lru_cache(maxsize=1)
def find_landmarks(root: Element, viewer: Viewer = "guest") -> Landmarks:
    """Scan a page once. Everything that lies inside a post's content is somebody's text, whatever its classes say."""
    scan = _Scan(root, hidden_statuses(viewer))
    scan.take_all()
    return scan.landmarks()


class _Scan:
    """What one pass over a page has met so far."""

    def __init__(self, root: Element, hidden_statuses: frozenset[str]) -> None:
        self._root = root
        self._hidden_statuses = hidden_statuses
        self._candidates: list[Candidate] = []
        # Elements whose insides are no part of the page's frame: bodies of posts, lists of other topics, what is in them.
        self._foreign: set[Element] = set()
        # Elements that are known to be none of those.
        self._frame: set[Element] = set()
        self._wrappers: set[Element] = set()
        self._lists: dict[str, tuple[int, Element]] = {}
        self._named: dict[str, Element] = {}
        self._heads: list[Element] = []
        self._classed: defaultdict[str, list[Element]] = defaultdict(list)
        self._numbered: list[Element] = []
        self._is_closed = False

    def take_all(self) -> None:
        """Meet every element, outer ones first: a body is known before anything inside it is met."""
        classed = self._classed
        for element in self._root.iter(*_SCANNED):
            identity = element.get("id")
            if identity is not None:
                if "-repl" in identity or identity == "bbpress-forums":
                    self._take_id(element, identity)
                if identity.startswith("post-"):
                    self._numbered.append(element)
            classes = element.get("class")
            if classes is not None:
                classed[classes].append(element)
                if "post-" in classes:
                    # No two posts have all their class names alike: what is in them is not kept.
                    tokens = frozenset(classes.split())
                    self._take_candidate(element, classes, tokens)
                    self._take_classes(element, tokens & _KNOWN)
                elif names := _known(classes):
                    self._take_classes(element, names)

    def _take_classes(self, element: Element, names: frozenset[str]) -> None:
        if _STANDALONE in names:
            self._foreign.add(element)
        for name in names:
            self._take_class(element, name)

    def _take_id(self, element: Element, identity: str) -> None:
        if identity == "bbpress-forums" and not self._is_foreign(element):
            self._wrappers.add(element)
        for name, pattern in _LIST_IDS.items():
            if match := pattern.match(identity):
                self._take_list(name, int(match[1]), element)

    def _take_list(self, name: str, number: int, element: Element) -> None:
        if not self._is_foreign(element):
            self._lists.setdefault(name, (number, element))
            self._is_closed = name == "notice"

    def _take_class(self, element: Element, name: str) -> None:
        if name in HEADS:
            self._heads.append(element)
            return
        if self._is_foreign(element):
            return
        if name in _INDEXES:
            self._foreign.add(element)
        elif name in _NAMED:
            self._named.setdefault(_NAMED[name], element)
        elif name == "bbp-lead-topic" or (name == "bbp-topic" and element.tag == "table"):
            match = _LEAD_ID.match(element.get("id") or "")
            self._take_list("lead", int(match[1]) if match else 0, element)
        elif name in _NOTICES:
            self._take_list("notice", 0, element)
        if name in _ENDS:
            self._is_closed = True

    def _take_candidate(self, element: Element, classes: str, tokens: frozenset[str]) -> None:
        match = _POST_TOKEN.search(classes)
        if match is None or self._is_foreign(element):
            return
        is_marked = "bbp-parent-" in classes
        if not is_marked and TYPES.isdisjoint(tokens):
            return
        usual = find_content(element)
        content = usual
        if content is None and is_marked:
            content = find_theme_content(element)
        post_id = int(match[1])
        head = _head_before(element, post_id)
        if content is None and is_marked and head is not None and is_bare_body(element):
            content = element
        if content is not None:
            self._foreign.add(content)
        if content is not None and head is None:
            head, content = split_content(content, post_id)
        self._is_closed = False
        self._candidates.append(
            Candidate(
                element=element,
                post_id=post_id,
                tokens=tokens,
                is_marked=is_marked,
                content=content,
                usual=usual,
                head=head,
            )
        )

    def _is_foreign(self, element: Element) -> bool:
        """Whether an element lies in one of those; what is around it is asked about once."""
        path: list[Element] = []
        outer = element.getparent()
        while outer is not None:
            if outer in self._foreign:
                self._foreign.update(path)
                return True
            if outer in self._frame:
                break
            path.append(outer)
            outer = outer.getparent()
        self._frame.update(path)
        return False

    def landmarks(self) -> Landmarks:
        """What the pass has found."""
        lists = self._lists
        topic_id = next((number for number, _ in lists.values() if number), None)
        shown, hidden = self._parted(self._posts(topic_id))
        posts = tuple(shown)
        return Landmarks(
            posts=posts,
            replies=lists["replies"][1] if "replies" in lists else None,
            lead=lists["lead"][1] if "lead" in lists else None,
            opening=next((one.element for one in posts if one.tokens is _OPENING), None),
            notice=lists["notice"][1] if "notice" in lists else None,
            wrappers=frozenset(self._wrappers),
            topic_id=topic_id,
            named=self._named,
            hidden=frozenset(hidden),
            lost=tuple(self._lost({*hidden, *(one.post_id for one in posts)})),
            classed=self._classed,
            numbered=self._numbered,
            is_closed=self._is_closed,
        )

    def _posts(self, topic_id: int | None) -> Iterator[Candidate]:
        """The candidates in the lists, or, where a stray end tag closed a list early, that name its topic."""
        lists = (self._lists.get("replies"), self._lists.get("lead"))
        around = {one[1] for one in lists if one} if lists[0] else self._wrappers
        parent = f"bbp-parent-topic-{topic_id}"
        found = [
            one
            for one in self._without_frames()
            if not around
            or parent in one.tokens
            or one.post_id == topic_id
            or _is_inside(one.element, around)
        ]
        found = by_number(found, around, topic_id) if around else of_one_topic(found, topic_id)
        posts = without_copies(found, lambda one: _is_inside(one.element, around))
        yield from self._outside(posts, topic_id)
        for one in posts:
            yield one if one.head is not None else self._with_distant_head(one)

    def _outside(self, posts: list[Candidate], topic_id: int | None) -> Iterator[Candidate]:
        """An opening post that stands above the list without a post's classes."""
        replies = self._lists.get("replies")
        if not topic_id or replies is None or any(one.is_opening for one in posts):
            return
        box = find_opening_box(self._root, replies[1], self._is_foreign)
        if box is not None:
            self._foreign.add(box.content)
            yield Candidate(
                element=box.element,
                post_id=topic_id,
                tokens=_OPENING,
                is_marked=False,
                content=box.content,
                usual=box.content if is_content(box.content) else None,
                head=box.head,
            )

    def _parted(self, posts: Iterator[Candidate]) -> tuple[list[Candidate], list[int]]:
        """The posts that guests see, and the numbers of others; what a guest was shown, guests see."""
        body = next(self._root.iterchildren("body"), None)
        if body is None or "logged-in" not in class_tokens(body):
            return list(posts), []
        found = list(posts)
        hidden = [one.post_id for one in found if not self._hidden_statuses.isdisjoint(one.tokens)]
        return [one for one in found if one.post_id not in hidden], hidden

    def _lost(self, known: set[int]) -> Iterator[int]:
        for head in self._heads:
            match = _POST_ID.match(head.get("id") or "")
            if match and int(match[1]) not in known and not self._is_foreign(head):
                yield int(match[1])
        lead = self._lists.get("lead")
        if lead is not None and lead[0] not in {0, *known} and not _is_erased(lead[1]):
            yield lead[0]

    def _with_distant_head(self, one: Candidate) -> Candidate:
        """A candidate with the header that stands under its number elsewhere, not around it."""
        head = self._by_number.get(f"post-{one.post_id}")
        if head is None or head is one.element or _is_inside(one.element, {head}):
            return one
        return one._replace(head=head)

    @cached_property
    def _by_number(self) -> dict[str, Element]:
        """The headers of posts by their `id`."""
        headers = (element for element in self._numbered if not self._is_foreign(element))
        return {element.get("id") or "": element for element in headers}

    def _without_frames(self) -> list[Candidate]:
        """Only what is a post: a theme's frame around a page has no content, or that of the first post in it."""
        innermost = {one.usual: one for one in self._candidates if one.usual is not None}
        kept: list[Candidate] = []
        # What holds any post that bbPress has marked holds the next one.
        following: set[Element] = set()
        for one in reversed(self._candidates):
            if one.is_marked:
                following = {one.element}
                kept.append(one)
            elif (
                one.usual is not None
                and innermost[one.usual] is one
                and not _holds(one.element, following)
            ):
                kept.append(one)
        return kept[::-1]


def _head_before(element: Element, post_id: int) -> Element | None:
    """The header right before a post: under its number, up to bbPress 2.2 by its class alone."""
    before = element.getprevious()
    while before is not None and not isinstance(before.tag, str):
        before = before.getprevious()
    if before is None:
        return None
    if before.get("id") is None:
        is_own = is_head(before) or _shows_number(before, post_id)
    else:
        is_own = has_number(before, post_id)
    return before if is_own else None


def _shows_number(element: Element, post_id: int) -> bool:
    """Whether an element that neither is nor holds a post has a link that shows a post's number, as a header does.

    Where markup is broken, what stands before a post may be all that comes before it on the page.
    """
    if next(element.iter(*_NO_HEADS), None) is not None:
        return False
    if any(_IN_NO_HEAD.search(inner.get("class") or "") for inner in element.iter("*")):
        return False
    return any(link.text == f"#{post_id}" for link in element.iterdescendants("a"))


def _holds(outer: Element, inner: set[Element]) -> bool:
    return any(_is_inside(element, {outer}) for element in inner)


def _is_inside(element: Element, around: set[Element]) -> bool:
    outer = element.getparent()
    while outer is not None and outer not in around:
        outer = outer.getparent()
    return outer is not None


@lru_cache(maxsize=1024)
def _known(classes: str) -> frozenset[str]:
    return _KNOWN.intersection(classes.split())


def _is_erased(lead: Element) -> bool:
    """Whether the opening post was erased from the archive."""
    return any(read_mark(comment.text) is not None for comment in lead.iter(etree.Comment))

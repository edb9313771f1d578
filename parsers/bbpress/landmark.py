"""Find bbPress's landmarks on a page in one pass, and tell the forum's own from look-alikes inside posts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.element import Element

POST_TOKEN = re.compile(r"(?:^|\s)post-(\d{1,18})(?=\s|$)")
_REPLIES_ID = re.compile(r"topic-(\d{1,18})-replies$")
_NOTICE_ID = re.compile(r"(?:no|new)-reply-(\d{1,18})$")
_LEAD_ID = re.compile(r"bbp-topic-(\d{1,18})(?:-lead)?$")
_TYPES = frozenset(("type-topic", "type-reply", "topic", "reply"))
_CONTENT = frozenset(("bbp-reply-content", "bbp-topic-content"))
_SCANNED = ("div", "ul", "ol", "li", "table", "tr", "td", "article", "section", "nav", "p")
# Class tokens of page-level landmarks, by the name they are kept under.
_NAMED = {
    "bbp-breadcrumb": "breadcrumb",
    "bbp-topic-tags": "tags",
    "bbp-pagination-count": "count",
    "bbp-pagination-links": "pager",
    "bbp-topic-description": "description",
}
# The opening post above the replies: a list, in bbPress 2.0 a table.
_LEADS = frozenset(("bbp-lead-topic", "bbp-topic"))
_KNOWN = _CONTENT | _NAMED.keys() | _LEADS


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An element that carries a post's classes."""

    element: Element
    post_id: int
    tokens: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Landmarks:
    """Where things are on a page; nothing in here lies inside a post's content.

    Attributes:
        posts: elements that carry a post's classes, in document order, each post once.
        replies: the list of replies, where there is one.
        lead: the list that shows the opening post above the replies (lead topic mode).
        notice: the reply form or the notice in its place.
        topic_id: as the list, the notice or the lead names it.
        named: further landmarks by name: `breadcrumb`, `tags`, `count`, `pager`, `description`.
    """

    posts: tuple[Candidate, ...]
    replies: Element | None
    lead: Element | None
    notice: Element | None
    topic_id: int | None
    named: dict[str, Element]


def class_tokens(element: Element) -> frozenset[str]:
    """An element's class names."""
    return _tokens(element.get("class"))


@lru_cache(maxsize=4096)
def _tokens(classes: str | None) -> frozenset[str]:
    return frozenset(classes.split()) if classes else frozenset()


def with_class(scope: Element, token: str, *tags: str) -> Iterator[Element]:
    """Elements below `scope` with a class name, in document order."""
    for element in scope.iter(*tags):
        if token in (element.get("class") or "") and token in class_tokens(element):
            yield element


def find_landmarks(root: Element) -> Landmarks:
    """Scan a page once. Everything that lies inside a post's content is somebody's text, whatever its classes say."""
    scan = _Scan()
    scan.take_all(root)
    return scan.landmarks()


class _Scan:
    """What one pass over a page has met so far."""

    def __init__(self) -> None:
        self.candidates: list[Candidate] = []
        self.contents: set[Element] = set()
        self.wrappers: set[Element] = set()
        self.lists: list[tuple[str, int, Element]] = []
        self.named: list[tuple[str, Element]] = []

    def take_all(self, root: Element) -> None:
        for element in root.iter(*_SCANNED):
            identity = element.get("id")
            if identity is not None:
                self._take_id(element, identity)
            classes = element.get("class")
            if classes is not None:
                if "post-" in classes:
                    self._take_candidate(element, classes)
                if "bbp-" in classes:
                    self._take_class(element, classes)

    def _take_id(self, element: Element, identity: str) -> None:
        if identity == "bbpress-forums":
            self.wrappers.add(element)
        elif identity.endswith("-replies") or "-reply-" in identity:
            for name, pattern in (("replies", _REPLIES_ID), ("notice", _NOTICE_ID)):
                match = pattern.match(identity)
                if match:
                    self.lists.append((name, int(match[1]), element))

    def _take_candidate(self, element: Element, classes: str) -> None:
        match = POST_TOKEN.search(classes)
        tokens = frozenset(classes.split())
        if match and not _TYPES.isdisjoint(tokens):
            self.candidates.append(
                Candidate(element=element, post_id=int(match[1]), tokens=tokens)
            )

    def _take_class(self, element: Element, classes: str) -> None:
        for token in _KNOWN.intersection(_tokens(classes)):
            if token in _CONTENT:
                self.contents.add(element)
            elif token in _NAMED:
                self.named.append((_NAMED[token], element))
            elif token != "bbp-topic" or element.tag == "table":  # a class name, no secret  # noqa: S105  # a class name, no secret
                match = _LEAD_ID.match(element.get("id") or "")
                self.lists.append(("lead", int(match[1]) if match else 0, element))

    def landmarks(self) -> Landmarks:
        lists: dict[str, tuple[int, Element]] = {}
        for name, number, element in self.lists:
            if not self._is_in_content(element):
                lists.setdefault(name, (number, element))
        named: dict[str, Element] = {}
        for name, element in self.named:
            if name not in named and not self._is_in_content(element):
                named[name] = element
        scopes = {element for name, (_, element) in lists.items() if name != "notice"}
        return Landmarks(
            posts=tuple(self._posts(scopes)),
            replies=lists["replies"][1] if "replies" in lists else None,
            lead=lists["lead"][1] if "lead" in lists else None,
            notice=lists["notice"][1] if "notice" in lists else None,
            topic_id=next((number for number, _ in lists.values() if number), None),
            named=named,
        )

    def _is_in_content(self, element: Element) -> bool:
        return any(ancestor in self.contents for ancestor in element.iterancestors())

    def _posts(self, scopes: set[Element]) -> Iterator[Candidate]:
        """The candidates inside the lists; without a list, those inside the wrapper; without one, all but frames."""
        around = scopes or self.wrappers
        frames: set[Element] = set() if around else self._frames()
        seen: set[int] = set()
        for one in self.candidates:
            is_new = one.post_id not in seen and one.element not in frames
            if is_new and self._is_inside(one.element, around):
                seen.add(one.post_id)
                yield one

    def _frames(self) -> set[Element]:
        """Elements that carry a post's classes and frame a page: they hold other candidates, or no content."""
        holding = {outer for content in self.contents for outer in content.iterancestors()}
        outer = {outer for one in self.candidates for outer in one.element.iterancestors()}
        return outer | {one.element for one in self.candidates if one.element not in holding}

    def _is_inside(self, element: Element, around: set[Element]) -> bool:
        found = not around
        for ancestor in element.iterancestors():
            if ancestor in self.contents:
                return False
            found = found or ancestor in around
        return found

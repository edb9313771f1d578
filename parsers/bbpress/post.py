"""Read one post from the element that carries its classes and the header beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parsers.bbpress.address import absolute
from parsers.bbpress.author import read_author
from parsers.bbpress.body import read_body
from parsers.bbpress.landmark import Candidate, class_tokens
from parsers.bbpress.revision import read_edits
from parsers.bbpress.text import shown, squeeze
from parsers.errors import LayoutChangedError
from parsers.locale import role_key
from parsers.records import ParsedPost, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.element import Element
    from parsers.locale import Locale

_CONTENT = frozenset(("bbp-reply-content", "bbp-topic-content"))
_CELL = frozenset(("bbp-reply-author", "bbp-topic-author"))
_HEADER = frozenset(("bbp-reply-header", "bbp-topic-header"))
_DATE = frozenset(("bbp-reply-post-date", "bbp-topic-post-date"))
_PERMALINK = frozenset(("bbp-reply-permalink", "bbp-topic-permalink"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a post stands on a threaded page; null where pages are flat."""

    reply_to: int | None = None
    depth: int | None = None


@dataclass(slots=True)
class _Head:
    """What stands beside a post's author and content."""

    date: str | None = None
    attribute: str | None = None
    href: str | None = None


def read_post(
    one: Candidate, place: Place, url: str, locale: Locale | None, *, may_be_cut: bool
) -> ParsedPost:
    """Read a post.

    Args:
        one: the element that carries its classes.
        place: where it stands among threaded replies.
        url: the page's address, for relative links.
        locale: the page's language, None where it is not known.
        may_be_cut: see `read_body`.

    Raises:
        LayoutChangedError: it has no content element.
    """
    content, cell = _content_and_cell(one.element)
    if content is None:
        raise LayoutChangedError(
            f"Post {one.post_id} at {url} has no .bbp-reply-content; its theme is one that threadkeep does not read.",
            landmark=".bbp-reply-content",
            url=url,
        )
    head = _read_head(one, content, cell)
    author, role = read_author(cell, one.tokens, url, locale)
    body = read_body(content, one.post_id, may_be_cut=may_be_cut)
    return ParsedPost(
        post_id=one.post_id,
        kind="topic" if "type-topic" in one.tokens or "reply" not in one.tokens else "reply",
        url=absolute(url, head.href) if head.href else None,
        author=author,
        role=role,
        role_key=role_key(role, locale) if role else None,
        published_text=head.date,
        published_attribute=head.attribute,
        reply_to=place.reply_to,
        depth=place.depth,
        body_html=body.html,
        body_text=body.text,
        edits=read_edits(body.log, locale) if body.log is not None else (),
        is_cut=bool(body.page_links),
        problems=tuple(_problems(one.post_id, author.name, head.date)),
    )


def _problems(post_id: int, name: str, date: str | None) -> Iterator[Problem]:
    if not name:
        yield Problem(code="no-author", detail="The page names no author.", post_id=post_id)
    if date is None:
        yield Problem(code="no-date", detail="The page shows no date.", post_id=post_id)


def _content_and_cell(element: Element) -> tuple[Element | None, Element | None]:
    """The content and the author cell: children as a rule, deeper in some themes."""
    content = _first(element, _CONTENT, None)
    return content, _first(element, _CELL, content)


def _first(element: Element, wanted: frozenset[str], outside: Element | None) -> Element | None:
    for child in element:
        if child is not outside and not wanted.isdisjoint(class_tokens(child)):
            return child
    for child in element.iter("div", "td", "section", "span", "p", "li"):
        if not wanted.isdisjoint(class_tokens(child)) and not _is_within(child, outside):
            return child
    return None


def _is_within(element: Element, outer: Element | None) -> bool:
    return outer is not None and any(ancestor is outer for ancestor in element.iterancestors())


def _read_head(one: Candidate, content: Element, cell: Element | None) -> _Head:
    head = _Head()
    beside = _previous(one.element)
    if beside is not None and not _is_head(beside, one.post_id):
        beside = None
    for scope in (
        beside,
        *(child for child in one.element if child is not content and child is not cell),
    ):
        if scope is not None and isinstance(scope.tag, str):
            _take_head(scope, head)
    if head.date is None and beside is not None:
        head.date = _bare_date(beside)
    return head


def _previous(element: Element) -> Element | None:
    previous = element.getprevious()
    while previous is not None and not isinstance(previous.tag, str):
        previous = previous.getprevious()
    return previous


def _is_head(element: Element, post_id: int) -> bool:
    return element.get("id") == f"post-{post_id}" or not _HEADER.isdisjoint(class_tokens(element))


def _take_head(scope: Element, head: _Head) -> None:
    for element in scope.iter("span", "a", "time", "p", "div"):
        tokens = class_tokens(element)
        if head.date is None and (element.tag == "time" or not _DATE.isdisjoint(tokens)):
            head.date = shown(element) or None
        if head.attribute is None and element.get("datetime"):
            head.attribute = element.get("datetime")
        if head.href is None and not _PERMALINK.isdisjoint(tokens):
            head.href = element.get("href")


def _bare_date(header: Element) -> str | None:
    """The date of bbPress 2.0 and 2.1: bare text before the permalink."""
    for link in header.iter("a"):
        if not _PERMALINK.isdisjoint(class_tokens(link)):
            before, parent = link.getprevious(), link.getparent()
            text = (
                before.tail if before is not None else parent.text if parent is not None else None
            )
            return squeeze(text) or None
    return None

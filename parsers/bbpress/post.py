"""Read one post from the element that carries its classes and what stands beside it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from parsers.bbpress.address import absolute
from parsers.bbpress.author import read_author, read_role
from parsers.bbpress.body import read_body
from parsers.bbpress.byline import after_byline, before_byline, text_before
from parsers.bbpress.post_part import find_parts, scopes_of
from parsers.bbpress.revision import read_edits
from parsers.bbpress.text import shown
from parsers.errors import LayoutChangedError
from parsers.records import ParsedPost, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from parsers.bbpress.landmark import Candidate
    from parsers.bbpress.thread import Place
    from parsers.element import Element
    from parsers.locale import Locale

_DIGIT = re.compile(r"\d")


def read_post(
    one: Candidate,
    place: Place,
    url: str,
    locale: Locale | None,
    *,
    is_page_link: Callable[[Element], bool] | None = None,
) -> ParsedPost:
    """Read a post.

    Args:
        one: the element that carries its classes.
        place: where it stands among threaded replies.
        url: the page's address, for relative links.
        locale: the page's language, None where it is not known.
        is_page_link: tells links to the page's other parts, where the page breaks inside this post.

    Raises:
        LayoutChangedError: it has no content element.
    """
    if one.content is None:
        raise LayoutChangedError(
            f"Post {one.post_id} at {url} has no .bbp-reply-content; its theme is one that threadkeep does not read.",
            landmark=".bbp-reply-content",
            url=url,
        )
    parts = find_parts(one)
    author = read_author(one, parts, url, locale)
    role, role_key = read_role(parts, locale)
    date, attribute = _date(one, parts, author.name, locale)
    link = _permalink(one, parts)
    body = read_body(one.content, one.post_id, is_page_link=is_page_link)
    return ParsedPost(
        post_id=one.post_id,
        kind="topic" if one.is_opening else "reply",
        url=absolute(url, link) if link else None,
        author=author,
        role=role,
        role_key=role_key,
        published_text=date,
        published_attribute=attribute,
        reply_to=place.reply_to,
        depth=place.depth,
        body_html=body.html,
        body_text=body.text,
        edits=read_edits(body.log, locale) if body.log is not None else (),
        is_cut=is_page_link is not None,
        problems=tuple(_problems(one, author.name, date)),
    )


def _problems(one: Candidate, name: str, date: str | None) -> Iterator[Problem]:
    if not name:
        yield Problem(code="no-author", detail="The page names no author.", post_id=one.post_id)
    if date is None:
        yield Problem(code="no-date", detail="The page shows no date.", post_id=one.post_id)
    if one.usual is None:
        detail = "The body has none of bbPress's marks; it was told by its place."
        yield Problem(code="unmarked-body", detail=detail, post_id=one.post_id)


def _date(
    one: Candidate, parts: Mapping[str, Element], name: str, locale: Locale | None
) -> tuple[str | None, str | None]:
    """The date as displayed, and what the page attaches to it for machines."""
    element = parts.get("date")
    if element is None:
        element = next((time for scope in scopes_of(one) for time in scope.iter("time")), None)
    if element is not None:
        return shown(element) or None, _attribute(element)
    return _bare_date(parts, name, locale), None


def _attribute(element: Element) -> str | None:
    for inner in element.iter("*"):
        for value in (inner.get("datetime"), inner.get("title")):
            # A theme's `title` may be the post's number.
            if value and _DIGIT.search(value) and not value.startswith("#"):
                return value
    return None


def _bare_date(parts: Mapping[str, Element], name: str, locale: Locale | None) -> str | None:
    """The date of bbPress 2.0 and 2.1: bare text before the permalink. A text without a number is none, nor is a name."""
    permalink = parts.get("permalink")
    text = text_before(permalink) if permalink is not None else ""
    if permalink is not None and permalink.getprevious() is not None:
        text = after_byline(text, locale)
    text = before_byline(text, locale)
    return text if _DIGIT.search(text) and text != name else None


def _permalink(one: Candidate, parts: Mapping[str, Element]) -> str | None:
    """A post's link to itself: marked as such, else the first that ends in its number."""
    if "permalink" in parts:
        return parts["permalink"].get("href")
    end = f"#post-{one.post_id}"
    links = (link.get("href") or "" for scope in scopes_of(one) for link in scope.iter("a"))
    return next((href for href in links if href.endswith(end)), None)

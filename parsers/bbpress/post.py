"""Read one post from the element that carries its classes and what stands beside it."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from parsers.bbpress.address import absolute
from parsers.bbpress.author import read_author, read_role
from parsers.bbpress.body import read_body
from parsers.bbpress.post_date import read_date
from parsers.bbpress.post_part import find_parts, scopes_of
from parsers.bbpress.revision import read_edits
from parsers.bbpress.text import shown
from parsers.errors import LayoutChangedError
from parsers.records import ParsedPost, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from parsers.bbpress.candidate import Candidate
    from parsers.bbpress.thread import Place
    from parsers.element import Element
    from parsers.locale import Locale


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
    role, role_key = read_role(one, parts, locale)
    date, attribute = read_date(one, parts, author.name, locale)
    link = _permalink(one, parts)
    content = one.content if one.body is None else one.body
    body = read_body(content, one.post_id, is_page_link=is_page_link)
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
        problems=_problems(one, author.name, date),
    )


def _problems(one: Candidate, name: str, date: str | None) -> tuple[Problem, ...]:
    if name and date is not None and one.usual is not None:
        return ()
    found: list[Problem] = []
    if not name:
        detail = "The page names no author."
        found.append(Problem(code="no-author", detail=detail, post_id=one.post_id))
    if date is None:
        detail = "The page shows no date."
        found.append(Problem(code="no-date", detail=detail, post_id=one.post_id))
    if one.usual is None:
        detail = "The body has none of bbPress's marks; it was told by its place."
        found.append(Problem(code="unmarked-body", detail=detail, post_id=one.post_id))
    return tuple(found)


def _permalink(one: Candidate, parts: Mapping[str, Element]) -> str | None:
    """A post's link to itself: marked as such, else the first that ends in its number or shows nothing but that."""
    if "permalink" in parts:
        return parts["permalink"].get("href")
    links = [link for scope in scopes_of(one) for link in scope.iter("a") if link.get("href")]
    end, text = f"#post-{one.post_id}", f"#{one.post_id}"
    ending = (link for link in links if (link.get("href") or "").endswith(end))
    showing = (link for link in links if shown(link) == text)
    link = next(chain(ending, showing), None)
    return link.get("href") if link is not None else None

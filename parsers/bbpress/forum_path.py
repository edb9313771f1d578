"""Read the way from the site's home to a topic: the breadcrumb, or the link to its forum where there is none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parsers.bbpress.address import absolute
from parsers.bbpress.landmark import class_tokens
from parsers.bbpress.text import shown
from parsers.records import ForumLink

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.bbpress.landmark import Landmarks
    from parsers.element import Element

_FORUM_ADDRESS = re.compile(r"/forum/[^/?#]+|[?&]forum=[^&#]+")
_FRAMES = frozenset(("nav", "aside", "footer", "head"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ForumPath:
    """The way to a topic, as far as shown.

    Attributes:
        home: the site's home.
        root: the forum index.
        forums: from the root down.
        topic: the topic, where the page is one of its replies.
        current: the page's own name.
    """

    home: str | None = None
    root: str | None = None
    forums: tuple[ForumLink, ...] = ()
    topic: str | None = None
    current: str | None = None


def read_forum_path(root: Element, marks: Landmarks, url: str) -> ForumPath:
    """Read the breadcrumb of a page at `url`."""
    crumbs = marks.named.get("breadcrumb")
    if crumbs is None:
        return ForumPath(forums=tuple(_linked_forum(root, marks, url)))
    links: dict[str, list[ForumLink]] = {}
    for element in crumbs.iter("a", "span"):
        for token in class_tokens(element):
            if token.startswith("bbp-breadcrumb-"):
                href = element.get("href")
                step = ForumLink(title=shown(element), url=absolute(url, href) if href else None)
                links.setdefault(token.removeprefix("bbp-breadcrumb-"), []).append(step)
    return ForumPath(
        home=_url_of(links.get("home")),
        root=_url_of(links.get("root")),
        forums=tuple(links.get("forum", ())) or tuple(_linked_forum(root, marks, url)),
        topic=_url_of(links.get("topic")),
        current=links["current"][0].title if "current" in links else None,
    )


def _linked_forum(root: Element, marks: Landmarks, url: str) -> Iterator[ForumLink]:
    """The last link to a forum before the first post, outside menus: how themes without breadcrumbs name the forum."""
    first = marks.posts[0].element if marks.posts else None
    found: ForumLink | None = None
    for element in root.iter("a", "div", "tr", "li", "article"):
        if element is first:
            break
        href = element.get("href") if element.tag == "a" else None
        if not href or not _FORUM_ADDRESS.search(href) or not _is_in_content(element):
            continue
        title = shown(element)
        if title:
            found = ForumLink(title=title, url=absolute(url, href))
    if found is not None:
        yield found


def _is_in_content(element: Element) -> bool:
    return not any(
        ancestor.tag in _FRAMES or _is_widget(ancestor) for ancestor in element.iterancestors()
    )


def _is_widget(element: Element) -> bool:
    return any("widget" in token or "menu" in token for token in class_tokens(element))


def _url_of(steps: list[ForumLink] | None) -> str | None:
    return steps[0].url if steps else None

"""Read the way from the site's home to a topic: the breadcrumb, or the link to its forum where there is none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING

from parsers.bbpress.address import absolute
from parsers.bbpress.class_token import class_tokens, site_names
from parsers.bbpress.enclosure import Enclosure
from parsers.bbpress.text import shown, squeeze
from parsers.locale import english, fold
from parsers.records import ForumLink

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.bbpress.landmark import Landmarks
    from parsers.element import Element
    from parsers.locale import Locale

_FORUM_ADDRESS = re.compile(r"/forum/[^/?#]+|[?&]forum=[^&#]+")
_CRUMBS = ("nav", "div", "p", "ul", "ol", "li", "tr", "article", "section")
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


def read_forum_path(
    root: Element, marks: Landmarks, url: str, locale: Locale | None = None
) -> ForumPath:
    """Read the breadcrumb of a page at `url`."""
    crumbs = marks.named.get("breadcrumb")
    links: dict[str, list[ForumLink]] = {}
    for element in crumbs.iter("a", "span") if crumbs is not None else ():
        for token in class_tokens(element):
            if token.startswith("bbp-breadcrumb-"):
                href = element.get("href")
                step = ForumLink(title=shown(element), url=absolute(url, href) if href else None)
                links.setdefault(token.removeprefix("bbp-breadcrumb-"), []).append(step)
    if not links:
        return ForumPath(forums=_linked_forums(root, marks, url, locale))
    return ForumPath(
        home=_url_of(links.get("home")),
        root=_url_of(links.get("root")),
        forums=tuple(links.get("forum", ())),
        topic=_url_of(links.get("topic")),
        current=links["current"][0].title if "current" in links else None,
    )


def _linked_forums(
    root: Element, marks: Landmarks, url: str, locale: Locale | None
) -> tuple[ForumLink, ...]:
    """The last link to a forum before the first post, and the links to the forums that it lies in.

    Themes without breadcrumbs name the forum so; the address of a forum begins with that of its parent.
    """
    found = {link.url: link for link in _forum_links(root, marks, url, locale)}
    leaf = next(reversed(found), None)
    if leaf is None:
        return tuple(_in_other_breadcrumb(root, marks, url))
    above = [link for link in found.values() if (leaf or "").startswith(link.url or "-")]
    return tuple(sorted(above, key=lambda link: len(link.url or "")))


def _forum_links(
    root: Element, marks: Landmarks, url: str, locale: Locale | None
) -> Iterator[ForumLink]:
    """The links to forums before the first post, outside menus and widgets."""
    first = marks.posts[0].element if marks.posts else None
    frames = Enclosure(lambda outer: outer.tag in _FRAMES or _is_widget(outer))
    for element in root.iter("a", "div", "tr", "li", "article"):
        if element is first:
            break
        href = element.get("href") if element.tag == "a" else None
        if not href or not (_FORUM_ADDRESS.search(href) or _is_introduced(element, locale)):
            continue
        title = shown(element)
        if title and not frames.encloses(element):
            yield ForumLink(title=title, url=absolute(url, href))


def _in_other_breadcrumb(root: Element, marks: Landmarks, url: str) -> Iterator[ForumLink]:
    """The steps of another plug-in's breadcrumb: not the home, the root and the topic, whose addresses begin alike."""
    first = marks.posts[0].element if marks.posts else None
    before = takewhile(lambda one: one is not first, root.iter(*_CRUMBS))
    crumbs = next(filter(_is_breadcrumb, before), None)
    for link in crumbs.iter("a") if crumbs is not None else ():
        address = absolute(url, link.get("href") or "")
        title = shown(link)
        if title and not url.startswith(address.rstrip("/")):
            yield ForumLink(title=title, url=address)


def _is_breadcrumb(element: Element) -> bool:
    return any("breadcrumb" in name.lower() for name in site_names(element))


def _is_introduced(link: Element, locale: Locale | None) -> bool:
    """Whether words before a link say that it is the topic's forum: a forum's address is the owner's choice."""
    before, parent = link.getprevious(), link.getparent()
    text = before.tail if before is not None else parent.text if parent is not None else None
    words = squeeze(text)
    return bool(words) and fold(words) in _introductions(locale)


@lru_cache(maxsize=64)
def _introductions(locale: Locale | None) -> frozenset[str]:
    own = locale.notices.posted_in if locale is not None else ()
    templates = (*own, *english().notices.posted_in)
    return frozenset(fold(one.partition("%s")[0]).strip() for one in templates)


def _is_widget(element: Element) -> bool:
    tokens = site_names(element)[:-1]
    return any("widget" in token or "menu" in token for token in tokens)


def _url_of(steps: list[ForumLink] | None) -> str | None:
    return steps[0].url if steps else None

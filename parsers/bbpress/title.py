"""Read a topic's title: from the breadcrumb, else from the heading that the page's own title repeats."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parsers.bbpress.class_token import class_tokens
from parsers.bbpress.text import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.bbpress.landmark import Landmarks
    from parsers.element import Element

_FRAMES = frozenset(("nav", "aside", "footer"))
# Headings of the site itself, not of the page.
_SITE = ("site-title", "site-description", "site-name", "logo", "widget", "menu", "branding")
# What themes put between a page's title and the site's name.
_BETWEEN = " |–—-»·•:"


def read_title(root: Element, marks: Landmarks, crumb: str | None) -> tuple[str, bool]:
    """Read the topic's title.

    Args:
        root: the page.
        marks: its landmarks.
        crumb: the breadcrumb's last word. A theme's heading may be another page's (a forum put on a page by a shortcode)
            and the breadcrumb may be cut short, so the heading counts where it goes on as the breadcrumb begins.

    Returns:
        The title, and whether the page shows it; else it is the head's, which themes add words to.
    """
    if crumb:
        stem = crumb.rstrip("…. ")
        texts = (shown(element) for element in root.iter("h1", "h2") if _is_title(element))
        longer = (text for text in texts if stem != crumb and text.startswith(stem))
        return next(longer, crumb), True
    document_title = _document_title(root)
    whole = _without_blanks(document_title)
    headings = list(_headings(root, marks))
    if headings:
        return min(headings, key=lambda found: _rank(found[0], found[1], whole))[0], True
    return (document_title, False) if crumb is None else (crumb, True)


def _rank(text: str, place: int, document_title: str) -> tuple[int, int, int]:
    """How unlikely a heading is the topic's: a page's own title begins with it, and goes on from there to the site."""
    start = document_title.find(_without_blanks(text))
    return (start, -len(text), place) if start >= 0 else (len(document_title), place, 0)


def _headings(root: Element, marks: Landmarks) -> Iterator[tuple[str, int]]:
    """What may be the topic's heading, and how far from usual its place is: named a title, of the first rank, others."""
    contents = {one.content for one in marks.posts}
    for element in root.iter("h1", "h2", "h3"):
        text = shown(element)
        if not text or _is_elsewhere(element) or not contents.isdisjoint(element.iterancestors()):
            continue
        if _is_title(element) or element.tag == "h1":
            yield text, 0 if _is_title(element) else 1
        elif not marks.wrappers.isdisjoint(element.iterancestors()):
            yield text, 2


def _is_title(element: Element) -> bool:
    return any("title" in token for token in class_tokens(element))


def _is_elsewhere(element: Element) -> bool:
    """Whether a heading is the site's own, a menu's or a widget's."""
    return _names_site(element) or any(
        outer.tag in _FRAMES or _names_site(outer)
        for outer in element.iterancestors()
        if outer.tag not in {"body", "html"}
    )


def _names_site(element: Element) -> bool:
    names = (*class_tokens(element), element.get("id") or "")
    return any(mark in name for name in names for mark in _SITE)


def _document_title(root: Element) -> str:
    """The page's own title without the site's name, which WordPress adds and its first feed tells."""
    for meta in root.iter("meta"):
        if meta.get("property") == "og:title" and meta.get("content"):
            return " ".join((meta.get("content") or "").split())
    title = next((text for text in map(shown, root.iter("title")) if text), "")
    feeds = (
        link.get("title") or "" for link in root.iter("link") if link.get("rel") == "alternate"
    )
    site = next(feeds, "").partition(" » ")[0]
    before, mark, _ = title.rpartition(site) if site else ("", "", "")
    return before.rstrip(_BETWEEN) if mark and before.strip(_BETWEEN) else title


def _without_blanks(text: str) -> str:
    return "".join(text.split())

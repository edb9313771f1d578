"""Read a topic's title: from the breadcrumb, else from the heading that the page's own title repeats."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parsers.bbpress.class_token import class_tokens, site_names
from parsers.bbpress.enclosure import Enclosure
from parsers.bbpress.text import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.bbpress.landmark import Landmarks
    from parsers.element import Element

_FRAMES = frozenset(("nav", "aside", "footer"))
# Headings of the site itself, not of the page.
_SITE = ("site-title", "site-description", "site-name", "logo", "widget", "menu", "branding")
# What themes put between a page's title and the site's name.
_LONGEST = 1000  # characters of a page's own title that headings are looked for in
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
        if stem == crumb:
            return crumb, True
        texts = (shown(element) for element in root.iter("h1", "h2") if _is_title(element))
        longer = (text for text in texts if text.startswith(stem))
        return next(longer, crumb), True
    between = _between_wrappers(marks)
    if between:
        return between, True
    document_title = _document_title(root)
    whole = _without_blanks(document_title[:_LONGEST])
    headings = list(_headings(root, marks, whole))
    if headings:
        return min(headings, key=lambda found: _rank(found[0], found[1], whole))[0], True
    return (document_title, False) if crumb is None else (crumb, True)


def _rank(text: str, place: int, document_title: str) -> tuple[int, int, int]:
    """How unlikely a heading is the topic's: a page's own title begins with it, and goes on from there to the site."""
    start = document_title.find(_without_blanks(text))
    return (start, -len(text), place) if start >= 0 else (len(document_title), place, 0)


def _between_wrappers(marks: Landmarks) -> str:
    """The heading that BuddyPress prints between the two wrappers of a group's topic."""
    inner = [one for one in marks.wrappers if not marks.wrappers.isdisjoint(one.iterancestors())]
    for wrapper in inner:
        for heading in wrapper.itersiblings("h1", "h2", "h3", preceding=True):
            if text := shown(heading):
                return text
    return ""


def _headings(root: Element, marks: Landmarks, document_title: str) -> Iterator[tuple[str, int]]:
    """What may be the topic's heading, and how far from usual its place is: named a title, of the first rank, others.

    Outside bbPress's wrapper, others count where the page's own title begins with them.
    """
    contents = {one.content for one in marks.posts}
    elsewhere = Enclosure(lambda outer: outer in contents or _is_of_site(outer))
    wrappers = Enclosure(marks.wrappers.__contains__)
    for element in root.iter("h1", "h2", "h3"):
        text = shown(element)
        if not text or _names_site(element) or elsewhere.encloses(element):
            continue
        if _is_title(element) or element.tag == "h1":
            yield text, 0 if _is_title(element) else 1
        elif wrappers.encloses(element) or document_title.startswith(_without_blanks(text)):
            yield text, 2


def _is_title(element: Element) -> bool:
    return any("title" in token for token in class_tokens(element))


def _is_of_site(outer: Element) -> bool:
    """Whether what lies in an element is the site's own, a menu's or a widget's."""
    if outer.tag in {"body", "html"}:
        return False
    return outer.tag in _FRAMES or _names_site(outer)


def _names_site(element: Element) -> bool:
    return any(mark in name for name in site_names(element) for mark in _SITE)


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

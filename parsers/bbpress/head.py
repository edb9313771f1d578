"""Read what a page's head and frame say of the site: language, home, REST root, the topic's number and heading."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parsers.bbpress.address import absolute
from parsers.bbpress.landmark import class_tokens
from parsers.bbpress.text import shown

if TYPE_CHECKING:
    from parsers.element import Element

_SHORTLINK = re.compile(r"^(.*?)\?(?:.*&)?p=(\d{1,18})$")
_RELATIONS = frozenset(("shortlink", "canonical", "https://api.w.org/"))
_POST_ID = re.compile(r"postid-(\d{1,18})$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What the head and the frame say.

    Attributes:
        body_classes: class names of `body`.
        post_id: the number of the post that the page is about, by body class or shortlink.
    """

    body_classes: frozenset[str]
    post_id: int | None
    language: str | None
    home_url: str | None
    api_url: str | None
    canonical: str | None


def read_head(root: Element, url: str) -> Head:
    """Read the head of a page at `url`."""
    links = _links(root, url)
    body = root.find("body")
    classes = frozenset(class_tokens(body)) if body is not None else frozenset[str]()
    short = _SHORTLINK.match(links.get("shortlink", ""))
    named = next((int(match[1]) for match in map(_POST_ID.match, classes) if match), None)
    return Head(
        body_classes=classes,
        post_id=named if named is not None else int(short[2]) if short else None,
        language=(
            root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or ""
        ).strip()
        or None,
        home_url=short[1] if short else None,
        api_url=links.get("https://api.w.org/"),
        canonical=links.get("canonical"),
    )


def heading(root: Element, crumb: str | None) -> str | None:
    """The topic's title: the breadcrumb's last word, else the page's heading.

    A theme's heading may be another page's (a forum put on a page by a shortcode) and the breadcrumb may be
    cut short, so the heading counts where it goes on as the breadcrumb begins.
    """
    headings = [shown(element) for element in root.iter("h1", "h2") if _is_title(element)]
    if crumb:
        stem = crumb.rstrip("…. ")
        longer = [text for text in headings if stem != crumb and text.startswith(stem)]
        return longer[0] if longer else crumb
    if headings:
        return next(filter(None, headings), "")
    if crumb is not None:
        return crumb
    first = [text for text in (shown(element) for element in root.iter("h1")) if text]
    return first[0] if first else _meta_title(root)


def _is_title(element: Element) -> bool:
    return any("title" in token for token in class_tokens(element))


def _meta_title(root: Element) -> str | None:
    for meta in root.iter("meta"):
        if meta.get("property") == "og:title":
            return meta.get("content")
    return next((text for text in map(shown, root.iter("title")) if text), None)


def _links(root: Element, url: str) -> dict[str, str]:
    head = root.find("head")
    found: dict[str, str] = {}
    for link in head.iter("link") if head is not None else ():
        for relation in _RELATIONS.intersection((link.get("rel") or "").split()):
            found.setdefault(relation, absolute(url, link.get("href") or ""))
    return found

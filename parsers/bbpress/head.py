"""Read what a page's head says of the site: language, home, REST root, the number of the post that it is about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parsers.bbpress.address import absolute
from parsers.bbpress.class_token import class_tokens

if TYPE_CHECKING:
    from parsers.document import Document
    from parsers.element import Element

_SHORTLINK = re.compile(r"^(.*?)\?(?:.*&)?p=(\d{1,18})$")
_REST = "https://api.w.org/"
_RELATIONS = frozenset(("shortlink", "canonical", _REST))
_POST_ID = re.compile(r"postid-(?<!\Spostid-)(\d{1,18})(?!\S)")
_HEADER_LINK = re.compile(r"""<([^<>]+)>\s*;[^,]*?\brel\s*=\s*"?https://api\.w\.org/""")
_REST_PATH = re.compile(r"(?:wp-json/?|(?:index\.php/?)?\?rest_route=/?)$")
_LANGUAGES = ("lang", "{http://www.w3.org/XML/1998/namespace}lang", "xml:lang")


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What the head and the frame say.

    Attributes:
        post_id: the number of the post that the page is about, by body class or shortlink.
    """

    post_id: int | None
    language: str | None
    home_url: str | None
    api_url: str | None
    canonical: str | None


def body_classes(root: Element) -> frozenset[str]:
    """The class names of a page's `body`, in which themes print what kind of page it is."""
    body = next(root.iterchildren("body"), None)
    return class_tokens(body) if body is not None else frozenset()


def read_head(document: Document) -> Head:
    """Read the head of a page."""
    root = document.root
    links = _links(root, document.url)
    body = next(root.iterchildren("body"), None)
    short = _SHORTLINK.match(links.get("shortlink", ""))
    named = _POST_ID.search(body.get("class") or "") if body is not None else None
    declared = (root.get(name) for name in _LANGUAGES)
    api_url = links.get(_REST) or _api_in_headers(document)
    return Head(
        post_id=int(named[1]) if named else int(short[2]) if short else None,
        language=next((text.strip() for text in declared if text and text.strip()), None),
        home_url=short[1] if short else _REST_PATH.sub("", api_url) if api_url else None,
        api_url=api_url,
        canonical=links.get("canonical"),
    )


def _links(root: Element, url: str) -> dict[str, str]:
    head = next(root.iterchildren("head"), None)
    found: dict[str, str] = {}
    for link in head.iterchildren("link") if head is not None else ():
        relation = link.get("rel")
        if relation in _RELATIONS:
            found.setdefault(relation, absolute(url, link.get("href") or ""))
    return found


def _api_in_headers(document: Document) -> str | None:
    """The REST root as the answer's `Link` header names it: themes drop the link from the head."""
    values = (value for name, value in document.page.headers if name.lower() == "link")
    match = next(filter(None, map(_HEADER_LINK.search, values)), None)
    return absolute(document.url, match[1]) if match else None

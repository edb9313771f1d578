"""Reads an address of a demo forum, with pretty or with plain permalinks; the other way round is `permalink`."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

Kind = Literal[
    "home", "index", "forum", "topic", "reply", "users", "started", "topic-tag", "view", "short", "wordpress feed",
    "rest", "robots", "sitemap", "sitemap part", "style", "picture",
]  # fmt: skip
Grammar = Literal["pretty", "plain", "both"]

_CONTENT = re.compile(
    r"/forums/(forum|topic|reply|users|topic-tag|view)/(.+?)/(?:page/(\d+)/|(feed)/|(\d+)/)?"
)
_SITEMAP = re.compile(r"/wp-sitemap-posts-(forum|topic|reply)-(\d+)\.xml")
_PICTURE = re.compile(r"/avatar/\w*|/badge\.png|/wp-content/uploads/(?:.+\.png|gallery/.+)")
_STYLE = re.compile(r"/wp-content/.+\.css")
_PLAIN = {
    "forum": "forum",
    "topic": "topic",
    "reply": "reply",
    "bbp_user": "users",
    "topic-tag": "topic-tag",
    "bbp_view": "view",
}
_STARTED = "/topics"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """What an address means.

    Attributes:
        key: which one of its kind: a slug, a path, a number.
        part: which part of a page that page breaks cut.
        feed: the feed of it.
        grammar: the permalinks that have such addresses.
        moved: WordPress sends on to the proper address.
    """

    kind: Kind
    key: str = ""
    page: int = 1
    part: int = 1
    feed: bool = False
    grammar: Grammar = "pretty"
    moved: bool = False


def route_of(target: str) -> Route | None:
    """What a request's target means; None where WordPress would find nothing."""
    parts = urlsplit(target)
    if parts.path == "/" and (found := _plain(parts.query)):
        return found
    if found := _pretty(parts.path):
        return replace(found, part=max(found.part, _number(parts.query, "page")))
    slashed = _pretty(parts.path + "/") if not parts.path.endswith("/") else None
    # WordPress completes an address that lacks its slash; bbPress keeps it from doing so on pages after the first.
    return replace(slashed, moved=slashed.page == 1) if slashed else None


def _pretty(path: str) -> Route | None:
    fixed: dict[str, Route] = {
        "/": Route(kind="home", grammar="both"),
        "/robots.txt": Route(kind="robots", grammar="both"),
        "/feed/": Route(kind="wordpress feed"),
        "/forums/": Route(kind="index"),
        "/forums/feed/": Route(kind="index", feed=True),
        "/wp-json/": Route(kind="rest"),
        "/wp-sitemap.xml": Route(kind="sitemap"),
    }
    if path in fixed:
        return fixed[path]
    if content := _CONTENT.fullmatch(path):
        is_started = content[1] == "users" and content[2].endswith(_STARTED)
        return Route(
            kind="started" if is_started else _content_kind(content[1]),
            key=unquote(content[2].removesuffix(_STARTED) if is_started else content[2]),
            page=int(content[3] or 1),
            feed=bool(content[4]),
            part=int(content[5] or 1),
        )
    if part := _SITEMAP.fullmatch(path):
        return Route(kind="sitemap part", key=part[1], page=int(part[2]))
    return _file(path)


def _content_kind(word: str) -> Kind:
    kinds: dict[str, Kind] = {
        "forum": "forum",
        "topic": "topic",
        "reply": "reply",
        "users": "users",
        "topic-tag": "topic-tag",
        "view": "view",
    }
    return kinds[word]


def _file(path: str) -> Route | None:
    if _STYLE.fullmatch(path):
        return Route(kind="style", grammar="both")
    if _PICTURE.fullmatch(path):
        return Route(kind="picture", key=path, grammar="both")
    return None


def _plain(query: str) -> Route | None:
    fields = {name: values[0] for name, values in parse_qs(query).items()}
    page, part = _number(query, "paged"), _number(query, "page")
    feed = "feed" in fields
    for name, word in _PLAIN.items():
        if name in fields:
            return Route(
                kind="started" if "bbp_tops" in fields else _content_kind(word),
                key=fields[name],
                page=page,
                part=part,
                feed=feed,
                grammar="plain",
            )
    if "p" in fields:
        return Route(kind="short", key=fields["p"], grammar="both", moved=True)
    if fields.get("post_type") == "forum":
        return Route(kind="index", feed=feed, grammar="plain")
    if feed:
        return Route(kind="wordpress feed", grammar="plain")
    return _plain_service(fields, page)


def _number(query: str, name: str) -> int:
    value = parse_qs(query).get(name, [""])[0]
    return int(value) if value.isdecimal() else 1


def _plain_service(fields: dict[str, str], page: int) -> Route | None:
    if fields.get("rest_route") == "/":
        return Route(kind="rest", grammar="both")
    if fields.get("sitemap") == "index":
        return Route(kind="sitemap", grammar="plain")
    if fields.get("sitemap") == "posts":
        return Route(
            kind="sitemap part", key=fields.get("sitemap-subtype", ""), page=page, grammar="plain"
        )
    return None

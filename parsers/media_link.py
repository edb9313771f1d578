"""Find the pictures and files that a post's body shows or links, lazy and responsive forms among them. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote, urljoin, urlsplit

from lxml import html

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.html import HtmlElement

    from parsers.element import Element

MediaKind = Literal["image", "avatar", "attachment"]

# Where pages that load pictures late keep the address, while `src` is a blank.
LAZY = ("data-src", "data-lazy-src", "data-original", "data-lazy", "data-hi-res-src", "data-url")
SETS = ("srcset", "data-srcset", "data-lazy-srcset")
# Where galleries keep the picture in its full size.
FULL = ("data-orig-file", "data-large-file", "data-full-url", "data-large_image")
PLAYED = ("audio", "video", "source", "embed", "object")
_MAY_SHOW = re.compile(r"<(?:img|a|source|audio|video|embed|object|amp-img)\s", re.IGNORECASE)
_PICTURE_NAME = re.compile(
    r"\.(?:png|jpe?g|jfif|gif|webp|avif|bmp|tiff?|heic|svg)$", re.IGNORECASE
)
_FILE_NAME = re.compile(r"[^/]\.([a-z0-9]{1,8})$", re.IGNORECASE)
# Names of what a server runs or shows as a page.
_PAGES = frozenset(("html", "htm", "xhtml", "shtml", "php", "asp", "aspx", "jsp", "cgi"))
_UPLOADS = "/wp-content/uploads/"
_WEB = ("http://", "https://")
_CANDIDATE = re.compile(
    r"(?P<url>[^\s,]\S*[^\s,]|[^\s,])(?:\s+(?P<size>[\d.]+)(?P<unit>[wx]))?[^,]*(?:,|$)"
)
_MOST_CANDIDATES = 40
_END_OF_PAGE = re.compile(r"</(?:body|html)\b[^>]*>?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaLink:
    """Something that a post shows or links.

    Attributes:
        url: its absolute address.
        kind: an `image` is a picture shown or linked, an `attachment` any other file, an `avatar` its author's picture.
    """

    url: str
    kind: MediaKind


@dataclass(frozen=True, slots=True, kw_only=True)
class PostMedia:
    """What a page shows of a post beside its body.

    Attributes:
        post_id: the post.
        avatar_url: the picture of its author.
        files: what its list of attachments links.
    """

    post_id: int
    avatar_url: str | None = None
    files: tuple[MediaLink, ...] = ()


def media_links(body: str, base: str) -> tuple[MediaLink, ...]:
    """Every picture and file that a body shows or links, each once, in its order.

    Of one picture in several sizes, those are named that are shown where nothing chooses among them, and the largest.

    Args:
        body: inner HTML.
        base: the address of the page it stood on, for relative links.
    """
    if _MAY_SHOW.search(body) is None:
        return ()
    return _each_once(links_within(fragment(body), base))


def links_within(root: Element, base: str, *, is_list: bool = False) -> Iterator[MediaLink]:
    """What an element shows or links, itself not among it.

    Args:
        root: the element.
        base: the page's address.
        is_list: it is a list of attachments, so that every link to a file is one.
    """
    for element in root.iter("*"):
        if element.tag == "a":
            yield from _linked(element, base, is_list=is_list)
        elif element.tag in {"img", "amp-img"} or _is_picture_source(element):
            yield from _shown(picture_sources(element), base)
        elif element.tag in PLAYED:
            yield from _played(element, base)


def picture_sources(element: Element) -> Iterator[str]:
    """The addresses under which a picture can be had, as written: the one shown, then the largest of each set."""
    lazy = [element.get(name) or "" for name in LAZY]
    shown = [source for source in lazy if _is_address(source)] or [element.get("src") or ""]
    yield from shown
    for name in SETS:
        yield from largest_of(element.get(name) or "")
    for name in FULL:
        yield element.get(name) or ""


def largest_of(candidates: str) -> Iterator[str]:
    """The largest of a `srcset`; nothing where it names none."""
    found: list[tuple[float, str]] = []
    for match in _CANDIDATE.finditer(candidates):
        if len(found) < _MOST_CANDIDATES:
            found.append((_size(match), match["url"]))
    if found:
        yield max(found, key=lambda one: one[0])[1]


def absolute(base: str, written: str) -> str:
    """An address as written made absolute, without the place on its page; empty where it is none of the web."""
    try:
        joined = urljoin(base, written.strip())
    except ValueError:  # a bracket where only an IPv6 address may have one
        return ""
    address = joined.partition("#")[0]
    return address if address.lower().startswith(_WEB) else ""


def is_picture_name(url: str) -> bool:
    """Whether an address ends as that of a picture does."""
    return _PICTURE_NAME.search(_path(url)) is not None


def fragment(body: str) -> HtmlElement:
    """A body as the `body` element of a tree."""
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True)
    # What comes behind these is none of the page for lxml; browsers go on with it.
    page = f"<html><body>{_END_OF_PAGE.sub('', body)}".encode("utf-8", "replace")
    root = html.document_fromstring(page, parser=parser)
    found = root.find("body")
    return root if found is None else found


def _each_once(links: Iterable[MediaLink]) -> tuple[MediaLink, ...]:
    found: dict[str, MediaLink] = {}
    for link in links:
        found.setdefault(link.url, link)
    return tuple(found.values())


def _linked(element: Element, base: str, *, is_list: bool) -> Iterator[MediaLink]:
    url = absolute(base, element.get("href") or "")
    if not url:
        return
    if is_picture_name(url):
        yield MediaLink(url=url, kind="image")
    elif _is_file(url) and (is_list or _UPLOADS in url):
        yield MediaLink(url=url, kind="attachment")


def _shown(sources: Iterable[str], base: str) -> Iterator[MediaLink]:
    for source in sources:
        url = absolute(base, source) if _is_address(source) else ""
        if url:
            yield MediaLink(url=url, kind="image")


def _played(element: Element, base: str) -> Iterator[MediaLink]:
    yield from _shown([element.get("poster") or ""], base)
    for name in ("src", "data"):
        url = absolute(base, element.get(name) or "")
        if url and _is_file(url):
            yield MediaLink(url=url, kind="image" if is_picture_name(url) else "attachment")


def _is_picture_source(element: Element) -> bool:
    parent = element.getparent()
    return element.tag == "source" and parent is not None and parent.tag == "picture"


def _is_file(url: str) -> bool:
    found = _FILE_NAME.search(_path(url))
    return found is not None and found[1].lower() not in _PAGES


def _is_address(source: str) -> bool:
    return bool(source.strip()) and not source.lstrip()[:5].lower().startswith(("data:", "blob:"))


def _path(url: str) -> str:
    try:
        return unquote(urlsplit(url).path)
    except ValueError:
        return ""


def _size(match: re.Match[str]) -> float:
    """How large a candidate is: by width, else by density; one of a density counts as its thousandfold in pixels."""
    try:
        size = float(match["size"] or 1)
    except ValueError:
        return 0.0
    return size if match["unit"] == "w" else size * 1000

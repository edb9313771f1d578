"""Find who answers whom: replies nested under posts, quotes and @mentions, each with what it was told by."""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from lxml import etree, html

from exporters.record import whole_text
from parsers.visible_text import visible_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.element import Element
    from parsers.records import Post

# Of this many paragraphs before a post it is known whose they are: who quotes quotes what was said of late.
_MOST_PARAGRAPHS = 500
# Shorter ones (“Thanks!”) are written by many.
_SHORTEST_PARAGRAPH = 20
_LONGEST_EXCERPT = 120
_LONGEST_NAME = 80
_DEEPEST_SOURCE = 4
_POST_LINK = re.compile(r"#post-(\d{1,18})$")
_SAID = "wrote|said|schreef|zei|schrieb|sagte|a écrit|écrivait|escribió|dijo|escreveu|disse|ha scritto|написала?|napisał(?:a|\\(a\\))?|skrev"
_ATTRIBUTION = re.compile(rf"(?:@|#)?(?P<name>\S.*?)\s+(?:{_SAID})\s*:?", re.IGNORECASE)
_MENTION = re.compile(r"(?<![\w@/.&;-])@([\w][\w.-]{0,58}[\w])")
_NOT_OWN_WORDS = ("blockquote", "code", "pre", "a", "script", "style")


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A post that answers a post, quotes somebody or addresses somebody.

    Attributes:
        kind: `parent`, `quote` or `mention`.
        target_post_id: the post that is answered or quoted; None where only a person is known.
        target_name: who is quoted or addressed, as written.
        target_url: the profile that a mention links.
        evidence: `nesting` on the page, a `link`, the same `text` in an earlier post, or a `name` alone.
        excerpt: the words that say so, or the first that are quoted.
    """

    kind: Literal["parent", "quote", "mention"]
    target_post_id: int | None = None
    target_name: str | None = None
    target_url: str | None = None
    evidence: Literal["nesting", "link", "text", "name"]
    excerpt: str | None = None


class ReplyGraph:
    """The edges of one topic's posts, which are given in order."""

    def __init__(self) -> None:
        self._whose = OrderedDict[bytes, int]()

    def edges(self, post: Post) -> tuple[Edge, ...]:
        """Whom a post answers, quotes and addresses, each once."""
        found: dict[Edge, None] = {}
        if post.reply_to is not None:
            found[Edge(kind="parent", target_post_id=post.reply_to, evidence="nesting")] = None
        quoted: set[bytes] = set()
        if "<blockquote" in post.body_html or "@" in post.body_html:
            root = _parsed(post.body_html)
            for quote in _outermost_quotes(root):
                quoted.update(_paragraphs(visible_text(quote)))
                edge = self._quote(quote)
                if edge is not None:
                    found[edge] = None
            found.update(dict.fromkeys(_mentions(root)))
        self._remember(post, quoted)
        return tuple(found)

    def _quote(self, quote: Element) -> Edge | None:
        name, link = _attribution(quote)
        paragraphs = _paragraphs(visible_text(quote))
        said_by = next((self._whose[one] for one in paragraphs if one in self._whose), None)
        if link is None and said_by is None and name is None:
            return None
        return Edge(
            kind="quote",
            target_post_id=link or said_by,
            target_name=name,
            evidence="link" if link else "text" if said_by else "name",
            excerpt=_excerpt(visible_text(quote)),
        )

    def _remember(self, post: Post, quoted: set[bytes]) -> None:
        for paragraph in _paragraphs(post.body_text):
            if paragraph not in quoted:
                self._whose[paragraph] = post.post_id
                self._whose.move_to_end(paragraph)
        while len(self._whose) > _MOST_PARAGRAPHS:
            self._whose.popitem(last=False)


def _parsed(body: str) -> Element:
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True)
    text = whole_text(body).replace("\0", "\ufffd")
    page: Element = html.document_fromstring(
        f"<html><body><div>{text}</div></body></html>".encode(), parser=parser
    )
    return page


def _outermost_quotes(root: Element) -> Iterator[Element]:
    for quote in root.iter("blockquote"):
        if next(quote.iterancestors("blockquote"), None) is None:
            yield quote


def _attribution(quote: Element) -> tuple[str | None, int | None]:
    """Whom a quote names, and the post that its source links."""
    link = _linked_post(quote.get("cite"))
    for place in _places(quote):
        text = " ".join(visible_text(place).split())
        found = _ATTRIBUTION.fullmatch(text) if len(text) <= 2 * _LONGEST_NAME else None
        if found is not None:
            links = (_linked_post(anchor.get("href")) for anchor in place.iter("a"))
            return found["name"], link or next(filter(None, links), None)
    return None, link


def _places(quote: Element) -> Iterator[Element]:
    """Where a quote says whose it is: in what is right before it, and in what it begins with."""
    before = quote.getprevious()
    if before is not None and not (before.tail or "").strip() and isinstance(before.tag, str):
        yield before
    inside = quote
    for _ in range(_DEEPEST_SOURCE):
        if (inside.text or "").strip() or not len(inside) or not isinstance(inside[0].tag, str):
            return
        inside = inside[0]
        yield inside


def _linked_post(address: str | None) -> int | None:
    found = _POST_LINK.search(address or "")
    return int(found[1]) if found else None


def _mentions(root: Element) -> Iterator[Edge]:
    """Whom a post addresses in its own words, first those by a link. What it quotes is taken out of the tree."""
    etree.strip_elements(root, "blockquote", "code", "pre", with_tail=False)
    for anchor in root.iter("a"):
        text = " ".join(visible_text(anchor).split())
        if text.startswith("@") and len(text) > 1:
            yield Edge(
                kind="mention",
                target_name=text[1:],
                target_url=anchor.get("href"),
                evidence="link",
                excerpt=_excerpt(text),
            )
    etree.strip_elements(root, *_NOT_OWN_WORDS, with_tail=False)
    for found in _MENTION.finditer(visible_text(root)):
        yield Edge(kind="mention", target_name=found[1], evidence="name", excerpt=found[0])


def _paragraphs(text: str) -> list[bytes]:
    """What tells apart the lines of a text that are long enough to be one person's, case and blanks aside."""
    lines = (" ".join(line.split()).casefold() for line in text.splitlines())
    long = (line.encode("utf-8", "replace") for line in lines if len(line) >= _SHORTEST_PARAGRAPH)
    return [hashlib.blake2b(line, digest_size=16).digest() for line in long]


def _excerpt(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _LONGEST_EXCERPT else f"{words[: _LONGEST_EXCERPT - 1]}…"

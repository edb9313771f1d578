"""Replace in HTML what is replaced in text, also where tags part a name, and in what elements say of people and pictures."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lxml.html import defs

from exporters.pseudonym.profile import is_avatar, is_contact
from exporters.pseudonym.span import Chosen, Span, applied, masked
from parsers.visible_text import break_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporters.pseudonym.span import SpanFinder
    from exporters.pseudonym.tally import Tally

_TAG = re.compile(r"<!--.*?-->|<[/!?a-zA-Z](?:[^<>\"']|\"[^\"]*\"|'[^']*')*+>", re.DOTALL)
_NAME = re.compile(r"</?([a-zA-Z][a-zA-Z0-9-]*)")
_ATTRIBUTE = re.compile(
    r"(?P<lead>\s+)(?P<name>[^\s=>\"'/]+)(?:\s*=\s*(?P<value>\"[^\"]*\"|'[^']*'|[^\s>]+))?"
)
_BLANKS = str.maketrans("\n\r\t\f\v", "     ")
_SOURCES = frozenset(("cite", "figcaption"))
_ADDRESSES = frozenset(
    (
        "href",
        "src",
        "cite",
        "action",
        "data",
        "poster",
        "longdesc",
        "background",
        "formaction",
        "srcset",
    )
)
_TELLS_WHO = re.compile(
    r"user|author|member|nick|login|mention|mail|phone|person|profile|poster|avatar|gravatar",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"\S*(?:user|author|member)\S*?-\d+\S*", re.IGNORECASE)
_FILE = re.compile(
    r"\.(?:pdf|zip|docx?|xlsx?|pptx?|odt|ods|txt|csv|rar|7z|gz|mp3|mp4|mov|avi|wav|png|jpe?g|gif|webp|heic)(?:[?#]|$)",
    re.IGNORECASE,
)
_LONGEST_MARK = 120
_HTML = defs.tags | defs.safe_attrs


@dataclass(slots=True)
class _Piece:
    """A tag or a text of a body; of a text also where it is in the text of all."""

    source: str
    is_tag: bool
    name: str = ""
    plain: str = ""
    start: int = 0


@dataclass(slots=True)
class _Body:
    pieces: list[_Piece] = field(default_factory=list[_Piece])
    text: list[str] = field(default_factory=list[str])
    length: int = 0
    is_preformatted: bool = False

    def add_text(self, source: str) -> None:
        """Take a text between tags."""
        plain = html.unescape(source) if "&" in source else source
        self.pieces.append(_Piece(source, is_tag=False, plain=plain, start=self.length))
        # A line end in the source is a blank for who reads the page.
        self._append(plain if self.is_preformatted else plain.translate(_BLANKS))

    def add_tag(self, source: str) -> None:
        """Take a tag; some part what stands around them."""
        found = _NAME.match(source)
        name = found[1].lower() if found else ""
        self.pieces.append(_Piece(source, is_tag=True, name=name, start=self.length))
        if name == "pre":
            self.is_preformatted = not source.startswith("</")
        self._append(break_at(name, is_end=source.startswith("</")))

    def _append(self, text: str) -> None:
        self.text.append(text)
        self.length += len(text)


class BodyCleaner:
    """Makes bodies without names and contact data."""

    def __init__(self, finder: SpanFinder, tally: Tally) -> None:
        self._finder = finder
        self._tally = tally
        self._somebody: dict[str, bool] = {}

    def cleaned(self, body: str) -> str:
        """Inner HTML without them."""
        parts = _taken_apart(body)
        text = "".join(parts.text)
        chosen = Chosen(text)
        for span in self._marked_elements(parts, text):
            chosen.add(span)
        # A name that an element marks is no part of one that stands right before it: `@ada<cite>Eva</cite>`.
        for span in self._finder.in_text(masked(text, chosen.spans)):
            chosen.add(span)
        spans = chosen.spans
        for span in spans:
            self._tally.add(span.kind)
        if "<blockquote" in body and not any(span.kind == "quotes" for span in spans):
            self._tally.add("quotes_without_name")
        return "".join(self._written(parts.pieces, spans))

    # Elements that name somebody

    def _marked_elements(self, parts: _Body, text: str) -> Iterator[Span]:
        """Names that are the text of a link to a profile, or of what names the source of a quote."""
        opened: list[tuple[str, str, int]] = []
        for piece in parts.pieces:
            if piece.name != "a" and piece.name not in _SOURCES:
                continue
            if not piece.source.startswith("</"):
                opened.append((piece.name, piece.source, piece.start))
                continue
            span = self._closed(opened, piece, text)
            if span is not None:
                yield span

    def _closed(self, opened: list[tuple[str, str, int]], piece: _Piece, text: str) -> Span | None:
        while opened:
            name, source, start = opened.pop()
            if name == piece.name:
                return self._named_by(name, source, start, text[start : piece.start])
        return None

    def _named_by(self, name: str, source: str, start: int, text: str) -> Span | None:
        bare = text.strip()
        if not bare or len(bare) > _LONGEST_MARK or "://" in bare:
            return None
        known = self._finder.marks.whole(bare)
        if name == "a" and known is not None:
            known = self._finder.pseudonym_of_profile(_value(source, "href"))
        if known is None:
            return None
        first = start + text.index(bare)
        end = first + len(bare.rstrip(" :："))
        if bare[0] in "@＠":
            return Span(first + 1, end, known, "mentions")
        return Span(first, end, known, "names" if name == "a" else "quotes")

    # Tags

    def _written(self, pieces: list[_Piece], spans: list[Span]) -> Iterator[str]:
        """The pieces with the spans replaced; a span that goes on behind a tag is written before it."""
        first = 0
        for piece in pieces:
            if piece.is_tag:
                yield self._tag(piece)
                continue
            while first < len(spans) and spans[first].end <= piece.start:
                first += 1
            met = list(_meeting(spans, first, piece))
            yield html.escape(_cut(piece, met), quote=False) if met else piece.source

    def _tag(self, piece: _Piece) -> str:
        # In a comment, which nobody sees, anything may be; and what looks like a tag may be a name: `<ada>`.
        if piece.source[1] in "!?" or self._is_somebody(piece.name):
            return ""
        if piece.source[1] == "/":
            return f"{piece.source[: len(piece.name) + 2]}>"
        if len(piece.source) == len(piece.name) + 2:
            return piece.source
        self._note_media(piece)
        is_closed = "/" if piece.source.endswith("/>") else ""
        inner = piece.source[len(piece.name) + 1 : -1 - len(is_closed)]
        kept = "".join(self._attribute(piece.name, found) for found in _ATTRIBUTE.finditer(inner))
        tail = " /" if is_closed and piece.source.endswith(" />") else is_closed
        return f"{piece.source[: len(piece.name) + 1]}{kept}{tail}>"

    def _is_somebody(self, name: str) -> bool:
        """Whether what stands where an element or an attribute is named names somebody."""
        if name not in self._somebody:
            self._somebody[name] = name not in _HTML and bool(self._finder.in_question(name))
        return self._somebody[name]

    def _note_media(self, piece: _Piece) -> None:
        if piece.name == "img" and not is_avatar(piece.source) and "emoji" not in piece.source:
            self._tally.add("pictures")
        elif piece.name == "a" and _FILE.search(_value(piece.source, "href")):
            self._tally.add("attachments")

    def _attribute(self, tag: str, found: re.Match[str]) -> str:
        written = found["value"]
        name = found["name"].lower()
        if self._is_somebody(name):
            return ""
        if written is None:
            return found[0]
        value = html.unescape(written.strip("\"'") if written[0] in "\"'" else written)
        kept = self._value(tag, name, value)
        if kept == value:
            return found[0]
        return "" if kept is None else f'{found["lead"]}{found["name"]}="{html.escape(kept)}"'

    def _value(self, tag: str, name: str, value: str) -> str | None:
        if name.startswith("data-") and (_TELLS_WHO.search(name) or name == "data-cfemail"):
            self._tally.add("emails" if "mail" in name else "addresses")
            return None
        if name in _ADDRESSES or "://" in value:
            return self._address(tag, value)
        if name in {"class", "id", "name", "for", "aria-describedby", "aria-labelledby"}:
            value = (
                " ".join(_NUMBERED.sub("", value).split()) if _NUMBERED.search(value) else value
            )
        return self._text(value)

    def _address(self, tag: str, value: str) -> str | None:
        if is_contact(value):
            self._tally.add("emails" if value.lower().startswith("mailto") else "phones")
            return None
        if is_avatar(value):
            self._tally.add("avatars")
            return None
        if tag != "img" and self._finder.is_profile(value):
            self._tally.add("profile_links")
            return None
        replaced = self._finder.in_address(value)
        if replaced != value:
            self._tally.add("addresses")
        return replaced

    def _text(self, value: str) -> str:
        spans = self._finder.in_text(value)
        for span in spans:
            self._tally.add(span.kind)
        return applied(value, spans) if spans else value


def _taken_apart(body: str) -> _Body:
    parts = _Body()
    end = 0
    for tag in _TAG.finditer(body):
        if tag.start() > end:
            parts.add_text(body[end : tag.start()])
        parts.add_tag(tag[0])
        end = tag.end()
    if end < len(body):
        parts.add_text(body[end:])
    return parts


def _value(tag: str, name: str) -> str:
    for found in _ATTRIBUTE.finditer(tag):
        if found["name"].lower() == name and found["value"]:
            return html.unescape(found["value"].strip("\"'"))
    return ""


def _meeting(spans: list[Span], first: int, piece: _Piece) -> Iterator[Span]:
    end = piece.start + len(piece.plain)
    for place in range(first, len(spans)):
        if spans[place].start >= end:
            return
        yield spans[place]


def _cut(piece: _Piece, spans: list[Span]) -> str:
    """A piece of text with what of the spans is in it replaced, or left out where another piece has the replacement."""
    length = len(piece.plain)
    within = [
        Span(
            max(0, span.start - piece.start),
            min(length, span.end - piece.start),
            span.replacement if span.start >= piece.start else "",
            span.kind,
        )
        for span in spans
    ]
    return applied(piece.plain, within)

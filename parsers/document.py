"""Make a page's bytes into a tree: character encoding first, then lxml, BeautifulSoup where lxml misreads it."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from bs4 import BeautifulSoup
from bs4.dammit import UnicodeDammit
from lxml import etree

from parsers.records import Page, Problem

if TYPE_CHECKING:
    from parsers.element import Element

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([a-zA-Z0-9_.:-]+)""", re.IGNORECASE)
_META_CHARSET = re.compile(
    rb"""<meta[^>]+charset\s*=\s*["']?\s*([a-zA-Z0-9_.:-]+)""", re.IGNORECASE
)
# Browsers read these names as the Windows superset (WHATWG Encoding Standard, "Names and labels").
_SUPERSETS = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
}
_TOLERATED_SHARE = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A page and its tree.

    Attributes:
        page: what came.
        root: the `html` element.
        encoding: what the bytes were read as.
        problems: what was unsure about reading them.
    """

    page: Page
    root: Element
    encoding: str
    problems: tuple[Problem, ...] = field(default=())

    @property
    def url(self) -> str:
        """The address that answered."""
        return self.page.final_url


def read_document(page: Page) -> Document:
    """Read a page's bytes as HTML; anything gives a tree, if an empty one."""
    encoding, problems = _encoding(page)
    data = page.body
    if encoding != "utf-8" or problems or b"\0" in data:
        text = decode_with(data, encoding)
        data = text.replace("\0", "").encode("utf-8", "replace")
    return Document(page=page, root=_tree(data), encoding=encoding, problems=problems)


def read_leniently(document: Document) -> Document:
    """Read the page a second time, through BeautifulSoup's forgiving parser, for markup that lxml misreads."""
    soup = BeautifulSoup(decode_with(document.page.body, document.encoding), "html.parser")
    problem = Problem(
        code="lenient-reading",
        detail="The markup is broken; it was read by a more forgiving parser.",
    )
    return Document(
        page=document.page,
        root=_tree(str(soup).replace("\0", "").encode("utf-8", "replace")),
        encoding=document.encoding,
        problems=(*document.problems, problem),
    )


def decode_text(data: bytes) -> str:
    """Decode the bytes of a text file: by its byte order mark, as UTF-8, else by the best guess."""
    for mark, name in _BOMS:
        if data.startswith(mark):
            return decode_with(data, name)
    if _fits(data, "utf-8"):
        return decode_with(data, "utf-8")
    return decode_with(data, UnicodeDammit(data).original_encoding or "cp1252")


def decode_with(data: bytes, encoding: str) -> str:
    """Decode bytes, a byte order mark dropped and what cannot be decoded replaced."""
    return data.decode(encoding, "replace").lstrip("\ufeff")


def _tree(data: bytes) -> Element:
    # A parser of its own per page: lxml's parsers keep state, and pages may be read side by side.
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True)
    try:
        root = cast("Element | None", etree.fromstring(data, parser))
    except etree.XMLSyntaxError:
        root = None  # nothing in it that could be an element
    return etree.fromstring(b"<html></html>", parser) if root is None else root


def _encoding(page: Page) -> tuple[str, tuple[Problem, ...]]:
    """The first declared encoding that fits the bytes: byte order mark, header, meta; else the best guess."""
    named = [name for name in _declared(page) if name]
    for name in named or ["utf-8"]:
        if _fits(page.body, name):
            return name, ()
    if named and _share_of_misfits(page.body, named[0]) <= _TOLERATED_SHARE:
        detail = f"Some bytes are not {named[0]}; they were replaced."
        return named[0], (Problem(code="invalid-bytes", detail=detail),)
    guess = UnicodeDammit(page.body, known_definite_encodings=named).original_encoding or "utf-8"
    detail = f"The page declares {named[0] if named else 'no encoding'}, which does not fit; it was read as {guess}."
    return guess, (Problem(code="encoding-guessed", detail=detail),)


def _declared(page: Page) -> list[str | None]:
    for mark, name in _BOMS:
        if page.body.startswith(mark):
            return [name]
    header = _CHARSET.search((page.header("content-type") or "").encode())
    meta = _META_CHARSET.search(page.body[:4096])
    return [_known(match[1].decode()) if match else None for match in (header, meta)]


def _known(label: str) -> str | None:
    try:
        name = codecs.lookup(label).name
    except LookupError:
        return None
    return _SUPERSETS.get(name, name)


def _fits(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _share_of_misfits(data: bytes, encoding: str) -> float:
    return data.decode(encoding, "replace").count("\ufffd") / max(1, len(data))

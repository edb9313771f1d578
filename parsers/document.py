"""Make a page's bytes into a tree: character encoding first, then lxml, of balanced markup where lxml misreads it."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from parsers.markup import MOST_LEVELS, balanced, check_markup, preface_length, read_tree
from parsers.page_address import PageAddress, base_of
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
# Python's names for ways to write text down that no page is in.
_NOT_OF_PAGES = frozenset(("idna", "punycode", "raw-unicode-escape", "unicode-escape", "utf-7"))
_BEYOND_ASCII = bytes(range(0x80, 0x100))
_TELLING, _TELLING_SHARE = 40, 0.02
# How many of a page's characters beyond ASCII may be wrong.
_TOLERATED_SHARE = 0.1
_DEEP = "deep-markup"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A page and its tree.

    Attributes:
        page: what came.
        root: the `html` element.
        encoding: what the bytes were read as.
        base: what relative links are relative to, where the page names something else on its own site than itself.
        problems: what was unsure about reading them.
    """

    page: Page
    root: Element
    encoding: str
    base: str | None = None
    problems: tuple[Problem, ...] = field(default=())

    @property
    def url(self) -> str:
        """The address that answered; one that knows what the page's links are relative to, where that is another."""
        return self.page.final_url if self.base is None else PageAddress.of(self.page, self.base)

    @property
    def is_flattened(self) -> bool:
        """Whether elements lay too deep in one another for all of them to be in the tree."""
        return any(problem.code == _DEEP for problem in self.problems)


def read_document(page: Page) -> Document:
    """Read a page's bytes as HTML; anything gives a tree, if an empty one.

    Raises:
        OversizedPageError: there is more markup than can be read in a reasonable time.
    """
    encoding, problems = _encoding(page)
    data = page.body
    if encoding != "utf-8" or problems or b"\0" in data:
        data = _as_utf_8(data, encoding)
    check_markup(data, page.final_url)
    return _document(page, data, encoding, problems)


def read_leniently(document: Document) -> Document:
    """Read the page a second time, every element that was left open closed, for markup that lxml misreads."""
    problem = Problem(
        code="lenient-reading",
        detail="The markup is broken; it was read by a more forgiving parser.",
    )
    data = balanced(_as_utf_8(document.page.body, document.encoding)).data
    known = (one for one in document.problems if one.code != _DEEP)
    return _document(document.page, data, document.encoding, (*known, problem))


def _as_utf_8(data: bytes, encoding: str) -> bytes:
    return decode_with(data, encoding).replace("\0", "").encode("utf-8", "replace")


def _document(page: Page, data: bytes, encoding: str, problems: tuple[Problem, ...]) -> Document:
    root, is_whole = read_tree(data[preface_length(data) :])
    if not is_whole:
        detail = f"Elements lie more than {MOST_LEVELS} deep in one another; of the deepest, only the text was read."
        problems = (*problems, Problem(code=_DEEP, detail=detail))
    has_base = next(root.iter("base"), None) is not None
    base = base_of(root, data, page.final_url) if has_base else None
    return Document(page=page, root=root, encoding=encoding, base=base, problems=problems)


def decode_text(data: bytes) -> str:
    """Decode the bytes of a text file: by its byte order mark, as UTF-8, else by the best guess."""
    marked = _marked_encoding(data)
    if marked is None:
        marked = "utf-8" if _fits(data, "utf-8") else _guess(data)
    return decode_with(data, marked)


def decode_with(data: bytes, encoding: str) -> str:
    """Decode bytes, a byte order mark dropped and what cannot be decoded replaced."""
    return data.decode(encoding, "replace").lstrip("\ufeff")


def _encoding(page: Page) -> tuple[str, tuple[Problem, ...]]:
    """The first declared encoding that fits the bytes: byte order mark, header, meta; else the best guess.

    UTF-8 is hardly ever right by chance, and any bytes fit an encoding of single bytes: where the bytes are UTF-8, with
    more than ASCII in them, they are no single-byte encoding, whatever is declared.
    """
    marked = _marked_encoding(page.body)
    if marked is not None:
        return marked, () if _fits(page.body, marked) else (_replaced(marked),)
    named = [name for name in _declared(page) if name]
    fitting = next((name for name in named or ["utf-8"] if _fits(page.body, name)), None)
    if fitting is not None and not _takes_any_bytes(fitting):
        return fitting, ()
    if _is_hardly_else_than_utf_8(page.body):
        return "utf-8", (_unfit(page.body, named),)
    if fitting is not None:
        return fitting, ()
    guess = _guess(page.body)
    return guess, (_guessed(named, guess),)


def _guess(data: bytes) -> str:
    """What bytes are read as that fit nothing declared: few beyond ASCII tell no script, so they are taken for Latin."""
    beyond = len(data) - len(data.translate(None, _BEYOND_ASCII))
    if beyond < max(_TELLING, len(data) * _TELLING_SHARE) and _fits(data, "cp1252"):
        return "cp1252"
    from bs4.dammit import UnicodeDammit  # noqa: PLC0415  slow to import, and few pages need it

    return UnicodeDammit(data).original_encoding or "utf-8"


def _unfit(data: bytes, named: list[str]) -> Problem:
    """What is wrong with UTF-8: bytes of it, or that the page declares something else."""
    if named and "utf-8" not in named and _fits(data, "utf-8"):
        return _guessed(named, "utf-8")
    return _replaced("utf-8")


def _replaced(encoding: str) -> Problem:
    return Problem(
        code="invalid-bytes", detail=f"Some bytes are not {encoding}; they were replaced."
    )


def _guessed(named: list[str], guess: str) -> Problem:
    declared = named[0] if named else "no encoding"
    detail = f"The page declares {declared}, which does not fit; it was read as {guess}."
    return Problem(code="encoding-guessed", detail=detail)


def _marked_encoding(data: bytes) -> str | None:
    return next((name for mark, name in _BOMS if data.startswith(mark)), None)


def _declared(page: Page) -> list[str | None]:
    header = _CHARSET.search((page.header("content-type") or "").encode())
    start = preface_length(page.body)
    meta = _META_CHARSET.search(page.body[start : start + 4096])
    is_wide = b"\0" in page.body
    return [_known(match[1].decode(), is_wide=is_wide) for match in (header, meta) if match]


def _known(label: str, *, is_wide: bool) -> str | None:
    """The encoding that a label names, if a page can be in it: its tags must be tags.

    Some of Python's names are of transformations and of encodings in which `<` is another byte.
    """
    try:
        name = codecs.lookup(label).name
        is_plain = "<".encode(name) == b"<"
    except (LookupError, UnicodeError):
        return None
    if name in _NOT_OF_PAGES or not (is_plain or (is_wide and name.startswith("utf-16"))):
        return None
    return _SUPERSETS.get(name, name)


def _fits(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _takes_any_bytes(encoding: str) -> bool:
    return encoding.startswith(("cp125", "iso8859", "koi8", "mac"))


def _is_hardly_else_than_utf_8(data: bytes) -> bool:
    """Whether bytes beyond ASCII are UTF-8, but for few."""
    if data.isascii():
        return False
    text = data.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    right = sum(1 for character in text if not character.isascii()) - wrong
    return right >= wrong and wrong <= max(1, right * _TOLERATED_SHARE)

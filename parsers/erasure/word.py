"""Find words in the bytes of a page, however they are written there: plain, as entities, in addresses, in JSON."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from html import unescape
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_PIECE = re.compile(
    rb"[0-9A-Za-z]+|[\x80-\xff]+|&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][0-9A-Za-z]{1,31});"
    rb"|\\u[0-9a-fA-F]{4}|(?:%[0-9A-Fa-f]{2})+"
)
# Pieces without a gap between them; most are nothing but letters.
_RUN = re.compile(rb"(?:" + _PIECE.pattern + rb")+")
# What may stand between two words of one name or sentence: no tag, and nothing that ends an attribute or an address.
_BETWEEN = re.compile(rb"[^<>\"]{1,64}")


class Word(NamedTuple):
    """A word, folded, and the bytes that it takes."""

    text: str
    start: int
    end: int


def folded_words(text: str) -> tuple[str, ...]:
    """The words of a text, as `words_of` finds them in the bytes of a page."""
    return tuple(word.text for word in words_of(text.encode("utf-8", "surrogatepass")))


def texts_of(data: bytes) -> list[str]:
    """The same as `words_of` finds, without where they stand: that is found out several times as fast."""
    return list(chain.from_iterable(map(_texts_in, _RUN.findall(data))))


@lru_cache(maxsize=1 << 16)
def _texts_in(run: bytes) -> tuple[str, ...]:
    if run.isalnum():
        return (run.decode("ascii").lower(),)
    return tuple(word.text for word in _words_in(run, 0))


def words_of(data: bytes) -> list[Word]:
    """Every word, in order; an underscore and a hyphen part words, as they do in addresses."""
    found: list[Word] = []
    for match in _RUN.finditer(data):
        run, start = match[0], match.start()
        if run.isalnum():
            found.append(Word(run.decode("ascii").lower(), start, match.end()))
        else:
            found += _words_in(run, start)
    return found


def _words_in(run: bytes, place: int) -> Iterator[Word]:
    """The words of pieces of several kinds, which begin at some place of a page."""
    letters: list[str] = []
    start = end = 0
    for text, first, last in _letters(run):
        if letters and first != end:
            yield Word(_folded("".join(letters)), place + start, place + end)
            letters.clear()
        if not letters:
            start = first
        letters.append(text)
        end = last
    if letters:
        yield Word(_folded("".join(letters)), place + start, place + end)


def windows(words: Sequence[str], length: int) -> Iterator[tuple[str, ...]]:
    """So many words in a row, from each word on."""
    return zip(*(words[place:] for place in range(length)), strict=False)


class Rows:
    """Rows of words, each of which is found in a text in one look at each word of it, however many there are."""

    def __init__(self, rows: Iterable[tuple[str, ...]] = ()) -> None:
        self._rows: set[tuple[str, ...]] = set()
        self._lengths: dict[str, set[int]] = {}
        for row in rows:
            self.add(row)

    def add(self, row: tuple[str, ...]) -> None:
        """Have one more be found, unless it is empty."""
        if row:
            self._rows.add(row)
            self._lengths.setdefault(row[0], set()).add(len(row))

    def places_in(self, words: Sequence[str]) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Every one of them that a text has, with the place of its first word."""
        if self._lengths.keys().isdisjoint(words):
            return
        for at, word in enumerate(words):
            for length in self._lengths.get(word, ()):
                row = tuple(words[at : at + length])
                if row in self._rows:
                    yield at, row


def are_joined(data: bytes, one: Word, other: Word) -> bool:
    """Whether two words follow each other in one text."""
    return _BETWEEN.fullmatch(data, one.end, other.start) is not None


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def _letters(data: bytes) -> Iterator[tuple[str, int, int]]:
    """Runs of letters and digits, and the bytes that they are written in."""
    for match in _PIECE.finditer(data):
        piece, first = match[0], match.start()
        if piece[0] < 0x80 and piece.isalnum():
            yield piece.decode("ascii"), first, match.end()
        elif piece[0] >= 0x80:
            yield from _of_text(piece, first)
        else:
            text = _written(piece)
            if text.isalnum():
                yield text, first, match.end()


def _written(piece: bytes) -> str:
    """What an entity, an escape or a percent sign stands for."""
    text = piece.decode("ascii")
    if text.startswith("&"):
        return unescape(text)
    if text.startswith("\\"):
        return text.encode("ascii").decode("unicode_escape")
    return unquote(text, errors="replace")


def _of_text(piece: bytes, first: int) -> Iterator[tuple[str, int, int]]:
    encoding = "utf-8"
    try:
        text = piece.decode(encoding)
    except UnicodeDecodeError:
        text, encoding = piece.decode("latin-1"), "latin-1"
    if text.isalnum():
        yield text, first, first + len(piece)
        return
    for character in text:
        last = first + len(character.encode(encoding))
        # Marks that are put on letters are parts of words in many scripts.
        if character.isalnum() or unicodedata.category(character).startswith("M"):
            yield character, first, last
        first = last

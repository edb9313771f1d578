"""Find what somebody may have meant whose words no post has: words of the index that are one slip of the keys away."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from scraper.archive.search_index import vocabulary
from scraper.archive.search_text import folded, searchable, storable

if TYPE_CHECKING:
    import sqlite3

    from scraper.archive.database import Archive

# Shorter words are near too many others, and OR and NOT among them are no words of a query.
_SHORTEST = 4
_MOST_WORDS = 8
_WORD = re.compile(r'[^\s"*,.;:!?()-]+')
_LAST = "\U0010ffff"
_IN_WORDS = frozenset("LMN")


def respelled(archive: Archive, text: str) -> str | None:
    """A query with each word that the index lacks replaced by the most frequent one near it; None where there is none near.

    Words of another first letter are not looked through: slips are rare there, and the index is in order of letters.

    Args:
        archive: opened to be read.
        text: as it was typed.
    """
    written = storable(text)
    with vocabulary(archive.connection, "row"):
        meant = _WORD.sub(lambda found: _meant(archive.connection, found[0]), written, _MOST_WORDS)
    return None if meant == written else meant


def _meant(connection: sqlite3.Connection, typed: str) -> str:
    word = folded(typed)
    if not _is_plain(word):
        return typed
    query = "SELECT term, doc FROM temp.vocabulary WHERE term BETWEEN ? AND ?"
    found = connection.execute(query, (word[0], word[0] + _LAST))
    near = {term: posts for term, posts in found if is_near(term, word)}
    return typed if not near or word in near else str(max(near, key=lambda term: near[term]))


def _is_plain(word: str) -> bool:
    """Whether it is one word of the index, long enough to be told from others."""
    is_one = all(unicodedata.category(letter)[0] in _IN_WORDS for letter in word)
    return len(word) >= _SHORTEST and is_one and searchable(word) == word


def is_near(one: str, other: str) -> bool:
    """Whether two words differ by one letter: another, one more, one less, or two that changed places."""
    longest, shortest = max(len(one), len(other)), min(len(one), len(other))
    if longest - shortest > 1:
        return False
    first = next((i for i in range(shortest) if one[i] != other[i]), shortest)
    left, right = one[first:], other[first:]
    if left[:2] == right[1::-1] and left[2:] == right[2:]:
        return True
    return left[1:] == right[1:] or left[1:] == right or left == right[1:]

"""Take text apart into words, alike whatever their case, accents and invisible marks; and tell which words are common."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from parsers.locale import all_locales

if TYPE_CHECKING:
    from collections.abc import Iterator

# Scripts that set no blanks between words, or join particles to names: Thai, Lao, Burmese, Khmer, Kana, Han, Hangul.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
# Vowel signs and accents, which Python counts to no word, and what nobody sees within one.
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u0900-\u0963\u0966-\u0dff\u0f00-\u0fff\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
)
_UNSEEN = "\u00ad\u034f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
WORD = re.compile(
    rf"[{_UNSPACED}]+|[^\W_{_UNSPACED}]+(?:[{_MARKS}{_UNSEEN}]+[^\W_{_UNSPACED}]*+)*+|[{_MARKS}]+"
)
"""A run of letters and digits of one kind of script; underscores part words."""
UNSPACED = re.compile(f"[{_UNSPACED}]")
"""A letter of a script without blanks between words."""
_DROPPED = re.compile(rf"[\u0300-\u036f{_UNSEEN}]")
# Letters that Unicode does not take apart, as WordPress spells them in addresses.
_LATIN = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h"}
)
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa"})
_SHORTEST = 3
_SHORTEST_UNSPACED = 2


@lru_cache(maxsize=1 << 16)
def fold(word: str) -> str:
    """A word without case, accents and what nobody sees: `Zoë` and `ZOE` are one."""
    if word.isascii():
        return word.lower()
    apart = unicodedata.normalize("NFKD", word.casefold())
    # What is written in syllables, as in Korean, is put together again.
    return unicodedata.normalize("NFC", _DROPPED.sub("", apart).translate(_LATIN)).casefold()


def words_of(text: str) -> tuple[str, ...]:
    """All words of a text, folded."""
    return tuple(map(fold, WORD.findall(text)))


def spelled_out(text: str) -> str:
    """A name with its umlauts as they are spelled where there are none: `Müller`, `Mueller`."""
    return unicodedata.normalize("NFC", text.casefold()).translate(_UMLAUTS)


def tells_somebody(word: str, common: frozenset[str]) -> bool:
    """Whether a folded word is fit to be looked for in any text: neither short nor common, and no number."""
    if word in common or word.isdigit():
        return False
    return len(word) >= (_SHORTEST_UNSPACED if UNSPACED.match(word) else _SHORTEST)


@cache
def common_words() -> frozenset[str]:
    """Words that many texts have and somebody may be called: those of the list, and those of the tables of languages."""
    listed = files("exporters.pseudonym").joinpath("common_words.txt").read_text("utf-8")
    lines = (line for line in listed.splitlines() if not line.startswith("#"))
    return frozenset(word for line in (*lines, *_of_tables()) for word in words_of(line))


@cache
def nameless() -> frozenset[str]:
    """What the languages call somebody without a name."""
    names = (name for locale in all_locales() for name in locale.notices.anonymous)
    return frozenset(name.casefold() for name in names)


def _of_tables() -> Iterator[str]:
    for locale in all_locales():
        dates = locale.dates
        named = (*dates.months, *dates.months_short, *dates.weekdays, *locale.roles.values())
        yield from (name for names in named for name in names)
        yield from (name for names in dates.units.values() for name in names)
        labels = locale.labels
        yield from (*labels.author, *labels.posts, *labels.home, *labels.forums, *labels.reply)
        yield from locale.notices.anonymous

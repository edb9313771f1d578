"""Make text comparable for searching: letters folded, and scripts that set no spaces between words cut into letters."""

from __future__ import annotations

import re
import unicodedata

# Letters that Unicode does not take apart into a base and a mark, and that people search for without it.
_BARE = str.maketrans("øłđðħıŧ", "oldđhit") | {
    ord("æ"): "ae",
    ord("œ"): "oe",
    ord("þ"): "th",
    ord("đ"): "d",
    ord("ð"): "d",
}
# Marks of a combining class from here on stand over or under a letter; lower ones (viramas, the voicing of kana) make
# another letter of it. Those between are the vowel points of Hebrew, Arabic and Syriac.
_FIRST_DIACRITIC_CLASS = 200
_POINT_CLASSES = range(10, 37)

# Scripts written without spaces, or with endings that grow onto words: Han, kana, Bopomofo, Hangul, Thai, Lao, Tibetan,
# Burmese, Khmer. As a class of characters in a regular expression has them.
UNSPACED = (
    "\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3021-\u3029\u3040-\u30ff\u3105-\u312f"
    "\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U000323af"
)
_UNSPACED = re.compile(f"([{UNSPACED}])")


class _Folding(dict[int, str]):
    """What becomes of each letter, found out when it is first met."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _folded_letter(chr(code))
        return folded


def _folded_letter(letter: str) -> str:
    parts = unicodedata.normalize("NFKD", letter).casefold()
    bare = "".join(part for part in parts if not _is_diacritic(part))
    return unicodedata.normalize("NFC", bare.translate(_BARE))


def _is_diacritic(letter: str) -> bool:
    kind = unicodedata.combining(letter)
    return kind >= _FIRST_DIACRITIC_CLASS or kind in _POINT_CLASSES


_FOLDING = _Folding()


def storable(text: str) -> str:
    """Text that came from a command line, without what SQLite cannot take: lone surrogates and NUL."""
    return text.encode("utf-8", "replace").decode().replace("\0", " ")


def folded(text: str) -> str:
    """Text without differences of case, width, ligatures and diacritics: `Ça MARCHE` becomes `ca marche`."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", text).translate(_FOLDING)


def searchable(text: str) -> str:
    """Text as the index has it: folded, each letter of a script without spaces a word of its own."""
    plain = folded(text)
    return plain if plain.isascii() else _UNSPACED.sub(r" \1 ", plain)

"""Makes texts that look alike be alike: spaces, digits of every script, case, marks that nobody sees."""

from __future__ import annotations

import html
import re
import unicodedata

_UNSEEN = "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
_TABLE = dict.fromkeys(map(ord, _UNSEEN), "") | dict.fromkeys(map(ord, "’‘ʼ′`´"), "'")
_NATIVE_DIGIT = re.compile(r"[^\D0-9]")
_AROUND = " -–—−•·|»«:;,"


def fold(text: str) -> str:
    """Fold a displayed text, without the dashes, dots and commas that themes put around it."""
    return fold_part(text).strip(_AROUND)


def fold_part(text: str) -> str:
    """Fold a piece of a text or of a format: a run of spaces at its ends stays, as one space."""
    if "&" in text:
        text = html.unescape(
            html.unescape(text)
        )  # what a translation escapes, bbPress escapes once more
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_TABLE)
        text = _NATIVE_DIGIT.sub(lambda match: str(unicodedata.digit(match[0])), text)
    folded = text.casefold()
    parts = folded.split()
    if not parts:
        return " " if folded else ""
    before = " " if folded[0].isspace() else ""
    return before + " ".join(parts) + (" " if folded[-1].isspace() else "")

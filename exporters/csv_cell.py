"""How values become cells of CSV: safe in a spreadsheet, and nothing lost."""

from __future__ import annotations

import re
from typing import BinaryIO

from exporters.record import json_of, whole_text

# What makes a spreadsheet run a cell, also as East Asian input methods write it, and behind blanks that it trims.
# Apostrophes count, too: only so can the one that is added be told from one that was there.
_FORMULA = re.compile(r"[\s'\ufeff\u200b]*[=+\-@\uff1d\uff0b\uff0d\uff20]|'*[\t\r\n]")
# NUL ends the text for many readers, and Ctrl-Z the file for some; blanks and line ends are fine in quotes.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Utf8Text:
    """What the csv module writes to: text goes in, UTF-8 comes out, nothing is held back."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def write(self, text: str) -> int:
        """Write text."""
        return self._out.write(text.encode())


def csv_cell(value: object, *, is_raw: bool) -> str:
    """A value as the text of a cell.

    Args:
        value: text, or what is written as JSON; None is an empty cell.
        is_raw: cells that a spreadsheet would run as a formula stay as they are.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        return json_of(value).decode()
    text = whole_text(value)
    # There are dozens of cells a post: most are told from what needs a closer look by what Python itself knows of them.
    if not text.isprintable():
        text = _CONTROL.sub("\ufffd", text)
    if is_raw or text[:1].isalnum() or not _FORMULA.match(text):
        return text
    return f"'{text}"

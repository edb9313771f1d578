"""Part a text into lines with their indentation and bullets; knows nothing of forums."""

from __future__ import annotations

import re
from dataclasses import dataclass

# What text browsers put before the items of lists, and what a browser copies; the letters only deep in a list.
_BULLETS = re.compile(r"(?:[•●○▪■□☆★◦‣⁃◆◇·*+-](?:\s+|$))+")
_DEEP_BULLETS = re.compile(r"(?:[•●○▪■□☆★◦‣⁃◆◇·*+o#@=-](?:\s+|$))+")
_DEEP = 6
_BREAK = re.compile(r"\r\n|\r|\n")
# One text browser numbers all links, and lists their addresses under a heading at the end.
_LINK_NUMBER = re.compile(r"\[\d{1,4}\](?=\S)")
LINK_LIST = "References"
# Longer lines are paragraphs: no frame of a page and no head of a post is read in them.
_LONGEST_SHORT = 600


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a text.

    Attributes:
        number: its number, from 1.
        raw: the line without the blanks at its end.
        column: where its text begins, after blanks and bullets.
        has_bullet: whether a bullet stands before it.
        text: its text, without blanks, bullets and the numbers of links; empty for a line that has nothing else.
    """

    number: int
    raw: str
    column: int
    has_bullet: bool
    text: str

    @property
    def is_short(self) -> bool:
        """Whether the line can be part of a page's frame or of a post's head."""
        return 0 < len(self.text) <= _LONGEST_SHORT


def split_lines(text: str) -> list[Line]:
    """Part a text into its lines; the last is empty, as it is in a text that ends with a line break."""
    bodies = _BREAK.split(text.removeprefix("\ufeff"))
    if bodies[-1].strip():
        bodies.append("")
    has_numbers = LINK_LIST in bodies
    return [_line(number, body, has_numbers) for number, body in enumerate(bodies, start=1)]


def _line(number: int, body: str, has_numbers: bool) -> Line:
    raw = body.rstrip().expandtabs(8) if "\t" in body else body.rstrip()
    text = raw.lstrip()
    bullets = _DEEP_BULLETS if len(raw) - len(text) >= _DEEP else _BULLETS
    if bullet := bullets.match(text):
        text = text[bullet.end() :]
    column = len(raw) - len(text)
    if has_numbers:
        text = _LINK_NUMBER.sub("", text)
    return Line(number, raw, column, bullet is not None, text)

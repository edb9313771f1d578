"""Finish lines of Markdown: place emphasis, guard line starts and ends; the input comes from `marking`.

CommonMark decides by the neighbours of `**` or `_` whether they mark anything at all. Where the neighbours that a
post gives them would not do, as in `so<b>"much"</b>` or in Japanese, the outer neighbour is written as a character
reference: what is shown stays the same.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from exporters.markdown import marking

if TYPE_CHECKING:
    from collections.abc import Iterator

_CLOSE_OF = {
    marking.STRONG_OPEN: marking.STRONG_CLOSE,
    marking.EMPHASIS_OPEN: marking.EMPHASIS_CLOSE,
    marking.STRIKE_OPEN: marking.STRIKE_CLOSE,
}
_OPEN_OF = {close: begin for begin, close in _CLOSE_OF.items()}
_OPENS, _CLOSES = "".join(_CLOSE_OF), "".join(_OPEN_OF)
_BREAK = marking.LINE_BREAK

_MARK = re.compile(f"([{_OPENS}{_CLOSES}])")
_SPACES = re.compile(" {2,}")
_SPACES_AT_BREAK = re.compile(f" *{_BREAK} *")
_BLANK_AFTER_OPEN = re.compile(rf"([{_OPENS}]+)([\s{_BREAK}]+)")
# Looking back keeps a long run of blanks from being tried from each of its characters.
_BLANK_BEFORE_CLOSE = re.compile(rf"(?<![\s{_BREAK}])([\s{_BREAK}]+)([{_CLOSES}]+)")
_NOTHING_MARKED = re.compile("|".join(f"{a}{b}|{b}{a}" for a, b in _CLOSE_OF.items()))
_EMPTY_LINES = re.compile(f"{_BREAK}{{2,}}")
_IMAGE_OR_ENTITY = re.compile(rf"{marking.BANG}(?=\[)|{marking.AMPERSAND}(?=#?\w+;)")

# Zero width, or the digits of a list number: the escape goes behind the match.
_LINE_START = re.compile(
    r"(?=#{1,6}(?:\s|\Z)|[-+](?:\s|\Z)|=+\s*\Z|-[-\s]*\Z|>|:-)|\d{1,9}(?=[.)](?:\s|\Z))"
)
_STRIPPED = re.compile(r"[\s\ufeff]")
_CLOSING_HASHES = re.compile(r"(?:(?<=\s)|\A)(?=#+\Z)")
_ASCII_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")


def tidy(marked: str) -> str:
    """Move white space out of emphasis, and drop emphasis of nothing and emphasis in itself."""
    text = _SPACES.sub(" ", marked)
    if _MARK.search(text):
        text = _SPACES.sub(" ", _shrunk(_once_each(text)))
    return _SPACES_AT_BREAK.sub(_BREAK, text) if _BREAK in text else text


def _shrunk(marked: str) -> str:
    """Move the ends of emphasis inwards until they meet text or each other."""
    text, before = marked, ""
    while before != text:
        before = text
        text = _BLANK_AFTER_OPEN.sub(r"\2\1", text)
        text = _BLANK_BEFORE_CLOSE.sub(r"\2\1", text)
        text = _NOTHING_MARKED.sub("", text)
    return text


def without_empty_lines(marked: str) -> str:
    """The same as lines without paragraphs."""
    return _EMPTY_LINES.sub(_BREAK, marked)


def paragraphs(marked: str) -> list[str]:
    """Finished paragraphs: an empty line in the text separates two of them."""
    finished: list[str] = []
    for part in _balanced(_EMPTY_LINES.split(tidy(marked))):
        lines = [_guard_start(_guard_ends(line)) for line in _lines(part)]
        if lines:
            finished.append("\\\n".join(lines))
    return finished


def heading(marked: str, level: int) -> str:
    """A heading, or nothing where there is no text."""
    text = _single_line(marked)
    guarded = _CLOSING_HASHES.sub(r"\\", text)
    return f"{'#' * level} {guarded}" if text else ""


def within_line(marked: str) -> str:
    """Text that stands somewhere in a line."""
    return _single_line(marked)


def cell(marked: str) -> str:
    """One cell of a table."""
    return _single_line(marked, pipe="\\|")


def _single_line(marked: str, pipe: str = "|") -> str:
    # Markdown has no line break for a heading or a cell; everyone writes and renders the HTML one.
    lines = _lines(without_empty_lines(tidy(marked)), pipe=pipe)
    return "<br>".join(_guard_ends(line) for line in lines)


def _lines(tidied: str, pipe: str = "|") -> list[str]:
    text = tidied.strip(f" {_BREAK}")
    if not text.strip():
        return []
    text = _IMAGE_OR_ENTITY.sub(r"\\\g<0>", text)
    text = text.replace(marking.BANG, "!").replace(marking.AMPERSAND, "&")
    text = marking.with_code_spans(text.replace(marking.PIPE, pipe))
    return _with_delimiters(text).split(_BREAK)


def _guard_start(line: str) -> str:
    """Escape what would begin a heading, a list, a quote, a rule or a table."""
    match = _LINE_START.match(line)
    return f"{match[0]}\\{line[match.end() :]}" if match else line


def _guard_ends(line: str) -> str:
    """Write white space that is not ASCII so that no renderer strips it from a line's ends."""
    text = line.strip(" ")
    if _STRIPPED.match(text):
        text = _reference(text[0]) + text[1:]
    if _STRIPPED.match(text[-1:]):
        text = text[:-1] + _reference(text[-1])
    return text


def _reference(character: str) -> str:
    return "&nbsp;" if character == "\xa0" else f"&#{ord(character)};"


def _once_each(marked: str) -> str:
    """Drop emphasis inside emphasis of the same kind."""
    depth = dict.fromkeys(_OPENS, 0)
    kept: list[str] = []
    for part in _MARK.split(marked):
        if part in _CLOSE_OF:
            depth[part] += 1
            kept.append(part if depth[part] == 1 else "")
        elif part in _OPEN_OF:
            depth[_OPEN_OF[part]] -= 1
            kept.append(part if depth[_OPEN_OF[part]] == 0 else "")
        else:
            kept.append(part)
    return "".join(kept)


def _balanced(parts: list[str]) -> Iterator[str]:
    """Close emphasis at the end of each part and open it again in the next."""
    still_open: list[str] = []
    if len(parts) == 1:
        yield parts[0]
        return
    for part in parts:
        begun = "".join(still_open) + part
        for mark in _MARK.findall(part):
            if mark in _CLOSE_OF:
                still_open.append(mark)
            else:
                still_open.pop()
        yield tidy(begun + "".join(_CLOSE_OF[mark] for mark in reversed(still_open)))


def _with_delimiters(marked: str) -> str:
    """Replace the emphasis marks by delimiters that count as such where they stand."""
    # `*` works inside words, too, but next to `**` it is left open which of them closes which.
    slanted = "_" if marking.STRONG_OPEN in marked else "*"
    delimiters = dict(zip(_OPENS, ("**", slanted, "~~"), strict=True))
    delimiters |= {_CLOSE_OF[mark]: delimiter for mark, delimiter in delimiters.items()}
    parts = _MARK.split(marked)
    for index in range(1, len(parts), 2):
        before, mark, after = parts[index - 1 : index + 2]
        if mark in _CLOSE_OF:
            parts[index - 1] = _ready_to_open(before, delimiters[mark], after[:1] or "*")
        else:
            parts[index + 1] = _ready_to_close(before[-1:] or "*", delimiters[mark], after)
        parts[index] = delimiters[mark]
    return "".join(parts)


def _ready_to_open(before: str, delimiter: str, inner: str) -> str:
    if (delimiter != "_" and not _may_be_punctuation(inner)) or _is_boundary(before[-1:]):
        return before
    rest, last = before[:-1], before[-1]
    if rest[-1:] == "_" and rest[-2:-1].isalnum():
        rest = f"{rest[:-1]}\\_"
    return f"{rest}{_reference(last)}"


def _ready_to_close(inner: str, delimiter: str, after: str) -> str:
    if (delimiter != "_" and not _may_be_punctuation(inner)) or _is_boundary(after[:1]):
        return after
    rest = f"\\{after[1:]}" if after[1:2] == "_" else after[1:]
    return f"{_reference(after[0])}{rest}"


def _may_be_punctuation(character: str) -> bool:
    """Whether any version of CommonMark takes it for punctuation: symbols count since 0.31."""
    return character in _ASCII_PUNCTUATION or unicodedata.category(character)[0] in "PS"


def _is_boundary(character: str) -> bool:
    """Whether every version takes it for white space, punctuation or a line's end."""
    if not character or character == _BREAK or character in _ASCII_PUNCTUATION:
        return True
    category = unicodedata.category(character)
    return category == "Zs" or category[0] == "P"

"""Write the pieces of a line of Markdown: escaped text, code spans, links, images; no HTML and no blocks.

What can only be decided once the whole line is known is written as a noncharacter, which no clean text contains:
where emphasis begins and ends, line breaks, and characters that need an escape in some places only.
`exporters.markdown.line` replaces them.
"""

from __future__ import annotations

import re

STRONG_OPEN, STRONG_CLOSE = "\ufdd0", "\ufdd1"
EMPHASIS_OPEN, EMPHASIS_CLOSE = "\ufdd2", "\ufdd3"
STRIKE_OPEN, STRIKE_CLOSE = "\ufdd4", "\ufdd5"
LINE_BREAK = "\ufdd6"
BANG, AMPERSAND, PIPE = "\ufdd7", "\ufddb", "\ufdd8"
CODE_OPEN, CODE_CLOSE = "\ufdd9", "\ufdda"

_UNFIT = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")
_NONCHARACTER = re.compile(r"[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
# A single space stays, and is by far the most frequent match of the obvious pattern.
_BLANKS = re.compile(r"[ \t\n\r\f]{2,}|[\t\n\r\f]")
# An underscore inside a word never marks emphasis, and forum text is full of names_like_this.
_SPECIAL = re.compile(r"[\\`*\[\]~|]|<(?![ \d=])|(?<![^\W_])_|_(?![^\W_])")
# GitHub links a bare address before it looks at escapes, and would show the backslashes inside it.
_BARE_URL = re.compile(
    r"\b((?:https?|ftp)(?=://[^\s<]{0,2000}\\)|www(?=\.[^\s<]{0,2000}\\))", re.IGNORECASE
)
_ENTITY = re.compile(r"&(?=#?\w+;)")
_UNSAFE_IN_URL = re.compile(r'[\s\\<>|"]')
_SIMPLE_URL = re.compile(r"https?://(?!\S*xn--)[\w.~:/?#@!$&'()*+,;=-]+", re.ASCII)
_CODE = re.compile(f"{CODE_OPEN}(.*?){CODE_CLOSE}")
_BACKTICKS = re.compile(r"`+")


def clean(text: str) -> str:
    """The text without what Markdown cannot carry: control characters go, half characters become U+FFFD."""
    return _NONCHARACTER.sub("\ufffd", _UNFIT.sub("", text))


def escaped(text: str) -> str:
    """Text that Markdown shows as it is, its white space collapsed as HTML does."""
    one_line = _BLANKS.sub(" ", clean(text))
    marked = _SPECIAL.sub(r"\\\g<0>", one_line).replace("!", BANG).replace("&", AMPERSAND)
    return _BARE_URL.sub(r"\1\\", marked) if "\\" in marked else marked


def code_span(text: str) -> str:
    """Clean text as inline code, which `with_code_spans` finishes; white space at its ends stands outside."""
    one_line = _BLANKS.sub(" ", text)
    code = one_line.strip(" ")
    if not code:
        return one_line
    span = f"{CODE_OPEN}{code}{CODE_CLOSE}".replace("|", PIPE)
    return one_line.replace(code, span)


def with_code_spans(marked: str) -> str:
    """Put backticks around inline code; two spans without a gap become one, or their backticks would grow together."""
    return _CODE.sub(_in_backticks, marked.replace(f"{CODE_CLOSE}{CODE_OPEN}", ""))


def _in_backticks(match: re.Match[str]) -> str:
    code = match[1]
    # Other runs may be longer or shorter than the fence, but not as long.
    runs = {len(run) for run in _BACKTICKS.findall(code)}
    fence = "`" * next(length for length in range(1, len(runs) + 2) if length not in runs)
    pad = " " if code[0] == "`" or code[-1] == "`" else ""
    return f"{fence}{pad}{code}{pad}{fence}"


def fenced_code(text: str) -> str:
    """Clean text as a code block, its fence longer than any run of backticks in it."""
    longest = max(map(len, _BACKTICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"


def link(inner: str, url: str, title: str = "") -> str:
    """A link.

    Args:
        inner: its text as Markdown, without white space around it.
        url: where it leads, already judged safe.
        title: what shows when the pointer rests on it.
    """
    is_simple = _SIMPLE_URL.fullmatch(url) and not _ENTITY.search(url)
    if is_simple and inner.replace(BANG, "!").replace(AMPERSAND, "&") == url:
        return f"<{url}>"
    return f"[{inner}]({_destination(url)}{_title(title)})"


def image(alternative: str, url: str, title: str = "") -> str:
    """An image; with an empty address only its alternative text shows."""
    return f"![{escaped(alternative).strip()}]({_destination(url)}{_title(title)})"


def _destination(url: str) -> str:
    quoted = _UNSAFE_IN_URL.sub(_percent, url)
    quoted = _ENTITY.sub("&amp;", quoted)
    return f"<{quoted}>" if "(" in quoted or ")" in quoted else quoted


def _percent(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode())


def _title(title: str) -> str:
    words = _BLANKS.sub(" ", title).strip().replace("\\", "\\\\").replace('"', '\\"')
    return f' "{_ENTITY.sub("&amp;", words)}"'.replace("|", PIPE) if words else ""

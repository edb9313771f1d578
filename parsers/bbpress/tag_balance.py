"""Count in a page's bytes how many elements of each name a stretch opens more than it closes."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from parsers.document import decode_with

if TYPE_CHECKING:
    from collections.abc import Iterable

    from parsers.document import Document

FLAT_TAGS = (
    "div",
    "table",
    "td",
    "tr",
    "article",
    "section",
    "ul",
    "ol",
    "li",
    "span",
    "a",
    "blockquote",
)
_TAG = re.compile(rf"<(/?(?:{'|'.join(FLAT_TAGS)}))[\s>]".encode())
_NAMES = {tag: (tag.encode(), f"/{tag}".encode()) for tag in FLAT_TAGS}
_NOT_MARKUP = re.compile(rb"<(script|style|textarea)\b[^<]*+(?:<(?!/\1\s*>)[^<]*+)*+</\1\s*>")
_MAY_BE_NO_MARKUP = re.compile(rb"<(?:!--|script|style|textarea)")
# Comments but those that the forum's templates, and themes after them, print behind an end tag: they label what it closes.
_COMMENT = re.compile(rb"<!--(?!\s?[.#][a-z][\w-]{0,60}\s*-->).*?(?:-->|\Z)", re.DOTALL)


def bare_markup(document: Document) -> bytes:
    """A page's bytes in lower case, without scripts and without comments but those that label an end tag.

    Tags are ASCII in all encodings but the wide ones.
    """
    body = document.page.body
    if document.encoding.startswith("utf-16"):
        body = decode_with(body, document.encoding).encode("utf-8", "replace")
    markup = body.lower()
    if _MAY_BE_NO_MARKUP.search(markup) is None:
        return markup
    return _NOT_MARKUP.sub(b"", _COMMENT.sub(b"", markup))


def tags_in(body: bytes, start: int, end: int) -> list[bytes]:
    """The names of the elements that a stretch opens and closes; of an end tag with its slash."""
    return _TAG.findall(body, start, end)


def balance(names: Iterable[bytes], tags: tuple[str, ...]) -> tuple[int, ...]:
    """How many elements of each name more are opened than closed."""
    count = (names if isinstance(names, Counter) else Counter(names)).get
    pairs = map(_NAMES.__getitem__, tags)
    return tuple([count(opened, 0) - count(closed, 0) for opened, closed in pairs])

"""A post as plain data in record format version 1: names, order and text fit to be written; no file format.

`docs/record-format.md` describes it for people, `exporters/schema/post-v1.schema.json` for programs.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any, cast

import msgspec

from parsers.records import Author, Post

RECORD_FORMAT = 1
POST_FIELDS = tuple(field.name for field in fields(Post))
AUTHOR_FIELDS = tuple(field.name for field in fields(Author))

_encoder = msgspec.json.Encoder()


def plain_post(post: Post) -> dict[str, Any]:
    """A post's fields by name, in the record format's order; author and edits are mappings, too."""
    return cast("dict[str, Any]", msgspec.to_builtins(post))


def json_of(value: object) -> bytes:
    """A value as JSON in UTF-8, on one line.

    A surrogate without its other half is no character and has no UTF-8; it becomes U+FFFD.
    """
    try:
        return _encoder.encode(value)
    except UnicodeEncodeError:
        return _encoder.encode(_whole_characters(msgspec.to_builtins(value)))


def is_whole_text(text: str) -> bool:
    """Whether a text is made of characters alone, as nearly all are."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def whole_text(text: str) -> str:
    """The text with surrogate pairs joined, and halves without the other replaced by U+FFFD."""
    if is_whole_text(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _whole_characters(value: object) -> object:
    if isinstance(value, str):
        return whole_text(value)
    if isinstance(value, list | tuple):
        return [_whole_characters(item) for item in cast("list[object]", value)]
    if isinstance(value, dict):
        items = cast("dict[str, object]", value).items()
        return {key: _whole_characters(item) for key, item in items}
    return value

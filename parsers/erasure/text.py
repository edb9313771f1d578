"""Take names and sentences out of a text that is no page: a body, a line of a log, a report, an address."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from parsers.erasure.mark import IN_TEXT
from parsers.erasure.page import Known, erase_from_page
from parsers.erasure.word import folded_words

if TYPE_CHECKING:
    from parsers.erasure.erased import Erased
    from parsers.records import Edit

_OPEN, _CLOSE = b'<div class="bbp-reply-content">', b"</div>"
_LINE, _END = b"<i>", b"</i>"
_NUMBERED = re.compile(r"(?:#|%23)post-0*([1-9]\d{0,17})(?!\d)")


def erased_body(html: str, erased: Erased) -> str:
    """A body that somebody else wrote, without what is taken out of what others wrote."""
    data = _OPEN + html.encode("utf-8", "surrogatepass") + _CLOSE
    body = erase_from_page(data, erased, Known()).body
    return body[len(_OPEN) : -len(_CLOSE)].decode("utf-8", "surrogatepass")


def erased_line(
    text: str, erased: Erased, titles: frozenset[tuple[str, ...]] = frozenset()
) -> str:
    """A text of the forum's or of ours: a log of edits, a report, an address."""
    said = erased_body(text, erased) if erased.in_mentions else text
    data = _LINE + said.encode("utf-8", "surrogatepass") + _END
    body = erase_from_page(data, erased, Known(titles=titles)).body
    line = body[len(_LINE) : -len(_END)].decode("utf-8", "surrogatepass")
    return _NUMBERED.sub(lambda match: "" if erased.has_post(int(match[1])) else match[0], line)


def erased_edit(edit: Edit, erased: Erased) -> Edit:
    """A line of the log of edits of somebody else's post."""
    editor, text = edit.editor, edit.text
    if editor and erased.has_name(folded_words(editor)):
        text, editor = text.replace(editor, IN_TEXT), IN_TEXT
    return replace(
        edit,
        text=erased_line(text, erased),
        editor=editor,
        reason=erased_line(edit.reason, erased) if edit.reason is not None else None,
    )

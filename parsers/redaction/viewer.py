"""Tell from a page alone whether somebody who was logged in saw it; what stands in a post's text tells nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from parsers.redaction.link import is_account, is_action

if TYPE_CHECKING:
    from parsers.redaction.outline import Outline, Part

# Nothing of what follows is on a page that has none of these. One pattern finds all that has a hyphen in little more time
# than a search takes for one word.
_LIKELY = (b"wpadminbar", b"logout", b"bbp_toggle_")
_LIKELY_ENDS = re.compile(
    rb"""-(?:in(?<=logged-in)|ip(?:(?<=author-ip)|(?=["'\s>]))|admin/(?:(?<=wp-admin/)|(?<=bb-admin/))"""
    rb"|toggle(?:(?<=favorite-toggle)|(?<=subscription-toggle))"
    rb"|(?:edit|trash|spam|split|merge|move|close|stick|approve|restore|delete)-link)"
)
_LONGEST_LINE = 2000
_LEAVING = re.compile(rb"[?&;]action=logout|[?&]logout")
_IDS = frozenset((b"wpadminbar", b"favorite-toggle", b"subscription-toggle"))
_CLASSES = frozenset(
    [
        *(b"bbp-reply-ip", b"bbp-topic-ip", b"bbp-author-ip", b"post-ip-link"),
        *(b"bbp-logged-in", b"favorite-toggle", b"subscription-toggle"),
    ]
)
_MODERATOR_CLASSES = frozenset(
    (b"bbp-reply-ip", b"bbp-topic-ip", b"bbp-author-ip", b"post-ip-link")
)
_MODERATOR_LINK = re.compile(
    rb"bbp-(?:topic|reply)-(?:trash|restore|delete|spam|split|merge|move|close|stick|super-sticky|approve)-link"
)
ADMIN_LINK = re.compile(
    rb"bbp-(?:topic|reply)-(?:edit|trash|restore|delete|spam|split|merge|move|close|stick|super-sticky|approve)-link"
)


def is_seen_by_member(data: bytes) -> bool:
    """Whether a page can be one that somebody who was logged in saw; where it cannot, nothing else need be asked."""
    lower = data.lower()
    return any(word in lower for word in _LIKELY) or _LIKELY_ENDS.search(lower) is not None


def is_greeting(outline: Outline, part: Part) -> bool:
    """Whether an element is the line in which stand-alone bbPress greets somebody by name, and offers to leave."""
    is_line = part.name in {b"p", b"div", b"span"} and part.end - part.inner < _LONGEST_LINE
    if b"login" not in part.classes or part.seems_text or not is_line:
        return False
    return _LEAVING.search(outline.data, part.inner, part.end) is not None


def shows_member(outline: Outline) -> bool:
    """Whether a page is one that somebody who was logged in saw."""
    return any(_tells(outline, part) for part in outline.parts if not part.seems_text)


def shows_moderator(outline: Outline) -> bool:
    """Whether a page is one that somebody saw who may act on the posts of others."""
    return any(_tells_moderator(part) for part in outline.parts if not part.seems_text)


def _tells_moderator(part: Part) -> bool:
    if not _MODERATOR_CLASSES.isdisjoint(part.classes):
        return True
    return part.name == b"a" and any(_MODERATOR_LINK.fullmatch(token) for token in part.classes)


def _tells(outline: Outline, part: Part) -> bool:
    if part.name == b"body" and b"logged-in" in part.classes:
        return True
    if part.identity in _IDS or not _CLASSES.isdisjoint(part.classes):
        return True
    if part.name != b"a":
        return False
    if any(ADMIN_LINK.fullmatch(token) for token in part.classes):
        return True
    href = outline.written(part, b"href")
    if part.outer is not None and is_greeting(outline, part.outer):
        return True
    return is_account(href) or (part.is_beside and not part.is_name and is_action(href))

"""Find what is beside the posts of a page for those who are logged in: addresses, links that act, nonces, their own bar."""

from __future__ import annotations

import ipaddress
import re
from bisect import bisect_right
from html import unescape
from itertools import takewhile
from typing import TYPE_CHECKING

from parsers.redaction.link import is_account, is_action, nonce_spans, shown_address
from parsers.redaction.viewer import ADMIN_LINK, is_greeting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.redaction.outline import Attribute, Outline, Part

Span = tuple[int, int]

_IDS = re.compile(
    rb"wpadminbar|query-monitor.*|qm-.*|debug-bar.*|wp-auth-check-wrap|(?:favorite|subscription)-toggle"
)
_CLASSES = frozenset(
    [
        *(b"bbp-reply-ip", b"bbp-topic-ip", b"bbp-author-ip", b"post-ip-link"),
        *(b"bbp-admin-links", b"bbp-logged-in", b"bbp-alert-outer"),
        *(b"favorite-toggle", b"subscription-toggle", b"post-edit-link"),
    ]
)
_EMAIL_CLASS = re.compile(rb"(?:.*[_-])?e?-?mail(?:[_-].*)?")
_EMAIL = re.compile(r"[^\s@<>()\"']{1,64}@[^\s@<>()\"'.]{1,63}(?:\.[^\s@<>()\"'.]{1,63}){1,8}")
_EMAIL_LINK = re.compile(r"\s*mailto:|.*/cdn-cgi/l/email-protection", re.IGNORECASE)
_IPV4 = r"\d{1,3}(?:\.\d{1,3}){3}"
_ADDRESS_IN_LINK = re.compile(rf"(?<!//)(?<![\d.@]){_IPV4}(?![\d.])")
_IN_BRACKETS = re.compile(rb"\(\s*([0-9a-fA-F:.]{3,45})\s*\)")
_WORDS = re.compile(rb">([^<>]{3,400})(?=<)")
_SAVED = re.compile(r"<!--\s*(?:Page )?saved (?:from|with) ", re.IGNORECASE)
# bbPress's own for those who may write any HTML says so in none of its letters.
_NONCE_NAME = re.compile(rb".*nonce.*|_(?:bbp|wp)_unfiltered_html.*")
# What a script of a page's own says is for the browser of whoever is logged in, nonces under any name among it.
_DATA_SCRIPTS = frozenset((b"application/ld+json", b"text/template", b"text/html"))


def find_private_parts(outline: Outline) -> Iterator[Span]:
    """The spans of bytes that only somebody who is logged in is sent; in the text of posts, only nonces of add-ons."""
    for place, part in enumerate(outline.parts):
        if part.name == b"script":
            yield from _in_script(outline, part)
        elif part.is_text:
            yield from _nonces_in_text(outline, part)
        elif _is_private(outline, part):
            yield part.start, part.end
        else:
            yield from _in_attributes(outline, part)
            if part.is_beside and (part.outer is None or not part.outer.is_beside):
                yield from _in_words(outline, part, _names_in(outline, place))

    for start, end in outline.comments:
        yield from _in_comment(outline.data[start:end], start)


def _in_comment(comment: bytes, at: int) -> Iterator[Span]:
    """Nonces, and the whole of a comment that tells somebody's address; what a browser says that saved the page stays."""
    yield from _moved(nonce_spans(comment), at)
    shown = comment.decode("utf-8", "replace")
    is_of_saver = _SAVED.match(shown) is not None
    if not is_of_saver and (_ADDRESS_IN_LINK.search(shown) or _EMAIL.search(shown)):
        yield at, at + len(comment)


def _is_private(outline: Outline, part: Part) -> bool:
    if _IDS.fullmatch(part.identity) or not _CLASSES.isdisjoint(part.classes):
        return True
    if is_greeting(outline, part):
        return True
    if part.name == b"input":
        return _NONCE_NAME.fullmatch(outline.written(part, b"name").lower()) is not None
    if part.name == b"a":
        return _is_private_link(outline, part)
    return part.is_beside and not part.is_name and _is_email_box(part)


def _is_email_box(part: Part) -> bool:
    return any(_EMAIL_CLASS.fullmatch(token) for token in part.classes)


def _is_private_link(outline: Outline, part: Part) -> bool:
    if part.is_name:
        return False
    href = outline.written(part, b"href")
    if any(ADMIN_LINK.fullmatch(token) for token in part.classes) or is_account(href):
        return True
    if not part.is_beside:
        return b"nonce" in href.lower() and is_action(href)
    address = shown_address(href)
    is_of_person = _EMAIL_LINK.match(address) or _ADDRESS_IN_LINK.search(address)
    return bool(is_of_person) or _is_email_box(part) or is_action(href)


def _in_script(outline: Outline, part: Part) -> Iterator[Span]:
    """A script's own text. One of data is kept, as one in a post's text is, but for nonces."""
    end = outline.data.rfind(b"</", part.inner, part.end)
    end = end if end >= 0 else part.inner
    kind = outline.written(part, b"type").strip().lower()
    if part.is_text or kind in _DATA_SCRIPTS:
        yield from _moved(nonce_spans(outline.data[part.inner : end]), part.inner)
    else:
        yield part.inner, end
    yield from _in_attributes(outline, part)


def _nonces_in_text(outline: Outline, part: Part) -> Iterator[Span]:
    """Nonces in attributes of add-ons; a link that somebody wrote shows itself what it leads to, and stays."""
    following = outline.data.find(b"<", part.inner)
    words = outline.data[part.inner : following if following >= 0 else None]
    for start, end in _nonces(outline, part):
        if outline.data[start:end] not in words:
            yield start, end
    if part.name == b"input" and b"nonce" in outline.written(part, b"name").lower():
        yield part.start, part.end


def _nonces(outline: Outline, part: Part) -> Iterator[Span]:
    for attribute in part.attributes:
        if b"nonce" in attribute.name:
            yield attribute.start, attribute.end
        else:
            yield from _moved(nonce_spans(outline.value(attribute)), attribute.start)


def _in_attributes(outline: Outline, part: Part) -> Iterator[Span]:
    yield from _nonces(outline, part)
    for attribute in part.attributes:
        if _is_private_value(outline, part, attribute):
            yield attribute.start, attribute.end


def _is_private_value(outline: Outline, part: Part, attribute: Attribute) -> bool:
    value = outline.value(attribute)
    if attribute.name == b"value" and part.name == b"input":
        return b"email" in outline.written(part, b"name").lower() or bool(_is_email(value))
    if attribute.name.startswith(b"data-"):
        return b"email" in attribute.name or _names_person(value, part)
    if not part.is_beside:
        return False
    if attribute.name == b"href":
        return _EMAIL_LINK.match(shown_address(value)) is not None
    return attribute.name in {b"title", b"aria-label"} and _names_person(value, part)


def _names_person(value: bytes, part: Part) -> bool:
    """Whether a value beside a post holds somebody's address of either kind."""
    shown = shown_address(value)
    if not part.is_beside or part.name == b"img":
        return False
    return _ADDRESS_IN_LINK.search(shown) is not None or (
        not part.is_name and _EMAIL.search(shown) is not None
    )


def _names_in(outline: Outline, place: int) -> list[Part]:
    """The outermost parts of names in the element at a place."""
    cell = outline.parts[place]
    later = (outline.parts[at] for at in range(place + 1, len(outline.parts)))
    inside = takewhile(lambda one: one.start < cell.end, later)
    return [one for one in inside if one.is_name and not (one.outer and one.outer.is_name)]


def _in_words(outline: Outline, cell: Part, names: list[Part]) -> Iterator[Span]:
    """Addresses of either kind among the words beside a post, but for names."""
    start = cell.inner - 1
    begins = [one.start for one in names]
    for match in _WORDS.finditer(outline.data, start, cell.end):
        place = bisect_right(begins, match.start()) - 1
        if place >= 0 and match.start() < names[place].end:
            continue
        yield from _address_spans(match[1], match.start(1), is_bare=match.start() == start)


def _address_spans(words: bytes, at: int, *, is_bare: bool) -> Iterator[Span]:
    for match in _IN_BRACKETS.finditer(words):
        if _is_address(match[1].decode()):
            yield at + match.start(), at + match.end()
    shown = unescape(words.decode("utf-8", "replace")).strip(" \t\r\n()[]")
    # Bare words of the cell can be the name of a guest.
    if not is_bare and (_is_address(shown) or _is_email(words)):
        yield at, at + len(words)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_email(written: bytes) -> bool:
    shown = unescape(written.decode("utf-8", "replace")).strip(" \t\r\n()[]<>")
    return _EMAIL.fullmatch(shown) is not None


def _moved(spans: list[Span], by: int) -> Iterator[Span]:
    return ((start + by, end + by) for start, end in spans)

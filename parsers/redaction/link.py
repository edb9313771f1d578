"""Tell links that act from links that lead somewhere, and take the nonces out of what is written in attributes."""

from __future__ import annotations

import re
from html import unescape

_NONCE = re.compile(rb"nonce(?:=|%3d|&#0*61;)", re.IGNORECASE)
# A nonce in an address, or in the JSON of an attribute or of a script.
_VALUES = (
    re.compile(rb"(?i)(?<=nonce=)[^&\"'#\s<>;\\]+"),
    re.compile(rb"(?i)(?<=nonce%3d)[^&%\"'#\s<>;\\]+"),
    re.compile(rb"(?i)(?<=nonce&#61;)[^&\"'#\s<>;\\]+"),
    re.compile(
        rb"(?i)nonce[\w-]{0,40}(?:\\?[\"']|&quot;|&#0?3[49];)?\s{0,9}[:=]\s{0,9}(?:\\?[\"']|&quot;|&#0?3[49];)([^\"'&\\<>]+)"
    ),
    re.compile(rb"(?i)nonce\w{0,40}\(\s{0,9}[\"']([^\"'\\<>]+)"),
)
# Of an address that acts, as far as it is unescaped.
_ACTION = re.compile(
    r"[?&](?:bbp_)?action=(?:bbp_\w+|split|merge|move|edit|(?:un)?trash|delete|(?:un)?spam|(?:un)?approve|logout)"
    r"|/wp-admin/(?!admin-ajax\.php)|/bb-admin/|[?&]edit=1(?:&|$)",
    re.IGNORECASE,
)
_EDIT_PATH = re.compile(r"/edit/?(?:\?[^#]*)?$", re.IGNORECASE)
# Guests answer, too, by links that carry a nonce.
_ANSWER = re.compile(r"[?&]bbp_reply_to=|[?&]replytocom=", re.IGNORECASE)
_ACCOUNT = re.compile(
    r"/wp-admin/post\.php\?post=\d|/wp-admin/comment\.php\?action="
    r"|/bb-admin/(?:view-ip|delete-post|delete-topic|topic-toggle|sticky|topic-move)\.php",
    re.IGNORECASE,
)


def shown_address(written: bytes) -> str:
    """An address, its entities resolved."""
    return unescape(written.decode("utf-8", "replace"))


def is_action(href: bytes) -> bool:
    """Whether a link changes something or leads to where that is done."""
    address = shown_address(href)
    if _ACTION.search(address) or _EDIT_PATH.search(address):
        return True
    return bool(_NONCE.search(href)) and not _ANSWER.search(address)


def is_account(href: bytes) -> bool:
    """Whether only somebody who is logged in is offered a link."""
    address = shown_address(href)
    leaves = "action=logout" in address and _NONCE.search(href) is not None
    return leaves or _ACCOUNT.search(address) is not None


def nonce_spans(written: bytes) -> list[tuple[int, int]]:
    """Where the nonces are in what an attribute or a script says."""
    if b"nonce" not in written.lower():
        return []
    spans = [
        match.span(match.lastindex or 0)
        for pattern in _VALUES
        for match in pattern.finditer(written)
    ]
    return sorted(set(spans))

"""Judge the addresses that a post links and embeds; nothing is fetched."""

from __future__ import annotations

import re
from urllib.parse import urljoin

LINKED = frozenset(("ftp", "http", "https", "mailto", "tel"))
EMBEDDED = frozenset(("http", "https"))

_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
# Browsers leave some of these out before they look at the scheme, so `java\nscript:` runs.
_IGNORED = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202f\ufeff]")
_LINE_ENDS = re.compile(r"[\t\n\r]")


def safe_address(value: str, base: str, schemes: frozenset[str]) -> str:
    """An address that a reader may follow, made absolute where `base` is known; else the empty string.

    Args:
        value: the attribute as written.
        base: the address of the page it stood on, or the empty string.
        schemes: what it may begin with; `javascript:` and `data:` are never among them.
    """
    written = _LINE_ENDS.sub("", value).strip()
    scheme = _SCHEME.match(_IGNORED.sub("", value))
    if scheme:
        return written if scheme[1].lower() in schemes else ""
    if not written or (written[0] == "#" and not base):
        return ""
    try:
        return urljoin(base, written)
    except ValueError:  # a bracket where only an IPv6 address may have one
        return ""

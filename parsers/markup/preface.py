"""Leave out what a server's program printed before a page: lxml takes it for the body, and the real one's names are lost."""

from __future__ import annotations

import re

_BEGINNING = re.compile(rb"<(?:!doctype\s|html[\s>])", re.IGNORECASE)
# What a page that begins without either may have.
_PAGE = re.compile(rb"<(?:head|body|title|meta|link|div|article|table|ul|ol)[\s>]", re.IGNORECASE)
# A page may be preceded by hundreds of warnings.
_MOST = 65_536


def preface_length(data: bytes) -> int:
    """How many bytes of warnings stand before a page's beginning; 0 where it begins with itself.

    Args:
        data: a page in an encoding in which ASCII is ASCII.
    """
    match = _BEGINNING.search(data, 0, _MOST)
    if match is None or not data[: match.start()].strip():
        return 0
    return 0 if _PAGE.search(data, 0, match.start()) else match.start()

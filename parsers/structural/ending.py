"""Tell whether a page came whole, for a reader that learns from all of its posts what each of them has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from parsers.document import Document
    from parsers.structural.unit import Cut

_ENDS = (b"</html", b"</body")
_HEAD_END = re.compile(rb"</head[\s>]", re.IGNORECASE)
_BODY = re.compile(rb"<body[\s>]", re.IGNORECASE)
# Caches and servers write comments behind a page's end.
_LAST = 4096


def is_torn(document: Document) -> bool:
    """Whether a page lacks its end, and is not of those whose writer leaves out every end tag that HTML does not need."""
    if has_end(document):
        return False
    body = document.page.body
    start = _BODY.search(body)
    return start is None or _HEAD_END.search(body, 0, start.start()) is not None


def has_end(document: Document) -> bool:
    """Whether a page says where it ends."""
    last = document.page.body[-_LAST:].lower().replace(b"\0", b"")
    return any(end in last for end in _ENDS)


def ends_within(document: Document, cut: Cut) -> bool:
    """Whether a page without an end shows nothing behind its last post, which may go on then, as others may follow."""
    last = cut.units[-1].roots[-1]
    return not has_end(document) and all(
        next(one.itersiblings("*"), None) is None for one in (last, *last.iterancestors())
    )

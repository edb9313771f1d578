"""Read how many posts a page counts that guests do not see: moderators' pages do, and what is kept of these says where."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from parsers.bbpress.enclosure import Enclosure
from parsers.redaction import HIDDEN_POST

if TYPE_CHECKING:
    from parsers.bbpress.landmark import Landmarks
    from parsers.element import Element

_HIDDEN_POST = HIDDEN_POST.decode().removeprefix("<!--").removesuffix("-->")
_VIEW_OF_ALL = re.compile(r"[?&]view=all(?=[&#]|$)")


def read_hidden(root: Element, marks: Landmarks, url: str) -> int | None:
    """How many posts of a page guests do not see; null where its counts are those that a guest reads."""
    contents = {one.content for one in marks.posts}
    texts = Enclosure(lambda element: element in contents)
    found = len(marks.hidden) + sum(
        comment.text == _HIDDEN_POST and not texts.encloses(comment)
        for comment in root.iter(etree.Comment)
    )
    return found if found or _counts_all(marks, url) else None


def _counts_all(marks: Landmarks, url: str) -> bool:
    """Whether the page is of moderators' view of all posts, as its page links say."""
    links = marks.named.get("pager")
    hrefs = (link.get("href") or "" for link in links.iter("a")) if links is not None else ()
    return any(_VIEW_OF_ALL.search(address) for address in (url, *hrefs))

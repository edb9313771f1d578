"""Read how many posts a page counts that guests do not see: moderators' pages do, and what is kept of these says where."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from parsers.bbpress.enclosure import Enclosure
from parsers.erasure.mark import read_mark
from parsers.redaction import HIDDEN_POST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from parsers.bbpress.landmark import Landmarks
    from parsers.element import Element

_HIDDEN_POST = HIDDEN_POST.decode().removeprefix("<!--").removesuffix("-->")
_VIEW_OF_ALL = re.compile(r"[?&]view=all(?=[&#]|$)")


def read_hidden(root: Element, marks: Landmarks, url: str) -> int | None:
    """How many posts of a page guests do not see; null where its counts are those that a guest reads."""
    found = len(marks.hidden) + len(_marks_of(root, marks, lambda text: text == _HIDDEN_POST))
    return found if found or _counts_all(marks, url) else None


def find_erased(root: Element, marks: Landmarks) -> tuple[Element, ...]:
    """Where posts stood that were erased from the archive: the marks that were left in their places."""
    return _marks_of(root, marks, lambda text: read_mark(text) is not None)


def erased_opening(erased: Iterable[Element]) -> frozenset[str] | None:
    """What an opening post that was erased said of its topic; None where none was erased on a page."""
    read = (read_mark(mark.text) for mark in erased)
    return next((words for words in read if words is not None and "topic" in words), None)


def is_in_lead(mark: Element, marks: Landmarks) -> bool:
    """Whether it was the opening post that stood above the replies."""
    return marks.lead is not None and marks.lead in mark.iterancestors()


def _marks_of(
    root: Element, marks: Landmarks, is_it: Callable[[str | None], bool]
) -> tuple[Element, ...]:
    found = [one for one in root.iter(etree.Comment) if is_it(one.text)]
    if not found:
        return ()
    texts = Enclosure({one.content for one in marks.posts}.__contains__)
    return tuple(one for one in found if not texts.encloses(one))


def _counts_all(marks: Landmarks, url: str) -> bool:
    """Whether the page is of moderators' view of all posts, as its page links say."""
    links = marks.named.get("pager")
    hrefs = (link.get("href") or "" for link in links.iter("a")) if links is not None else ()
    return any(_VIEW_OF_ALL.search(address) for address in (url, *hrefs))

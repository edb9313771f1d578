"""Read one forum's row in a list, and the forums below it that the row names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from parsers.bbpress.address import absolute
from parsers.bbpress.class_token import class_tokens
from parsers.bbpress.number import COUNT, as_number, read_number
from parsers.bbpress.row_part import find_row_parts, find_title, read_last_post
from parsers.bbpress.text import shown
from parsers.bbpress.topic_row import parent_number
from parsers.list_records import ForumRow, SubForum
from parsers.visible_text import visible_text

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from parsers.bbpress.list_mark import Row
    from parsers.element import Element
    from parsers.list_records import Visibility
    from parsers.locale import Locale
    from parsers.records import TopicStatus

# Both counts behind a forum's name; one alone could be part of the name.
_COUNTS = re.compile(rf"\(({COUNT}), ({COUNT})\)$")
_VISIBILITIES: dict[str, Visibility] = {
    "bbp-forum-visibility-publish": "public",
    "bbp-forum-visibility-private": "private",
    "bbp-forum-visibility-hidden": "hidden",
    "status-private": "private",
    "status-hidden": "hidden",
}


def read_forum_row(
    row: Row, others: Container[Element], url: str, locale: Locale | None
) -> ForumRow | None:
    """Read a row; None where it leads nowhere.

    Args:
        row: the row.
        others: the elements of all rows.
        url: the page's address.
        locale: the page's language.
    """
    parts = find_row_parts(row.element, others)
    title, href = find_title(row.element, parts)
    if href is None:
        return None
    own_url = absolute(url, href)
    tokens = class_tokens(row.element)
    text = parts.get("text")
    return ForumRow(
        forum_id=row.number,
        title=title,
        url=own_url,
        description=visible_text(text) if text is not None else "",
        parent_id=parent_number(row.element),
        topics=read_number(shown(parts.get("topics"))),
        count=read_number(shown(parts.get("count"))),
        last_post=read_last_post(parts, own_url, url, locale),
        forums=tuple(_forums(parts.get("forums"), url)),
        is_category="status-category" in tokens,
        status=_status(tokens),
        visibility=next((_VISIBILITIES[one] for one in _VISIBILITIES if one in tokens), None),
    )


def _status(tokens: frozenset[str]) -> TopicStatus | None:
    if "bbp-forum-status-closed" in tokens:
        return "closed"
    return "open" if "bbp-forum-status-open" in tokens else None


def _forums(element: Element | None, url: str) -> Iterator[SubForum]:
    for link in element.iter("a") if element is not None else ():
        text = shown(link)
        counts = _COUNTS.search(text)
        href = link.get("href")
        yield SubForum(
            title=text[: counts.start()].rstrip() if counts else text,
            url=absolute(url, href) if href else None,
            topics=as_number(counts[1]) if counts else None,
            replies=as_number(counts[2]) if counts else None,
        )

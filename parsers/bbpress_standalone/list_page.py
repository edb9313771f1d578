"""Read pages of stand-alone bbPress that list forums and topics: its two tables, `#forumlist` and `#latest`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from parsers.bbpress.address import absolute, without_fragment
from parsers.bbpress.class_token import class_tokens
from parsers.bbpress.head import read_head
from parsers.bbpress.number import read_number
from parsers.bbpress.text import shown, squeeze
from parsers.bbpress_standalone.address import first_page_of, topic_key_of
from parsers.bbpress_standalone.heading import read_crumbs
from parsers.bbpress_standalone.landmark import find_landmarks
from parsers.bbpress_standalone.pager import read_pager
from parsers.errors import LayoutChangedError
from parsers.list_records import ForumRow, LastPost, ListPage, TopicRow
from parsers.records import Author, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.document import Document
    from parsers.element import Element
    from parsers.list_records import ListKind

_KINDS: dict[str, ListKind] = {
    "front-page": "index",
    "forum-page": "forum",
    "tag-page": "tag",
    "view-page": "view",
    "search-page": "search",
    "favorites-page": "favorites",
}
_NUMBER = re.compile(r"[1-9][0-9]{0,17}$")
_FORUM_KEY = re.compile(r"/forum/([^/?#]+)|/forum\.php\?(?:[^#]*&)?id=([^&#]+)")
_POST = re.compile(r"#post-0*([1-9][0-9]{0,17})$")
_DASHES = " -–—\u00a0"


def read_list_page(document: Document, engine: str) -> ListPage:
    """Read a page that lists forums and topics.

    Raises:
        LayoutChangedError: it shows no rows; templates print nothing in their place.
    """
    root, url = document.root, document.url
    marks = find_landmarks(root)
    forums = tuple(_forums(_table(root, "forumlist"), url))
    topics = tuple(_topics(_table(root, "latest"), url))
    if not forums and not topics:
        raise LayoutChangedError(
            f"The page at {url} lists neither forums nor topics; it may be empty, or its theme is one that threadkeep does "
            "not read.",
            landmark="#forumlist, #latest",
            url=url,
        )
    kind = _KINDS.get(marks.page or "", "other")
    crumbs = read_crumbs(marks, url)
    pager = read_pager(root, marks, url)
    urls = (*(one.url for one in forums), *(one.url for one in topics))
    is_numbered = all(url is None or _number_of(url) for url in urls)
    return ListPage(
        engine=engine,
        kind=kind,
        title=_title(root),
        url=dict(pager.urls).get(1),
        forum_id=_number_of(first_page_of(url)) if kind == "forum" else None,
        forum=tuple(one for one in crumbs.forums if one.url != first_page_of(url)),
        root_url=crumbs.home,
        forums=forums,
        topics=topics,
        counts="posts",
        pager=pager,
        language=read_head(document).language,
        home_url=crumbs.home,
        problems=document.problems if is_numbered else (*document.problems, _NO_NUMBERS),
    )


_NO_NUMBERS = Problem(
    code="row-without-number",
    detail="Some rows do not tell the number of their topic or forum; their address is all there is.",
)


def _table(root: Element, identity: str) -> Iterator[Element]:
    for table in root.iter("table"):
        if table.get("id") == identity:
            yield from table.iter("tr")
            return


def _title(root: Element) -> str:
    """A list has no heading of its own: the page's title, without the site's name behind it."""
    whole = next((text for text in map(shown, root.iter("title")) if text), "")
    before, mark, _ = whole.rpartition(" « ")
    return before if mark else whole


def _topics(rows: Iterator[Element], url: str) -> Iterator[TopicRow]:
    for row in rows:
        link = _title_link(row)
        target = (
            without_fragment(absolute(url, link.get("href") or "")) if link is not None else ""
        )
        if link is None or topic_key_of(target) is None:
            continue
        tokens, numbers = class_tokens(row), _cells(row)
        yield TopicRow(
            topic_id=_number_of(target),
            title=shown(link),
            url=first_page_of(target),
            count=read_number(shown(numbers[0])) if numbers else None,
            last_post=_last_post(numbers, url),
            status="closed" if "closed" in tokens else None,
            sticky="super"
            if "super-sticky" in tokens
            else "sticky"
            if "sticky" in tokens
            else "no",
        )


def _last_post(numbers: list[Element], url: str) -> LastPost | None:
    """The newest post: who wrote it in the second cell behind the title, when in the last, which links it."""
    if len(numbers) < 3:
        return None
    link = next(numbers[-1].iter("a"), None)
    href = absolute(url, link.get("href") or "") if link is not None else None
    match = _POST.search(href or "")
    name = shown(numbers[-2])
    return LastPost(
        text=shown(numbers[-1]) or None,
        url=href,
        post_id=int(match[1]) if match else None,
        title=link.get("title") if link is not None else None,
        author=Author(name=name) if name else None,
    )


def _forums(rows: Iterator[Element], url: str) -> Iterator[ForumRow]:
    for row in rows:
        link = _title_link(row)
        is_category = "bb-category" in class_tokens(row)
        cell = next(row.iter("td"), None)
        if cell is None or (link is None and not is_category):
            continue
        numbers = _cells(row)
        target = absolute(url, link.get("href") or "") if link is not None else None
        small = next(cell.iter("small"), None)
        yield ForumRow(
            forum_id=_number_of(target or ""),
            title=shown(link) if link is not None else squeeze(cell.text),
            url=target,
            description=shown(small).strip(_DASHES),
            topics=read_number(shown(numbers[0])) if numbers else None,
            count=read_number(shown(numbers[1])) if len(numbers) > 1 else None,
            is_category=is_category,
        )


def _title_link(row: Element) -> Element | None:
    """The first link of a row that is no page of a topic's: that of its title."""
    links = (link for link in row.iter("a") if "page-numbers" not in class_tokens(link))
    return next((link for link in links if link.get("href") and shown(link)), None)


def _cells(row: Element) -> list[Element]:
    return [cell for cell in row.iterchildren("td") if "num" in class_tokens(cell)]


def _number_of(url: str) -> int | None:
    """The number of a topic or a forum, where addresses go by numbers."""
    forum = _FORUM_KEY.search(url)
    key = (forum[1] or forum[2]) if forum else topic_key_of(url)
    return int(key) if key and _NUMBER.match(key) else None

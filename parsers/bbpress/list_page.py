"""Put a list's page together: a forum index, a forum, a tag, a view, a search, a list of somebody's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parsers.bbpress.address import first_page_of
from parsers.bbpress.enclosure import Enclosure
from parsers.bbpress.forum_path import ForumPath, read_forum_path
from parsers.bbpress.forum_row import read_forum_row
from parsers.bbpress.head import Head, body_classes, read_head
from parsers.bbpress.landmark import find_landmarks
from parsers.bbpress.language import page_language
from parsers.bbpress.list_mark import find_lists, is_text
from parsers.bbpress.list_state import (
    is_closed,
    is_private,
    read_counts,
    read_description,
    read_kind,
    read_list_claim,
    read_notice,
    says_empty,
)
from parsers.bbpress.pager import read_pager
from parsers.bbpress.post_row import read_post_row
from parsers.bbpress.profile import read_owner
from parsers.bbpress.title import read_title
from parsers.bbpress.topic import feed_url, own_url
from parsers.bbpress.topic_row import read_topic_row
from parsers.errors import LayoutChangedError, LoginRequiredError
from parsers.list_records import ForumRow, ListPage, PostRow, TopicRow
from parsers.records import Problem
from parsers.stand_in import asks_for_password, stand_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.bbpress.landmark import Landmarks
    from parsers.bbpress.list_mark import ListMarks
    from parsers.document import Document
    from parsers.element import Element
    from parsers.list_records import ListKind
    from parsers.locale import Locale

_Row = ForumRow | TopicRow | PostRow
_OF_PEOPLE = frozenset(("started", "replies", "engagements", "favorites", "subscriptions"))
_NO_TITLE = Problem(
    code="title-from-head", detail="The page shows no title; it was taken from its head."
)
_TORN = Problem(
    code="torn-list", detail="The page ends in the middle of its last row, which was left out."
)
# Lists that have a feed of the posts in them.
_WITH_FEED = frozenset(("index", "forum", "view"))


def read_list_page(document: Document, engine: str) -> ListPage:
    """Read a page of bbPress 2.x markup that lists something.

    Raises:
        LayoutChangedError: it shows no rows, and nothing in their place.
        LoginRequiredError: the list is behind a login or a password.
    """
    root, url = document.root, document.url
    marks = find_landmarks(root, document.page.viewer)
    lists = find_lists(root, marks.wrappers)
    head = read_head(document)
    language, locale = page_language(head.language, marks)
    kind = read_kind(root, body_classes(root), lists)
    is_torn = _is_torn(document, lists)
    found = tuple(read_rows(lists, url, locale))
    rows = found[:-1] if is_torn else found
    notice = read_notice(root, Enclosure(is_text))
    stated = read_description(root)
    counts = read_counts(root, locale)
    if not rows:
        _refuse_empty(document, kind, notice)
    path = _path(root, marks, url)
    pager = read_pager(marks.named.get("pager"), url)
    title, is_shown = read_title(root, marks, path.current)
    # Up to 2.5 the first page is linked under its number.
    list_url = first_page_of(own_url(pager, head, url) or url)
    return ListPage(
        engine=engine,
        kind=kind,
        title=title,
        url=list_url,
        forum_id=_forum_id(kind, lists, head),
        forum=path.forums,
        root_url=list_url if kind == "index" else path.root,
        status="closed" if kind == "forum" and is_closed(root, locale) else None,
        forums=tuple(row for row in rows if isinstance(row, ForumRow)),
        topics=tuple(row for row in rows if isinstance(row, TopicRow)),
        posts=tuple(row for row in rows if isinstance(row, PostRow)),
        counts=counts,
        pager=pager,
        claim=read_list_claim(marks, locale, kind),
        stated_topics=stated[0],
        stated_replies=stated[1],
        notice=notice,
        owner=read_owner(root, url, locale) if kind in _OF_PEOPLE else None,
        language=language,
        home_url=path.home or head.home_url,
        api_url=head.api_url,
        feed_urls=(feed_url(list_url),) if kind in _WITH_FEED else (),
        problems=(
            *document.problems,
            *_problems(lists, is_understood=locale is not None or counts is not None),
            *((_NO_TITLE,) if not is_shown else ()),
            *((_TORN,) if is_torn else ()),
        ),
    )


def read_rows(lists: ListMarks, url: str, locale: Locale | None) -> Iterator[_Row]:
    """Read the rows that lead somewhere, each topic, forum and post once.

    Args:
        lists: where they are.
        url: the page's address.
        locale: the page's language.
    """
    others = {row.element for row in lists.rows}
    met: set[object] = set()
    for row in lists.rows:
        read = read_topic_row if row.kind == "topic" else read_forum_row
        found = read(row, others, url, locale)
        if found is not None and (key := (row.kind, row.number or found.url)) not in met:
            met.add(key)
            yield found
    for head in lists.heads:
        post = read_post_row(head, url, locale)
        if post is not None and post.post_id not in met:
            met.add(post.post_id)
            yield post


def _is_torn(document: Document, lists: ListMarks) -> bool:
    """Whether the page ends in its last row: its own end is missing, and nothing follows the row."""
    end = document.page.body[-4096:].lower()
    if not lists.rows or b"</html" in end or b"</body" in end:
        return False
    last = lists.rows[-1].element
    around = (one for one in (last, *last.iterancestors()) if one.tag not in {"body", "html"})
    return all(one.getnext() is None for one in around)


def _path(root: Element, marks: Landmarks, url: str) -> ForumPath:
    """The way to the page. Without a breadcrumb there is none: links to forums are what the page lists."""
    return read_forum_path(root, marks, url) if "breadcrumb" in marks.named else ForumPath()


def _forum_id(kind: ListKind, lists: ListMarks, head: Head) -> int | None:
    if kind != "forum":
        return None
    return lists.forum_id or head.post_id


def _refuse_empty(document: Document, kind: ListKind, notice: str | None) -> None:
    """Refuse a page without rows, unless it says itself that there is nothing to list, or only asks what to look for.

    Raises:
        LayoutChangedError: nothing stands in the rows' place.
        LoginRequiredError: a login or a password does.
    """
    url = document.url
    if asks_for_password(document.root) or is_private(document.root):
        raise LoginRequiredError(
            f"The forum at {url} is not for guests; log in with --cookies or --login if you have an account there.",
            url=url,
        )
    if notice is not None or says_empty(document.root):
        return
    if kind == "search" and b"bbp_search" in document.page.body:
        return
    named = stand_in(document)
    if named is not None:
        raise named
    raise LayoutChangedError(
        f"The page at {url} lists nothing, and does not say that there is nothing; its theme may be one that threadkeep "
        "does not read.",
        landmark=".bbp-topics, .bbp-forums",
        url=url,
    )


def _problems(lists: ListMarks, *, is_understood: bool) -> Iterator[Problem]:
    if lists.rows and not is_understood:
        detail = "There is no table for the page's language: what its columns count is not known."
        yield Problem(code="unknown-language", detail=detail)
    if any(row.number is None for row in lists.rows):
        detail = "Some rows do not tell the number of their topic or forum; their address is all there is."
        yield Problem(code="row-without-number", detail=detail)

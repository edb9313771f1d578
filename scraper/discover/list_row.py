"""Turn the rows of a list into what is kept of them: addresses of this site in normal form, counts of one kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scraper.archive.list_state import ListState
from scraper.archive.listing import Found, RowState
from scraper.archive.topic_list import ListRow
from scraper.fetch.host import on_site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.list_records import ForumRow, LastPost, ListPage, SubForum, TopicRow


def topic_row(row: TopicRow, page: ListPage, url: str) -> Found | None:
    """What a row says of a topic; None where it leads to none that was published, for all or for members.

    Args:
        row: the row.
        page: the list.
        url: the address of the list.
    """
    link = on_site(row.url, url) if row.url else None
    if link is None or row.withheld not in {None, "private", "hidden"}:
        return None
    last = row.last_post
    return Found(
        url=link,
        topic_id=row.topic_id,
        state=RowState(
            title=row.title,
            count=row.count,
            replies=_replies(row.count, 1, page),
            pages=row.pager.last,
            last_post_id=last.post_id if last is not None else None,
            last_post_url=_leads_to(last),
            status=row.status,
            sticky=row.sticky,
        ),
        source="list",
    )


def forums_of(page: ListPage, url: str) -> Iterator[ListRow]:
    """The forums that a list names, each with those below it."""
    for row in page.forums:
        link = on_site(row.url, url) if row.url else None
        if link is not None:
            yield ListRow(
                url=link,
                kind="forum",
                title=row.title,
                forum_id=row.forum_id,
                state=_forum_state(row, page),
            )
        yield from _below(row.forums, url)


def list_row(page: ListPage, url: str) -> ListRow:
    """What a list says of itself."""
    stated = (page.stated_topics, page.stated_replies)
    state = ListState(topics=stated[0], replies=stated[1]) if stated != (None, None) else None
    return ListRow(url=url, kind=page.kind, title=page.title, forum_id=page.forum_id, state=state)


def feed_of(page: ListPage, url: str) -> str | None:
    """The feed of the newest posts of what a list shows."""
    return next((link for feed in page.feed_urls if (link := on_site(feed, url))), None)


def _below(forums: tuple[SubForum, ...], url: str) -> Iterator[ListRow]:
    """Forums that another one's row names; their own row, with more in it, is on that forum's page."""
    for forum in forums:
        link = on_site(forum.url, url) if forum.url else None
        if link is not None:
            yield ListRow(url=link, kind="forum", title=forum.title)


def _forum_state(row: ForumRow, page: ListPage) -> ListState:
    return ListState(
        topics=row.topics,
        replies=_replies(row.count, row.topics, page),
        last_post_id=row.last_post.post_id if row.last_post is not None else None,
        last_post_url=_leads_to(row.last_post),
    )


def _replies(count: int | None, openings: int | None, page: ListPage) -> int | None:
    """A count of posts without the opening posts; a list that does not say what it counts says posts, as bbPress does."""
    if count is None or page.counts == "replies":
        return count
    return count - openings if openings is not None else None


def _leads_to(last: LastPost | None) -> str | None:
    return last.url if last is not None else None

"""A page of a forum: the forums inside it, and its topics, in one of several orders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from threadkeep.reader.frame import Frame, Link, Pager, frame, pager, pages_for, root_of
from threadkeep.reader.open_archive import TOPICS_PER_PAGE
from threadkeep.reader.page_name import NO_FORUM, ORDERS
from threadkeep.reader.topic_row import TopicRow, topic_row

if TYPE_CHECKING:
    from scraper.archive.browse.survey import SurveyedTopic
    from threadkeep.reader.open_archive import Links, OpenArchive
    from threadkeep.reader.page_name import TopicOrder

_SAID = {"activity": "last activity", "replies": "most replies", "title": "title"}
_STICKY = {"super": 0, "sticky": 1, "no": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class ForumPage:
    """A page of a forum.

    Attributes:
        url: the forum on the original site.
        inside: the forums inside it.
        topics: how many topics it has.
        rows: those of this page.
        orders: the orders in which they can be; the one without an address is this.
        pager: which page it is.
    """

    frame: Frame
    url: str | None
    inside: tuple[Link, ...]
    topics: int
    rows: tuple[TopicRow, ...]
    orders: tuple[Link, ...]
    pager: Pager | None


def forum_page(
    opened: OpenArchive, forum_id: int, page: int, order: TopicOrder
) -> ForumPage | None:
    """Make a page of a forum; None where there is none."""
    forum = opened.survey.forums.get(forum_id)
    if forum is None and forum_id != NO_FORUM:
        return None
    topics = topics_of(opened, forum_id, order)
    last = pages_for(len(topics), TOPICS_PER_PAGE)
    if page > last or (forum is None and not topics):
        return None
    name = opened.names.forum(forum_id, page, order)
    links = opened.links(root_of(name))
    shown = topics[(page - 1) * TOPICS_PER_PAGE : page * TOPICS_PER_PAGE]
    title = forum.title if forum else "Topics without a forum"
    return ForumPage(
        frame=frame(opened, "forum", name, title, forum_trail(opened, forum_id, links)[:-1]),
        url=forum.url if forum else None,
        inside=_inside(opened, forum_id, links),
        topics=len(topics),
        rows=tuple(topic_row(opened, topic, links) for topic in shown),
        orders=tuple(
            Link(
                text=_SAID[other],
                address=None if other == order else links.forum(forum_id, 1, other),
            )
            for other in ORDERS
        ),
        pager=pager(page, last, lambda number: links.forum(forum_id, number, order)),
    )


def topics_of(opened: OpenArchive, forum_id: int, order: TopicOrder) -> list[SurveyedTopic]:
    """A forum's own topics; by activity, sticky ones come first."""
    wanted = forum_id or None
    topics = [topic for topic in opened.survey.topics.values() if topic.forum_id == wanted]
    if order == "activity":
        return sorted(topics, key=lambda topic: _STICKY[topic.sticky])
    if order == "replies":
        return sorted(topics, key=lambda topic: (-topic.replies, topic.key))
    return sorted(topics, key=lambda topic: (topic.title.casefold(), topic.key))


def forum_trail(opened: OpenArchive, forum_id: int | None, links: Links) -> tuple[Link, ...]:
    """The forums from the root down to one."""
    trail: list[Link] = []
    seen: set[int] = set()
    while forum_id is not None and forum_id in opened.survey.forums and forum_id not in seen:
        seen.add(forum_id)
        forum = opened.survey.forums[forum_id]
        trail.insert(0, Link(text=forum.title, address=links.forum(forum_id)))
        forum_id = forum.parent_id
    return tuple(trail)


def _inside(opened: OpenArchive, forum_id: int, links: Links) -> tuple[Link, ...]:
    return tuple(
        Link(text=forum.title, address=links.forum(forum.forum_id))
        for forum in opened.survey.forums.values()
        if forum.parent_id == forum_id
    )

"""The first page: forums, counts, activity over time, the last runs, and whether something is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporters.html.shown_post import ShownTime, seen_time
from scraper.archive.browse.run_list import runs
from threadkeep.reader.activity import Activity, activity
from threadkeep.reader.frame import Frame, Link, frame
from threadkeep.reader.missing import missing_in, unread_in
from threadkeep.reader.page_name import NO_FORUM
from threadkeep.reader.run import ShownRun, shown_run
from threadkeep.reader.topic_row import TopicRow, topic_row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scraper.archive.browse.survey import SurveyedForum
    from threadkeep.reader.open_archive import Links, OpenArchive

_RUNS_SHOWN = 5
_TOPICS_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ForumRow:
    """A forum in the tree of all.

    Attributes:
        link: its title and page.
        depth: how deep it stands in the tree.
        topics: in it and in those inside it.
        posts: likewise.
        last_at: when the newest post was written.
    """

    link: Link
    depth: int
    topics: int
    posts: int
    last_at: ShownTime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewPage:
    """The first page.

    Attributes:
        forums: the tree, each forum before those inside it.
        topics: how many topics there are.
        posts: how many posts.
        authors: how many people.
        gone: posts that have vanished from the site.
        gaps: things that are missing and that nobody has accepted.
        unread: pages of the site that could not be read, or are still to be.
        activity: posts over time.
        newest: the topics that were written in last.
        runs: the last runs.
    """

    frame: Frame
    forums: tuple[ForumRow, ...]
    topics: int
    posts: int
    authors: int
    gone: int
    gaps: int
    unread: int
    activity: Activity | None
    newest: tuple[TopicRow, ...]
    runs: tuple[ShownRun, ...]


def overview_page(opened: OpenArchive) -> OverviewPage:
    """Make the first page."""
    survey, links = opened.survey, opened.links("")
    newest = list(survey.topics.values())[:_TOPICS_SHOWN]
    return OverviewPage(
        frame=frame(opened, "overview", "index", survey.name or survey.host or "Forum"),
        forums=tuple(_tree(opened, links)),
        topics=len(survey.topics),
        posts=survey.posts,
        authors=len(survey.authors),
        gone=survey.gone,
        gaps=sum(thing.accepted_at is None for thing in missing_in(opened)),
        unread=unread_in(opened),
        activity=activity(survey.months),
        newest=tuple(topic_row(opened, topic, links) for topic in newest),
        runs=tuple(
            shown_run(run, links, is_public=opened.is_site)
            for run in runs(opened.archive, count=_RUNS_SHOWN)
        ),
    )


def _tree(opened: OpenArchive, links: Links) -> Iterator[ForumRow]:
    children: dict[int | None, list[SurveyedForum]] = {}
    for forum in opened.survey.forums.values():
        children.setdefault(forum.parent_id, []).append(forum)
    waiting = [(forum, 0) for forum in reversed(children.get(None, []))]
    while waiting:
        forum, depth = waiting.pop()
        yield ForumRow(
            link=Link(text=forum.title, address=links.forum(forum.forum_id)),
            depth=depth,
            topics=forum.topics,
            posts=forum.posts,
            last_at=seen_time(forum.last_at) if forum.last_at else None,
        )
        waiting += [(one, depth + 1) for one in reversed(children.get(forum.forum_id, []))]
    yield from _without_forum(opened, links)


def _without_forum(opened: OpenArchive, links: Links) -> Iterator[ForumRow]:
    topics = [topic for topic in opened.survey.topics.values() if topic.forum_id is None]
    if topics:
        yield ForumRow(
            link=Link(text="Topics without a forum", address=links.forum(NO_FORUM)),
            depth=0,
            topics=len(topics),
            posts=sum(topic.posts for topic in topics),
            last_at=seen_time(topics[0].last_at) if topics[0].last_at else None,
        )

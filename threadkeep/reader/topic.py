"""A page of a topic: its posts, and what is known of the topic that the forum does not show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporters.html.cleaning import Cleaner, Surroundings
from exporters.html.shown_post import PostLinks, ShownPost, ShownTime, seen_time, shown_post
from exporters.markdown.address import EMBEDDED, safe_address
from scraper.archive.browse.topic_facts import authors_of_posts, topic_facts
from threadkeep.reader.forum import forum_trail
from threadkeep.reader.frame import Frame, Pager, frame, pager, pages_for, root_of
from threadkeep.reader.open_archive import POSTS_PER_PAGE
from threadkeep.reader.topic_row import notes_of

if TYPE_CHECKING:
    from scraper.archive.browse.topic_facts import TopicChange
    from threadkeep.reader.open_archive import Links, OpenArchive


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicPageView:
    """A page of a topic.

    Attributes:
        topic_id: its number on the site; None where no page shows it.
        url: the topic on the original site.
        notes: `closed`, `sticky`, …
        tags: as shown.
        posts: how many are shown.
        expected: how many the site claims; None where it does not say.
        left_out: posts that are gone from the site and are not shown.
        gaps: what is missing, a sentence each.
        last_seen: when a page of it was last read.
        vanished_at: when it was found to be no longer there.
        vanished_reason: how.
        changes: what changed of it as a whole.
        shown: the posts of this page.
        pager: which page it is.
    """

    frame: Frame
    topic_id: int | None
    url: str | None
    notes: tuple[str, ...]
    tags: tuple[str, ...]
    posts: int
    expected: int | None
    left_out: int
    gaps: tuple[str, ...]
    last_seen: ShownTime
    vanished_at: ShownTime | None
    vanished_reason: str | None
    changes: tuple[TopicChange, ...]
    shown: tuple[ShownPost, ...]
    pager: Pager | None


def topic_page(opened: OpenArchive, key: int, page: int) -> TopicPageView | None:
    """Make a page of a topic; None where there is none."""
    topic = opened.survey.topics.get(key)
    if topic is None:
        return None
    last = pages_for(topic.posts, POSTS_PER_PAGE)
    if page > last:
        return None
    name = opened.names.topic(key, page)
    links = opened.links(root_of(name))
    facts = topic_facts(opened.archive, key)
    if facts is None:  # it was erased after the survey
        return None
    title = topic.title or "(no title)"
    return TopicPageView(
        frame=frame(opened, "topic", name, title, forum_trail(opened, topic.forum_id, links)),
        topic_id=topic.topic_id,
        url=safe_address(topic.url or "", "", EMBEDDED) or None,
        notes=tuple(notes_of(topic)),
        tags=facts.tags,
        posts=topic.posts,
        expected=facts.expected,
        left_out=0 if opened.survey.with_gone else topic.gone,
        gaps=facts.gaps,
        last_seen=seen_time(facts.last_seen),
        vanished_at=seen_time(topic.vanished_at) if topic.vanished_at else None,
        vanished_reason=facts.vanished_reason,
        changes=facts.changes,
        shown=_posts(opened, key, page, links),
        pager=pager(page, last, lambda number: links.topic(key, number)),
    )


def _posts(opened: OpenArchive, key: int, page: int, links: Links) -> tuple[ShownPost, ...]:
    authors = authors_of_posts(opened.archive, key)
    post_links = PostLinks(
        author=lambda post_id: links.author(authors.get(post_id)),
        reply=lambda post_id: links.post(key, post_id) if post_id in authors else None,
        history=links.history,
    )
    cleaner = cleaner_for(links)
    return tuple(shown_post(post, cleaner, post_links) for post in opened.posts_of_page(key, page))


def cleaner_for(links: Links) -> Cleaner:
    """A cleaner for the bodies of a page: links to what the archive holds lead to its own pages.

    A picture that the archive does not keep is shown as a link that says what it is.
    """
    return Cleaner(Surroundings(place=links.file, link=links.link_in_post))

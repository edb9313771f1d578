"""A topic in a list of topics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporters.html.shown_post import ShownTime, seen_time
from threadkeep.reader.frame import Link

if TYPE_CHECKING:
    from scraper.archive.browse.survey import SurveyedTopic
    from threadkeep.reader.open_archive import Links, OpenArchive


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicRow:
    """A topic in a list.

    Attributes:
        link: its title and page.
        notes: `closed`, `sticky`, `gone`, `incomplete`.
        replies: posts after the first.
        voices: how many people wrote in it.
        last_at: when the newest post was written.
        last_author: who wrote that.
    """

    link: Link
    notes: tuple[str, ...]
    replies: int
    voices: int
    last_at: ShownTime | None
    last_author: Link | None


def topic_row(opened: OpenArchive, topic: SurveyedTopic, links: Links) -> TopicRow:
    """A topic in a list."""
    return TopicRow(
        link=Link(text=topic.title or "(no title)", address=links.topic(topic.key)),
        notes=tuple(notes_of(topic)),
        replies=topic.replies,
        voices=topic.voices,
        last_at=seen_time(topic.last_at) if topic.last_at else None,
        last_author=person(opened, topic.last_author, links),
    )


def notes_of(topic: SurveyedTopic) -> list[str]:
    """What is said of a topic beside its title."""
    told = [
        (topic.status == "closed", "closed"),
        (topic.sticky == "sticky", "sticky"),
        (topic.sticky == "super", "sticky everywhere"),
        (topic.vanished_at is not None, "gone from the site"),
        (topic.gaps > 0, "incomplete"),
    ]
    return [note for is_so, note in told if is_so]


def person(opened: OpenArchive, author_id: int | None, links: Links) -> Link | None:
    """A person's name and page, by any of the archive's numbers of them."""
    survey = opened.survey
    author = survey.authors.get(survey.person.get(author_id or 0, 0))
    return None if author is None else Link(text=author.name, address=links.author(author_id))

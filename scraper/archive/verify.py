"""Check an archive against itself and against what the site claimed. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parsers.errors import DamagedArchiveError
from scraper.archive.completeness import assess
from scraper.archive.crawl import topic_keys, was_stopped
from scraper.archive.damage import damage_of
from scraper.archive.due_topic import due_topics
from scraper.archive.gap import open_gaps
from scraper.archive.list_gap import list_states, open_gaps_of_list
from scraper.archive.topic_state import topic_state

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

    from scraper.archive.damage import Damage
    from scraper.archive.database import Archive
    from scraper.archive.gap import Gap


_INCOMPLETE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicVerdict:
    """What checking one topic found.

    Attributes:
        topic_key: the topic's number in the archive's tables.
        topic_id: the site's number for it; None where no page shows it.
        title: its title.
        url: its address; None where no page says it.
        posts: posts kept of it, gone ones not among them.
        expected: how many the site claims; None where it does not say.
        gaps: what is missing.
        accepted: those of the gaps that somebody has accepted.
        notes: differences from counts that bbPress lets drift; they change no exit code.
        is_interrupted: its crawl was stopped before its end.
    """

    topic_key: int
    topic_id: int | None
    title: str
    url: str | None
    posts: int
    expected: int | None
    gaps: tuple[Gap, ...]
    accepted: tuple[Gap, ...]
    notes: tuple[str, ...]
    is_interrupted: bool

    @property
    def is_open(self) -> bool:
        """Whether something is missing that nobody has accepted."""
        return self.is_interrupted or len(self.gaps) > len(self.accepted)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListVerdict:
    """What checking one list of topics found.

    Attributes:
        title: its heading.
        url: its address.
        topics: topics that it shows.
        gaps: what is missing and was not accepted.
        is_interrupted: it was not read to its end.
    """

    title: str
    url: str
    topics: int
    gaps: tuple[Gap, ...]
    is_interrupted: bool

    @property
    def is_open(self) -> bool:
        """Whether something is missing that nobody has accepted."""
        return self.is_interrupted or bool(self.gaps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What checking an archive found.

    Attributes:
        archive: the file.
        damage: one sentence for each contradiction in the file itself.
        is_rebuildable: all that is damaged can be had again from the stored pages, by `threadkeep reparse`.
        topics: none where there is damage.
        lists: those of which something is missing.
        unread: topics that lists name and that are still to be read.
        exit_code: as the command line exits.
    """

    archive: Path
    damage: tuple[str, ...]
    is_rebuildable: bool
    topics: tuple[TopicVerdict, ...]
    lists: tuple[ListVerdict, ...]
    unread: int
    exit_code: int


def verify(archive: Archive) -> Verdict:
    """Check an archive; of one that is damaged nothing but the damage is said.

    Raises:
        DamagedArchiveError: it is damaged so that it cannot be checked any further.
    """
    damage = tuple(damage_of(archive))
    return verdict_of(archive, damage)


def verdict_of(archive: Archive, damage: tuple[Damage, ...]) -> Verdict:
    """The verdict on an archive of which it is known how it is damaged."""
    topics = () if damage else tuple(_topics(archive))
    lists = () if damage else tuple(one for one in _lists(archive) if one.is_open)
    unread = 0 if damage else len(due_topics(archive.connection))
    is_open = bool(lists or unread) or any(topic.is_open for topic in topics)
    return Verdict(
        archive=archive.path,
        damage=tuple(one.sentence for one in damage),
        is_rebuildable=bool(damage) and all(one.is_rebuildable for one in damage),
        topics=topics,
        lists=lists,
        unread=unread,
        exit_code=DamagedArchiveError.exit_code if damage else _INCOMPLETE if is_open else 0,
    )


def _lists(archive: Archive) -> Iterator[ListVerdict]:
    for one in list_states(archive.connection):
        yield ListVerdict(
            title=one.title,
            url=one.url,
            topics=one.topics,
            gaps=open_gaps_of_list(archive.connection, one.list_key),
            is_interrupted=one.is_due,
        )


def _topics(archive: Archive) -> Iterator[TopicVerdict]:
    for topic_key in topic_keys(archive.connection):
        yield _topic(archive.connection, topic_key)


def _topic(connection: sqlite3.Connection, topic_key: int) -> TopicVerdict:
    state = topic_state(connection, topic_key)
    assessment = assess(state)
    still_open = open_gaps(connection, topic_key, assessment.gaps)
    return TopicVerdict(
        topic_key=topic_key,
        topic_id=state.topic_id,
        title=state.title,
        url=state.url,
        posts=state.have,
        expected=assessment.expected,
        gaps=assessment.gaps,
        accepted=tuple(gap for gap in assessment.gaps if gap not in still_open),
        notes=assessment.notes,
        is_interrupted=was_stopped(connection, topic_key),
    )

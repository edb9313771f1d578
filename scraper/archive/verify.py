"""Check an archive against itself and against what the site claimed. Reads only."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parsers.errors import DamagedArchiveError
from scraper.archive.completeness import assess
from scraper.archive.content import load_content
from scraper.archive.crawl import topic_keys, was_stopped
from scraper.archive.gap import open_gaps
from scraper.archive.topic_state import topic_state

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

    from scraper.archive.database import Archive
    from scraper.archive.gap import Gap


_INCOMPLETE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicVerdict:
    """What checking one topic found.

    Attributes:
        gaps: what is missing; `accepted` those of it that somebody has accepted.
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
class Verdict:
    """What checking an archive found.

    Attributes:
        damage: one sentence for each contradiction in the file itself.
        topics: none where there is damage.
        exit_code: as the command line exits.
    """

    archive: Path
    damage: tuple[str, ...]
    topics: tuple[TopicVerdict, ...]
    exit_code: int


def verify(archive: Archive) -> Verdict:
    """Check an archive; of one that is damaged nothing but the damage is said.

    Raises:
        DamagedArchiveError: it is damaged so that it cannot be checked any further.
    """
    damage = tuple(_damage(archive))
    topics = () if damage else tuple(_topics(archive))
    is_open = any(topic.is_open for topic in topics)
    return Verdict(
        archive=archive.path,
        damage=damage,
        topics=topics,
        exit_code=DamagedArchiveError.exit_code if damage else _INCOMPLETE if is_open else 0,
    )


def _damage(archive: Archive) -> Iterator[str]:
    connection = archive.connection
    # Only the first of what may be many, and without the lines that SQLite puts around it.
    found = str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
    if found != "ok":
        yield f"SQLite finds: {found.splitlines()[-1]}."
    broken = Counter(
        (row[0], row[2]) for row in connection.execute("PRAGMA foreign_key_check").fetchall()
    )
    for (table, parent), count in broken.items():
        yield f"{count} rows of “{table}” name a row of “{parent}” that is not there."
    if connection.execute("SELECT count(*) FROM site").fetchone()[0] != 1:
        yield "It does not say whose it is: the row of “site” is missing."
    yield from _bad_contents(archive)
    count = connection.execute(_BODILESS).fetchone()[0]
    if count:
        yield (
            f"{count} posts lack their newest body."
            if count > 1
            else "1 post lacks its newest body."
        )


def _bad_contents(archive: Archive) -> Iterator[str]:
    pages = archive.connection.execute(_CONTENTS).fetchall()
    for row in pages:
        try:
            load_content(archive, row["sha256"])
        except DamagedArchiveError as error:
            yield f"{error} It came from {row['url'] or 'a file'}."


_BODILESS = """
SELECT count(*) FROM posts LEFT JOIN revisions USING (post_id, revision) WHERE body_html IS NULL
"""
_CONTENTS = """
SELECT sha256, coalesce(max(url), '') AS url FROM contents LEFT JOIN pages USING (sha256) GROUP BY sha256 ORDER BY sha256
"""


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

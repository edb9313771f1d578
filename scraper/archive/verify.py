"""Check an archive against itself and against what the site claimed. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parsers.errors import DamagedArchiveError
from scraper.archive.completeness import assess
from scraper.archive.content import load_content
from scraper.archive.topic_state import topic_state

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from scraper.archive.database import Archive
    from scraper.archive.gap import Gap


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicVerdict:
    """What checking one topic found.

    Attributes:
        gaps: what is missing; `accepted` those of it that somebody has accepted.
        failures: pages that could not be read, with the reason.
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
    failures: tuple[str, ...]
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
    """

    damage: tuple[str, ...]
    topics: tuple[TopicVerdict, ...]


def verify(archive: Archive) -> Verdict:
    """Check an archive."""
    damage = tuple(_damage(archive))
    return Verdict(damage=damage, topics=tuple(_topics(archive)))


def _damage(archive: Archive) -> Iterator[str]:
    connection = archive.connection
    for row in connection.execute("PRAGMA integrity_check"):
        if row[0] != "ok":
            yield f"SQLite finds: {row[0]}."
    for row in connection.execute("PRAGMA foreign_key_check"):
        yield f"A row of {row[0]} names a row of {row[2]} that is not there."
    for (key,) in connection.execute("SELECT sha256 FROM contents ORDER BY sha256").fetchall():
        try:
            load_content(archive, key)
        except DamagedArchiveError as error:
            yield str(error)
    missing = "SELECT count(*) FROM posts LEFT JOIN revisions USING (post_id, revision) WHERE body_html IS NULL"
    count = connection.execute(missing).fetchone()[0]
    if count:
        yield f"{count} posts lack their newest body."


def _topics(archive: Archive) -> Iterator[TopicVerdict]:
    connection = archive.connection
    for row in connection.execute(
        "SELECT topic_key, crawled_at FROM topics ORDER BY topic_id, topic_key"
    ).fetchall():
        yield _topic(connection, row["topic_key"], is_closed=row["crawled_at"] is not None)


def _topic(connection: sqlite3.Connection, topic_key: int, *, is_closed: bool) -> TopicVerdict:
    state = topic_state(connection, topic_key)
    assessment = assess(state)
    accepted = {
        (row["code"], row["detail"])
        for row in connection.execute(
            "SELECT code, detail FROM gaps WHERE topic_key = ? AND accepted_at IS NOT NULL",
            (topic_key,),
        )
    }
    pending = connection.execute(
        "SELECT 1 FROM frontier WHERE topic_key = ? AND state = 'pending'", (topic_key,)
    )
    return TopicVerdict(
        topic_key=topic_key,
        topic_id=state.topic_id,
        title=state.title,
        url=state.url,
        posts=state.have,
        expected=assessment.expected,
        gaps=assessment.gaps,
        accepted=tuple(gap for gap in assessment.gaps if (gap.code, gap.detail) in accepted),
        notes=assessment.notes,
        failures=tuple(f"{failed.url}: {failed.error}" for failed in state.failed),
        is_interrupted=not is_closed or pending.fetchone() is not None,
    )

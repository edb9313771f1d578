"""Close a topic after its pages were read from a source that is at its end: record what is missing, ask for nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scraper.archive.completeness import assess
from scraper.archive.gap import record_gaps
from scraper.archive.topic_state import topic_state
from scraper.archive.topic_writer import Saved
from scraper.sync.report import TopicOutcome

if TYPE_CHECKING:
    import sqlite3


def close_topic(
    connection: sqlite3.Connection, topic_key: int, now: str, *, source: str
) -> TopicOutcome:
    """Reconcile a topic and record its gaps.

    Args:
        connection: inside a transaction.
        topic_key: the topic.
        now: the time.
        source: where its pages came from, for the report.
    """
    state = topic_state(connection, topic_key)
    assessment = assess(state)
    gaps = record_gaps(connection, topic_key, assessment.gaps, now)
    connection.execute(
        "UPDATE topics SET crawled_at = coalesce(crawled_at, ?), expected_posts = ? WHERE topic_key = ?",
        (now, assessment.expected, topic_key),
    )
    return TopicOutcome(
        url=source,
        topic_id=state.topic_id,
        topic_url=state.url,
        title=state.title,
        saved=Saved(),
        posts=state.have,
        expected=assessment.expected,
        gaps=gaps,
        notes=assessment.notes,
        exit_code=3 if gaps else 0,
    )

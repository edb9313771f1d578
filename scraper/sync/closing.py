"""Close a topic after its pages were read from a source that is at its end: record what is missing, ask for nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scraper.archive.completeness import assess
from scraper.archive.crawl import keep_expected
from scraper.archive.gap import record_gaps
from scraper.archive.post_writer import Saved
from scraper.archive.topic_state import forget_lost_pages, topic_state
from scraper.sync.log import log_outcome
from scraper.sync.report import TopicOutcome

if TYPE_CHECKING:
    import sqlite3


def close_topic(
    connection: sqlite3.Connection,
    topic_key: int,
    now: str,
    *,
    source: str,
    saved: Saved | None = None,
    pages: int = 0,
) -> TopicOutcome:
    """Reconcile a topic and record its gaps.

    Args:
        connection: inside a transaction.
        topic_key: the topic.
        now: the time.
        source: where its pages came from, for the report.
        saved: what they changed, for the report.
        pages: how many they were, for the report.
    """
    forget_lost_pages(connection, topic_key)
    state = topic_state(connection, topic_key)
    assessment = assess(state)
    gaps = record_gaps(connection, topic_key, assessment.gaps, now)
    keep_expected(connection, topic_key, assessment.expected)
    outcome = TopicOutcome(
        url=source,
        topic_id=state.topic_id,
        topic_url=state.url,
        title=state.title,
        pages=pages,
        saved=saved or Saved(),
        posts=state.have,
        expected=assessment.expected,
        gaps=gaps,
        notes=assessment.notes,
        exit_code=3 if gaps else 0,
    )
    log_outcome(outcome)
    return outcome

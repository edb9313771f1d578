"""Gather all that differs between two states of an archive into one report, with how much it is."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from scraper.archive.comparison import (
    comparing_archives,
    comparing_moments,
    list_gap_differences,
    person_differences,
    topic_differences,
)
from scraper.archive.difference import DifferenceReport, DifferenceTotals

if TYPE_CHECKING:
    from pathlib import Path

    from scraper.archive.comparison import Comparison
    from scraper.archive.difference import ListGapDifference, PersonDifference, TopicDifference


def compare_archives(old: Path, new: Path, *, with_text: bool = False) -> DifferenceReport:
    """What changed between two archives of a site.

    Args:
        old: the earlier one.
        new: the later one.
        with_text: with the differences between bodies, not only how many words they are.

    Raises:
        UsageError: they are of two sites, or one is not there.
        ArchiveError: one cannot be used.
    """
    with comparing_archives(old, new, with_text=with_text) as comparison:
        return difference_report(comparison)


def compare_moments(
    path: Path, since: str, until: str | None = None, *, with_text: bool = False
) -> DifferenceReport:
    """What changed in an archive between two moments, by when it was seen.

    Args:
        path: the archive.
        since: the first year, month, day or moment of what is compared, in UTC.
        until: the last one; till now where it is None.
        with_text: with the differences between bodies, not only how many words they are.

    Raises:
        UsageError: they are no such moments, or in the wrong order, or there is no archive.
        ArchiveError: it cannot be used.
    """
    with comparing_moments(path, since, until, with_text=with_text) as comparison:
        return difference_report(comparison)


def difference_report(comparison: Comparison) -> DifferenceReport:
    """Everything that differs between two states that are open, at once."""
    topics = tuple(topic_differences(comparison))
    people = tuple(person_differences(comparison))
    list_gaps = tuple(list_gap_differences(comparison))
    tally = Tally()
    for topic in topics:
        tally.add_topic(topic)
    tally.add_rest(people, list_gaps)
    return DifferenceReport(
        old=comparison.old,
        new=comparison.new,
        site=comparison.site,
        since=comparison.since,
        until=comparison.until,
        is_same=tally.is_same,
        totals=tally.totals,
        topics=topics,
        people=people,
        list_gaps=list_gaps,
    )


class Tally:
    """Counts what differs while somebody goes through it."""

    def __init__(self) -> None:
        self._counts = dict.fromkeys((field.name for field in fields(DifferenceTotals)), 0)

    @property
    def totals(self) -> DifferenceTotals:
        """How much was found so far."""
        return DifferenceTotals(**self._counts)

    @property
    def is_same(self) -> bool:
        """Whether nothing was found."""
        return not any(self._counts.values())

    def add_topic(self, topic: TopicDifference) -> None:
        """Count a topic with what differs of it."""
        counts = self._counts
        counts["topics"] += 1
        counts["new_topics"] += "new" in topic.changes
        counts["gone_topics"] += "gone" in topic.changes
        counts["new"] += topic.new_posts
        counts["absent"] += topic.absent_posts
        for kind in ("changed", "moved", "gone", "returned"):
            counts[kind] += sum(kind in post.changes for post in topic.posts)
        counts["gaps_opened"] += len(topic.gaps_opened)
        counts["gaps_closed"] += len(topic.gaps_closed)

    def add_rest(
        self, people: tuple[PersonDifference, ...], list_gaps: tuple[ListGapDifference, ...]
    ) -> None:
        """Count what is of no topic."""
        closed = sum(one.is_closed for one in list_gaps)
        self._counts["people"] += len(people)
        self._counts["gaps_closed"] += closed
        self._counts["gaps_opened"] += len(list_gaps) - closed

"""What a comparison asks of SQLite: the same columns for two archives as for two moments of one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The queries of a comparison; a post or a topic that is the same on both sides costs Python nothing.

    Attributes:
        topics: every topic of the later state, with what it was before.
        posts: of the topic `:key` the posts that differ.
        absent_topics: the topics of the earlier state.
        absent_posts: of the topic `:old_key` the posts that the later state does not hold.
        gaps_opened: of the topic `:key`, that was `:old_key`, what is missing now and was not.
        gaps_closed: the other way round.
        people: who changed, and how.
        list_gaps: what is missing of lists of topics now and was not, and the other way round.
    """

    topics: str
    posts: str
    absent_topics: str
    absent_posts: str
    gaps_opened: str
    gaps_closed: str
    people: str
    list_gaps: str

"""What happens on a demo forum in one night, and in one day: the same things whatever the forum's size."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from scraper.demo import life

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scraper.demo import DemoForum

_SEED = 3
_BUSY = 10
_EDITED = range(10, 15)
_SHRUNK = range(15, 17)
_MERGED, _TAKES_IN, _CLOSED, _PRIVATE = range(17, 21)
FEWEST_TOPICS = 21
"""So many topics something happens in, each another one."""


def night(forum: DemoForum) -> DemoForum:
    """Forty replies in ten topics, and three new topics: all of it shows by itself."""
    return _written(forum, _picked(forum))


def day(forum: DemoForum) -> DemoForum:
    """The same, and five edits, two deleted replies, a topic merged into another, one closed, and one made private."""
    topics = _picked(forum)
    forum = _written(forum, topics)
    for place in _EDITED:
        forum = life.edit_post(forum, _post(forum, topics[place]))
    for place in _SHRUNK:
        forum = life.delete_reply(forum, _post(forum, topics[place]))
    forum = life.merge_topics(forum, topics[_MERGED], topics[_TAKES_IN])
    forum = life.close_topic(forum, topics[_CLOSED])
    return life.set_access(forum, topics[_PRIVATE], "private")


EVENTS: dict[str, Callable[[DemoForum], DemoForum]] = {"night": night, "day": day}


def _picked(forum: DemoForum) -> list[int]:
    topics = [topic.topic_id for topic in forum.topics]
    return random.Random(_SEED).sample(topics, FEWEST_TOPICS)


def _written(forum: DemoForum, topics: Sequence[int]) -> DemoForum:
    boards = [board.slug for board in forum.boards if not board.is_category]
    for number in range(40):
        forum = life.add_reply(forum, topics[number % _BUSY])
    for number in range(3):
        forum = life.add_topic(forum, boards[number % len(boards)], f"New today {number + 1}")
    return forum


def _post(forum: DemoForum, topic_id: int) -> int:
    """A topic's first reply."""
    return life.topic_of(forum, topic_id).posts[1].post_id

"""Lets a demo forum live for a while at random: the same forum and seed always come to the same state."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from scraper.demo import life, life_site
from scraper.demo.prose import dice

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from scraper.demo.forum import DemoForum, DemoPost, DemoTopic

_FEWEST_TOPICS = 3


def live(forum: DemoForum, *, seed: int, changes: int = 20) -> DemoForum:
    """So many random changes, half an hour or so apart: replies, edits, deletions, moves, merges, renames and more."""
    rng = dice(f"{seed}/live")
    for _ in range(changes):
        forum = life_site.pass_time(forum, timedelta(seconds=rng.randrange(1, 3600)))
        change = rng.choices(_CHANGES, weights=_WEIGHTS)[0]
        forum = change(forum, rng)
    return forum


def _topic(forum: DemoForum, rng: random.Random) -> DemoTopic:
    return rng.choice([topic for topic in forum.topics if topic.access == "public"])


def _reply(forum: DemoForum, rng: random.Random) -> DemoPost | None:
    return rng.choice(_topic(forum, rng).posts[1:] or (None,))


def _add_reply(forum: DemoForum, rng: random.Random) -> DemoForum:
    topic = _topic(forum, rng)
    answered = rng.choice((None, *(post.post_id for post in topic.posts[1:])))
    late = topic.opening.posted + timedelta(days=1) if rng.random() < 0.2 else None
    return life.add_reply(forum, topic.topic_id, at=late, answers=answered)


def _edit(forum: DemoForum, rng: random.Random) -> DemoForum:
    post = rng.choice(_topic(forum, rng).posts)
    reason = rng.choice(("", "typo", "clearer"))
    return life.edit_post(forum, post.post_id, reason=reason, is_logged=rng.random() < 0.6)


def _delete_reply(forum: DemoForum, rng: random.Random) -> DemoForum:
    post = _reply(forum, rng)
    return life.delete_reply(forum, post.post_id) if post else forum


def _add_topic(forum: DemoForum, rng: random.Random) -> DemoForum:
    return life.add_topic(forum, _board(forum, rng), f"News no. {forum.free_id}")


def _delete_topic(forum: DemoForum, rng: random.Random) -> DemoForum:
    few = len(forum.topics) <= _FEWEST_TOPICS
    return forum if few else life.delete_topic(forum, _topic(forum, rng).topic_id)


def _move(forum: DemoForum, rng: random.Random) -> DemoForum:
    return life.move_topic(forum, _topic(forum, rng).topic_id, _board(forum, rng))


def _board(forum: DemoForum, rng: random.Random) -> str:
    return rng.choice([board.slug for board in forum.boards if not board.is_category])


def _merge(forum: DemoForum, rng: random.Random) -> DemoForum:
    source, into = _topic(forum, rng).topic_id, _topic(forum, rng).topic_id
    if source == into or len(forum.topics) <= _FEWEST_TOPICS:
        return forum
    return life.merge_topics(forum, source, into, is_redirected=rng.random() < 0.5)


def _split(forum: DemoForum, rng: random.Random) -> DemoForum:
    post = _reply(forum, rng)
    return life.split_topic(forum, post.post_id) if post else forum


def _rename(forum: DemoForum, rng: random.Random) -> DemoForum:
    title = f"Renamed no. {forum.free_id}"
    slug = rng.choice((None, title))
    return life.rename_topic(forum, _topic(forum, rng).topic_id, title=title, slug=slug)


def _close(forum: DemoForum, rng: random.Random) -> DemoForum:
    topic = _topic(forum, rng)
    return life.close_topic(forum, topic.topic_id, closed=not topic.closed)


def _stick(forum: DemoForum, rng: random.Random) -> DemoForum:
    return life.stick_topic(
        forum, _topic(forum, rng).topic_id, rng.choice(("no", "sticky", "super"))
    )


def _rename_author(forum: DemoForum, rng: random.Random) -> DemoForum:
    author = rng.choice(forum.authors)
    return life_site.rename_author(forum, author.user_id, f"{author.name} {rng.randrange(100)}")


def _delete_author(forum: DemoForum, rng: random.Random) -> DemoForum:
    leaving = [author for author in forum.authors if author.role == "participant"]
    # Somebody has to be left who posts.
    if len(leaving) < _FEWEST_TOPICS:
        return forum
    gone, heir = rng.sample(leaving, 2)
    return life_site.delete_author(
        forum, gone.user_id, heir=heir.user_id if rng.random() < 0.3 else None
    )


_WEIGHED: tuple[tuple[Callable[[DemoForum, random.Random], DemoForum], int], ...] = (
    (_add_reply, 10),
    (_edit, 6),
    (_delete_reply, 4),
    (_add_topic, 2),
    (_delete_topic, 1),
    (_move, 1),
    (_merge, 1),
    (_split, 2),
    (_rename, 2),
    (_close, 1),
    (_stick, 1),
    (_rename_author, 1),
    (_delete_author, 1),
)
_CHANGES = [change for change, _ in _WEIGHED]
_WEIGHTS = [weight for _, weight in _WEIGHED]

"""A forum goes on living, and a sync costs what changed: what announces itself is had at once, the rest by an audit."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from scraper.demo import DemoForum, life
from tests.whole_forum import DAY, Site

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator
    from pathlib import Path


class ScriptedDay:
    """Forty replies in ten topics, three new topics, five edits, two deletions, a merge, a topic closed, one made private.

    Attributes:
        after: the forum in the evening.
        edited: posts that say something else.
        deleted: replies that are gone.
        merged: the posts of the topic that is no more.
        hidden: the posts of the topic that nobody sees any more.
    """

    def __init__(self, forum: DemoForum, seed: int) -> None:
        topics = random.Random(seed).sample(forum.topics, 21)
        boards = [board.slug for board in forum.boards if not board.is_category]
        for number in range(40):
            forum = life.add_reply(forum, topics[number % 10].topic_id)
        for number in range(3):
            forum = life.add_topic(forum, boards[number], f"Brand new {number}")
        self.edited = [topic.posts[3].post_id for topic in topics[10:15]]
        for post_id in self.edited:
            forum = life.edit_post(forum, post_id)
        self.deleted = [topic.posts[5].post_id for topic in topics[15:17]]
        for post_id in self.deleted:
            forum = life.delete_reply(forum, post_id)
        source, into = topics[17], topics[18]
        forum = life.merge_topics(forum, source.topic_id, into.topic_id)
        self.merged = {post.post_id for post in source.posts}
        forum = life.close_topic(forum, topics[19].topic_id)
        forum = life.set_access(forum, topics[20].topic_id, "private")
        self.hidden = {post.post_id for post in topics[20].posts}
        self.closed = topics[19].topic_id
        self.into = into.topic_id
        self.after = forum


def letters(text: str) -> str:
    return "".join(text.split())


def true_bodies(site: Site) -> dict[int, str]:
    return {
        post.post_id: letters(post.body_text) for topic in site.readable() for post in topic.posts
    }


def true_places(site: Site) -> dict[int, int]:
    return {post.post_id: topic.topic_id for topic in site.readable() for post in topic.posts}


def lives_through(site: Site, day: ScriptedDay, most: int) -> None:
    """A day passes, and a sync and an audit come after it."""
    before = site.held()
    site.forum = day.after
    site.clock.advance(DAY)
    report = site.sync()
    assert report.exit_code == 0
    assert len(site.asked) <= most, len(site.asked)
    # New, moved, deleted and hidden posts announce themselves by the counts; edits and a topic that was closed do not.
    assert site.held() == true_places(site)
    held = site.bodies()
    stale = {
        post_id for post_id, body in true_bodies(site).items() if letters(held[post_id]) != body
    }
    assert stale <= set(day.edited)
    assert set(site.gone()) == {*day.deleted, *day.hidden}
    assert all(site.gone().values())
    assert {row[0] for row in site.query("SELECT post_id FROM post_moves")} == day.merged
    assert site.sync().exit_code == 0
    assert len(site.asked) <= 3, site.asked

    site.clock.advance(DAY)
    assert site.sync(audit=1.0).exit_code == 0
    assert site.mistakes() == []
    revised = {row[0] for row in site.query("SELECT post_id FROM revisions WHERE revision > 1")}
    assert revised == set(day.edited), "nothing else was changed"
    assert site.query("SELECT status FROM topics WHERE topic_id = ?", day.closed) == [("closed",)]
    assert set(before) <= {*site.held(), *site.gone()}, "nothing is lost"
    assert set(site.gone()) == {*day.deleted, *day.hidden}
    reasons = [
        row[0] for row in site.query("SELECT vanished_reason FROM topics WHERE vanished_at > ''")
    ]
    assert len(reasons) == 2, "the topic that was merged, and the one that was hidden"
    assert f"merged: its posts are in topic {day.into} now" in reasons

    assert site.sync(audit=1.0).exit_code == 0
    assert site.query("SELECT count(*) FROM revisions WHERE revision > 2") == [(0,)]
    assert site.mistakes() == []


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with Site.of(tmp_path, topics=40, posts=8) as made:
        yield made


def test_after_a_day_a_sync_has_what_announces_itself_and_an_audit_the_rest(site: Site) -> None:
    site.archive()
    lives_through(site, ScriptedDay(site.forum, 1), most=75)


@pytest.mark.sweep
@pytest.mark.parametrize("theme", ["default", "classic", "table", "themed"])
@pytest.mark.parametrize("seed", range(4))
def test_after_any_day_in_any_theme(
    theme: str, seed: int, tmp_path: Path, tried: Counter[str]
) -> None:
    with Site.of(tmp_path, topics=40, posts=8, theme=theme, seed=seed + 2) as site:
        site.archive()
        lives_through(site, ScriptedDay(site.forum, seed), most=75)
    tried["days that a forum lived through"] += 1


@pytest.mark.sweep
def test_a_sync_costs_what_changed_and_not_what_there_is(
    tmp_path: Path, tried: Counter[str]
) -> None:
    with Site.of(tmp_path, topics=1000, posts=20, per_page=15, topics_per_page=15) as site:
        report = site.archive()
        assert report.exit_code == 0
        least = 4 + len({*site.list_paths(site.forum.boards), *site.topic_paths()})
        assert report.traffic.requests <= least * 1.02
        assert site.sync().exit_code == 0
        assert len(site.asked) <= 3
        lives_through(site, ScriptedDay(site.forum, 3), most=75)
        tried["posts of forums that lived through a day"] += len(site.held())

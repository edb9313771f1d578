"""Posts move where nothing that is read announces it: nothing is marked as gone before it is known that it is nowhere else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from scraper.demo import DemoAnswer, life
from tests.living import Killed, KilledAfter
from tests.whole_forum import DAY, Site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scraper.demo import DemoForum, DemoRequest, DemoTopic


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with Site.of(tmp_path_factory.mktemp("archived"), topics=12, posts=6) as made:
        made.archive()
        made.clock.advance(DAY)
        yield made


@pytest.fixture
def site(archived: Site, tmp_path: Path) -> Iterator[Site]:
    with archived.as_it_is(tmp_path) as made:
        yield made


def quiet_topics(site: Site) -> list[DemoTopic]:
    """Those of the fullest forum, without the one in which somebody wrote last: its row names that."""
    forums = [topic.board.slug for topic in site.forum.topics]
    fullest = max(forums, key=forums.count)
    topics = [topic for topic in site.forum.topics if topic.board.slug == fullest]
    return sorted(topics, key=lambda topic: topic.posts[-1].posted)[:-1]


def split_and_merged(site: Site) -> DemoForum:
    """One topic more and a reply less, and the other way round: the forum's row says what it said."""
    one, source, into = quiet_topics(site)[:3]
    forum = life.split_topic(site.forum, one.posts[3].post_id, title="A topic of its own")
    return life.merge_topics(forum, source.topic_id, into.topic_id)


def test_what_no_sum_announces_is_found_by_an_audit(site: Site) -> None:
    site.forum = split_and_merged(site)
    assert site.sync().exit_code == 0
    assert len(site.asked) <= 3, "nothing tells of it"
    assert site.gone() == {}
    assert site.sync(audit=1.0).exit_code == 0
    assert (site.mistakes(), site.gone()) == ([], {})


def test_an_audit_of_a_few_pages_follows_what_they_have_lost(site: Site) -> None:
    site.forum = split_and_merged(site)
    there = {post.post_id for topic in site.forum.topics for post in topic.posts}
    for _ in range(8):
        site.clock.advance(DAY)
        assert site.sync(audit=0.2).exit_code == 0
        assert not there & set(site.gone()), "marked as gone, and there"
    assert site.mistakes() == []


def test_a_topic_that_comes_while_another_goes_is_found_by_an_audit(site: Site) -> None:
    shown, hidden = quiet_topics(site)[:2]
    site.forum = life.set_access(site.forum, shown.topic_id, "private")
    site.sync()
    assert len(site.gone()) == len(shown.posts)
    site.clock.advance(DAY)
    forum = life.set_access(site.forum, shown.topic_id, "public")
    site.forum = life.set_access(forum, hidden.topic_id, "private")
    assert site.sync(audit=1.0).exit_code == 0
    assert site.mistakes() == []
    assert set(site.gone()) == {post.post_id for post in hidden.posts}


def test_an_audit_of_a_share_reads_that_share_of_the_lists(site: Site) -> None:
    lists = {path.removeprefix(site.server.url) for path in site.list_paths(site.forum.boards)}
    read: set[str] = set()
    for _ in range(8):
        site.clock.advance(DAY)
        site.sync(audit=0.2)
        pages = lists & set(site.asked)
        assert len(pages) <= 0.2 * len(lists) + 2, pages
        read |= pages
    assert read == lists, "by and by all of them"


@pytest.mark.parametrize("is_asked_for", [True, False])
def test_what_could_not_be_read_leaves_posts_where_they_were(
    is_asked_for: bool, site: Site
) -> None:
    """A topic is merged into one whose pages fail today; its own address answers “not found”, as bbPress has it."""
    source, into = quiet_topics(site)[:2]
    failing = site.links.topic(into).removeprefix(site.server.url)

    def answer(request: DemoRequest) -> DemoAnswer | None:
        is_failing = request.path.startswith(failing)
        is_failing = is_failing or (not is_asked_for and "?p=" in request.path)
        return DemoAnswer(status=503) if is_failing else None

    site.forum = life.merge_topics(site.forum, source.topic_id, into.topic_id)
    site.server.intercept = answer
    report = site.sync()
    assert (report.exit_code, site.gone()) == (4, {})
    assert site.query("SELECT DISTINCT code FROM gaps WHERE code LIKE 'gone%'") == [
        ("gone-unconfirmed",)
    ]
    site.server.intercept = None
    site.clock.advance(DAY)
    site.sync()
    site.clock.advance(DAY)
    assert site.sync().exit_code == 0
    assert (site.mistakes(), site.gone()) == ([], {})


def test_what_was_deleted_is_gone_though_not_everything_could_be_read(site: Site) -> None:
    one, other = quiet_topics(site)[:2]
    deleted = one.posts[3].post_id
    site.forum = life.add_reply(life.delete_reply(site.forum, deleted), other.topic_id)
    failing = site.links.topic(other).removeprefix(site.server.url)

    def answer(request: DemoRequest) -> DemoAnswer | None:
        return DemoAnswer(status=503) if request.path.startswith(failing) else None

    site.server.intercept = answer
    assert site.sync().exit_code == 4
    assert list(site.gone()) == [deleted]


def test_what_is_written_after_a_killed_audit_is_had_at_once(site: Site) -> None:
    """The killed run had read all of a topic, and the next one did not read it again."""
    with pytest.raises(Killed):
        site.sync(audit=1.0, listener=KilledAfter(2))
    assert site.sync(audit=1.0).exit_code == 0
    for topic in site.forum.topics:
        site.forum = life.add_reply(site.forum, topic.topic_id)
    assert site.sync().exit_code == 0
    assert site.mistakes() == []


def redated(forum: DemoForum, topic: DemoTopic) -> DemoForum:
    """Somebody has set the date of a topic anew, three years back."""
    opening = replace(topic.opening, posted=topic.opening.posted - timedelta(days=3 * 365))
    return forum.with_topic(replace(topic, posts=(opening, *topic.posts[1:])))


@pytest.mark.parametrize("is_merged", [True, False])
def test_what_a_feed_told_of_a_post_is_not_true_when_it_is_dated_back(
    is_merged: bool, tmp_path: Path
) -> None:
    """Pages that say how long ago tell no time by themselves; of a topic that is dated back by two hours, not even that it was."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    with Site.of(tmp_path, topics=6, relative_dates=True, now=now) as site:
        into, other = sorted(site.forum.topics, key=lambda one: one.opening.posted)[:2]
        started = replace(other.opening, posted=into.opening.posted - timedelta(hours=2))
        source = replace(other, posts=(started, *other.posts[1:]))
        site.forum = site.forum.with_topic(source)
        site.archive()
        site.clock.advance(DAY)
        site.forum = (
            life.merge_topics(site.forum, source.topic_id, into.topic_id)
            if is_merged
            else redated(site.forum, into)
        )
        site.sync(audit=1.0)
        query = "SELECT published, published_latest FROM posts WHERE post_id = ?"
        [(published, latest)] = site.query(query, into.topic_id)
        true = f"{life.topic_of(site.forum, into.topic_id).opening.posted:%Y-%m-%dT%H:%M}"
        assert published is None or published.startswith(true)
        assert published or true <= latest

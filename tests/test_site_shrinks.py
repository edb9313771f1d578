"""Much of a forum vanishes at once: a broken site looks like that, so it is held back until somebody says that it is right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scraper.demo import life
from tests.whole_forum import DAY, Site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HELD_BACK = 3


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with Site.of(tmp_path_factory.mktemp("archived"), topics=30) as made:
        made.archive()
        made.clock.advance(DAY)
        yield made


@pytest.fixture
def site(archived: Site, tmp_path: Path) -> Iterator[Site]:
    with archived.as_it_is(tmp_path) as made:
        yield made


def shrink(site: Site, share: float) -> set[int]:
    """So much of a forum is deleted."""
    gone = site.forum.topics[: int(len(site.forum.topics) * share)]
    for topic in gone:
        site.forum = life.delete_topic(site.forum, topic.topic_id)
    return {post.post_id for topic in gone for post in topic.posts}


def test_half_a_forum_is_held_back_and_marked_when_it_is_confirmed(site: Site) -> None:
    whole = site.held()
    gone = shrink(site, 0.5)
    report = site.sync()
    assert (report.exit_code, report.held_back, report.gone_topics) == (HELD_BACK, len(gone), 0)
    assert site.held() == whole
    again = site.sync()
    assert (again.exit_code, again.held_back) == (HELD_BACK, len(gone)), "it stays so"
    assert site.held() == whole
    confirmed = site.sync(confirm_gone=True)
    assert (confirmed.exit_code, confirmed.held_back) == (0, 0)
    assert set(site.gone()) == gone
    assert set(site.gone().values()) == {"topic gone: not found, deleted or hidden from guests"}
    assert site.mistakes() == []
    assert site.sync().exit_code == 0
    assert len(site.asked) <= 3


def test_what_was_held_back_and_comes_back_was_never_gone(site: Site) -> None:
    whole, before = site.held(), site.forum
    shrink(site, 0.5)
    assert site.sync(audit=1.0).exit_code == HELD_BACK
    site.forum = before
    assert site.sync(audit=1.0).exit_code == 0
    assert site.held() == whole
    assert site.mistakes() == []
    assert site.query("SELECT * FROM post_absences") == []


def test_a_few_posts_may_vanish_unasked(site: Site) -> None:
    gone = shrink(site, 0.1)
    report = site.sync()
    assert (report.exit_code, report.held_back, report.gone_topics) == (0, 0, 3)
    assert set(site.gone()) == gone
    assert site.mistakes() == []


def test_a_topic_that_is_put_back_is_there_again_with_its_absence_on_record(site: Site) -> None:
    before = site.forum
    gone = shrink(site, 0.1)
    site.sync()
    site.forum = before
    assert site.sync().exit_code == 0
    assert site.mistakes() == []
    assert site.gone() == {}
    assert {row[0] for row in site.query("SELECT post_id FROM post_absences")} == gone


def test_a_long_topic_that_was_merged_where_no_list_was_read_has_moved_and_is_not_held_back(
    tmp_path: Path,
) -> None:
    with Site.of(tmp_path, topics=12, posts=60, topics_per_page=1) as site:
        by_age = sorted(site.forum.topics, key=lambda one: one.posts[-1].posted)
        source, into = by_age[2], by_age[8]
        assert len(source.posts) > 50, "more than is believed to vanish at once"
        site.archive()
        site.clock.advance(DAY)
        site.forum = life.merge_topics(site.forum, source.topic_id, into.topic_id)
        report = site.sync()
        assert (report.exit_code, report.held_back, report.gone_posts) == (0, 0, 0)
        assert site.query(
            "SELECT topic_id, vanished_reason FROM topics WHERE vanished_at > ''"
        ) == [(source.topic_id, f"merged: its posts are in topic {into.topic_id} now")]
        assert site.gone() == {}
        assert site.mistakes() == []

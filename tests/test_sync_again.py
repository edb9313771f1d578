"""Archiving a topic again: what is asked for, and what becomes of new, edited, vanished and returned posts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from scraper.archive.contents_list import post_history
from scraper.archive.database import reading
from tests.archiving import World, exported_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World.of(tmp_path) as made:
        made.archive()
        yield made


def test_nothing_changed_costs_the_last_page(world: World) -> None:
    before = world.records("last_seen", "source_sha256")
    report = world.archive()
    assert report.exit_code == 0
    assert world.asked == [world.page(10)]
    assert world.records("last_seen", "source_sha256") == before


def test_new_replies_cost_the_pages_from_the_last_one_on(world: World) -> None:
    world.add(9)
    report = world.archive()
    assert report.exit_code == 0
    assert world.pages_asked == [10, 11, 12]
    assert world.live() == world.ids
    assert report.topics[0].saved.new == 9


def one_goes_and_one_comes(world: World) -> None:
    world.delete(43)
    world.add()


# What happens on the site, and the pages that finding it out costs.
DELETIONS: dict[str, tuple[Callable[[World], None], list[int]]] = {
    "of the last post": (lambda world: world.delete(47), [10, 9]),
    "on the last page": (lambda world: world.delete(46), [10, 9]),
    "on the page before": (lambda world: world.delete(41), [10, 9, 8]),
    "on the first page": (lambda world: world.delete(3), [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]),
    "of the whole last page": (lambda world: world.delete(45, 46, 47), [10, 1, 9]),
    "of several pages": (lambda world: world.delete(*range(32, 48)), [10, 1, 7, 6]),
    "that a new reply makes up for": (one_goes_and_one_comes, [10, 9, 8]),
}


@pytest.mark.parametrize("case", DELETIONS)
def test_a_deletion_is_found_by_going_back_from_the_end(case: str, world: World) -> None:
    happen, pages = DELETIONS[case]
    before = set(world.ids)
    happen(world)
    vanished = before - set(world.ids)
    report = world.archive()
    assert report.exit_code == 0
    assert world.pages_asked == pages
    assert world.live() == world.ids
    assert set(world.gone()) == vanished
    assert report.topics[0].gone == len(vanished)
    assert all(post.gone_reason for post in world.posts() if post.gone_at)
    world.archive()
    assert len(world.pages_asked) == 1, "what was found out is not asked for again"


def test_a_reply_let_through_in_the_middle_is_found(world: World) -> None:
    world.insert(38)
    report = world.archive()
    assert report.exit_code == 0
    assert world.live() == world.ids
    assert world.pages_asked == [10, 9, 8, 7]


def test_a_post_that_comes_back_is_no_longer_gone(world: World) -> None:
    whole = world.server.forum
    world.delete(3)
    world.archive()
    (vanished,) = world.gone()
    world.server.forum = whole
    report = world.archive()
    assert report.exit_code == 0
    assert world.live() == world.ids
    assert world.gone() == []
    (post,) = (post for post in world.posts() if post.post_id == vanished)
    assert (post.gone_at, post.gone_reason, post.revision) == (None, None, 1)


def test_an_edit_on_the_last_page_is_a_second_revision(world: World) -> None:
    world.edit(46, "Better words.")
    report = world.archive()
    (post,) = (post for post in world.posts() if post.post_id == world.ids[46])
    assert report.topics[0].saved.changed == 1
    assert (post.revision, post.body_text) == (2, "Better words.")
    with reading(world.path) as archive:
        history = post_history(archive, post.post_id)
    assert [one.revision for one in history] == [1, 2]
    assert history[0].seen_at < history[1].seen_at
    assert history[1].body_html == "<p>Better words.</p>"


def test_going_back_to_old_words_is_a_third_revision(world: World) -> None:
    whole = world.server.forum
    world.edit(46, "Better words.")
    world.archive()
    world.server.forum = whole
    world.archive()
    with reading(world.path) as archive:
        bodies = [one.body_html for one in post_history(archive, world.ids[46])]
    assert bodies[0] == bodies[2] != bodies[1]


def test_refresh_reads_everything_and_finds_edits_and_deletions_on_old_pages(world: World) -> None:
    world.edit(2, "Better words.")
    world.delete(12)
    world.add()  # which hides the deletion from the last page's count
    vanished = {post.post_id for post in world.posts()} - set(world.ids)
    report = world.archive(refresh=True)
    assert report.exit_code == 0
    assert world.pages_asked == list(range(1, 11))
    assert world.live() == world.ids
    assert set(world.gone()) == vanished
    outcome = report.topics[0]
    assert (outcome.saved.changed, outcome.gone, outcome.saved.new) == (1, 1, 1)


@pytest.mark.parametrize(
    "settings", [{"lead": True}, {"threaded": True}], ids=["lead", "threaded"]
)
def test_other_ways_of_showing_a_topic_keep_up_as_well(
    settings: dict[str, Any], tmp_path: Path
) -> None:
    with World.of(tmp_path, **settings) as world:
        world.archive()
        last = world.truth.pages
        world.archive()
        assert world.pages_asked == [last]
        world.delete(3)
        world.add(2)
        world.edit(len(world.ids) - 1, "Better words.")
        report = world.archive()
        assert report.exit_code == 0
        assert world.live() == world.ids
        assert len(world.gone()) == 1


def test_an_opening_post_in_front_of_every_page_stays_the_first(tmp_path: Path) -> None:
    with World.of(tmp_path, lead=True) as world:
        world.archive()
        world.delete(*range(30, 48))
        world.archive()
        opening = world.posts()[0]
        assert (opening.kind, opening.position, opening.gone_at) == ("topic", 1, None)
        assert world.live() == world.ids


def test_a_reply_moved_to_another_topic_is_there_and_not_gone(world: World) -> None:
    first, second = world.server.forum.topics
    moved = second.posts[-1]
    longer, shorter = (*first.posts, moved), second.posts[:-1]
    for topic, posts in ((first, longer), (second, shorter)):
        world.server.forum = world.server.forum.with_topic(replace(topic, posts=posts))
    other = world.url.replace(second.slug, first.slug)
    report = world.archive(world.url, other)
    assert report.exit_code == 0
    assert moved.post_id not in [post.post_id for post in world.posts()]
    (record,) = (one for one in world.records() if one["post_id"] == moved.post_id)
    assert (record["topic_id"], record["gone_at"]) == (first.topic_id, None)


def test_robots_txt_is_asked_for_once_a_day(world: World) -> None:
    world.archive()
    assert "/robots.txt" not in world.asked
    world.clock.advance(24 * 3600)
    world.archive()
    assert world.asked == ["/robots.txt", world.page(10)]
    world.archive()
    assert world.asked == [world.page(10)]


def test_a_run_that_finds_nothing_new_leaves_the_export_as_it_was_but_for_when(
    world: World,
) -> None:
    world.archive()
    once = exported_bytes(world.path)
    assert exported_bytes(world.path) == once

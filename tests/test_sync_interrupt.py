"""A run that is stopped, and the same one again: what was kept is not asked for again, and the end is the same."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from scraper.demo import DemoAnswer
from tests.archiving import SEEN, InterruptAfter, World, rarely

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scraper.demo import DemoRequest


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World.of(tmp_path) as made:
        yield made


@pytest.fixture
def undisturbed(tmp_path: Path, world: World) -> list[dict[str, object]]:
    """What an undisturbed run exports."""
    other = World(server=world.server, path=tmp_path / "undisturbed.db", slug=world.slug)
    other.archive()
    return other.records(*SEEN)


@pytest.mark.parametrize("pages", [1, 5, 10, *rarely(2, 3, 4, 6, 7, 8, 9)])
def test_a_run_goes_on_where_it_was_stopped(
    pages: int, world: World, undisturbed: list[dict[str, object]]
) -> None:
    report = world.archive(listener=InterruptAfter(pages))
    assert (report.interrupted, report.exit_code, report.times) == (True, 130, None)
    (kept,) = report.topics
    assert (kept.pages, kept.posts, kept.saved.new) == (
        pages,
        len(world.live()),
        len(world.live()),
    )
    assert world.verdict().is_interrupted
    report = world.archive()
    assert report.exit_code == 0
    assert world.pages_asked == list(range(pages + 1, 11))
    assert "/robots.txt" not in world.asked
    assert world.records(*SEEN) == undisturbed


def test_a_run_that_is_stopped_again_and_again_gets_there(
    world: World, undisturbed: list[dict[str, object]]
) -> None:
    asked: list[int] = []
    for _ in range(9):
        assert world.archive(listener=InterruptAfter(1)).interrupted
        asked += world.pages_asked
    assert world.archive().exit_code == 0
    asked += world.pages_asked
    assert asked == list(range(1, 11))
    assert world.records(*SEEN) == undisturbed


def test_topics_that_were_finished_are_not_asked_for_again(world: World) -> None:
    first = world.url.replace(world.slug, world.server.forum.topics[0].slug)
    assert world.archive(first, world.url, listener=InterruptAfter(12)).interrupted
    assert world.archive(first, world.url, listener=InterruptAfter(3)).interrupted
    assert world.pages_asked == [3, 4, 5]
    report = world.archive(first, world.url)
    assert report.exit_code == 0
    assert [outcome.posts for outcome in report.topics] == [48, 48]
    assert world.asked == [*(world.page(number) for number in range(6, 11)), "/wp-json/"]
    world.archive(first, world.url)
    assert len(world.asked) == 2, "what ran to its end is a new beginning"


def test_a_stop_while_times_are_settled_loses_nothing(
    world: World, undisturbed: list[dict[str, object]]
) -> None:
    def press(request: DemoRequest) -> DemoAnswer | None:
        if request.path == "/wp-json/":
            signal.raise_signal(signal.SIGINT)
        return None

    world.server.intercept = press
    report = world.archive()
    assert (report.interrupted, report.exit_code, report.times) == (True, 130, None)
    assert report.topics[0].posts == 48
    world.server.intercept = None
    report = world.archive()
    assert report.exit_code == 0
    assert world.asked == ["/wp-json/"]
    assert world.records(*SEEN) == undisturbed


def test_what_is_stopped_in_a_second_visit_goes_on_as_well(world: World) -> None:
    world.archive()
    world.delete(3)
    world.clock.advance(3600)
    assert world.archive(listener=InterruptAfter(4)).interrupted
    assert world.pages_asked == [10, 9, 8, 7]
    report = world.archive()
    assert report.exit_code == 0
    assert world.pages_asked == [6, 5, 4, 3, 2, 1]
    assert world.live() == world.ids
    assert len(world.gone()) == 1


def test_a_refresh_that_is_stopped_goes_on_as_well(world: World) -> None:
    world.archive()
    world.clock.advance(3600)
    assert world.archive(refresh=True, listener=InterruptAfter(4)).interrupted
    report = world.archive(refresh=True)
    assert report.exit_code == 0
    assert world.pages_asked == list(range(5, 11))


def test_after_a_day_a_stopped_run_also_looks_for_what_is_new(world: World) -> None:
    assert world.archive(listener=InterruptAfter(10)).interrupted
    world.add(3)
    world.clock.advance(24 * 3600)
    report = world.archive()
    assert report.exit_code == 0
    assert world.live() == world.ids
    assert world.pages_asked == [10, 11]


def test_what_moved_while_nothing_ran_is_found(world: World) -> None:
    assert world.archive(listener=InterruptAfter(5)).interrupted
    world.delete(3)
    report = world.archive()
    assert report.exit_code == 0
    assert world.live() == world.ids


def test_a_stop_before_the_first_page_leaves_nothing_behind(world: World) -> None:
    def press(request: DemoRequest) -> DemoAnswer | None:
        if request.path == world.page(1):
            signal.raise_signal(signal.SIGINT)
        return None

    world.server.intercept = press
    report = world.archive()
    assert (report.interrupted, report.exit_code, report.topics) == (True, 130, ())
    assert not world.path.exists()
    assert list(world.path.parent.iterdir()) == []

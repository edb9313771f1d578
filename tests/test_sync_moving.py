"""Posts that come, go and move while a topic is being read: none is missed, or the report says so."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from scraper.demo import life_site
from tests.archiving import World, failing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scraper.demo import DemoAnswer, DemoRequest
    from scraper.sync.pipeline import ArchiveReport

EVENTS: dict[str, Callable[[World], None]] = {
    "the second post is deleted": lambda world: world.delete(1),
    "a post in the middle is deleted": lambda world: world.delete(11),
    "the last post is deleted": lambda world: world.delete(len(world.topic.posts) - 1),
    "the last page is deleted": lambda world: world.delete(
        *range(len(world.topic.posts) - 6, len(world.topic.posts))
    ),
    "somebody replies": lambda world: world.add(),
    "a page of replies is written": lambda world: world.add(6),
    "a reply is let through at the beginning": lambda world: world.insert(3),
    "a reply is let through in the middle": lambda world: world.insert(12),
}
# robots.txt is the first request, the five pages of the topic follow, the REST root is the last.
REQUESTS = (2, 4, 6)


class Restless:
    """A world in which something happens before certain requests of the next run.

    Attributes:
        states: the topic's posts after each event, and as they were before.
    """

    def __init__(
        self, world: World, events: dict[int, Callable[[World], None]], *before: set[int]
    ) -> None:
        self._world = world
        self._events = events
        self._count = 0
        self.states = [*before, set(world.ids)]
        world.server.intercept = self._before

    def _before(self, request: DemoRequest) -> DemoAnswer:
        self._count += 1
        event = self._events.get(self._count)
        if event is not None:
            event(self._world)
            self.states.append(set(self._world.ids))
        return self._world.server.ordinary(request.path)


def judge(world: World, restless: Restless, report: ArchiveReport) -> None:
    """What was there all the time is archived, or the run says that it is not complete; nothing is invented."""
    held = {post.post_id for post in world.posts() if post.gone_at is None}
    if report.exit_code == 0:
        always_there = set(world.ids).intersection(*restless.states)
        assert always_there <= set(world.live())
    else:
        assert report.exit_code == 3
        assert report.topics[0].gaps
        return  # what vanished before may still be waiting to be found gone
    assert held <= set(world.ids).union(*restless.states)


@pytest.mark.parametrize(
    "lead",
    [pytest.param(False, id="flat"), pytest.param(True, id="lead", marks=pytest.mark.sweep)],
)
@pytest.mark.parametrize("event", EVENTS)
def test_one_thing_that_happens_meanwhile_is_resolved(
    event: str, lead: bool, tmp_path: Path
) -> None:
    for number in REQUESTS:
        folder = tmp_path / str(number)
        folder.mkdir()
        with World.of(folder, posts=23, lead=lead) as world:
            restless = Restless(world, {number: EVENTS[event]})
            report = world.archive()
            judge(world, restless, report)
            assert report.exit_code == 0, f"at request {number}"
            assert world.live() == world.ids, f"at request {number}"


def test_a_deletion_and_a_reply_between_two_pages_are_told_from_nothing(tmp_path: Path) -> None:
    """The total is the same before and after, but a page that was read in between shows another."""
    with World.of(tmp_path, posts=23) as world:
        events = {5: EVENTS["somebody replies"], 7: EVENTS["the second post is deleted"]}
        restless = Restless(world, events)
        report = world.archive()
        judge(world, restless, report)
        assert report.exit_code == 0
        assert world.live() == world.ids


def test_a_topic_that_never_stands_still_ends_in_a_gap_and_not_in_a_loop(tmp_path: Path) -> None:
    with World.of(tmp_path, posts=23) as world:
        shift = [EVENTS["a reply is let through at the beginning"]] * 200
        restless = Restless(world, dict(enumerate(shift, 2)))
        report = world.archive()
        assert len(world.asked) < 150
        judge(world, restless, report)
        assert report.exit_code == 3
        codes = {gap.code for gap in report.topics[0].gaps}
        assert codes & {"posts-moved", "posts-missing"}
        world.server.intercept = None
        assert world.archive().exit_code == 0
        assert world.live() == world.ids


def happening(rng: random.Random) -> dict[int, Callable[[World], None]]:
    numbers = rng.sample(range(1, 14), rng.choice((1, 2, 3)))
    return {number: rng.choice(list(EVENTS.values())) for number in numbers}


@pytest.mark.sweep
@pytest.mark.parametrize("seed", range(300))
def test_whatever_happens_no_post_is_missed_in_silence(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    with World.of(tmp_path, posts=23, lead=rng.random() < 0.3) as world:
        before: list[set[int]] = []
        if rng.random() < 0.5:
            world.archive()
            before.append(set(world.ids))
            rng.choice(list(EVENTS.values()))(world)
        restless = Restless(world, happening(rng), *before)
        judge(world, restless, world.archive(refresh=rng.random() < 0.1))
        world.server.intercept = None
        # One post that goes while another comes in the middle leaves the last page as it was.
        assert world.archive().exit_code == 0
        assert world.archive(refresh=True).exit_code == 0
        assert world.live() == world.ids


def test_pages_of_another_size_in_the_midst_of_a_crawl_are_read_again(tmp_path: Path) -> None:
    """A crawl that was stopped goes on the next day; what it has read already may be of pages that are shorter or longer now."""
    with World.of(tmp_path, posts=4, per_page=2) as world:
        world.archive()
        world.add(6)
        world.server.intercept = failing(world.page(2))
        assert world.archive(refresh=True).exit_code == 4
        world.server.intercept = None
        world.server.forum = life_site.change_page_size(world.server.forum, 3)
        assert world.archive().exit_code == 0
        assert (world.live(), world.gone()) == (world.ids, [])


def test_a_page_that_failed_and_is_no_longer_there_leads_to_the_topic_s_end(
    tmp_path: Path,
) -> None:
    """That it could not be read was known already; that the topic is shorter now is news."""
    with World.of(tmp_path, posts=12) as world:
        world.archive()
        world.server.intercept = failing(world.page(3))
        assert world.archive(refresh=True).exit_code == 4
        world.server.intercept = None
        world.delete(2, 3, 4)
        assert world.archive().exit_code == 0
        assert world.live() == world.ids


def test_where_pages_have_become_longer_no_post_falls_between_them(tmp_path: Path) -> None:
    """The last page of today begins further on than the one ended that was read the day before."""
    with World.of(tmp_path, posts=12, per_page=2) as world:
        world.archive()
        world.server.intercept = failing(*(world.page(number) for number in (3, 4, 5)))
        assert world.archive(refresh=True).exit_code == 4
        world.server.intercept = None
        world.server.forum = life_site.change_page_size(world.server.forum, 7)
        assert world.archive().exit_code == 0
        assert (world.live(), world.gone()) == (world.ids, [])

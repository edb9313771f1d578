"""Every fault of the demo forum at every place of a topic, and by chance: complete, or it is said; never a wrong post, never a loop.

What is archived is held against what the forum itself knows, not against another archive.
"""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from scraper.archive.database import reading
from scraper.archive.thread_reader import threads
from scraper.archive.verify import verify
from scraper.demo import DemoAnswer, Fault, FaultRule, FaultScript
from scraper.fetch.settings import FetchSettings
from tests.archiving import World
from tests.faithful import unfaithful

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator
    from pathlib import Path

    from parsers.records import Post
    from scraper.demo import Alteration, DemoRequest
    from scraper.sync.pipeline import ArchiveReport

pytestmark = pytest.mark.sweep

PAGES = range(1, 11)
# Letters beyond ASCII, which wrong character sets would spoil, and months that only German knows.
# The last page is not full.
PER_PAGE = 3
SETTINGS: dict[str, Any] = {"locale": "de_DE", "per_page": PER_PAGE, "posts": 10 * PER_PAGE - 1}
PATIENT = FetchSettings(delay=0, attempts=2)
HASTY = FetchSettings(delay=0, attempts=1)
# An undisturbed first visit takes twelve. A page that fails is asked for twice at each of at most four readings, and
# each of those may be redirected ten times.
MOST_REQUESTS = 12 + 4 * 2 * 11
SLOW = frozenset({Fault.SLOW_ANSWER, Fault.SLOW_BODY})
# Of a page that was read and fell short, `verify` names `--refresh` as what repairs it.
UNREAD = frozenset({"page-missing", "page-outdated", "part-missing"})


def rule(fault: Fault, path: str = "*", **options: Any) -> FaultRule:  # noqa: ANN401  handed on to FaultRule
    """A rule for a fault; what is slow is so in earnest, but not long."""
    seconds = 0.001 if fault in SLOW else None
    return FaultRule(fault=fault, path=path, seconds=seconds, **options)


@dataclass(slots=True)
class Limited:
    """A script whose forum falls silent after so many requests that nobody can be in earnest.

    Attributes:
        asked: requests so far.
    """

    script: FaultScript
    asked: int = 0
    limit: int = MOST_REQUESTS

    def __call__(self, request: DemoRequest) -> DemoAnswer | Alteration | None:
        self.asked += 1
        return DemoAnswer(status=410) if self.asked > self.limit else self.script(request)


@dataclass(slots=True)
class Visitor:
    """Somebody who archives the topic again and again, and looks at what was kept each time.

    Attributes:
        world: the forum and the archive.
        deleted: posts that were deleted since the archive was complete.
        asked_for_kept: pages that were asked for although they were kept by an earlier visit of the same crawl.
    """

    world: World
    deleted: tuple[int, ...] = ()
    asked_for_kept: list[int] = field(default_factory=list[int])

    def visit(
        self,
        *rules: FaultRule,
        fetch: FetchSettings = PATIENT,
        refresh: bool = False,
        seed: int = 0,
    ) -> ArchiveReport:
        world, kept = self.world, self.kept
        limited = Limited(FaultScript(rules, seed=seed, now=world.clock.now))
        world.server.intercept = limited
        report = world.archive(fetch=fetch, refresh=refresh)
        world.server.intercept = None
        assert limited.asked <= MOST_REQUESTS, world.asked
        self.asked_for_kept = [number for number in world.pages_asked if number in kept]
        self.check(report)
        return report

    def check(self, report: ArchiveReport) -> None:
        """What must be so after any visit, whatever the forum answered."""
        posts, truth = self.posts, self.world.truth
        (outcome,) = report.topics
        there = [post for post in posts if post.post_id not in self.deleted]
        assert unfaithful(there, truth, may_have_moved=bool(self.deleted)) == []
        assert report.exit_code in {0, 3, 4, 5, 6}
        assert (report.exit_code == 5) <= (outcome.title is None), "there was nothing there at all"
        if outcome.title is None:
            assert outcome.error
            return
        live = [post.post_id for post in posts if post.gone_at is None]
        if report.exit_code == 0:
            assert live == [post.post_id for post in truth.posts]
            assert not [post.problems for post in posts if post.problems]
        else:
            assert outcome.gaps
        with reading(self.world.path) as archive:
            assert verify(archive).exit_code == (3 if outcome.gaps else 0)

    @property
    def posts(self) -> list[Post]:
        """Every post that was kept, of whatever topic."""
        if not self.world.path.exists():
            return []
        with reading(self.world.path) as archive:
            return [post for thread in threads(archive) for post in thread.posts]

    @property
    def kept(self) -> set[int]:
        """The pages that were kept."""
        if not self.world.path.exists():
            return set()
        with reading(self.world.path) as archive:
            rows = archive.connection.execute("SELECT number FROM topic_pages")
            return {row[0] for row in rows}

    def repair(self, report: ArchiveReport) -> ArchiveReport:
        """The same command again, as `verify` says it."""
        gaps = report.topics[0].gaps
        is_unread = not gaps or any(gap.code in UNREAD for gap in gaps)
        return self.visit(refresh=not is_unread)

    def must_be_whole(self) -> None:
        """Nothing of what went wrong has left a trace in what is exported."""
        posts, truth = self.posts, self.world.truth
        assert [post.post_id for post in posts] == [post.post_id for post in truth.posts]
        assert {(post.revision, post.gone_at, post.problems) for post in posts} == {(1, None, ())}
        assert all(post.published_local for post in posts)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World.of(tmp_path, **SETTINGS) as made:
        yield made


def fresh(world: World, name: str) -> Visitor:
    """The same forum and no archive yet."""
    return Visitor(
        World(server=world.server, path=world.path.with_name(f"{name}.db"), slug=world.slug)
    )


def by_value(fault: Fault) -> str:
    return fault.value


EVERY_FAULT = pytest.mark.parametrize("fault", Fault, ids=by_value)


def names_the_place(report: ArchiveReport, number: int, ids: list[int]) -> bool:
    """Whether what is said to be missing is what is missing: the page, or a post of it."""
    places = {f"page {number}", *(f"post {post_id}" for post_id in ids)}
    return any(gap.place in places for gap in report.topics[0].gaps)


@EVERY_FAULT
def test_a_fault_at_any_page_is_a_gap_there_and_is_repaired(
    fault: Fault, world: World, tried: Counter[str]
) -> None:
    for number in PAGES:
        visitor = fresh(world, f"page-{number}")
        report = visitor.visit(rule(fault, world.page(number)))
        if report.topics[0].title is None:
            assert number == 1
            assert not visitor.world.path.exists()
        elif report.exit_code:
            of_page = world.ids[PER_PAGE * (number - 1) : PER_PAGE * number]
            assert names_the_place(report, number, of_page)
            live = {post.post_id for post in visitor.posts}
            assert {*world.ids} - live <= {*of_page}, "no other page is lost with it"
        again = visitor.repair(report)
        assert again.exit_code == 0
        if any(gap.code == "page-missing" for gap in report.topics[0].gaps):
            assert visitor.asked_for_kept == []
        visitor.must_be_whole()
        tried["faults at a page of a topic"] += 1


@EVERY_FAULT
def test_a_fault_that_strikes_each_page_once_costs_that_page_once_more(
    fault: Fault, world: World, tried: Counter[str]
) -> None:
    for number in PAGES:
        visitor = fresh(world, f"once-{number}")
        report = visitor.visit(rule(fault, world.page(number), first=1), fetch=HASTY)
        if report.exit_code:
            assert visitor.visit(fetch=HASTY).exit_code == 0
            assert visitor.asked_for_kept == []
        visitor.must_be_whole()
        tried["faults that struck a page once"] += 1


PLACES = {
    "robots.txt": "/robots.txt",
    "REST root": "/wp-json/",
    "feeds": "~/feed/$",
    "REST root and feeds": "~(/feed/|/wp-json/)$",
    "all but the topic": "~(/feed/|/wp-json/|robots.txt)$",
}


@EVERY_FAULT
@pytest.mark.parametrize("rest", [True, False], ids=["stated zone", "zone by feeds"])
def test_a_fault_beside_the_topic_costs_no_post_and_makes_no_time_wrong(
    rest: bool, fault: Fault, tmp_path: Path, tried: Counter[str]
) -> None:
    with World.of(tmp_path, rest=rest, **SETTINGS) as world:
        for name, path in PLACES.items():
            visitor = fresh(world, name.replace(" ", "-"))
            report = visitor.visit(rule(fault, path))
            if report.exit_code == 0:
                assert [post.post_id for post in visitor.posts] == world.ids
            else:
                assert "robots" in path
                assert report.exit_code in {4, 6}
                assert "robots.txt" in (report.topics[0].error or "")
                assert not visitor.world.path.exists()
            assert visitor.visit().exit_code == 0
            visitor.must_be_whole()
            tried["faults at robots.txt, the REST root and feeds"] += 1


@pytest.fixture
def complete(world: World) -> World:
    """The forum, with a complete archive of the topic."""
    assert world.archive().exit_code == 0
    return world


def copied(world: World, name: str) -> Visitor:
    """The same forum, and a copy of the archive."""
    visitor = fresh(world, name)
    shutil.copy(world.path, visitor.world.path)
    visitor.world.clock.advance(2 * 24 * 3600)
    return visitor


KEPT = (
    *("post_id", "body_html", "author", "role", "published", "published_local", "edits"),
    *("problems", "revision", "position", "first_seen", "gone_at"),
)


def as_kept(posts: list[Post]) -> list[tuple[object, ...]]:
    """All that is kept of posts but when they were last seen and where."""
    return [tuple(getattr(post, name) for name in KEPT) for post in posts]


@EVERY_FAULT
def test_a_fault_on_a_later_visit_changes_nothing_that_was_kept(
    fault: Fault, complete: World, tried: Counter[str]
) -> None:
    for number in PAGES:
        visitor = copied(complete, f"later-{number}")
        before = as_kept(visitor.posts)
        report = visitor.visit(rule(fault, complete.page(number)), refresh=number < 10)
        assert as_kept(visitor.posts) == before
        assert visitor.repair(report).exit_code == 0
        assert as_kept(visitor.posts) == before
        tried["faults on a later visit"] += 1


@EVERY_FAULT
def test_a_fault_while_a_post_is_deleted_marks_no_other_one_gone(
    fault: Fault, complete: World, tried: Counter[str]
) -> None:
    deleted, before = complete.ids[3], complete.ids
    complete.delete(3)
    for number in (1, 2, 5, 9, 10):
        visitor = copied(complete, f"deleted-{number}")
        visitor.deleted = (deleted,)
        report = visitor.visit(rule(fault, complete.page(number)))
        assert {post.post_id for post in visitor.posts} == {*before}
        gone = [post.post_id for post in visitor.posts if post.gone_at is not None]
        assert gone in ([], [deleted])
        assert visitor.repair(report).exit_code == 0
        gone = [post.post_id for post in visitor.posts if post.gone_at is not None]
        assert gone == [deleted]
        tried["faults while a post was deleted"] += 1


@pytest.mark.parametrize("seed", range(20))
def test_faults_by_chance_end_in_a_whole_topic(
    seed: int, world: World, tried: Counter[str]
) -> None:
    visitor = Visitor(world)
    rules = [rule(fault, share=0.012) for fault in Fault]
    random.Random(seed).shuffle(rules)
    for visit in range(4):
        report = visitor.visit(*rules, seed=100 * seed + visit, refresh=visit == 3)
        tried["visits with faults by chance"] += 1
    report = visitor.visit()
    while report.exit_code:
        report = visitor.repair(report)
    visitor.must_be_whole()


@pytest.mark.parametrize("seed", range(6))
def test_every_fault_once_and_the_same_command_again_asks_for_nothing_kept(
    seed: int, world: World, tried: Counter[str]
) -> None:
    """Each fault strikes one request, every third one is struck, and the command is given until it says that all is there."""
    visitor, faults = Visitor(world), list(Fault)
    random.Random(seed).shuffle(faults)
    struck = [rule(fault, nth=3 * place + 2) for place, fault in enumerate(faults)]
    script = FaultScript(struck, now=world.clock.now)
    for _ in Fault:
        world.server.intercept = script
        report = world.archive(fetch=HASTY)
        visitor.check(report)
        if report.exit_code == 0:
            break
    world.server.intercept = None
    assert world.archive().exit_code == 0
    visitor.must_be_whole()
    tried["runs in which every fault struck once"] += 1

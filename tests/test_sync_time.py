"""How the times of an archive's posts are settled: with as few questions as it takes, and never with the same one twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scraper.demo import DemoAnswer
from scraper.sync.importing import ImportJob, import_source
from scraper.sync.reparsing import reparse
from tests.archiving import World, exported_bytes, failing, save_pages

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scraper.demo import DemoRequest


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A site whose REST root names its zone."""
    with World.of(tmp_path, posts=13) as made:
        yield made


@pytest.fixture
def silent(tmp_path: Path) -> Iterator[World]:
    """A site that names its zone nowhere."""
    with World.of(tmp_path, posts=13, rest=False) as made:
        yield made


def questions(world: World) -> list[str]:
    """What was asked for that is neither robots.txt nor a page of the topic."""
    pages = {"/robots.txt", *(world.page(number) for number in range(1, 20))}
    return [path for path in world.asked if path not in pages]


def times(world: World) -> list[str | None]:
    return [None if post.published is None else post.published[:16] for post in world.posts()]


def truth(world: World) -> list[str]:
    return [post.published[:16] for post in world.truth.posts]


def test_the_rest_root_is_asked_once(world: World) -> None:
    report = world.archive()
    assert questions(world) == ["/wp-json/"]
    assert report.times is not None
    assert (report.times.timezone, report.times.source, report.times.feeds) == (
        "Europe/Amsterdam",
        "site",
        0,
    )
    assert times(world) == truth(world)
    world.add(3)
    report = world.archive()
    assert questions(world) == []
    assert times(world) == truth(world)
    assert report.times is not None
    assert report.times.timezone == "Europe/Amsterdam"


def test_feeds_are_asked_only_until_the_zone_is_settled(silent: World) -> None:
    report = silent.archive()
    asked = questions(silent)
    assert report.times is not None
    assert report.times.feeds == len(asked) == 1
    assert asked[0].endswith("/feed/")
    assert times(silent) == truth(silent)
    silent.archive()
    assert questions(silent) == []
    report = silent.archive(refresh=True)
    assert questions(silent) == []
    assert report.times is not None
    assert report.times.source == "feeds"


@pytest.mark.parametrize("status", [404, 403])
def test_a_hidden_rest_root_is_no_gap_and_is_not_asked_again(status: int, world: World) -> None:
    world.server.intercept = failing("/wp-json/", status=status)
    report = world.archive()
    assert report.exit_code == 0
    assert questions(world)[0] == "/wp-json/"
    assert len(questions(world)) == 2
    assert times(world) == truth(world)
    world.add(3)
    world.archive()
    assert "/wp-json/" not in questions(world)
    assert times(world) == truth(world)


def test_a_site_that_tells_nothing_is_not_asked_every_time(world: World) -> None:
    def topics_only(request: DemoRequest) -> DemoAnswer | None:
        is_page = "/topic/" in request.path and "/feed/" not in request.path
        if is_page or request.path == "/robots.txt":
            return None
        return DemoAnswer(status=404)

    world.server.intercept = topics_only
    report = world.archive()
    assert report.exit_code == 0
    assert report.times is not None
    assert (report.times.timezone, report.times.without_utc) == (None, 13)
    assert 1 <= len(questions(world)) <= 4
    assert all(post.published_local for post in world.posts())
    world.archive(refresh=True)
    assert questions(world) == []
    world.add()
    world.archive()
    assert questions(world), "a forum's newest posts may be in its feed"
    assert "/wp-json/" not in questions(world)
    assert f"{world.page(1)}feed/" not in questions(world), "a topic's oldest posts are in its own"
    world.archive(refresh=True)
    assert questions(world) == []
    world.clock.advance(31 * 24 * 3600)
    world.server.intercept = None
    world.add()
    world.archive()
    assert questions(world) == ["/wp-json/"], "after a month it may have learnt to answer"
    assert times(world) == truth(world)


def test_a_site_that_failed_is_asked_again(world: World) -> None:
    world.server.intercept = failing(
        "/wp-json/",
        *(
            f"{path}feed/"
            for path in (world.page(1), "/forums/", "/forums/forum/community/tools-techniques/")
        ),
        status=500,
    )
    assert world.archive().exit_code == 0
    assert times(world) == [None] * 13
    world.server.intercept = None
    world.archive()
    assert questions(world) == ["/wp-json/"]
    assert times(world) == truth(world)


def test_what_the_user_says_counts_and_nothing_is_asked(world: World) -> None:
    report = world.archive(timezone="Europe/Amsterdam")
    assert questions(world) == []
    assert report.times is not None
    assert (report.times.timezone, report.times.source) == ("Europe/Amsterdam", "configured")
    assert times(world) == truth(world)
    assert {post.published_source for post in world.posts()} == {"configured"}
    report = world.archive(timezone="+00:00")
    assert all(post.published == f"{post.published_local}Z" for post in world.posts())


def test_what_was_imported_is_settled_when_the_site_is_asked(
    silent: World, tmp_path: Path
) -> None:
    save_pages(silent, tmp_path / "saved", 1, 2, 3)
    import_source(ImportJob(source=tmp_path / "saved", path=silent.path), silent.clock)
    assert times(silent) == [None] * 13
    silent.archive()
    assert len(questions(silent)) == 1
    assert times(silent) == truth(silent)
    before = exported_bytes(silent.path)
    reparse(silent.path, silent.clock)
    assert exported_bytes(silent.path) == before
    silent.archive()
    assert questions(silent) == []

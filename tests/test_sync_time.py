"""How the times of an archive's posts are settled: with as few questions as it takes, and never with the same one twice."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from unittest.mock import Mock

import pytest

from scraper.demo import DemoAnswer
from scraper.sync import site_time
from scraper.sync.importing import ImportJob, import_source
from scraper.sync.reparsing import reparse
from tests.archiving import World, exported_bytes, failing, rarely, save_pages
from tests.living import settled_anew, stored_times

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
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


@pytest.mark.parametrize(("rest", "keeps"), [(True, "keep_zone"), (False, "store_feed_times")])
def test_stopped_when_an_answer_has_come_it_is_asked_for_again(
    rest: bool, keeps: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with World.of(tmp_path, posts=13, rest=rest) as world:
        with monkeypatch.context() as stopping:
            stopping.setattr(site_time, keeps, Mock(side_effect=KeyboardInterrupt))
            assert world.archive().interrupted
        asked = questions(world)
        world.archive()
        assert questions(world)[-1] == asked[-1]
        assert times(world) == truth(world)


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


# An English site whose owner writes the day first, and posts on days that could be months.
DAY_FIRST = {"date_format": "d/m/Y", "time_format": "H:i", "posts": 13}


def post_on(world: World, moments: Iterable[str]) -> None:
    """Have the topic consist of as many posts, written at these moments in UTC."""
    posts = zip(world.topic.posts, moments, strict=False)
    world.put(
        *(
            replace(post, posted=datetime.fromisoformat(at).replace(tzinfo=UTC))
            for post, at in posts
        )
    )


def local_times(world: World) -> list[str | None]:
    return [
        None if one.published_local is None else one.published_local[:16] for one in world.posts()
    ]


def local_truth(world: World) -> list[str]:
    return [post.published_local for post in world.truth.posts]


def no_feeds(request: DemoRequest) -> DemoAnswer | None:
    return DemoAnswer(status=404) if "/feed/" in request.path else None


def test_a_day_above_twelve_settles_the_order_of_all(tmp_path: Path) -> None:
    with World.of(tmp_path, **DAY_FIRST) as world:
        post_on(world, ["2014-06-05T10:00", "2014-06-07T10:00", "2014-06-13T10:00"])
        world.archive()
        assert questions(world) == ["/wp-json/"]
        assert local_times(world) == local_truth(world)
        assert times(world) == truth(world)


def test_posts_in_the_order_of_their_numbers_settle_it(tmp_path: Path) -> None:
    with World.of(tmp_path, **DAY_FIRST) as world:
        post_on(
            world, [f"2014-{month:02}-0{day}T10:00" for month in (6, 7, 8, 9) for day in (5, 9)]
        )
        world.archive()
        assert questions(world) == ["/wp-json/"]
        assert times(world) == truth(world)


def test_one_feed_settles_what_nothing_on_the_pages_does(tmp_path: Path) -> None:
    with World.of(tmp_path, **DAY_FIRST) as world:
        post_on(world, ["2014-06-05T10:00", "2014-06-07T10:00"])
        world.archive()
        assert questions(world) == [f"{world.page(1)}feed/"], "it tells the zone, too"
        assert times(world) == truth(world)
        world.add(1)
        world.archive()
        assert questions(world) == []
        assert times(world) == truth(world)


def test_an_order_that_nothing_settles_leaves_days_null(tmp_path: Path) -> None:
    with World.of(tmp_path, **DAY_FIRST) as world:
        world.server.intercept = no_feeds
        post_on(world, ["2014-06-05T10:00", "2014-06-07T10:00", "2014-07-07T10:00"])
        report = world.archive()
        assert report.exit_code == 0
        assert questions(world) == [f"{world.page(1)}feed/", "/wp-json/"]
        # The seventh of July is the seventh of the seventh in any order.
        assert local_times(world) == [None, None, "2014-07-07T12:00"]
        assert times(world) == [None, None, "2014-07-07T10:00"]
        assert world.posts()[0].published_text == "05/06/2014 at 12:00"
        world.archive(refresh=True)
        assert questions(world) == [], "what did not help is not asked again"


def test_a_feed_that_was_stored_settles_the_order_without_a_question(tmp_path: Path) -> None:
    with World.of(tmp_path, rest=False, **DAY_FIRST) as world:
        post_on(world, ["2014-06-05T10:00", "2014-06-07T10:00"])
        world.archive()
        assert times(world) == truth(world)
        before = exported_bytes(world.path)
        reparse(world.path, world.clock)
        assert exported_bytes(world.path) == before


def test_pages_that_say_how_long_ago_give_bounds_and_a_feed_the_time(tmp_path: Path) -> None:
    now = datetime(2026, 1, 1, 0, 1, tzinfo=UTC)
    with World.of(tmp_path, posts=13, relative_dates=True, now=now) as world:
        world.archive()
        assert questions(world) == [f"{world.page(1)}feed/"]
        posts = world.posts()
        by_feed = [post for post in posts if post.published_source == "feed"]
        assert len(by_feed) == 10
        true = {post.post_id: post.published for post in world.truth.posts}
        assert all(post.published == true[post.post_id] for post in by_feed)
        bounded = [post for post in posts if post.published_source == "relative"]
        assert len(bounded) == 3
        for post in bounded:
            assert post.published is None
            earliest, latest = post.published_earliest or "", post.published_latest or ""
            assert earliest <= true[post.post_id] <= latest
            width = datetime.fromisoformat(latest) - datetime.fromisoformat(earliest)
            assert width <= timedelta(days=548)


def test_bounds_count_back_from_when_a_cache_got_the_page(tmp_path: Path) -> None:
    made = datetime(2025, 12, 31, tzinfo=UTC)
    with World.of(tmp_path, posts=3, relative_dates=True, now=made, rest=False) as world:
        moment = made - timedelta(days=2, hours=5, minutes=30)
        post_on(world, [moment.replace(tzinfo=None).isoformat()])

        def from_a_cache(request: DemoRequest) -> DemoAnswer | None:
            if request.path != world.page(1):
                return no_feeds(request)
            answer = world.server.ordinary(request.path)
            return replace(answer, headers=(*answer.headers, ("Age", "86460")))

        world.server.intercept = from_a_cache
        world.archive()
        (post,) = world.posts()
        assert post.published_text == "2 days, 5 hours ago"
        assert post.published_earliest == "2025-12-28T18:00:00Z"
        assert post.published_latest == "2025-12-28T19:00:00Z"


def test_imported_pages_that_say_how_long_ago_are_asked_for_when_the_site_is(
    tmp_path: Path,
) -> None:
    now = datetime(2026, 1, 1, 0, 1, tzinfo=UTC)
    with World.of(tmp_path, posts=4, relative_dates=True, now=now) as world:
        save_pages(world, tmp_path / "saved", 1)
        import_source(ImportJob(source=tmp_path / "saved", path=world.path), world.clock)
        assert {post.published_source for post in world.posts()} == {"relative"}
        world.archive()
        assert {post.published_source for post in world.posts()} == {"feed"}


def test_a_title_in_words_is_the_time_of_a_post_that_says_how_long_ago(tmp_path: Path) -> None:
    with World.of(tmp_path, posts=3) as world:

        def with_titles(request: DemoRequest) -> DemoAnswer | None:
            answer = world.server.ordinary(request.path)
            if request.path != world.page(1):
                return answer
            body = re.sub(
                rb'(class="bbp-reply-post-date")>([^<]*)<',
                rb'\1 title="\2">3 years ago<',
                answer.body,
            )
            return replace(answer, body=body)

        world.server.intercept = with_titles
        world.archive()
        assert questions(world) == ["/wp-json/"]
        assert {post.published_text for post in world.posts()} == {"3 years ago"}
        assert local_times(world) == local_truth(world)
        assert times(world) == truth(world)


@pytest.mark.parametrize(
    ("attribute", "is_known"),
    [
        # The offset is one, or the local time is another than the displayed.
        ("2014-06-15T12:00:00+02:00", True),
        ("2014-06-15T10:00:00+00:00", True),
        # WordPress before 5.3 calls its local time UTC.
        ("2014-06-15T12:00:00+00:00", False),
    ],
)
def test_an_attribute_tells_what_no_zone_does(
    attribute: str, is_known: bool, tmp_path: Path
) -> None:
    with World.of(tmp_path, posts=1, rest=False) as world:
        post_on(world, ["2014-06-15T10:00"])

        def with_attribute(request: DemoRequest) -> DemoAnswer | None:
            if request.path != world.page(1):
                return DemoAnswer(status=404)
            answer = world.server.ordinary(request.path)
            time = f'class="bbp-reply-post-date"><time datetime="{attribute}">'.encode()
            return replace(answer, body=answer.body.replace(b'class="bbp-reply-post-date">', time))

        world.server.intercept = with_attribute
        world.archive()
        (post,) = world.posts()
        assert post.published_local == "2014-06-15T12:00:00"
        assert post.published == ("2014-06-15T10:00:00Z" if is_known else None)
        assert post.published_source == ("attribute" if is_known else "none")


@pytest.mark.parametrize(
    ("date_format", "time_format", "shown"),
    [
        (r"Y年n月j日", "H:i", "2014年6月13日 at 12:05"),
        ("j. F Y", r"G\hi", "13. June 2014 at 12h05"),
        ("Y-m-d", r"h:i:s A", "2014-06-13 at 12:05:00 PM"),
        ("m/d/y", "g:i a", "06/13/14 at 12:05 pm"),
    ],
)
def test_a_site_may_write_dates_as_its_owner_likes(
    date_format: str, time_format: str, shown: str, tmp_path: Path
) -> None:
    settings = {"date_format": date_format, "time_format": time_format, "posts": 3}
    with World.of(tmp_path, **settings) as world:
        post_on(world, ["2014-06-13T10:05", "2015-01-31T23:59", "2015-02-01T00:00"])
        world.archive()
        assert world.posts()[0].published_text == shown
        assert local_times(world) == local_truth(world)
        assert times(world) == truth(world)


@pytest.mark.parametrize("has_rest", [True, *rarely(False)])
def test_new_posts_are_settled_as_the_others_were_without_going_through_all(
    has_rest: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with World.of(tmp_path, posts=13, rest=has_rest) as world:
        world.archive()
        world.add(3)
        with monkeypatch.context() as patch:
            patch.setattr(site_time, "_Settling", Mock(side_effect=AssertionError))
            assert world.archive().exit_code == 0
        assert times(world) == truth(world)
        assert world.posts()[-1].published is not None


def test_new_posts_whose_dates_are_written_otherwise_have_all_of_them_settled_anew(
    tmp_path: Path,
) -> None:
    """The 9th of August or the 8th of September: what all dates say together may be something else now."""
    with World.of(tmp_path, posts=13, date_format="d/m/Y") as world:
        world.archive()
        forum = world.server.forum
        world.server.forum = replace(forum, settings=replace(forum.settings, date_format="m/d/Y"))
        world.add(3)
        world.archive()
        assert stored_times(world.path) == settled_anew(world.path, world.clock)

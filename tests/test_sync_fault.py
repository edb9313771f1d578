"""Pages that cannot be read, or are not what they should be: a gap with its reason each, and a repair that asks for no more."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from scraper.archive.database import reading
from scraper.archive.verify import verify
from scraper.demo import DemoAnswer, FaultRule, FaultScript
from scraper.demo import Fault as DemoFault
from scraper.fetch.settings import FetchSettings
from scraper.sync.reparsing import reparse
from tests.archiving import HASTY, World, failing, rarely, twice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from scraper.demo import DemoRequest

# A post's two halves, up to the next post or the end of the list.
POST = re.compile(
    rb'<div id="post-\d+" class="bbp-reply-header">.*?(?=<div id="post-|</li>\s*<li class="bbp-footer")',
    re.DOTALL,
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World.of(tmp_path) as made:
        yield made


def answering(
    world: World, number: int, answer: Callable[[World, str], DemoAnswer]
) -> Callable[[DemoRequest], DemoAnswer | None]:
    """A server that answers one page of the topic so."""
    return lambda request: (
        answer(world, request.path) if request.path == world.page(number) else None
    )


def as_served(world: World, path: str, **changes: object) -> DemoAnswer:
    return replace(world.server.ordinary(path), **changes)  # type: ignore[arg-type]  # as the field wants


def always(answer: DemoAnswer) -> Callable[[World, str], DemoAnswer]:
    return lambda _, __: answer


def other_topic(world: World, _: str) -> DemoAnswer:
    slug = world.server.forum.topics[0].slug
    return world.server.ordinary(f"/forums/topic/{slug}/")


def to_login(world: World, _: str = "") -> DemoAnswer:
    return DemoAnswer(
        status=302,
        headers=(("Location", f"{world.server.url}/wp-login.php?redirect_to=x"),),
    )


def without_links(world: World) -> DemoAnswer:
    """The first page as a cache may serve it for another: nothing but its count says which page it is."""
    answer = world.server.ordinary(world.page(1))
    body = re.sub(rb"<(a|span)[^>]*page-numbers[^>]*>.*?</\1>", b"", answer.body)
    return replace(answer, body=body)


def without_posts(world: World, path: str) -> DemoAnswer:
    body = POST.sub(b"", world.server.ordinary(path).body)
    return DemoAnswer(headers=(("Content-Type", "text/html; charset=UTF-8"),), body=body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What a page is answered with, and what must come of it.

    Attributes:
        words: what the gap's reason says.
    """

    answer: Callable[[World, str], DemoAnswer]
    exit_code: int
    words: str


CHALLENGE = b"<html><head><title>Just a moment...</title></head><body><script>window._cf_chl_opt={};</script></body></html>"
FAULTS: dict[str, Fault] = {
    "server error": Fault(
        answer=lambda _, __: DemoAnswer(status=500), exit_code=4, words="HTTP 500"
    ),
    "overloaded": Fault(
        answer=lambda _, __: DemoAnswer(status=503), exit_code=4, words="HTTP 503"
    ),
    "hang-up": Fault(
        answer=lambda _, __: DemoAnswer(hang_up=True), exit_code=4, words="connection"
    ),
    "broken off": Fault(
        answer=lambda world, path: as_served(world, path, cut_after=5000),
        exit_code=4,
        words="",
    ),
    "redirect in a circle": Fault(
        answer=lambda _, path: DemoAnswer(status=302, headers=(("Location", path),)),
        exit_code=4,
        words="circle",
    ),
    "not found": Fault(answer=lambda _, __: DemoAnswer(status=404), exit_code=3, words="HTTP 404"),
    "gone": Fault(answer=lambda _, __: DemoAnswer(status=410), exit_code=3, words="HTTP 410"),
    "soft not found": Fault(
        answer=lambda world, _: as_served(world, "/nothing-here/", status=200),
        exit_code=3,
        words="nothing at",
    ),
    "refused": Fault(answer=lambda _, __: DemoAnswer(status=403), exit_code=6, words="HTTP 403"),
    "password": Fault(answer=lambda _, __: DemoAnswer(status=401), exit_code=6, words="password"),
    "login wall": Fault(answer=to_login, exit_code=6, words="log"),
    "challenge": Fault(
        answer=lambda _, __: DemoAnswer(status=503, body=CHALLENGE), exit_code=6, words="browser"
    ),
    "challenge with 200": Fault(
        answer=lambda _, __: DemoAnswer(body=CHALLENGE), exit_code=6, words="browser"
    ),
    "noarchive": Fault(
        answer=lambda world, path: as_served(
            world, path, headers=(("X-Robots-Tag", "noarchive"),)
        ),
        exit_code=6,
        words="asks not to be archived",
    ),
    "empty": Fault(answer=lambda _, __: DemoAnswer(), exit_code=3, words="is empty"),
    "another site's page": Fault(
        answer=lambda _, __: DemoAnswer(body=b"<html><body><h1>Parked</h1></body></html>"),
        exit_code=3,
        words="no page of a forum",
    ),
    "without posts": Fault(answer=without_posts, exit_code=3, words="no posts"),
    "another topic": Fault(answer=other_topic, exit_code=3, words="not with topic"),
    "the first page": Fault(
        answer=lambda world, _: world.server.ordinary(world.page(1)),
        exit_code=3,
        words="another page",
    ),
    "the first page without its page links": Fault(
        answer=lambda world, _: without_links(world), exit_code=3, words="another page"
    ),
    "the page before": Fault(
        answer=lambda world, _: world.server.ordinary(world.page(3)),
        exit_code=3,
        words="another page",
    ),
    "a forum's page": Fault(
        answer=lambda world, _: world.server.ordinary("/forums/"), exit_code=3, words="no topic"
    ),
}


# One for each way in which a page can fail.
def mostly(*usual: str) -> list[object]:
    """These faults in every run, and all others in the sweep."""
    return [*usual, *rarely(*(name for name in FAULTS if name not in usual))]


@pytest.mark.parametrize("name", mostly("server error", "empty"))
def test_a_page_that_cannot_be_read_is_a_gap_and_is_repaired_alone(
    name: str, world: World
) -> None:
    fault = FAULTS[name]
    world.server.intercept = answering(world, 4, fault.answer)
    report = world.archive()
    outcome = report.topics[0]
    assert report.exit_code == outcome.exit_code == fault.exit_code
    gap = next(gap for gap in outcome.gaps if gap.code == "page-missing")
    assert gap.detail.startswith("Page 4 was not read: ")
    assert fault.words in gap.detail
    assert [post for post in world.ids if post not in world.live()] == world.ids[15:20]
    assert world.verdict().is_open
    # Where it proved not to be there, the first page is asked whether it still should be.
    others = [number for number in world.pages_asked if number != 4]
    assert sorted(others) == [*([1] * (fault.exit_code == 3)), *range(1, 4), *range(5, 11)]

    world.server.intercept = None
    report = world.archive()
    assert report.exit_code == 0
    assert world.asked == [world.page(4)]
    assert world.live() == world.ids
    assert not world.verdict().is_open
    assert [post.position for post in world.posts()] == list(range(1, 49))


@pytest.mark.parametrize("name", mostly("not found", "another topic"))
def test_a_page_that_cannot_be_read_again_is_kept_and_said(name: str, world: World) -> None:
    fault = FAULTS[name]
    world.archive()
    before = world.records("last_seen")
    world.server.intercept = answering(world, 10, fault.answer)
    report = world.archive()
    assert report.exit_code == fault.exit_code
    (gap,) = report.topics[0].gaps
    assert gap.code == "page-outdated"
    assert fault.words in gap.detail
    assert world.records("last_seen") == before
    assert world.verdict().is_open
    world.server.intercept = None
    assert world.archive().exit_code == 0
    assert not world.verdict().is_open


def test_a_gap_leaves_room_in_the_positions(world: World) -> None:
    world.server.intercept = failing(world.page(4))
    world.archive()
    positions = {post.post_id: post.position for post in world.posts()}
    assert [positions.get(post) for post in world.ids] == [
        *range(1, 16),
        *[None] * 5,
        *range(21, 49),
    ]


def test_a_site_that_stops_answering_is_left_alone_after_three_pages(world: World) -> None:
    world.server.intercept = failing(*(world.page(number) for number in range(4, 11)))
    report = world.archive()
    assert report.exit_code == 4
    assert world.pages_asked == [1, 2, 3, 4, 5, 6]
    missing = [gap for gap in report.topics[0].gaps if gap.code == "page-missing"]
    assert [gap.place for gap in missing] == [f"page {number}" for number in range(4, 11)]
    world.server.intercept = None
    assert world.archive().exit_code == 0
    assert sorted(world.pages_asked) == list(range(4, 11))
    assert world.live() == world.ids


def test_every_fifth_request_failing_costs_time_only(world: World) -> None:
    def overloaded(request: DemoRequest) -> DemoAnswer | None:
        return DemoAnswer(status=503) if request.number % 5 == 0 else None

    world.server.intercept = overloaded
    report = world.archive(fetch=FetchSettings())
    assert report.exit_code == 0
    assert world.live() == world.ids
    assert report.traffic.retries == dict(report.traffic.by_status)[503] == 2
    assert sum(world.clock.sleeps) > 12
    ok = [request.path for request in world.server.requests if request.status == 200]
    assert twice(ok) == []


def test_a_topic_that_vanished_is_kept_and_said(world: World) -> None:
    world.archive()
    ids = world.ids
    topic = world.topic
    world.server.forum = world.server.forum.without_topic(topic.topic_id)
    url = f"{world.server.url}/forums/topic/{topic.slug}/"
    report = world.archive(url)
    assert report.exit_code == 3
    assert [gap.code for gap in report.topics[0].gaps] == ["page-outdated"] * 2
    assert "HTTP 404" in report.topics[0].gaps[0].detail
    assert len(world.asked) == 2
    world.server.forum = world.server.forum.with_topic(topic)
    assert world.archive().exit_code == 0
    assert world.live() == ids
    assert world.gone() == []


def test_a_post_that_may_be_on_an_unread_page_is_not_taken_for_gone(world: World) -> None:
    world.archive()
    deleted = world.ids[3]
    world.delete(3)
    world.server.intercept = failing(world.page(7))
    report = world.archive()
    assert report.exit_code == 4
    assert world.gone() == []
    assert "page-outdated" in {gap.code for gap in report.topics[0].gaps}
    world.server.intercept = None
    assert world.archive().exit_code == 0
    assert world.gone() == [deleted]
    assert world.live() == world.ids


@pytest.mark.parametrize(
    "elsewhere",
    ["http://169.254.169.254/latest/", "https://other.example/", "javascript:x(", "http://[::1"],
)
def test_page_links_that_lead_off_the_site_are_not_followed(elsewhere: str, world: World) -> None:
    def hostile(request: DemoRequest) -> DemoAnswer:
        answer = world.server.ordinary(request.path)
        base = f'href="{world.url}'.encode()
        return replace(answer, body=answer.body.replace(base, f'href="{elsewhere}'.encode()))

    world.server.intercept = hostile
    report = world.archive()
    assert report.exit_code == 3
    assert world.asked == ["/robots.txt", world.page(1), "/wp-json/"]
    missing = [gap.place for gap in report.topics[0].gaps if gap.code == "page-missing"]
    assert missing == [f"page {number}" for number in range(2, 11)]
    assert world.live() == world.ids[:5]


def test_a_page_that_stays_short_is_a_gap_after_it_was_read_again(world: World) -> None:
    def short(request: DemoRequest) -> DemoAnswer | None:
        if request.path != world.page(4):
            return None
        answer = world.server.ordinary(request.path)
        return replace(answer, body=POST.sub(b"", answer.body, count=1))

    world.server.intercept = short
    report = world.archive()
    assert report.exit_code == 3
    codes = [gap.code for gap in report.topics[0].gaps]
    assert codes == ["page-short", "posts-missing"]
    assert report.topics[0].gaps[0].detail == "Page 4 says that it shows 5 posts and shows 4."
    assert world.pages_asked.count(4) == 4
    world.archive()
    assert world.pages_asked == [10], "what was tried in vain is not tried every time"
    world.server.intercept = None
    assert world.archive(refresh=True).exit_code == 0
    assert world.live() == world.ids


def test_a_page_that_is_short_once_is_read_again_and_well(world: World) -> None:
    seen: list[str] = []

    def short_once(request: DemoRequest) -> DemoAnswer | None:
        seen.append(request.path)
        if request.path != world.page(4) or seen.count(request.path) > 1:
            return None
        answer = world.server.ordinary(request.path)
        return replace(answer, body=POST.sub(b"", answer.body, count=2))

    world.server.intercept = short_once
    report = world.archive()
    assert report.exit_code == 0
    assert world.live() == world.ids
    assert world.pages_asked.count(4) == 2


def test_a_post_shown_twice_on_a_page_counts_once(world: World) -> None:
    def doubled(request: DemoRequest) -> DemoAnswer | None:
        answer = world.server.ordinary(request.path)
        if request.path != world.page(4):
            return answer
        first = POST.search(answer.body)
        assert first is not None
        return replace(answer, body=answer.body.replace(first[0], first[0] * 2, 1))

    world.server.intercept = doubled
    report = world.archive()
    assert report.exit_code == 0
    assert world.live() == world.ids


def test_a_count_of_threads_that_does_not_fit_is_a_gap(tmp_path: Path) -> None:
    with World.of(tmp_path, threaded=True, posts=12) as world:

        def miscounting(request: DemoRequest) -> DemoAnswer:
            answer = world.server.ordinary(request.path)
            body = re.sub(
                rb"Viewing (\d+) reply threads",
                lambda m: b"Viewing %d reply threads" % (int(m[1]) + 2),
                answer.body,
            )
            return replace(answer, body=body)

        world.server.intercept = miscounting
        report = world.archive()
        assert report.exit_code == 3
        (gap,) = report.topics[0].gaps
        assert (gap.code, gap.missing) == ("threads-missing", 2)


def test_a_total_that_is_too_large_for_good_is_a_gap(world: World) -> None:
    def boasting(request: DemoRequest) -> DemoAnswer:
        answer = world.server.ordinary(request.path)
        return replace(answer, body=answer.body.replace(b"(of 48 total)", b"(of 50 total)"))

    world.server.intercept = boasting
    report = world.archive()
    assert report.exit_code == 3
    (gap,) = report.topics[0].gaps
    assert (gap.code, gap.missing) == ("posts-missing", 2)
    assert len(world.pages_asked) == 10
    world.archive()
    assert world.pages_asked == [10]


def test_a_total_that_is_too_small_for_good_is_a_gap(world: World) -> None:
    def modest(request: DemoRequest) -> DemoAnswer:
        answer = world.server.ordinary(request.path)
        return replace(answer, body=answer.body.replace(b"(of 48 total)", b"(of 46 total)"))

    world.server.intercept = modest
    report = world.archive()
    assert report.exit_code == 3
    assert [gap.code for gap in report.topics[0].gaps] == ["more-than-counted"]
    assert len(world.pages_asked) == 10


def test_a_refused_page_that_robots_txt_names_is_not_asked_for(world: World) -> None:
    def forbidding(request: DemoRequest) -> DemoAnswer | None:
        if request.path == "/robots.txt":
            return DemoAnswer(body=f"User-agent: *\nDisallow: {world.page(4)}\n".encode())
        return None

    world.server.intercept = forbidding
    report = world.archive()
    assert report.exit_code == 6
    assert 4 not in world.pages_asked
    assert "robots.txt" in report.topics[0].gaps[0].detail


def test_nothing_is_kept_of_a_topic_that_was_not_reached(world: World) -> None:
    for answer, code in (
        (DemoAnswer(status=404), 5),
        (DemoAnswer(status=500), 4),
        (to_login(world), 6),
    ):
        world.server.intercept = answering(world, 1, always(answer))
        report = world.archive()
        assert report.exit_code == code
        assert report.topics[0].title is None
        assert report.topics[0].error
        assert list(world.path.parent.iterdir()) == [], "no archive, no lock, no journal"


def test_one_topic_that_fails_does_not_keep_the_others(world: World) -> None:
    other = world.url.replace(world.slug, world.server.forum.topics[0].slug)
    world.server.intercept = failing(world.page(1), status=404)
    report = world.archive(world.url, other, f"{world.server.url}/forums/")
    assert [outcome.exit_code for outcome in report.topics] == [5, 0, 5]
    assert report.exit_code == 5
    assert report.topics[1].posts == 48


def test_attempts_are_made_before_a_page_is_given_up(world: World) -> None:
    world.server.intercept = failing(world.page(4))
    report = world.archive(fetch=replace(HASTY, attempts=3))
    assert report.exit_code == 4
    assert world.pages_asked.count(4) == 3


def test_what_failed_is_tried_again_with_what_is_new_after_a_day(world: World) -> None:
    world.server.intercept = failing(world.page(4))
    world.archive()
    world.clock.advance(24 * 3600)
    world.server.intercept = None
    world.add()
    report = world.archive()
    assert report.exit_code == 0
    assert world.live() == world.ids
    assert set(world.pages_asked) >= {4, 10}


@pytest.mark.parametrize(
    "settings",
    [
        {},
        *rarely({"posts": 4}, {"plain_permalinks": True}),
        {"plain_permalinks": True, "posts": 4},
    ],
    ids=["several pages", "one page", "several pages, plain", "one page, plain"],
)
def test_another_topic_at_the_address_given_is_not_taken_for_the_topic(
    settings: dict[str, object], tmp_path: Path
) -> None:
    with World.of(tmp_path, **settings) as world:
        world.server.intercept = torn(world, 1, DemoFault.OTHER_TOPIC)
        report = world.archive()
        assert report.exit_code == 5
        other = world.server.forum.topics[0].slug
        assert f"answered with another topic, {world.url.replace(world.slug, other)}" in (
            report.topics[0].error or ""
        )
        assert list(tmp_path.iterdir()) == []
        world.server.intercept = None
        assert world.archive().exit_code == 0
        assert world.live() == world.ids


def torn(world: World, number: int, fault: DemoFault) -> FaultScript:
    return FaultScript([FaultRule(fault=fault, path=world.page(number))])


def test_a_torn_page_leaves_room_in_the_positions(world: World) -> None:
    world.server.intercept = torn(world, 4, DemoFault.CUT_IN_POST)
    assert world.archive().exit_code == 3
    positions = {post.post_id: post.position for post in world.posts()}
    assert [positions.get(post) for post in world.ids] == [
        *range(1, 19),
        *[None] * 2,
        *range(21, 49),
    ]


def test_a_torn_copy_of_a_page_changes_nothing_that_was_kept_of_its_posts(world: World) -> None:
    world.archive()
    before = world.records("last_seen", "source_sha256")
    world.server.intercept = torn(world, 4, DemoFault.CUT_IN_POST)
    assert world.archive(refresh=True).exit_code == 3
    assert world.records("last_seen", "source_sha256") == before


def test_a_page_that_is_torn_in_its_last_post_once_is_read_again_and_well(tmp_path: Path) -> None:
    """Nothing but the post itself says then that something is missing: the page shows as many as it claims."""
    with World.of(tmp_path, posts=6, per_page=2) as world:
        rule = FaultRule(fault=DemoFault.CUT_IN_POST, path=world.page(2), first=1)
        world.server.intercept = FaultScript([rule])
        report = world.archive()
        assert report.exit_code == 0
        assert world.pages_asked == [1, 2, 3, 2]
        assert not [post.problems for post in world.posts() if post.problems]


def test_a_page_that_was_redirected_is_no_damage_and_stays_what_it_is_when_read_anew(
    world: World,
) -> None:
    rule = FaultRule(fault=DemoFault.REDIRECT_LOOP, path=world.page(2), first=1)
    world.server.intercept = FaultScript([rule])
    assert world.archive().exit_code == 0
    before = kept_addresses(world)
    with reading(world.path) as archive:
        assert verify(archive).damage == ()
    assert reparse(world.path, world.clock).exit_code == 0
    assert kept_addresses(world) == before


def kept_addresses(world: World) -> list[str]:
    with reading(world.path) as archive:
        rows = archive.connection.execute("SELECT url FROM topic_pages ORDER BY number")
        return [row[0] for row in rows]

"""The addresses that lead to a topic: all end at the same one, and nothing is asked for twice on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scraper.archive.database import reading
from tests.archiving import World, rarely, redirecting, twice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FORMS: dict[str, Callable[[World], str]] = {
    "itself": lambda world: world.url,
    "a later page": lambda world: f"{world.url}page/2/",
    "the last page": lambda world: f"{world.url}page/3/",
    "a reply on a later page": lambda world: f"{world.url}page/2/#post-{world.ids[7]}",
    "a reply's permalink": lambda world: f"{world.server.url}/forums/reply/{world.ids[7]}/",
    "a reply's shortlink": lambda world: f"{world.server.url}/?p={world.ids[7]}",
    "the topic's shortlink": lambda world: f"{world.server.url}/?p={world.ids[0]}",
    "no slash at its end": lambda world: world.url.rstrip("/"),
    "a fragment": lambda world: f"{world.url}#new-post",
    "blanks around it": lambda world: f"  {world.url} ",
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World.of(tmp_path, posts=13) as made:
        yield made


@pytest.mark.parametrize("form", FORMS)
def test_every_address_of_a_topic_leads_to_all_of_it(form: str, world: World) -> None:
    report = world.archive(FORMS[form](world))
    assert report.exit_code == 0
    assert world.live() == world.ids
    assert sorted(world.pages_asked) == [1, 2, 3]
    assert twice(world.asked) == []


@pytest.mark.parametrize(
    "form", [*list(FORMS)[::3], *rarely(*[one for place, one in enumerate(FORMS) if place % 3])]
)
def test_every_address_of_a_known_topic_costs_its_last_page_and_the_way_there(
    form: str, world: World
) -> None:
    world.archive()
    address = FORMS[form](world)
    report = world.archive(address)
    assert report.exit_code == 0
    assert report.topics[0].topic_id == world.ids[0]
    assert world.pages_asked == [3]
    way_there = [path for path in world.asked if "/reply/" in path]
    assert len(way_there) == (form == "a reply's permalink")
    world.archive(address)
    assert world.asked == [world.page(3)], "an address that led to a topic is not followed again"


def test_several_addresses_of_one_topic_are_one_topic(world: World) -> None:
    forms = [form(world) for form in FORMS.values()]
    report = world.archive(*forms)
    assert report.exit_code == 0
    assert [outcome.url for outcome in report.topics] == forms
    assert {outcome.topic_id for outcome in report.topics} == {world.ids[0]}
    assert sum(outcome.saved.new for outcome in report.topics) == len(world.ids)
    assert sorted(world.pages_asked) == [1, 2, 3]
    assert twice(world.asked) == []


def test_a_redirect_is_followed_once(world: World) -> None:
    world.server.intercept = redirecting("/old/hello", world.url)
    report = world.archive(f"{world.server.url}/old/hello")
    assert report.exit_code == 0
    assert world.live() == world.ids
    world.archive(f"{world.server.url}/old/hello")
    assert world.asked == [world.page(3)]


def test_a_redirect_to_the_last_page_of_a_known_topic_is_all_that_is_asked_for(
    world: World,
) -> None:
    world.archive()
    world.server.intercept = redirecting("/latest", f"{world.url}page/3/")
    assert world.archive(f"{world.server.url}/latest").exit_code == 0
    assert world.asked == ["/latest", world.page(3)]


def test_both_ends_of_a_secure_redirect_are_one_site(world: World) -> None:
    """The demo forum speaks no TLS; what is known of an address must not depend on its scheme all the same."""
    world.archive()
    secure = world.url.replace("http://", "https://")
    report = world.archive(secure)
    assert report.exit_code == 0
    assert world.asked == [world.page(3)]


def test_a_threaded_topic_entered_at_a_page_number_is_whole_and_has_its_own_address(
    tmp_path: Path,
) -> None:
    with World.of(tmp_path, threaded=True, posts=12) as world:
        report = world.archive(f"{world.url}page/2/")
        assert report.exit_code == 0
        assert [post.post_id for post in world.posts()] == world.ids
        assert report.topics[0].topic_url == world.url


def test_plain_permalinks_lead_there_too(tmp_path: Path) -> None:
    with World.of(tmp_path, plain_permalinks=True) as world:
        report = world.archive(f"{world.url}&paged=3")
        assert report.exit_code == 0
        assert world.live() == world.ids
        assert twice(world.asked) == []
        world.archive(f"{world.server.url}/?p={world.ids[3]}")
        assert len(world.asked) == 1


def test_a_reply_page_on_the_way_is_kept(world: World) -> None:
    world.archive(f"{world.server.url}/forums/reply/{world.ids[7]}/")
    with reading(world.path) as archive:
        kinds = archive.connection.execute(
            "SELECT kind, count(*) FROM pages GROUP BY kind"
        ).fetchall()
    assert dict(map(tuple, kinds)) == {"reply": 1, "robots": 1, "site-info": 1, "topic": 3}


def test_the_same_words_on_another_topic_are_another_topic(world: World) -> None:
    world.archive()
    other = world.server.forum.topics[0]
    report = world.archive(world.url.replace(world.slug, other.slug))
    assert report.topics[0].topic_id == other.topic_id != world.ids[0]


@pytest.mark.parametrize("lead", [False, True], ids=["flat", "lead"])
def test_a_page_past_the_end_is_no_way_in(lead: bool, tmp_path: Path) -> None:
    with World.of(tmp_path, lead=lead, posts=13) as world:
        report = world.archive(f"{world.url}page/99/")
        assert report.exit_code == 5
        assert "past the topic's end" in (report.topics[0].error or "")
        assert len(world.asked) == 2
        assert list(tmp_path.iterdir()) == []

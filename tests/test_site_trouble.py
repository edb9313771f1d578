"""A site that fails, refuses, or shows something else than its forum: nothing is marked as gone, and the next sync heals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from scraper.demo import DemoAnswer, Fault, FaultRule, FaultScript, life
from scraper.fetch.settings import FetchSettings
from tests.archiving import HASTY, InterruptAfter, twice
from tests.whole_forum import DAY, Site

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from scraper.demo import DemoRequest

    Answering = Callable[[DemoRequest], Any]

PATIENT = FetchSettings()
_HTML = (("Content-Type", "text/html; charset=UTF-8"),)


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with Site.of(tmp_path_factory.mktemp("archived")) as made:
        assert made.archive().exit_code == 0
        made.clock.advance(DAY)
        yield made


@pytest.fixture
def site(archived: Site, tmp_path: Path) -> Iterator[Site]:
    with archived.as_it_is(tmp_path) as made:
        yield made


def page(text: str, status: int = 200) -> DemoAnswer:
    body = f"<!DOCTYPE html><html><head><title>{text}</title></head><body><h1>{text}</h1></body></html>"
    return DemoAnswer(status=status, headers=_HTML, body=body.encode())


def rough(site: Site, seed: int, down_from: float) -> Answering:
    """Five in a hundred are answered with 503, two not at all, and for a minute nobody is there."""
    faults = FaultScript(
        (
            FaultRule(fault=Fault.SERVICE_UNAVAILABLE, share=0.05),
            FaultRule(fault=Fault.EARLY_CLOSE, share=0.02),
        ),
        seed=seed,
    )
    began = site.clock.monotonic()

    def answer(request: DemoRequest) -> Any:  # noqa: ANN401  see `Intercept`
        passed = site.clock.monotonic() - began
        if down_from <= passed < down_from + 60:
            return DemoAnswer(hang_up=True)
        return faults(request)

    return answer


def survives_a_rough_site(site: Site, seed: int) -> None:
    site.server.intercept = rough(site, seed, down_from=100)
    assert site.archive(fetch=PATIENT).exit_code == 0
    assert site.mistakes() == []
    assert site.gone() == {}
    asked = [request.path for request in site.server.requests if request.status == 200]
    assert len(asked) == len(set(asked)), "what came is not asked for again"
    assert any(request.status == 503 for request in site.server.requests)
    assert any(request.status == 0 for request in site.server.requests)
    assert site.server.max_in_flight == 1
    site.forum = life.add_reply(site.forum, site.forum.topics[5].topic_id)
    site.clock.advance(DAY)
    site.server.intercept = rough(site, seed + 1, down_from=2)
    assert site.sync(fetch=PATIENT, audit=0.5).exit_code == 0
    assert site.mistakes() == []
    assert site.gone() == {}


def test_a_rough_site_is_archived_completely_and_nothing_counts_as_gone(tmp_path: Path) -> None:
    with Site.of(tmp_path) as site:
        survives_a_rough_site(site, 1)


@pytest.mark.sweep
@pytest.mark.parametrize("seed", range(10, 30))
def test_any_rough_site_is_archived_completely(
    seed: int, tmp_path: Path, tried: Counter[str]
) -> None:
    with Site.of(tmp_path, topics=60, seed=seed) as site:
        survives_a_rough_site(site, seed)
    tried["rough sites that were archived as a whole"] += 1


def broken(which: str) -> Answering:
    """What a site shows in the place of its forum, everywhere."""
    answers: dict[str, DemoAnswer] = {
        "down": DemoAnswer(hang_up=True),
        "500": DemoAnswer(status=500),
        "maintenance": page("Closed for maintenance"),
        "maintenance 503": page("Briefly unavailable for scheduled maintenance", 503),
        "403": DemoAnswer(status=403),
        "404": page("Page not found", 404),
        "410": DemoAnswer(status=410),
        "empty": DemoAnswer(headers=_HTML),
        "another site": page("Welcome to our new shop"),
        "login": DemoAnswer(status=302, headers=(("Location", "/wp-login.php"),)),
        "to the home": DemoAnswer(status=302, headers=(("Location", "/"),)),
    }

    def answer(request: DemoRequest) -> DemoAnswer | None:
        if request.path == "/robots.txt":
            return None
        if which == "to the home" and request.path == "/":
            return page("Welcome to our new shop")
        if which == "login" and request.path.startswith("/wp-login"):
            return page("Log in")
        return answers[which]

    return answer


BROKEN = {
    "down": 4,
    "500": 4,
    "maintenance": 4,
    "maintenance 503": 4,
    "403": 6,
    "404": 5,
    "410": 5,
    "empty": 5,
    "another site": 5,
    "login": 6,
    "to the home": 5,
}
# Those that look most like something else in every run, the others in the sweep.
SEVERAL = [
    pytest.param(which, code, marks=() if which in {"404", "login", "500"} else pytest.mark.sweep)
    for which, code in BROKEN.items()
]


@pytest.mark.parametrize(("which", "code"), SEVERAL)
def test_a_site_that_shows_something_else_loses_nothing_and_the_next_sync_heals(
    which: str, code: int, site: Site
) -> None:
    before = site.records("last_seen")
    site.forum = life.add_reply(site.forum, site.forum.topics[5].topic_id)
    site.server.intercept = broken(which)
    assert site.sync(fetch=HASTY).exit_code == code
    assert site.gone() == {}
    assert site.query("SELECT vanished_at FROM topics WHERE vanished_at IS NOT NULL") == []
    assert site.records("last_seen") == before
    assert site.sync(audit=1.0).exit_code == code
    assert site.gone() == {}
    site.server.intercept = None
    assert site.sync().exit_code == 0
    assert site.mistakes() == []
    assert site.sync(audit=1.0).exit_code == 0
    assert site.mistakes() == []


@pytest.mark.parametrize(("which", "code"), SEVERAL)
def test_a_site_that_shows_something_else_but_for_its_index(
    which: str, code: int, site: Site
) -> None:
    """A cache in front may still have the pages that everybody asks for."""
    site.forum = life.add_reply(site.forum, site.forum.topics[5].topic_id)
    everywhere = broken(which)
    index = site.links.index.removeprefix(site.server.url)

    def but_for_the_index(request: DemoRequest) -> Any:  # noqa: ANN401  see `Intercept`
        return None if request.path == index else everywhere(request)

    site.server.intercept = but_for_the_index
    report = site.sync(fetch=HASTY)
    assert report.exit_code in {code, 3}
    assert site.gone() == {}
    site.server.intercept = None
    assert site.sync().exit_code == 0
    assert site.mistakes() == []


@pytest.mark.parametrize(("which", "code"), SEVERAL)
def test_topics_that_cannot_be_read_while_lists_can(which: str, code: int, site: Site) -> None:
    for topic in site.forum.topics[:6]:
        site.forum = life.add_reply(site.forum, topic.topic_id)
    everywhere = broken(which)
    topics = ("/forums/topic/", "/wp-login", "/?")

    def but_for_lists(request: DemoRequest) -> Any:  # noqa: ANN401  see `Intercept`
        is_hit = request.path == "/" or request.path.startswith(topics)
        return everywhere(request) if is_hit else None

    site.server.intercept = but_for_lists
    report = site.sync(fetch=HASTY)
    assert report.exit_code in {code, 3}
    site.server.intercept = None
    assert site.sync().exit_code == 0
    assert site.mistakes() == []
    assert site.gone() == {}


def test_a_list_that_comes_empty_is_asked_for_again_and_loses_nothing(site: Site) -> None:
    board = site.links.board(site.board("glue")).removeprefix(site.server.url)
    new = life.add_reply(site.forum, site.catalogue.topics_of(site.board("glue"))[0].topic_id)
    empty = site.server.ordinary(board).body.decode()
    start, end = (
        empty.index('<ul id="bbp-forum-14" class="bbp-topics">'),
        empty.index('<div id="no-topic'),
    )
    empty = (
        empty[:start]
        + '<div class="bbp-template-notice"><p>Oh, bother! No topics were found here.</p></div>'
        + empty[end:]
    )
    site.forum = new
    answer = DemoAnswer(headers=_HTML, body=empty.encode())

    def emptied(request: DemoRequest) -> DemoAnswer | None:
        return answer if request.path == board else None

    site.server.intercept = emptied
    site.sync()
    assert site.gone() == {}
    site.server.intercept = None
    assert site.sync().exit_code == 0
    assert site.mistakes() == []


@pytest.mark.parametrize("pages", [1, 9])
def test_an_audit_that_was_stopped_goes_on_though_the_clock_was_put_back(
    pages: int, site: Site
) -> None:
    for topic in site.forum.topics:
        site.forum = life.edit_post(site.forum, topic.posts[-1].post_id)
    site.clock.advance(-DAY - 3600)
    assert site.sync(audit=1.0, listener=InterruptAfter(pages)).exit_code == 130
    before = site.asked
    assert site.sync(audit=1.0).exit_code == 0
    assert site.mistakes() == []
    assert site.query("SELECT count(*) FROM revisions WHERE revision = 2") == [
        (len(site.forum.topics),)
    ]
    asked = [path for path in (*before, *site.asked) if "/topic/" in path]
    assert twice(asked) == []

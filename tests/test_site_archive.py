"""A forum is archived from whatever shows it: every post as the forum knows it, what was asked for and no more, each page once."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from scraper.demo import DemoAnswer, life
from scraper.demo.forum import THEMES
from tests.archiving import rarely
from tests.whole_forum import Site, with_those_below

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable
    from pathlib import Path

    from scraper.demo import DemoAuthor, DemoRequest, DemoTopic

# One of each in every run; all together in the sweep.
_USUAL: list[dict[str, Any]] = [
    {"theme": "default", "showcase": True, "topics": 24},
    {"theme": "classic", "locale": "nl_NL", "threaded": True},
    {"theme": "table", "locale": "de_DE", "plain_permalinks": True},
    {"theme": "themed", "lead": True},
]
_LAYOUTS: tuple[dict[str, Any], ...] = (
    {}, {"threaded": True}, {"lead": True}, {"plain_permalinks": True}, {"showcase": True, "topics": 30},
)  # fmt: skip
_WORDS: tuple[dict[str, Any], ...] = ({}, {"locale": "nl_NL"}, {"locale": "de_DE"})
_ALL: list[dict[str, Any]] = [
    {"theme": theme, **layout, **words}
    for theme, layout, words in product(THEMES, _LAYOUTS, _WORDS)
    if not (theme == "table" and "threaded" in layout)
]


def named(settings: dict[str, Any]) -> str:
    return "-".join(
        str(value) if isinstance(value, str) else name for name, value in settings.items() if value
    )


def forums() -> list[Any]:
    usual = [pytest.param(one, id=named(one)) for one in _USUAL]
    return usual + [
        pytest.param(one, id=f"all-{named(one)}", marks=pytest.mark.sweep) for one in _ALL
    ]


@pytest.fixture(params=forums())
def site(request: pytest.FixtureRequest, tmp_path: Path, tried: Counter[str]) -> Any:  # noqa: ANN401  a generator
    tried["whole forums that were archived"] += 1
    with Site.of(tmp_path, **request.param) as made:
        yield made


@pytest.fixture
def plain(tmp_path: Path) -> Any:  # noqa: ANN401  a generator
    with Site.of(tmp_path) as made:
        yield made


def service(site: Site) -> list[str]:
    """What is asked for of every site, once."""
    return [f"{site.server.url}/robots.txt", site.links.rest]


def sitemaps(site: Site) -> list[str]:
    return [site.links.sitemap, site.links.sitemap_part("topic", 1)]


def is_whole(site: Site) -> None:
    """Everything that a guest can read was archived, and each page asked for once."""
    assert site.mistakes() == []
    wanted = (service(site), site.list_paths(site.forum.boards), site.topic_paths())
    assert site.surplus(*wanted, sitemaps(site), [site.links.index]) == ([], [])
    assert site.server.max_in_flight == 1


def test_the_index_is_the_whole_forum(site: Site) -> None:
    report = site.archive()
    assert report.exit_code == 0
    is_whole(site)
    protected = [topic for topic in site.catalogue.topics if topic.access == "password"]
    assert len(report.withheld) == len(protected)
    assert site.sync().exit_code == 0
    assert len(site.asked) <= 3, site.asked
    assert site.mistakes() == []


@pytest.mark.parametrize("slash", ["", *rarely("/")])
def test_a_home_that_links_the_forum_is_the_whole_forum(slash: str, plain: Site) -> None:
    assert plain.archive(plain.server.url + slash).exit_code == 0
    assert plain.mistakes() == []
    wanted = (service(plain), plain.list_paths(plain.forum.boards), plain.topic_paths())
    entrances = [plain.links.home, plain.links.index]
    assert plain.surplus(*wanted, sitemaps(plain), entrances) == ([], [])
    assert plain.archive(plain.server.url + slash).exit_code == 0
    assert len(plain.asked) <= 3, plain.asked


@pytest.mark.parametrize("slug", ["tools-techniques", *rarely("community", "glue", "help-desk")])
def test_a_forum_is_its_topics_and_those_of_the_forums_below_it(slug: str, site: Site) -> None:
    boards = list(with_those_below(site.board(slug), site.forum.boards))
    topics = [topic for board in boards for topic in site.catalogue.topics_of(board)]
    # What is on top of all forums is on top of this one, too.
    if any(not board.is_category for board in boards):
        topics += [topic for topic in site.catalogue.super_stickies if topic not in topics]
    assert site.archive(site.links.board(site.board(slug))).exit_code == 0
    assert site.mistakes(topics) == []
    wanted = (service(site), site.list_paths(boards), site.topic_paths(topics))
    assert site.surplus(*wanted) == ([], [])
    assert site.sync().exit_code == 0
    assert len(site.asked) <= 3, site.asked


def test_from_the_second_page_of_a_forum_it_is_the_same_forum(plain: Site) -> None:
    board = plain.board("glue")
    assert plain.archive(plain.links.board(board, 2)).exit_code == 0
    topics = plain.catalogue.topics_of(board)
    assert plain.mistakes(topics) == []
    # Topics move down while pages are read, so what was read before the first page is read again after it.
    wanted = (service(plain), plain.list_paths([board]), plain.topic_paths(topics))
    assert plain.surplus(*wanted, [plain.links.board(board, 2)]) == ([], [])


def list_pages(address: Callable[[int], str], topics: int, size: int) -> list[str]:
    return [address(number) for number in range(1, max(1, -(-topics // size)) + 1)]


def collected(
    site: Site, url: str, address: Callable[[int], str], topics: list[DemoTopic]
) -> None:
    assert site.archive(url).exit_code == 0
    assert site.mistakes(topics) == []
    size = site.forum.settings.topics_per_page
    pages = list_pages(address, len(topics), size)
    entrance = [url] if url not in pages else []
    wanted = (service(site), entrance, pages, site.topic_paths(topics))
    assert site.surplus(*wanted) == ([], [])
    assert site.sync().exit_code == 0
    assert len(site.asked) <= 3, site.asked


def test_a_tag_is_its_topics(site: Site) -> None:
    tag, topics = max(site.catalogue.tags.values(), key=lambda one: len(one[1]))
    collected(site, site.links.tag(tag), lambda page: site.links.tag(tag, page), topics)


def test_a_view_is_its_topics(site: Site) -> None:
    topics = list(site.catalogue.views["popular"])
    links = site.links
    collected(site, links.view("popular"), lambda page: links.view("popular", page), topics)


def most_industrious(site: Site) -> DemoAuthor:
    return max(site.forum.authors, key=lambda one: len(site.catalogue.started_by(one)))


def test_somebodys_topics_are_those_that_he_or_she_started(site: Site) -> None:
    author = most_industrious(site)
    topics, links = list(site.catalogue.started_by(author)), site.links
    collected(site, links.started(author), lambda page: links.started(author, page), topics)


def test_a_profile_leads_to_the_topics_of_its_owner_and_to_no_others(plain: Site) -> None:
    author = most_industrious(plain)
    topics, links = list(plain.catalogue.started_by(author)), plain.links
    collected(plain, links.user(author), lambda page: links.started(author, page), topics)


def test_a_view_without_topics_holds_those_that_come(plain: Site) -> None:
    assert not plain.catalogue.views["no-replies"]
    assert plain.archive(plain.links.view("no-replies")).exit_code == 0
    plain.forum = life.add_topic(plain.forum, "glue", "Anybody?")
    assert plain.sync().exit_code == 0
    assert plain.mistakes([plain.forum.topics[-1]]) == []


@pytest.mark.parametrize("which", ["index", "part"])
def test_a_sitemap_is_the_topics_that_it_names(which: str, plain: Site) -> None:
    topics = [topic for topic in plain.catalogue.topics if not topic.closed]
    own = sitemaps(plain) if which == "index" else sitemaps(plain)[1:]
    report = plain.archive(own[0])
    assert (report.exit_code, report.notes) == (0, ())
    assert plain.mistakes(topics) == []
    assert plain.surplus(service(plain), own, plain.topic_paths(topics)) == ([], [])


def test_a_sitemap_tells_nothing_of_new_replies_so_every_topic_is_looked_at(plain: Site) -> None:
    plain.archive(plain.links.sitemap)
    grown, closed = plain.forum.topics[3], plain.forum.topics[4]
    plain.forum = life.add_reply(plain.forum, grown.topic_id)
    plain.forum = life.add_topic(plain.forum, "glue", "Something else")
    plain.forum = life.close_topic(plain.forum, closed.topic_id)
    report = plain.sync()
    assert report.exit_code == 0
    assert plain.mistakes() == []
    assert plain.gone() == {}, "a closed topic is in no sitemap"
    others = [one for one in plain.forum.topics if one.topic_id != closed.topic_id]
    last = [plain.topic_paths([topic])[-1] for topic in others]
    assert plain.surplus(sitemaps(plain), last, plain.topic_paths([closed])) == ([], [])


def test_a_site_whose_home_links_no_forum_is_what_its_sitemaps_name(plain: Site) -> None:
    def unlinked(request: DemoRequest) -> DemoAnswer | None:
        if request.path == "/":
            page = plain.server.ordinary("/").body.replace(b"/forums/", b"/about/")
            return DemoAnswer(headers=(("Content-Type", "text/html"),), body=page)
        return DemoAnswer(status=404) if request.path in {"/forums/", "/about/"} else None

    plain.server.intercept = unlinked
    assert plain.archive(plain.server.url).exit_code == 0
    assert plain.mistakes([one for one in plain.catalogue.topics if not one.closed]) == []
    plain.forum = life.add_topic(plain.forum, "glue", "Something else")
    assert plain.sync().exit_code == 0
    assert plain.mistakes([one for one in plain.catalogue.topics if not one.closed]) == []


@pytest.mark.parametrize(
    ("asked", "found"),
    [("/forums/topic/long-gone/", "/"), ("/forums/forum/closed-down/", "/forums/")],
)
def test_what_sends_its_visitors_home_is_not_the_whole_site(
    asked: str, found: str, plain: Site
) -> None:
    def send(request: DemoRequest) -> DemoAnswer | None:
        moved = DemoAnswer(status=302, headers=(("Location", found),))
        return moved if request.path == asked else None

    plain.server.intercept = send
    report = plain.archive(plain.server.url + asked)
    assert report.exit_code == 5
    assert "something else" in (report.topics[0].error or "")
    assert report.lists == ()

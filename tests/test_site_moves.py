"""A forum goes on somewhere else, or looks otherwise: it is the same one where numbers and texts agree, and nothing is kept twice."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from parsers.errors import UsageError
from scraper.demo import DemoServer, DemoSettings, generate, life, life_site
from scraper.demo.permalink import Links
from tests.archiving import rarely
from tests.whole_forum import DAY, Site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from scraper.demo import DemoForum

    Change = Callable[[DemoForum], DemoForum]


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with Site.of(tmp_path_factory.mktemp("archived"), topics=12, posts=12) as made:
        made.archive()
        made.clock.advance(DAY)
        yield made


@pytest.fixture
def site(archived: Site, tmp_path: Path) -> Iterator[Site]:
    with archived.as_it_is(tmp_path) as made:
        yield made


def same_posts(site: Site, before: list[dict[str, Any]]) -> None:
    """Nothing is new, changed or gone but what has to be."""
    assert site.mistakes() == []
    assert site.gone() == {}
    assert site.query("SELECT * FROM post_moves") == []
    now = told(site.records())
    assert told(before) == {
        number: now[number] for number in (record["post_id"] for record in before)
    }


def told(records: list[dict[str, Any]]) -> dict[int, list[object]]:
    """What stays of each post; its time to the minute, since the feed of the newest posts tells the second as well."""
    keys = ("topic_id", "body_text", "first_seen")
    return {
        record["post_id"]: [record["published"][:16], *(record[key] for key in keys)]
        for record in records
    }


def revised(site: Site) -> list[int]:
    """Posts that say something else than before."""
    return [number for (number,) in site.query("SELECT post_id FROM revisions WHERE revision > 1")]


def pages_of_topics(site: Site) -> int:
    """How many pages of topics the last run asked for."""
    return sum("topic/" in path or "topic=" in path for path in site.asked)


def entrances(site: Site) -> list[str]:
    topic = site.forum.topics[3]
    return [
        site.links.index,
        f"{site.server.url}/",
        site.links.board(site.board("glue")),
        site.links.topic(topic),
        site.links.reply(topic.posts[2]),
    ]


@pytest.mark.parametrize("entrance", [0, *rarely(1, 2, 3, 4)])
def test_at_another_domain_it_is_the_same_forum_and_is_not_archived_again(
    entrance: int, site: Site
) -> None:
    before = site.records()
    old = site.server
    with DemoServer(site.forum) as moved:
        site.server = moved
        report = site.archive(entrances(site)[entrance])
        assert report.exit_code == 0
        host = moved.url.removeprefix("http://")
        assert report.notes[0] == f"the site has moved from {old.url[7:]} to {host}"
        # One of them tells that it is the same forum; none of the others is read again.
        assert pages_of_topics(site) <= 4, site.asked
        assert max(Counter(site.asked).values()) <= 2
        assert site.query("SELECT host FROM site") == [(host,)]
        site.clock.advance(DAY)
        grown = site.forum.topics[5]
        site.forum = life.add_reply(site.forum, grown.topic_id)
        assert site.sync().exit_code == 0
        assert len(site.asked) <= 9, site.asked
        assert site.sync(audit=1.0).exit_code == 0
        same_posts(site, before)
        assert revised(site) == []
        site.server = old


def test_another_forum_is_not_taken_for_it_though_its_numbers_are_the_same(site: Site) -> None:
    other = generate(
        DemoSettings(showcase=False, topics=12, posts=12, per_page=5, topics_per_page=4, seed=2)
    )
    before, old = site.records(), site.server
    with DemoServer(other) as elsewhere:
        for url in (
            f"{elsewhere.url}/forums/",
            f"{elsewhere.url}/",
            Links(base=elsewhere.url).topic(other.topics[0]),
        ):
            with pytest.raises(UsageError, match="is not the same forum"):
                site.archive(url)
    assert site.server is old
    assert site.records() == before
    assert site.query("SELECT host FROM site") == [(old.url.removeprefix("http://"),)]
    assert site.query("SELECT count(*) FROM runs") == [(1,)]


@pytest.mark.parametrize("plain", [True, *rarely(False)])
def test_with_other_permalinks_it_is_the_same_forum(plain: bool, tmp_path: Path) -> None:
    with Site.of(tmp_path, topics=12, posts=12, plain_permalinks=not plain) as site:
        site.archive()
        before = site.records()
        site.clock.advance(DAY)
        site.forum = life_site.change_permalinks(site.forum, plain=plain)
        grown = site.forum.topics[5]
        site.forum = life.add_reply(site.forum, grown.topic_id)
        if plain:  # the old addresses lead nowhere then
            assert site.sync().exit_code == 5
            assert site.gone() == {}
        assert site.archive(site.links.index).exit_code == 0
        assert pages_of_topics(site) <= 4, site.asked
        site.clock.advance(DAY)
        assert site.sync().exit_code == 0
        assert len(site.asked) <= 4, site.asked
        assert site.sync(audit=1.0).exit_code == 0
        same_posts(site, before)
        assert revised(site) == []


CHANGES: dict[str, Change] = {
    "theme": lambda forum: life_site.change_theme(forum, "themed"),
    "older theme": lambda forum: life_site.change_theme(forum, "classic"),
    "language": lambda forum: life_site.change_language(forum, "nl_NL"),
    "page size": lambda forum: life_site.change_page_size(forum, 4),
    "threads": lambda forum: life_site.change_threads(forum, threaded=True),
}


@pytest.mark.parametrize("what", ["theme", *rarely(*list(CHANGES)[1:])])
def test_with_another_look_it_is_the_same_forum(what: str, site: Site) -> None:
    before = site.records()

    def change(forum: DemoForum) -> DemoForum:
        return life.add_reply(CHANGES[what](forum), forum.topics[5].topic_id)

    site.forum = change(site.forum)
    assert site.sync().exit_code == 0
    assert site.gone() == {}
    assert site.sync(audit=1.0).exit_code == 0
    assert site.sync(audit=1.0).exit_code == 0
    assert site.mistakes() == []
    assert site.gone() == {}
    bodies = {record["post_id"]: record["body_text"] for record in before}
    assert bodies.items() <= {one["post_id"]: one["body_text"] for one in site.records()}.items()

"""Index, forums, tags, profiles and sitemaps of the demo forum are read, in every theme and language, as the forum knows itself."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from parsers.document import read_document
from parsers.records import Page
from parsers.registry import parse_list, parse_profile, recognise
from parsers.sitemap import parse_sitemap
from scraper.demo import DemoSettings, expected_topics, generate
from scraper.demo.catalogue import Catalogue
from scraper.demo.forum import LOCALES, THEMES
from scraper.demo.permalink import Links
from scraper.demo.site import DemoSite

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator

    from parsers.list_records import ForumRow, ListPage, TopicRow
    from scraper.demo.forum import DemoAuthor, DemoBoard, DemoTopic

_BASE = "http://127.0.0.1:7"
# One of each in every run; all together in the sweep.
_USUAL = [("default", "en_US", False, False), ("classic", "nl_NL", True, True), ("table", "de_DE", False, True),
          ("themed", "nl_NL", False, False)]  # fmt: skip


def _world_settings() -> Iterator[Any]:
    for theme, locale, plain, lead in product(THEMES, LOCALES, (False, True), (False, True)):
        settings = {"theme": theme, "locale": locale, "plain_permalinks": plain, "lead": lead}
        is_usual = (theme, locale, plain, lead) in _USUAL
        yield pytest.param(
            settings, id=_name(settings), marks=() if is_usual else pytest.mark.sweep
        )


def _name(settings: dict[str, Any]) -> str:
    return "-".join(
        str(value) if isinstance(value, str) else key for key, value in settings.items() if value
    )


class _World:
    """A demo site and what it holds."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401  handed on to DemoSettings
        self.forum = generate(
            DemoSettings(topics=28, posts=7, per_page=5, topics_per_page=4, **settings)
        )
        self.catalogue = Catalogue(self.forum)
        self.links = Links(base=_BASE, plain=self.forum.settings.plain_permalinks)
        self.titles = {one.topic_id: one for one in expected_topics(self.forum, _BASE)}
        self._site = DemoSite(self.forum, _BASE)

    def page(self, url: str) -> Page:
        parts = urlsplit(url)
        path = parts.path or "/"
        answer = self._site.answer(f"{path}?{parts.query}" if parts.query else path)
        return Page(
            url=url,
            final_url=url,
            status=answer.status,
            headers=tuple(answer.headers),
            body=answer.body,
            fetched_at=datetime(2025, 1, 15, 12, tzinfo=UTC),
        )

    def list_page(self, url: str) -> ListPage:
        document = read_document(self.page(url))
        engine, kind = recognise(document)
        assert kind in {"forum", "list"}, url
        found = parse_list(engine, document)
        assert found.problems == ()
        return found

    def all_pages(self, url: str) -> list[ListPage]:
        first = self.list_page(url)
        return [first, *(self.list_page(other) for _, other in first.pager.urls[1:])]

    def count(self, topics: list[DemoTopic]) -> int:
        """What the column of posts says of topics."""
        return sum(len(topic.posts) - self.forum.settings.lead for topic in topics)


@pytest.fixture(scope="module", params=_world_settings())
def world(request: pytest.FixtureRequest, tried: Counter[str]) -> _World:
    tried["demo forums whose lists were read"] += 1
    return _World(**request.param)


def _assert_topic(world: _World, row: TopicRow, shown_in: DemoBoard | None) -> None:
    truth, topic = (
        world.titles[row.topic_id or 0],
        world.catalogue.posts_by_id[row.topic_id or 0][0],
    )
    last = world.catalogue.last_post(topic)
    layout = world.catalogue.layout(topic)
    name = truth.posts[0].author_name if truth.posts else None
    assert (row.title, row.url, row.status) == (truth.title, truth.url, truth.status)
    assert (row.count, row.voices) == (
        world.count([topic]),
        len({post.author.user_id for post in topic.posts}),
    )
    assert row.sticky == (topic.sticky if world.forum.settings.theme != "table" else row.sticky)
    assert row.pager.last == layout.flat_page_count
    assert row.author is not None
    assert row.author.name == (name or row.author.name)
    assert row.last_post is not None
    assert row.last_post.text
    if last is not topic.opening:
        assert row.last_post.post_id == last.post_id
    if shown_in is None or topic.board.board_id != shown_in.board_id:
        assert row.forum is not None
        assert (row.forum.title, row.forum.url) == (
            topic.board.title,
            world.links.board(topic.board),
        )
    else:
        assert row.forum is None


def _assert_forum(world: _World, row: ForumRow, board: DemoBoard) -> None:
    topics = list(world.catalogue.topics_below(board))
    assert (row.forum_id, row.title, row.url) == (
        board.board_id,
        board.title,
        world.links.board(board),
    )
    assert (row.topics, row.count, row.is_category) == (
        len(topics),
        world.count(topics),
        board.is_category,
    )
    assert (row.last_post is None) == (not topics)
    below = world.catalogue.boards_under(board)
    if row.forums:
        assert [one.title for one in row.forums] == [one.title for one in below]
        assert [one.topics for one in row.forums] == [
            len(world.catalogue.topics_below(one)) for one in below
        ]
    else:
        assert board.is_category or not below


def _assert_boards(world: _World, rows: tuple[ForumRow, ...], parent: DemoBoard | None) -> None:
    boards = world.catalogue.boards_under(parent)
    assert len(rows) == len(boards)
    for row, board in zip(rows, boards, strict=True):
        _assert_forum(world, row, board)


def test_the_index_lists_every_forum_at_the_root(world: _World) -> None:
    found = world.list_page(world.links.index)
    assert (found.kind, found.forum_id, found.topics) == ("index", None, ())
    assert found.counts == ("replies" if world.forum.settings.lead else "posts")
    _assert_boards(world, found.forums, None)


def test_every_forum_lists_its_topics_once_and_those_on_top_of_all(world: _World) -> None:
    above = {topic.topic_id for topic in world.catalogue.super_stickies}
    for board in world.forum.boards:
        pages = world.all_pages(world.links.board(board))
        _assert_boards(world, pages[0].forums, board)
        for page in pages:
            assert (page.kind, page.forum_id, page.title) == ("forum", board.board_id, board.title)
            assert page.url == world.links.board(board)
            assert [one.title for one in page.forum] == [
                one.title for one in board.lineage[:-1]
            ] or world.forum.settings.theme == "table"
            for row in page.topics:
                _assert_topic(world, row, board)
        own = {topic.topic_id for topic in world.catalogue.topics_of(board)}
        listed = {row.topic_id for page in pages for row in page.topics}
        assert listed - above == own - above
        _assert_claims(pages, len(own))


def _assert_claims(pages: list[ListPage], own: int) -> None:
    """What is on top counts on the first page alone, and may make it link a page that holds nothing."""
    full = [page for page in pages if page.topics]
    for page in full:
        assert page.claim is not None
        assert page.claim.unit == "topics"
        assert page.claim.count in {len(page.topics), None}
    if len(full) > 1:
        assert full[-1].claim is not None
        assert full[-1].claim.total == own
    assert all(page.notice for page in pages if not page.topics and not page.forums)


def test_every_tag_lists_its_topics(world: _World) -> None:
    assert world.catalogue.tags
    for tag, topics in world.catalogue.tags.values():
        pages = world.all_pages(world.links.tag(tag))
        assert {page.kind for page in pages} == {"tag"}
        assert all(tag.name in page.title for page in pages)
        rows = [row for page in pages for row in page.topics]
        assert {row.topic_id for row in rows} == {topic.topic_id for topic in topics}
        for row in rows:
            _assert_topic(world, row, None)


def test_every_view_lists_its_topics(world: _World) -> None:
    for name, topics in world.catalogue.views.items():
        pages = world.all_pages(world.links.view(name))
        assert {page.kind for page in pages} == {"view"}
        rows = [row for page in pages for row in page.topics]
        assert [row.topic_id for row in rows] == [topic.topic_id for topic in topics]


def test_everybody_has_a_list_of_topics(world: _World) -> None:
    for author in world.forum.authors:
        pages = world.all_pages(world.links.started(author))
        assert {page.kind for page in pages} == {"started"}
        rows = [row for page in pages for row in page.topics]
        topics = world.catalogue.started_by(author)
        assert [row.topic_id for row in rows] == [topic.topic_id for topic in topics]


def test_every_profile_tells_who_it_is(world: _World) -> None:
    for author in world.forum.authors:
        _assert_profile(world, author)


def _assert_profile(world: _World, author: DemoAuthor) -> None:
    url = world.links.user(author)
    document = read_document(world.page(url))
    engine, kind = recognise(document)
    assert kind == "profile", url
    found = parse_profile(engine, document)
    assert found.url == url
    assert found.problems == ()
    if not world.forum.settings.plain_permalinks:
        assert found.slug == author.nicename
    if world.forum.settings.theme != "table":
        assert (found.topics, found.replies) == world.catalogue.written_by(author)
        assert found.role_key == author.role


def test_the_sitemaps_name_every_open_topic_and_forum(world: _World) -> None:
    index = parse_sitemap(world.page(world.links.sitemap))
    assert index.is_index
    by_subject = {one.holds: one.url for one in index.entries}
    listed = parse_sitemap(world.page(by_subject["forums"]))
    assert {one.url for one in listed.entries} == {
        world.links.board(board) for board in world.forum.boards
    }
    topics = parse_sitemap(world.page(by_subject["topics"]))
    assert {one.url for one in topics.entries} == {
        one.url for one in world.titles.values() if one.status == "open"
    }

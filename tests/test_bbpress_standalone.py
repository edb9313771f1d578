"""The engine of stand-alone bbPress reads every topic of the demo forum, shown in its markup, as the forum itself knows it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from lxml import html

from parsers.document import read_document
from parsers.engines.bbpress_standalone import ENGINE
from parsers.records import Page
from parsers.registry import recognise
from scraper.demo import DemoRequest, DemoServer, DemoSettings, expected_topics, generate
from tests.standalone_forum import StandaloneForum

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.records import TopicPage
    from scraper.demo import DemoTopic


def _pages(forum: StandaloneForum, topic: DemoTopic) -> Iterator[TopicPage]:
    first = _read(forum, forum.url(topic))
    yield first
    for _, url in first.pager.urls[1:]:
        yield _read(forum, url)


def _read(forum: StandaloneForum, url: str) -> TopicPage:
    answer = forum(DemoRequest(number=1, method="GET", path=url.removeprefix(forum.server.url)))
    assert answer is not None, url
    now = datetime(2025, 1, 15, 12, tzinfo=UTC)
    page = Page(url=url, final_url=url, status=200, body=answer.body, fetched_at=now)
    document = read_document(page)
    engine, kind = recognise(document)
    assert (engine, kind) == (ENGINE, "topic")
    return engine.parse_topic(document)


def _tree(source: str) -> str:
    """HTML in one way of writing it."""
    element = html.fragment_fromstring(source, create_parent="div")
    return html.tostring(element, encoding="unicode")


@pytest.mark.parametrize("plain", [False, True])
def test_every_post_is_as_the_forum_knows_it(*, plain: bool) -> None:
    server = DemoServer(generate(DemoSettings(topics=24, posts=12, per_page=5)))
    forum = StandaloneForum(server=server, plain=plain)
    topics = {topic.topic_id: topic for topic in server.forum.topics if topic.access == "public"}
    for truth in expected_topics(server.forum, server.url):
        if truth.is_protected:
            continue
        topic = topics[truth.topic_id]
        pages = list(_pages(forum, topic))
        assert [page.pager.current for page in pages] == list(range(1, truth.pages + 1))
        assert {(page.title, page.url, page.problems) for page in pages} == {
            (truth.title, forum.url(topic), ())
        }
        posts = {post.post_id: post for page in pages for post in page.posts}
        assert set(posts) == {post.post_id for post in truth.posts}
        for post in truth.posts:
            found = posts[post.post_id]
            assert _tree(found.body_html) == _tree(post.body_html.strip())
            assert "".join(found.body_text.split()) == "".join(post.body_text.split())
            assert (found.author.name, found.kind) == (post.author_name, post.kind)
    server.stop()


@pytest.mark.parametrize(
    "url",
    [
        "https://board.example/topic.php?id=7",
        "https://board.example/bb/topic.php?id=7&page=2#post-31",
        "https://board.example/forum.php?id=2",
        "https://board.example/profile.php?id=3",
        "https://board.example/topic/hello",
        "https://board.example/topic/hello/page/2",
        "https://board.example/topic/hello?replies=14",
    ],
)
def test_addresses_of_its_own_are_claimed(url: str) -> None:
    assert ENGINE.claims(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://forum.example/forums/topic/hello/",
        "https://forum.example/?topic=hello",
        "https://forum.example/viewtopic.php?id=7",
        "https://forum.example/",
    ],
)
def test_addresses_of_others_are_not(url: str) -> None:
    assert not ENGINE.claims(url)

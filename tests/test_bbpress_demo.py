"""The bbPress engine reads every topic page of the demo forum, in every theme, language and mode, as the forum itself knows it."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import combinations, product
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from lxml import html

from parsers.document import read_document
from parsers.errors import LoginRequiredError
from parsers.records import Page
from parsers.registry import recognise
from scraper.demo import DemoSettings, expected_topics, generate
from scraper.demo.forum import LOCALES, THEMES
from scraper.demo.site import DemoSite
from tests.archiving import rarely

if TYPE_CHECKING:
    from parsers.records import Author, ParsedPost, TopicPage
    from scraper.demo import ExpectedPost, ExpectedTopic

_BASE = "http://127.0.0.1:7"
_MODES: tuple[dict[str, bool], ...] = ({}, {"threaded": True}, {"lead": True})
_COMBINATIONS = [
    {"theme": theme, "locale": locale, "plain_permalinks": plain, **mode}
    for theme, locale, mode, plain in product(THEMES, LOCALES, _MODES, (False, True))
    if not (theme == "table" and mode.get("threaded"))
]


def _name(settings: dict[str, Any]) -> str:
    return "-".join(
        str(value) if isinstance(value, str) else key for key, value in settings.items() if value
    )


def _pairs(settings: dict[str, Any]) -> set[frozenset[tuple[str, Any]]]:
    """Any two values that are set together."""
    chosen = {"threaded": False, "lead": False, **settings}.items()
    return set(map(frozenset, combinations(chosen, 2)))


def _covering() -> list[dict[str, Any]]:
    """A few combinations in which any two values that can be set together are so: those of every run."""
    chosen: list[dict[str, Any]] = []
    left = set[frozenset[tuple[str, Any]]]().union(*map(_pairs, _COMBINATIONS))
    while left:
        best = max(_COMBINATIONS, key=lambda one: len(_pairs(one) & left))
        chosen.append(best)
        left -= _pairs(best)
    return chosen


_OFTEN = _covering()


class _Reader:
    """Gets pages of a demo site and reads them, each once."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401  handed on to DemoSettings
        self.forum = generate(DemoSettings(topics=20, posts=6, per_page=5, **settings))
        self._site = DemoSite(self.forum, _BASE)

    def page(self, url: str) -> Page:
        parts = urlsplit(url)
        answer = self._site.answer(
            f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        )
        return Page(
            url=url,
            final_url=url,
            status=answer.status,
            headers=tuple(answer.headers),
            body=answer.body,
            fetched_at=datetime(2025, 1, 15, 12, tzinfo=UTC),
        )

    def topic_page(self, url: str) -> TopicPage:
        document = read_document(self.page(url))
        engine, kind = recognise(document)
        assert kind == "topic", url
        return engine.parse_topic(document)

    def pages(self, topic: ExpectedTopic) -> list[TopicPage]:
        first = self.topic_page(topic.url)
        assert first.pager.last == topic.pages
        assert [number for number, _ in first.pager.urls] == list(range(1, topic.pages + 1))
        return [first, *(self.topic_page(url) for _, url in first.pager.urls[1:])]


def _squashed(text: str) -> str:
    return "".join(text.split())


def _tree(source: str) -> str:
    """HTML in one way of writing it."""
    element = html.fragment_fromstring(source, create_parent="div")
    return html.tostring(element, encoding="unicode")


def _expected_author(post: ExpectedPost) -> dict[str, Any]:
    author = {"name": post.author_name, "url": post.author_url, "slug": post.author_slug}
    told = {"user_id": post.user_id, "is_guest": post.is_guest, "is_deleted": post.is_deleted}
    return {**author, **{key: value for key, value in told.items() if value is not None}}


def _assert_author(author: Author, post: ExpectedPost, *, plain: bool) -> None:
    expected = _expected_author(post)
    if plain and post.author_url and "bbp_user" in post.author_url:
        expected.setdefault("user_id", author.user_id)
    assert {key: getattr(author, key) for key in expected} == expected


def _assert_post(found: ParsedPost, post: ExpectedPost) -> None:
    names = ("post_id", "kind", "url", "role", "role_key", "published_text", "reply_to", "depth")
    assert {name: getattr(found, name) for name in names} == {
        name: getattr(post, name) for name in names
    }
    assert _squashed(found.body_text) == _squashed(post.body_text)
    assert _tree(found.body_html) == _tree(post.body_html.strip())
    assert [(edit.editor, edit.reason, _squashed(edit.text)) for edit in found.edits] == [
        (edit.editor, edit.reason, _squashed(edit.text)) for edit in post.edits
    ]


@pytest.mark.parametrize(
    "settings",
    [*_OFTEN, *rarely(*(one for one in _COMBINATIONS if one not in _OFTEN))],
    ids=_name,
)
def test_every_field_is_as_the_forum_knows_it(settings: dict[str, Any]) -> None:
    reader = _Reader(**settings)
    for topic in expected_topics(reader.forum, _BASE):
        if topic.is_protected:
            with pytest.raises(LoginRequiredError):
                reader.topic_page(topic.url)
            continue
        pages = reader.pages(topic)
        posts = {post.post_id: post for page in pages for post in page.posts}
        assert set(posts) == {post.post_id for post in topic.posts}
        for post in topic.posts:
            _assert_post(posts[post.post_id], post)
            _assert_author(
                posts[post.post_id].author, post, plain=bool(settings["plain_permalinks"])
            )
        for page in pages:
            assert (page.topic_id, page.title, page.url) == (
                topic.topic_id,
                topic.title,
                topic.url,
            )
            assert page.tags == topic.tags
            assert page.problems == ()
        assert pages[0].status == topic.status


@pytest.mark.parametrize(
    "settings",
    [one for one in _COMBINATIONS if one["locale"] == "en_US" and one["theme"] != "table"],
    ids=_name,
)
def test_no_word_is_lost_where_posts_cut_their_page(settings: dict[str, Any]) -> None:
    reader = _Reader(**{**settings, "showcase": False, "page_breaks": True})
    for topic in expected_topics(reader.forum, _BASE)[:4]:
        said: dict[int, str] = {}
        for page in reader.pages(topic):
            part, last = page, 0
            for number in range(1, len(page.part_urls) + 2):
                part = page if number == 1 else reader.topic_page(dict(page.part_urls)[number])
                assert (part.part, part.pager.current) == (number, page.pager.current)
                if number > 1:
                    said[last] += _squashed(_text(part.continuation_html))
                said |= {post.post_id: _squashed(post.body_text) for post in part.posts}
                last = part.posts[-1].post_id if part.posts else last
        assert said == {post.post_id: _squashed(post.body_text) for post in topic.posts}


def _text(source: str | None) -> str:
    assert source is not None
    return html.fragment_fromstring(source, create_parent="div").text_content()

"""A whole demo forum archived in one call, in every way a site can show its topics, against what the forum itself knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree, html

from scraper.archive.database import reading
from scraper.archive.thread_reader import threads
from scraper.demo import DemoServer, DemoSettings, generate
from scraper.demo.forum import LOCALES, THEMES
from scraper.fetch.address import normalise_url
from scraper.politeness.clock import FakeClock
from scraper.sync.pipeline import ArchiveJob, archive_topics
from tests.archiving import HASTY, rarely, readable_topics, twice

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from parsers.records import Post, Thread
    from scraper.demo import ExpectedPost, ExpectedTopic
    from scraper.sync.pipeline import ArchiveReport

MODES: tuple[dict[str, Any], ...] = (
    *({"theme": theme} for theme in THEMES),
    {"locale": "nl_NL"},
    {"locale": "de_DE"},
    {"threaded": True},
    {"lead": True},
    {"lead": True, "theme": "themed", "locale": "nl_NL"},
    {"threaded": True, "lead": True, "theme": "themed"},
    {"plain_permalinks": True},
    {"per_page": 1, "topics": 20, "posts": 4},
    {"timezone": "+05:30"},
    {"rest": False},
    {"rest": False, "timezone": "America/New_York"},
    {"rest": False, "old_timezone": "America/New_York"},
)


def archived(
    folder: Path,
    **settings: Any,  # noqa: ANN401  handed on to DemoSettings as it is
) -> tuple[
    ArchiveReport, list[ExpectedTopic], list[str], dict[int | None, tuple[Thread, list[Post]]]
]:
    path = folder / "forum.db"
    chosen: dict[str, Any] = {"topics": 24, **settings}
    with DemoServer(generate(DemoSettings(**chosen))) as server:
        topics = readable_topics(server)
        job = ArchiveJob(urls=tuple(topic.url for topic in topics), path=path, fetch=HASTY)
        report = archive_topics(job, clock=FakeClock())
        asked = [request.path for request in server.requests]
    with reading(path) as archive:
        return (
            report,
            topics,
            asked,
            {thread.topic_id: (thread, list(thread.posts)) for thread in threads(archive)},
        )


RARE: tuple[dict[str, Any], ...] = (
    {"threaded": True, "theme": "classic"},
    {"lead": True, "theme": "table"},
    {"plain_permalinks": True, "lead": True},
    {"rest": False, "threaded": True},
    *({"locale": locale, "theme": theme} for locale in LOCALES[1:] for theme in THEMES),
)


@pytest.mark.parametrize(
    "settings",
    [*MODES[:8:2], *rarely(*MODES[1:8:2], *MODES[8:], *RARE)],
    ids=lambda one: "-".join(f"{key}={value}" for key, value in one.items()),
)
def test_every_post_is_archived_as_the_forum_knows_it(
    settings: dict[str, Any], tmp_path: Path
) -> None:
    report, topics, asked, held = archived(tmp_path, **settings)
    assert report.exit_code == 0
    assert [outcome.gaps for outcome in report.topics] == [()] * len(topics)
    for topic in topics:
        thread, posts = held[topic.topic_id]
        assert list(differences(facts_of_thread(thread), facts_of_topic(topic))) == []
        assert [post.post_id for post in posts] == [post.post_id for post in topic.posts]
        for post, wanted in zip(posts, topic.posts, strict=True):
            assert list(differences(facts_of(post), truth_of(wanted))) == [], wanted.url
    pages = sum(topic.pages for topic in topics)
    assert report.times is not None
    assert twice(asked) == []
    has_rest = settings.get("rest", True)
    assert len(asked) == pages + 1 + has_rest + report.times.feeds
    assert (report.times.feeds == 0) == has_rest
    assert report.traffic.requests == len(asked)


def differences(
    found: dict[str, Any], wanted: dict[str, Any]
) -> Iterator[tuple[str, object, object]]:
    """What differs; a truth of None is not told by this theme, and an hour that clocks repeat has no certain time."""
    for name, value in wanted.items():
        is_unsure = value is None or (name == "published" and found[name] is None)
        if found[name] != value and not is_unsure:
            yield name, found[name], value


def facts_of_thread(thread: Thread) -> dict[str, Any]:
    return {
        "title": thread.title,
        "url": normalise_url(thread.url or ""),
        "forum": thread.forum,
        "status": thread.status,
        "tags": thread.tags,
    }


def facts_of_topic(topic: ExpectedTopic) -> dict[str, Any]:
    return {
        "title": topic.title,
        "url": normalise_url(topic.url),
        "forum": topic.forum,
        "status": topic.status,
        "tags": topic.tags,
    }


def facts_of(post: Post) -> dict[str, Any]:
    author = post.author
    return {
        "kind": post.kind,
        "position": post.position,
        "url": post.url,
        "author": (author.name, author.url, author.slug, author.user_id),
        "is_guest": author.is_guest,
        "is_deleted": author.is_deleted,
        "role": (post.role, post.role_key),
        "published_text": post.published_text,
        "published_local": (post.published_local or "")[:16],
        "published": post.published[:16] if post.published else None,
        "reply_to": (post.reply_to, post.depth or 0),
        "body_text": squashed(post.body_text),
        "body_html": plain(post.body_html),
        "edits": [(" ".join(edit.text.split()), edit.editor, edit.reason) for edit in post.edits],
    }


def truth_of(post: ExpectedPost) -> dict[str, Any]:
    return {
        "kind": post.kind,
        "position": post.position,
        "url": post.url,
        "author": (post.author_name, post.author_url, post.author_slug, post.user_id),
        "is_guest": post.is_guest,
        "is_deleted": post.is_deleted or None,
        "role": (post.role, post.role_key),
        "published_text": post.published_text,
        "published_local": post.published_local,
        "published": post.published[:16],
        "reply_to": (post.reply_to, post.depth or 0),
        "body_text": squashed(post.body_text),
        "body_html": plain(post.body_html),
        "edits": [(" ".join(edit.text.split()), edit.editor, edit.reason) for edit in post.edits],
    }


def squashed(text: str) -> str:
    return "".join(text.split())


def plain(markup: str) -> str:
    """The same markup always the same way: quotes in attributes, and the slash of empty elements, can be written in two."""
    element = html.fragment_fromstring(markup, create_parent="div")
    return etree.tostring(element, encoding="unicode", method="html").strip()


def test_ambiguous_times_are_the_only_ones_left_open(tmp_path: Path) -> None:
    report, topics, _, held = archived(tmp_path)
    open_times = [
        post.published_local
        for topic in topics
        for post in held[topic.topic_id][1]
        if post.published is None
    ]
    # The hour that Amsterdam's clocks showed twice.
    assert open_times
    assert all(local and local.startswith("2019-10-27T02:") for local in open_times)
    assert report.times is not None
    assert report.times.without_utc == len(open_times)


def of_topic(topics: Sequence[ExpectedTopic], slug: str) -> ExpectedTopic:
    return next(topic for topic in topics if topic.slug == slug)


def test_stickiness_is_kept_where_the_page_shows_it(tmp_path: Path) -> None:
    _, topics, _, held = archived(tmp_path, lead=True)
    shown = {
        slug: held[of_topic(topics, slug).topic_id][0].sticky
        for slug in ("read-this-first", "house-rules")
    }
    assert shown == {"read-this-first": "super", "house-rules": "sticky"}

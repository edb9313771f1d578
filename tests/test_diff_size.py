"""Comparing large archives: what is the same costs no memory, and what differs is held no longer than its topic."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

import pytest

from scraper.archive.comparison import comparing_archives, comparing_moments, topic_differences
from scraper.archive.database import writing
from scraper.archive.run import ensure_run
from tests.test_memory import most_held

if TYPE_CHECKING:
    import sqlite3
    from collections import Counter
    from pathlib import Path

pytestmark = [pytest.mark.sweep, pytest.mark.alone]

_FEW, _MANY = 1_000, 10_000
_POSTS_A_TOPIC = 20
# For each post more that is there; one that was held would take some hundreds.
_BYTES_A_POST = 40
_THEN = "2026-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[int, bool], Path]:
    """Small and large archives, as they were first and with every body changed."""
    folder = tmp_path_factory.mktemp("archives")
    return {
        (posts, is_changed): _made(folder / f"{posts}-{is_changed}.db", posts, is_changed)
        for posts in (_FEW, _MANY)
        for is_changed in (False, True)
    }


def _made(path: Path, posts: int, is_changed: bool) -> Path:  # it tells two archives apart
    with (
        writing(path, command="test", host="forum.test") as archive,
        archive.transaction() as connection,
    ):
        ensure_run(connection, archive, _THEN)
        for statement in _BASE:
            connection.execute(statement)
        for first in range(1, posts, _POSTS_A_TOPIC):
            _add_topic(connection, first, is_changed)
    return path


_BASE = (
    "INSERT INTO contents (sha256, size, zstd) VALUES ('x', 1, x'00')",
    """
    INSERT INTO pages (page_id, run_id, kind, url, final_url, status, headers, redirects, fetched_at, sha256)
    VALUES (1, 1, 'topic', '', '', 200, '[]', '[]', '2026-01-01T00:00:00Z', 'x')
    """,
    "INSERT INTO authors (name, url, slug, user_id, is_guest) VALUES ('Ada', 'u', 'ada', 1, 0)",
)
_TOPIC = """
INSERT INTO topics (topic_id, title, sticky, tags, feed_urls, engine, replies_need_login, first_seen, last_seen)
VALUES (:first, 'A topic', 'no', '[]', '[]', 'bbpress', 0, :then, :then)
"""
_POST = """
INSERT INTO posts (post_id, topic_key, kind, author_id, edits, problems, page_id, number, part, ordinal, revision,
                   first_seen, last_seen)
VALUES (:post_id, :topic_key, 'reply', 1, '[]', '[]', 1, 1, 1, :post_id, :revision, :then, :then)
"""
_BODY = """
INSERT INTO revisions (post_id, revision, body_html, body_text, is_cut, seen_at, page_id)
VALUES (:post_id, :revision, :text, :text, 0, :then, 1)
"""


def _add_topic(connection: sqlite3.Connection, first: int, is_changed: bool) -> None:  # likewise
    key = connection.execute(_TOPIC, {"first": first, "then": _THEN}).lastrowid
    for post_id in range(first, first + _POSTS_A_TOPIC):
        values = {"post_id": post_id, "topic_key": key, "then": _THEN}
        connection.execute(_POST, {**values, "revision": 1 + is_changed})
        bodies = ["some words of a post", "some other words of a post"]
        for revision, text in enumerate(bodies[: 1 + is_changed], 1):
            seen = f"2026-0{revision}-01T00:00:00Z"
            connection.execute(_BODY, {**values, "revision": revision, "text": text, "then": seen})


def _between_archives(old: Path, new: Path) -> int:
    with comparing_archives(old, new) as comparison:
        return sum(len(topic.posts) for topic in topic_differences(comparison))


def _between_moments(path: Path) -> int:
    with comparing_moments(path, "2026-02-01") as comparison:
        return sum(len(topic.posts) for topic in topic_differences(comparison))


@pytest.mark.parametrize("is_changed", [False, True], ids=["the same", "all changed"])
def test_comparing_holds_no_posts(
    is_changed: bool,  # a parameter of pytest's
    archives: dict[tuple[int, bool], Path],
    tried: Counter[str],
) -> None:
    held: list[int] = []
    for posts in (_FEW, _MANY):
        old, new = archives[posts, False], archives[posts, is_changed]
        assert _between_archives(old, new) == (posts if is_changed else 0)
        held.append(most_held(partial(_between_archives, old, new)))
        tried["posts compared while their memory was watched"] += posts
    assert held[1] - held[0] < _BYTES_A_POST * (_MANY - _FEW)


def test_comparing_moments_holds_no_posts(archives: dict[tuple[int, bool], Path]) -> None:
    held: list[int] = []
    for posts in (_FEW, _MANY):
        path = archives[posts, True]
        assert _between_moments(path) == posts
        held.append(most_held(partial(_between_moments, path)))
    assert held[1] - held[0] < _BYTES_A_POST * (_MANY - _FEW)


def test_what_is_the_same_is_told_at_once(archives: dict[tuple[int, bool], Path]) -> None:
    began = time.process_time()
    assert _between_archives(archives[_MANY, False], archives[_MANY, False]) == 0
    assert time.process_time() - began < 2

"""Erasing on pages of every kind: parts of cut pages, stand-alone bbPress, unknown themes; pictures and files; what is imported."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from parsers.erasure import folded_words
from scraper.archive.database import reading
from scraper.demo.prose import PAGE_BREAK
from scraper.politeness.clock import FakeClock
from scraper.sync.deep_check import verify_deeply
from scraper.sync.erasing import ErasureJob, erase
from scraper.sync.reparsing import reparse
from tests.erasing import bytes_everywhere, planted, traces_in
from tests.test_sync_standalone import Board
from tests.whole_forum import Site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def sound(path: Path) -> None:
    with reading(path) as archive:
        verdict = verify_deeply(archive, FakeClock())
    assert (verdict.damage, verdict.exit_code) == ((), 0)


CHANGED = ("source_sha256", "position", "edits", "topic_title", "reply_to")

@pytest.mark.parametrize("settings", [{}, {"theme": "themed"}, {"theme": "classic"}, {"lead": True}], ids=str)
def test_a_post_that_cuts_its_page_goes_with_all_its_parts(tmp_path: Path, settings: dict[str, Any]) -> None:
    with Site.of(tmp_path, page_breaks=True, topics=8, posts=12, per_page=15, **settings) as site:
        site.archive()
        cut = [post for topic in site.forum.topics for post in topic.posts if PAGE_BREAK in post.body.html]
        assert cut
        for post in cut:
            before = site.records(*CHANGED)
            text = next(one["body_text"] for one in before if one["post_id"] == post.post_id)
            words = [line.strip() for line in text.splitlines() if len(line.split()) > 5]
            assert words
            report = erase(ErasureJob(path=site.path, whom=str(post.post_id), kind="post"), FakeClock())
            print(report)
            assert site.records(*CHANGED) == [one for one in before if one["post_id"] != post.post_id]
            for line in words:
                assert not [p for p, data in bytes_everywhere(site.path) if line.encode() in data], line
            sound(site.path)
            assert site.sync().exit_code == 0
        assert reparse(site.path, FakeClock()).exit_code == 0
        sound(site.path)
        report = site.archive(*(one.url for one in site.readable()), audit=1.0)
        assert report.exit_code == 0, [one for one in report.topics if one.exit_code]
        assert not {post.post_id for post in cut} & {one["post_id"] for one in site.records()}
        sound(site.path)


@pytest.mark.parametrize("plain", [False, True])
def test_standalone(tmp_path: Path, plain: bool) -> None:
    with Board.of(tmp_path, plain=plain) as board:
        from scraper.demo.forum import DemoAuthor
        from tests.erasing import NAME, SLUG, SENTENCE, written
        person = DemoAuthor(user_id=777, name=NAME, nicename=SLUG)
        posts = list(board.topic.posts)
        for at in (0, 3, 11, 47):
            posts[at] = replace(posts[at], author=person, body=written(f"{SENTENCE} {at}"))
        board.put(*posts)
        board.server.forum = replace(board.server.forum, authors=(*board.server.forum.authors, person))
        board.archive()
        live = board.live()
        own = {posts[at].post_id for at in (0, 3, 11, 47)}
        report = erase(ErasureJob(path=board.path, whom=NAME), FakeClock())
        print(report)
        assert report.posts == 4
        assert board.live() == [one for one in live if one not in own]
        assert traces_in(board.path) == []
        sound(board.path)
        assert board.archive().exit_code == 0
        assert board.live() == [one for one in live if one not in own]
        assert traces_in(board.path) == []
        reparse(board.path, FakeClock())
        assert board.live() == [one for one in live if one not in own]
        sound(board.path)
        assert traces_in(board.path) == []
        report = board.archive(board.forum.url(board.topic, 2))
        print(report.topics)
        assert board.live() == [one for one in live if one not in own]

"""Topics of stand-alone bbPress are archived as those of the plugin are, though no page counts its posts in a sentence."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING, Any, Self

import pytest

from scraper.archive.database import reading
from scraper.archive.thread_reader import threads
from scraper.demo import DemoAnswer, DemoRequest, DemoServer, DemoSettings, generate
from scraper.politeness.clock import FakeClock
from scraper.sync.deep_check import verify_deeply
from scraper.sync.importing import ImportJob, import_source
from scraper.sync.pipeline import ArchiveJob, archive_topics
from scraper.sync.reparsing import reparse
from tests.archiving import HASTY, InterruptAfter, exported
from tests.standalone_forum import StandaloneForum

if TYPE_CHECKING:
    from collections import Counter
    from pathlib import Path

    from parsers.records import Thread
    from scraper.demo import DemoPost, DemoTopic
    from scraper.sync.pipeline import ArchiveReport
    from tests.conftest import CommandLine


@dataclass(slots=True)
class Board:
    """A stand-alone board of two topics, one of ten pages, and an archive of it."""

    server: DemoServer
    forum: StandaloneForum
    path: Path
    clock: FakeClock

    @classmethod
    def of(cls, folder: Path, *, plain: bool = False, **settings: Any) -> Self:  # noqa: ANN401  handed on as it is
        clock = FakeClock()
        chosen: dict[str, Any] = {"showcase": False, "topics": 2, "posts": 48, "per_page": 5}
        chosen |= {"rest": False, "now": clock.now(), **settings}
        server = DemoServer(generate(DemoSettings(**chosen)))
        forum = StandaloneForum(server=server, plain=plain)
        server.intercept = forum
        return cls(server=server, forum=forum, path=folder / "board.db", clock=clock)

    def __enter__(self) -> Self:
        self.server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.stop()

    @property
    def topic(self) -> DemoTopic:
        return self.server.forum.topics[-1]

    @property
    def ids(self) -> list[int]:
        return [post.post_id for post in sorted(self.topic.posts, key=_moment)]

    def put(self, *posts: DemoPost) -> None:
        self.server.forum = self.server.forum.with_topic(replace(self.topic, posts=posts))

    def archive(self, *urls: str, listener: Any = None) -> ArchiveReport:  # noqa: ANN401  None or a listener
        self.server.forget_requests()
        self.clock.advance(60)
        job = ArchiveJob(urls=urls or (self.forum.url(self.topic),), path=self.path, fetch=HASTY)
        return archive_topics(job, clock=self.clock, listener=listener)

    @property
    def asked(self) -> list[str]:
        return [
            one.path
            for one in self.server.requests
            if "/topic" in one.path and "rss" not in one.path
        ]

    def kept(self) -> list[Thread]:
        with reading(self.path) as archive:
            return [replace(one, posts=iter(list(one.posts))) for one in threads(archive)]

    def live(self) -> list[int]:
        (thread,) = self.kept()
        return [post.post_id for post in thread.posts if post.gone_at is None]


def _moment(post: DemoPost) -> tuple[datetime, int]:
    return post.posted, post.post_id


@pytest.mark.parametrize("plain", [False, True])
def test_every_page_of_a_topic_is_joined(tmp_path: Path, *, plain: bool) -> None:
    with Board.of(tmp_path, plain=plain) as board:
        report = board.archive()
        (outcome,) = report.topics
        assert (report.exit_code, outcome.posts, outcome.expected) == (0, 48, 48)
        assert outcome.gaps == ()
        assert outcome.topic_id == (board.topic.topic_id if plain else None)
        assert len(board.asked) == 10
        assert board.live() == board.ids
        (thread,) = board.kept()
        posts = list(thread.posts)
    assert [post.position for post in posts] == list(range(1, 49))
    assert [post.kind for post in posts] == ["topic", *["reply"] * 47]
    assert {post.engine for post in posts} == {"bbpress-standalone"}


def test_ages_bound_the_time_and_the_feed_tells_that_of_the_newest_posts(tmp_path: Path) -> None:
    with Board.of(tmp_path) as board:
        board.archive()
        truth = {post.post_id: post.posted for post in board.topic.posts}
        records = exported(board.path)
    for record in records:
        true = truth[record["post_id"]]
        if record["published_source"] == "feed":
            assert datetime.fromisoformat(record["published"]) == true
        else:
            assert record["published_source"] == "relative"
            assert record["published_earliest"] <= true.isoformat() <= record["published_latest"]
    told = [one["post_id"] for one in records if one["published_source"] == "feed"]
    assert told == [post.post_id for post in board.topic.posts[-10:]]


def test_a_second_visit_asks_for_the_last_page_and_finds_what_is_new(tmp_path: Path) -> None:
    with Board.of(tmp_path) as board:
        board.archive()
        last = board.topic.posts[-1]
        board.put(*board.topic.posts, replace(last, post_id=board.server.forum.free_id))
        (outcome,) = board.archive().topics
        assert board.asked == [board.forum.url(board.topic, 10).removeprefix(board.server.url)]
        assert (outcome.saved.new, outcome.posts, outcome.exit_code) == (1, 49, 0)
        assert len(board.kept()) == 1


@pytest.mark.parametrize("plain", [False, True])
def test_a_topic_is_one_also_after_its_pages_were_read_anew(
    tmp_path: Path, *, plain: bool
) -> None:
    """Nothing but its address tells which topic it is where addresses have names."""
    with Board.of(tmp_path, plain=plain) as board:
        board.archive()
        with reading(board.path) as archive:
            assert verify_deeply(archive, board.clock).exit_code == 0
        report = reparse(board.path, board.clock)
        assert (report.exit_code, len(report.topics)) == (0, 1)
        assert len(board.kept()) == 1
        with reading(board.path) as archive:
            assert verify_deeply(archive, board.clock).exit_code == 0


@pytest.mark.parametrize("after", [2, 5, 9])
def test_a_post_that_is_deleted_meanwhile_hides_no_other(tmp_path: Path, after: int) -> None:
    with Board.of(tmp_path) as board:
        ordinary = board.forum

        def delete_then_answer(request: DemoRequest) -> DemoAnswer | None:
            is_at = request.path.endswith(f"/page/{after}")
            if is_at and len(board.topic.posts) == 48:
                board.put(*(one for place, one in enumerate(board.topic.posts) if place != 3))
            return ordinary(request)

        board.server.intercept = delete_then_answer
        report = board.archive()
        assert report.exit_code == 0
        assert board.live() == board.ids


def test_a_page_that_fails_is_a_gap_and_is_repaired_by_the_next_run(tmp_path: Path) -> None:
    with Board.of(tmp_path) as board:
        ordinary = board.forum

        def fail(request: DemoRequest) -> DemoAnswer | None:
            return (
                DemoAnswer(status=500) if request.path.endswith("/page/4") else ordinary(request)
            )

        board.server.intercept = fail
        (outcome,) = board.archive().topics
        assert "page-missing" in {gap.code for gap in outcome.gaps}
        assert outcome.posts == 43
        board.server.intercept = ordinary
        report = board.archive()
        assert (report.exit_code, board.live()) == (0, board.ids)


def test_a_page_with_a_hole_is_short(tmp_path: Path) -> None:
    """Places tell what a page without a count sentence leaves out."""
    with Board.of(tmp_path) as board:
        ordinary = board.forum
        lost = board.ids[12]

        def swallow(request: DemoRequest) -> DemoAnswer | None:
            answer = ordinary(request)
            if answer is None or b'<ol id="thread"' not in answer.body:
                return answer
            before, mark, rest = answer.body.partition(f'<li id="post-{lost}">'.encode())
            return replace(
                answer, body=before + rest.partition(b"</li>\n")[2] if mark else answer.body
            )

        board.server.intercept = swallow
        report = board.archive()
        assert report.exit_code == 3
        assert {gap.code for gap in report.topics[0].gaps} == {"page-short", "posts-missing"}


def test_an_interrupted_run_is_resumed(tmp_path: Path) -> None:
    with Board.of(tmp_path) as board:
        assert board.archive(listener=InterruptAfter(4)).exit_code == 130
        board.archive()
        assert len(board.asked) == 6
        assert board.live() == board.ids


def test_topics_without_numbers_are_not_mixed_up(tmp_path: Path) -> None:
    with Board.of(tmp_path) as board:
        one, other = board.server.forum.topics
        report = board.archive(board.forum.url(one), board.forum.url(other, 3))
        assert report.exit_code == 0
        kept = {thread.url: [post.post_id for post in thread.posts] for thread in board.kept()}
        assert {board.forum.url(one), board.forum.url(other)} == set(kept)
        assert kept[board.forum.url(other)] == board.ids


def test_saved_pages_of_a_topic_without_a_number_are_joined(tmp_path: Path) -> None:
    with Board.of(tmp_path) as board:
        folder = tmp_path / "saved"
        folder.mkdir()
        for number in range(1, 11):
            url = board.forum.url(board.topic, number)
            answer = board.forum(_request(url.removeprefix(board.server.url)))
            assert answer is not None
            mark = f"<!-- saved from url=(0042){url} -->\n".encode()
            (folder / f"page-{number:02}.html").write_bytes(mark + answer.body)
        report = import_source(ImportJob(source=folder, path=board.path), clock=board.clock)
        assert report.exit_code == 0
        assert board.live() == board.ids
        assert len(board.kept()) == 1


def test_reading_stored_pages_anew_changes_nothing(tmp_path: Path) -> None:
    with Board.of(tmp_path) as board:
        one, other = board.server.forum.topics
        board.archive(board.forum.url(other), board.forum.url(one))
        before = exported(board.path)
        assert reparse(board.path, board.clock).exit_code == 0
        assert exported(board.path) == before


def test_the_command_archives_a_topic_and_exports_it(
    tmp_path: Path, threadkeep: CommandLine
) -> None:
    with Board.of(tmp_path, posts=12) as board:
        output = tmp_path / "topic.jsonl"
        done = threadkeep("archive", board.forum.url(board.topic), "-a", board.path, "-o", output)
        assert done.code == 0
        records = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
        assert [one["post_id"] for one in records] == board.ids
        assert {one["topic_url"] for one in records} == {board.forum.url(board.topic)}
        assert {tuple(one["forum"]) for one in records} == {(board.topic.board.title,)}


def _request(path: str) -> DemoRequest:
    return DemoRequest(number=1, method="GET", path=path)


@pytest.mark.sweep
@pytest.mark.parametrize("seed", range(40))
def test_a_board_that_changes_meanwhile_loses_no_post_in_silence(
    tmp_path: Path, seed: int, tried: Counter[str]
) -> None:
    """At the end the archive has what the board has, or the run says that something is missing."""
    chance = Random(seed)
    with Board.of(tmp_path, posts=chance.randint(6, 48)) as board:
        ordinary, moments = board.forum, {chance.randint(1, 14) for _ in range(3)}

        def live_on(request: DemoRequest) -> DemoAnswer | None:
            if request.path.startswith("/topic/") and len(board.asked) + 1 in moments:
                tried["changes during a crawl"] += 1
                posts = list(board.topic.posts)
                if chance.random() < 0.5:
                    del posts[chance.randrange(1, len(posts))]
                else:
                    posts.append(replace(posts[-1], post_id=board.server.forum.free_id))
                board.put(*posts)
            return ordinary(request)

        board.server.intercept = live_on
        report = board.archive()
        assert report.exit_code == 3 or board.live() == board.ids
        moments.clear()
        assert board.archive().exit_code == 0
        assert board.live() == board.ids

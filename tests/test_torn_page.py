"""A page that a dying server tears in the middle of a post: the half is never passed off as the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scraper.archive.database import reading
from scraper.archive.thread_reader import threads
from scraper.demo import (
    DemoServer,
    DemoSettings,
    FaultRule,
    FaultScript,
    expected_topics,
    generate,
)
from scraper.demo.fault_kind import Fault
from scraper.fetch.settings import FetchSettings
from scraper.sync.crawl_options import CrawlOptions
from scraper.sync.pipeline import ArchiveJob, archive_topics

if TYPE_CHECKING:
    from pathlib import Path

    from parsers.records import Post
    from scraper.sync.pipeline import ArchiveReport


def _archive(url: str, path: Path, *, refresh: bool = False) -> ArchiveReport:
    crawl = CrawlOptions(refresh=refresh)
    job = ArchiveJob(urls=(url,), path=path, fetch=FetchSettings(delay=0), crawl=crawl)
    return archive_topics(job)


def _posts(path: Path) -> list[Post]:
    with reading(path) as archive:
        return list(next(threads(archive)).posts)


def test_half_a_post_is_a_gap_until_the_page_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "forum.db"
    forum = generate(DemoSettings(topics=1, posts=31, showcase=False))
    with DemoServer(forum) as server:
        topic = expected_topics(forum, server.url)[0]
        page_2 = topic.url.removeprefix(server.url) + "page/2/"
        server.intercept = FaultScript((FaultRule(fault=Fault("cut-in-post"), path=page_2),))
        torn = _archive(topic.url, path)
        halves = [post for post in _posts(path) if post.problems]
        server.intercept = None
        whole = _archive(topic.url, path, refresh=True)
    assert torn.exit_code == 3
    assert [post.post_id for post in halves] == [gap_post(torn)]
    assert halves[0].problems == ("torn-post: The page ends in the middle of this post.",)
    assert whole.exit_code == 0
    posts = _posts(path)
    assert [(post.post_id, post.revision, post.problems) for post in posts] == [
        (post.post_id, 1, ()) for post in topic.posts
    ]
    assert ["".join(post.body_text.split()) for post in posts] == [
        "".join(post.body_text.split()) for post in topic.posts
    ]


def gap_post(report: ArchiveReport) -> int:
    (gap,) = (gap for gap in report.topics[0].gaps if gap.code == "post-cut")
    return int(gap.place.removeprefix("post "))

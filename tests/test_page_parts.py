"""A `<!--nextpage-->` in a post cuts a topic page into parts: every part is read, and the cut post is joined."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scraper.archive.database import reading
from scraper.archive.thread_reader import threads
from scraper.demo import DemoAnswer, DemoServer, DemoSettings, expected_topics, generate
from scraper.fetch.settings import FetchSettings
from scraper.sync.pipeline import ArchiveJob, archive_topics

if TYPE_CHECKING:
    from pathlib import Path

    from scraper.demo import DemoRequest
    from scraper.sync.pipeline import ArchiveReport

_SETTINGS = DemoSettings(topics=1, posts=9, showcase=False, theme="themed")
_NAV = (
    '<nav class="page-links"> <span class="post-page-numbers current">Page 1</span>'
    ' <a href="{url}2/" class="post-page-numbers">Page 2</a></nav>'
)


class _CutForum:
    """Serves a topic whose one page is cut in the middle of a post, as WordPress cuts it."""

    def __init__(self, server: DemoServer, url: str) -> None:
        self._path = url.removeprefix(server.url)
        whole = server.ordinary(self._path).body.decode()
        post = re.search(
            r'id="post-\d+" class="bbp-reply-header".*?id="post-\d+".*?bbp-reply-content">',
            whole,
            re.DOTALL,
        )
        assert post is not None
        words = re.search(r">[^<]{30,}", whole[post.end() :])
        assert words is not None
        cut = whole.index(" ", post.end() + words.start() + 20)
        content = re.search(r'<div class="entry-content[^"]*">', whole)
        end = whole.index("</article>")
        assert content is not None
        tail = whole[end:]
        self._first = whole[:cut] + _NAV.format(url=url) + "</div>" + tail
        back = f'<nav class="page-links"> <a href="{url}" class="post-page-numbers">Page 1</a> <span class="post-page-numbers current">Page 2</span></nav>'
        self._second = whole[: content.end()] + whole[cut:end] + back + tail

    def intercept(self, request: DemoRequest) -> DemoAnswer | None:
        pages = {self._path: self._first, f"{self._path}2/": self._second}
        page = pages.get(request.path)
        headers = (("Content-Type", "text/html; charset=UTF-8"),)
        return (
            DemoAnswer(status=200, headers=headers, body=page.encode())
            if page is not None
            else None
        )


def _archive(url: str, path: Path) -> ArchiveReport:
    return archive_topics(ArchiveJob(urls=(url,), path=path, fetch=FetchSettings(delay=0)))


def test_a_page_cut_by_a_post_is_read_to_its_end(tmp_path: Path) -> None:
    forum = generate(_SETTINGS)
    with DemoServer(forum) as server:
        topic = expected_topics(forum, server.url)[0]
        server.intercept = _CutForum(server, topic.url).intercept
        report = _archive(topic.url, tmp_path / "forum.db")
        assert report.exit_code == 0, report.topics
        again = _archive(topic.url, tmp_path / "forum.db")
    assert (again.exit_code, again.topics[0].saved.changed) == (0, 0)
    with reading(tmp_path / "forum.db") as archive:
        posts = list(next(threads(archive)).posts)
    assert [post.post_id for post in posts] == [post.post_id for post in topic.posts]
    assert ["".join(post.body_text.split()) for post in posts] == [
        "".join(post.body_text.split()) for post in topic.posts
    ]

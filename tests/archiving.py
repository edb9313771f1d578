"""A demo forum that changes, and an archive of one of its topics, for tests of the archive, the pipeline and the command line."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

import pytest

from exporters.exporter import ExportOptions
from scraper.archive.database import reading
from scraper.archive.thread_reader import threads
from scraper.archive.verify import verify
from scraper.demo import (
    DemoAnswer,
    DemoForum,
    DemoPost,
    DemoRequest,
    DemoServer,
    DemoSettings,
    DemoTopic,
    ExpectedTopic,
    Written,
    expected_topic,
    expected_topics,
    generate,
)
from scraper.fetch.settings import FetchSettings
from scraper.politeness.clock import FakeClock
from scraper.sync.crawl_options import CrawlOptions
from scraper.sync.listener import SilentListener
from scraper.sync.pipeline import ArchiveJob, ArchiveReport, archive_topics
from threadkeep.exporting import export_archive, plan_export

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from parsers.records import Post
    from scraper.archive.verify import TopicVerdict
    from scraper.sync.listener import Listener, PageSaved

# One attempt a page, and no pause: what fails fails at once.
HASTY = FetchSettings(delay=0, attempts=1)
SEEN = ("first_seen", "last_seen")


@dataclass(slots=True)
class World:
    """A forum, its server, and an archive of the topic with the most pages.

    Attributes:
        path: the archive.
        clock: passes a minute with each run.
    """

    server: DemoServer
    path: Path
    slug: str
    clock: FakeClock = field(default_factory=FakeClock)
    _stated: tuple[DemoForum, ExpectedTopic] | None = None

    @classmethod
    def of(cls, folder: Path, **settings: Any) -> Self:  # noqa: ANN401  handed on to DemoSettings as it is
        """A forum of two topics, the second of which has ten pages unless the settings say otherwise."""
        chosen: dict[str, Any] = {"showcase": False, "topics": 2, "posts": 48, "per_page": 5}
        forum = generate(DemoSettings(**{**chosen, **settings}))
        return cls(server=DemoServer(forum), path=folder / "forum.db", slug=forum.topics[-1].slug)

    def __enter__(self) -> Self:
        self.server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.stop()

    @property
    def topic(self) -> DemoTopic:
        """The topic as it is now."""
        return self.server.forum.topic(self.slug)

    @property
    def url(self) -> str:
        """Its address."""
        return self.truth.url

    @property
    def truth(self) -> ExpectedTopic:
        """What a perfect archive of it holds."""
        forum = self.server.forum
        if self._stated is None or self._stated[0] is not forum:
            self._stated = forum, expected_topic(forum, self.topic, self.server.url)
        return self._stated[1]

    @property
    def ids(self) -> list[int]:
        """Its posts in order."""
        return [post.post_id for post in self.truth.posts]

    def page(self, number: int) -> str:
        """The path of one of its pages."""
        base = self.url.removeprefix(self.server.url)
        return base if number == 1 else f"{base}page/{number}/"

    # What happens on the site

    def put(self, *posts: DemoPost) -> None:
        """Have the topic consist of these posts."""
        self.server.forum = self.server.forum.with_topic(replace(self.topic, posts=posts))

    def delete(self, *places: int) -> None:
        """Delete posts by their place, from 0 for the opening post."""
        self.put(*(post for place, post in enumerate(self.topic.posts) if place not in places))

    def add(self, count: int = 1) -> None:
        """Have somebody reply at the end."""
        for _ in range(count):
            last = max(self.topic.posts, key=lambda post: post.posted)
            self.put(*self.topic.posts, self._new(last.posted + timedelta(hours=1)))

    def insert(self, place: int) -> None:
        """Have a reply appear after the post at a place, as one that a moderator lets through."""
        moment = self.topic.posts[place].posted + timedelta(seconds=30)
        self.put(*self.topic.posts, self._new(moment))

    def edit(self, place: int, text: str) -> None:
        """Change a post's body."""
        posts = list(self.topic.posts)
        posts[place] = replace(posts[place], body=Written(html=f"<p>{text}</p>", text=text))
        self.put(*posts)

    def _new(self, moment: Any) -> DemoPost:  # noqa: ANN401  a datetime, imported for nothing else
        number = self.server.forum.free_id
        body = Written(html=f"<p>Post {number}.</p>", text=f"Post {number}.")
        old = self.topic.posts[1]
        return replace(old, post_id=number, posted=moment, body=body, parent=None, edits=())

    # What is archived

    def archive(
        self,
        *urls: str,
        refresh: bool = False,
        fetch: FetchSettings = HASTY,
        listener: Listener | None = None,
        **options: Any,  # noqa: ANN401  handed on to ArchiveJob as it is
    ) -> ArchiveReport:
        """Archive the topic, or what other addresses lead to, a minute after the last time."""
        self.server.forget_requests()
        self.clock.advance(60)
        job = ArchiveJob(
            urls=urls or (self.url,),
            path=self.path,
            fetch=fetch,
            crawl=CrawlOptions(refresh=refresh),
            **options,
        )
        return archive_topics(job, clock=self.clock, listener=listener)

    @property
    def asked(self) -> list[str]:
        """What the last run asked for."""
        return [request.path for request in self.server.requests]

    @property
    def pages_asked(self) -> list[int]:
        """The pages of the topic that the last run asked for, by number."""
        numbers = {self.page(number): number for number in range(1, 100)}
        return [numbers[path] for path in self.asked if path in numbers]

    def posts(self) -> list[Post]:
        """What the archive has of the topic, gone posts too."""
        with reading(self.path) as archive:
            (thread,) = threads(archive, self.topic.topic_id)
            return list(thread.posts)

    def live(self) -> list[int]:
        """The ids of those that are not gone, in order."""
        return [post.post_id for post in self.posts() if post.gone_at is None]

    def gone(self) -> list[int]:
        """The ids of those that are gone."""
        return [post.post_id for post in self.posts() if post.gone_at is not None]

    def verdict(self) -> TopicVerdict:
        """What checking the archive says of its only topic."""
        with reading(self.path) as archive:
            (verdict,) = verify(archive).topics
            return verdict

    def records(self, *without: str) -> list[dict[str, Any]]:
        """The whole archive as exported, some fields left out."""
        return exported(self.path, *without)


def exported(path: Path, *without: str) -> list[dict[str, Any]]:
    """An archive as exported to JSON Lines, some fields left out."""
    lines = exported_bytes(path).splitlines()
    return [
        {name: value for name, value in json.loads(line).items() if name not in without}
        for line in lines
    ]


def exported_bytes(path: Path) -> bytes:
    """An archive as exported to JSON Lines."""
    output = path.with_suffix(".jsonl")
    export_archive(path, plan_export(output, "jsonl", ExportOptions()))
    return output.read_bytes()


def save_pages(world: World, folder: Path, *numbers: int) -> None:
    """Save pages of the topic as a browser does, each a minute after the one before."""
    folder.mkdir(exist_ok=True)
    for number in numbers:
        path = folder / f"page-{number:02}.html"
        mark = f"<!-- saved from url=(0042){world.server.url}{world.page(number)} -->\n"
        path.write_bytes(mark.encode() + world.server.ordinary(world.page(number)).body)
        world.clock.advance(60)
        moment = world.clock.now().timestamp()
        os.utime(path, (moment, moment))


def dump_of(world: World) -> str:
    """The topic's last page as somebody would copy it: without what a text does not show."""
    posts = world.truth.posts
    first = (world.truth.pages - 1) * world.server.forum.settings.per_page + 1
    lines = [f"Home › {' › '.join(world.truth.forum)} › {world.truth.title}", ""]
    count = f"Viewing {len(posts) - first + 1} posts - {first} through {len(posts)} (of {len(posts)} total)"
    lines += [count, "Author", "Posts"]
    for post in posts[first - 1 :]:
        lines += [f"{post.published_text} #{post.post_id}", post.author_name, post.role or ""]
        lines += ["", post.body_text.replace("\n", " "), ""]
    return "\n".join([*lines, "Author", "Posts", count, ""])


def readable_topics(server: DemoServer) -> list[ExpectedTopic]:
    """The topics of a demo forum that a guest can read."""
    topics = expected_topics(server.forum, server.url)
    return [topic for topic in topics if not topic.is_protected]


def failing(*paths: str, status: int = 500) -> Callable[[DemoRequest], DemoAnswer | None]:
    """A server that answers these paths with an error."""
    return lambda request: DemoAnswer(status=status) if request.path in paths else None


def redirecting(path: str, to: str) -> Callable[[DemoRequest], DemoAnswer | None]:
    """A server that sends on from a path."""
    answer = DemoAnswer(status=301, headers=(("Location", to),))
    return lambda request: answer if request.path == path else None


def rarely(*values: object) -> list[object]:
    """Parameters whose test is a sweep's."""
    return [pytest.param(value, marks=pytest.mark.sweep) for value in values]


def twice(paths: list[str]) -> list[str]:
    """What was asked for more than once."""
    return [path for path, count in Counter(paths).items() if count > 1]


class InterruptAfter(SilentListener):
    """Presses Ctrl-C when so many pages have been kept."""

    def __init__(self, pages: int) -> None:
        self._left = pages

    def page_saved(self, event: PageSaved) -> None:  # noqa: ARG002  a listener is called so
        self._left -= 1
        if self._left == 0:
            raise KeyboardInterrupt

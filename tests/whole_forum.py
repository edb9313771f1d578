"""A demo forum that is archived as a whole, and what a perfect archive of it holds and asks for, for tests of discovery and sync."""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import unquote, urlsplit

from scraper.archive.database import reading
from scraper.archive.thread_reader import threads
from scraper.archive.verify import verify
from scraper.demo import DemoServer, DemoSettings, expected_topics, generate
from scraper.demo.catalogue import Catalogue
from scraper.demo.permalink import Links
from scraper.politeness.clock import FakeClock
from scraper.sync.crawl_options import CrawlOptions
from scraper.sync.pipeline import ArchiveJob, ArchiveReport, archive_topics
from tests.archiving import HASTY, exported
from tests.faithful import unfaithful

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator
    from pathlib import Path

    from scraper.demo import DemoBoard, DemoForum, DemoTopic, ExpectedTopic
    from scraper.fetch.settings import FetchSettings
    from scraper.sync.listener import Listener

DAY = 86_400.0


@dataclass(slots=True)
class Site:
    """A forum, its server, and an archive of as much of it as somebody asks for.

    Attributes:
        path: the archive.
        clock: passes a minute with each run.
        served: a second server of the same forum, where it has moved.
    """

    server: DemoServer
    path: Path
    clock: FakeClock = field(default_factory=FakeClock)

    @classmethod
    def of(cls, folder: Path, **settings: Any) -> Self:  # noqa: ANN401  handed on to DemoSettings as it is
        """A small forum of ordinary topics in four boards, unless the settings say otherwise."""
        chosen: dict[str, Any] = {
            "showcase": False,
            "topics": 14,
            "posts": 7,
            "per_page": 5,
            "topics_per_page": 4,
        }
        forum = generate(DemoSettings(**{**chosen, **settings}))
        return cls(server=DemoServer(forum), path=folder / "forum.db")

    def __enter__(self) -> Self:
        self.server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.stop()

    @contextmanager
    def as_it_is(self, folder: Path) -> Generator[Self]:
        """The same forum with a copy of the archive, for a test that has both for itself and leaves this as it is."""
        forum = self.forum
        path = folder / self.path.name
        shutil.copyfile(self.path, path)
        clock = FakeClock()
        clock.advance(self.clock.monotonic())
        self.server.intercept = None
        self.server.forget_requests()
        yield type(self)(server=self.server, path=path, clock=clock)
        self.server.intercept = None
        self.forum = forum

    @property
    def forum(self) -> DemoForum:
        """The forum as it is now."""
        return self.server.forum

    @forum.setter
    def forum(self, forum: DemoForum) -> None:
        self.server.forum = forum

    @property
    def catalogue(self) -> Catalogue:
        """What is in it, looked up as visitors may."""
        return Catalogue(self.forum)

    @property
    def links(self) -> Links:
        """Its addresses."""
        return Links(base=self.server.url, plain=self.forum.settings.plain_permalinks)

    def board(self, slug: str) -> DemoBoard:
        """One of its forums."""
        return next(board for board in self.forum.boards if board.slug == slug)

    # What is archived

    def archive(self, *urls: str, **options: Any) -> ArchiveReport:  # noqa: ANN401  see `run`
        """Archive what addresses show, the index unless others are given, a minute after the last time."""
        return self.run(urls or (self.links.index,), **options)

    def sync(self, **options: Any) -> ArchiveReport:  # noqa: ANN401  see `run`
        """Bring the archive up to date, a minute after the last time."""
        return self.run((), **options)

    def run(
        self,
        urls: tuple[str, ...],
        *,
        confirm_gone: bool = False,
        fetch: FetchSettings = HASTY,
        listener: Listener | None = None,
        **options: Any,  # noqa: ANN401  handed on to ArchiveJob as it is
    ) -> ArchiveReport:
        """Run a job."""
        self.server.forget_requests()
        self.clock.advance(60)
        job = ArchiveJob(
            urls=urls,
            path=self.path,
            fetch=fetch,
            crawl=CrawlOptions(confirm_gone=confirm_gone),
            **options,
        )
        return archive_topics(job, clock=self.clock, listener=listener)

    @property
    def asked(self) -> list[str]:
        """What the last run asked for."""
        return [request.path for request in self.server.requests]

    def query(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of the archive."""
        with closing(sqlite3.connect(self.path)) as connection:
            return connection.execute(statement, values).fetchall()

    def records(self, *without: str) -> list[dict[str, Any]]:
        """The whole archive as exported, some fields left out."""
        return exported(self.path, *without)

    # What should have come of it

    def readable(self, topics: Iterable[DemoTopic] | None = None) -> list[ExpectedTopic]:
        """What a guest can read of topics, of all where none are given."""
        wanted = None if topics is None else {topic.topic_id for topic in topics}
        return [
            truth
            for truth in expected_topics(self.forum, self.server.url)
            if not truth.is_protected and (wanted is None or truth.topic_id in wanted)
        ]

    def mistakes(
        self, topics: Iterable[DemoTopic] | None = None, *, may_have_moved: bool = False
    ) -> list[str]:
        """What is wrong with the archive, a line each: posts that are missing, invented, elsewhere or not as they are.

        Args:
            topics: what it should hold; everything that a guest can read where none are given.
            may_have_moved: posts were deleted, and not every page has been read since.
        """
        truths = {truth.topic_id: truth for truth in self.readable(topics)}
        lines: list[str] = []
        with reading(self.path) as archive:
            for thread in threads(archive):
                live = [post for post in thread.posts if post.gone_at is None]
                truth = truths.pop(thread.topic_id or 0, None)
                if truth is None:
                    lines += [f"{post.post_id} is of no topic asked for" for post in live]
                    continue
                missing = {post.post_id for post in truth.posts} - {post.post_id for post in live}
                lines += [f"{post_id} is missing" for post_id in sorted(missing)]
                lines += unfaithful(live, truth, may_have_moved=may_have_moved)
            lines += [sentence for verdict in [verify(archive)] for sentence in verdict.damage]
        return lines + [f"topic {topic_id} is missing" for topic_id in truths]

    def held(self) -> dict[int, int]:
        """Each post that is not gone, with its topic."""
        rows = self.query(
            "SELECT post_id, topic_id FROM posts JOIN topics USING (topic_key) WHERE gone_at IS NULL"
        )
        return dict(rows)

    def bodies(self) -> dict[int, str]:
        """The newest body of each post that is not gone."""
        rows = self.query(
            "SELECT post_id, body_text FROM posts JOIN revisions USING (post_id, revision) WHERE gone_at IS NULL"
        )
        return dict(rows)

    def gone(self) -> dict[int, str]:
        """Each post that is gone, with the reason."""
        rows = self.query("SELECT post_id, gone_reason FROM posts WHERE gone_at IS NOT NULL")
        return dict(rows)

    # What it should have cost

    def list_paths(self, boards: Iterable[DemoBoard]) -> list[str]:
        """The pages of forums."""
        found: list[str] = []
        size = self.forum.settings.topics_per_page
        for board in boards:
            topics = len(self.catalogue.topics_of(board))
            last = 1 if board.is_category else max(1, -(-topics // size))
            found += [self.links.board(board, number) for number in range(1, last + 1)]
        return found

    def topic_paths(self, topics: Iterable[DemoTopic] | None = None) -> list[str]:
        """The pages of topics, of all where none are given."""
        chosen = self.catalogue.topics if topics is None else topics
        return [
            self.links.topic(topic, number)
            for topic in chosen
            for number in range(1, self.catalogue.layout(topic).page_count + 1)
            if number == 1 or topic.access == "public"
        ]

    def surplus(self, *wanted: Iterable[str]) -> tuple[list[str], list[str]]:
        """What the last run asked for beyond what it needed, repetitions among it, and what it left out."""
        needed = Counter(path_of(url) for urls in wanted for url in urls)
        asked = Counter(map(path_of, self.asked))
        return sorted((asked - needed).elements()), sorted((needed - asked).elements())


def path_of(url: str) -> str:
    """Path and query of an address, as a server sees them; what is escaped is so in one way."""
    parts = urlsplit(unquote(url))
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def with_those_below(board: DemoBoard, boards: Iterable[DemoBoard]) -> Iterator[DemoBoard]:
    """A forum and all forums under it."""
    return (one for one in boards if board in one.lineage)

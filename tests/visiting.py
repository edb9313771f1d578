"""A demo forum that lives between visits, each of which reads every topic whole; for tests of histories and differences."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from scraper.archive.database import writing
from scraper.archive.gone import mark_topic_gone, vanished_at
from scraper.archive.page import utc_text
from scraper.archive.snapshot import take_snapshot
from scraper.demo import ExpectedPost, expected_topics
from scraper.politeness.clock import FakeClock
from tests.archiving import World

if TYPE_CHECKING:
    from collections.abc import Generator

    from scraper.demo import ExpectedTopic


@dataclass(slots=True)
class Diary:
    """Visits to a forum, and what was copied after each.

    Attributes:
        world: the forum and its archive.
        moments: when each visit was over.
        copies: the archive as it was then.
        truths: the forum as it was then.
    """

    world: World
    moments: list[datetime] = field(default_factory=list[datetime])
    copies: list[Path] = field(default_factory=list["Path"])
    truths: list[list[ExpectedTopic]] = field(default_factory=list[list["ExpectedTopic"]])

    @contextmanager
    def as_it_is(self, folder: Path) -> Generator[Self]:
        """The same diary with a copy of the archive, for a test that has both for itself and leaves this as it is."""
        world = self.world
        forum = world.server.forum
        path = folder / world.path.name
        shutil.copyfile(world.path, path)
        copies = folder / "copies"
        copies.mkdir()
        clock = FakeClock()
        clock.advance(world.clock.monotonic())
        yield type(self)(
            World(server=world.server, path=path, slug=world.slug, clock=clock),
            moments=[*self.moments],
            copies=[Path(shutil.copy2(one, copies)) for one in self.copies],
            truths=[*self.truths],
        )
        world.server.intercept = None
        world.server.forum = forum

    def change(self, what: Any, *arguments: Any, **options: Any) -> None:  # noqa: ANN401  a change of `life`
        """Let something happen on the forum."""
        self.world.server.forum = what(self.world.server.forum, *arguments, **options)

    def visit(self) -> None:
        """Read every topic whole, and copy the archive."""
        world = self.world
        forum = world.server.forum
        readable = [
            topic for topic in expected_topics(forum, world.server.url) if not topic.is_protected
        ]
        self._forget_addresses()
        world.archive(*(topic.url for topic in readable), refresh=True)
        self._look_for_lost_topics({topic.topic_id for topic in readable})
        world.clock.advance(1)
        moment = world.clock.now()
        self.moments.append(moment)
        self.copies.append(take_snapshot(world.path, world.path.parent / "copies", moment).path)
        self.truths.append(readable)
        world.clock.advance(1)

    def _forget_addresses(self) -> None:
        """Have every topic found by its address anew: a slug may be that of another one by now."""
        if self.world.path.exists():
            with closing(sqlite3.connect(self.world.path)) as connection, connection:
                connection.execute("DELETE FROM addresses")

    def _look_for_lost_topics(self, there: set[int]) -> None:
        """Mark topics that are no longer there, and their posts, as a visit of the whole forum finds them."""
        now = utc_text(self.world.clock.now())
        with (
            writing(self.world.path, command="test") as archive,
            archive.transaction() as connection,
        ):
            known = connection.execute("SELECT topic_key, topic_id FROM topics").fetchall()
            for key, topic_id in known:
                if topic_id not in there and vanished_at(connection, key) is None:
                    mark_topic_gone(connection, key, "deleted", now)

    def since(self, visit: int) -> str:
        """The moment after a visit, as the command line takes it."""
        return utc_text(self.moments[visit])

    def posts(self, visit: int) -> dict[int, tuple[int, ExpectedPost]]:
        """Every post that a guest could read at a visit, with its topic."""
        return {
            post.post_id: (topic.topic_id, post)
            for topic in self.truths[visit]
            for post in topic.posts
        }

"""A demo forum that lives at random while it is archived again and again, and what must be true of its archive after each time."""

from __future__ import annotations

import random
import shutil
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, get_args

from scraper.archive.database import reading, writing
from scraper.archive.verify import verify
from scraper.demo import DemoAnswer, life, life_site
from scraper.demo.forum import LocaleName, ThemeName
from scraper.demo.life_chance import live
from scraper.sync.listener import SilentListener
from scraper.sync.site_time import settle_times
from tests.whole_forum import DAY, Site

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable
    from pathlib import Path

    from scraper.demo import DemoForum, DemoPost, DemoRequest
    from scraper.politeness.clock import Clock
    from scraper.sync.listener import PageSaved
    from scraper.sync.pipeline import ArchiveReport

TIMES = """
SELECT post_id, published_local, published, published_source, published_earliest, published_latest FROM posts ORDER BY post_id
"""
STEPS = (1, 1, 1, 40, -0.02, -1)  # days; clocks are put back, too


class Killed(BaseException):
    """What a kill is here: nothing is done any more."""


class KilledAfter(SilentListener):
    """Kills a run when so many pages have been kept."""

    def __init__(self, pages: int) -> None:
        self._left = pages

    def page_saved(self, event: PageSaved) -> None:  # noqa: ARG002  a listener is called so
        self._left -= 1
        if self._left == 0:
            raise Killed


def settings(chance: random.Random) -> dict[str, Any]:
    """A forum of some kind."""
    return {
        "seed": chance.randrange(1000),
        "topics": chance.choice((3, 6, 10)),
        "posts": chance.choice((3, 7, 12)),
        "per_page": chance.choice((2, 3, 5)),
        "topics_per_page": chance.choice((2, 4, 15)),
        "vary": chance.random() < 0.5,
        "lead": chance.random() < 0.3,
        "rest": chance.random() < 0.6,
        "locale": chance.choice(get_args(LocaleName)),
        "plain_permalinks": chance.random() < 0.15,
        "date_format": chance.choice(("", "", "d/m/Y", "j F Y")),
        "now": datetime(2026, 1, 1, tzinfo=UTC),
        "relative_dates": chance.random() < 0.2,
    }


@dataclass(slots=True)
class Living:
    """A forum that lives, with what was true of it.

    Attributes:
        bodies: what each post said, one time after the other.
        gone: what its archive had marked as gone after the last visit.
    """

    site: Site
    chance: random.Random
    tried: Counter[str]
    bodies: dict[int, list[str]] = field(default_factory=lambda: defaultdict[int, list[str]](list))
    gone: set[int] = field(default_factory=set[int])
    deleted: list[tuple[int, DemoPost]] = field(default_factory=list["tuple[int, DemoPost]"])

    # What happens -------------------------------------------------------------------------------------------------

    def happen(self) -> None:
        """Something happens on the forum, and time passes."""
        for _ in range(self.chance.randint(0, 4)):
            change = self.chance.choice((*(self._much,) * 8, *self._changes()))
            self.site.forum = change(self.site.forum)
            self.remember()
        step = self.chance.choice(STEPS)
        self.site.clock.advance(step * DAY)
        # The site's own clock is not put back with the machine's.
        self.site.forum = life_site.pass_time(self.site.forum, timedelta(days=max(0, step)))

    def remember(self) -> None:
        """Remember what the posts say."""
        for topic in self.site.forum.topics:
            for post in topic.posts:
                known = self.bodies[post.post_id]
                if known[-1:] != [post.body.html]:
                    known.append(post.body.html)

    def _changes(self) -> tuple[Callable[[DemoForum], DemoForum], ...]:
        chance = self.chance
        size, theme = chance.choice((2, 3, 4, 7)), chance.choice(get_args(ThemeName))
        language = chance.choice(get_args(LocaleName))
        return (
            self._delete,
            self._restore,
            self._hide,
            self._show,
            self._promote,
            lambda forum: life_site.change_page_size(forum, size),
            lambda forum: life_site.change_theme(forum, theme),
            lambda forum: life_site.change_language(forum, language),
        )

    def _much(self, forum: DemoForum) -> DemoForum:
        return live(forum, seed=self.chance.randrange(10**6), changes=self.chance.randint(1, 4))

    def _delete(self, forum: DemoForum) -> DemoForum:
        long = [one for one in forum.topics if one.access == "public" and len(one.posts) > 1]
        if not long:
            return forum
        topic = self.chance.choice(long)
        post = self.chance.choice(topic.posts[1:])
        self.deleted.append((topic.topic_id, post))
        return life.delete_reply(forum, post.post_id)

    def _restore(self, forum: DemoForum) -> DemoForum:
        topics = {topic.topic_id for topic in forum.topics}
        possible = [one for one in self.deleted if one[0] in topics]
        if not possible:
            return forum
        self.deleted.remove(one := self.chance.choice(possible))
        return life.restore_reply(forum, *one)

    def _hide(self, forum: DemoForum) -> DemoForum:
        public = [topic.topic_id for topic in forum.topics if topic.access == "public"]
        if len(public) < 4:
            return forum
        return life.set_access(forum, self.chance.choice(public), "private")

    def _show(self, forum: DemoForum) -> DemoForum:
        hidden = [topic.topic_id for topic in forum.topics if topic.access == "private"]
        return life.set_access(forum, self.chance.choice(hidden), "public") if hidden else forum

    def _promote(self, forum: DemoForum) -> DemoForum:
        return life_site.change_role(forum, self.chance.choice(forum.authors).user_id, "moderator")

    # Visits -------------------------------------------------------------------------------------------------------

    def visit(self) -> None:
        """The archive is brought up to date, on a bad day perhaps."""
        audit = self.chance.choice((0.0, 0.0, 0.2, 1.0))
        day = self.chance.choice(("good", "good", "good", "faults", "kill"))
        if day == "kill":
            try:
                self.site.sync(audit=audit, listener=KilledAfter(self.chance.randint(1, 6)))
            except Killed:
                self.tried["kills in a forum's life"] += 1
            self._is_sound()
        if day == "faults":
            self.site.server.intercept = self._faults()
        report = self.site.sync(audit=audit)
        self.site.server.intercept = None
        self.check(report)

    def _faults(self) -> Callable[[DemoRequest], DemoAnswer | None]:
        share = self.chance.choice((0.1, 0.3, 0.6))
        chance = random.Random(self.chance.random())

        def answer(request: DemoRequest) -> DemoAnswer | None:
            del request
            if chance.random() > share:
                return None
            self.tried["faults in a forum's life"] += 1
            return DemoAnswer(status=503) if chance.random() < 0.6 else DemoAnswer(hang_up=True)

        return answer

    # What must be true --------------------------------------------------------------------------------------------

    def check(self, report: ArchiveReport) -> None:
        """Hold the archive against the forum after a visit."""
        self._is_sound()
        there = {post.post_id for topic in self.site.readable() for post in topic.posts}
        gone, held = set(self.site.gone()), self.site.held()
        assert not (gone - self.gone) & there, "marked as gone, and there"
        self.gone = gone
        if report.exit_code == 0:
            newest = {
                max(one.posts, key=lambda post: post.posted).post_id
                for one in self.site.forum.topics
            }
            assert newest & there <= {*held, *gone}, "what was written last is missing"
        for post_id, count in self.site.query(
            "SELECT post_id, count(*) FROM revisions GROUP BY 1"
        ):
            assert count <= len(self.bodies[post_id]), f"post {post_id} was not edited so often"
        self._is_settled()

    def end(self) -> None:
        """After two audits everything is as it is, and nothing is asked for any more."""
        self.site.sync(audit=1.0, confirm_gone=True)
        self.site.clock.advance(DAY)
        report = self.site.sync(audit=1.0, confirm_gone=True)
        assert (report.exit_code, self.site.mistakes()) == (0, [])
        with reading(self.site.path) as archive:
            assert verify(archive).exit_code == 0
        assert self.site.sync().exit_code == 0
        assert len(self.site.asked) <= 4, self.site.asked

    def _is_sound(self) -> None:
        with reading(self.site.path) as archive:
            assert verify(archive).damage == ()

    def _is_settled(self) -> None:
        """The times are those that settling all of them anew gives."""
        if self.site.query("SELECT has_new_times FROM site") == [(1,)]:
            return
        way = "as before" if self.site.query("SELECT 1 FROM settled_times") else "anew"
        self.tried[f"times settled {way}"] += 1
        path = self.site.path
        assert stored_times(path) == settled_anew(path, self.site.clock)


def stored_times(path: Path) -> list[tuple[Any, ...]]:
    """The times of an archive's posts as they are settled."""
    with reading(path) as archive:
        return [tuple(row) for row in archive.connection.execute(TIMES)]


def settled_anew(path: Path, clock: Clock) -> list[tuple[Any, ...]]:
    """The same as settling all of them anew gives them."""
    copy = path.with_name("copy.db")
    shutil.copyfile(path, copy)
    with writing(copy, command="test") as archive:
        for statement in (
            "DELETE FROM settled_times",
            "DELETE FROM unsettled_posts",
            "UPDATE site SET has_new_times = 1",
        ):
            archive.connection.execute(statement)
        settle_times(archive, None, clock)
    rows = stored_times(copy)
    copy.unlink()
    return rows

"""`kill -9` while a whole forum is archived or brought up to date, and the same command again: the same end, no page twice."""

from __future__ import annotations

import random
import shutil
import signal
from typing import TYPE_CHECKING, Any

import pytest

from scraper.archive import database
from scraper.archive.database import reading
from scraper.archive.verify import verify
from scraper.demo import life
from tests.archiving import SEEN, exported
from tests.children import Ended, Nursery, counting, killed_at, names
from tests.whole_forum import Site

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.sweep

KILLED = -signal.SIGKILL
# What is asked for before it is known what has been done already.
OPENING = {"/robots.txt", "/forums/feed/", "/forums/"}


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    with Nursery(tmp_path_factory.mktemp("nursery")) as made:
        yield made


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    (tmp_path / "here").mkdir()
    with Site.of(tmp_path / "here", topics=9, posts=7, per_page=3, topics_per_page=2) as made:
        yield made


def archiving(site: Site) -> tuple[object, ...]:
    return ("archive", site.links.index, "-a", site.path, "--delay", "0", "--quiet")


def syncing(site: Site) -> tuple[object, ...]:
    return ("sync", "-a", site.path, "--delay", "0", "--audit", "100%", "--quiet")


def went_well(ended: Ended) -> None:
    assert ended.code == 0, ended.output
    assert "Traceback" not in ended.output


def sound(path: Path) -> None:
    if path.exists() and path.stat().st_size:
        with reading(path) as archive:
            assert verify(archive).damage == ()


def drawn(seed: str, most: int, number: int) -> list[int]:
    chance = random.Random(seed)
    late = [chance.randint(most - most // 20, most) for _ in range(number // 5)]
    return [*(chance.randint(1, most) for _ in range(number - len(late))), *late]


def records(path: Path) -> list[dict[str, Any]]:
    """What an archive exports, without when things were seen and which copy of a page they are from.

    Times are to the minute, as pages show them: a feed that is asked once more tells the second of posts that came between.
    """
    found = exported(path, *SEEN, "gone_at", "published_source")
    path.with_suffix(".jsonl").unlink()
    return [{**one, "published": (one["published"] or "")[:16]} for one in found]


def differences(found: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> list[object]:
    """In what one export differs from another."""
    if len(found) != len(wanted):
        return [(len(found), len(wanted))]
    return [
        (one["post_id"], name, one.get(name), other.get(name))
        for one, other in zip(found, wanted, strict=True)
        for name in sorted(one.keys() | other.keys())
        if one.get(name) != other.get(name)
    ]


def pages(site: Site) -> set[str]:
    """What was asked for and came; that there is nothing is found out anew, since it was not believed yet."""
    return {request.path for request in site.server.requests if request.status == 200} - OPENING


def is_at_its_end(path: Path) -> bool:
    """Whether the last run is on record as ended."""
    with reading(path) as archive:
        row = archive.connection.execute(
            "SELECT ended_at FROM runs ORDER BY run_id DESC"
        ).fetchone()
    return row[0] is not None


@pytest.mark.parametrize("watch", ["calls", "statements"])
def test_killed_while_archiving_a_forum_it_goes_on(
    watch: str, site: Site, nursery: Nursery, tried: Counter[str]
) -> None:
    whole = nursery.run(*archiving(site), instants=counting(watch))
    went_well(whole)
    wanted, needed = records(site.path), sorted(site.asked)
    assert site.mistakes() == []
    for instant in drawn(watch, whole.count, 24):
        database.remove_archive(site.path)
        site.server.forget_requests()
        ended = nursery.run(*archiving(site), instants=killed_at(instant, watch))
        assert ended.code in {0, KILLED}, ended.output
        first, came = site.asked, pages(site)
        sound(site.path)
        site.server.forget_requests()
        went_well(nursery.run(*archiving(site)))
        if ended.code == KILLED:
            assert len(came & pages(site)) <= 1, (instant, came & pages(site))
        assert set(first) | set(site.asked) == {*needed} | set(site.asked) & OPENING
        assert differences(records(site.path), wanted) == []
        assert names(site.path.parent) == [site.path.name]
        tried[f"kills while archiving a forum, at {watch}"] += ended.code == KILLED


def live_a_day(site: Site) -> None:
    """Replies, a new topic, an edit, a deletion, a merge, a topic that vanishes."""
    topics = site.forum.topics
    for topic in topics[:3]:
        site.forum = life.add_reply(site.forum, topic.topic_id)
    site.forum = life.add_topic(site.forum, "glue", "Brand new")
    site.forum = life.edit_post(site.forum, topics[3].posts[1].post_id)
    site.forum = life.delete_reply(site.forum, topics[4].posts[2].post_id)
    site.forum = life.merge_topics(site.forum, topics[5].topic_id, topics[6].topic_id)
    site.forum = life.delete_topic(site.forum, topics[7].topic_id)


@pytest.mark.parametrize("watch", ["calls", "statements"])
def test_killed_while_a_forum_is_brought_up_to_date_it_goes_on(
    watch: str, site: Site, nursery: Nursery, tried: Counter[str], tmp_path: Path
) -> None:
    went_well(nursery.run(*archiving(site)))
    original = tmp_path / "original.db"
    shutil.copy(site.path, original)
    live_a_day(site)
    site.server.forget_requests()
    whole = nursery.run(*syncing(site), instants=counting(watch))
    went_well(whole)
    wanted, needed = records(site.path), set(site.asked)
    assert site.mistakes() == []
    for instant in drawn(watch, whole.count, 24):
        database.remove_archive(site.path)
        shutil.copy(original, site.path)
        site.server.forget_requests()
        ended = nursery.run(*syncing(site), instants=killed_at(instant, watch))
        assert ended.code in {0, KILLED}, ended.output
        first, came = site.asked, pages(site)
        sound(site.path)
        has_ended = is_at_its_end(site.path)
        site.server.forget_requests()
        went_well(nursery.run(*syncing(site)))
        assert site.mistakes() == []
        assert differences(records(site.path), wanted) == []
        assert needed <= {*first, *site.asked} | OPENING
        # Killed between its last commit and its exit, it had done everything: the next audit is one of its own.
        if ended.code == KILLED and not has_ended:
            assert len(came & pages(site)) <= 1, (instant, came & pages(site))
        tried[f"kills while a forum is brought up to date, at {watch}"] += ended.code == KILLED

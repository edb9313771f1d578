"""Reading the stored pages anew: the same export, byte for byte, and no request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from parsers.document import Document, read_document
from parsers.errors import DamagedArchiveError, LayoutChangedError, UsageError
from parsers.records import Page
from scraper.archive.database import reading, writing
from scraper.politeness.clock import FakeClock
from scraper.sync import topic_page
from scraper.sync.reparsing import reparse
from tests.archiving import (
    InterruptAfter,
    World,
    exported,
    exported_bytes,
    failing,
    rarely,
    readable_topics,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "settings",
    [{"lead": True}, *rarely({}, {"threaded": True, "posts": 12}, {"rest": False})],
    ids=["lead", "flat", "threaded", "without a stated zone"],
)
def test_the_export_is_the_same_after_everything_that_can_happen(
    settings: dict[str, Any], tmp_path: Path
) -> None:
    with World.of(tmp_path, **settings) as world:
        whole = world.server.forum
        world.archive()
        world.edit(len(world.ids) - 1, "Better words.")
        world.archive()
        world.delete(3)
        world.add(4)
        world.archive()
        world.server.forum = (
            whole  # the deleted one is back, the new ones are gone, the edit is undone
        )
        world.archive()
        world.delete(*range(len(world.ids) - 4, len(world.ids)))
        world.archive()
        assert world.gone()
        before = exported_bytes(world.path)
        world.server.forget_requests()
        report = reparse(world.path, world.clock)
        assert report.exit_code == 0
        assert exported_bytes(world.path) == before
        assert not world.verdict().is_open
        assert world.server.requests == []
        world.archive()
        assert len(world.pages_asked) == 1


def test_a_whole_forum_is_the_same(tmp_path: Path) -> None:
    with World.of(tmp_path, showcase=True, topics=24, page_breaks=True) as world:
        world.archive(*(topic.url for topic in readable_topics(world.server)))
        before = exported_bytes(world.path)
        report = reparse(world.path, world.clock)
        assert report.posts == len(before.splitlines())
        assert exported_bytes(world.path) == before


def test_another_zone_moves_the_times_and_nothing_else(tmp_path: Path) -> None:
    with World.of(tmp_path) as world:
        world.archive()
        times = ("published", "published_source")
        before = exported(world.path, *times)
        report = reparse(world.path, world.clock, timezone="Asia/Tokyo")
        assert report.times.timezone == "Asia/Tokyo"
        assert exported(world.path, *times) == before
        (first, *_) = exported(world.path)
        assert first["published_source"] == "configured"
        assert first["published_local"] > first["published"]
        # It is remembered.
        world.archive()
        assert exported(world.path)[0]["published_source"] == "configured"


def test_a_zone_that_is_none_changes_nothing(tmp_path: Path) -> None:
    with World.of(tmp_path) as world:
        world.archive()
        before = world.path.read_bytes()
        with pytest.raises(UsageError, match="Europe/Atlantis"):
            reparse(world.path, world.clock, timezone="Europe/Atlantis")
        assert world.path.read_bytes() == before


def test_a_gap_stays_a_gap_and_what_was_accepted_stays_accepted(tmp_path: Path) -> None:
    with World.of(tmp_path) as world:
        world.server.intercept = failing(world.page(4), status=404)
        world.archive()
        before = exported_bytes(world.path)
        assert reparse(world.path, world.clock).exit_code == 3
        assert exported_bytes(world.path) == before
        assert world.verdict().is_open


def test_a_crawl_that_was_stopped_is_still_to_be_gone_on_with(tmp_path: Path) -> None:
    with World.of(tmp_path) as world:
        assert world.archive(listener=InterruptAfter(3)).interrupted
        reparse(world.path, world.clock)
        assert world.verdict().is_interrupted
        assert world.archive().exit_code == 0
        assert world.live() == world.ids
        assert world.pages_asked == list(range(4, 11))


def test_pages_that_are_not_read_any_more_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with World.of(tmp_path, posts=12) as world:
        world.archive()

        def grown_strict(page: Page) -> Document:
            if page.final_url.endswith("/page/2/"):
                raise LayoutChangedError("The page shows no posts.", landmark="x", url=page.url)
            return read_document(page)

        monkeypatch.setattr(topic_page, "read_document", grown_strict)
        report = reparse(world.path, world.clock)
        assert report.exit_code == 5
        assert report.problems == ("The page shows no posts.",)
        assert [gap.code for gap in report.topics[0].gaps] == ["page-missing", "posts-missing"]
        monkeypatch.undo()
        assert reparse(world.path, world.clock).exit_code == 0
        assert world.live() == world.ids


def test_a_damaged_page_changes_nothing(tmp_path: Path) -> None:
    with World.of(tmp_path, posts=12) as world:
        world.archive()
        with writing(world.path, command="test") as archive, archive.transaction() as connection:
            connection.execute("UPDATE contents SET zstd = x'00' WHERE rowid = 2")
        before = exported_bytes(world.path)
        with pytest.raises(DamagedArchiveError, match="cannot be unpacked"):
            reparse(world.path, world.clock)
        assert exported_bytes(world.path) == before
        with reading(world.path) as archive:
            assert archive.connection.execute("SELECT count(*) FROM posts").fetchone()[0] == 12


def test_there_is_nothing_to_read_where_there_is_no_archive(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no archive at"):
        reparse(tmp_path / "none.db", FakeClock())
    assert list(tmp_path.iterdir()) == []


def test_what_came_after_the_clock_was_put_back_is_newer_all_the_same(tmp_path: Path) -> None:
    with World.of(tmp_path, posts=7) as world:
        world.archive()
        world.clock.advance(-86_400)
        world.edit(2, "Better words.")
        world.archive(refresh=True)
        before = exported_bytes(world.path)
        assert b"Better words." in before
        assert reparse(world.path, world.clock).exit_code == 0
        assert exported_bytes(world.path) == before

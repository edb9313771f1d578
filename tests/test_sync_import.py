"""Saved pages and text dumps brought into an archive: the same posts as fetched ones, and never in the way of better ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from parsers.errors import ArchiveError, NothingReadableError, UsageError
from scraper.archive.contents_list import post_history, summary
from scraper.archive.database import reading
from scraper.sync.importing import ImportJob, ImportReport, import_source
from scraper.sync.reparsing import reparse
from tests.archiving import SEEN, World, dump_of, exported_bytes, save_pages

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ZONED = ("published", "published_source")
ORIGIN = ("source_url", "source_sha256", "site")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World.of(tmp_path, posts=13) as made:
        yield made


def bring_in(world: World, source: Path, **options: Any) -> ImportReport:  # noqa: ANN401  fields of ImportJob
    return import_source(ImportJob(source=source, path=world.path, **options), world.clock)


def test_saved_pages_give_what_fetching_gives(world: World, tmp_path: Path) -> None:
    fetched = World(server=world.server, path=tmp_path / "fetched.db", slug=world.slug)
    fetched.archive()
    save_pages(world, tmp_path / "saved", 1, 2, 3)
    report = bring_in(world, tmp_path / "saved", timezone="Europe/Amsterdam")
    assert report.exit_code == 0
    (outcome,) = report.topics
    assert (outcome.posts, outcome.expected, outcome.pages, outcome.saved.new) == (13, 13, 3, 13)
    assert world.records(*SEEN, *ORIGIN, *ZONED) == fetched.records(*SEEN, *ORIGIN, *ZONED)
    assert [one["published"] for one in world.records()] == [
        one["published"] for one in fetched.records()
    ]
    assert not world.verdict().is_open


def test_without_a_zone_times_stay_local(world: World, tmp_path: Path) -> None:
    save_pages(world, tmp_path / "saved", 1, 2, 3)
    report = bring_in(world, tmp_path / "saved")
    assert (report.times.timezone, report.times.without_utc) == (None, 13)
    assert all(one["published_local"] and not one["published"] for one in world.records())


def test_a_page_that_is_not_there_is_a_gap(world: World, tmp_path: Path) -> None:
    save_pages(world, tmp_path / "saved", 1, 3)
    report = bring_in(world, tmp_path / "saved")
    assert report.exit_code == 3
    assert [gap.code for gap in report.topics[0].gaps] == ["page-missing", "posts-missing"]
    verdict = world.verdict()
    assert verdict.is_open
    assert not verdict.is_interrupted
    assert [post.position for post in world.posts()] == [1, 2, 3, 4, 5, 11, 12, 13]


def test_the_site_itself_can_fill_the_gap_later(world: World, tmp_path: Path) -> None:
    save_pages(world, tmp_path / "saved", 1, 3)
    bring_in(world, tmp_path / "saved")
    report = world.archive()
    assert report.exit_code == 0
    assert world.live() == world.ids
    assert sorted(world.pages_asked) == [2, 3]
    with reading(world.path) as archive:
        assert summary(archive).host == world.server.url.removeprefix("http://")


def test_one_page_is_imported_by_its_own_name(world: World, tmp_path: Path) -> None:
    save_pages(world, tmp_path / "saved", 2)
    page = tmp_path / "saved" / "page-02.html"
    report = bring_in(world, page)
    assert report.topics[0].posts == 5
    assert report.topics[0].topic_id == world.ids[0]


def test_an_address_that_the_user_knows_counts(world: World, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_bytes(world.server.ordinary(world.page(1)).body)
    report = bring_in(world, page, url=world.url)
    assert report.topics[0].topic_url == world.url


def test_importing_twice_changes_nothing(world: World, tmp_path: Path) -> None:
    save_pages(world, tmp_path / "saved", 1, 2, 3)
    bring_in(world, tmp_path / "saved")
    before = world.records()
    report = bring_in(world, tmp_path / "saved")
    assert (report.topics[0].saved.new, report.topics[0].saved.changed) == (0, 0)
    assert world.records() == before


def test_an_older_page_is_history_and_does_not_take_the_place_of_a_newer_one(
    world: World, tmp_path: Path
) -> None:
    save_pages(world, tmp_path / "saved", 3)
    old = world.truth.posts[12].body_text
    world.edit(12, "Better words.")
    world.archive()
    bring_in(world, tmp_path / "saved")
    (post,) = (post for post in world.posts() if post.post_id == world.ids[12])
    assert (post.body_text, post.revision) == ("Better words.", 2)
    with reading(world.path) as archive:
        first, second = post_history(archive, post.post_id)
    assert first.body_text.split() == old.split()
    assert second.body_text == "Better words."
    assert first.seen_at < second.seen_at
    assert world.live() == world.ids
    assert not world.verdict().is_open


def test_a_text_dump_is_read_and_says_what_it_lacks(world: World, tmp_path: Path) -> None:
    dump = tmp_path / "thread.txt"
    dump.write_text(dump_of(world), "utf-8")
    report = bring_in(world, dump)
    assert report.exit_code == 3
    (outcome,) = report.topics
    assert (outcome.title, outcome.posts, outcome.expected) == (world.truth.title, 3, 13)
    records = world.records()
    assert [one["post_id"] for one in records] == world.ids[10:]
    assert [one["position"] for one in records] == [11, 12, 13]
    assert [one["author"]["name"] for one in records] == [
        post.author_name for post in world.truth.posts[10:]
    ]


def test_a_text_dump_never_overrules_a_page(world: World, tmp_path: Path) -> None:
    world.archive()
    before = world.records(*SEEN)
    dump = tmp_path / "thread.txt"
    dump.write_text(dump_of(world), "utf-8")
    report = bring_in(world, dump)
    assert report.exit_code == 0
    assert report.topics[0].saved.new == 0
    assert world.records(*SEEN) == before
    assert not world.verdict().is_open


def test_pages_complete_what_began_as_a_text_dump(world: World, tmp_path: Path) -> None:
    dump = tmp_path / "thread.txt"
    dump.write_text(dump_of(world), "utf-8")
    bring_in(world, dump)
    report = world.archive()
    assert report.exit_code == 0
    assert world.live() == world.ids
    assert len({one["topic_id"] for one in world.records()}) == 1
    before = exported_bytes(world.path)
    assert reparse(world.path, world.clock).exit_code == 0
    assert exported_bytes(world.path) == before


def test_reading_imports_anew_gives_the_same(world: World, tmp_path: Path) -> None:
    save_pages(world, tmp_path / "saved", 1, 3)
    bring_in(world, tmp_path / "saved")
    before = exported_bytes(world.path)
    assert reparse(world.path, world.clock).exit_code == 3
    assert exported_bytes(world.path) == before


# --- what is refused: nothing is left behind, nothing is changed ---


def test_a_source_that_is_not_there(world: World, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no file or folder"):
        bring_in(world, tmp_path / "nowhere")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_pages(world: World, tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    (folder / "readme.md").write_text("nothing")
    with pytest.raises(NothingReadableError, match="holds no saved page"):
        bring_in(world, folder)
    assert list(tmp_path.iterdir()) == [folder]


def test_pages_that_are_no_forum_s(world: World, tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "a.html").write_text("<html><body>Hello</body></html>")
    with pytest.raises(NothingReadableError, match="no page of a topic that threadkeep reads"):
        bring_in(world, folder)
    assert list(tmp_path.iterdir()) == [folder]


def test_a_text_without_posts(world: World, tmp_path: Path) -> None:
    for text in ("", "Dear diary,\n\ntoday it rained.\n"):
        dump = tmp_path / "diary.txt"
        dump.write_text(text)
        with pytest.raises(NothingReadableError):
            bring_in(world, dump)
        assert list(tmp_path.iterdir()) == [dump]


def test_pages_of_two_sites(world: World, tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    save_pages(world, folder, 1)
    body = (folder / "page-01.html").read_bytes()
    (folder / "other.html").write_bytes(
        body.replace(world.server.url.encode(), b"https://other.example")
    )
    with pytest.raises(UsageError, match=r"of 2: 127\.0\.0\.1:\d+, other\.example"):
        bring_in(world, folder)
    assert not world.path.exists()


def test_pages_of_another_site_than_the_archive_s(world: World, tmp_path: Path) -> None:
    world.archive()
    before = world.path.read_bytes()
    page = tmp_path / "page.html"
    page.write_bytes(world.server.ordinary(world.page(1)).body)
    with pytest.raises(UsageError, match="is the archive of"):
        bring_in(world, page, url="https://other.example/forums/topic/hello/")
    assert world.path.read_bytes() == before


@pytest.mark.parametrize("timezone", ["Europe/Atlantis", "+25:00", ""])
def test_a_zone_that_is_none(timezone: str, world: World, tmp_path: Path) -> None:
    save_pages(world, tmp_path / "saved", 1)
    with pytest.raises(UsageError):
        bring_in(world, tmp_path / "saved", timezone=timezone)
    assert not world.path.exists()


def test_an_archive_that_is_none(world: World, tmp_path: Path) -> None:
    save_pages(world, tmp_path / "saved", 1)
    world.path.write_text("Dear diary")
    with pytest.raises(ArchiveError):
        bring_in(world, tmp_path / "saved")
    assert world.path.read_text() == "Dear diary"

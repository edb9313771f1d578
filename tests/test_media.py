"""Pictures and files that posts show: what is fetched and what is not, once each, and what happens when it fails."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from parsers.errors import DamagedArchiveError
from scraper.archive.database import reading
from scraper.archive.media import (
    StoredPicture,
    file_at,
    media_at,
    media_of_post,
    picture_at,
    stored_picture,
)
from scraper.archive.verify import verify
from scraper.demo import (
    DemoAnswer,
    DemoServer,
    DemoSettings,
    generate,
)
from scraper.demo.gallery import FOLDER, with_gallery
from scraper.demo.login import Gate
from scraper.demo.machine import picture
from scraper.demo.members import with_members_area
from scraper.fetch.login import CookieLogin
from scraper.politeness.clock import FakeClock
from scraper.sync.deep_check import verify_deeply
from scraper.sync.media_options import MediaOptions
from scraper.sync.reparsing import reparse
from tests.archiving import HASTY, World, redirecting, twice
from tests.gallery import (
    SHOWN,
    answering,
    change,
    fetch,
    files_asked,
    gallery_world,
    rows,
    statuses,
)
from tests.membership import MEMBER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with gallery_world(tmp_path) as made:
        yield made


def url_of(world: World, name: str) -> str:
    return f"{world.server.url}{FOLDER}{name}"


# What is fetched


def test_nothing_is_fetched_where_nothing_is_asked_for(world: World) -> None:
    report = world.archive()
    assert report.media is None
    assert not [path for path in world.asked if "/wp-content/" in path or "/avatar/" in path]
    assert rows(world, "SELECT * FROM media_addresses") == []


def test_images_are_all_pictures_that_posts_show_or_link(world: World) -> None:
    outcome = fetch(world)
    assert set(files_asked(world)) == {*SHOWN, "gone.png", "page.png"}
    assert (outcome.kept, outcome.dead, outcome.unfit) == (len(SHOWN), 1, 1)
    assert not [path for path in world.asked if path.startswith("/avatar/")]
    found = statuses(world)
    assert {name for name, status in found.items() if status == "kept"} == SHOWN
    assert (found["gone.png"], found["page.png"], found["plan.pdf"]) == (
        "dead",
        "unfit",
        "pending",
    )


def test_what_is_kept_is_what_the_site_sent(world: World) -> None:
    fetch(world)
    with reading(world.path) as archive:
        found = picture_at(archive.connection, url_of(world, "vice.png"))
        assert isinstance(found, StoredPicture)
        data = picture(f"{FOLDER}vice.png")
        assert found.load() == data
        assert found.sha256 == hashlib.sha256(data).hexdigest()
        assert (found.media_type, found.size) == ("image/png", len(data))
        assert stored_picture(archive.connection, found.sha256) == found


def test_a_file_is_kept_once_under_however_many_addresses(world: World) -> None:
    outcome = fetch(world)
    assert (outcome.kept, outcome.new_files) == (len(SHOWN), len(SHOWN) - 1)
    assert outcome.files == rows(world, "SELECT count(*) FROM media")[0][0] == len(SHOWN) - 1
    assert twice(files_asked(world)) == []
    shown_by = rows(
        world,
        "SELECT count(*) FROM media_links JOIN media_addresses USING (address_key) WHERE url LIKE '%/bench.png'",
    )
    assert shown_by == [(2,)]


def test_all_fetches_files_and_avatars_as_well(world: World) -> None:
    outcome = fetch(world, "all")
    assert {"plan.pdf", "cutting-list.txt"} <= set(files_asked(world))
    avatars = [path for path in world.asked if path.startswith("/avatar/")]
    assert len(avatars) == len(set(avatars)) > 5
    assert outcome.kept == len(SHOWN) + 2 + len(avatars)
    with reading(world.path) as archive:
        file = file_at(archive.connection, url_of(world, "plan.pdf"))
        assert file is not None
        assert file.media_type == "application/pdf"
        assert picture_at(archive.connection, url_of(world, "plan.pdf")) is None


def test_avatars_are_in_the_records_only_where_they_were_asked_for(world: World) -> None:
    fetch(world)
    assert {post.author.avatar_url for post in world.posts()} == {None}
    assert rows(world, "SELECT count(*) FROM media_addresses WHERE kind = 'avatar'") == [(0,)]
    fetch(world, "avatars")
    assert files_asked(world) == []
    with reading(world.path) as archive:
        for post in world.posts():
            url = post.author.avatar_url or ""
            assert url.startswith(f"{world.server.url}/avatar/")
            found = picture_at(archive.connection, url)
            assert found is not None
            assert found.load() == picture(url.removeprefix(world.server.url).partition("?")[0])


def test_a_second_run_asks_for_nothing_that_is_kept(world: World) -> None:
    fetch(world)
    again = fetch(world)
    assert files_asked(world) == [
        "gone.png",
        "page.png",
    ]  # once more, since a site may have had a bad day
    third = fetch(world)
    assert files_asked(world) == []
    assert (again.kept, third.kept, third.waiting) == (0, 0, 0)
    assert third.files == len(SHOWN) - 1


def test_what_an_edit_adds_is_fetched_by_the_next_run(world: World) -> None:
    fetch(world)
    world.edit(0, f'Now: <img src="{FOLDER}new.png"> <img src="../new-2.png">')
    world.archive(refresh=True)
    fetch(world)
    assert "new.png" in files_asked(world)
    assert statuses(world)["bench.png"] == "kept"
    (number,) = rows(world, "SELECT min(post_id) FROM media_links")[0]
    with reading(world.path) as archive:
        shown = {one.url.rpartition("/")[2] for one in media_of_post(archive.connection, number)}
    assert shown == {"bench.png", "new.png", "new-2.png"}


# What is no picture


def test_neither_a_page_nor_a_drawing_is_taken_for_a_picture(world: World) -> None:
    fetch(world)
    with reading(world.path) as archive:
        connection = archive.connection
        assert picture_at(connection, url_of(world, "page.png")) is None
        found = media_at(connection, url_of(world, "page.png"))
        assert found is not None
        assert found.is_dead
        assert (
            found.error
            == f"{url_of(world, 'page.png')} answered with a web page, not with a file."
        )
        assert picture_at(connection, url_of(world, "drawing.png")) is None
        drawing = file_at(connection, url_of(world, "drawing.png"))
        assert drawing is not None
        assert (drawing.media_type, drawing.name[-8:]) == ("image/svg+xml", ".svg.txt")
        named = picture_at(connection, url_of(world, "wrongly-named.jpg"))
        assert named is not None
        assert named.name.endswith(".png")


def test_a_film_in_a_picture_s_place_is_none(world: World) -> None:
    film = DemoAnswer(body=b"\0\0\0\x18ftypisom\0\0\0\0", headers=(("Content-Type", "image/png"),))
    world.server.intercept = answering(f"{FOLDER}bench.png", film)
    fetch(world)
    assert statuses(world)["bench.png"] == "unfit"


# Where from


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[World, DemoServer]]:
    """A forum that shows a picture of another host, and that host."""
    other = gallery_world(tmp_path).server
    with other, gallery_world(tmp_path, f"{other.url}{FOLDER}".rstrip("/")) as made:
        yield made, other


def test_other_hosts_are_asked_only_where_they_are_named(two: tuple[World, DemoServer]) -> None:
    world, other = two
    outcome = fetch(world)
    assert outcome.elsewhere == 1
    assert list(other.requests) == []
    host = other.url.removeprefix("http://")
    assert fetch(world, hosts=(host,)).elsewhere == 0
    assert [request.path for request in other.requests] == ["/robots.txt", f"{FOLDER}saw.png"]
    assert statuses(world)["saw.png"] == "kept"


def test_every_host_is_not_every_private_one(two: tuple[World, DemoServer]) -> None:
    world, other = two
    fetch(world, hosts=("all",))
    assert list(other.requests) == []
    assert statuses(world)["saw.png"] == "refused"


def test_a_redirect_leads_to_no_host_that_was_not_named(world: World) -> None:
    # Any public address: it is refused before anybody asks for it.
    world.server.intercept = redirecting(f"{FOLDER}bench.png", "https://1.1.1.1/bench.png")
    fetch(world)
    (row,) = rows(world, "SELECT status, error FROM media_addresses WHERE url LIKE '%/bench.png'")
    assert row[0] == "refused"
    assert "which is not the forum's" in row[1]


def test_robots_of_the_other_host_are_obeyed(two: tuple[World, DemoServer]) -> None:
    world, other = two
    no = DemoAnswer(body=b"User-agent: *\nDisallow: /wp-content/\n")
    other.intercept = answering("/robots.txt", no)
    host = other.url.removeprefix("http://")
    fetch(world, hosts=(host,))
    assert [request.path for request in other.requests] == ["/robots.txt"]
    assert statuses(world)["saw.png"] == "refused"


def test_what_asks_not_to_be_archived_is_not(world: World) -> None:
    data = picture("private")
    tagged = DemoAnswer(body=data, headers=(("X-Robots-Tag", "noarchive"),))
    world.server.intercept = answering(f"{FOLDER}bench.png", tagged)
    fetch(world)
    assert statuses(world)["bench.png"] == "refused"


# As whom


def test_a_member_s_pictures_are_fetched_as_a_member(tmp_path: Path) -> None:
    gate = Gate()
    forum = with_members_area(with_gallery(generate(DemoSettings(showcase=False, topics=1))))
    server = DemoServer(forum, gate=gate)
    world = World(server=server, path=tmp_path / "forum.db", slug="pictures-and-files")
    cookies = tmp_path / "cookies.txt"
    cookies.write_text(gate.cookies_txt(gate.begin(MEMBER)), "utf-8")
    with world:
        world.archive(media=MediaOptions(choice="images"), login=CookieLogin(path=cookies))
        sent = {
            request.path: request.header("Cookie")
            for request in server.requests
            if request.path.startswith(FOLDER)
        }
        assert {name.removeprefix(FOLDER) for name in sent} == {*SHOWN, "gone.png", "page.png"}
        assert all(sent.values())
        # Nothing else was asked for to see whether anybody is logged in.
        assert twice(world.asked) == []


def test_what_is_welcome_is_said(world: World) -> None:
    fetch(world)
    asked = {
        request.header("Accept")
        for request in world.server.requests
        if request.path.startswith(FOLDER)
    }
    assert asked == {"image/*,*/*;q=0.8"}


# Beside everything else


def test_reading_pages_anew_keeps_what_posts_show(world: World) -> None:
    fetch(world, "all")
    before = rows(world, "SELECT * FROM media_links"), world.records()
    assert reparse(world.path, FakeClock()).exit_code == 0
    assert (rows(world, "SELECT * FROM media_links"), world.records()) == before
    with reading(world.path) as archive:
        assert verify_deeply(archive, FakeClock()).exit_code == 0
    fetch(world, "all")
    fetch(world, "all")
    assert files_asked(world) == []


def test_verify_finds_a_file_that_went_bad(world: World) -> None:
    fetch(world)
    change(world, "UPDATE media SET bytes = x'00' WHERE sha256 = (SELECT min(sha256) FROM media)")
    with reading(world.path) as archive:
        verdict = verify(archive)
    assert verdict.exit_code == DamagedArchiveError.exit_code
    (sentence,) = verdict.damage
    assert sentence.startswith("The stored file ")
    assert FOLDER in sentence
    bad = rows(world, "SELECT min(sha256) FROM media")[0][0]
    with reading(world.path) as archive:
        found = stored_picture(archive.connection, bad)
        assert found is not None
        with pytest.raises(DamagedArchiveError):
            found.load()


def test_files_are_asked_for_at_the_pace_of_pages(world: World) -> None:
    began = world.clock.monotonic()
    world.archive(fetch=replace(HASTY, delay=2.0), media=MediaOptions(choice="images"))
    assert world.clock.monotonic() - began >= 2.0 * (len(world.asked) - 1)
    assert world.server.max_in_flight == 1


def test_what_was_asked_for_is_in_the_ledger(world: World) -> None:
    fetch(world)
    found = rows(
        world,
        "SELECT url, reason, status FROM requests WHERE reason = 'image' ORDER BY request_id",
    )
    assert [url.rpartition("/")[2] for url, _, _ in found] == files_asked(world)
    assert {status for _, _, status in found} == {200, 404}

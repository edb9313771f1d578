"""Stored pages: each once, small, byte for byte the same again; and what checking an archive finds out."""

from __future__ import annotations

import os
import random
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from parsers.errors import DamagedArchiveError
from parsers.records import Page
from scraper.archive.content import load_content, store_content
from scraper.archive.database import reading, writing
from scraper.archive.page import newest_pages, store_page, stored_pages
from scraper.archive.run import ensure_run
from scraper.archive.verify import verify
from tests.archiving import World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scraper.archive.database import Archive

NOW = "2026-01-01T00:00:00Z"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with writing(tmp_path / "a.db", command="test", host="forum.test") as opened:
        with opened.transaction() as connection:
            ensure_run(connection, opened, NOW)
        yield opened


def page_like(number: int, size: int = 9000) -> bytes:
    """A page that has much in common with the others, as a site's pages have."""
    frame = "".join(
        f'<div id="{random.Random(place).random()}">Lantern</div>\n' for place in range(80)
    )
    words = random.Random(number).choices(
        ["oak", "ash", "glue", "saw", "bench", "dust"], k=size // 8
    )
    return f"<html>{frame}<p>{number} {' '.join(words)}</p></html>".encode()


BODIES = [
    b"",
    b"\0",
    b"xy",
    os.urandom(70_000),
    b"\xff\xfe" * 300,
    "€🙂".encode() * 5000,
    page_like(1),
]


@pytest.mark.parametrize("body", BODIES, ids=lambda body: f"{len(body)} bytes")
def test_a_body_comes_back_byte_for_byte(body: bytes, archive: Archive) -> None:
    with archive.transaction() as connection:
        key = store_content(connection, body)
    assert load_content(archive, key) == body


def test_the_same_body_is_kept_once(archive: Archive) -> None:
    with archive.transaction() as connection:
        keys = {store_content(connection, page_like(1)) for _ in range(3)}
    assert len(keys) == 1
    assert archive.connection.execute("SELECT count(*) FROM contents").fetchone()[0] == 1


def bases(archive: Archive) -> list[int]:
    """The rows of bodies that others are compressed against."""
    query = "SELECT DISTINCT base.rowid FROM contents JOIN contents AS base ON base.sha256 = contents.base ORDER BY 1"
    return [row[0] for row in archive.connection.execute(query)]


def store(archive: Archive, bodies: list[bytes]) -> list[str]:
    with archive.transaction() as connection:
        return [store_content(connection, body) for body in bodies]


def test_pages_of_one_site_are_small_by_what_they_have_in_common(archive: Archive) -> None:
    bodies = [page_like(number) for number in range(40)]
    keys = store(archive, bodies)
    assert [load_content(archive, key) for key in keys] == bodies
    sizes = dict(
        archive.connection.execute(
            "SELECT base IS NOT NULL, avg(length(zstd)) FROM contents GROUP BY 1"
        ).fetchall()
    )
    assert bases(archive) == [1]
    assert sizes[1] < 0.7 * sizes[0]


def test_pages_of_another_sort_get_a_base_of_their_own(archive: Archive) -> None:
    others = [page_like(number).translate(bytes(range(128)) * 2)[::-1] for number in range(5)]
    mixed = [body for pair in zip(map(page_like, range(5)), others, strict=True) for body in pair]
    keys = store(archive, mixed)
    assert [load_content(archive, key) for key in keys] == mixed
    assert bases(archive) == [1, 2]


def test_pages_that_nothing_can_be_learnt_from_are_kept_all_the_same(archive: Archive) -> None:
    bodies = [random.Random(number).randbytes(5000) for number in range(10)]
    keys = store(archive, bodies)
    assert [load_content(archive, key) for key in keys] == bodies
    assert bases(archive) == []


def test_a_base_that_is_damaged_is_said_with_every_page_that_needs_it(archive: Archive) -> None:
    first, second = store(archive, [page_like(1), page_like(2)])
    archive.connection.execute("UPDATE contents SET zstd = x'0102' WHERE rowid = 1")
    for key in (first, second):
        with pytest.raises(DamagedArchiveError, match="cannot be unpacked"):
            load_content(archive, key)


def make_page(url: str, body: bytes, minute: int, **changes: object) -> Page:
    facts = {
        "url": url,
        "final_url": url,
        "status": 200,
        "body": body,
        "fetched_at": datetime(2026, 1, 1, 0, minute, tzinfo=UTC),
        **changes,
    }
    return Page(**facts)  # type: ignore[arg-type]  # as the fields want


def test_a_page_comes_back_as_it_came_without_what_identifies_anybody(archive: Archive) -> None:
    headers = (
        ("Content-Type", "text/html"),
        ("Set-Cookie", "session=1"),
        ("SET-COOKIE", "more=2"),
        ("Link", "<a>; rel=b"),
        ("Link", "<c>; rel=d"),
    )
    came = make_page(
        "http://forum.test/a",
        b"\xff\0body",
        1,
        final_url="http://forum.test/b",
        redirects=("http://forum.test/c",),
        headers=headers,
    )
    with archive.transaction() as connection:
        store_page(connection, archive.run_id, "topic", came)
    ((_, kind, back),) = stored_pages(archive)
    assert kind == "topic"
    assert back.headers == (headers[0], *headers[3:])
    assert (back.url, back.final_url, back.redirects) == (came.url, came.final_url, came.redirects)
    assert (back.body, back.fetched_at, back.status) == (came.body, came.fetched_at, 200)


def test_pages_come_back_in_the_order_of_when_they_came_from_the_site(archive: Archive) -> None:
    with archive.transaction() as connection:
        for name, minute in (("late", 30), ("early", 10), ("also late", 30)):
            page = make_page(f"http://forum.test/{name}", name.encode(), minute)
            store_page(connection, archive.run_id, "topic", page)
    assert [page.body for _, _, page in stored_pages(archive)] == [b"early", b"late", b"also late"]


def test_the_newest_page_of_each_address_is_found_unless_it_is_too_old(archive: Archive) -> None:
    with archive.transaction() as connection:
        for address, minute in (("a", 1), ("a", 20), ("b", 5)):
            page = make_page(f"http://forum.test/{address}", str(minute).encode(), minute)
            store_page(connection, archive.run_id, "robots", page)
    since = datetime(2026, 1, 1, 0, 10, tzinfo=UTC)
    assert [page.body for page in newest_pages(archive, "robots", since)] == [b"20"]
    assert list(newest_pages(archive, "feed", since)) == []


# --- checking ---


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World.of(tmp_path, posts=12) as made:
        made.archive()
        yield made


def alter(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute(statement)


# What is done to an archive, and what checking says of it.
DAMAGE = {
    "UPDATE contents SET zstd = x'0102' WHERE rowid = 2": "cannot be unpacked",
    "UPDATE contents SET zstd = (SELECT zstd FROM contents WHERE rowid = 3) WHERE rowid = 2": "stored page",
    "UPDATE contents SET size = size - 1 WHERE rowid = 2": "stored page",
    "DELETE FROM contents WHERE rowid = 2": "that is not there",
    "DELETE FROM authors": "that is not there",
    "DELETE FROM revisions": "lack their newest body",
    "UPDATE posts SET revision = 7 WHERE kind = 'topic'": "1 post lacks its newest body",
    "DELETE FROM site": "does not say whose it is",
}


@pytest.mark.parametrize("statement", DAMAGE)
def test_what_contradicts_itself_is_found(statement: str, world: World) -> None:
    alter(world.path, statement)
    with reading(world.path) as opened:
        verdict = verify(opened)
    assert verdict.topics == ()
    assert verdict.exit_code == 7
    assert any(DAMAGE[statement] in one for one in verdict.damage)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE posts SET edits = '[{'",
        "UPDATE posts SET problems = '{}'",
        "UPDATE topics SET tags = '7'",
        "UPDATE posts SET revision = 7",
        "UPDATE posts SET edits = CAST(x'ff' AS TEXT)",
    ],
)
def test_what_cannot_be_read_is_said_and_no_riddle(statement: str, world: World) -> None:
    alter(world.path, statement)
    with pytest.raises(DamagedArchiveError, match="damaged"):
        world.records()


def test_a_whole_archive_is_whole(world: World) -> None:
    with reading(world.path) as opened:
        verdict = verify(opened)
    assert (verdict.damage, verdict.exit_code) == ((), 0)


def test_bytes_that_went_bad_are_found_or_do_no_harm(world: World) -> None:
    """Checking never fails in a way of its own, wherever the disk lost something."""
    whole = world.path.read_bytes()
    wanted = world.records()
    rng = random.Random(7)
    found = 0
    for _ in range(40):
        place = rng.randrange(100, len(whole))
        world.path.write_bytes(whole[:place] + bytes(256) + whole[place + 256 :])
        try:
            with reading(world.path) as opened:
                is_damaged = bool(verify(opened).damage)
        except DamagedArchiveError:
            is_damaged = True
        found += is_damaged
        if not is_damaged:
            assert len(world.records()) == len(wanted)
    assert found > 5


def test_a_file_that_is_cut_off_is_damaged(world: World) -> None:
    whole = world.path.read_bytes()
    world.path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DamagedArchiveError):
        world.verdict()

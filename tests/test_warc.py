"""Web archives out of an archive: other programs find them whole, and they make the same archive again."""

from __future__ import annotations

import errno
import gzip
import json
import os
import resource
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from exporters.warc.index import sort_key
from exporters.warc.record import Record, packed
from parsers.errors import ExportError, UsageError
from scraper.archive.database import reading, writing
from scraper.archive.erasure.key import add_keys, key_of_post
from scraper.archive.run import ensure_run
from scraper.demo import DemoAnswer, DemoRequest
from scraper.sync.importing import ImportJob, ImportReport, import_source
from tests.archiving import World, dump_of, exported, redirecting
from tests.gallery import fetch as fetch_media
from tests.gallery import gallery_world, rows, statuses
from threadkeep.cli.main import run
from threadkeep.page_exporting import export_pages, plan_page_export

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporters.page_exporter import PagesWritten
    from tests.conftest import CommandLine


# They have no types.
ArchiveIterator: Any = import_module("warcio.archiveiterator").ArchiveIterator
Checker: Any = import_module("warcio.checker").Checker


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World.of(tmp_path, posts=13) as made:
        yield made


def write(world: World, path: Path, **options: Any) -> PagesWritten:  # noqa: ANN401  options of the plan
    job = plan_page_export(path, None, **options)
    assert job is not None
    return export_pages(world.path, job)


def bring_in(world: World, source: Path, path: Path, **options: Any) -> ImportReport:  # noqa: ANN401  fields of ImportJob
    return import_source(ImportJob(source=source, path=path, **options), world.clock)


def check(path: Path) -> int:
    """What `warcio check` exits with."""
    exit_code: int = Checker(SimpleNamespace(inputs=[str(path)], verbose=False)).process_all()
    return exit_code


def read(path: Path) -> list[tuple[str, str, bytes, dict[str, str]]]:
    """Each record as warcio reads it: its type, its address, its payload, its fields."""
    with path.open("rb") as file:
        return [
            (
                record.rec_type,
                record.rec_headers.get_header("WARC-Target-URI") or "",
                record.content_stream().read(),
                dict(record.rec_headers.headers),
            )
            for record in ArchiveIterator(file)
        ]


def with_a_past(world: World) -> None:
    """An archive with an edit, a vanished post, pages that did not change, and a redirect."""
    short = f"/?p={world.topic.topic_id}"
    world.server.intercept = redirecting(short, world.page(1))
    world.archive(f"{world.server.url}{short}")
    world.edit(12, "Better words.")
    world.delete(5)
    world.archive(refresh=True)
    world.archive(refresh=True)
    assert world.gone()


def test_another_program_finds_it_whole(world: World, tmp_path: Path) -> None:
    with_a_past(world)
    path = tmp_path / "forum.warc.gz"
    written = write(world, path)
    assert check(path) == 0
    records = read(path)
    assert records[0][0] == "warcinfo"
    assert b"as the archive's ledger has them" in records[0][2]
    bodies = {url: payload for kind, url, payload, _ in records if kind == "response" and payload}
    page = world.server.ordinary(world.page(3)).body
    assert bodies[f"{world.server.url}{world.page(3)}"] == page
    (redirect,) = (
        one
        for one in records
        if one[1].endswith(f"/?p={world.topic.topic_id}") and one[0] == "response"
    )
    assert redirect[2] == b""
    assert f"Location: {world.url}".encode() in gzip.decompress(path.read_bytes())
    assert {kind for kind, *_ in records} == {
        "warcinfo", "request", "response", "revisit", "resource",
    }  # fmt: skip
    assert sum(kind == "revisit" for kind, *_ in records) == written.repeated > 0
    with reading(world.path) as archive:
        (kept,) = archive.connection.execute("SELECT count(*) FROM pages").fetchone()
    assert written.pages == kept


def test_it_makes_the_same_archive_again(world: World, tmp_path: Path) -> None:
    with_a_past(world)
    write(world, tmp_path / "forum.warc.gz")
    report = bring_in(world, tmp_path / "forum.warc.gz", tmp_path / "again.db")
    assert report.exit_code == 0
    assert exported(tmp_path / "again.db") == exported(world.path)
    pages = "SELECT kind, url, final_url, status, headers, redirects, fetched_at, sha256, viewer FROM pages ORDER BY page_id"
    bodies = "SELECT post_id, revision, body_html, seen_at FROM revisions ORDER BY 1, 2"
    for query in (pages, bodies):
        found: list[list[tuple[object, ...]]] = []
        for path in (world.path, tmp_path / "again.db"):
            with reading(path) as archive:
                found.append([tuple(row) for row in archive.connection.execute(query)])
        assert found[0] == found[1]


def test_again_it_changes_nothing(world: World, tmp_path: Path) -> None:
    with_a_past(world)
    write(world, tmp_path / "forum.warc.gz")
    before = exported(world.path)
    report = bring_in(world, tmp_path / "forum.warc.gz", world.path)
    assert [(one.saved.new, one.saved.changed) for one in report.topics] == [(0, 0)]
    assert exported(world.path) == before


def test_the_same_archive_gives_the_same_bytes(world: World, tmp_path: Path) -> None:
    with_a_past(world)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write(world, tmp_path / name / "forum.warc.gz")
    for name in ("forum.warc.gz", "forum.cdxj"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_the_index_leads_to_each_page(world: World, tmp_path: Path) -> None:
    with_a_past(world)
    write(world, tmp_path / "forum.warc.gz", most_bytes=9_000)
    lines = (tmp_path / "forum.cdxj").read_text().splitlines()
    assert lines == sorted(lines)
    assert len({json.loads(line.split(" ", 2)[2])["filename"] for line in lines}) > 1
    for line in lines:
        key, moment, entry = line.split(" ", 2)
        found = json.loads(entry)
        data = (tmp_path / found["filename"]).read_bytes()
        start = int(found["offset"])
        record = gzip.decompress(data[start : start + int(found["length"])])
        assert f"WARC-Target-URI: {found['url']}\r\n".encode() in record
        assert sort_key(found["url"]) == key
        assert (
            moment
            in record[:400].replace(b"-", b"").replace(b":", b"").replace(b"T", b"").decode()
        )


def test_files_of_a_size_are_whole_each(world: World, tmp_path: Path) -> None:
    with_a_past(world)
    folder = tmp_path / "split"
    folder.mkdir()
    written = write(world, folder / "forum.warc.gz", most_bytes=9_000)
    assert sorted(path.name for path in folder.glob("*.gz")) == sorted(written.files)
    assert written.files[1] == "forum-00002.warc.gz"
    for name in written.files:
        assert check(folder / name) == 0
        assert read(folder / name)[0][3]["WARC-Filename"] == name
    bring_in(world, folder, tmp_path / "again.db")
    assert exported(tmp_path / "again.db") == exported(world.path)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.Forum.example/A/?b=2&a=1", "example,forum)/a?a=1&b=2"),
        ("http://forum.example:80/", "example,forum)/"),
        ("https://forum.example:8443/x", "example,forum:8443)/x"),
        ("http://127.0.0.1:8000/x/", "1,0,0,127:8000)/x"),
    ],
)
def test_addresses_are_sorted_as_replay_programs_do(url: str, key: str) -> None:
    assert sort_key(url) == key


def test_nothing_secret_is_in_it(world: World, tmp_path: Path) -> None:
    def with_cookie(request: DemoRequest) -> DemoAnswer:
        answer = world.server.ordinary(request.path)
        return replace(
            answer,
            headers=(*answer.headers, ("Set-Cookie", "id=5ec7e7"), ("X-WP-Nonce", "5ec7e7")),
        )

    world.server.intercept = with_cookie
    world.archive()
    write(world, tmp_path / "forum.warc.gz")
    assert b"5ec7e7" not in gzip.decompress((tmp_path / "forum.warc.gz").read_bytes())


def test_pages_of_members_say_so(world: World, tmp_path: Path) -> None:
    world.archive()
    path = tmp_path / "forum.warc.gz"
    write(world, path)
    assert b"logged in" not in read(path)[0][2]
    with closing(sqlite3.connect(world.path)) as connection, connection:
        connection.execute("UPDATE pages SET viewer = 'member' WHERE kind = 'topic'")
    write(world, path)
    assert b"redaction: Some pages were read by somebody who was logged in" in read(path)[0][2]
    bring_in(world, path, tmp_path / "again.db")
    with reading(tmp_path / "again.db") as archive:
        rows = archive.connection.execute("SELECT DISTINCT viewer FROM pages WHERE kind = 'topic'")
        assert [row[0] for row in rows] == ["member"]


def test_dumps_and_files_without_an_address_come_back(world: World, tmp_path: Path) -> None:
    dump = tmp_path / "thread.txt"
    dump.write_text(dump_of(world), "utf-8")
    bring_in(world, dump, world.path)
    write(world, tmp_path / "forum.warc.gz")
    assert check(tmp_path / "forum.warc.gz") == 0
    bring_in(world, tmp_path / "forum.warc.gz", tmp_path / "again.db")
    assert exported(tmp_path / "again.db") == exported(world.path)


def test_an_archive_without_a_page(world: World, tmp_path: Path) -> None:
    with writing(world.path, command="test", host="forum.example") as archive:
        with archive.transaction() as connection:
            ensure_run(connection, archive, "2026-01-01T00:00:00Z")
        write(world, tmp_path / "forum.warc.gz")
    assert check(tmp_path / "forum.warc.gz") == 0
    assert (tmp_path / "forum.cdxj").read_bytes() == b""


def test_an_earlier_export_stays_where_a_new_one_fails(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.archive()
    path = tmp_path / "forum.warc.gz"
    write(world, path)
    before = path.read_bytes()

    def full(*_: object) -> bytes:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("exporters.warc.volume.packed", full)
    with pytest.raises(ExportError, match="the disk is full"):
        write(world, path)
    assert path.read_bytes() == before
    assert {one.name for one in tmp_path.iterdir() if one.name.startswith(".threadkeep")} == set()


def test_earlier_files_stay_where_a_further_one_fails(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_a_past(world)
    folder = tmp_path / "split"
    folder.mkdir()
    written = write(world, folder / "forum.warc.gz", most_bytes=9_000)
    assert len(written.files) > 2
    world.edit(1, "Other words.")
    world.archive(refresh=True)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    real, left = packed, iter(range(30))

    def soon_full(record: Record, warcinfo_id: str | None) -> bytes:
        if next(left, None) is None:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(record, warcinfo_id)

    monkeypatch.setattr("exporters.warc.volume.packed", soon_full)
    with pytest.raises(ExportError, match="the disk is full"):
        write(world, folder / "forum.warc.gz", most_bytes=9_000)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_places_that_cannot_be(world: World, tmp_path: Path) -> None:
    world.archive()
    (tmp_path / "folder.warc.gz").mkdir()
    with pytest.raises(ExportError, match="no file"):
        write(world, tmp_path / "folder.warc.gz")
    taken = tmp_path / "taken.warc.gz"
    taken.write_bytes(world.path.read_bytes())
    with pytest.raises(UsageError, match="is an archive"):
        write(world, taken)


def test_the_command(
    world: World, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    world.archive()
    archive, path = str(world.path), tmp_path / "forum.warc.gz"
    assert run(["export", "-a", archive, "-o", str(path)]) == 0
    assert b"5 pages written to" in capsysbinary.readouterr().err
    assert run(["export", "-a", archive, "--format", "warc"]) == 0
    assert gzip.decompress(capsysbinary.readouterr().out).startswith(b"WARC/1.1\r\n")
    assert run(["export", "5", "-a", archive, "-o", str(path)]) == 2
    assert b"holds all pages as they came" in capsysbinary.readouterr().err
    assert run(["export", "-a", archive, "--format", "jsonl", "--warc-size", "5"]) == 2
    assert b"--warc-size is for web archives" in capsysbinary.readouterr().err
    assert run(["export", "-a", archive, "--format", "warc", "--warc-size", "5"]) == 2
    assert b"the standard output takes one; name a file with -o" in capsysbinary.readouterr().err
    again = str(tmp_path / "again.db")
    assert run(["import", str(path), "-a", again, "--host", "other.example"]) == 5
    assert run(["import", str(path), "-a", again]) == 0
    assert exported(tmp_path / "again.db") == exported(world.path)


def test_right_away_while_archiving(world: World, threadkeep: CommandLine) -> None:
    ran = threadkeep("archive", world.url, "--delay", "0", "-a", "forum.db", "-o", "topic.warc.gz")
    assert ran.code == 0
    assert check(Path("topic.warc.gz")) == 0
    export = ("export", "-a", "forum.db", "-o")
    assert threadkeep(*export, "later/topic.warc.gz").code == 8
    Path("later").mkdir()
    assert threadkeep(*export, "later/topic.warc.gz").code == 0
    assert Path("topic.warc.gz").read_bytes() == Path("later/topic.warc.gz").read_bytes()
    assert Path("topic.cdxj").read_bytes() == Path("later/topic.cdxj").read_bytes()


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("no/topic.warc.gz", "there is no folder"),
        ("here.warc.gz", "it is no file"),
        ("other.db", "is an archive"),
    ],
)
def test_a_place_that_cannot_be_is_told_before_anything_is_asked_for(
    world: World, threadkeep: CommandLine, place: str, said: str
) -> None:
    Path("here.warc.gz").mkdir()
    world.archive()
    Path("other.db").write_bytes(world.path.read_bytes())
    world.server.forget_requests()
    ran = threadkeep("archive", world.url, "-a", "forum.db", "-o", place, "-f", "warc")
    assert ran.code in {2, 8}
    assert said in ran.sentence
    assert world.asked == []


def test_what_says_how_posts_are_written_does_not_go_with_pages(
    world: World, threadkeep: CommandLine
) -> None:
    ran = threadkeep("archive", world.url, "-a", "forum.db", "-o", "x.warc.gz", "--with-gone")
    assert (ran.code, ran.sentence) == (
        2,
        "A web archive holds all pages as they came; leave out what says how posts are written.",
    )


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only Linux tells what is open")
def test_many_files_need_no_more_open_than_one(world: World, tmp_path: Path) -> None:
    with_a_past(world)
    (tmp_path / "split").mkdir()
    written = write(world, tmp_path / "split" / "forum.warc.gz", most_bytes=1)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = max(int(one.name) for one in Path("/proc/self/fd").iterdir()) + 10
    assert len(written.files) > 10
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    try:
        write(world, tmp_path / "split" / "forum.warc.gz", most_bytes=1)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


class TestMedia:
    """Pictures and files that posts show."""

    @pytest.fixture
    def gallery(self, tmp_path: Path) -> Iterator[World]:
        with gallery_world(tmp_path) as made:
            fetch_media(made, "all")
            assert set(statuses(made).values()) > {"kept", "dead"}
            yield made

    def test_another_program_finds_them_whole(self, gallery: World, tmp_path: Path) -> None:
        path = tmp_path / "forum.warc.gz"
        written = write(gallery, path)
        assert check(path) == 0
        found = {
            url: (payload, fields["WARC-Date"], fields["Content-Type"])
            for kind, url, payload, fields in read(path)
            if kind == "resource" and "Threadkeep-Media" in fields
        }
        kept = rows(
            gallery,
            "SELECT url, bytes, fetched_at, media_type FROM media_addresses JOIN media USING (sha256)",
        )
        assert found == {url: tuple(rest) for url, *rest in kept}
        assert written.media == len(kept) > 5
        lines = (tmp_path / "forum.cdxj").read_text().splitlines()
        indexed = {json.loads(line.split(" ", 2)[2])["url"] for line in lines}
        assert set(found) < indexed

    def test_they_come_back_with_what_is_known_of_them(
        self, gallery: World, tmp_path: Path
    ) -> None:
        write(gallery, tmp_path / "forum.warc.gz")
        again = tmp_path / "again.db"
        report = bring_in(gallery, tmp_path / "forum.warc.gz", again)
        assert any(
            notice.endswith("pictures and files that posts show.") for notice in report.notices
        )
        assert exported(again) == exported(gallery.path)
        for query in (
            "SELECT url, host, kind, status, sha256, error, attempts, size_limit, fetched_at FROM media_addresses ORDER BY url",
            "SELECT sha256, media_type, size, bytes FROM media ORDER BY sha256",
            "SELECT post_id, url FROM media_links JOIN media_addresses USING (address_key) ORDER BY 1, 2",
        ):
            with closing(sqlite3.connect(again)) as connection:
                assert connection.execute(query).fetchall() == rows(gallery, query)
        (tmp_path / "again").mkdir()
        job = plan_page_export(tmp_path / "again" / "forum.warc.gz", None)
        assert job is not None
        export_pages(again, job)
        first, second = (
            [one for one in read(folder / "forum.warc.gz") if "Threadkeep-Media" in one[3]]
            for folder in (tmp_path, tmp_path / "again")
        )
        assert first == second

    def test_again_they_change_nothing(self, gallery: World, tmp_path: Path) -> None:
        write(gallery, tmp_path / "forum.warc.gz")
        before = rows(gallery, "SELECT * FROM media_addresses")
        bring_in(gallery, tmp_path / "forum.warc.gz", gallery.path)
        assert rows(gallery, "SELECT * FROM media_addresses") == before

    def test_what_is_no_picture_is_not_taken_for_one(self, gallery: World, tmp_path: Path) -> None:
        path = tmp_path / "forum.warc.gz"
        write(gallery, path)
        forged = gzip.decompress(path.read_bytes()).replace(
            b"Threadkeep-Media: attachment", b"Threadkeep-Media: image"
        )
        (tmp_path / "forged.warc").write_bytes(forged)
        report = bring_in(gallery, tmp_path / "forged.warc", tmp_path / "again.db")
        assert any("which no post shows as image" in problem for problem in report.problems)

    @pytest.mark.parametrize("is_erased", [False, True])
    def test_where_something_was_erased_only_what_is_still_shown_comes_in(
        self, gallery: World, tmp_path: Path, *, is_erased: bool
    ) -> None:
        path, again = tmp_path / "forum.warc.gz", tmp_path / "again.db"
        write(gallery, path)
        bring_in(gallery, path, again)
        if is_erased:
            with writing(again, command="test") as archive, archive.transaction() as connection:
                add_keys(connection, [key_of_post(10**6)])
        elsewhere = gzip.decompress(path.read_bytes()).replace(b"/bench.png\r", b"/hidden.png\r")
        (tmp_path / "other.warc").write_bytes(elsewhere)
        bring_in(gallery, tmp_path / "other.warc", again)
        with closing(sqlite3.connect(again)) as connection:
            query = "SELECT count(*) FROM media_addresses WHERE url LIKE '%/hidden.png'"
            assert connection.execute(query).fetchone() == (0 if is_erased else 1,)


def test_a_reader_of_the_standard_output_that_stops_early_is_no_error(world: World) -> None:
    world.archive()
    command = (sys.executable, "-m", "threadkeep", "export", "-a", world.path, "-f", "warc")
    reader, writer = os.pipe()
    os.close(reader)
    ended = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, check=False, timeout=60)
    os.close(writer)
    assert (ended.returncode, ended.stderr) == (0, b"")

"""Pictures and files by the command line and by JOBS.toml: what is asked for, what is printed, what is exported beside posts."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from exporters.exporter import ExportOptions
from parsers.errors import UsageError
from scraper.demo.gallery import FOLDER
from scraper.demo.machine import picture
from scraper.politeness.clock import FakeClock
from scraper.sync.media_options import MediaOptions, file_size_of, hosts_named, size_of
from tests.archiving import failing
from tests.gallery import SHOWN, fetch, files_asked, gallery_world, rows
from threadkeep.cli.jobs_progress import JobsProgress
from threadkeep.cli.media_text import readable_size
from threadkeep.exporting import export_archive, plan_export
from threadkeep.jobs.jobs_file import read_jobs
from threadkeep.jobs.run import run_jobs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.archiving import World
    from tests.conftest import CommandLine


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with gallery_world(tmp_path) as made:
        yield made


HOW_AND_NOT_WHAT = """\
--media-hosts, --media-limit and --media-file-limit say how pictures and files are fetched; say which with --media, as in \
--media images."""


# What is asked for


def test_the_command_line_says_what_is_fetched(world: World, threadkeep: CommandLine) -> None:
    ran = threadkeep("archive", world.url, "-a", world.path, "--delay", "0", "--media", "images")
    assert ran.code == 0
    assert set(files_asked(world)) == {*SHOWN, "gone.png", "page.png"}
    assert (
        f"pictures and files: {len(SHOWN)} fetched ({len(SHOWN) - 1} files kept, 672 bytes)"
        in ran.out
    )
    assert "  not kept: 1 no longer there, 1 too large or not what they should be\n" in ran.out
    assert "  on other hosts, and not asked for: 1 (--media-hosts names hosts)\n" in ran.out
    assert f"file 1 of {len(SHOWN) + 2}: {world.server.url}{FOLDER}bench.png\n" in ran.err
    assert f"failed: {world.server.url}{FOLDER}gone.png: Nothing" not in ran.out
    assert f"failed: {world.server.url}{FOLDER}gone.png: " in ran.err


def test_a_sync_fetches_what_failed(world: World, threadkeep: CommandLine) -> None:
    world.server.intercept = failing(f"{FOLDER}bench.png")
    fetch(world)
    world.server.intercept = None
    ran = threadkeep("sync", "-a", world.path, "--delay", "0", "--media", "images", "--json")
    assert ran.code == 0
    media = ran.report["media"]
    assert (media["kept"], media["failed"], media["dead"]) == (1, 0, 1)
    quiet = threadkeep("sync", "-a", world.path, "--delay", "0", "--quiet")
    assert "pictures" not in quiet.out + quiet.err


def test_a_limit_is_said_where_it_is_reached(world: World, threadkeep: CommandLine) -> None:
    limit = ("--media", "images", "--media-limit", "200", "--media-file-limit", "100")
    ran = threadkeep("archive", world.url, "-a", world.path, "--delay", "0", *limit)
    assert ran.code == 0
    assert "  the archive has as much of them as --media-limit allows\n" in ran.out
    assert "  left for the next run: " in ran.out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ("--media", "some"),
            "“some” is no choice of media; there are none, avatars, images, all.",
        ),
        (
            ("--media", "all", "--media-limit", "much"),
            "“much” is no size; write one such as 500M or 2G.",
        ),
        (
            ("--media", "all", "--media-limit", "0"),
            "“0” is no room for any file; write a size such as 500M, or --media none.",
        ),
        (
            ("--media", "all", "--media-file-limit", "1G"),
            "“1G” is more than an archive can keep of one file, which is 900M.",
        ),
        (
            ("--media", "all", "--media-hosts", "a b"),
            "“a b” is no host; name one as in images.example, or say all for every host.",
        ),
        (
            ("--media", "all", "--media-hosts", "https://x.test/"),
            "“https://x.test/” is an address, not a host; name the host only, as in x.test.",
        ),
        (
            ("--media", "all", "--media-hosts", "x.test/pictures"),
            "“x.test/pictures” is an address, not a host; name the host only, as in x.test.",
        ),
        (
            ("--media-hosts", "all"),
            HOW_AND_NOT_WHAT,
        ),
    ],
)
def test_what_cannot_be_meant_is_told_before_anything_is_asked_for(
    world: World, threadkeep: CommandLine, options: tuple[str, ...], said: str
) -> None:
    ran = threadkeep("archive", world.url, "-a", world.path, "--delay", "0", *options)
    assert (ran.code, ran.sentence) == (2, said)
    assert world.asked == []


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("1000", 1000),
        ("500M", 500_000_000),
        ("2g", 2_000_000_000),
        ("1.5 GB", 1_500_000_000),
        ("64MiB", 64 * 2**20),
        ("1kB", 1000),
        (" 7 b ", 7),
    ],
)
def test_sizes_are_read_as_people_write_them(text: str, size: int) -> None:
    assert size_of(text) == size


@pytest.mark.parametrize("text", ["", "M", "-1", "1e9", "5 apples", "1ib", "0.0001", "٣M x"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        size_of(text)
    with pytest.raises(UsageError):
        file_size_of(text)


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (1_440_000, "1.4 MB"),
        (25 * 10**11, "2.5 TB"),
    ],
)
def test_sizes_are_written_for_people(size: int, said: str) -> None:
    assert readable_size(size) == said


def test_a_host_stands_for_those_below_it() -> None:
    hosts = hosts_named(["gravatar.com, WWW.Bilder.example", "localhost:8000"])
    assert hosts == ("gravatar.com", "bilder.example", "localhost:8000")
    options = MediaOptions(choice="all", hosts=hosts)
    for host in ("forum.test", "gravatar.com", "secure.gravatar.com", "localhost:8000"):
        assert options.may_ask(host, "forum.test")
    for host in ("notgravatar.com", "gravatar.com.evil.test", "localhost", "localhost:8001"):
        assert not options.may_ask(host, "forum.test")


# JOBS.toml


def test_a_job_says_what_is_fetched(world: World, tmp_path: Path) -> None:
    jobs = tmp_path / "JOBS.toml"
    jobs.write_text(
        f"""
        [defaults]
        media = "images"
        [jobs.gallery]
        urls = ["{world.url}"]
        archive = "{world.path}"
        delay = 0
        media_hosts = ["gravatar.com"]
        media_limit = "1M"
        media_file_limit = "10k"
        """,
        "utf-8",
    )
    file = read_jobs(jobs)
    assert file.jobs[0].media == MediaOptions(
        choice="images", hosts=("gravatar.com",), total_limit=10**6, file_limit=10**4
    )
    report = run_jobs(file, JobsProgress(tell_lines=False), clock=FakeClock())
    assert report.exit_code == 0
    assert rows(world, "SELECT count(*) FROM media") == [(len(SHOWN) - 1,)]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('media = "image"', "“jobs.x.media” does not know “image”; did you mean “images”?"),
        (
            "media = true",
            '“jobs.x.media” has to be text, not true or false; write media = "images".',
        ),
        (
            'media_limit = "lots"',
            "“jobs.x.media_limit”: “lots” is no size; write one such as 500M or 2G.",
        ),
        ('media_hosts = ["a b"]', "“jobs.x.media_hosts”: “a b” is no host"),
        (
            'media_file_limit = "2G"',
            "“jobs.x.media_file_limit”: “2G” is more than an archive can keep",
        ),
    ],
)
def test_what_a_job_cannot_mean_names_its_key(line: str, said: str, tmp_path: Path) -> None:
    jobs = tmp_path / "JOBS.toml"
    jobs.write_text(
        f'[jobs.x]\nurls = ["https://forum.example/"]\narchive = "x.db"\n{line}\n', "utf-8"
    )
    with pytest.raises(UsageError) as caught:
        read_jobs(jobs)
    assert said in str(caught.value)


# Exports


def test_an_export_has_the_files_beside_it(world: World, threadkeep: CommandLine) -> None:
    fetch(world, "all")
    ran = threadkeep("export", "-a", world.path, "-o", "forum.md", "--media-dir", "my pictures")
    assert ran.code == 0
    text = Path("forum.md").read_text("utf-8")
    data = picture(f"{FOLDER}bench.png")
    name = f"{hashlib.sha256(data).hexdigest()}.png"
    assert Path("my pictures", name).read_bytes() == data
    assert f"![the bench](my%20pictures/{name})" in text
    large = hashlib.sha256(picture(f"{FOLDER}shelf-1024.png")).hexdigest()
    assert f"![the shelf](my%20pictures/{large}.png)" in text
    assert f'![a lost picture]({world.server.url}{FOLDER}gone.png "[not to be had on ' in text
    for line in Path("my pictures", "index.jsonl").read_text("utf-8").splitlines():
        entry = json.loads(line)
        if entry["status"] == "kept":
            kept = Path("my pictures", entry["file"]).read_bytes()
            assert hashlib.sha256(kept).hexdigest() == entry["file"].partition(".")[0]
            assert len(kept) == entry["size"]
        else:
            assert entry["file"] is None
    files = {path.name for path in Path("my pictures").iterdir()} - {"index.jsonl"}
    assert len(files) == rows(world, "SELECT count(*) FROM media")[0][0]
    assert not [name for name in files if name.endswith((".html", ".svg"))]


def test_links_lead_to_the_folder_from_wherever_the_export_is(
    world: World, tmp_path: Path
) -> None:
    fetch(world)
    job = plan_export(
        tmp_path / "a" / "threads",
        "markdown",
        ExportOptions(),
        per_topic=True,
        media_dir=tmp_path / "b" / "media",
    )
    written = export_archive(world.path, job)
    assert written.files == 1
    (page,) = (tmp_path / "a" / "threads").iterdir()
    assert "](../../b/media/" in page.read_text("utf-8")


def test_a_page_shows_the_files_beside_it(world: World, threadkeep: CommandLine) -> None:
    fetch(world)
    ran = threadkeep("export", "-a", world.path, "-o", "forum.html", "--media-dir", "m")
    assert ran.code == 0
    name = f"{hashlib.sha256(picture(f'{FOLDER}lathe.png')).hexdigest()}.png"
    text = Path("forum.html").read_text("utf-8")
    assert f'<img src="m/{name}" alt="the lathe"' in text
    assert Path("m", name).exists()
    sources = re.findall(r'<img[^>]* src="([^"]*)"', text)
    assert sources
    assert all(Path(source).is_file() for source in sources)


def test_a_site_has_its_files_in_its_own_folder(world: World, threadkeep: CommandLine) -> None:
    fetch(world)
    ran = threadkeep("export", "-a", world.path, "-f", "html", "-o", "site", "--media-dir", "m")
    assert (ran.code, ran.sentence.partition(";")[0]) == (
        2,
        "A site has its pictures in its own folder",
    )
    assert not Path("m").exists()


def test_records_stay_as_they_are_and_have_the_files_beside_them(
    world: World, tmp_path: Path
) -> None:
    fetch(world)
    plain, beside = tmp_path / "plain.jsonl", tmp_path / "beside.jsonl"
    export_archive(world.path, plan_export(plain, None, ExportOptions()))
    folder = tmp_path / "media"
    export_archive(world.path, plan_export(beside, None, ExportOptions(), media_dir=folder))
    assert plain.read_bytes() == beside.read_bytes()
    assert len(list(folder.iterdir())) == len(SHOWN) - 1 + 1


def test_only_what_is_exported_brings_its_files(world: World, threadkeep: CommandLine) -> None:
    fetch(world)
    other = world.server.forum.topics[0]
    world.archive(f"{world.server.url}/forums/topic/{other.slug}/")
    ran = threadkeep("export", other.topic_id, "-a", world.path, "-o", "x.md", "--media-dir", "m")
    assert ran.code == 0
    assert [path.name for path in Path("m").iterdir()] == ["index.jsonl"]
    world.delete(1)
    world.archive(refresh=True)
    ran = threadkeep("export", "-a", world.path, "-o", "y.md", "--media-dir", "n")
    vice = hashlib.sha256(picture(f"{FOLDER}vice.png")).hexdigest()
    assert not Path("n", f"{vice}.png").exists()
    threadkeep("export", "-a", world.path, "-o", "y.md", "--media-dir", "n", "--with-gone")
    assert Path("n", f"{vice}.png").exists()
    # The name of a folder may be no text.
    threadkeep("export", "-a", world.path, "-o", "z.md", "--media-dir", "n\udcff", "--with-gone")
    assert f"(n%FF/{vice}.png" in Path("z.md").read_text("utf-8")


def test_a_second_export_writes_no_file_anew(world: World, tmp_path: Path) -> None:
    fetch(world)
    job = plan_export(tmp_path / "x.md", None, ExportOptions(), media_dir=tmp_path / "m")
    export_archive(world.path, job)
    before = {path: path.stat().st_ino for path in (tmp_path / "m").glob("*.png")}
    export_archive(world.path, job)
    assert {path: path.stat().st_ino for path in (tmp_path / "m").glob("*.png")} == before


def test_a_folder_that_cannot_be_made_is_told(world: World, threadkeep: CommandLine) -> None:
    fetch(world)
    Path("m").write_text("a file", "utf-8")
    ran = threadkeep("export", "-a", world.path, "-o", "x.md", "--media-dir", "m")
    assert ran.code == 8
    assert (
        ran.sentence
        == "Cannot write “m”, since there is a file of this name: choose another place."
    )

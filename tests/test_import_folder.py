"""Folders that savers and mirrors leave behind: whatever became of names and links, the archive has the site's own addresses."""

from __future__ import annotations

import os
import posixpath
import re
from typing import TYPE_CHECKING, Any

import pytest

from scraper.archive.database import reading
from scraper.fetch.folder import saved_file, saved_files
from scraper.fetch.saved_address import own_moment, own_url
from scraper.sync.importing import ImportJob, ImportReport, import_source
from tests.archiving import World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SITE = "https://forum.example"
MANGLED = ("published", "published_source", "source_sha256", "first_seen", "last_seen")
LINK = re.compile(rb'(href=")([^"#]*)([^"]*")')


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World.of(tmp_path, posts=13) as made:
        yield made


def bring_in(world: World, source: Path, **options: Any) -> ImportReport:  # noqa: ANN401  fields of ImportJob
    return import_source(ImportJob(source=source, path=world.path, **options), world.clock)


def pages(world: World) -> dict[str, bytes]:
    """The topic's pages by their addresses, as a forum on a host of its own sends them."""
    return {
        f"{SITE}{world.page(number)}": world.server.ordinary(world.page(number)).body.replace(
            world.server.url.encode(), SITE.encode()
        )
        for number in (1, 2, 3)
    }


def relative(names: dict[str, str], url: str, body: bytes) -> bytes:
    """A page whose links to what was copied lead to the copies."""

    def link(match: re.Match[bytes]) -> bytes:
        target = names.get(match[2].decode())
        if target is None:
            return match[0]
        shown = posixpath.relpath(target, posixpath.dirname(names[url])).replace("?", "%3F")
        return match[1] + shown.encode() + match[3]

    return LINK.sub(link, body)


def put(folder: Path, names: dict[str, str], bodies: dict[str, bytes]) -> None:
    for url, body in bodies.items():
        path = folder / names[url]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(relative(names, url, body))
        os.utime(path, (0, 1_700_000_000))


def as_fetched(world: World, tmp_path: Path) -> list[dict[str, Any]]:
    """What saved pages give whose addresses were never touched."""
    folder = tmp_path / "untouched"
    folder.mkdir()
    for number, (url, body) in enumerate(pages(world).items()):
        path = folder / f"{number}.html"
        path.write_bytes(f"<!-- saved from url=(0001){url} -->\n".encode() + body)
    plain = World(server=world.server, path=tmp_path / "untouched.db", slug=world.slug)
    bring_in(plain, folder)
    return plain.records(*MANGLED)


def wget(url: str) -> str:
    """What `wget -mkE` calls the copy of an address."""
    return f"{url.removeprefix('https://')}index.html"


def test_a_mirror_of_wget_whose_pages_say_only_their_site(world: World, tmp_path: Path) -> None:
    bodies = pages(world)
    names = {url: wget(url) for url in bodies}
    put(tmp_path / "mirror", names, bodies)
    report = bring_in(world, tmp_path / "mirror")
    assert report.problems == ()
    assert world.records(*MANGLED) == as_fetched(world, tmp_path)


def test_a_mirror_of_httrack(world: World, tmp_path: Path) -> None:
    bodies: dict[str, bytes] = {}
    for url, body in pages(world).items():
        bare = re.sub(rb'<link rel="canonical"[^>]*>|<meta property="og:url"[^>]*>', b"", body)
        mark = f"<!-- Mirrored from {url.removeprefix('https://')} by HTTrack Website Copier/3.x [XR&CO'2014], Sat, 02 Jan 2021 10:11:12 GMT -->\n<!-- {SITE}/ -->"
        bodies[url] = mark.encode() + bare
    names = {url: f"forum.example/index{number}a.html" for number, url in enumerate(bodies)}
    put(tmp_path / "mirror", names, bodies)
    report = bring_in(world, tmp_path / "mirror")
    assert report.problems == ()
    assert {post.first_seen for post in world.posts()} == {"2021-01-02T10:11:12Z"}
    assert world.records(*MANGLED) == as_fetched(world, tmp_path)
    with reading(world.path) as archive:
        (kept,) = archive.connection.execute(
            "SELECT count(*) FROM pages WHERE url LIKE '%index%'"
        ).fetchone()
    assert kept == 0


SAID = [
    ("<link rel='alternate' type='application/json+oembed' href='https://forum.example/wp-json/oembed/1.0/embed?url=https%3A%2F%2Fforum.example%2Ft%2F'>", "https://forum.example/t/"),
    ("<link rel='canonical' href='index.html'><a class='bbp-reply-permalink' href='https://forum.example/t/page/2/#post-5'>#5</a>", "https://forum.example/t/page/2/"),
    ("<link rel='shortlink' href='https://forum.example/?p=5'><base href='https://forum.example/'>", "https://forum.example/?p=5"),
    ("<!-- Mirrored from forum.example/t/index.html?a=1&amp;b=2 by HTTrack Website Copier/3.x [XR&CO'2014], soon --><p>", "http://forum.example/t/index.html?a=1&amp;b=2"),
    ("<a class='bbp-reply-permalink' href='index.html#post-5'>#5</a>", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "url"), SAID)
def test_what_a_page_says_of_its_address(text: str, url: str | None) -> None:
    assert own_url(text.encode()) == url


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("<!--\n Page saved with SingleFile \n url: https://a.example/ \n saved date: Thu Jan 02 2020 11:12:13 GMT+0100 (Central European Standard Time)\n-->", "2020-01-02 10:12:13+00:00"),
        ("<!-- Mirrored from a.example/ by HTTrack Website Copier/3.x [XR&CO'2014], Sat, 02 Jan 2021 10:11:12 GMT -->", "2021-01-02 10:11:12+00:00"),
        ("<!--\n saved date: Thu Feb 31 2020 11:12:13 GMT+0100\n-->", "None"),
        ("<p>saved date unknown", "None"),
    ],
)  # fmt: skip
def test_when_a_page_says_it_was_saved(text: str, moment: str) -> None:
    assert str(own_moment(text.encode())) == moment


def test_queries_in_names_are_queries_again(tmp_path: Path, world: World) -> None:
    plain = {
        url.replace(world.page(1), "/").replace("page/", "?paged="): body
        for url, body in pages(world).items()
    }
    assert len(plain) == 3
    folder = tmp_path / "mirror"
    body = next(iter(plain.values()))
    bare = re.sub(rb'<link rel="canonical"[^>]*>|<meta property="og:url"[^>]*>', b"", body)
    (folder / "forum.example").mkdir(parents=True)
    (folder / "forum.example" / f"index.html?p={world.topic.topic_id}.html").write_bytes(
        bare.replace(b"bbp-reply-permalink", b"x")
        .replace(b"bbp-topic-permalink", b"x")
        .replace(b"oembed", b"x")
        .replace(b"shortlink", b"x")
    )
    (folder / "forum.example" / "index.html").write_text(f'<link rel="canonical" href="{SITE}/">')
    bring_in(world, folder)
    with reading(world.path) as archive:
        rows = [row[0] for row in archive.connection.execute("SELECT final_url FROM pages")]
    assert rows == [f"{SITE}/?p={world.topic.topic_id}"]


STRANGE = {
    "long": "<a href='" + "x" * 30_000 + "'>",
    "open": "<a " * 50_000,
    "odd": "<a href='../../../../../etc/passwd'><a href='%zz%00'><a href=''><a href='//b.example'>",
}


@pytest.mark.parametrize("shape", STRANGE)
def test_strange_links_stay_as_they_are(tmp_path: Path, shape: str) -> None:
    text = STRANGE[shape]
    for name in ("a.html", "b.html"):
        (tmp_path / name).write_text(f"<link rel='canonical' href='{SITE}/{name}'>{text}")
    for file in saved_files(tmp_path):
        assert file.page is not None
        assert file.page.body.decode().endswith(text)


def test_a_page_of_the_wayback_machine_that_a_browser_saved(world: World, tmp_path: Path) -> None:
    url, body = next(iter(pages(world).items()))
    away = f"https://web.archive.org/web/20130203040506/{url}"
    path = tmp_path / "page.html"
    banner = b"<!-- BEGIN WAYBACK TOOLBAR INSERT --><div>Calendar</div><!-- END WAYBACK TOOLBAR INSERT -->"
    path.write_bytes(
        f"<!-- saved from url=(0099){away} -->\n".encode()
        + body.replace(b"<body", banner + b"<body")
    )
    file = saved_file(path)
    assert file.page is not None
    assert (file.page.final_url, str(file.page.fetched_at)) == (url, "2013-02-03 04:05:06+00:00")
    assert b"Calendar" not in file.page.body
    assert ("Link", f'<{away}>; rel="memento"') in file.page.headers

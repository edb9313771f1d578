"""Anybody's web archives as sources: what other programs write, and what is left of files that were damaged."""

from __future__ import annotations

import gzip
import io
import zipfile
from contextlib import suppress
from datetime import UTC, datetime
from importlib import import_module
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
import zstandard

from parsers.errors import NothingReadableError, ThreadkeepError, UsageError
from scraper.archive.contents_list import post_history
from scraper.archive.database import reading
from scraper.fetch.warc.capture import WebArchive
from scraper.fetch.warc.file import WarcFile
from scraper.sync.importing import ImportJob, ImportReport, import_source
from tests.archiving import World

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterator
    from pathlib import Path

# These have no types.
StatusAndHeaders: Any = import_module("warcio.statusandheaders").StatusAndHeaders
WARCWriter: Any = import_module("warcio.warcwriter").WARCWriter
brotli: Any = import_module("brotli")
HTML = ("Content-Type", "text/html; charset=UTF-8")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World.of(tmp_path, posts=13) as made:
        yield made


class Crawl:
    """A web archive as warcio writes it."""

    def __init__(self, *, packed: bool = True) -> None:
        self.out = io.BytesIO()
        self.writer = WARCWriter(self.out, gzip=packed)
        self.offsets: list[int] = []

    def put(
        self,
        url: str,
        body: bytes,
        moment: str = "2020-01-01T00:00:00Z",
        *headers: tuple[str, str],
        status: str = "200 OK",
        kind: str = "response",
        fields: dict[str, str] | None = None,
    ) -> str:
        """Write an answer; says its digest."""
        self.offsets.append(self.out.tell())
        answer = StatusAndHeaders(status, list(headers or (HTML,)), protocol="HTTP/1.1")
        record = self.writer.create_warc_record(
            url,
            kind,
            payload=io.BytesIO(body),
            http_headers=answer,
            warc_headers_dict={"WARC-Date": moment, **(fields or {})},
        )
        self.writer.write_record(record)
        record.raw_stream.close()  # warcio leaves its temporary file open
        digest: str = record.rec_headers.get_header("WARC-Payload-Digest") or ""
        return digest

    def topic(self, world: World, *numbers: int, moment: str = "2020-01-01T00:00:00Z") -> None:
        """Write pages of a topic."""
        for number in numbers:
            self.put(*page(world, number), moment)

    def save(self, path: Path) -> Path:
        """Write the file."""
        path.write_bytes(self.out.getvalue())
        return path


def page(world: World, number: int) -> tuple[str, bytes]:
    path = world.page(number)
    return f"{world.server.url}{path}", world.server.ordinary(path).body


def bring_in(world: World, source: Path, **options: Any) -> ImportReport:  # noqa: ANN401  fields of ImportJob
    return import_source(ImportJob(source=source, path=world.path, **options), world.clock)


def chunked(body: bytes) -> bytes:
    pieces = [body[place : place + 1000] for place in range(0, len(body), 1000)]
    return b"".join(b"%x;a=b\r\n%s\r\n" % (len(one), one) for one in pieces) + b"0\r\n\r\n"


PACKED: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("gzip", gzip.compress),
    ("br", brotli.compress),
    ("zstd", zstandard.compress),
    ("gzip", bytes),  # unpacked by whoever wrote the record
]


@pytest.mark.parametrize(("encoding", "pack"), PACKED)
@pytest.mark.parametrize("is_chunked", [False, True])
def test_bodies_are_unpacked(
    world: World,
    tmp_path: Path,
    encoding: str,
    pack: Callable[[bytes], bytes],
    *,
    is_chunked: bool,
) -> None:
    crawl = Crawl()
    for number in (1, 2, 3):
        url, body = page(world, number)
        headers = [HTML, ("Content-Encoding", encoding)]
        sent = pack(body)
        if is_chunked:
            headers.append(("Transfer-Encoding", "chunked"))
            sent = chunked(sent)
        crawl.put(url, sent, "2020-01-01T00:00:00Z", *headers)
    report = bring_in(world, crawl.save(tmp_path / "crawl.warc.gz"))
    assert (report.exit_code, report.problems) == (0, ())
    assert world.live() == world.ids
    assert {post.first_seen for post in world.posts()} == {"2020-01-01T00:00:00Z"}


def test_copies_of_one_page_become_revisions(world: World, tmp_path: Path) -> None:
    crawl = Crawl(packed=False)
    crawl.topic(world, 1, 2)
    url, old = page(world, 3)
    world.edit(12, "Newer words.")
    _, new = page(world, 3)
    # Not in the order of their times, as in files of several crawls.
    crawl.put(url, new, "2024-05-06T07:08:09Z")
    crawl.put(url, old, "2019-01-01T00:00:00Z")
    bring_in(world, crawl.save(tmp_path / "crawl.warc"))
    with reading(world.path) as archive:
        first, second = post_history(archive, world.ids[12])
    assert first.seen_at == "2019-01-01T00:00:00Z"
    assert (second.body_text, second.seen_at) == ("Newer words.", "2024-05-06T07:08:09Z")


# warcio leaves the temporary file of a repetition open.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_repetitions_are_seen_again(world: World, tmp_path: Path) -> None:
    crawl = Crawl()
    crawl.topic(world, 1, 2)
    url, body = page(world, 3)
    profile = "http://netpreserve.org/warc/1.0/revisit/identical-payload-digest"
    later = "2022-02-02T00:00:00Z"
    digest = crawl.put(url, body)
    fields = {"WARC-Profile": profile, "WARC-Payload-Digest": digest}
    crawl.put(url, b"", later, kind="revisit", fields=fields)
    lost = {"WARC-Profile": profile, "WARC-Payload-Digest": "sha1:AAAA"}
    crawl.put(f"{url}x/", b"", later, kind="revisit", fields=lost)
    report = bring_in(world, crawl.save(tmp_path / "crawl.warc.gz"))
    (problem,) = report.problems
    assert f"repeats a page of {url}x/ that is not in the file" in problem
    assert {post.last_seen for post in world.posts()[10:]} == {later}
    assert world.live() == world.ids


def test_what_is_no_topic_is_kept_where_archives_keep_it(world: World, tmp_path: Path) -> None:
    crawl = Crawl()
    crawl.topic(world, 1, 2, 3)
    home = world.server.url
    paths = ["/robots.txt", "/wp-json/", "/forums/", f"{world.page(1)}feed/", "/wp-sitemap.xml"]
    for path in paths:
        answer = world.server.ordinary(path.removeprefix(home))
        mime = dict(answer.headers).get("Content-Type", "text/html")
        crawl.put(f"{home}{path}", answer.body, "2020-01-01T00:00:00Z", ("Content-Type", mime))
    crawl.put(f"{home}/about/", b"<html><body><p>About us</p></body></html>")
    crawl.put(
        f"{home}/logo.png", b"\x89PNG", "2020-01-01T00:00:00Z", ("Content-Type", "image/png")
    )
    crawl.put(f"{home}/old/", b"", "2020-01-01T00:00:00Z", ("Location", "/"), status="301 Moved")
    crawl.put(f"{home}/gone/", b"<html>Not found", status="404 Not Found")
    crawl.put(
        "https://other.example/robots.txt",
        b"User-agent: *\n",
        "2020-01-01T00:00:00Z",
        ("Content-Type", "text/plain"),
    )
    report = bring_in(world, crawl.save(tmp_path / "crawl.warc.gz"))
    assert report.problems == ()
    assert "1 page that is no forum's left out." in report.notices
    with reading(world.path) as archive:
        kinds = [
            row[0] for row in archive.connection.execute("SELECT kind FROM pages ORDER BY kind")
        ]
    assert kinds == ["feed", "list", "robots", "site-info", "sitemap", "topic", "topic", "topic"]
    assert report.times.timezone == "Europe/Amsterdam"
    assert all(post.published for post in world.posts())


def test_an_old_arc_file(world: World, tmp_path: Path) -> None:
    head = b"1 0 Somebody\nURL IP-address Archive-date Content-type Archive-length\n"
    whole = b"filedesc://crawl.arc 0.0.0.0 20060102030405 text/plain %d\n%s\n" % (len(head), head)
    for number in (1, 2, 3):
        url, body = page(world, number)
        block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + body
        whole += b"%s 192.0.2.1 20060102030405 text/html %d\n%s\n" % (
            url.encode(),
            len(block),
            block,
        )
    for name, data in (("crawl.arc", whole), ("crawl.arc.gz", gzip.compress(whole))):
        path = tmp_path / name
        path.write_bytes(data)
        report = bring_in(world, path)
        assert (report.exit_code, report.problems) == (0, ())
        assert world.live() == world.ids
        assert {post.first_seen for post in world.posts()} == {"2006-01-02T03:04:05Z"}
        world.path.unlink()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_wacz_file(world: World, tmp_path: Path, method: int) -> None:
    path = tmp_path / "crawl.wacz"
    with zipfile.ZipFile(path, "w", method) as package:
        for name, numbers in (("archive/a.warc.gz", (1, 2)), ("archive/b.warc", (3,))):
            crawl = Crawl(packed=name.endswith("gz"))
            crawl.topic(world, *numbers)
            package.writestr(name, crawl.out.getvalue())
        package.writestr("pages/pages.jsonl", "{}")
    assert bring_in(world, path).problems == ()
    assert world.live() == world.ids


def test_one_gzip_member_for_all(world: World, tmp_path: Path) -> None:
    crawl = Crawl(packed=False)
    crawl.topic(world, 1, 2, 3)
    path = tmp_path / "crawl.warc.gz"
    path.write_bytes(gzip.compress(crawl.out.getvalue()))
    assert bring_in(world, path).problems == ()
    assert world.live() == world.ids


def test_a_folder_of_web_archives_and_pages(world: World, tmp_path: Path) -> None:
    folder = tmp_path / "crawl"
    (folder / "part").mkdir(parents=True)
    for number, name in ((1, "one.warc.gz"), (2, "part/two.warc")):
        crawl = Crawl(packed=name.endswith("gz"))
        crawl.topic(world, number)
        crawl.save(folder / name)
    url, body = page(world, 3)
    (folder / "three.html").write_bytes(f"<!-- saved from url=(0001){url} -->\n".encode() + body)
    assert bring_in(world, folder).problems == ()
    assert world.live() == world.ids


# --- several sites ---


def two_sites(world: World, tmp_path: Path) -> Path:
    crawl = Crawl()
    crawl.topic(world, 1, 2, 3)
    for number in (1, 2, 3):
        url, body = page(world, number)
        mine, other = world.server.url, "https://www.other.example"
        crawl.put(url.replace(mine, other), body.replace(mine.encode(), other.encode()))
    return crawl.save(tmp_path / "crawl.warc.gz")


def test_of_two_sites_one_has_to_be_chosen(world: World, tmp_path: Path) -> None:
    source = two_sites(world, tmp_path)
    with pytest.raises(
        UsageError, match=r"of 2: 127\.0\.0\.1:\d+, other\.example; choose one with --host"
    ):
        bring_in(world, source)
    assert not world.path.exists()
    with pytest.raises(NothingReadableError, match=r"no page of a topic of nowhere\.example"):
        bring_in(world, source, host="nowhere.example")
    assert bring_in(world, source, host="www.other.example").exit_code == 0
    assert {(post.url or "").split("/")[2] for post in world.posts()} == {"www.other.example"}


def test_an_address_of_the_whole_is_refused(world: World, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="leave --url out"):
        bring_in(world, two_sites(world, tmp_path), url="https://forum.example/")


# --- what is broken: reported with its place, and the rest is kept ---


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
def test_a_file_that_breaks_off(
    world: World, tmp_path: Path, share: float, *, packed: bool
) -> None:
    crawl = Crawl(packed=packed)
    crawl.topic(world, 1, 2, 3)
    whole = crawl.out.getvalue()
    end = crawl.offsets[2] + int(share * (len(whole) - crawl.offsets[2]))
    path = tmp_path / ("crawl.warc.gz" if packed else "crawl.warc")
    path.write_bytes(whole[:end])
    report = bring_in(world, path)
    assert report.problems == (
        f"{path.name}, the record at offset {crawl.offsets[2]} breaks off.",
    )
    assert world.live() == world.ids[:10]


@pytest.mark.parametrize("packed", [True, False])
def test_a_record_that_was_overwritten(world: World, tmp_path: Path, *, packed: bool) -> None:
    crawl = Crawl(packed=packed)
    crawl.topic(world, 1, 2, 3)
    data = bytearray(crawl.out.getvalue())
    middle = (crawl.offsets[1] + crawl.offsets[2]) // 2
    data[middle : middle + 40] = b"\0" * 40
    path = tmp_path / ("crawl.warc.gz" if packed else "crawl.warc")
    path.write_bytes(data)
    report = bring_in(world, path)
    (problem,) = report.problems
    assert f"the record at offset {crawl.offsets[1]} " in problem
    assert world.live() == world.ids[:5] + world.ids[10:]


@pytest.mark.parametrize("change", [-500, 500])
def test_a_record_of_a_wrong_length(world: World, tmp_path: Path, change: int) -> None:
    crawl = Crawl(packed=False)
    crawl.topic(world, 1, 2, 3)
    data = crawl.out.getvalue()
    start = data.index(b"Content-Length: ", crawl.offsets[1])
    end = data.index(b"\r\n", start)
    length = int(data[start + 16 : end])
    data = data[:start] + b"Content-Length: %d" % (length + change) + data[end:]
    path = tmp_path / "crawl.warc"
    path.write_bytes(data.replace(b"WARC-Block-Digest", b"X-Was-The-Digests"))
    report = bring_in(world, path)
    assert report.problems == (
        f"crawl.warc, the record at offset {crawl.offsets[1]} is not as long as it says.",
    )
    assert world.live() == world.ids[:5] + world.ids[10:]


@pytest.mark.parametrize("packed", [True, False])
def test_rubbish_between_records(world: World, tmp_path: Path, *, packed: bool) -> None:
    crawl = Crawl(packed=packed)
    crawl.topic(world, 1, 2, 3)
    data = crawl.out.getvalue()
    rubbish = (b"\x1f\x8b\x08 no member" if packed else b"no record") + b", WARC/1.0 neither\n"
    path = tmp_path / ("crawl.warc.gz" if packed else "crawl.warc")
    path.write_bytes(
        rubbish + data[: crawl.offsets[1]] + b"\0" * 512 + data[crawl.offsets[1] :] + rubbish
    )
    report = bring_in(world, path)
    assert "the record at offset 0 " in report.problems[0]
    assert world.live() == world.ids


def test_bodies_that_break_off(world: World, tmp_path: Path) -> None:
    crawl = Crawl()
    url, body = page(world, 1)
    crawl.topic(world, 2)
    crawl.put(
        url,
        gzip.compress(body)[:-3000],
        "2020-01-01T00:00:00Z",
        HTML,
        ("Content-Encoding", "gzip"),
    )
    crawl.put(
        url, chunked(body)[:-3000], "2020-01-01T00:00:00Z", HTML, ("Transfer-Encoding", "chunked")
    )
    crawl.put(url, body[:-3000], "2020-01-01T00:00:00Z", HTML, ("Content-Length", str(len(body))))
    crawl.put(url, body[:-3000], fields={"WARC-Truncated": "length"})
    crawl.put(url, body, "2020-01-01T00:00:00Z", HTML, ("Content-Encoding", "compress"))
    report = bring_in(world, crawl.save(tmp_path / "crawl.warc.gz"))
    assert [one.partition(": ")[2] for one in report.problems] == [
        "its gzip data breaks off.",
        "its last chunk breaks off.",
        f"its body breaks off after {len(body) - 3000} of {len(body)} bytes.",
        "whoever fetched it did not get it as a whole.",
        "its body is packed as compress, which threadkeep does not read.",
    ]
    assert world.live() == world.ids[5:10]


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("a.warc", b"", "holds no page of a topic"),
        ("a.warc.gz", b"", "holds no page of a topic"),
        ("a.warc.gz", b"\x1f\x8b\x08", "breaks off"),
        ("a.warc", b"Dear diary\n" * 1000, "does not begin as a record does"),
        ("a.wacz", b"PK\x03\x04", "no whole WACZ file"),
    ],
)
def test_files_that_are_none(
    world: World, tmp_path: Path, name: str, data: bytes, sentence: str
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(NothingReadableError, match=sentence):
        bring_in(world, tmp_path / name)
    assert not world.path.exists()


# --- the Wayback Machine ---


def from_wayback(url: str, body: bytes, stamp: str) -> tuple[str, bytes]:
    """A page as the Wayback Machine plays it back: its links rewritten, its scripts and its banner put in."""
    site = "/".join(url.split("/")[:3])
    prefix = f"https://web.archive.org/web/{stamp}/"
    body = body.replace(f'"{site}'.encode(), f'"{prefix}{site}'.encode())
    scripts = (
        f'<script src="https://web-static.archive.org/_static/js/wombat.js"></script>\n<script>__wm.wombat("{url}","{stamp}",'
        f'"https://web.archive.org/","web","/_static/","1577836800");</script>\n<!-- End Wayback Rewrite JS Include -->\n'
    )
    banner = '<!-- BEGIN WAYBACK TOOLBAR INSERT -->\n<div id="wm-ipp-base"><a href="/web/2/x">Calendar</a></div>\n<!-- END WAYBACK TOOLBAR INSERT -->\n'
    body = body.replace(b"<head>", f"<head>{scripts}".encode(), 1)
    start = body.index(b">", body.index(b"<body")) + 1
    body = body[:start] + banner.encode() + body[start:]
    when = datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    end = f"<!--\n     FILE ARCHIVED ON {when:%H:%M:%S %b %d, %Y} AND RETRIEVED FROM THE\n     INTERNET ARCHIVE ON 10:00:00 Feb 02, 2024.\n-->\n<!--\nplayback timings (ms):\n  load: 5\n-->"
    return f"{prefix}{url}", body + end.encode()


def test_copies_of_the_wayback_machine(world: World, tmp_path: Path) -> None:
    crawl = Crawl()
    for number, stamp in ((1, "20130203040506"), (2, "20130203040507"), (3, "20130203040508")):
        crawl.put(*from_wayback(*page(world, number), stamp), "2024-01-01T00:00:00Z")
    bring_in(world, crawl.save(tmp_path / "crawl.warc.gz"))
    assert world.live() == world.ids
    posts = world.posts()
    assert posts[0].first_seen == "2013-02-03T04:05:06Z"
    assert posts[12].first_seen == "2013-02-03T04:05:08Z"
    with reading(world.path) as archive:
        rows = archive.connection.execute(
            "SELECT final_url, headers FROM pages ORDER BY page_id"
        ).fetchall()
    assert [row["final_url"] for row in rows] == [page(world, number)[0] for number in (1, 2, 3)]
    assert (
        f"<https://web.archive.org/web/20130203040506/{page(world, 1)[0]}>" in rows[0]["headers"]
    )
    fetched = World(server=world.server, path=tmp_path / "fetched.db", slug=world.slug)
    fetched.archive()
    assert [post.body_html for post in posts] == [post.body_html for post in fetched.posts()]
    assert [post.url for post in posts] == [post.url for post in fetched.posts()]


@pytest.mark.sweep
@pytest.mark.parametrize("packed", [True, False])
def test_damaged_files_give_whole_pages_or_sentences(
    world: World, tried: Counter[str], *, packed: bool
) -> None:
    crawl = Crawl(packed=packed)
    crawl.topic(world, 1, 2, 3)
    whole, bodies = crawl.out.getvalue(), {page(world, number)[1] for number in (1, 2, 3)}
    chance = Random(7)
    for _ in range(2_000):
        damaged = with_damage(whole, chance)
        tried["damaged web archives"] += 1
        file = WarcFile("crawl", io.BytesIO(damaged))
        found = list(WebArchive((file,), lambda _: True).captures())
        for capture in found:
            if not isinstance(capture, str):
                with suppress(ThreadkeepError):
                    assert capture.load().body in bodies
        assert damaged == whole or found
        file.close()


def with_damage(whole: bytes, chance: Random) -> bytes:
    """A file with one place cut off, cut out, overwritten or grown."""
    place, size = chance.randrange(1, len(whole)), chance.randrange(1, 300)
    rubbish = chance.randbytes(size)
    return chance.choice(
        (
            whole[:place],
            whole[:place] + whole[place + size :],
            whole[:place] + rubbish + whole[place + size :],
            whole[:place] + rubbish + whole[place:],
        )
    )

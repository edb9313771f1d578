"""Files that are damaged, and records that are made to do harm: what is good is kept, what is not is told with its place."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from typing import TYPE_CHECKING

import pytest

from scraper.demo import DemoSettings
from tests.harvest_crawl import HTML, Crawl, Site, harvested, pages_of, posts_of
from threadkeep.harvest.options import MIB, ReadOptions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SITE = Site("one.example", DemoSettings(showcase=False, topics=3, posts=8, per_page=4))
LAST = len(SITE.pages()) - 1


def crawl(*, is_packed: bool = True) -> Crawl:
    made = Crawl(is_packed=is_packed)
    made.site(SITE)
    return made


def offsets(output: Path) -> list[int]:
    return sorted(row["offset"] for row in pages_of(output) if row["outcome"] == "damaged")


def read(output: Path) -> set[str]:
    return {row["url"] for row in pages_of(output) if row["outcome"] == "read"}


def all_but(*numbers: int) -> set[str]:
    return {url for number, (url, _) in enumerate(SITE.pages()) if number not in numbers}


@pytest.mark.parametrize("is_packed", [True, False])
def test_a_file_that_breaks_off_keeps_what_came_before(tmp_path: Path, is_packed: bool) -> None:
    made = crawl(is_packed=is_packed)
    path = made.save(tmp_path / "a.warc.gz")
    path.write_bytes(path.read_bytes()[:-200])
    report = harvested(path, output=tmp_path / "out")
    assert report.exit_code == 3
    assert read(tmp_path / "out") == all_but(LAST)
    assert offsets(tmp_path / "out") == [made.offset(LAST)]
    assert f"the record at offset {made.offset(LAST)} " in report.problems[0]


@pytest.mark.parametrize("is_packed", [True, False])
@pytest.mark.parametrize("length", [99, 9_999, 99_999, 99_999_999_999])
def test_a_wrong_length_costs_one_record(tmp_path: Path, is_packed: bool, length: int) -> None:
    made = crawl(is_packed=is_packed)
    bad = Crawl(is_packed=is_packed)
    made.records[1] = bad.put(*SITE.pages()[1], length=length)
    report = harvested(made.save(tmp_path / "a.warc.gz"), output=tmp_path / "out")
    assert (report.exit_code, offsets(tmp_path / "out")) == (3, [made.offset(1)])
    assert read(tmp_path / "out") == all_but(1)


def test_a_garbled_member_costs_one_record(tmp_path: Path) -> None:
    made = crawl()
    middle = len(made.records[2]) // 2
    garbled = bytearray(made.records[2])
    garbled[middle : middle + 40] = b"\xff" * 40
    made.records[2] = bytes(garbled)
    report = harvested(made.save(tmp_path / "a.warc.gz"), output=tmp_path / "out")
    assert (report.exit_code, offsets(tmp_path / "out")) == (3, [made.offset(2)])
    assert read(tmp_path / "out") == all_but(2)


def test_rubbish_between_records_costs_none(tmp_path: Path) -> None:
    made = crawl(is_packed=False)
    made.records[1] = Crawl(is_packed=False).put(*SITE.pages()[1], is_proved=True)
    made.records.insert(2, b"rubbish of somebody's disk\r\n\r\n")
    report = harvested(made.save(tmp_path / "a.warc"), output=tmp_path / "out")
    assert (report.exit_code, offsets(tmp_path / "out")) == (3, [made.offset(2)])
    assert read(tmp_path / "out") == all_but()


def test_a_file_that_is_one_gzip_member_is_read_and_its_end_missed(tmp_path: Path) -> None:
    whole = gzip.compress(b"".join(crawl(is_packed=False).records), mtime=0)
    (tmp_path / "a.warc.gz").write_bytes(whole)
    assert harvested(tmp_path / "a.warc.gz", output=tmp_path / "out").exit_code == 0
    assert read(tmp_path / "out") == all_but()
    (tmp_path / "b.warc.gz").write_bytes(whole[:-40])
    torn = harvested(tmp_path / "b.warc.gz", output=tmp_path / "torn")
    assert torn.exit_code == 3
    assert read(tmp_path / "torn") <= all_but()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>no archive</html>",
        gzip.compress(b"none either", mtime=0),
        b"\x1f\x8b\x08rubbish",
    ],
)
def test_what_is_no_web_archive_is_said_and_the_others_are_read(
    tmp_path: Path, data: bytes
) -> None:
    (tmp_path / "none.warc.gz").write_bytes(data)
    good = crawl().save(tmp_path / "good.warc.gz")
    report = harvested(tmp_path / "none.warc.gz", good, output=tmp_path / "out")
    assert (report.exit_code, report.inputs_failed) == (5, 1)
    assert "none.warc.gz" in report.problems[0]
    assert read(tmp_path / "out") == all_but()


def test_a_wacz_that_is_no_zip_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.wacz").write_bytes(b"no zip file")
    report = harvested(tmp_path / "a.wacz", output=tmp_path / "out")
    assert (report.exit_code, report.posts) == (5, 0)
    assert "no whole WACZ file" in report.problems[0]


def wacz(method: int, *names: str) -> bytearray:
    """A WACZ file, whose members all hold the site."""
    data = b"".join(crawl(is_packed=False).records)
    with io.BytesIO() as file:
        with zipfile.ZipFile(file, "w", method) as package:
            for name in names:
                package.writestr(f"archive/{name}.warc", data)
        return bytearray(file.getvalue())


def _encrypted(data: bytearray) -> None:
    data[6] |= 1
    data[data.find(b"PK\x01\x02") + 8] |= 1


def _of_another_method(data: bytearray) -> None:
    data[8] = data[data.find(b"PK\x01\x02") + 10] = 99


def _elsewhere(data: bytearray) -> None:
    place = data.find(b"PK\x01\x02") + 42
    data[place : place + 4] = b"\xff\xff\xff\x0f"


def _of_another_sum(data: bytearray) -> None:
    data[14] ^= 255
    data[data.find(b"PK\x01\x02") + 16] ^= 255


def _garbled(data: bytearray) -> None:
    data[400:440] = b"\xff" * 40


@pytest.mark.parametrize(
    ("damage", "method"),
    [
        (_encrypted, zipfile.ZIP_DEFLATED),
        (_of_another_method, zipfile.ZIP_DEFLATED),
        (_elsewhere, zipfile.ZIP_DEFLATED),
        (_of_another_sum, zipfile.ZIP_DEFLATED),
        (_garbled, zipfile.ZIP_DEFLATED),
        (_garbled, zipfile.ZIP_BZIP2),
        (_garbled, zipfile.ZIP_LZMA),
    ],
)
def test_a_damaged_part_of_a_wacz_is_told_and_the_others_are_read(
    tmp_path: Path, damage: Callable[[bytearray], None], method: int
) -> None:
    data = wacz(method, "bad", "good")
    damage(data)
    (tmp_path / "a.wacz").write_bytes(data)
    report = harvested(tmp_path / "a.wacz", output=tmp_path / "out")
    assert report.exit_code == 3
    assert (
        f"{tmp_path}/a.wacz:archive/bad.warc: it is damaged in its ZIP file" in report.problems[0]
    )
    assert read(tmp_path / "out") == all_but()


def test_what_stands_before_the_damage_in_a_wacz_is_kept(tmp_path: Path) -> None:
    data = wacz(zipfile.ZIP_STORED, "bad")
    _of_another_sum(data)
    (tmp_path / "a.wacz").write_bytes(data)
    harvested(tmp_path / "a.wacz", output=tmp_path / "out")
    assert SITE.pages()[0][0] in read(tmp_path / "out")


def test_archives_without_a_post_are_exit_code_5(tmp_path: Path) -> None:
    made = Crawl()
    made.noise(3)
    report = harvested(made.save(tmp_path / "a.warc.gz"), output=tmp_path / "out")
    assert (report.exit_code, report.posts, report.inputs_failed) == (5, 0, 0)


def test_a_record_above_the_ceiling_is_not_loaded(tmp_path: Path) -> None:
    made = crawl()
    url, body = SITE.pages()[0]
    made.put(f"{url}?large", body + b" " * 2 * MIB)
    options = ReadOptions(most_bytes=MIB)
    report = harvested(made.save(tmp_path / "a.warc.gz"), output=tmp_path / "out", read=options)
    assert (report.exit_code, report.passed) == (0, {"too-large": 1})
    assert read(tmp_path / "out") == all_but()


@pytest.mark.parametrize("kind", ["member", "body", "chunks"])
def test_a_bomb_is_passed_over(tmp_path: Path, kind: str) -> None:
    made = crawl()
    url, body = SITE.pages()[0]
    bomb = body + b"\0" * 4 * MIB
    if kind == "member":
        made.put(f"{url}?bomb", bomb)
    elif kind == "body":
        made.put(f"{url}?bomb", gzip.compress(bomb), headers=(HTML, ("Content-Encoding", "gzip")))
    else:
        headers = (HTML, ("Transfer-Encoding", "chunked"), ("Content-Encoding", "deflate"))
        packed = zlib.compress(bomb)
        made.put(f"{url}?bomb", b"%x\r\n%s\r\n0\r\n\r\n" % (len(packed), packed), headers=headers)
    options = ReadOptions(most_bytes=MIB)
    report = harvested(made.save(tmp_path / "a.warc.gz"), output=tmp_path / "out", read=options)
    assert report.exit_code == 0
    assert read(tmp_path / "out") == all_but()


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"moment": ""}, "does not say when"),
        ({"moment": "0001-01-01T00:00:00Z"}, "does not say when"),
        ({"moment": "-001-01-01T00:00:00Z"}, "does not say when"),
        ({"url": ""}, "is no web address"),
        ({"url": "gopher://old.example/forums/topic/x/"}, "reads http:// and https://"),
        (
            {"url": f"http://{'.'.join(['a' * 60] * 4)}.example/forums/topic/x/"},
            "longer than any is",
        ),
        ({"fields": (("WARC-Truncated", "length"),)}, "did not get it as a whole"),
        ({"headers": (HTML, ("Content-Encoding", "gzip")), "pack": True}, "breaks off"),
    ],
)
def test_a_record_that_lacks_something_is_refused_with_a_reason(
    tmp_path: Path, fields: dict[str, object], reason: str
) -> None:
    made = crawl()
    url, body = SITE.pages()[0]
    given = dict(fields)
    if given.pop("pack", False):
        body = gzip.compress(body)[:-900]
    made.put(str(given.pop("url", f"{url}?odd")), body, **given)  # type: ignore[arg-type]
    report = harvested(made.save(tmp_path / "a.warc.gz"), output=tmp_path / "out")
    told = [row["reason"] for row in pages_of(tmp_path / "out") if row["outcome"] == "refused"]
    assert len(told) == report.counts.refused == 1
    assert reason in told[0]
    assert (report.exit_code, read(tmp_path / "out")) == (0, all_but())


@pytest.mark.parametrize("place", [0, 3, LAST + 1])
def test_a_record_that_is_not_what_its_digest_says_is_damaged(tmp_path: Path, place: int) -> None:
    made = crawl()
    url, body = SITE.pages()[0]
    wrong = (("WARC-Block-Digest", "sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),)
    made.records.insert(place, Crawl().put(f"{url}?odd", body, fields=wrong))
    report = harvested(made.save(tmp_path / "a.warc.gz"), output=tmp_path / "out")
    assert (report.exit_code, offsets(tmp_path / "out")) == (3, [made.offset(place)])
    assert read(tmp_path / "out") == all_but()


def _plain(url: str, body: bytes) -> tuple[str, bytes]:
    return url, body


def _wayback(url: str, body: bytes) -> tuple[str, bytes]:
    return f"https://web.archive.org/web/20200101000000/{url}", body


def _secure(url: str, body: bytes) -> tuple[str, bytes]:
    return url.replace("http://", "https://"), body


def _with_www(url: str, body: bytes) -> tuple[str, bytes]:
    return url.replace("http://", "http://www."), body


def _with_port(url: str, body: bytes) -> tuple[str, bytes]:
    return url.replace("one.example", "one.example:80"), body


def _shouted(url: str, body: bytes) -> tuple[str, bytes]:
    return url.replace("one.example", "ONE.Example"), body


@pytest.mark.parametrize("write", [_plain, _wayback, _secure, _with_www, _with_port, _shouted])
def test_a_site_is_one_whatever_its_address_is_written_as(
    tmp_path: Path, write: Callable[[str, bytes], tuple[str, bytes]]
) -> None:
    made = crawl()
    for url, body in SITE.pages():
        made.put(*write(url, body), "2021-01-01T00:00:00Z")
    harvested(made.save(tmp_path / "a.warc.gz"), output=tmp_path / "out")
    rows = posts_of(tmp_path / "out")
    assert {row["host"] for row in rows} == {"one.example"}
    assert len(rows) == len(SITE.posts())


@pytest.mark.parametrize(
    ("host", "kept"),
    [
        ("one.example:8080", "one.example:8080"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("[2001:db8::1]", "[2001:db8::1]"),
    ],
)
def test_other_ports_and_names_of_other_scripts_are_sites_of_their_own(
    tmp_path: Path, host: str, kept: str
) -> None:
    made = Crawl()
    made.site(Site(host))
    harvested(made.save(tmp_path / "a.warc.gz"), output=tmp_path / "out")
    assert {row["host"] for row in posts_of(tmp_path / "out")} == {kept}


def test_a_repetition_counts_as_a_capture_of_what_it_repeats(tmp_path: Path) -> None:
    """Also where the page that it repeats is in another file."""
    url, _ = SITE.pages()[0]
    first, second = crawl(), Crawl()
    second.put(
        url,
        b"",
        "2021-01-01T00:00:00Z",
        kind="revisit",
        fields=(
            ("WARC-Profile", "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"),
            ("WARC-Refers-To-Target-URI", url),
            ("WARC-Refers-To-Date", "2020-01-01T00:00:00Z"),
        ),
    )
    second.put(
        f"{url}?gone",
        b"",
        "2021-01-01T00:00:00Z",
        kind="revisit",
        fields=(("WARC-Refers-To", "<urn:none>"),),
    )
    report = harvested(
        first.save(tmp_path / "b.warc.gz"),
        second.save(tmp_path / "a.warc.gz"),
        output=tmp_path / "out",
    )
    captures = [[one.year for one in row["captures"]] for row in posts_of(tmp_path / "out")]
    assert captures.count([2020, 2021]) == 4
    assert report.lost_repetitions == 1

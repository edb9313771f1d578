"""What a post's body shows or links: every form of a picture, files, and nothing that is neither."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.document import read_document
from parsers.engine import MediaReader
from parsers.local_media import LocalMedia
from parsers.localised_body import localised
from parsers.media_link import media_links
from parsers.media_type import SUFFIXES, media_type_of
from parsers.records import Page
from parsers.registry import recognise
from tests.cases import FIXTURES, read_case

BASE = "https://forum.test/forums/topic/hello/"
UP = "https://forum.test/wp-content/uploads"


def found(body: str) -> list[tuple[str, str]]:
    return [(link.url, link.kind) for link in media_links(body, BASE)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("plain words", []),
        ('<img src="/a.png">', [("https://forum.test/a.png", "image")]),
        ("<img src='b.gif?x=1&amp;y=2'>", [(f"{BASE}b.gif?x=1&y=2", "image")]),
        ('<img src="//cdn.test/a.webp">', [("https://cdn.test/a.webp", "image")]),
        ('<IMG SRC="/a.png"><img src="/a.png">', [("https://forum.test/a.png", "image")]),
        # A picture without an ending is one all the same.
        ('<img src="/image.php?id=7">', [("https://forum.test/image.php?id=7", "image")]),
        # Lazy forms: what stands in `src` is a blank.
        (
            '<img src="data:image/gif;base64,R0" data-src="/a.png">',
            [("https://forum.test/a.png", "image")],
        ),
        ('<img src="/blank.gif" data-lazy-src="/a.png">', [("https://forum.test/a.png", "image")]),
        ('<img src="/blank.gif" data-original="/a.png">', [("https://forum.test/a.png", "image")]),
        (
            '<img src="data:," class="lazy"><noscript><img src="/a.png"></noscript>',
            [("https://forum.test/a.png", "image")],
        ),
        # Of several sizes the one shown and the largest.
        (
            '<img src="/s.png" srcset="/s.png 300w, /l.png 1200w, /m.png 600w">',
            [("https://forum.test/s.png", "image"), ("https://forum.test/l.png", "image")],
        ),
        (
            '<img src="/s.png" srcset="/s.png, /d.png 2x">',
            [("https://forum.test/s.png", "image"), ("https://forum.test/d.png", "image")],
        ),
        (
            '<img data-src="/s.png" data-srcset="/a,b.png 2x,/c.png 1x">',
            [("https://forum.test/s.png", "image"), ("https://forum.test/a,b.png", "image")],
        ),
        (
            '<img src="/s.png" data-orig-file="/full.png">',
            [("https://forum.test/s.png", "image"), ("https://forum.test/full.png", "image")],
        ),
        (
            '<picture><source srcset="/a.avif 1x"><img src="/a.jpg"></picture>',
            [("https://forum.test/a.avif", "image"), ("https://forum.test/a.jpg", "image")],
        ),
        # Links.
        (
            f'<a href="{UP}/full.JPG"><img src="{UP}/full-150x150.JPG"></a>',
            [(f"{UP}/full.JPG", "image"), (f"{UP}/full-150x150.JPG", "image")],
        ),
        (f'<a href="{UP}/plan.pdf#page=2">plan</a>', [(f"{UP}/plan.pdf", "attachment")]),
        (
            '<a href="https://other.test/photo.png">x</a>',
            [("https://other.test/photo.png", "image")],
        ),
        # What is no file that a post shows.
        ('<a href="https://other.test/paper.pdf">x</a>', []),
        ('<a href="/forums/topic/other/">x</a><a href="#post-7">up</a>', []),
        (
            f'<a href="{UP}/page.html">x</a><a href="{UP}/run.php">x</a><a href="{UP}/2020/">x</a>',
            [],
        ),
        ('<a href="mailto:a@b.test">x</a><a href="javascript:go(\'a.png\')">x</a>', []),
        ('<img src=""><img><img src="data:image/png;base64,AA"><img src="blob:https://x/1">', []),
        ('<img src="http://[bad/a.png"><a href="http://[bad/a.png">x</a>', []),
        # Films and sounds.
        (
            f'<video src="{UP}/film.mp4" poster="{UP}/still.jpg"></video>',
            [(f"{UP}/still.jpg", "image"), (f"{UP}/film.mp4", "attachment")],
        ),
        (
            f'<audio controls><source src="{UP}/song.mp3"></audio>',
            [(f"{UP}/song.mp3", "attachment")],
        ),
    ],
)
def test_every_form_of_a_picture_or_file_is_found(
    body: str, expected: list[tuple[str, str]]
) -> None:
    assert found(body) == expected


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("body-attachments", {101: [("https://forum.test/f.pdf", "attachment")]}),
        (
            "addon-attachments-other",
            {
                101: [("https://forum.test/a.pdf", "attachment")],
                102: [("https://forum.test/b.zip", "attachment")],
            },
        ),
        (
            "addon-attachments-login",
            {
                102: [
                    ("https://forum.test/b.jpg", "image"),
                    ("https://forum.test/b-150.jpg", "image"),
                ]
            },
        ),
        ("moderator-add-ons", {}),
    ],
)
def test_lists_of_attachments_are_read_beside_bodies(
    case: str, expected: dict[int, list[tuple[str, str]]]
) -> None:
    document = read_document(read_case(FIXTURES / "bbpress" / f"{case}.html").page)
    engine, _ = recognise(document)
    assert isinstance(engine, MediaReader)
    lists = {
        one.post_id: [(link.url, link.kind) for link in one.files]
        for one in engine.parse_media(document)
        if one.files
    }
    assert lists == expected


STANDALONE = b"""<!DOCTYPE html><html><body id="topic-page"><ol id="thread">
<li id="post-7"><div class="threadauthor"><img alt="" src="/who.png" class="avatar avatar-48" />
<strong>Ada</strong></div><div class="threadpost"><div class="post"><p>One <img src="/x.png" class="avatar"></p></div>
<div class="poststuff">Posted 3 years ago <a href="#post-7">#</a></div></div></li></ol></body></html>"""


def test_the_older_program_shows_who_wrote_as_well() -> None:
    url = "https://forum.test/topic.php?id=1"
    page = Page(
        url=url,
        final_url=url,
        status=200,
        body=STANDALONE,
        fetched_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    document = read_document(page)
    engine, kind = recognise(document)
    assert (engine.name, kind) == ("bbpress-standalone", "topic")
    assert isinstance(engine, MediaReader)
    (one,) = engine.parse_media(document)
    assert (one.post_id, one.avatar_url) == (7, "https://forum.test/who.png")


# In any state


@given(st.text())
@settings(max_examples=100)
def test_any_body_is_looked_through(body: str) -> None:
    for link in media_links(body, BASE):
        assert link.url.startswith(("http://", "https://"))
    localised(body, BASE, lambda _: LocalMedia())


@pytest.mark.parametrize(
    "body",
    [
        "<img srcset='" + "a, " * 60_000 + "'>",
        "<img srcset='" + " " * 200_000 + ",'>",
        "<img srcset='a" + "," * 200_000 + "'>",
        "<img srcset='" + "a" * 200_000 + "'>",
        "<a href='" + "/.a" * 60_000 + "'>" * 3,
        "<div>" * 20_000 + "<img src=x.png>",
    ],
)
def test_a_hostile_body_takes_no_long_time(body: str) -> None:
    began = time.perf_counter()
    media_links(body, BASE)
    assert time.perf_counter() - began < 5


# Bodies that lead to files beside them


def local(url: str) -> LocalMedia:
    name = url.rpartition("/")[2]
    if name == "gone.png":
        return LocalMedia(note="not to be had on 2026-01-01")
    if name in {"s.png", "l.png", "full.png", "plan.pdf"}:
        return LocalMedia(address=f"media/{name}", is_picture=name.endswith(".png"))
    return LocalMedia()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("words &amp; <b>more</b>", "words &amp; <b>more</b>"),
        ('<img src="/s.png" alt="a">', '<img src="media/s.png" alt="a">'),
        (
            '<img src="/s.png" srcset="/s.png 1x, /l.png 2x" sizes="9vw">',
            '<img src="media/l.png">',
        ),
        ('<img src="data:," data-src="/s.png">', '<img src="media/s.png">'),
        (
            '<a href="/full.png"><img src="/s.png"></a>',
            '<a href="media/full.png"><img src="media/s.png"></a>',
        ),
        ('<a href="/plan.pdf#p">plan</a>', '<a href="media/plan.pdf">plan</a>'),
        # Only what a browser shows as a picture takes a picture's place.
        ('<img src="/plan.pdf">', '<img src="https://forum.test/plan.pdf">'),
        (
            '<img src="/gone.png" title="mine">',
            '<img src="https://forum.test/gone.png" title="mine [not to be had on 2026-01-01]">',
        ),
        # All others keep their addresses, made whole.
        ('<img src="/other.png">', '<img src="https://forum.test/other.png">'),
        ('<a href="#post-7">x</a>', f'<a href="{BASE}#post-7">x</a>'),
        ('<a href="mailto:a@b.test">x</a>', '<a href="mailto:a@b.test">x</a>'),
    ],
)
def test_a_body_leads_to_the_files_beside_it(body: str, expected: str) -> None:
    assert localised(body, BASE, local) == expected


@pytest.mark.parametrize(
    "body",
    [
        "</div></div>one<p>two</p>",
        "one</body></html><p>two</p>",
        "<b>one<p>two</b></p>",
        "one <!-- three --> two",
        "one\n\n<pre>\n two</pre>",
    ],
)
def test_nothing_is_lost_of_a_body_that_is_broken(body: str) -> None:
    found = localised(f'{body}<img src="/s.png">', BASE, local)
    assert [word for word in ("one", "two") if word not in found] == []
    assert 'src="media/s.png"' in found


# What a file is


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0", "image/png"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
        (b"GIF89a\1\0\1\0", "image/gif"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\x10\0\0\0WAVEfmt ", "audio/wav"),
        (b"\0\0\0\x1cftypavif\0\0\0\0", "image/avif"),
        (b"\0\0\0\x18ftypisom\0\0\0\0", "video/mp4"),
        (b"\0\0\1\0\1\0\x10\x10", "image/x-icon"),
        (b"BM\x46\0\0\0\0\0\0\0\x36", "image/bmp"),
        (b"%PDF-1.7\n", "application/pdf"),
        (b"PK\x03\x04\x14\0", "application/zip"),
        (
            b"PK\x03\x04..[Content_Types].xml....word/document.xml",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (b"PK\x03\x04......mimetypeapplication/epub+zipPK\x03\x04", "application/epub+zip"),
        (b"<!DOCTYPE html><html>", "text/html"),
        (b"\xef\xbb\xbf  \n<!-- x --><HTML lang=x>", "text/html"),
        (b"\xff\xfe<\0h\0t\0m\0l\0>\0", "text/html"),
        (b"<script>alert(1)</script>", "text/html"),
        (b'<?xml version="1.0"?><html xmlns="x">', "text/html"),
        (b'<?xml version="1.0"?>\n<!DOCTYPE svg PUBLIC "x" "y">\n<svg>', "image/svg+xml"),
        (b"<svg onload=alert(1)>", "image/svg+xml"),
        (b'<?xml version="1.0"?><gpx>', "application/xml"),
        (b"just words, <b> in the middle\n", "text/plain"),
        (b"<?php echo 1;\n", "text/plain"),
        ("Grüße".encode("latin-1"), "text/plain"),
        (b"", "application/octet-stream"),
        (b"\0\1\2\3\4\5", "application/octet-stream"),
    ],
)
def test_a_file_is_what_its_bytes_say(data: bytes, media_type: str) -> None:
    assert media_type_of(data) == media_type
    assert media_type in SUFFIXES


@given(st.binary())
@settings(max_examples=100)
def test_any_bytes_are_of_some_type(data: bytes) -> None:
    assert media_type_of(data) in SUFFIXES


def test_no_file_is_named_so_that_a_browser_would_run_it() -> None:
    assert not set(SUFFIXES.values()) & {".html", ".svg", ".xml", ".js", ".htm", ".xhtml"}

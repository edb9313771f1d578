"""A topic whose posts show pictures and files in every way that pages have, and what a demo forum serves for them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from scraper.demo.forum import DemoForum, DemoPost, DemoTopic
from scraper.demo.machine import picture
from scraper.demo.prose import Written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scraper.demo.forum import DemoAuthor

FOLDER = "/wp-content/uploads/gallery/"
ELSEWHERE = "https://images.example"
_OPENED = datetime(2023, 6, 3, 10, tzinfo=UTC)
_PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
_PAGE = b"<!DOCTYPE html>\n<html><body><script>alert('no picture')</script></body></html>\n"
_DRAWING = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><circle r='4'/></svg>\n"
_BLANK = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="
_SIZES = "{f}shelf-300.png 300w, {f}shelf-1024.png 1024w, {f}shelf-768.png 768w"
# As GD bbPress Attachments prints it behind a body.
_LIST = """\
<div class="bbp-attachments"><h6>Attachments:</h6><ol class="with-icons">
<li class="d4p-bbp-attachment"><a href="{f}plane.png">plane.png</a></li>
</ol></div>"""
# What it is called says nothing of what it is: names and declared types lie here.
_FILES: dict[str, tuple[str, bytes]] = {
    "plan.pdf": ("application/pdf", _PDF),
    "cutting-list.txt": ("text/plain", b"4 x oak 20 x 300\n2 x ash 12 x 180\n"),
    "page.png": ("image/png", _PAGE),
    "drawing.png": ("image/png", _DRAWING),
    "wrongly-named.jpg": ("image/jpeg", picture("wrongly-named")),
    "copy-of-bench.png": ("image/png", picture(f"{FOLDER}bench.png")),
}
_POSTS: tuple[tuple[str, str], ...] = (
    ('<p>The bench. <img src="{f}bench.png" alt="the bench" /></p>', "The bench."),
    (
        '<p>Larger when you click: <a href="{f}vice.png"><img src="{f}vice-150x150.png" alt="the vice" /></a></p>',
        "Larger when you click:",
    ),
    (
        '<p>For every screen: <img src="{f}shelf-300.png" srcset="{sizes}" sizes="100vw" alt="the shelf" /></p>',
        "For every screen:",
    ),
    (
        '<p>It comes late: <img src="{blank}" data-src="{f}lathe.png" class="lazyload" alt="the lathe" /></p>',
        "It comes late:",
    ),
    (
        '<p>The same again: <img src="{f}bench.png" alt="the bench" /> <img src="{f}copy-of-bench.png" alt="" /></p>',
        "The same again:",
    ),
    (
        '<p>This one is gone: <img src="{f}gone.png" alt="a lost picture" /></p>',
        "This one is gone:",
    ),
    (
        '<p>The <a href="{f}plan.pdf">plan</a> and the <a href="{f}cutting-list.txt">list</a>.</p>',
        "The plan and the list.",
    ),
    (
        '<p>No pictures: <img src="{f}page.png" alt="a page" /> <img src="{f}drawing.png" alt="a drawing" /></p>',
        "No pictures:",
    ),
    ('<p>Misnamed: <img src="{f}wrongly-named.jpg" alt="" /></p>', "Misnamed:"),
    ('<p>From elsewhere: <img src="{elsewhere}/saw.png" alt="a saw" /></p>', "From elsewhere:"),
    (
        "<p>See below.</p>\n{list}",
        "See below.",
    ),
)


def with_gallery(forum: DemoForum, elsewhere: str = ELSEWHERE) -> DemoForum:
    """A forum that has a topic of pictures and files as well.

    Args:
        forum: the forum.
        elsewhere: another site, which one of the pictures is on.
    """
    people: Sequence[DemoAuthor] = forum.authors
    first = forum.free_id
    posts = tuple(
        DemoPost(
            post_id=first + place,
            author=people[place % len(people)],
            posted=_OPENED + place * timedelta(hours=3, minutes=11),
            body=Written(html=_filled(html, elsewhere), text=text),
        )
        for place, (html, text) in enumerate(_POSTS)
    )
    board = next(one for one in forum.boards if not one.is_category and one.visibility == "public")
    topic = DemoTopic(
        title="Pictures and files", slug="pictures-and-files", board=board, posts=posts
    )
    return forum.with_topic(topic)


def file_at(path: str) -> tuple[str, bytes] | None:
    """What the forum serves of its gallery: the type that it states, and the file; None where there is none."""
    name = path.removeprefix(FOLDER)
    if name in _FILES:
        return _FILES[name]
    is_there = name.endswith(".png") and name != "gone.png"
    return ("image/png", picture(path)) if is_there else None


def _filled(html: str, elsewhere: str) -> str:
    filled = html.replace("{sizes}", _SIZES).replace("{list}", _LIST).replace("{blank}", _BLANK)
    return filled.replace("{f}", f"{{home}}{FOLDER}").replace("{elsewhere}", elsewhere)

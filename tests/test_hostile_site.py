"""A forum run by somebody who means harm: what it may make of the one who archives it, and of who opens the export."""

from __future__ import annotations

import csv
import io
import re
import socket
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.archiving import World, rarely, redirecting
from tests.visible import rendered

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from scraper.demo import DemoAnswer, DemoRequest
    from tests.conftest import CommandLine


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World.of(tmp_path, posts=13) as made:
        yield made


@pytest.fixture
def trap() -> Iterator[Trap]:
    with listening() as made:
        yield made


class Trap:
    """Something on loopback that nobody named, such as the archiver's own router or database."""

    def __init__(self, server: socket.socket) -> None:
        self._server = server
        self.host = f"127.0.0.1:{server.getsockname()[1]}"

    @property
    def was_touched(self) -> bool:
        try:
            connection, _ = self._server.accept()
        except BlockingIOError:
            return False
        connection.close()
        return True


@contextmanager
def listening() -> Generator[Trap]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield Trap(server)


def rewriting(world: World, rewrite: Callable[[str], str]) -> Callable[[DemoRequest], DemoAnswer]:
    """A server that changes every page of its own."""

    def intercept(request: DemoRequest) -> DemoAnswer:
        answer = world.server.ordinary(request.path)
        return replace(answer, body=rewrite(answer.body.decode()).encode())

    return intercept


def elsewhere(attribute: str, marked: str) -> Callable[[str, str], str]:
    """Rewrites the links of a kind: `marked` is a pattern for their tags."""

    def bait(page: str, to: str) -> str:
        def lead(match: re.Match[str]) -> str:
            return re.sub(
                rf"({attribute}=['\"])https?://[^/'\"]+", rf"\g<1>{to}", match[0], count=1
            )

        return re.sub(rf"<(?:a|link|meta)\b[^>]*{marked}[^>]*>", lead, page)

    return bait


def in_head(markup: str) -> Callable[[str, str], str]:
    return lambda page, to: page.replace("<head>", "<head>" + markup.replace("TRAP", to), 1)


BAITS: dict[str, Callable[[str, str], str]] = {
    "page links": elsewhere("href", "page-numbers"),
    "the breadcrumb": elsewhere("href", "bbp-breadcrumb"),
    "permalinks": elsewhere("href", "bbp-reply-permalink"),
    "the canonical address": in_head('<link rel="canonical" href="TRAP/forums/topic/x/">'),
    "the REST root": elsewhere("href", re.escape("api.w.org")),
    "another REST root": in_head('<link rel="https://api.w.org/" href="TRAP/wp-json/">'),
    "the short link": in_head('<link rel="shortlink" href="TRAP/?p=7">'),
    "the base": in_head('<base href="TRAP/">'),
    "a refresh": in_head('<meta http-equiv="refresh" content="0;url=TRAP/">'),
    "a frame and a picture": in_head('<img src="TRAP/a.png"><iframe src="TRAP/"></iframe>'),
    "a declaration": lambda page, to: f'<!DOCTYPE html SYSTEM "{to}/x.dtd">{page}',
}
_KEPT = ["page links", "another REST root", "the base"]


@pytest.mark.parametrize("bait", [*_KEPT, *rarely(*(name for name in BAITS if name not in _KEPT))])
def test_no_page_makes_it_reach_where_nobody_sent_it(
    bait: str, world: World, trap: Trap, threadkeep: CommandLine
) -> None:
    intercept = rewriting(world, lambda page: BAITS[bait](page, f"http://{trap.host}"))
    world.server.intercept = intercept
    probe = world.server.ordinary(world.page(1)).body.decode()
    assert trap.host in BAITS[bait](probe, f"http://{trap.host}")
    ran = threadkeep("archive", world.url, "--delay", "0", "-a", "forum.db")
    assert not trap.was_touched
    assert ran.code in {0, 3, 4, 5}
    assert "Traceback" not in ran.err


_NO_ADDRESSES = (
    "http://[",
    "javascript:alert(1)//",
    "file://",
    "http://a b",
    "http://x:99999",
    "//",
    "\x01\x1b",
    "%00",
)


@pytest.mark.parametrize("to", ["http://[", *rarely(*_NO_ADDRESSES[1:])])
@pytest.mark.parametrize(
    "bait", ["page links", *rarely(*(name for name in BAITS if name != "page links"))]
)
def test_addresses_that_are_none_end_nothing_badly(
    bait: str, to: str, world: World, threadkeep: CommandLine
) -> None:
    world.server.intercept = rewriting(world, lambda page: BAITS[bait](page, to))
    ran = threadkeep("archive", world.url, "--delay", "0", "-a", "forum.db")
    assert ran.code in {0, 3, 4, 5}
    assert "Traceback" not in ran.err
    if ran.code in {0, 3}:
        assert threadkeep("archive", world.url, "--delay", "0", "-a", "forum.db").code == ran.code
        assert threadkeep("export", "-a", "forum.db", "-f", "markdown").code == 0


@pytest.mark.parametrize("path", ["/robots.txt", *rarely("/wp-json/", "FIRST", "SECOND")])
def test_no_redirect_makes_it_reach_where_nobody_sent_it(
    path: str, world: World, trap: Trap, threadkeep: CommandLine
) -> None:
    asked = {"FIRST": world.page(1), "SECOND": world.page(2)}.get(path, path)
    world.server.intercept = redirecting(asked, f"http://{trap.host}{asked}")
    ran = threadkeep("archive", world.url, "--delay", "0", "-a", "forum.db")
    assert not trap.was_touched
    assert "Traceback" not in ran.err


# --- what stands on a page ---

_TITLE = "../../=cmd|'/C calc'!A0 <script>alert(1)</script> [x](javascript:alert(2))"
_BODY = (
    "<p>=HYPERLINK(&quot;http://evil.example&quot;)</p><script>alert(3)</script>"
    '<a href="java&#10;script:alert(4)">go</a><a href="file:///etc/passwd">file</a>'
    '<img src="file:///etc/passwd" onerror="alert(5)"><img src=x onerror=alert(6)>'
    '<iframe src="javascript:alert(7)"></iframe><svg onload=alert(8)></svg>'
    '<a href="data:text/html,<script>alert(9)</script>">data</a><p>---</p>&lt;script&gt;alert(10)'
)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@pytest.fixture
def hostile(world: World, threadkeep: CommandLine) -> World:
    """An archive of a topic in which title, names, roles, addresses and bodies are all meant to be run by somebody."""
    title, role, name = world.truth.title, "Participant", world.truth.posts[0].author_name
    content = re.compile(r'(<div class="bbp-reply-content">).*?(</div>)', re.DOTALL)

    def rewrite(page: str) -> str:
        page = content.sub(lambda match: f"{match[1]}{_BODY}{match[2]}", page)
        page = page.replace(_escaped(title), _escaped(_TITLE)).replace(title, _escaped(_TITLE))
        page = page.replace(f">{name}<", ">=1+1\x1b]0;owned\x07 <b>A</b><")
        page = page.replace(f">{role}<", ">@SUM(1;1)<")
        return re.sub(r'href="[^"]*/users/[^"]*"', 'href="javascript:alert(11)"', page)

    world.server.intercept = rewriting(world, rewrite)
    assert threadkeep("archive", world.url, "--delay", "0", "-q", "-a", "forum.db").code in {0, 3}
    return world


def test_an_export_for_reading_runs_nothing(hostile: World, threadkeep: CommandLine) -> None:
    assert hostile.asked
    text = threadkeep("export", "-a", "forum.db", "-f", "markdown").out
    page = rendered(text)
    assert "\x1b" not in text
    assert re.findall(r"<(?!a id=\"post-\d+\"></a>)[a-z]+ ", _without_code(text)) == []
    assert re.findall(r"<(?:script|iframe|svg|object)|\son[a-z]+=", page) == []
    assert re.findall(r"(?:href|src)=\"(?!https?://|#post-|mailto:)[^\"]*", page) == []
    assert "alert(10)" in page


def _without_code(markdown: str) -> str:
    """What a renderer could take for HTML: nothing that a backslash or a code block keeps from being it."""
    return re.sub(r"\\<|```.*?```", "", markdown, flags=re.DOTALL)


def test_a_table_runs_nothing(hostile: World, threadkeep: CommandLine) -> None:
    assert hostile.asked
    table = threadkeep("export", "-a", "forum.db", "-f", "csv").out
    rows = list(csv.reader(io.StringIO(table, newline="")))
    assert len(rows) > 10
    cells = [cell for row in rows for cell in row]
    assert [cell for cell in cells if cell.lstrip()[:1] in set("=+@")] == []
    assert any(cell.startswith("'=") for cell in cells)


def test_names_of_files_stay_in_their_folder(hostile: World, threadkeep: CommandLine) -> None:
    assert hostile.asked
    before = set(Path.cwd().parent.rglob("*"))
    ran = threadkeep("export", "-a", "forum.db", "-f", "markdown", "--per-topic", "-o", "out")
    assert ran.code == 0
    new = set(Path.cwd().parent.rglob("*")) - before
    (written,) = (path for path in new if path.is_file())
    assert written.parent == Path("out").resolve()
    assert re.fullmatch(r"[\w-]+\.md", written.name)


def test_the_terminal_is_told_nothing(hostile: World, threadkeep: CommandLine) -> None:
    (topic,) = threadkeep("show", "-a", "forum.db", "--json").report["topics"]
    assert topic["title"].startswith("../../=cmd")
    commands = ["show", f"show {topic['topic_id']}", "verify", f"inspect {hostile.url}"]
    for command in commands:
        ran = threadkeep.line(f"threadkeep {command}")
        assert "\x1b" not in ran.out + ran.err
        assert "\x07" not in ran.out + ran.err


# --- what a file holds ---

_HEAD = "May 3, 2013 at 6:20 pm #{}\nAnna\x1b[2J\nParticipant\n\nHello \x1b]0;owned\x07{}\n\n"


def test_a_text_dump_cannot_talk_to_the_terminal(threadkeep: CommandLine) -> None:
    frame = "Home › Forums › Garden › \x1b[31mTitle\u202e\n\n"
    Path("dump.txt").write_text(frame + "".join(_HEAD.format(n, n) for n in range(7, 12)))
    for command in ("inspect dump.txt", "import dump.txt -a dump.db", "show -a dump.db"):
        ran = threadkeep.line(f"threadkeep {command}")
        assert ran.code in {0, 3}
        for character in "\x1b\x07\u202e":
            assert character not in ran.out + ran.err


def test_a_saved_page_with_a_private_address_is_not_asked_for(
    world: World, trap: Trap, threadkeep: CommandLine
) -> None:
    page = world.server.ordinary(world.page(1)).body.replace(
        world.server.url.encode(), f"http://{trap.host}".encode()
    )
    Path("page.html").write_bytes(page)
    assert threadkeep("import", "page.html", "-a", "new.db").code in {0, 3}
    assert threadkeep("inspect", "page.html").code == 0
    assert not trap.was_touched

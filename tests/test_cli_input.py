"""Bad input: one sentence, the right exit code, and everything as it was before."""

from __future__ import annotations

import shutil
import socket
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scraper.archive.database import VERSION, writing
from scraper.demo import DemoAnswer
from scraper.sync.pipeline import ArchiveJob, archive_topics
from tests.archiving import HASTY, World, exported_bytes, save_pages
from tests.cases import cases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scraper.demo import DemoRequest
    from tests.conftest import CommandLine


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A forum that no test changes."""
    with World.of(tmp_path_factory.mktemp("forum"), posts=6) as made:
        yield made


@pytest.fixture
def world(served: World) -> World:
    """The forum, which answers as it does by itself."""
    served.server.intercept = None
    served.server.forget_requests()
    return served


@pytest.fixture(scope="module")
def filled(served: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of an archive `kept.db` of a topic of the forum, an export `kept.jsonl`, and what is neither."""
    folder = tmp_path_factory.mktemp("filled")
    job = ArchiveJob(urls=(served.url,), path=folder / "kept.db", fetch=HASTY)
    assert archive_topics(job, clock=served.clock).exit_code == 0
    exported_bytes(folder / "kept.db")
    save_pages(served, folder / "saved", 1)
    (folder / "empty").mkdir()
    (folder / "diary.txt").write_text("Dear diary,\n\ntoday it rained.\n")
    (folder / "page.html").write_text("<html><body>Hello</body></html>")
    (folder / "text.db").write_text("Dear diary")
    with closing(sqlite3.connect(folder / "other.sqlite")) as connection:
        connection.execute("CREATE TABLE notes (text TEXT)")
    with writing(folder / "newer.db", command="test", host="forum.test") as archive:
        archive.connection.execute(
            "INSERT INTO runs (command, process_id, started_at) VALUES ('', 1, '')"
        )
        archive.connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    return folder


@pytest.fixture
def kept(filled: Path, threadkeep: CommandLine) -> dict[str, bytes]:
    """What lies in the folder before the bad input comes."""
    del threadkeep  # it has made the folder
    shutil.copytree(filled, Path(), dirs_exist_ok=True)
    return everything()


def everything() -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(Path().rglob("*")) if path.is_file()}


# What is typed (TOPIC and SITE stand for addresses of the forum), the exit code, words of the sentence.
BAD: dict[str, tuple[str, int, str]] = {
    "no address": ("archive hello", 2, "is no web address"),
    "an address without a scheme": (
        "archive forum.example/topic/x",
        2,
        "did you mean https://forum.example",
    ),
    "another kind of address": ("archive ftp://forum.example/x", 2, "http:// and https://"),
    "an address with a password": (
        "archive https://me:secret@forum.example/",
        2,
        "user name or password",
    ),
    "two sites": ("archive TOPIC https://forum.example/", 2, "An archive holds one site"),
    "another site than the archive's": (
        "archive ELSEWHERE/parked -a kept.db",
        2,
        "is the archive of",
    ),
    "haste on a public host": ("archive https://forum.example/topic/x/ --delay 0", 2, "--my-site"),
    "a delay that is no number": ("archive TOPIC --delay inf", 2, "no number of seconds"),
    "a contact of two lines": (
        "archive TOPIC --contact 'a@b\nX-Evil: 1'",
        2,
        "cannot be sent in a header",
    ),
    "an empty contact": ("archive TOPIC --contact ''", 2, "contact"),
    "a zone that is none": ("archive TOPIC --timezone Europe/Atlantis", 2, "Europe/Atlantis"),
    "an output of unknown ending": ("archive TOPIC -o kept.foo", 2, "ends in none of"),
    "a format that is none": (
        "archive TOPIC -o kept.jsonl -f foo",
        2,
        "choose one of convokit, csv",
    ),
    "a format that is none tells of web archives": ("export -f foo", 2, "tables, warc, wxr"),
    "an ending that is none tells of web archives": ("export -o x.warc", 2, ".warc.gz"),
    "no format and no place": ("export", 2, "tables, warc, wxr"),
    "an output over the archive": (
        "archive TOPIC -a kept.db -o kept.db -f json",
        2,
        "is an archive",
    ),
    "an output over another archive": (
        "archive TOPIC -a new.db -o kept.db -f json",
        2,
        "is an archive",
    ),
    "how to write without a place": ("archive TOPIC -f json", 2, "-o"),
    "an output in no folder": ("archive TOPIC -o nowhere/x.md", 8, "no folder"),
    "an output that is a folder": ("archive TOPIC -o empty -f json", 8, "a folder of this name"),
    "an archive in no folder": ("archive TOPIC -a nowhere/x.db", 8, "no folder"),
    "an archive below a file": ("archive TOPIC -a diary.txt/x.db", 7, "cannot be read"),
    "an archive that is a folder": ("archive TOPIC -a empty", 7, "cannot be read"),
    "an archive that is a text": ("archive TOPIC -a text.db", 7, "no SQLite file"),
    "another program's archive": ("archive TOPIC -a other.sqlite", 7, "of another program"),
    "a newer archive": ("archive TOPIC -a newer.db", 7, "newer threadkeep"),
    "a page that is not there": ("archive SITE/forums/topic/nowhere/", 5, "HTTP 404"),
    "a page that is not there, second": ("archive SITE/?p=999999", 5, "HTTP 404"),
    "what a search found": ("archive SITE/found", 2, "what a search found"),
    "a page that is no forum": ("archive SITE/parked", 5, "no page of a forum"),
    "a page that is refused": ("archive SITE/refused", 6, "HTTP 403"),
    "a login wall": ("archive SITE/members", 6, "log"),
    "a page that asks not to be archived": ("archive SITE/private", 6, "asks not to be archived"),
    "a page that robots.txt forbids": ("archive SITE/forbidden", 6, "robots.txt"),
    "a host that does not resolve": ("archive https://forum.invalid/topic/x/", 4, "forum.invalid"),
    "a redirect that never ends": ("archive SITE/circle", 4, "circle"),
    "a page that is too large": ("archive SITE/huge", 4, "more than 64 MiB"),
    "an export of nothing": ("export -a nothing.db -f json", 2, "There is no archive at"),
    "an export without a format": ("export -a kept.db", 2, "--format"),
    "an export of a topic that is not there": (
        "export -a kept.db 5 -o new.json",
        2,
        "does not hold topic 5",
    ),
    "one file a topic without a folder": (
        "export -a kept.db --per-topic -f json",
        2,
        "name a folder with -o",
    ),
    "one file a topic in a file": (
        "export -a kept.db --per-topic -f json -o kept.jsonl",
        8,
        "a file of this name",
    ),
    "an export into no folder": ("export -a kept.db -o nowhere/x.md", 8, "no folder"),
    "an export of a text": ("export -a text.db -f json", 7, "no SQLite file"),
    "several archives": ("show", 2, "(kept.db, newer.db)"),
    "showing a number beyond all": (
        f"show {10**23} -a kept.db",
        2,
        "neither a topic nor a post 1",
    ),
    "the history of a number beyond all": (f"show {10**23} --history -a kept.db", 2, "no post 1"),
    "showing what is not there": ("show 5 -a kept.db", 2, "neither a topic nor a post 5"),
    "showing a newer archive": ("show -a newer.db", 7, "newer threadkeep"),
    "checking a text": ("verify -a text.db", 7, "no SQLite file"),
    "accepting gaps of nothing": (
        "verify -a nothing.db --accept-gap",
        2,
        "There is no archive at",
    ),
    "reading nothing anew": ("reparse -a nothing.db", 2, "There is no archive at"),
    "reading anew by no zone": ("reparse -a kept.db --timezone Nowhere", 2, "Nowhere"),
    "importing nothing": ("import nowhere", 2, "There is no file or folder"),
    "importing an empty folder": ("import empty", 5, "no saved page"),
    "importing a page that is no forum": ("import page.html", 5, "no page of a topic"),
    "importing a text without posts": ("import diary.txt", 5, "diary.txt"),
    "importing another site's": (
        "import saved -a kept.db --url https://forum.example/",
        2,
        "is the archive of",
    ),
    "importing into a text": ("import saved -a text.db", 7, "no SQLite file"),
    "importing into no folder": ("import saved -a nowhere/x.db", 8, "no folder"),
    "importing with no address": ("import page.html --url hello", 2, "no web address"),
    "inspecting nothing": ("inspect nowhere", 2, "neither a web address"),
    "inspecting a folder": ("inspect empty", 2, "neither a web address"),
    "inspecting a text without posts": ("inspect diary.txt", 5, "no dump"),
    "inspecting a page that is not there": ("inspect SITE/nowhere", 5, "HTTP 404"),
    "a demo over somebody's file": ("demo -o diary.txt", 8, "cannot be written"),
}


def answers(world: World) -> Callable[[DemoRequest], DemoAnswer | None]:
    topic = world.page(1)

    search = next(case for case in cases("bbpress") if case.name.endswith("list-search-26"))

    def answer(request: DemoRequest) -> DemoAnswer | None:
        special = {
            "/robots.txt": DemoAnswer(body=b"User-agent: *\nDisallow: /forbidden\n"),
            "/parked": DemoAnswer(body=b"<html><body>For sale</body></html>"),
            "/found": DemoAnswer(body=search.page.body),
            "/refused": DemoAnswer(status=403),
            "/members": DemoAnswer(status=302, headers=(("Location", "/wp-login.php"),)),
            "/private": replace(
                world.server.ordinary(topic), headers=(("X-Robots-Tag", "noarchive"),)
            ),
            "/circle": DemoAnswer(status=302, headers=(("Location", "/circle"),)),
            "/huge": DemoAnswer(headers=(("Content-Length", str(10**10)),), body=b"x"),
        }
        return special.get(request.path)

    return answer


def no_such_host(host: str, *_: object, **__: object) -> object:
    raise socket.gaierror(socket.EAI_NONAME, f"no {host}")


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_sentence_and_changes_nothing(
    name: str,
    world: World,
    kept: dict[str, bytes],
    threadkeep: CommandLine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    typed, code, words = BAD[name]
    world.server.intercept = answers(world)
    if "invalid" in typed:
        monkeypatch.setattr(socket, "getaddrinfo", no_such_host)
    line = typed.replace("TOPIC", world.url).replace("SITE", world.server.url)
    line = line.replace("ELSEWHERE", world.server.url.replace("127.0.0.1", "localhost"))
    if line.startswith("archive http://127") and "--delay" not in line and "example" not in line:
        line += " --delay 0"
    if line.startswith("archive"):
        line += " --quiet"
    ran = threadkeep.line(f"threadkeep {line}")
    assert words in ran.sentence
    assert ran.code == code
    assert everything() == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "archive",
        "unknown",
        "archive --unknown",
        "archive x --delay much",
        "archive x --delay -1",
        "import",
        "inspect",
        "export x",
        "show x",
    ],
)
def test_a_command_line_that_cannot_be_meant_is_wrong_use(
    typed: str, threadkeep: CommandLine
) -> None:
    ran = threadkeep.line(f"threadkeep {typed}")
    assert ran.code == 2
    assert "Traceback" not in ran.err
    assert list(Path().iterdir()) == []


def test_what_cannot_be_written_is_known_before_anything_is_asked_for(
    world: World, kept: dict[str, bytes], threadkeep: CommandLine
) -> None:
    world.server.forget_requests()
    for option in ("-o nowhere/x.md", "-o x.foo", "-a nowhere/x.db", "-a text.db", "--timezone X"):
        assert threadkeep.line(f"threadkeep archive {world.url} {option}").code in {2, 7, 8}
    assert world.asked == []
    assert everything() == kept


def test_there_is_no_archive_to_be_meant_in_an_empty_folder(threadkeep: CommandLine) -> None:
    for command in ("show", "verify", "reparse", "export -f json"):
        ran = threadkeep.line(f"threadkeep {command}")
        assert ran.code == 2
        assert "There is no archive in this folder" in ran.sentence


def test_an_archive_that_is_held_is_said_with_its_holder(
    world: World, kept: dict[str, bytes], threadkeep: CommandLine
) -> None:
    with writing(Path("kept.db"), command="threadkeep archive https://held.example/"):
        for typed in (
            f"archive {world.url} -a kept.db",
            "reparse -a kept.db",
            "import saved -a kept.db",
        ):
            ran = threadkeep.line(f"threadkeep {typed}")
            assert ran.code == 7
            assert "`threadkeep archive https://held.example/`" in ran.sentence
        assert threadkeep("verify", "-a", "kept.db").code == 0, "reading goes on"
    assert everything() == kept


def test_an_export_that_fails_leaves_the_earlier_one(
    world: World, kept: dict[str, bytes], threadkeep: CommandLine
) -> None:
    world.server.intercept = answers(world)
    ran = threadkeep(
        "archive",
        f"{world.server.url}/refused",
        "--delay",
        "0",
        "-a",
        "kept.db",
        "-o",
        "kept.jsonl",
    )
    assert ran.code == 6
    assert everything() == kept


def test_a_report_and_an_export_do_not_share_stdout(world: World, threadkeep: CommandLine) -> None:
    ran = threadkeep("archive", world.url, "--json", "-o", "-", "-f", "json")
    assert ran.code == ran.report["exit_code"] == 2
    assert "choose one" in ran.report["error"]
    assert world.asked == []


def test_the_first_code_in_the_order_of_the_table_wins(
    world: World, threadkeep: CommandLine
) -> None:
    world.server.intercept = answers(world)
    addresses = {4: "circle", 6: "refused", 5: "parked"}
    for codes, winner in (((5, 6, 4), 4), ((5, 6), 6), ((5,), 5)):
        urls = [f"{world.server.url}/{addresses[code]}" for code in codes]
        ran = threadkeep("archive", *urls, world.url, "--delay", "0", "-a", "all.db", "--json")
        assert ran.code == ran.report["exit_code"] == winner
        assert [one["exit_code"] for one in ran.report["topics"]] == [*codes, 0]


def test_the_archive_s_owner_may_set_its_wishes_aside(
    world: World, threadkeep: CommandLine
) -> None:
    world.server.intercept = answers(world)
    ran = threadkeep(
        "archive", f"{world.server.url}/private", "--my-site", "--delay", "0", "-a", "mine.db"
    )
    assert ran.code == 0
    assert "/robots.txt" not in world.asked

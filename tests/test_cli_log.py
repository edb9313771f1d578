"""`--log-file`: what a run did, a line an event; and the loggers, for who calls threadkeep as a library."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from scraper.demo import DemoAnswer
from scraper.fetch.settings import FetchSettings
from tests.archiving import World, failing, save_pages
from tests.documents import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scraper.demo import DemoRequest
    from tests.conftest import CommandLine

LINE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) (INFO|WARNING|ERROR|CRITICAL) (.+)")
HASTE = ("--delay", "0", "-q")
LOG = ("--log-file", "run.log")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World.of(tmp_path, posts=13) as made:
        yield made


def events(path: str = "run.log") -> list[tuple[str, str]]:
    """Level and message of each line of a log."""
    text = Path(path).read_text("utf-8")
    assert text.endswith("\n")
    matches = [LINE.fullmatch(line) for line in text.removesuffix("\n").split("\n")]
    assert None not in matches
    found = [match for match in matches if match]
    moments = [datetime.fromisoformat(match[1]) for match in found]
    assert moments == sorted(moments)
    assert abs((datetime.now(UTC) - moments[-1]).total_seconds()) < 60
    return [(match[2], match[3]) for match in found]


def messages(level: str) -> list[str]:
    return [message for one, message in events() if one == level]


# --- what is in it ---


def test_a_run_is_told_from_its_first_step_to_its_last(
    world: World, threadkeep: CommandLine
) -> None:
    arguments = ("archive", world.url, *HASTE, "-a", "forum.db", *LOG)
    ran = threadkeep(*arguments)
    assert ran.code == 0
    told = messages("INFO")
    assert told[0] == f"threadkeep {version('threadkeep')}: {' '.join(arguments)}"
    assert told[1] == f"archiving {world.url}"
    asked = [re.sub(r"\d+ bytes, \d+\.\d\d s$", "…", line) for line in told if "GET" in line]
    assert asked == [f"GET {world.server.url}{path}: 200, …" for path in world.asked]
    saved = [line for line in told if line.startswith("saved")]
    title = world.truth.title
    assert saved == [
        f"saved page 1 of 3 of “{title}”: 5 new, 0 changed, 0 same",
        f"saved page 2 of 3 of “{title}”: 5 new, 0 changed, 0 same",
        f"saved page 3 of 3 of “{title}”: 3 new, 0 changed, 0 same",
    ]
    assert f"posts kept of “{title}”: 13 of 13, complete" in told
    assert told[-1] == "ended with exit code 0"
    assert len(told) == len(events())


def test_progress_and_results_are_what_they_are_without_it(
    world: World, threadkeep: CommandLine
) -> None:
    world.server.intercept = failing(world.page(2), status=404)
    without = threadkeep("archive", world.url, "--delay", "0", "-a", "a.db")
    with_it = threadkeep("archive", world.url, "--delay", "0", "-a", "a.db", "--refresh", *LOG)
    again = threadkeep("archive", world.url, "--delay", "0", "-a", "a.db", "--refresh")
    assert (with_it.code, with_it.out, with_it.err) == (again.code, again.out, again.err)
    assert without.code == with_it.code == 3


def test_gaps_and_what_could_not_be_read_are_warnings(
    world: World, threadkeep: CommandLine
) -> None:
    world.server.intercept = failing(world.page(2), status=404)
    assert threadkeep("archive", world.url, *HASTE, "-a", "a.db", *LOG).code == 3
    warnings = messages("WARNING")
    assert warnings[0].startswith("page 2 was not read: There is nothing at ")
    assert warnings[1].startswith(f"missing in “{world.truth.title}”: Page 2 was not read: ")
    assert "5 of 13 posts are missing" in warnings[2]
    assert f"posts kept of “{world.truth.title}”: 8 of 13, INCOMPLETE" in messages("INFO")
    assert events()[-1] == ("INFO", "ended with exit code 3")


def test_an_attempt_that_is_made_again_is_told_with_its_reason(
    world: World, threadkeep: CommandLine
) -> None:
    left = [503, 429]

    def overloaded(request: DemoRequest) -> DemoAnswer | None:
        if request.path != world.page(2) or not left:
            return None
        return DemoAnswer(status=left.pop(0), headers=(("Retry-After", "7"),))

    world.server.intercept = overloaded
    assert threadkeep("archive", world.url, *HASTE, "-a", "a.db", *LOG).code == 0
    told = [message for _, message in events()]
    page = f"{world.server.url}{world.page(2)}"
    place = next(at for at, line in enumerate(told) if line.startswith(f"GET {page}: 503, "))
    assert told[place + 1] == f"waiting 7 s before {page}: HTTP 503; the site asked for it"
    assert any(line.startswith(f"GET {page}: 429, ") for line in told[place + 2 :])
    assert any(line.startswith(f"GET {page}: 200, ") for line in told[place + 2 :])


def test_the_pause_between_two_requests_is_not_told(world: World, threadkeep: CommandLine) -> None:
    threadkeep("archive", world.url, "-q", "-a", "a.db", *LOG)
    assert not [message for _, message in events() if message.startswith("waiting")]


def test_a_connection_that_breaks_is_a_warning(world: World, threadkeep: CommandLine) -> None:
    url = world.url
    world.server.stop()
    ran = threadkeep("archive", url, *HASTE, "-a", "a.db", *LOG)
    assert ran.code == 4
    assert [line for line in messages("WARNING") if "robots.txt" in line]
    assert f"threadkeep: {messages('ERROR')[0]}\n" == ran.err
    assert events()[-1] == ("INFO", "ended with exit code 4")


def test_an_error_is_the_sentence_that_is_shown(threadkeep: CommandLine) -> None:
    ran = threadkeep("reparse", "-a", "none.db", *LOG)
    assert messages("ERROR") == [ran.sentence]
    assert events()[-1] == ("INFO", "ended with exit code 2")


def test_an_import_and_a_reparse_are_told_as_well(world: World, threadkeep: CommandLine) -> None:
    save_pages(world, Path("saved"), 1, 3)
    Path("saved", "diary.html").write_text("<html><body>Dear diary</body></html>")
    assert threadkeep("import", "saved", "-a", "a.db", *LOG).code == 3
    assert threadkeep("reparse", "-a", "a.db", *LOG).code == 3
    told = [message for _, message in events()]
    title = world.truth.title
    for page, posts in ((1, 5), (3, 3)):
        line = f"saved page {page} of 3 of “{title}”: {posts} new, 0 changed, 0 same"
        assert told.count(line) == 2
    assert any(line.startswith("problem: saved/diary.html: ") for line in told)
    assert told.count("ended with exit code 3") == 2


def test_a_problem_of_a_page_is_told(world: World, threadkeep: CommandLine) -> None:
    save_pages(world, Path("saved"), 1)
    page = Path("saved", "page-01.html")
    page.write_text(page.read_text("utf-8").replace("bbp-reply-post-date", "when"), "utf-8")
    threadkeep("import", "saved", "-a", "a.db", *LOG)
    assert any(line.startswith("problem: no-date: ") for line in messages("WARNING"))


@pytest.mark.parametrize("signal_name", ["SIGINT", "SIGTERM"])
def test_an_interruption_is_told(world: World, threadkeep: CommandLine, signal_name: str) -> None:
    import signal

    def interrupt(request: DemoRequest) -> DemoAnswer | None:
        if request.path == world.page(2):
            os.kill(os.getpid(), getattr(signal, signal_name))
        return None

    world.server.intercept = interrupt
    assert threadkeep("archive", world.url, *HASTE, "-a", "a.db", *LOG).code == 130
    assert messages("WARNING") == ["interrupted; every page read so far is kept"]
    assert events()[-1] == ("INFO", "ended with exit code 130")


def test_a_bug_is_told_before_it_ends_the_run(
    threadkeep: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("division\nby zero")

    monkeypatch.setattr("threadkeep.cli.reparse.reparse", broken)
    with pytest.raises(ZeroDivisionError):
        threadkeep("reparse", "-a", "none.db", *LOG)
    assert events()[-2:] == [
        ("CRITICAL", "a bug of threadkeep's: ZeroDivisionError: division by zero"),
        ("INFO", "ended with exit code 1"),
    ]


# --- what is not in it ---


@pytest.mark.parametrize("password", ["ada:se%20cret", "ada:my@se:cret", "secret", ":secret"])
@pytest.mark.parametrize(
    "contact", [("--contact", "me@example.org"), ("--contact=me@example.org",)], ids=len
)
def test_neither_contact_nor_password_is_in_it(
    threadkeep: CommandLine, contact: tuple[str, ...], password: str
) -> None:
    url = f"http://{password}@127.0.0.1:9/forums/topic/hello/"
    assert threadkeep("archive", url, *HASTE, *contact, *LOG).code == 2
    text = Path("run.log").read_text("utf-8")
    assert "me@example" not in text
    assert "cret" not in text
    assert "http://…@127.0.0.1:9/forums/topic/hello/" in text


def test_a_title_cannot_make_lines_or_talk_to_a_terminal(
    world: World, threadkeep: CommandLine
) -> None:
    evil = "Evil\n2026-01-01T00:00:00Z INFO ended\x1b]0;owned\x07 \x9b2J \u202eback \u2028 \x85end"
    page = world.server.ordinary(world.page(1))
    title = world.truth.title.encode()
    Path("page.html").write_bytes(page.body.replace(title, evil.encode()))
    threadkeep("import", "page.html", "--url", world.url, "-a", "a.db", *LOG)
    assert len(events()) > 3
    text = Path("run.log").read_text("utf-8")
    assert not set(re.findall(r"[^\n -\x7e“”…�]", text)) & set("\x1b\x07\x9b\u202e\u2028\x85\r")


def test_a_name_that_is_no_text_is_told_all_the_same(threadkeep: CommandLine) -> None:
    assert threadkeep("reparse", "-a", os.fsdecode(b"caf\xe9.db"), *LOG).code == 2
    assert r"caf\udce9.db" in messages("ERROR")[0]


# --- the file ---


def test_it_is_appended_to(threadkeep: CommandLine) -> None:
    Path("run.log").write_text("2026-01-01T00:00:00Z INFO before\n")
    threadkeep("reparse", "-a", "none.db", *LOG)
    threadkeep("reparse", "-a", "none.db", *LOG)
    assert [message for _, message in events()].count("ended with exit code 2") == 2
    assert messages("INFO")[0] == "before"


@pytest.mark.parametrize(
    ("path", "because"),
    [
        ("nowhere/run.log", "No such file or directory"),
        ("folder", "Is a directory"),
        ("/dev/full", "No space left on device"),
    ],
)
def test_where_it_cannot_be_written_nothing_is_done(
    path: str, because: str, world: World, threadkeep: CommandLine
) -> None:
    if path.startswith("/dev/") and not Path(path).exists():
        pytest.skip("needs a device that is always full")
    Path("folder").mkdir()
    ran = threadkeep("archive", world.url, *HASTE, "-a", "a.db", "--log-file", path)
    assert ran.code == 8
    assert because in ran.sentence
    assert "--log-file" in ran.sentence
    assert world.server.requests == []
    assert not Path("a.db").exists()


@pytest.mark.parametrize("path", ["forum.db", "./new.db", "out.jsonl", "-"])
def test_it_is_no_other_file_of_the_run(path: str, world: World, threadkeep: CommandLine) -> None:
    threadkeep("archive", world.url, *HASTE, "-a", "forum.db")
    before = Path("forum.db").read_bytes()
    arguments = ("-a", "new.db", "-o", "out.jsonl", "--log-file", path)
    ran = threadkeep("archive", world.url, *HASTE, *arguments)
    assert ran.code == 2
    assert "--log-file" in ran.sentence
    assert Path("forum.db").read_bytes() == before
    assert not Path("new.db").exists()
    assert not Path("out.jsonl").exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a pipe with a name")
def test_that_it_cannot_be_written_any_more_loses_no_page(
    world: World, threadkeep: CommandLine
) -> None:
    os.mkfifo("run.log")
    lines: list[str] = []

    def read_one_line() -> None:
        with Path("run.log").open("rb", buffering=0) as file:
            lines.append(file.read(11).decode())

    reader = Thread(target=read_one_line)
    reader.start()
    ran = threadkeep("archive", world.url, *HASTE, "-a", "a.db", *LOG)
    reader.join()
    assert ran.code == 0
    assert "13 of 13 posts, complete" in ran.out
    assert ran.err == (
        "threadkeep: the log file “run.log” cannot be written any more (Broken pipe); the run goes on without it.\n"
    )


def test_runs_that_share_it_do_not_mix_their_lines(world: World, threadkeep: CommandLine) -> None:
    assert threadkeep("archive", world.url, *HASTE, "-a", "a.db").code == 0
    Path("b.db").write_bytes(Path("a.db").read_bytes())
    runs = [
        subprocess.Popen([sys.executable, "-m", "threadkeep", "reparse", "-q", "-a", name, *LOG])
        for name in ("a.db", "b.db")
    ]
    assert [run.wait(timeout=60) for run in runs] == [0, 0]
    assert [message for _, message in events()].count("ended with exit code 0") == 2


# --- the library ---


def test_a_library_user_attaches_a_handler(world: World, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="scraper"):
        world.archive()
    assert {"scraper.fetch.attempts", "scraper.sync.log", "scraper.sync.site_crawl"} <= {
        record.name for record in caplog.records
    }
    assert {record.name.split(".")[0] for record in caplog.records} == {"scraper"}


def test_pauses_are_there_for_who_asks_for_everything(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="scraper.politeness"):
        world.archive(fetch=replace(FetchSettings(), delay=1.0))
    assert "the pause between two requests" in caplog.text


def test_without_a_handler_nothing_is_printed(world: World) -> None:
    world.server.intercept = failing(world.page(2), status=404)
    program = f"""
from pathlib import Path
from threadkeep import ArchiveJob, FetchSettings, archive_topics
job = ArchiveJob(urls=({world.url!r},), path=Path({str(world.path)!r}), fetch=FetchSettings(delay=0))
assert archive_topics(job).exit_code == 3
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert (done.stdout, done.stderr) == ("", "")


def test_the_log_ends_with_the_command(world: World, threadkeep: CommandLine) -> None:
    """Whatever logs in the same process afterwards is not in the file."""
    level = logging.getLogger("scraper").level
    threadkeep("reparse", "-a", "none.db", *LOG)
    size = Path("run.log").stat().st_size
    world.archive()
    logging.getLogger("scraper").error("later")
    assert Path("run.log").stat().st_size == size
    assert logging.getLogger("scraper").level == level

"""Run the examples of Markdown pages: what README and docs promise is done here, against the demo forum.

`https://forum.example` on a page stands for a demo forum on loopback, and waiting takes no time. Each page has a folder
of its own, in which its blocks run one after the other:

- `python`: is executed; a `text` block right behind it is what it prints.
- `console`: each line after `$ ` is run, and what follows it is what a terminal shows. A line `…` stands for any lines,
  `…` within a line for anything. `^C` is typed while threadkeep waits between two pages.
- `sql`: is run on the folder's only archive; a table right behind it is what comes out.
- `yaml`, `toml`: becomes the file that its first line names, `# metadata.yaml`.
- `crontab`, `ini` (units of systemd): what they would start is run once, and must succeed. `logrotate`: is read by it, where
  it is installed.
"""

from __future__ import annotations

import io
import re
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
from configparser import ConfigParser
from contextlib import closing, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, cast

import pytest
import requests
from sybil import Sybil
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser, SkipParser
from sybil.region import Lexeme

from scraper.demo import DemoServer, DemoSettings, generate
from scraper.demo.login import ACCOUNTS, Gate
from scraper.demo.members import with_members_area
from scraper.politeness.clock import FakeClock, SystemClock
from threadkeep.cli.main import run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sybil import Example

    from scraper.demo import DemoForum

ROOT = Path(__file__).parent.parent
_SITE = "https://forum.example"
_START = datetime(2026, 1, 15, 12, tzinfo=UTC)
_INTERRUPT = "^C"
# On a terminal these are a bar that vanishes.
_PROGRESS = re.compile(r"page \d+ of \d+, \d+ posts?: .*|file \d+ of \d+: .*|waiting \d+ s: .*")
_TEXT_BEHIND = re.compile(r"\s*```text\n(.*?)\n?```\n", re.DOTALL)
_TABLE_BEHIND = re.compile(r"\s*((?:\|.*\n)+)")
# Five fields and a command, in which a % would end it.
_CRON_ENTRY = re.compile(r"(?:[\d*/,-]+ ){5}([^%]+)")
_JOBS = """\
[jobs.rules]
urls = ["https://forum.example/?p=376"]
archive = "backup/rules.db"
"""
_DUMP = """\
Home › Forums › General › Oak or ash?
Viewing 2 posts - 1 through 2 (of 3 total)
Author
Posts
March 3, 2015 at 9:14 am #61
Ada
Participant
Which wood do you take for handles?
March 3, 2015 at 10:02 am #62
Ben
Moderator
Ash, always.
Viewing 2 posts - 1 through 2 (of 3 total)
You must be logged in to reply to this topic.
"""


@dataclass(frozen=True, slots=True)
class Step:
    """One command of a console block, and the lines that it should show."""

    command: str
    shown: tuple[str, ...]


class StageClock(FakeClock):
    """A clock on which waiting takes no time, and on which somebody may type ^C while threadkeep waits."""

    def __init__(self) -> None:
        super().__init__(_START)
        self.sleeps_before_interrupt = -1

    def sleep(self, seconds: float) -> None:
        """See `Clock.sleep`."""
        self.sleeps_before_interrupt -= 1
        if self.sleeps_before_interrupt == 0:
            raise KeyboardInterrupt
        super().sleep(seconds)


class Stage:
    """Where one page's examples run: a folder, a demo forum, a clock."""

    def __init__(self) -> None:
        self.exit_code = 0
        self._clock = StageClock()
        self._folder = TemporaryDirectory()
        self.gate = Gate()
        self.server = DemoServer(_forum(), gate=self.gate).start()
        self._patches = pytest.MonkeyPatch()
        self._patches.chdir(self._folder.name)
        self._patches.setenv("COLUMNS", "80")
        for name in ("now", "monotonic", "sleep"):
            self._patches.setattr(SystemClock, name, _on_clock(self._clock, name))
        self._furnish()

    def close(self) -> None:
        """Take everything down again."""
        self._patches.undo()
        self.server.stop()
        self._folder.cleanup()

    def real(self, text: str) -> str:
        """What a page says, for the forum that there is."""
        host = self.server.url.removeprefix("http://")
        text = text.replace(_SITE, self.server.url)
        return text.replace("forum.example", host.replace(":", "_"))

    def shown(self, text: str) -> str:
        """What was printed, as a page says it."""
        host = self.server.url.removeprefix("http://")
        text = text.replace(self.server.url, _SITE)
        return text.replace(host.replace(":", "_"), "forum.example").replace(host, "forum.example")

    def type_command(self, step: Step) -> str:
        """Run one line of a console block.

        Returns:
            What a terminal shows of it.
        """
        self._clock.sleeps_before_interrupt = 2 if _INTERRUPT in step.shown else -1
        words = shlex.split(self.real(step.command))
        if words[:2] == ["threadkeep", "serve"]:
            return self.shown(_served(words[1:]))
        commands = list(_commands(words))
        screen, passed_on = io.BytesIO(), b""
        for command in commands:
            out = screen if command is commands[-1] else io.BytesIO()
            self._run(command, passed_on, out, screen)
            passed_on = out.getvalue()
        lines = self.shown(screen.getvalue().decode()).splitlines()
        typed = [_INTERRUPT] if _INTERRUPT in step.shown else []
        return "\n".join([*typed, *(line for line in lines if not _PROGRESS.fullmatch(line))])

    def _run(self, command: list[str], piped: bytes, out: io.BytesIO, screen: io.BytesIO) -> None:
        name, *arguments = command
        if name == "threadkeep":
            self.exit_code = _threadkeep(arguments, out, screen)
        elif command == ["echo", "$?"]:
            out.write(f"{self.exit_code}\n".encode())
            self.exit_code = 0
        elif name == "export":
            self._patches.setenv(*arguments[0].split("="))
        elif name == "cp":
            shutil.copyfile(*arguments)
        elif name == "cat":
            out.write(b"".join(Path(path).read_bytes() for path in arguments))
        elif name == "head" and arguments[0] == "-n":
            data = Path(arguments[2]).read_bytes() if arguments[2:] else piped
            out.write(b"".join(data.splitlines(keepends=True)[: int(arguments[1])]))
        elif name == "datasette":
            self._run_module(command, out, screen)
        else:
            raise ValueError(f"no example may use {name}; add it to tests/documents.py")

    def _run_module(self, command: list[str], out: io.BytesIO, screen: io.BytesIO) -> None:
        """Run another program, which is a module of Python's here."""
        done = subprocess.run(
            [sys.executable, "-m", *command], capture_output=True, check=False, timeout=120
        )
        out.write(done.stdout)
        screen.write(done.stderr)
        self.exit_code = done.returncode

    def start(self, command: str) -> None:
        """Run what a line of a schedule would start, with the folder and the program where they are here."""
        bare = re.sub(r"^cd \S+ && ", "", command).removesuffix(" >/dev/null")
        program, _, arguments = bare.partition(" ")
        shown = self.type_command(Step(command=f"{Path(program).name} {arguments}", shown=()))
        assert self.exit_code == 0, f"{command} fails:\n{shown}"

    def _furnish(self) -> None:
        """Put what examples use into the folder: a text dump, a file of jobs, pages that a browser has saved, and its cookies."""
        cookies = self.gate.cookies_txt(self.gate.begin(ACCOUNTS[0].author.nicename))
        Path("cookies.txt").write_text(cookies, "utf-8")
        Path("thread.txt").write_text(_DUMP, "utf-8")
        Path("JOBS.toml").write_text(self.real(_JOBS), "utf-8")
        Path("saved-pages").mkdir()
        for number, path in enumerate(("", "page/2/"), 1):
            page = self.server.ordinary(f"/forums/topic/the-word-chain/{path}")
            Path("saved-pages", f"page-{number}.html").write_bytes(page.body)


def _served(arguments: list[str]) -> str:
    """What a terminal shows of a reader that somebody opens in a browser and then ends by ^C."""
    command = [sys.executable, "-m", "threadkeep", *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline()]
        while "http://" not in lines[-1] and lines[-1]:
            lines.append(process.stdout.readline())
        address = re.search(r"http://\S+", lines[-1])
        assert address, lines
        assert requests.get(address[0], timeout=60).ok
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=60)
        assert process.returncode == 0
    return f"{''.join(lines)}{_INTERRUPT}\n{rest}"


def markdown_examples(*patterns: str) -> Sybil:
    """What collects the examples of pages in and below the repository's root."""
    python = PythonCodeBlockParser()
    python.codeblock_parser = CodeBlockParser("python", _Python())
    return Sybil(
        parsers=[
            SkipParser(),
            python,
            CodeBlockParser("console", _play_console),
            CodeBlockParser("sql", _play_sql),
            CodeBlockParser("yaml", _write_file),
            CodeBlockParser("toml", _write_file),
            CodeBlockParser("crontab", _start_crontab),
            CodeBlockParser("ini", _start_unit),
            CodeBlockParser("logrotate", _read_by_logrotate),
        ],
        patterns=patterns,
        path=str(ROOT),
        setup=_set_up,
        teardown=_tear_down,
    )


class _Python(PythonEvaluator):
    def __call__(self, example: Example) -> None:
        stage = _stage(example)
        source: Lexeme = example.parsed
        example.parsed = Lexeme(stage.real(source), source.offset, source.line_offset)
        with redirect_stdout(io.StringIO()) as printed:
            super().__call__(example)
        behind = _TEXT_BEHIND.match(example.document.text, example.end)
        if behind is not None:
            _compare(stage.shown(printed.getvalue()), behind[1].splitlines())


def _set_up(namespace: dict[str, Any]) -> None:
    namespace["stage"] = Stage()


def _tear_down(namespace: dict[str, Any]) -> None:
    namespace["stage"].close()


def _stage(example: Example) -> Stage:
    return cast("Stage", example.namespace["stage"])


def _play_console(example: Example) -> None:
    stage = _stage(example)
    steps = list(_steps(example.parsed))
    for number, step in enumerate(steps):
        shown = stage.type_command(step)
        is_told = bool(step.shown) or [one.command for one in steps[number + 1 : number + 2]] == [
            "echo $?"
        ]
        assert is_told or stage.exit_code == 0, (
            f"{step.command} fails and does not say so:\n{shown}"
        )
        if step.shown:
            _compare(shown, step.shown)


def _play_sql(example: Example) -> None:
    (path,) = Path().glob("*.db")
    with closing(sqlite3.connect(path)) as connection:
        cursor = connection.execute(_stage(example).real(example.parsed))
        names = [column[0] for column in cursor.description]
        rows = cursor.fetchall()
    assert rows, "a query that finds nothing shows nothing"
    behind = _TABLE_BEHIND.match(example.document.text, example.end)
    if behind is not None:
        lines = [_row(names), "|---" * len(names) + "|", *map(_row, rows)]
        _compare(_stage(example).shown("\n".join(lines)), behind[1].splitlines())


def _write_file(example: Example) -> None:
    first = re.match(r"# (\S+\.(?:yaml|toml))\n", example.parsed)
    assert first, "the first line names the file: # metadata.yaml"
    Path(first[1]).write_text(_stage(example).real(example.parsed), "utf-8")


def _start_crontab(example: Example) -> None:
    for line in example.parsed.splitlines():
        if line and not re.match(r"#|[A-Z]+=", line):
            entry = _CRON_ENTRY.fullmatch(line)
            assert entry, f"cron would not take “{line}”"
            _stage(example).start(entry[1])


def _start_unit(example: Example) -> None:
    """Run a service's program; a timer has none, but names the moments."""
    unit = ConfigParser(interpolation=None, strict=True)
    unit.read_string(example.parsed)
    if unit.has_section("Service"):
        _stage(example).start(unit["Service"]["ExecStart"])
    else:
        assert unit["Timer"]["OnCalendar"]


def _read_by_logrotate(example: Example) -> None:
    Path("rotation.conf").write_text(example.parsed, "utf-8")
    program = shutil.which("logrotate")
    if program is not None:
        command = [program, "--debug", "--state", "rotation.state", "rotation.conf"]
        done = subprocess.run(command, capture_output=True, check=False, text=True, timeout=60)
        assert done.returncode == 0, done.stderr


def _row(values: list[str] | tuple[object, ...]) -> str:
    return "".join(f"| {'' if value is None else value} " for value in values) + "|"


def _steps(block: str) -> Iterator[Step]:
    lines = block.replace("\\\n", "").splitlines()
    starts = [number for number, line in enumerate(lines) if line.startswith("$ ")]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield Step(command=lines[start][2:], shown=tuple(lines[start + 1 : end]))


def _commands(words: list[str]) -> Iterator[list[str]]:
    while "|" in words:
        place = words.index("|")
        yield words[:place]
        words = words[place + 1 :]
    yield words


def _compare(shown: str, wanted: list[str] | tuple[str, ...]) -> None:
    """Hold what was shown against what a page says; blanks at a line's end do not count."""
    lines = [line.rstrip() for line in shown.strip("\n").splitlines()]
    pattern = "".join(r"(?:.*\n)*?" if line == "…" else f"{_pattern(line)}\n" for line in wanted)
    if not re.fullmatch(pattern, "".join(f"{line}\n" for line in lines)):
        assert lines == list(wanted)


def _pattern(line: str) -> str:
    return ".*?".join(map(re.escape, line.rstrip().split("…")))


def _threadkeep(arguments: list[str], out: io.BytesIO, screen: io.BytesIO) -> int:
    before = signal.getsignal(signal.SIGTERM)
    stdout = io.TextIOWrapper(out, "utf-8", write_through=True)
    stderr = io.TextIOWrapper(screen, "utf-8", write_through=True)
    try:
        with redirect_stdout(stdout), redirect_stderr(stderr):
            return run(arguments)
    finally:
        signal.signal(signal.SIGTERM, before)
        for stream in (stdout, stderr):  # closing them would close what they write to
            stream.detach()


def _on_clock(clock: FakeClock, name: str) -> Any:  # noqa: ANN401 - any method of a clock
    def method(_: SystemClock, *arguments: float) -> object:
        return getattr(clock, name)(*arguments)

    return method


@cache
def _forum() -> DemoForum:
    return with_members_area(generate(DemoSettings()))

"""Starting: the list of commands is shown, and a command runs, without loading what only others need."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from functools import cache

import pytest
import typer.main
from typer.core import TyperGroup

from tests.documents import ROOT
from threadkeep.cli.command import loaded
from threadkeep.cli.main import app

_HEAVY = frozenset(
    ("requests", "urllib3", "lxml", "bs4", "dateparser", "rich", "msgspec", "sqlite3", "zstandard")
)
_NETWORK = frozenset(("requests", "urllib3", "protego", "rich"))
_PROGRAM = """\
import sys
from threadkeep.cli.main import run
code = run(sys.argv[1:])
print(*sys.modules, file=sys.stderr)
sys.exit(code)
"""


def command_names() -> list[str]:
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    return list(group.commands)


@cache
def run_apart(*arguments: str) -> tuple[str, set[str]]:
    """What a command prints in a Python of its own, and the modules that it loads."""
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            _PROGRAM,
            *arguments,
        ],
        cwd=ROOT,
        # What measures the tests' coverage would load modules of its own.
        env={name: value for name, value in os.environ.items() if "COVERAGE" not in name},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout, set(done.stderr.split())


def listed() -> dict[str, str]:
    """The commands that `threadkeep --help` lists, with their lines of help."""
    out, _ = run_apart("--help")
    rows = out.partition("\nCommands:\n")[2].splitlines()
    return dict(re.split(r"\s{2,}", row.strip(), maxsplit=1) for row in rows)


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_what_is_no_command_loads_nothing_that_commands_need(argument: str) -> None:
    _, modules = run_apart(argument)
    assert not _HEAVY & modules
    assert not {name for name in modules if name.startswith(("scraper.", "exporters."))}


@pytest.mark.parametrize(
    "name", ["export", "show", "diff", "snapshot", "verify", "reparse", "import"]
)
def test_a_command_that_asks_for_nothing_loads_no_network(name: str) -> None:
    _, modules = run_apart(name, "--help")
    assert not _NETWORK & modules


@pytest.mark.parametrize("name", ["export", "show", "diff", "snapshot", "verify"])
def test_a_command_that_parses_no_page_loads_no_parser(name: str) -> None:
    _, modules = run_apart(name, "--help")
    assert not {"lxml", "bs4", "parsers.document"} & modules


@pytest.mark.parametrize("name", command_names())
def test_a_command_is_listed_with_the_first_sentence_of_its_help(name: str) -> None:
    first_line = (loaded(name).help or "").partition("\n")[0]
    assert listed()[name] == re.split(r"(?<=\.) ", first_line)[0]


def test_every_module_with_a_command_is_listed() -> None:
    modules = (ROOT / "threadkeep" / "cli").glob("*.py")
    commands = {
        path.stem.removesuffix("_")
        for path in modules
        if re.search(r"^def command\(", path.read_text("utf-8"), re.MULTILINE)
    }
    assert commands == set(listed())

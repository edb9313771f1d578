"""Shell completion: what is offered when Tab is typed, asked for as the shells' own scripts do."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from exporters.json_schema import json_schema_names
from exporters.registry import exporter_names, page_exporter_names
from scraper.archive.database import writing
from scraper.demo.forum import LOCALES, THEMES
from scraper.sync.site_time import check_zone

if TYPE_CHECKING:
    from tests.conftest import CommandLine

COMMANDS = (
    "archive", "export", "show", "diff", "snapshot", "verify", "reparse", "import", "inspect", "demo", "schema",
)  # fmt: skip
SHELLS = ("bash", "zsh", "fish")


class Shell:
    """A shell, as far as threadkeep sees of it: a line with a cursor at its end, told in the environment."""

    def __init__(
        self, name: str, threadkeep: CommandLine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self._name = name
        self._threadkeep = threadkeep
        self._patches = monkeypatch

    def offers(self, line: str) -> list[str]:
        """What is offered at the end of a line."""
        words = line.split(" ")
        set_up = {
            "_THREADKEEP_COMPLETE": f"complete_{self._name}",
            "COMP_WORDS": "\n".join(words) if self._name == "bash" else "",
            "COMP_CWORD": str(len(words) - 1),
            "_TYPER_COMPLETE_ARGS": line,
            "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        }
        with self._patches.context() as patches:
            for name, value in set_up.items():
                patches.setenv(name, value)
            ran = self._threadkeep()
        assert ran.err == ""
        return [value for one in ran.out.splitlines() if (value := self._value(one))]

    def _value(self, line: str) -> str:
        """The word in what the shell's script takes: fish has its meaning behind it, zsh both within quotes."""
        if self._name == "zsh":
            line = line.removeprefix("_arguments '*: :((").removesuffix("))'").split('":"')[0]
            return line.strip('"').replace(r"\\:", ":").removeprefix("_files")
        return line.split("\t")[0]


@pytest.fixture(params=SHELLS)
def shell(
    request: pytest.FixtureRequest, threadkeep: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> Shell:
    return Shell(request.param, threadkeep, monkeypatch)


def test_commands_are_offered(shell: Shell) -> None:
    assert set(COMMANDS) <= set(shell.offers("threadkeep "))
    assert shell.offers("threadkeep ver") == ["verify"]


def test_options_are_offered(shell: Shell) -> None:
    assert shell.offers("threadkeep archive --log-f") == ["--log-file"]
    assert {"--archive", "--json"} <= set(shell.offers("threadkeep verify --"))


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("threadkeep export --format ", (*exporter_names(), *page_exporter_names())),
        ("threadkeep archive -f ", (*exporter_names(), *page_exporter_names())),
        ("threadkeep demo --theme ", THEMES),
        ("threadkeep demo --locale ", LOCALES),
        ("threadkeep schema ", json_schema_names()),
    ],
)
def test_values_are_offered(line: str, values: tuple[str, ...], shell: Shell) -> None:
    assert sorted(shell.offers(line)) == sorted(values)
    first = values[0]
    assert shell.offers(f"{line}{first[:-1]}") == [
        value for value in values if value.startswith(first[:-1])
    ]


def test_zones_are_offered(shell: Shell) -> None:
    assert shell.offers("threadkeep archive --timezone Europe/Amst") == ["Europe/Amsterdam"]
    zones = shell.offers("threadkeep reparse --timezone ")
    assert len(zones) > 400
    for zone in zones[::50]:
        check_zone(zone)


def make_archive(path: str) -> None:
    Path(path).parent.mkdir(exist_ok=True)
    with writing(Path(path), command="test", host="forum.test") as archive:
        archive.connection.execute(
            "INSERT INTO runs (command, process_id, started_at) VALUES ('', 1, '')"
        )


@pytest.mark.parametrize(
    "command", ["archive", "export", "show", "diff", "snapshot", "verify", "reparse", "import"]
)
def test_archives_are_offered_and_nothing_else(command: str, shell: Shell) -> None:
    for name in ("a.db", "b.sqlite", "old/c.db", "two words.db", "x;y.db"):
        make_archive(name)
    Path("notes.db").write_text("no archive")
    Path("folder.db").mkdir()
    assert shell.offers(f"threadkeep {command} -a ") == ["a.db", "b.sqlite"]
    assert shell.offers(f"threadkeep {command} --archive a") == ["a.db"]
    assert shell.offers(f"threadkeep {command} -a old/") == ["old/c.db"]
    assert shell.offers(f"threadkeep {command} -a {Path('old').absolute()}/c") == [
        str(Path("old/c.db").absolute())
    ]


@pytest.mark.parametrize(
    "typed", ["nowhere/", "notes.db/x", "~nobody-of-this-name/", "\x01", "🦉"]
)
def test_what_is_not_there_is_silence(typed: str, shell: Shell) -> None:
    Path("notes.db").write_text("no archive")
    assert shell.offers(f"threadkeep verify -a {typed}") == []


def test_a_folder_that_may_not_be_read_is_silence(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    assert shell.offers("threadkeep verify -a ") == []


def script_for(name: str, threadkeep: CommandLine, monkeypatch: pytest.MonkeyPatch) -> str:
    with monkeypatch.context() as patches:
        patches.setenv("_THREADKEEP_COMPLETE", f"source_{name}")
        ran = threadkeep()
    assert (ran.code, ran.err) == (0, "")
    return ran.out


@pytest.mark.parametrize("name", SHELLS)
def test_the_script_for_a_shell_is_shown(
    name: str, threadkeep: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert f"_THREADKEEP_COMPLETE=complete_{name}" in script_for(name, threadkeep, monkeypatch)


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
def test_bash_itself_completes(
    tmp_path: Path, threadkeep: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "threadkeep").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m threadkeep "$@"\n')
    (folder / "threadkeep").chmod(0o755)
    make_archive("my.db")
    script = f"""
    export PATH="{folder}:$PATH"
    {script_for("bash", threadkeep, monkeypatch)}
    complete -p threadkeep
    for words in "threadkeep export --format m" "threadkeep verify -a my" "threadkeep rep"; do
      COMP_WORDS=($words)
      COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
      _threadkeep_completion threadkeep
      echo "${{COMPREPLY[@]}}"
    done
    """
    done = subprocess.run(
        ["bash", "--norc", "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    registered, *offered = done.stdout.splitlines()
    assert registered == "complete -o default -F _threadkeep_completion threadkeep"
    assert offered == ["markdown", "my.db", "reparse"]
    assert done.stderr == ""

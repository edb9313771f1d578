"""Reports: what `--json` prints is what a shipped JSON Schema describes, whatever came of the command."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import sys
from contextlib import closing
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer.main
from typer.core import TyperGroup

from exporters.json_schema import json_schema, json_schema_names
from scraper.demo import DemoAnswer
from tests.archiving import World, failing, save_pages
from tests.documents import ROOT
from tests.report import is_error, validator
from threadkeep.cli.command import loaded
from threadkeep.cli.main import app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scraper.demo import DemoRequest
    from tests.conftest import CommandLine

HASTE = ("--delay", "0")
STEP = "name it in REPORTS of scripts/build_schemas.py, describe it in docs/reports.md, run `make format`"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World.of(tmp_path, posts=13) as made:
        yield made


@pytest.fixture
def incomplete(world: World, threadkeep: CommandLine) -> World:
    """An archive `forum.db` of a topic whose second page could not be read."""
    world.server.intercept = failing(world.page(2), status=404)
    ran = threadkeep("archive", world.url, *HASTE, "-q", "-a", "forum.db")
    assert ran.code == 3
    world.server.intercept = None
    return world


# --- the schemas ---


def commands_with_a_report() -> list[str]:
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    return [
        name
        for name in group.commands
        if any("--json" in parameter.opts for parameter in loaded(name).params)
    ]


@pytest.mark.parametrize("command", [*commands_with_a_report(), "error"])
def test_a_report_has_a_schema(command: str) -> None:
    assert f"{command}-report" in json_schema_names(), STEP


def test_no_schema_is_of_a_report_that_there_is_not() -> None:
    names = {name for name in json_schema_names() if name.endswith("-report")}
    assert names == {f"{command}-report" for command in (*commands_with_a_report(), "error")}


def test_the_schemas_are_those_of_the_classes_that_are_printed() -> None:
    spec = spec_from_file_location("build_schemas", ROOT / "scripts" / "build_schemas.py")
    assert spec
    assert spec.loader
    script = module_from_spec(spec)
    spec.loader.exec_module(script)
    folder = ROOT / "exporters" / "schema"
    built: dict[str, str] = dict(script.built())
    shipped = {path.name: path.read_text("utf-8") for path in folder.glob("*-report.schema.json")}
    assert built == shipped, "run `make format`"


@pytest.mark.parametrize("name", json_schema_names())
def test_a_schema_is_printed_whole(name: str, threadkeep: CommandLine) -> None:
    ran = threadkeep("schema", name)
    assert (ran.code, ran.err) == (0, "")
    assert ran.report == json_schema(name)
    validator(name)
    inside = {one["$id"] for one in ran.report.get("$defs", {}).values() if "$id" in one}
    assert set(re.findall(r'"\$ref": "(urn:[^"]+)"', ran.out)) <= inside


def test_the_list_of_schemas_names_each_with_what_it_describes(threadkeep: CommandLine) -> None:
    lines = threadkeep("schema").out.splitlines()[1:]
    assert [line.split()[0] for line in lines] == list(json_schema_names())
    assert "What `threadkeep verify --json` prints" in "\n".join(lines)


def test_a_schema_that_there_is_not(threadkeep: CommandLine) -> None:
    ran = threadkeep("schema", "reports")
    assert ran.code == 2
    assert "archive-report, diff-report, document-v1" in ran.sentence


@pytest.mark.parametrize(
    "report",
    [
        {"error": "It failed."},
        {"error": "It failed.", "exit_code": "2"},
        {"error": "It failed.", "exit_code": 2, "more": None},
        {"error": None, "exit_code": 2},
    ],
)
def test_what_is_something_else_is_not_valid(report: dict[str, Any]) -> None:
    assert validator("error-report").is_valid({"error": "It failed.", "exit_code": 2})
    assert not validator("error-report").is_valid(report)


# --- what commands print: `threadkeep` checks each report against its schema, see tests/report.py ---


def test_reports_of_archive(world: World, threadkeep: CommandLine) -> None:
    complete = threadkeep("archive", world.url, *HASTE, "-a", "a.db", "--json")
    assert complete.report["topics"][0]["gaps"] == []
    world.server.intercept = failing(world.page(2), status=404)
    short = threadkeep("archive", world.url, *HASTE, "-a", "b.db", "--json")
    assert (short.code, short.report["topics"][0]["gaps"][0]["place"]) == (3, "page 2")
    world.server.intercept = failing(world.page(1), status=404)
    lost = threadkeep("archive", world.url, *HASTE, "-a", "c.db", "--json")
    assert (lost.code, lost.report["topics"][0]["title"]) == (5, None)
    refused = threadkeep("archive", "https://forum.example/", "--delay", "0", "--json")
    assert (refused.code, is_error(refused.report)) == (2, True)


def test_the_report_of_an_interrupted_run(world: World, threadkeep: CommandLine) -> None:
    def interrupt(request: DemoRequest) -> DemoAnswer | None:
        if request.path == world.page(2):
            os.kill(os.getpid(), signal.SIGTERM)
        return None

    world.server.intercept = interrupt
    ran = threadkeep("archive", world.url, *HASTE, "-a", "a.db", "--json")
    assert (ran.code, ran.report["interrupted"], ran.report["times"]) == (130, True, None)


def test_reports_of_show(incomplete: World, threadkeep: CommandLine) -> None:
    assert threadkeep("show", "--json").report["topics"][0]["gaps"] > 0
    assert threadkeep("show", incomplete.ids[0], "--json").report[0]["kind"] == "topic"
    assert threadkeep("show", incomplete.ids[1], "--json").report[0]["revision"] == 1
    assert is_error(threadkeep("show", 1, "--json").report)


def test_reports_of_search(incomplete: World, threadkeep: CommandLine) -> None:
    word = incomplete.topic.title.split()[0]
    assert threadkeep("search", word, "--json").report["total"] > 0
    assert threadkeep("search", "xyzzyx", "--json").report["hits"] == []
    assert is_error(threadkeep("search", word, "--role", "Pope", "-a", "none.db", "--json").report)


@pytest.mark.usefixtures("incomplete")
def test_reports_of_verify(threadkeep: CommandLine) -> None:
    short = threadkeep("verify", "--json")
    assert (short.code, short.report["topics"][0]["accepted"]) == (3, [])
    accepted = threadkeep("verify", "--accept-gap", "--json")
    assert accepted.code == 0
    assert accepted.report["topics"][0]["accepted"] == accepted.report["topics"][0]["gaps"]
    with closing(sqlite3.connect("forum.db")) as connection, connection:
        connection.execute("DELETE FROM revisions")
    damaged = threadkeep("verify", "--json")
    assert (damaged.code, damaged.report["topics"]) == (7, [])
    assert is_error(threadkeep("verify", "-a", "none.db", "--json").report)


@pytest.mark.usefixtures("incomplete")
def test_reports_of_reparse(threadkeep: CommandLine) -> None:
    assert threadkeep("reparse", "--json").code == 3
    assert is_error(threadkeep("reparse", "--timezone", "Mars/Crater", "--json").report)


def test_reports_of_import(world: World, threadkeep: CommandLine) -> None:
    save_pages(world, Path("saved"), 1, 2, 3)
    assert threadkeep("import", "saved", "-a", "a.db", "--json").code == 0
    Path("saved", "page-02.html").unlink()
    Path("saved", "diary.html").write_text("<html><body>Dear diary</body></html>")
    short = threadkeep("import", "saved", "-a", "b.db", "--json")
    assert (short.code, len(short.report["problems"])) == (3, 2)
    assert is_error(threadkeep("import", "nothing", "--json").report)


def test_reports_of_inspect(world: World, threadkeep: CommandLine) -> None:
    save_pages(world, Path("saved"), 2)
    topic = threadkeep("inspect", Path("saved", "page-02.html"), "--json")
    assert (topic.code, len(topic.report["topic"]["posts"])) == (0, 5)
    Path("diary.html").write_text("<html><body>Dear diary</body></html>")
    other = threadkeep("inspect", "diary.html", "--json")
    assert (other.code, other.report["topic"]) == (5, None)
    assert is_error(threadkeep("inspect", "nothing", "--json").report)


@pytest.mark.skipif(sys.platform == "win32", reason="file names are text there")
def test_a_name_that_is_no_text_is_told_all_the_same(threadkeep: CommandLine) -> None:
    name = os.fsdecode(b"caf\xe9.db")
    for command in ("verify", "show", "reparse"):
        ran = threadkeep(command, "-a", name, "--json")
        assert ran.code == 2
        assert "caf" in json.loads(ran.out)["error"]

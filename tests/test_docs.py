"""Everything that a user can meet is in the docs: commands, options, formats, engines, errors, gaps, tables."""

from __future__ import annotations

import ast
import inspect
import itertools
import re
import sqlite3
from contextlib import closing
from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING

import pytest
import typer.main
from typer.core import TyperGroup, TyperOption

import threadkeep
from exporters.json_schema import json_schema, json_schema_names
from exporters.registry import exporters_by_name, page_exporter_named, page_exporter_names
from parsers import errors
from parsers.errors import ThreadkeepError
from parsers.registry import engines
from scraper.demo.forum import LOCALES, THEMES
from scraper.sync.report import worst_exit_code
from tests.documents import ROOT
from threadkeep.cli.command import loaded
from threadkeep.cli.main import app

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_GENERATED = re.compile(r"<!-- \[\[\[cog.*?\[\[\[end\]\]\] -->", re.DOTALL)


@cache
def doc(name: str) -> str:
    """A page without its generated parts: what is generated says nothing of its own."""
    return _GENERATED.sub("", (ROOT / "docs" / name).read_text("utf-8"))


def section(page: str, heading: str) -> str:
    """What stands under a heading, up to the next of its level or a higher one."""
    found = re.search(rf"^(#+) {re.escape(heading)}$", page, re.MULTILINE)
    assert found, f"there is no heading “{heading}”"
    rest = page[found.end() :]
    return re.split(rf"^#{{1,{len(found[1])}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def first_cells(text: str) -> set[str]:
    """What is in backquotes in the first cells of a section's tables."""
    cells = re.findall(r"^\|([^|]*)\|", text, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


# Commands and options


def command_group() -> TyperGroup:
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    return group


COMMANDS = {name: loaded(name) for name in command_group().commands}
SHARED = "Options that several commands have"


def options_of(parameters: Iterable[object]) -> list[TyperOption]:
    return [one for one in parameters if isinstance(one, TyperOption) and not one.hidden]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_a_section_with_its_help(name: str) -> None:
    whole = (ROOT / "docs" / "commands.md").read_text("utf-8")
    assert f'cog.out(help_block("{name}"))' in section(whole, f"threadkeep {name}")
    assert f"[`{name}`](#threadkeep-{name})" in doc("commands.md")


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_an_example(name: str) -> None:
    assert f"$ threadkeep {name}" in section(doc("commands.md"), f"threadkeep {name}")
    assert "Examples:" in (COMMANDS[name].help or "")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_described(name: str) -> None:
    told = section(doc("commands.md"), f"threadkeep {name}") + section(doc("commands.md"), SHARED)
    missing = [
        spelling
        for option in options_of(COMMANDS[name].params)
        for spelling in option.opts
        if not re.search(rf"(?<![\w-]){spelling}(?![\w-])", told)
    ]
    assert not missing


@pytest.mark.parametrize(
    "option", options_of(command_group().params), ids=lambda option: option.opts[0]
)
def test_every_option_of_threadkeep_itself_is_described(option: TyperOption) -> None:
    assert option.opts[0] in section(doc("commands.md"), SHARED)


def test_no_option_is_described_that_there_is_not() -> None:
    known = {
        spelling
        for command in (command_group(), *COMMANDS.values())
        for option in options_of(command.params)
        for spelling in option.opts
    }
    told = set(re.findall(r"`(--[a-z-]+)", doc("commands.md")))
    assert told <= known | {"--help"}


@pytest.mark.parametrize("value", [*LOCALES, *THEMES])
def test_what_the_demo_offers_is_described(value: str) -> None:
    assert f"`{value}`" in doc("demo.md")


# Formats and engines


@pytest.mark.parametrize("name", page_exporter_names())
def test_a_format_of_pages_has_a_section(name: str) -> None:
    assert section(doc("formats.md"), name).strip()
    assert page_exporter_named(name).suffix in doc("formats.md")


@pytest.mark.parametrize("name", exporters_by_name())
def test_a_format_has_a_section(name: str) -> None:
    assert section(doc("formats.md"), name).strip()
    assert f"`{exporters_by_name()[name].suffix}`" in doc("formats.md")


@pytest.mark.parametrize("name", [engine.name for engine in engines()])
def test_an_engine_has_a_section(name: str) -> None:
    assert section(doc("engines.md"), name).strip()


# Errors and exit codes

ERRORS = sorted(
    (
        one
        for _, one in inspect.getmembers(errors, inspect.isclass)
        if issubclass(one, ThreadkeepError)
    ),
    key=lambda error: error.__name__,
)


def drawn(text: str) -> list[tuple[int, str, str]]:
    """The lines of the error tree: depth, name, exit code where one is stated."""
    lines = re.findall(r"^([ │├└─]*)(\w+Error)(?: +(\d+))?", text, re.MULTILINE)
    root = len(lines[0][0])
    return [((len(branch) - root) // 4, name, code) for branch, name, code in lines]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_an_error_has_a_section(error: type[ThreadkeepError]) -> None:
    assert section(doc("errors.md"), error.__name__).strip()
    assert (error.__doc__ or "").strip()


def test_the_error_tree_is_drawn_alike_in_code_and_docs() -> None:
    tree = drawn(errors.__doc__ or "")
    assert tree == drawn(section(doc("errors.md"), "The tree").split("###")[0])
    assert sorted(name for _, name, _ in tree) == [error.__name__ for error in ERRORS]


def test_the_drawn_tree_tells_parents_and_exit_codes() -> None:
    parents: list[type[ThreadkeepError]] = []
    for depth, name, code in drawn(errors.__doc__ or ""):
        error: type[ThreadkeepError] = getattr(errors, name)
        parents[depth:] = [error]
        assert error.__bases__ == ((parents[depth - 1] if depth else Exception),)
        assert not code or error.exit_code == int(code)


def test_exit_codes_are_listed_in_their_order() -> None:
    rows = re.findall(r"^\| (\d+) \|", section(doc("errors.md"), "Exit codes"), re.MULTILINE)
    codes = [int(row) for row in rows]
    assert {error.exit_code for error in ERRORS} <= set(codes)
    for first, second in itertools.combinations(codes, 2):
        assert worst_exit_code([second, first]) == first


def test_readme_names_every_exit_code() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    line = re.search(r"^Exit codes:.*?\n\n", readme, re.MULTILINE | re.DOTALL)
    listed = re.findall(r"^\| (\d+) \|", section(doc("errors.md"), "Exit codes"), re.MULTILINE)
    assert line
    assert sorted(re.findall(r"\d+", line[0])) == sorted(listed)


# Gaps and problems


def codes_in(path: Path, record: str) -> Iterator[str]:
    """The codes that a module gives to its gaps or problems."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == record
        ):
            for keyword in node.keywords:
                if keyword.arg == "code" and isinstance(keyword.value, ast.Constant):
                    yield str(keyword.value.value)


def codes_of(record: str) -> set[str]:
    return {
        code
        for package in ("parsers", "scraper")
        for path in (ROOT / package).rglob("*.py")
        if f"{record}(" in path.read_text("utf-8")
        for code in codes_in(path, record)
    }


def test_every_gap_has_a_row() -> None:
    told = first_cells(section(doc("completeness.md"), "Gaps"))
    codes = codes_of("Gap")
    assert codes
    assert told == codes


def test_every_problem_has_a_row() -> None:
    told = first_cells(section(doc("engines.md"), "Problems"))
    told |= first_cells(section(doc("text-dumps.md"), "What could not be read"))
    assert codes_of("Problem") - told == set()


# The archive


def schema() -> dict[str, list[str]]:
    """The tables with their columns, as SQLite reads the schema."""
    script = (ROOT / "scraper" / "archive" / "schema.sql").read_text("utf-8")
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(script)
        names = connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
        )
        return {
            name: [row[1] for row in connection.execute(f"PRAGMA table_info({name})")]
            for (name,) in names.fetchall()
            if not re.fullmatch(r"search_index_\w+|sqlite_\w+", name)  # SQLite's own
        }


def test_every_table_has_a_section_and_no_other() -> None:
    tables = section(doc("archive.md"), "Tables")
    assert sorted(re.findall(r"^### (\w+)$", tables, re.MULTILINE)) == sorted(schema())


@pytest.mark.parametrize("table", schema())
def test_every_column_is_described_and_no_other(table: str) -> None:
    assert first_cells(section(doc("archive.md"), table)) == set(schema()[table])


@pytest.mark.parametrize("table", schema())
def test_every_value_that_a_column_may_have_is_described(table: str) -> None:
    script = (ROOT / "scraper" / "archive" / "schema.sql").read_text("utf-8")
    found = re.search(
        rf"CREATE (?:VIRTUAL )?TABLE {table} (?:USING fts5 )?\((.*?)^\)",
        script,
        re.DOTALL | re.MULTILINE,
    )
    assert found
    values = {
        value
        for group in re.findall(r" IN \(('[^)]*)\)", found[1])
        for value in re.findall(r"'([^']+)'", group)
    }
    told = section(doc("archive.md"), table) + doc("record-format.md")
    assert [value for value in sorted(values) if f"`{value}`" not in told] == []


# The library


@pytest.mark.parametrize(
    "name",
    ["ArchiveReport", "TopicOutcome", "Saved", "Gap", "TimesOutcome", "MediaOutcome", "Traffic", "ImportReport",
     "ErasureReport", "ReparseReport", "Verdict", "TopicVerdict", "ArchiveSummary", "TopicSummary", "SeenRevision", "SearchReport", "SearchHit",
     "Written", "PagesWritten", "PostHistory", "BodyChange", "PostMove", "Absence", "AuthorChange", "DifferenceReport", "DifferenceTotals",
     "TopicDifference", "PostDifference", "PersonDifference", "ListGapDifference", "TextPiece", "Snapshot", "Pruned"],
)  # fmt: skip
def test_a_report_is_listed_with_its_fields(name: str) -> None:
    row = re.search(rf"^\| `{name}` \|[^|]*\|([^|]*)\|", doc("library.md"), re.MULTILINE)
    assert row
    names = [field.name for field in fields(getattr(threadkeep, name))]
    assert re.findall(r"`(\w+)`", row[1]) == names


@pytest.mark.parametrize("name", [one for one in json_schema_names() if one.endswith("-report")])
def test_a_report_has_a_section_and_each_of_its_parts_a_table(name: str) -> None:
    whole = (ROOT / "docs" / "reports.md").read_text("utf-8")
    told = section(whole, "Errors" if name == "error-report" else name.removesuffix("-report"))
    own, *parts = [
        part
        for part, shape in json_schema(name)["$defs"].items()
        if "properties" in shape and "$id" not in shape
    ]
    assert f'"{own}"' in told
    for part in (own, *parts):
        assert re.search(rf'report_table\([^)]*"{part}"', whole)
    assert "--json" in told


# Pages


def test_every_page_is_in_the_index() -> None:
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"index.md"}
    assert set(re.findall(r"\(([a-z-]+\.md)\)", doc("index.md"))) == pages

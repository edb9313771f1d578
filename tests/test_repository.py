"""The repository as a whole: links resolve, versions agree, modules say what they are for, nothing names a machine."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

import threadkeep
from tests.documents import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

# What tools leave behind, and what people keep beside the sources; .gitignore has the same.
_NOT_OURS = {
    ".git",
    ".venv",
    ".venv-corpus",
    ".venv-replay",
    "__pycache__",
    "build",
    "dist",
    "demo",
    "htmlcov",
}
_CACHES = (
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".hypothesis",
    ".import_linter_cache",
    ".coverage",
)
_PACKAGES = ("threadkeep", "scraper", "parsers", "exporters", "tests", "bench", "scripts", ".ci")
_CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
# Home folders, and what lies beside a checkout on one machine. The brackets keep this line from naming them itself.
_MACHINE = re.compile(
    r"[/](?:home|Users)[/]\w|[/](?:root|work)[/]|[.]{2}/shared|[.]library/|bash[_]jobs"
)


def files(folder: Path = ROOT) -> Iterator[Path]:
    """Every file of the repository."""
    for path in sorted(folder.iterdir()):
        if path.name in _NOT_OURS and (path.name != "demo" or folder == ROOT):
            continue
        if path.name.startswith(_CACHES) or path.name.endswith(".egg-info"):
            continue
        if path.is_dir():
            yield from files(path)
        else:
            yield path


PAGES = [path for path in files() if path.suffix == ".md" and "fixtures" not in path.parts]
MODULES = [path for name in _PACKAGES for path in files(ROOT / name) if path.suffix == ".py"]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives to a page's headings."""
    text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in _LINK.findall(_CODE.sub("", page.read_text("utf-8"))):
        if re.match(r"https?://|mailto:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / unquote(path)).resolve() if path else page
        assert target.exists(), f"{link} is not there"
        assert target.is_relative_to(ROOT)
        if anchor:
            assert anchor in anchors(target), f"{link} has no such heading"


def test_every_module_says_what_it_is_for() -> None:
    # A text begins where a file does, but for the line that says what runs it; its first line is the summary.
    begins = re.compile(r'(#!.*\n)?r?"""\S')
    silent = [name_of(path) for path in MODULES if not begins.match(path.read_text("utf-8"))]
    assert not silent


def test_nothing_names_a_machine() -> None:
    found = [
        f"{name_of(path)}: {match[0]}"
        for path in files()
        if (match := _MACHINE.search(path.read_bytes().decode("utf-8", "replace")))
    ]
    assert not found


def test_the_newest_changes_are_of_this_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    headings = re.findall(
        r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE
    )
    versions = [heading for heading in headings if heading != "Unreleased"]
    assert versions[0] == project["version"] == threadkeep.__version__


def targets() -> list[str]:
    """The targets that people type, in the Makefile's order."""
    return re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("target", targets())
def test_a_target_has_a_line_of_help_and_is_in_contributing(target: str) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert re.search(rf"^{target}:[^#\n]*## \S", makefile, re.MULTILINE)
    assert f"| `make {target}` |" in (ROOT / "CONTRIBUTING.md").read_text("utf-8")


def test_phony_names_every_target_and_no_other() -> None:
    phony = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert phony
    assert phony[1].split() == targets()


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make on this machine")
def test_make_help_lists_every_target() -> None:
    command = ["make", "-s", "help"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert [line.split()[0] for line in done.stdout.splitlines()] == targets()


def test_readme_has_a_place_for_the_figures() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert readme.index("<!-- bench -->") < readme.index("<!-- /bench -->")

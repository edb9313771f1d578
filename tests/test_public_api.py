"""The public API: what `threadkeep` exports, that it is whole, typed and quick to import."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
from dataclasses import fields, is_dataclass
from functools import cache
from importlib.resources import files
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

import threadkeep
import threadkeep.api
from parsers import errors
from parsers.errors import ThreadkeepError
from tests.documents import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

# What only commands, the demo or a single option needs: importing the library must not load it.
_NOT_LOADED = (
    "typer",
    "rich",
    "dateparser",
    "markdownify",
    "scraper.demo",
    "threadkeep.cli",
    "http.server",
)
_OURS = ("threadkeep", "scraper", "parsers", "exporters")


def exported() -> dict[str, object]:
    return {name: getattr(threadkeep, name) for name in threadkeep.__all__}


def test_all_is_sorted_and_names_each_once() -> None:
    assert list(threadkeep.__all__) == sorted(set(threadkeep.__all__))


def test_all_is_what_the_module_holds() -> None:
    held = {
        name
        for name, value in vars(threadkeep.api).items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    }
    assert held | {"__version__"} == set(threadkeep.__all__)


def test_every_name_is_found_under_threadkeep_itself() -> None:
    assert {name: getattr(threadkeep.api, name) for name in threadkeep.__all__} == exported()
    assert set(threadkeep.__all__) <= set(dir(threadkeep))
    with pytest.raises(AttributeError, match="no_such_name"):
        getattr(threadkeep, "no_such_name")  # noqa: B009  # type checkers know that there is none


def test_every_error_is_exported() -> None:
    tree = {
        name
        for name, one in inspect.getmembers(errors, inspect.isclass)
        if issubclass(one, ThreadkeepError)
    }
    assert tree <= set(threadkeep.__all__)


def annotations_of(value: object) -> Iterator[str]:
    """The types in the signature of a function, of a class's methods, or of a record's fields, as written."""
    if is_dataclass(value):
        yield from (str(field.type) for field in fields(value))
    elif inspect.isclass(value):
        yield from (str(one) for one in inspect.get_annotations(value).values())
    members = vars(value).values() if inspect.isclass(value) else (value,)
    for member in members:
        if inspect.isfunction(member) and not member.__name__.startswith("_"):
            yield from (str(one) for one in inspect.get_annotations(member).values())


@cache
def our_classes() -> set[str]:
    """The names of all public classes of the packages that are loaded."""
    return {
        name
        for module_name, module in sys.modules.items()
        if module_name.partition(".")[0] in _OURS
        for name, one in inspect.getmembers(module, inspect.isclass)
        if one.__module__ == module_name and not name.startswith("_")
    }


@pytest.mark.parametrize("name", [name for name in threadkeep.__all__ if name != "__version__"])
def test_what_an_export_takes_and_gives_is_exported(name: str) -> None:
    words = {
        word for text in annotations_of(exported()[name]) for word in re.findall(r"\w+", text)
    }
    assert words & our_classes() <= set(threadkeep.__all__)


@pytest.mark.parametrize(
    "name", [name for name in threadkeep.__all__ if name not in {"__version__", "WaitHook"}]
)
def test_every_export_has_a_docstring(name: str) -> None:
    assert inspect.getdoc(exported()[name])


def loaded_by(program: str) -> set[str]:
    """The modules that another Python has loaded after a program."""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; {program}; print(*sys.modules, file=sys.stderr)"],
        cwd=ROOT,
        # What measures the tests' coverage would load modules of its own.
        env={name: value for name, value in os.environ.items() if "COVERAGE" not in name},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return set(done.stderr.split())


def test_using_it_loads_nothing_that_only_the_commands_need() -> None:
    assert not set(_NOT_LOADED) & loaded_by("from threadkeep import *")


def test_importing_it_loads_nothing_that_is_not_used() -> None:
    assert not {"requests", "lxml", "sqlite3", "msgspec", *_NOT_LOADED} & loaded_by(
        "import threadkeep"
    )


@pytest.mark.parametrize("package", _OURS)
def test_the_packages_are_marked_as_typed(package: str) -> None:
    assert files(package).joinpath("py.typed").is_file()

"""Text dumps: one case a file, and what must hold for any text."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers import errors
from parsers.errors import UnknownForumError
from parsers.text_dump import parse_text_dump

FOLDER = Path(__file__).parent.parent / "fixtures" / "text-dump"
CASES = sorted(FOLDER.glob("*.txt"))


def read_case(path: Path) -> tuple[dict[str, Any], str]:
    """A case's head as a table, and its text."""
    head, _, body = path.read_text("utf-8").partition("\n-->\n")
    return tomllib.loads(head.removeprefix("<!--\n")), body


def found(record: object, path: str) -> object:
    """The value at a path of names, indexes and `#` for a length; `none` for what is null."""
    value: Any = record
    for step in path.split("."):
        if step == "#":
            value = len(value)
        else:
            value = value[int(step)] if step.isdecimal() else getattr(value, step)
    return "none" if value is None else value


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path) -> None:
    case, text = read_case(path)
    assert case["why"]
    assert case["source"]
    expected = case["expect"]
    if "error" in expected:
        with pytest.raises(getattr(errors, expected["error"])):
            parse_text_dump(text)
        return
    page = parse_text_dump(text, url=case.get("url"))
    assert {key: found(page, key) for key in expected} == expected

"""Reads cases: files that hold, in front of some bytes, why they are there and what must come out. No expectation is code."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from parsers.records import Page

FIXTURES = Path(__file__).parent.parent / "fixtures"
_MANDATORY = ("why", "source", "url")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case.

    Attributes:
        name: its path below `fixtures/`, without the suffix.
        expect: what must hold, by path into the records (`posts.#`, `posts.1.author.name`, `posts.*.post_id`).
        page: what the parsers get; they never see the case's head.
    """

    name: str
    expect: dict[str, Any]
    page: Page


def read_case(path: Path, root: Path = FIXTURES) -> Case:
    """Read a file: a first comment that holds TOML, up to the first line `-->`; then the page, in any encoding."""
    head, mark, body = path.read_bytes().partition(b"\n-->\n")
    assert mark, f"{path} has no head"
    facts = tomllib.loads(head.decode().removeprefix("<!--\n"))
    assert all(facts.get(key) for key in _MANDATORY), f"{path} does not say {_MANDATORY}"
    page = Page(
        url=facts["url"],
        final_url=facts["url"],
        status=facts.get("status", 200),
        headers=tuple(facts.get("headers", {}).items()),
        body=body,
        fetched_at=datetime(2025, 1, 15, 12, tzinfo=UTC),
    )
    name = path.relative_to(root).with_suffix("").as_posix()
    return Case(name=name, expect=facts["expect"], page=page)


def cases(folder: str) -> list[Case]:
    """Every case of a folder of `fixtures/`, by name."""
    return [read_case(path) for path in sorted((FIXTURES / folder).iterdir())]


def value_at(record: object, path: str) -> Any:  # noqa: ANN401  whatever a record holds
    """What a record has at a path; `none` stands for null, and a path that names nothing is an error."""
    value: Any = record
    steps = path.split(".")
    for place, step in enumerate(steps):
        if step == "#":
            value = len(value)
        elif step == "*":
            rest = ".".join(steps[place + 1 :])
            return [value_at(item, rest) for item in value]
        else:
            value = value[int(step)] if step.isdecimal() else getattr(value, step)
    return _plain(value)


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(item) for item in cast("tuple[object, ...]", value)]
    return "none" if value is None else value


def differences(record: object, expect: dict[str, Any]) -> dict[str, Any]:
    """What of an expectation does not hold, with what is there instead."""
    found = {path: value_at(record, path) for path in expect}
    return {path: value for path, value in found.items() if value != expect[path]}

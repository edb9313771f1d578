"""Turn the tables of a TOML file into records, strictly: an unknown key, a wrong type, a missing value is one sentence each."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any, TypeVar, cast

import msgspec
from msgspec import inspect

from parsers.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Record = TypeVar("Record")

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_PLACE = re.compile(r"(?P<what>.*?)(?: - at `\$(?P<place>.*)`)?", re.DOTALL)
_KIND = re.compile(r"Expected `(?P<wanted>[^`]*)`, got `(?P<got>[^`]*)`")
_MISSING = re.compile(r"Object missing required field `(?P<name>\w+)`")
_VALUE = re.compile(r"Invalid enum value '(?P<value>.*)'", re.DOTALL)
_EXAMPLES = {
    "archive": 'archive = "forum.db"',
    "audit": 'audit = "5%"',
    "contact": 'contact = "me@example.org"',
    "delay": "delay = 2.5",
    "exports": 'exports = [{ path = "posts.jsonl" }]',
    "folder": 'folder = "snapshots"',
    "keep_daily": "keep_daily = 7",
    "keep_monthly": "keep_monthly = 12",
    "keep_weekly": "keep_weekly = 4",
    "media": 'media = "images"',
    "media_file_limit": 'media_file_limit = "5M"',
    "media_hosts": 'media_hosts = ["images.example"]',
    "media_limit": 'media_limit = "500M"',
    "my_site": "my_site = true",
    "publish_every": "publish_every = 300",
    "path": 'path = "posts.jsonl"',
    "report": 'report = "{name}.md"',
    "retention": 'retention = { folder = "snapshots", keep_daily = 7 }',
    "timezone": 'timezone = "Europe/Amsterdam"',
    "urls": 'urls = ["https://forum.example/forums/"]',
}
_WORDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
}


def key_path(*keys: str) -> str:
    """A key as TOML writes it: `jobs."Lantern Street".delay`."""
    return ".".join(
        key if _BARE_KEY.fullmatch(key) else '"{}"'.format(key.replace('"', '\\"')) for key in keys
    )


def refuse_unknown(keys: Iterable[str], known: Iterable[str], path: str) -> None:
    """Let only keys pass that are known.

    Args:
        keys: those of a table.
        known: those that it may have.
        path: where the table is; empty for the file itself.

    Raises:
        UsageError: one is not; the nearest known one is named.
    """
    names = sorted(known)
    for key in keys:
        if key not in names:
            near = difflib.get_close_matches(key, names, n=1, cutoff=0.5)
            hint = f"did you mean “{near[0]}”?" if near else f"known are {', '.join(names)}."
            raise UsageError(f"“{_joined(path, key_path(key))}” is no known setting; {hint}")


def table(value: object, path: str) -> Mapping[str, Any]:
    """A value that has to be a table.

    Raises:
        UsageError: it is none.
    """
    if not isinstance(value, dict):
        raise UsageError(f"“{path}” has to be a table: write [{path}] above its settings.")
    return cast("Mapping[str, Any]", value)


def record_of(
    value: Mapping[str, Any], kind: type[Record], path: str, *, own: Mapping[str, Any]
) -> Record:
    """A table as a record.

    Args:
        value: the table, with what it takes from elsewhere.
        kind: the record, a dataclass.
        path: where the table is.
        own: the table as it stands in the file; only its keys are checked for being known.

    Raises:
        UsageError: it is not as the record's fields say.
    """
    _check_keys(own, inspect.type_info(kind), path)
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise UsageError(_told(str(error), inspect.type_info(kind), path)) from error


def _check_keys(value: object, kind: inspect.Type, path: str) -> None:
    """Look for unknown keys wherever a table stands for a record."""
    for record in _records(kind):
        if isinstance(value, dict):
            found = cast("Mapping[str, Any]", value)
            fields = {one.name: one.type for one in record.fields}
            refuse_unknown(found, fields, path)
            for key, inner in found.items():
                _check_keys(inner, fields[key], _joined(path, key_path(key)))
        elif isinstance(value, list):
            for place, inner in enumerate(cast("list[object]", value)):
                _check_keys(inner, record, f"{path}[{place}]")


def _records(kind: inspect.Type) -> Iterator[inspect.DataclassType]:
    """The record that a value of this type may be, or be a list of."""
    if isinstance(kind, inspect.DataclassType):
        yield kind
    elif isinstance(kind, inspect.UnionType):
        for one in kind.types:
            yield from _records(one)
    elif isinstance(kind, inspect.VarTupleType):
        yield from _records(kind.item_type)


def _told(message: str, kind: inspect.Type, path: str) -> str:
    """What msgspec found, as a sentence about a key."""
    found = _PLACE.fullmatch(message)
    what, inner = (found["what"], found["place"] or "") if found else (message, "")
    place = f"{path}{inner}"
    if missing := _MISSING.fullmatch(what):
        return f"“{_joined(place, missing['name'])}” is missing; {_example(missing['name'])}."
    if wrong := _KIND.fullmatch(what):
        example = _example(place.rpartition(".")[2])
        return f"“{place}” has to be {_kinds(wrong['wanted'])}, not {_kinds(wrong['got'])}; {example}."
    if value := _VALUE.fullmatch(what):
        choices = sorted(set(_choices(kind, inner)))
        near = difflib.get_close_matches(value["value"], choices, n=1, cutoff=0.5)
        hint = f"did you mean “{near[0]}”?" if near else f"it takes {', '.join(choices)}."
        return f"“{place}” does not know “{value['value']}”; {hint}"
    return f"“{place}”: {what}."


def _example(name: str) -> str:
    return f"write {_EXAMPLES[name]}" if name in _EXAMPLES else "docs/jobs.md shows how"


def _kinds(names: str) -> str:
    return " or ".join(
        _WORDS.get(name, f"a {name}") for name in names.split(" | ") if name != "null"
    )


def _choices(kind: inspect.Type, inner: str) -> Iterator[str]:
    """The words that may stand at a place."""
    names = re.findall(r"\.(\w+)", inner)
    for record in _records(kind):
        for field in record.fields:
            if names and field.name == names[0]:
                yield from _literals(field.type)
                yield from _choices(field.type, inner.partition(f".{names[0]}")[2])


def _literals(kind: inspect.Type) -> Iterator[str]:
    if isinstance(kind, inspect.LiteralType):
        yield from map(str, kind.values)
    elif isinstance(kind, inspect.UnionType):
        for one in kind.types:
            yield from _literals(one)
    elif isinstance(kind, inspect.VarTupleType):
        yield from _literals(kind.item_type)


def _joined(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key

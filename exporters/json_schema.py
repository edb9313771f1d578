"""The JSON Schemas that come with threadkeep: of the record format and of every report; each can be used on its own."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import Any

from parsers.errors import UsageError

_SUFFIX = ".schema.json"
_FOREIGN = re.compile(r'"\$ref": "(urn:[^"#]+)"')


def json_schema_names() -> tuple[str, ...]:
    """The names of the schemas, sorted: `archive-report`, `post-v1` and so on."""
    return tuple(sorted(_texts()))


def json_schema(name: str) -> dict[str, Any]:
    """A JSON Schema (draft 2020-12), with every other one that it refers to inside.

    Raises:
        UsageError: there is none of this name.
    """
    texts = _texts()
    if name not in texts:
        raise UsageError(f"There is no schema “{name}”; there are {', '.join(sorted(texts))}.")
    schema: dict[str, Any] = json.loads(texts[name])
    by_id = {str(one["$id"]): (key, one) for key, one in _parsed(texts).items()}
    inside = {by_id[urn][0]: by_id[urn][1] for urn in sorted(set(_FOREIGN.findall(texts[name])))}
    return {**schema, "$defs": {**schema.get("$defs", {}), **inside}} if inside else schema


def _parsed(texts: dict[str, str]) -> dict[str, dict[str, Any]]:
    return {name: json.loads(text) for name, text in texts.items()}


def _texts() -> dict[str, str]:
    folder = files("exporters") / "schema"
    return {
        file.name.removesuffix(_SUFFIX): file.read_text("utf-8")
        for file in folder.iterdir()
        if file.name.endswith(_SUFFIX)
    }

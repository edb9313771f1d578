"""Print what a report consists of as docs/reports.md holds it; cog calls this."""

from __future__ import annotations

from typing import Any

from exporters.json_schema import json_schema


def report_table(name: str, *records: str) -> str:
    """The fields of records in a report's schema, a table each, under headings where there are several."""
    parts = json_schema(name)["$defs"]
    tables = [_table(parts[record]) for record in records]
    if len(records) == 1:
        return tables[0]
    return "\n".join(
        f"### {record}\n\n{parts[record]['description']}\n\n{table}"
        for record, table in zip(records, tables, strict=True)
    )


def _table(part: dict[str, Any]) -> str:
    rows = [
        f"| `{field}` | {_kind(shape)} | {shape['description'].replace('|', '/')} |"
        for field, shape in part["properties"].items()
    ]
    return "\n".join(["| field | type | meaning |", "|---|---|---|", *rows, ""])


def _kind(shape: dict[str, Any]) -> str:
    """A type in words: `text or null`, `list of Gap`."""
    if "anyOf" in shape:
        return " or ".join(_kind(one) for one in shape["anyOf"])
    if "$ref" in shape:
        record = shape["$ref"].rpartition("/")[2]
        return f"[{record}](#{record.lower()})"
    if "enum" in shape:
        return ", ".join(f"`{value}`" if value else "null" for value in shape["enum"])
    if "prefixItems" in shape:
        return f"pair of {' and '.join(map(_kind, shape['prefixItems']))}"
    for part, what in (("items", "list"), ("additionalProperties", "object")):
        if part in shape:
            return f"{what} of {_kind(shape[part])}"
    kinds = [shape["type"]] if isinstance(shape["type"], str) else shape["type"]
    return " or ".join(_WORDS[kind] for kind in kinds)


_WORDS = {
    "string": "text",
    "integer": "number",
    "number": "number",
    "boolean": "true, false",
    "null": "null",
}

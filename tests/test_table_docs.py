"""The tables of exports are in the docs: every table and every column, and no other."""

from __future__ import annotations

import re

import pytest

from exporters.tables.column import TABLES
from tests.documents import ROOT

KINDS = {
    "integer": "integer",
    "boolean": "boolean",
    "text": "text",
    "utc": "time in UTC",
    "local": "time, site's clock",
    "texts": "list of text",
    "edits": "list of structs",
}


def described(table: str) -> dict[str, str]:
    """The columns of a table's section with their types."""
    page = (ROOT / "docs" / "parquet.md").read_text("utf-8")
    found = re.search(rf"^### {table}$(.*?)(?=^##|\Z)", page, re.MULTILINE | re.DOTALL)
    assert found, f"docs/parquet.md has no section on {table}"
    first = found[1].partition("\n\n| kind |")[0]
    rows = re.findall(r"^\| (`[^|]*) \| ([^|]*) \|", first, re.MULTILINE)
    return {name: kind for cell, kind in rows for name in re.findall(r"`(\w+)`", cell)}


@pytest.mark.parametrize("table", TABLES)
def test_every_column_is_described_with_its_type_and_no_other(table: str) -> None:
    assert described(table) == {name: KINDS[kind] for name, kind in TABLES[table].items()}


def test_every_way_to_tell_an_edge_is_described() -> None:
    page = (ROOT / "docs" / "parquet.md").read_text("utf-8")
    rows = re.findall(r"^\| `(parent|quote|mention)` \| `(\w+)` \|", page, re.MULTILINE)
    assert sorted(rows) == [
        ("mention", "link"),
        ("mention", "name"),
        ("parent", "nesting"),
        ("quote", "link"),
        ("quote", "name"),
        ("quote", "text"),
    ]

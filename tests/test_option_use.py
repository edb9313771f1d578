"""No option of an export does nothing: a format that has no use for one says so, and any other writes something else for it."""

from __future__ import annotations

import io
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from exporters.exporter import ExportOptions
from exporters.registry import exporter_named, exporter_names
from parsers.errors import UsageError
from tests.threads import make_post, make_thread
from threadkeep.exporting import plan_export

if TYPE_CHECKING:
    from tests.conftest import CommandLine

ASKED = (
    ExportOptions(raw_cells=True),
    ExportOptions(with_gone=True),
    ExportOptions(licence="CC-BY-4.0"),
    ExportOptions(site_url="https://archive.example/"),
)


def written(name: str, options: ExportOptions) -> bytes:
    posts = [
        make_post(post_id=1, kind="topic", body_text="=1+1"),
        make_post(post_id=2, gone_at="2026-01-01T00:00:00Z"),
    ]
    out = io.BytesIO()
    exporter_named(name).write([make_thread(posts)], out, options)
    return out.getvalue()


def asked_for(options: ExportOptions) -> str:
    plain = ExportOptions()
    names = (field.name for field in fields(options))
    return next(name for name in names if getattr(options, name) != getattr(plain, name))


@pytest.mark.parametrize("options", ASKED, ids=asked_for)
@pytest.mark.parametrize("name", exporter_names())
def test_a_format_heeds_an_option_or_refuses_it(name: str, options: ExportOptions) -> None:
    output = Path(f"out{exporter_named(name).suffix}")
    if written(name, options) != written(name, ExportOptions()):
        plan_export(output, name, options)
    else:
        with pytest.raises(UsageError, match=f"^The format {name} has"):
            plan_export(output, name, options)


def test_a_dry_run_says_what_its_export_could_not_do(threadkeep: CommandLine) -> None:
    asked = ("archive", "http://127.0.0.1:9/forums/", "--dry-run", "-o")
    assert threadkeep(*asked, "out.docx").code == 2
    assert "--with-gone is for" in threadkeep(*asked, "out.jsonl", "--with-gone").sentence
    assert threadkeep(*asked, "nowhere/out.jsonl").code == 8

"""Build the JSON Schemas of what `--json` prints, out of the dataclasses that are printed; not part of the product.

    python scripts/build_schemas.py [FOLDER]

A command that learns `--json` gets a line in `REPORTS`. What a field means is told by its class's docstring; the classes of
fields are among what `threadkeep` exports. The same classes give the same bytes: a test holds the shipped files against them.
"""

from __future__ import annotations

import dataclasses
import inspect
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import msgspec

import threadkeep.api
from exporters.destination import Written
from exporters.page_exporter import PagesWritten
from parsers.records import Post
from scraper.archive.contents_list import ArchiveSummary, SeenRevision
from scraper.archive.difference import DifferenceReport
from scraper.archive.post_history import PostHistory
from scraper.archive.search import SearchReport
from scraper.archive.verify import Verdict
from scraper.sync.erasing import ErasureReport
from scraper.sync.importing import ImportReport
from scraper.sync.pipeline import ArchiveReport
from scraper.sync.planning import RunPlan
from scraper.sync.reparsing import ReparseReport
from threadkeep.cli.error_report import ErrorReport
from threadkeep.cli.inspect import Inspection
from threadkeep.cli.snapshot import SnapshotReport
from threadkeep.harvest.report import HarvestReport
from threadkeep.jobs.report import RunReport
from threadkeep.jobs.schedule import Schedule
from threadkeep.jobs.status import StatusReport

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FOLDER = Path(__file__).parent.parent / "exporters" / "schema"
# What each command prints: one of these.
REPORTS: dict[str, tuple[Any, ...]] = {
    "archive": (ArchiveReport, RunPlan),
    "sync": (ArchiveReport, RunPlan),
    "export": (Written, PagesWritten),
    "show": (ArchiveSummary, list[Post], list[SeenRevision], PostHistory),
    "diff": (DifferenceReport,),
    "search": (SearchReport,),
    "snapshot": (SnapshotReport,),
    "verify": (Verdict,),
    "reparse": (ReparseReport,),
    "erase": (ErasureReport,),
    "import": (ImportReport,),
    "harvest": (HarvestReport,),
    "inspect": (Inspection,),
    "run": (RunReport,),
    "schedule": (Schedule,),
    "status": (StatusReport,),
    "error": (ErrorReport,),
}
# These have a schema of their own, which says more.
_ELSEWHERE = {"Post": "urn:threadkeep:record-format:1:post"}
_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_ENTRY = re.compile(r"^ {4}(\w+): (.*(?:\n {8}.*)*)", re.MULTILINE)


def built() -> Iterator[tuple[str, str]]:
    """The schemas: the name of each file and what is in it."""
    for command, alternatives in REPORTS.items():
        schema = _schema(command, alternatives)
        yield (
            f"{command}-report.schema.json",
            f"{json.dumps(schema, indent=2, ensure_ascii=False)}\n",
        )


def _records(kinds: Iterable[Any], met: dict[str, type]) -> dict[str, type]:
    """The records that types are made of, by name; each knows the types of its fields from here on.

    At run time these are but names, which only type checkers look up.
    """
    for kind in kinds:
        if dataclasses.is_dataclass(kind) and isinstance(kind, type) and kind.__name__ not in met:
            met[kind.__name__] = kind
            known = {**vars(threadkeep.api), "Path": Path}
            kind.__annotations__ = get_type_hints(kind, localns=known)
            _records(kind.__annotations__.values(), met)
        _records(get_args(kind), met)
    return met


def _schema(command: str, alternatives: tuple[Any, ...]) -> dict[str, Any]:
    records = _records(alternatives, {})
    shapes, parts = msgspec.json.schema_components(
        alternatives, schema_hook=_shape_of_path, ref_template="#/$defs/{name}"
    )
    what = (
        "a command that failed prints with --json"
        if command == "error"
        else f"`threadkeep {command} --json` prints"
    )
    return {
        "$schema": _DRAFT,
        "$id": f"urn:threadkeep:report:{command}",
        "title": f"What {what}",
        **(shapes[0] if len(shapes) == 1 else {"anyOf": list(shapes)}),
        "$defs": {
            name: {"$ref": _ELSEWHERE[name]} if name in _ELSEWHERE else _told(records[name], part)
            for name, part in _reachable(shapes, parts)
        },
    }


def _shape_of_path(kind: type) -> dict[str, str]:
    if kind is not Path:
        raise NotImplementedError(kind)
    return {"type": "string"}


def _reachable(
    shapes: Iterable[dict[str, Any]], parts: dict[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The parts that are referred to, in the order in which a reader meets them; none of a part that is elsewhere."""
    waiting, met = list(_references(shapes)), set[str]()
    while waiting:
        name = waiting.pop(0)
        if name in met:
            continue
        met.add(name)
        yield name, parts[name]
        if name not in _ELSEWHERE:
            waiting += _references(parts[name])


def _references(value: object) -> list[str]:
    return re.findall(r"#/\$defs/(\w+)", json.dumps(value))


def _told(record: type, part: dict[str, Any]) -> dict[str, Any]:
    """A record's shape with what each field means; every field is always printed, and no other."""
    summary, _, attributes = (inspect.getdoc(record) or "").partition("\n\nAttributes:\n")
    meanings = dict(_ENTRY.findall(attributes))
    names = [field.name for field in dataclasses.fields(record)]
    if untold := set(names) - set(meanings):
        raise ValueError(f"The docstring of {record.__name__} does not say what {untold} are.")
    return {
        "description": _sentence(summary),
        "type": "object",
        "additionalProperties": False,
        "required": names,
        "properties": {
            name: {**_plain(part["properties"][name]), "description": _sentence(meanings[name])}
            for name in names
        },
    }


def _plain(shape: dict[str, Any]) -> dict[str, Any]:
    """The shape without its default, and with one list of types where it may be null."""
    kept = {key: value for key, value in shape.items() if key != "default"}
    kinds = [one["type"] for one in shape.get("anyOf", ()) if set(one) == {"type"}]
    return {"type": kinds} if kinds and len(kinds) == len(shape["anyOf"]) else kept


def _sentence(text: str) -> str:
    line = re.sub(r"\bNone\b", "null", " ".join(text.split()))
    return f"{line[0].upper()}{line[1:]}"


if __name__ == "__main__":
    _folder = Path(sys.argv[1]) if sys.argv[1:] else FOLDER
    for _name, _text in built():
        (_folder / _name).write_text(_text, "utf-8")
